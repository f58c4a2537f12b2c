package replay

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// listed gives outputs of a list.
type listed []Output

func (l *listed) next(context.Context) (*Output, error) {
	if len(*l) == 0 {
		return nil, nil
	}
	o := &(*l)[0]
	*l = (*l)[1:]
	return o, nil
}

func TestOnlyTheLastInvocationMayBeCut(t *testing.T) {
	out := func(inv uint64, value string) Output {
		return Output{Kind: event.KindRecord, Invocation: inv, Value: event.NewPayload([]byte(value))}
	}
	for name, c := range map[string]struct {
		recorded, replayed listed
		end                uint64
		equal, cut, first  uint64 // first: number of the output that differs, 0 = none
	}{
		"equal":                    {listed{out(1, "a"), out(2, "b")}, listed{out(1, "a"), out(2, "b")}, 2, 2, 0, 0},
		"ended in the middle":      {listed{out(1, "a")}, listed{out(1, "a"), out(2, "b"), out(2, "c")}, 2, 1, 2, 0},
		"came to its own end":      {listed{out(1, "a")}, listed{out(1, "a"), out(2, "b")}, 0, 1, 0, 2},
		"one too many before that": {listed{out(1, "a")}, listed{out(1, "a"), out(1, "b")}, 2, 1, 0, 2},
		"one too few at the end":   {listed{out(1, "a"), out(2, "b")}, listed{out(1, "a")}, 2, 1, 0, 2},
		"another one at the end":   {listed{out(1, "a"), out(2, "b")}, listed{out(1, "a"), out(2, "c")}, 2, 1, 0, 2},
	} {
		got := Comparison{end: c.end}
		if err := got.add(t.Context(), &c.recorded, &c.replayed); err != nil {
			t.Fatal(err)
		}
		first := uint64(0)
		if got.First != nil {
			first = got.First.Number
		}
		if got.Equal != c.equal || got.Cut != c.cut || first != c.first {
			t.Errorf("%s: %d equal, %d cut, the first that differs is %d; want %d, %d, %d", name, got.Equal, got.Cut, first, c.equal, c.cut, c.first)
		}
	}
}

func TestBytesThatWereNotRecordedAreNotCompared(t *testing.T) {
	given := event.NewPayload([]byte("four"))
	for name, c := range map[string]struct {
		recorded   event.Payload
		same, seen bool
	}{
		"the same":               {event.NewPayload([]byte("four")), true, true},
		"others":                 {event.NewPayload([]byte("fore")), false, true},
		"withheld":               {event.NewCutPayload(nil, 4), true, false},
		"withheld, longer":       {event.NewCutPayload(nil, 5), false, false},
		"cut":                    {event.NewCutPayload([]byte("fo"), 4), true, false},
		"null, which is a value": {event.Payload{}, false, true},
	} {
		if same, seen := same(c.recorded, given); same != c.same || seen != c.seen {
			t.Errorf("%s: same %v, seen %v", name, same, seen)
		}
	}
}

// Where records were counted alone, the numbers of what was told between them say how many there were, and on which channel.
func TestOutputsThatWereCountedAlone(t *testing.T) {
	const left, right = 0, 1
	out := func(kind event.Kind, sub int, number uint64, value string) Output {
		return Output{Kind: kind, Invocation: number + 1, Subpartition: sub, Value: event.NewPayload([]byte(value)), numbers: []uint64{number}}
	}
	record := func(sub int, number uint64) Output { return out(event.KindRecord, sub, number, "r") }
	mark := func(sub int, number uint64, value string) Output { return out(event.KindWatermark, sub, number, value) }
	counted := levels{{0, []event.Level{{Level: "positions"}}}}
	told := []Output{mark(left, 2, "w"), mark(right, 1, "w")}
	for name, c := range map[string]struct {
		levels   levels
		replayed listed
		untold   uint64
		numbered uint64
		first    uint64 // number of the told output that differs; 0 = none
	}{
		"as many":               {counted, listed{record(left, 0), record(right, 0), record(left, 1), mark(left, 2, "w"), mark(right, 1, "w")}, 3, 2, 0},
		"one too many":          {counted, listed{record(left, 0), record(left, 1), record(left, 2), mark(left, 3, "w"), mark(right, 0, "w")}, 3, 0, 2},
		"on another channel":    {counted, listed{record(left, 0), record(left, 1), record(left, 2), mark(left, 3, "w"), mark(right, 0, "w")}, 3, 0, 2},
		"another watermark":     {counted, listed{record(left, 0), record(left, 1), record(right, 0), mark(left, 2, "v"), mark(right, 1, "w")}, 3, 1, 1},
		"no watermark at last":  {counted, listed{record(left, 0), record(left, 1), record(right, 0), mark(left, 2, "w")}, 3, 1, 2},
		"records that are told": {nil, listed{record(left, 0), record(left, 1), mark(left, 2, "w"), mark(right, 1, "w")}, 0, 0, 1},
	} {
		got := Comparison{how: toldHow{levels: c.levels}}
		recorded := listed(append([]Output(nil), told...))
		if err := got.add(t.Context(), &recorded, &c.replayed); err != nil {
			t.Fatal(err)
		}
		first := uint64(0)
		if got.First != nil {
			first = got.First.Number
		}
		if got.Untold != c.untold || got.Numbered != c.numbered || first != c.first {
			t.Errorf("%s: %d untold, %d numbered, the first that differs is %d; want %d, %d, %d", name, got.Untold, got.Numbered, first, c.untold, c.numbered, c.first)
		}
	}
}

