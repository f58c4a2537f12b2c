package replay

import (
	"context"
	"fmt"
)

// Place is a step of an invocation; Step -1: no code of the job ran in it.
type Place struct {
	Invocation uint64
	Step       int
}

// Move is a way to go from a place.
type Move string

// The moves. Each but Record has a way back.
const (
	MoveOver   Move = "over"   // next line, calls are not gone into
	MoveIn     Move = "in"     // next line, wherever it is
	MoveOut    Move = "out"    // behind the call
	MoveRecord Move = "record" // the next invocation in which code of the job ran
)

// MaxLook is how many invocations one question goes through before it says how far it came.
const MaxLook = 1 << 20

// Stop tells whether one stops at a step: lines, methods without lines, and exceptions that leave a method.
func (t *Trace) Stop(i int) bool {
	s := &t.Steps[i]
	switch s.Kind {
	case StepLine, StepThrown:
		return true
	case StepEnter:
		return !t.Calls[s.Call].Method.HasLines
	}
	return false
}

// First is the first place of an invocation at which one stops, Last the last.
func (t *Trace) First() int { return t.after(-1, 1, t.anywhere) }

// Last is the last place of an invocation at which one stops, -1 = there is none.
func (t *Trace) Last() int { return t.after(len(t.Steps), -1, t.anywhere) }

func (t *Trace) anywhere(int) bool { return true }

// after finds the next stop in a direction; -1 = none is left.
func (t *Trace) after(i, by int, fits func(int) bool) int {
	for i += by; i >= 0 && i < len(t.Steps); i += by {
		if t.Stop(i) && fits(i) {
			return i
		}
	}
	return -1
}

// around tells whether call a is call c or one that c was called by.
func (t *Trace) around(a, c int) bool {
	for ; c >= 0; c = t.Calls[c].Parent {
		if a == c {
			return true
		}
	}
	return false
}

// move goes to the next stop within the invocation; -1 = there is none.
func (t *Trace) move(m Move, from, by int) int {
	if from < 0 || from >= len(t.Steps) {
		return -1
	}
	call := t.Steps[from].Call
	var to int
	switch m {
	case MoveIn:
		return t.after(from, by, t.anywhere)
	case MoveOver:
		to = t.after(from, by, func(i int) bool { return t.around(t.Steps[i].Call, call) })
	case MoveOut:
		parent := t.Calls[call].Parent
		to = t.after(from, by, func(i int) bool { return t.around(t.Steps[i].Call, parent) })
	default:
		return -1
	}
	if to < 0 { // into the next call that nobody traced made
		to = t.after(from, by, func(i int) bool {
			return t.Steps[i].Call != call && t.Calls[t.Steps[i].Call].Parent < 0 && !t.around(t.Steps[i].Call, call)
		})
	}
	return to
}

// Walk is what became of a move.
type Walk struct {
	Place
	Trace  *Trace
	Looked int // invocations that were looked at
	Found  bool
	Why    string // why nothing was found
}

// Move goes forwards, or back.
func (s *Session) Move(ctx context.Context, from Place, m Move, back bool) (Walk, error) {
	t, err := s.Trace(ctx, from.Invocation)
	if err != nil {
		return Walk{}, err
	}
	by := 1
	if back {
		by = -1
	}
	if m != MoveRecord {
		if to := t.move(m, from.Step, by); to >= 0 {
			return Walk{Place: Place{from.Invocation, to}, Trace: t, Found: true}, nil
		}
	}
	return s.Find(ctx, from.Invocation, back, func(x *Trace) (int, error) {
		if back && m != MoveRecord {
			return x.outermost(), nil
		}
		return x.First(), nil
	})
}

// outermost is the last stop in a call that nobody traced made, as one comes back to it.
func (t *Trace) outermost() int {
	return t.after(len(t.Steps), -1, func(i int) bool { return t.Calls[t.Steps[i].Call].Parent < 0 })
}

// Find goes through the invocations behind one, or before it, until fits gives a step that is not -1.
func (s *Session) Find(ctx context.Context, from uint64, back bool, fits func(*Trace) (int, error)) (Walk, error) {
	w := Walk{Place: Place{Invocation: from, Step: -1}}
	for inv := from; w.Looked < MaxLook; {
		if back {
			if inv--; inv == 0 {
				w.Why = "the attempt begins here"
				return w, nil
			}
		} else {
			inv++
		}
		t, err := s.toward(ctx, inv, back)
		if err != nil {
			if isBeyond(err) {
				w.Why = err.Error()
				return w, nil
			}
			return w, err
		}
		w.Looked++
		w.Invocation, w.Trace = inv, t
		if w.Step, err = fits(t); err != nil || w.Step >= 0 {
			w.Found = w.Step >= 0
			return w, err
		}
	}
	w.Why = fmt.Sprintf("not within %d invocations", w.Looked)
	return w, nil
}
