package query

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Level is what is recorded of one operator.
type Level = event.Level

// Levels is what is recorded of a task from an invocation on.
type Levels struct {
	Version   string // of the policy
	Operators []Level
	Why       string // it is not what the policy says in general
	From      uint64 // the first invocation
	Wall      Wall   // when the task changed over
}

// levelsOf reads the text of a row of kind level; ok is false when it is none.
func levelsOf(text string) (l Levels, ok bool) {
	t, ok := event.ParseLevels(text)
	return Levels{Version: t.Version, Operators: t.Operators, Why: t.Why}, ok
}

// byPositions tells whether nothing but positions was recorded of the whole task.
func (l Levels) byPositions() bool {
	return len(l.Operators) > 0 && !slices.ContainsFunc(l.Operators, func(o Level) bool { return o.Level != "positions" })
}

// sample is the widest sample of the task's operators; ok is false when one tells every key.
func (l Levels) sample() (take, of uint64, ok bool) {
	for _, o := range l.Operators {
		if o.Of == 0 {
			return 0, 0, false
		}
		if of == 0 || o.Take*of > take*o.Of {
			take, of = o.Take, o.Of
		}
	}
	return take, of, of > 0
}

// levelAt is what was recorded of an attempt's operators when inv began, or at a time (0 = whenever); ok is false when the
// recording does not say.
func (v *view) levelAt(ctx context.Context, attempt event.Key, inv uint64, until Wall) (found Levels, ok bool, err error) {
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt, InvTo: inv}) {
		h := ref.Header
		if h.Attempt != attempt || h.Lane != event.LaneDet || h.FirstInv > inv || !slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == event.KindLevel }) {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return found, false, err
		}
		for row, k := range f.r.Kind {
			n := f.r.Inv[row]
			if k != event.KindLevel || n > inv || ok && n < found.From || until != 0 && f.wall(row) > until {
				continue
			}
			if l, is := levelsOf(v.engine.texts.text(at(f.r.Text, row, 0))); is {
				l.From, l.Wall = n, f.wall(row)
				found, ok = l, true
			}
		}
	}
	return found, ok, nil
}

// Levels tells what is recorded now of each of a recording's attempts that have not ended. ErrNotFound.
func (e *Engine) Levels(ctx context.Context, rec event.RecordingID) (map[event.Key]Levels, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	v.model.mu.Lock()
	attempts := v.attemptsLocked()
	v.model.mu.Unlock()
	out := make(map[event.Key]Levels)
	for _, a := range attempts {
		if a.Ended != 0 {
			continue
		}
		l, ok, err := v.levelAt(ctx, a.Key, math.MaxUint64, 0)
		if err != nil {
			return nil, err
		}
		if ok {
			out[a.Key] = l
		}
	}
	return out, nil
}

// leftOut tells why the policy has nothing recorded of what an attempt did at inv, or up to a time (0 = whenever); ok is false when it does not explain it.
func (v *view) leftOut(ctx context.Context, attempt event.Key, inv uint64, until Wall, text string) (n Note, ok bool, err error) {
	l, known, err := v.levelAt(ctx, attempt, inv, until)
	if err != nil || !known {
		return n, false, err
	}
	if text != "" {
		text += ": "
	}
	n.Operator = v.cat.attempts[attempt].operator(0).Slug
	if l.byPositions() {
		n.Kind, n.Text = NoteNotRecorded, text+"this task was recorded by positions alone"
		n.Hint = "record the job at level flight, or replay it"
		switch budget, governed := strings.CutPrefix(l.Why, "governor "); {
		case governed:
			n.Text += ", since recording had passed its budget of " + budget
			n.Hint = "give the recording more in the policy's budgets, or replay the job"
		case slices.ContainsFunc(l.Operators, func(o Level) bool { return o.LookBack }):
			n.Hint = "the agent keeps its flight for a while: sightglass level JOB --look-back has it sent, if it is still there"
		}
		return n, true, nil
	}
	if take, of, sampled := l.sample(); sampled {
		n.Kind, n.Text = NoteNotSampled, text+fmt.Sprintf("not sampled: of this task %d in %d keys are recorded", take, of)
		n.Hint = "a wider sample in the policy records more keys, and all that this one has"
		return n, true, nil
	}
	return n, false, nil
}

// missing says why something that is not there is missing: what was lost, or left out by the policy.
func (v *view) missing(ctx context.Context, key event.Key, lane event.Lane, inv uint64, until Wall, text string) (Note, error) {
	lost := v.lost(key, lane, inv, text)
	if lost.Kind != NoteNotRecorded {
		return lost, nil
	}
	if inv == 0 {
		inv = math.MaxUint64
	}
	n, ok, err := v.leftOut(ctx, key, inv, until, text)
	if err != nil || !ok {
		return lost, err
	}
	return n, nil
}
