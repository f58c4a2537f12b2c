package replay

import "testing"

// TestMovesAmongCalls goes through a method that calls another, which calls a third:
//
//	outer:1  inner:10  deep:20 deep:21  inner:11  outer:2  again:30  other:40 (called by nobody that is traced)
func TestMovesAmongCalls(t *testing.T) {
	s := newStack(5)
	methods := map[string]*Method{}
	for _, n := range []string{"outer", "inner", "deep", "again", "other"} {
		methods[n] = &Method{Class: "c.C", Name: n, HasLines: true}
	}
	at := map[int]int{} // by line: the step
	enter := func(n string) { s.add(Step{Kind: StepEnter, Call: s.push(methods[n])}) }
	line := func(n string, l int) {
		at[l] = len(s.trace.Steps)
		s.add(Step{Kind: StepLine, Call: s.at(methods[n]), Line: l})
	}
	exit := func(n string) {
		c := s.at(methods[n])
		s.add(Step{Kind: StepExit, Call: c, Void: true})
		s.leave(c)
	}
	enter("outer")
	line("outer", 1)
	enter("inner")
	line("inner", 10)
	enter("deep")
	line("deep", 20)
	line("deep", 21)
	exit("deep")
	line("inner", 11)
	exit("inner")
	line("outer", 2)
	enter("again")
	line("again", 30)
	exit("again")
	exit("outer")
	enter("other")
	line("other", 40)
	exit("other")

	for _, c := range []struct {
		from int
		move Move
		by   int
		want int // 0 = out of the invocation
	}{
		{1, MoveIn, 1, 10}, {1, MoveOver, 1, 2}, {1, MoveOut, 1, 40},
		{10, MoveOver, 1, 11}, {10, MoveIn, 1, 20}, {10, MoveOut, 1, 2},
		{21, MoveOver, 1, 11}, {20, MoveOut, 1, 11}, {11, MoveOver, 1, 2},
		{2, MoveOver, 1, 40}, {30, MoveOut, 1, 40}, {40, MoveOver, 1, 0}, {40, MoveOut, 1, 0}, {40, MoveIn, 1, 0},
		{2, MoveOver, -1, 1}, {2, MoveIn, -1, 11}, {11, MoveOver, -1, 10}, {21, MoveOut, -1, 10}, {20, MoveOver, -1, 10},
		{30, MoveOver, -1, 2}, {30, MoveOut, -1, 2}, {40, MoveOver, -1, 2}, {40, MoveIn, -1, 30}, {1, MoveOver, -1, 0}, {1, MoveIn, -1, 0},
	} {
		got := s.trace.move(c.move, at[c.from], c.by)
		line := 0
		if got >= 0 {
			line = s.trace.Steps[got].Line
		}
		if line != c.want {
			t.Errorf("%s %+d from line %d: line %d, want %d", c.move, c.by, c.from, line, c.want)
		}
	}
	frames := s.trace.Frames(at[20])
	if len(frames) != 3 || frames[0].Line != 20 || frames[1].Line != 10 || frames[2].Line != 1 {
		t.Errorf("frames %+v", frames)
	}
}
