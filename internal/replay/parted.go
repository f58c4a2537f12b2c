package replay

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Parted is where the code of two runs of one invocation first did not do the same. It holds no value.
type Parted struct {
	Invocation uint64     `json:"invocation"`
	First      *CodePlace `json:"first,omitempty"` // nil: it did nothing more
	Second     *CodePlace `json:"second,omitempty"`
	Before     *CodePlace `json:"before,omitempty"`    // the last line that both ran, of the second
	Variables  []string   `json:"variables,omitempty"` // that have other values there; empty: the runs took other ways
	Note       string     `json:"note,omitempty"`      // why nothing is shown, or what bounds it
}

// CodePlace is a line of the job's code.
type CodePlace struct {
	Class  string `json:"class"`
	Method string `json:"method"`
	Source string `json:"source,omitempty"`
	Line   int    `json:"line,omitempty"` // 0 = not known
}

// parted finds where two runs of an invocation parted, out of the lines that each ran.
func parted(ctx context.Context, base, changed Options, rec event.RecordingID, attempt event.Key, inv uint64) (*Parted, error) {
	var traces [2]*Trace
	for i, o := range []Options{base, changed} {
		o.Recording = event.RecordingID{}
		s := OpenSession(o, rec, attempt)
		s.whole = true // a snapshot was taken by the recorded program
		t, err := s.Trace(ctx, inv)
		s.Close()
		if err != nil {
			return nil, err
		}
		traces[i] = t
	}
	p := partedTraces(traces[0], traces[1])
	p.Invocation = inv
	return p, nil
}

// partedTraces holds two traces of one invocation against each other, step by step. Lines of a method are counted from the first one that the
// call ran: what was put in above a method moves its lines, and is no difference of what it did.
func partedTraces(a, b *Trace) *Parted {
	p := new(Parted)
	firstLines := func(t *Trace) map[int]int {
		first := map[int]int{}
		for i := range t.Steps {
			if s := &t.Steps[i]; s.Kind == StepLine && first[s.Call] == 0 {
				first[s.Call] = s.Line
			}
		}
		return first
	}
	ofA, ofB := firstLines(a), firstLines(b)
	place := func(t *Trace, i int) *CodePlace {
		if i >= len(t.Steps) {
			return nil
		}
		s := &t.Steps[i]
		m := t.Calls[s.Call].Method
		if s.From != nil {
			m = s.From
		}
		return &CodePlace{Class: m.Class, Method: m.Name, Source: m.Source, Line: s.Line}
	}
	key := sealed.Take()
	for i := range max(len(a.Steps), len(b.Steps)) {
		x, y := place(a, i), place(b, i)
		same := x != nil && y != nil
		var others []string
		if same {
			s, t := &a.Steps[i], &b.Steps[i]
			same = s.Kind == t.Kind && x.Class == y.Class && x.Method == y.Method && s.Line-ofA[s.Call] == t.Line-ofB[t.Call]
			others = otherVariables(s, t, key)
		}
		if same && len(others) == 0 {
			if a.Steps[i].Kind == StepLine {
				p.Before = y
			}
			continue
		}
		p.First, p.Second = x, y
		if same {
			p.Variables = others
		}
		return p
	}
	switch {
	case len(a.Steps) == 0:
		p.Note = "no code of the job ran in the invocation that could be traced: libraries are not"
	case a.Cut || b.Cut:
		p.Note = "both ran the same lines with the same values, as far as they were traced"
	default:
		p.Note = "both ran the same lines with the same values there: what differs comes from an invocation before, or from code that is not traced"
	}
	return p
}

// otherVariables names what has another value before two steps; of what a method gives back: result.
func otherVariables(s, t *Step, key sealed.Key) (names []string) {
	for i := range t.Locals {
		v := &t.Locals[i]
		if v.Name == "this" {
			continue
		}
		k := slices.IndexFunc(s.Locals, func(w Variable) bool { return w.Name == v.Name })
		if k >= 0 && !sameValue(s.Locals[k].Value.Open(key), v.Value.Open(key)) {
			names = append(names, v.Name)
		}
	}
	switch {
	case s.Kind == StepExit && !s.Void && !sameValue(s.Value.Open(key), t.Value.Open(key)):
		names = append(names, "result")
	case s.Kind == StepThrown && !sameValue(s.Value.Open(key), t.Value.Open(key)):
		names = append(names, "exception")
	case s.Kind == StepField && !sameValue(s.Value.Open(key), t.Value.Open(key)):
		names = append(names, "this."+s.Name)
	}
	return names
}

// sameValue tells whether two trees of values are equal, as far as they were followed.
func sameValue(a, b *event.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Name != b.Name || a.Type != b.Type || len(a.Items) != len(b.Items) || a.Value.Text() != b.Value.Text() {
		return false
	}
	for i := range a.Items {
		if !sameValue(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

// part finds the line where two runs parted, of the first difference; what keeps it from that is said.
func (q *Queue) part(ctx context.Context, r *Replay, base, changed Options, d *Differences) *Parted {
	at := d.firstAt()
	if at == 0 {
		return nil
	}
	p, err := parted(ctx, base, changed, r.Wish.Recording, r.Wish.Attempt, at)
	if err != nil {
		return &Parted{Invocation: at, Note: fmt.Sprintf("the lines of the invocation could not be traced: %s", firstLine(err.Error()))}
	}
	return p
}
