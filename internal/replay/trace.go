package replay

import (
	"github.com/sightglass/sightglass/internal/event"
)

// StepKind says what a step of a trace is.
type StepKind uint8

// The steps of a trace.
const (
	StepEnter  StepKind = iota + 1 // a method begins
	StepLine                       // a line is about to run
	StepExit                       // a method returns
	StepThrown                     // a method is left by an exception
	StepField                      // a field of the method's object was written
)

var stepKinds = [...]string{"", "enter", "line", "exit", "thrown", "field"}

func (k StepKind) String() string { return stepKinds[k] }

// Method is a method that tells its lines.
type Method struct {
	Class      string
	Name       string
	Descriptor string
	Source     string // name of its source file, as the class says it
	Map        string // SourceDebugExtension: where inlined lines are from
	HasLines   bool
	Inlined    bool // no method of the JVM: its lines were put into the one that calls it
	known      bool // of such: which class and text it is of

	names, descriptors []string
	labels             []label
	lines              smap
	put                map[int]*Method // by variable: what it tells of
	itself             int             // the variable, counted from 1, that tells of the method itself
}

// Variable is a local variable at a line, with the value that it had before the line ran.
type Variable struct {
	Name    string
	Type    string // descriptor
	Value   event.Tree
	Changed bool // against the line of the same call before, or new
}

// Call is one call of a method within an invocation.
type Call struct {
	Method *Method
	Parent int // number of the calling one, -1 = none that is traced
	Depth  int
	First  int // steps of the trace
	Last   int
}

// Step is one thing that the code did.
type Step struct {
	Kind   StepKind
	Call   int
	Line   int        // of StepLine; of others the line of the call that ran last, 0 = none yet
	Notes  uint32     // so many rows of lanes trace, state and env of the invocation came before it
	Sent   uint32     // so many of the invocation's elements had left the task
	Locals []Variable // of StepLine
	From   *Method    // of StepLine: whose text the line is, where it was put in from another file; else nil
	Name   string     // of StepField
	Value  event.Tree // of StepExit, StepThrown and StepField; absent: nothing is returned
	Void   bool       // StepExit returns nothing
	Same   bool       // StepField: it wrote what was there
}

// Trace is what the code did in one invocation.
type Trace struct {
	Invocation uint64
	Steps      []Step
	Calls      []Call
	Cut        bool // there was more than is kept
}

// stack is the calls that are open while a trace is read.
type stack struct {
	trace *Trace
	sent  uint32
	open  []int
	last  map[int]map[any]event.Tree // by call: what a variable or field was last
	lines map[int]int                // by call
	late  map[int]map[int]bool       // by call: variables that changed at lines that are not shown
}

func newStack(inv uint64) *stack {
	return &stack{trace: &Trace{Invocation: inv}, last: make(map[int]map[any]event.Tree), lines: make(map[int]int), late: make(map[int]map[int]bool)}
}

func (s *stack) push(m *Method) int {
	parent := -1
	if n := len(s.open); n > 0 {
		parent = s.open[n-1]
	}
	at := len(s.trace.Calls)
	s.trace.Calls = append(s.trace.Calls, Call{Method: m, Parent: parent, Depth: len(s.open), First: len(s.trace.Steps), Last: len(s.trace.Steps)})
	s.open = append(s.open, at)
	s.last[at] = make(map[any]event.Tree)
	return at
}

// at finds the call of a method that is at work; those above it were left without a word.
func (s *stack) at(m *Method) int {
	call, above := s.reach(m)
	s.close(above)
	return call
}

// reach is at that leaves open what was put into the method, which lies above it: from that place of the open calls on.
func (s *stack) reach(m *Method) (call, above int) {
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.trace.Calls[s.open[i]].Method == m {
			top := i + 1
			for top < len(s.open) && s.trace.Calls[s.open[top]].Method.Inlined {
				top++
			}
			s.close(top)
			return s.open[i], i + 1
		}
	}
	return s.push(m), len(s.open)
}

// within opens what was put in and has a line in it, above a place of the open calls, and gives the innermost call.
func (s *stack) within(above int, put []*Method) int {
	for len(put) > 0 && above < len(s.open) && s.trace.Calls[s.open[above]].Method == put[0] {
		above, put = above+1, put[1:]
	}
	s.close(above)
	for _, m := range put {
		s.push(m)
	}
	return s.open[len(s.open)-1]
}

func (s *stack) close(from int) {
	for _, c := range s.open[from:] {
		delete(s.last, c)
		delete(s.lines, c)
		delete(s.late, c)
	}
	s.open = s.open[:from]
}

func (s *stack) add(x Step) {
	if x.Kind == StepLine {
		s.lines[x.Call] = x.Line
	} else {
		x.Line = s.lines[x.Call]
	}
	s.trace.Calls[x.Call].Last = len(s.trace.Steps)
	s.trace.Steps = append(s.trace.Steps, x)
}

func (s *stack) leave(call int) {
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i] == call {
			s.close(i)
			return
		}
	}
}

// Frame is a call on the stack at a step.
type Frame struct {
	Call   int
	Method *Method
	Line   int // 0 = not known
	Locals []Variable
}

// Frames is the stack of calls at a step, the innermost first.
func (t *Trace) Frames(at int) []Frame {
	if at < 0 || at >= len(t.Steps) {
		return nil
	}
	var out []Frame
	for c := t.Steps[at].Call; c >= 0; c = t.Calls[c].Parent {
		f := Frame{Call: c, Method: t.Calls[c].Method}
		for i := min(at, t.Calls[c].Last); i >= t.Calls[c].First; i-- {
			if s := &t.Steps[i]; s.Call == c && s.Kind == StepLine {
				f.Line, f.Locals = s.Line, s.Locals
				if s.From != nil {
					f.Method = s.From
				}
				break
			}
		}
		out = append(out, f)
	}
	return out
}

// Returned is what the call that ended before a step of its caller gave back, and whether there is one.
func (t *Trace) Returned(at int) (*Step, bool) {
	for i := at - 1; i >= 0 && i < len(t.Steps); i-- {
		s := &t.Steps[i]
		switch {
		case s.Kind == StepExit && t.Calls[s.Call].Parent == t.Steps[at].Call:
			return s, true
		case s.Call == t.Steps[at].Call:
			return nil, false
		}
	}
	return nil, false
}
