package stepping

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// Place is a step, and all that can be seen there.
type Place struct {
	Position browse.Position
	Step     int // -1: no code of the job ran in the invocation
	Steps    int
	Kind     string // enter, line or thrown; "" = no code ran
	Cut      bool   // the code did more in the invocation than is kept
	Frames   []Frame
	Value    *access.View // what was thrown
	Returned *access.View // what the call that the line before made gave back
	Moment   browse.Moment
	Done     int     // of Moment.Steps: so many came before
	Sent     int     // of Moment.Outputs
	Wrote    int     // of Moment.Writes
	Source   *Source // of the call asked for
	Found    bool
	Why      string // why it was not
	Looked   int
	Replay   Told

	Evaluated []Evaluated
}

// Told is what the replay says of itself: what is shown is what ran there.
type Told struct {
	Recording  event.RecordingID // what it derived
	Starts     int
	Invocation uint64 // reached
	Renumbered uint64
	Surplus    uint64
	Thrown     string
}

// Frame is a call on the stack, the innermost first.
type Frame struct {
	Class, Method string
	Path          string // of its source below a folder of sources
	Line          int
	NoLines       bool // the class has no table of lines
	Locals        []Local
}

// Local is a variable.
type Local struct {
	Name, Type string
	Changed    bool
	View       *access.View
}

var localShape = access.Shape{Runes: 200, Tree: true, Value: 2 << 10}

// settle is how long what the replay recorded is waited for: its agent closes blocks four times a second.
const settle = 3 * time.Second

func (w *walker) show(ctx context.Context, at replay.Walk, frame int) (*Place, error) {
	p := &Place{
		Position: w.position, Step: at.Step, Steps: len(at.Trace.Steps), Cut: at.Trace.Cut, Found: at.Found, Why: at.Why, Looked: at.Looked,
	}
	p.Position.Invocation = at.Invocation
	var err error
	if p.Moment, err = w.moment(ctx, at.Invocation); err != nil {
		return nil, err
	}
	p.Done, p.Sent, p.Wrote = len(p.Moment.Steps), len(p.Moment.Outputs), len(p.Moment.Writes)
	r := w.session.Report(at.Invocation)
	p.Replay = Told{Starts: w.session.Starts(), Invocation: r.Invocation, Renumbered: r.Renumbered, Surplus: r.SurplusReads}
	p.Replay.Recording, _ = w.session.Derived(at.Invocation)
	if r.Thrown != nil {
		p.Replay.Thrown = replay.ClassOf(r.Thrown.Text)
	}
	if at.Step < 0 {
		return p, nil
	}
	s := &at.Trace.Steps[at.Step]
	p.Kind = s.Kind.String()
	p.Done, p.Sent, p.Wrote = before(p.Moment.Steps, s.Notes), sent(p.Moment.Outputs, s.Sent), before(p.Moment.Writes, s.Notes)
	for i, f := range at.Trace.Frames(at.Step) {
		x := Frame{Class: f.Method.Class, Method: f.Method.Name, Path: PathOf(f.Method), Line: f.Line, NoLines: !f.Method.HasLines, Locals: []Local{}}
		for _, v := range f.Locals {
			x.Locals = append(x.Locals, Local{Name: v.Name, Type: javaType(v.Type), Changed: v.Changed && i == 0, View: w.view(v.Value, localShape)})
		}
		p.Frames = append(p.Frames, x)
		if i == frame {
			p.Source = w.source(ctx, at.Trace, &f)
		}
	}
	if s.Kind == replay.StepThrown {
		p.Value = w.view(s.Value, localShape)
	}
	if ret, ok := at.Trace.Returned(at.Step); ok && !ret.Void {
		p.Returned = w.view(ret.Value, localShape)
	}
	return p, nil
}

func before(events []browse.Event, notes uint32) int {
	n := 0
	for i := range events {
		if events[i].Ordinal < notes {
			n++
		}
	}
	return n
}

// sent is how many outputs hold the first elements that left, so many.
func sent(outputs []browse.Event, elements uint32) int {
	var n uint32
	for i := range outputs {
		if n += max(1, outputs[i].N); n > elements {
			return i
		}
	}
	return len(outputs)
}

// moment shows an invocation as it was recorded, with what the replay tells of it: it runs at level trace. What came in is the
// recording's, since a replay has no senders.
func (w *walker) moment(ctx context.Context, inv uint64) (browse.Moment, error) {
	if w.known.Position.Invocation == inv {
		return w.known, nil
	}
	p := w.position
	p.Invocation = inv
	m, err := w.o.Browser.At(ctx, w.who, w.target, p)
	if err != nil && !errors.Is(err, browse.ErrNotFound) { // an invocation may be told of in no lane
		return browse.Moment{}, err
	}
	replayed, ok, err := w.replayed(ctx, inv)
	if err != nil {
		return browse.Moment{}, err
	}
	if ok {
		m.Steps, m.Outputs, m.Writes, m.More, m.Path = replayed.Steps, replayed.Outputs, replayed.Writes, replayed.More, replayed.Path
		if m.Exception == nil {
			m.Exception = replayed.Exception
		}
		if m.Operator == nil {
			m.Operator, m.Task, m.Invocation = replayed.Operator, replayed.Task, replayed.Invocation
		}
	}
	m.Position = p
	w.known = m
	return m, nil
}

// replayed waits until what the replay recorded of an invocation is there.
func (w *walker) replayed(ctx context.Context, inv uint64) (browse.Moment, bool, error) {
	derived, ok := w.session.Derived(inv)
	if !ok {
		return browse.Moment{}, false, nil
	}
	for until := w.o.Now().Add(settle); ; {
		t, err := w.o.Browser.Resolve(ctx, derived.String())
		if err == nil {
			var m browse.Moment
			if m, err = w.o.Browser.At(ctx, w.who, t, browse.Position{Key: w.attempt, Invocation: inv}); err == nil {
				return m, true, nil
			}
		}
		if !errors.Is(err, browse.ErrNotFound) || w.o.Now().After(until) {
			return browse.Moment{}, false, ctx.Err()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return browse.Moment{}, false, ctx.Err()
		}
	}
}

// javaType reads a descriptor.
func javaType(d string) string {
	n := strings.LastIndexByte(d, '[') + 1
	dims := strings.Repeat("[]", n)
	switch d = d[n:]; {
	case d == "":
		return ""
	case d[0] == 'L':
		name := strings.ReplaceAll(strings.TrimSuffix(d[1:], ";"), "/", ".")
		return name[strings.LastIndexByte(name, '.')+1:] + dims
	}
	names := map[byte]string{'Z': "boolean", 'B': "byte", 'C': "char", 'S': "short", 'I': "int", 'J': "long", 'F': "float", 'D': "double"}
	return names[d[0]] + dims
}