// Of a record that was written only the place may be told: the invocation that wrote it is held against that of the replay.
func TestWritesOfWhichThePlaceIsTold(t *testing.T) {
	wrote := func(inv uint64, value string) Output {
		return Output{Kind: event.KindWritten, Invocation: inv, Subpartition: -1, Value: event.NewPayload([]byte(value))}
	}
	place := func(inv uint64) Output { return Output{Kind: event.KindWritten, Invocation: inv, Subpartition: -1} }
	counted := levels{{0, []event.Level{{Level: "positions"}}}}
	for name, c := range map[string]struct {
		levels             levels
		recorded, replayed listed
		placed, first      uint64
	}{
		"as often":           {counted, listed{place(1), place(1), place(4)}, listed{wrote(1, "a"), wrote(1, "b"), wrote(4, "c")}, 3, 0},
		"one too many":       {counted, listed{place(1), place(4)}, listed{wrote(1, "a"), wrote(1, "b"), wrote(4, "c")}, 1, 2},
		"one too few":        {counted, listed{place(1), place(4)}, listed{wrote(1, "a")}, 1, 2},
		"by another":         {counted, listed{place(1)}, listed{wrote(2, "a")}, 0, 1},
		"null, which is one": {nil, listed{place(1)}, listed{wrote(1, "a")}, 0, 1},
	} {
		got := Comparison{how: toldHow{levels: c.levels}}
		if err := got.add(t.Context(), &c.recorded, &c.replayed); err != nil {
			t.Fatal(err)
		}
		first := uint64(0)
		if got.First != nil {
			first = got.First.Number
		}
		if got.Placed != c.placed || first != c.first {
			t.Errorf("%s: %d placed, the first that differs is %d; want %d, %d", name, got.Placed, first, c.placed, c.first)
		}
	}
}

func TestLevelsSayWhatIsTold(t *testing.T) {
	l := levels{
		{1, []event.Level{{Level: "flight", Payload: "full"}, {Level: "positions", Payload: "full"}}},
		{5, []event.Level{{Level: "flight", Payload: "full"}, {Level: "trace", Payload: "hashed"}}},
		{9, []event.Level{{Level: "flight", Payload: "full", Take: 1, Of: 50}, {Level: "trace", Payload: "full"}}},
	}
	for _, c := range []struct {
		inv      uint64
		operator int
		want     bool
	}{{1, 0, true}, {1, 1, false}, {4, 1, false}, {5, 1, false}, {6, 1, true}, {8, -1, true}, {9, 0, false}, {20, 0, false}, {20, 1, true}, {20, -1, false}} {
		if got := l.tells(c.inv, c.operator); got != c.want {
			t.Errorf("invocation %d, operator %d: %t", c.inv, c.operator, got)
		}
	}
	if !(levels)(nil).tells(1, 0) || (levels)(nil).kept(-1) || l.kept(0) || !l.kept(1) || !l.kept(-1) {
		t.Error("what is kept back, or a recording that does not say")
	}
}
