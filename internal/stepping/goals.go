package stepping

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// meets makes the test of a goal.
func (w *walker) meets(c Command) (goal, error) {
	switch c.Goal {
	case GoalException:
		return func(_ context.Context, t *replay.Trace, i int) (bool, error) {
			return t.Steps[i].Kind == replay.StepThrown, nil
		}, nil
	case GoalDrop:
		return w.told(func(e *browse.Event) bool { return e.Kind == event.KindDropped }), nil
	case GoalOutput:
		return w.sends, nil
	case GoalState:
		return w.told(func(e *browse.Event) bool {
			return (e.Kind == event.KindStateWritten || e.Kind == event.KindStateCleared || e.Kind == event.KindStateExpired) && (c.Of == "" || e.State != nil && e.State.Name == c.Of)
		}), nil
	case GoalValue:
		if c.Of == "" {
			return nil, fmt.Errorf("%w: which value is looked for is not said", ErrRequest)
		}
		return changed(c.Of), nil
	case GoalLine:
		return w.lines(c.Breaks, c.Thrown)
	case GoalWhere:
		cond, err := compile(c.Where)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, t *replay.Trace, i int) (bool, error) { return w.holds(ctx, cond, t, i) }, nil
	}
	return nil, fmt.Errorf("%w: %q is nothing to look for", ErrRequest, c.Goal)
}

// told is met at the stop that comes before something that was recorded: what the line at hand did.
func (w *walker) told(is func(*browse.Event) bool) goal {
	var of uint64
	var rows []browse.Event
	return func(ctx context.Context, t *replay.Trace, i int) (bool, error) {
		if of != t.Invocation {
			m, err := w.moment(ctx, t.Invocation)
			if err != nil {
				return false, err
			}
			of, rows = t.Invocation, rows[:0]
			for _, list := range [][]browse.Event{m.Steps, m.Writes} {
				for _, e := range list {
					if is(&e) {
						rows = append(rows, e)
					}
				}
			}
		}
		from, to := span(t, i)
		for j := range rows {
			if at := rows[j].Ordinal; at >= from && at < to {
				return true, nil
			}
		}
		return false, nil
	}
}

// span is which of an invocation's rows the line of a stop made: their numbers in order.
func span(t *replay.Trace, i int) (from, to uint32) {
	from, to = t.Steps[i].Notes, ^uint32(0)
	for j := i + 1; j < len(t.Steps); j++ {
		if t.Stop(j) {
			return from, t.Steps[j].Notes
		}
	}
	return from, to
}

// sends is met at the stop before a record left the task, or was written to the outside.
func (w *walker) sends(ctx context.Context, t *replay.Trace, i int) (bool, error) {
	m, err := w.moment(ctx, t.Invocation)
	if err != nil {
		return false, err
	}
	from, to := t.Steps[i].Sent, ^uint32(0)
	for j := i + 1; j < len(t.Steps); j++ {
		if t.Stop(j) {
			to = t.Steps[j].Sent
			break
		}
	}
	for _, e := range m.Outputs[sent(m.Outputs, from):sent(m.Outputs, to)] {
		if e.Kind == event.KindRecord {
			return true, nil
		}
	}
	first, end := span(t, i)
	for j := range m.Writes {
		if at := m.Writes[j].Ordinal; at >= first && at < end {
			return true, nil
		}
	}
	return false, nil
}

// changed is met at a line at which a variable, or a field of the object, has another value than at the line before.
func changed(name string) goal {
	return func(_ context.Context, t *replay.Trace, i int) (bool, error) {
		s := &t.Steps[i]
		for j := range s.Locals {
			if v := &s.Locals[j]; v.Name == name && v.Changed {
				return true, nil
			}
		}
		for j := i - 1; j >= 0 && !t.Stop(j); j-- {
			if x := &t.Steps[j]; x.Kind == replay.StepField && !x.Same && (x.Name == name || "this."+x.Name == name) {
				return true, nil
			}
		}
		return false, nil
	}
}

func (w *walker) lines(breaks []Breakpoint, thrown bool) (goal, error) {
	if len(breaks) == 0 && !thrown {
		return nil, fmt.Errorf("%w: no line is given", ErrRequest)
	}
	conditions := make([]*condition, len(breaks))
	for i, b := range breaks {
		if b.File == "" || b.Line <= 0 {
			return nil, fmt.Errorf("%w: a breakpoint is a file and a line", ErrRequest)
		}
		if b.Condition != "" {
			var err error
			if conditions[i], err = compile(b.Condition); err != nil {
				return nil, err
			}
		}
	}
	return func(ctx context.Context, t *replay.Trace, i int) (bool, error) {
		s := &t.Steps[i]
		if s.Kind != replay.StepLine {
			return thrown && s.Kind == replay.StepThrown, nil
		}
		for j, b := range breaks {
			m := t.Calls[s.Call].Method
			if s.From != nil {
				m = s.From
			}
			if s.Line != b.Line || !sameFile(b.File, m) {
				continue
			}
			if conditions[j] == nil {
				return true, nil
			}
			if ok, err := w.holds(ctx, conditions[j], t, i); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	}, nil
}

// sameFile compares as far as both say: a path ends with the package's folders and the file's name.
func sameFile(file string, m *replay.Method) bool {
	own := PathOf(m)
	file = strings.ReplaceAll(file, "\\", "/")
	if path.Base(file) != path.Base(own) {
		return false
	}
	a, b := strings.Split(file, "/"), strings.Split(own, "/")
	// A file given by its name alone, or in folders that say nothing of packages, is the one that is called so.
	if len(a) < len(b) || path.Base(file) == own {
		return strings.HasSuffix(own, "/"+file) || file == own
	}
	return strings.HasSuffix(file, "/"+own) || file == own
}

// PathOf is where the source of a method lies below a folder of sources: the folders of its package, and its file.
func PathOf(m *replay.Method) string {
	file := m.Source
	if file == "" {
		name := m.Class[strings.LastIndexByte(m.Class, '.')+1:]
		name, _, _ = strings.Cut(name, "$")
		file = name + ".java"
	}
	if i := strings.LastIndexByte(m.Class, '.'); i >= 0 {
		return strings.ReplaceAll(m.Class[:i], ".", "/") + "/" + file
	}
	return file
}
