package junit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// start are the statements before the first step.
func start(e *browse.Excerpt) (list []string) {
	// What the operator reads of clocks while it opens is not known; it was before the first step.
	list = append(list, fmt.Sprintf("operator.clock(%dL);", e.Steps[0].Clock))
	if e.State != nil {
		list = append(list, fmt.Sprintf(`operator.initializeState(recorded.state("state.ser")); // as of checkpoint %d`, e.Checkpoint))
	}
	list = append(list, "operator.open();")
	for i := range e.Cells {
		c := &e.Cells[i]
		name := c.State
		if c.MapKey != nil {
			name += "[" + c.MapKey.Text + "]"
		}
		if c.Namespace != nil {
			name += " of " + c.Namespace.Text
		}
		text := name + " was " + c.Value.Text
		if c.Written != 0 {
			text += ", written " + instant(c.Written)
		}
		list = append(list, fmt.Sprintf(`operator.state("state-%d"); // %s`, i+1, comment(text, maxComment)))
	}
	for i := range e.Timers {
		t := &e.Timers[i]
		list = append(list, fmt.Sprintf(`operator.timer("timer-%d"); // for %s`, i+1, instant(int64(t.Time))))
	}
	return list
}

func instant(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// writer writes the statements of steps and the values that they name.
type writer struct {
	body    []string
	values  *properties
	records int
	outputs int
	sides   int

	watermark browse.EventTime // that the operator has
	counted   bool             // why outputs are only counted was said
}

// writeSteps are the statements of all steps. Timers that one watermark, or one reading of the clock, fires are one statement.
func writeSteps(e *browse.Excerpt, x expectation, values *properties) []string {
	w := &writer{values: values, watermark: browse.NoEventTime}
	for i := 0; i < len(e.Steps); {
		group := e.Steps[i : i+1]
		for i+len(group) < len(e.Steps) && together(&group[0], &e.Steps[i+len(group)]) {
			group = e.Steps[i : i+len(group)+1]
		}
		i += len(group)
		w.step(group, i == len(e.Steps), x)
	}
	return w.body
}

// together tells whether two steps are timers that fire in one go.
func together(a, b *browse.ExcerptStep) bool {
	if a.Input > 0 || b.Input > 0 || a.Processing != b.Processing {
		return false
	}
	if a.Processing {
		return a.Timer == b.Timer
	}
	return a.Watermark == b.Watermark
}

func (w *writer) say(format string, args ...any) {
	w.body = append(w.body, fmt.Sprintf(format, args...))
}

func (w *writer) step(group []browse.ExcerptStep, last bool, x expectation) {
	s := &group[len(group)-1]
	if len(w.body) > 0 {
		w.body = append(w.body, "")
	}
	w.say("// %s, %s", s.Position, s.Wall.Time().Format("2006-01-02T15:04:05.000Z"))
	if s.Thrown != "" {
		w.say("// production threw %s here: %s", comment(s.Thrown, 0), comment(s.Message, maxComment))
	}
	call, said := w.call(s, last)
	switch {
	case last && s.Thrown != "" && x.kind == Production:
		w.say(`operator.throwsLike("%s", () -> %s);%s`, javaName(s.Thrown), call, said)
		return
	default:
		w.say("%s;%s", call, said)
	}
	w.expect(group, last, x)
}

// javaName keeps the name of a class to what one may consist of.
func javaName(class string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '$' || r == '_' {
			return r
		}
		return -1
	}, class)
}

// call is what makes a step happen, behind the clocks and the watermark.
func (w *writer) call(s *browse.ExcerptStep, last bool) (call, said string) {
	if s.Input == 0 && s.Processing {
		return fmt.Sprintf("operator.clock(%dL)", max(s.Clock, int64(s.Timer))), " // a timer fires for " + instant(int64(s.Timer))
	}
	w.say("operator.clock(%dL);", s.Clock)
	if s.TimeToLive != 0 && s.TimeToLive != s.Clock {
		w.say("operator.setStateTtlProcessingTime(%dL);", s.TimeToLive)
	}
	if s.Input == 0 {
		at := max(s.Timer, s.Watermark)
		if last { // no further than the position
			at = s.Timer
		}
		return fmt.Sprintf("operator.watermark(%s)", ms(at)), " // a timer fires for " + instant(int64(s.Timer))
	}
	if s.Watermark > w.watermark {
		w.watermark = s.Watermark
		w.say("operator.watermark(%s);", ms(s.Watermark))
	}
	w.records++
	name := fmt.Sprintf("record-%d", w.records)
	fmt.Fprintf(w.values, "\n# %s\n", s.Position)
	w.values.value(name, s.Record)
	return fmt.Sprintf(`operator.record(%d, "%s")`, s.Input, name), " // " + comment(s.Record.Text, maxComment)
}

func ms(t browse.EventTime) string {
	if t == browse.EndOfTime {
		return "Long.MAX_VALUE"
	}
	return fmt.Sprintf("%dL", int64(t))
}

// expect says what a group of steps must have given.
func (w *writer) expect(group []browse.ExcerptStep, last bool, x expectation) {
	switch {
	case last && x.kind == NoException:
		return
	case last && x.kind == NoOutput:
		w.say("operator.givesSoMany(0);")
		return
	case last && x.kind == Outputs:
		w.say("operator.givesSoMany(%d);", x.n)
		return
	}
	counted, names := -1, []string{}
	for i := range group {
		s := &group[i]
		if s.Counted >= 0 {
			counted = max(counted, 0) + s.Counted
		}
		for j := range s.Outputs {
			w.outputs++
			name := fmt.Sprintf("output-%d", w.outputs)
			w.values.value(name, &s.Outputs[j])
			names = append(names, `"`+name+`"`)
		}
	}
	if counted >= 0 {
		why := ""
		if !w.counted {
			w.counted, why = true, " // the next operator of the chain took them: their bytes are not recorded"
		}
		w.say("operator.givesSoMany(%d);%s", counted, why)
	} else {
		w.say("operator.gives(%s);%s", strings.Join(names, ", "), w.shown(group))
	}
	for i := range group {
		for _, side := range group[i].Aside {
			names := ""
			for j := range side.Values {
				w.sides++
				name := fmt.Sprintf("side-%d", w.sides)
				w.values.value(name, &side.Values[j])
				names += `, "` + name + `"`
			}
			w.say("operator.givesAside(%d%s);", side.Output, names)
		}
	}
}

// shown is a comment with what one output is; of more they stand beside the values.
func (w *writer) shown(group []browse.ExcerptStep) string {
	for i := range group {
		if n := len(group[i].Outputs); n > 0 {
			return " // " + comment(group[i].Outputs[0].Text, maxComment)
		}
	}
	return ""
}

func sortFiles(files []File) {
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
}
