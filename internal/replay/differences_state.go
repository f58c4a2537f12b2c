package replay

import (
	"context"
	"fmt"
	"hash/maphash"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// mostEntries of state are compared.
const mostEntries = 1 << 20

// Calls of state accesses (spec/recording.md, section 4.3).
const (
	callAdd    = 3
	callRemove = 4
)

// entry is what a replay left in an entry of state, as far as its accesses tell.
type entry struct {
	content uint64 // hash; 0 = nothing is stored
	nothing bool   // nothing was stored before its first write
	AccessPlace
}

// left is as good as untouched: nothing was there, and nothing is.
func (e *entry) untouched() bool { return e.nothing && e.content == 0 }

// entries finds what a replay left in each entry of state that it wrote; ok is false when there are more than are compared.
func entries(ctx context.Context, snap store.Snapshot, attempt event.Key, seed maphash.Seed) (all map[uint64]*entry, ok bool, err error) {
	all = map[uint64]*entry{}
	want := []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionKeys, block.SectionDet, block.SectionState, block.SectionPayload}
	for _, ref := range blocksOf(snap, attempt, event.LaneState) {
		r, err := snap.Read(ctx, ref, present(ref.Header, want)...)
		if err != nil {
			return nil, false, fmt.Errorf("reading block %d of lane %d: %w", ref.Header.Number, ref.Header.Lane, err)
		}
		for i, k := range r.Kind {
			if k <= event.KindStateRead || k > event.KindStateExpired {
				continue
			}
			var h maphash.Hash
			h.SetSeed(seed)
			maphash.WriteComparable(&h, at(r.State, i))
			for _, p := range []event.Payload{at(r.Key, i), at(r.Namespace, i), at(r.MapKey, i)} {
				p.AddTo(&h)
			}
			name := h.Sum64()
			e := all[name]
			if e == nil {
				if len(all) == mostEntries {
					return nil, false, nil
				}
				e = &entry{nothing: at(r.Before, i).Null()}
				all[name] = e
			}
			h.Reset()
			call, value := at(r.What, i), at(r.Value, i)
			if call == callAdd {
				maphash.WriteComparable(&h, e.content) // of a list what came to it
			}
			value.AddTo(&h)
			e.content = max(h.Sum64(), 1)
			if k != event.KindStateWritten || call == callRemove || value.Null() {
				e.content = 0
			}
			e.AccessPlace = AccessPlace{r.Inv[i], at(r.Ordinal, i)}
		}
	}
	return all, true, nil
}

// states compares what two replays left in state. What neither wrote is as it was for both.
func (d *Differences) states(ctx context.Context, first, second store.Snapshot, attempt event.Key) error {
	seed := maphash.MakeSeed()
	a, okA, err := entries(ctx, first, attempt, seed)
	if err != nil {
		return err
	}
	b, okB, err := entries(ctx, second, attempt, seed)
	if err != nil {
		return err
	}
	if !okA || !okB {
		d.Note = fmt.Sprintf("state was not compared: more than %d entries were written", mostEntries)
		return nil
	}
	d.entries(a, b)
	return nil
}

// entries compares what two replays left.
func (d *Differences) entries(a, b map[uint64]*entry) {
	add := func(kind string, x, y *entry) {
		d.State.count(kind)
		s := StateDifference{Kind: kind}
		if x != nil {
			s.First = &x.AccessPlace
		}
		if y != nil {
			s.Second = &y.AccessPlace
		}
		d.Entries = append(d.Entries, s)
	}
	for name, x := range a {
		switch y := b[name]; {
		case y == nil && x.untouched() || y != nil && x.content == y.content:
			d.State.Equal++
		case x.content == 0:
			add(Added, x, y)
		case y == nil || y.content == 0:
			add(Missing, x, y)
		default:
			add(Altered, x, y)
		}
	}
	for name, y := range b {
		switch {
		case a[name] != nil:
		case y.untouched():
			d.State.Equal++
		case y.content == 0:
			add(Missing, nil, y)
		default:
			add(Added, nil, y)
		}
	}
	sorted(d.Entries, func(s StateDifference) uint64 {
		if s.Second != nil {
			return s.Second.Invocation
		}
		return s.First.Invocation
	})
	d.Entries = d.Entries[:min(len(d.Entries), MostDifferences)]
}
