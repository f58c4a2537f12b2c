package replay

import (
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

func TestStepsAreTheSameWhenAllThatIsKnownIs(t *testing.T) {
	element := row{kind: event.KindElements, inv: 4, n: 3, seq: 9, path: 7, channel: block.Channel{Partition: 1, Subpartition: 2}}
	timer := row{kind: event.KindEventTimer, inv: 4, n: 1, time: 100, path: 7}
	for name, c := range map[string]struct {
		of     row
		change func(*row)
		same   bool
	}{
		"an element":                {element, func(*row) {}, true},
		"a way that is not known":   {element, func(r *row) { r.path = 0 }, true},
		"another way":               {element, func(r *row) { r.path = 8 }, false},
		"another element":           {element, func(r *row) { r.seq = 10 }, false},
		"another channel":           {element, func(r *row) { r.channel.Subpartition = 3 }, false},
		"a timer":                   {timer, func(*row) {}, true},
		"a timer of another time":   {timer, func(r *row) { r.time = 101 }, false},
		"a timer of the other kind": {timer, func(r *row) { r.kind = event.KindProcessingTimer }, false},
	} {
		other := c.of
		c.change(&other)
		if c.of.sameStep(&other) != c.same || other.sameStep(&c.of) != c.same {
			t.Errorf("%s: want the same %v", name, c.same)
		}
	}
}

func TestARunIsTakenInPieces(t *testing.T) {
	w := &walked{row: &row{kind: event.KindElements, inv: 4, n: 3, seq: 9}}
	w.take(2)
	if w.row == nil || w.row.inv != 6 || w.row.seq != 11 || w.row.n != 1 {
		t.Fatalf("%+v", w.row)
	}
	if w.take(1); w.row != nil {
		t.Errorf("%+v is left", w.row)
	}
}
