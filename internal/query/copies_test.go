package query

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// With copies of broadcast elements every number of every subpartition was sent by exactly one event.
func TestCopiesNameEveryElement(t *testing.T) {
	for seed := range uint64(4) {
		w := newWorld(t, seed, 0)
		w.play(2000)
		e, err := New(Options{Reader: w.store})
		if err != nil {
			t.Fatal(err)
		}
		sent, broadcast := map[event.Element]int{}, 0
		for _, rec := range w.recs {
			scan, err := e.Events(context.Background(), rec, EventQuery{Lanes: []event.Lane{event.LaneOut}, Copies: true})
			if err != nil {
				t.Fatal(err)
			}
			for ev, err := range scan.All(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if ev.Broadcast {
					broadcast++
				} else {
					sent[*ev.Element]++
				}
				for _, c := range ev.Copies {
					sent[c]++
				}
			}
		}
		all := 0
		for _, a := range w.tasks {
			for _, o := range a.outs {
				for sub, next := range o.next {
					for seq := range next {
						all++
						if n := sent[event.Element{Partition: o.key, Subpartition: uint32(sub), Seq: seq}]; n != 1 {
							t.Fatalf("seed %d: element %s:%d:%d was sent by %d events", seed, o.key, sub, seq, n)
						}
					}
				}
			}
		}
		if all != len(sent) || broadcast == 0 {
			t.Errorf("seed %d: %d elements, %d told, %d events are broadcast", seed, all, len(sent), broadcast)
		}
	}
}
