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
