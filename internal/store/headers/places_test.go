package headers

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Views find blocks by place as a search through all of them does, while blocks come, move and are put together in other segments.
func TestBlocksAreFoundByPlace(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 41))
		x := New(event.RecordingID{1})
		segment, offset := uint64(7), int64(64)
		var views []*View
		for number := range uint64(400) {
			if r.IntN(40) == 0 {
				segment, offset = segment+1+uint64(r.IntN(3)), 64
			}
			h := &block.Header{Recording: event.RecordingID{1}, Attempt: event.Key(1 + r.IntN(3)), Lane: event.LaneState, Number: number, Events: 1}
			if err := x.Add(store.Ref{Header: h, Segment: segment, Offset: offset}); err != nil {
				t.Fatal(err)
			}
			offset += 1 + r.Int64N(1000)
			switch r.IntN(60) {
			case 0: // the end of a file goes elsewhere
				if moved := x.Move(segment, offset/2, segment+1, -offset/2+64); moved > 0 {
					segment, offset = segment+1, offset-offset/2+64
				}
			case 1: // segments are put together, mostly in the order in which they were
				by, at := make(map[Place]store.Ref), int64(64)
				refs := slices.Collect(x.View().Since(0))
				if r.IntN(2) == 0 {
					slices.SortFunc(refs, func(a, b store.Ref) int { return cmp.Compare(b.Header.Number, a.Header.Number) })
				}
				for _, ref := range refs {
					if ref.Segment < segment && ref.Segment+5 > segment {
						by[PlaceOf(ref)] = store.Ref{Header: ref.Header, Segment: segment + 100, Offset: at}
						at += 100
					}
				}
				x.Replace(by)
				segment, offset = segment+101, 64
			}
			if r.IntN(20) == 0 {
				views = append(views, x.View())
			}
		}
		for _, v := range append(views, x.View()) {
			checkPlaces(t, r, v)
		}
	}
}

func same(a, b []store.Ref) bool {
	return slices.EqualFunc(a, b, func(x, y store.Ref) bool { return is(x)(y) })
}

// is compares places and identity: a header is unpacked anew now and then.
func is(a store.Ref) func(store.Ref) bool {
	return func(b store.Ref) bool { return PlaceOf(a) == PlaceOf(b) && a.Header.Number == b.Header.Number }
}

func checkPlaces(t *testing.T, r *rand.Rand, v *View) {
	t.Helper()
	of := make(map[uint64][]store.Ref)
	for ref := range v.Since(0) {
		of[ref.Segment] = append(of[ref.Segment], ref)
	}
	have := v.Segments()
	for id, refs := range of {
		if have[id] < len(refs) {
			t.Fatalf("segment %d: %d blocks, the view has %d", id, have[id], len(refs))
		}
		delete(have, id)
		if got := slices.Collect(v.Segment(id)); !same(got, refs) {
			t.Fatalf("segment %d: %d blocks, want %d", id, len(got), len(refs))
		}
		slices.SortFunc(refs, func(a, b store.Ref) int { return cmp.Compare(a.Offset, b.Offset) })
		n := r.IntN(len(refs))
		for offset, want := range map[int64]int{-1: 0, refs[n].Offset: n + 1, refs[n].Offset - 1: n} {
			before, behind := v.Behind(id, offset)
			if got := slices.Collect(behind); before != want || !same(got, refs[want:]) {
				t.Fatalf("segment %d behind %d: %d before, %d behind; want %d and %d", id, offset, before, len(got), want, len(refs)-want)
			}
		}
		var offsets []int64
		var want []store.Ref
		for _, ref := range refs {
			if r.IntN(2) == 0 {
				offsets, want = append(offsets, ref.Offset), append(want, ref)
			} else if r.IntN(2) == 0 {
				offsets = append(offsets, ref.Offset+1) // perhaps nothing
			}
		}
		offsets = slices.Compact(offsets)
		got := v.At(id, offsets)
		got = slices.DeleteFunc(got, func(ref store.Ref) bool {
			return !slices.ContainsFunc(want, is(ref)) && slices.ContainsFunc(refs, is(ref))
		})
		slices.SortFunc(got, func(a, b store.Ref) int { return cmp.Compare(a.Offset, b.Offset) })
		if !same(got, want) {
			t.Fatalf("segment %d: %d blocks at %v, want %d", id, len(got), offsets, len(want))
		}
	}
	for id := range maps.Keys(have) { // blocks that came after the view
		if got := slices.Collect(v.Segment(id)); len(got) > 0 {
			t.Fatalf("segment %d: %d blocks that the view does not have", id, len(got))
		}
	}
	if got := v.At(99_999, []int64{64}); got != nil {
		t.Fatalf("%v in a segment that is not there", got)
	}
}
