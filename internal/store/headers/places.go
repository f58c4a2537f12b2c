package headers

import (
	"cmp"
	"iter"
	"slices"

	"github.com/sightglass/sightglass/internal/store"
)

// span is which marks the blocks of a segment have: all between first and last are its own when n says so, and mostly their places are
// in the order of marks.
type span struct {
	first, last uint32
	n           int
	disordered  bool
}

// span takes a block in, in order of marks.
func (s *shelf) span(mark uint32, at spot) {
	i := at.segment()
	for uint64(len(s.spans)) <= i {
		s.spans = append(s.spans, span{})
	}
	x := &s.spans[i]
	if x.n == 0 {
		x.first = mark
	} else if x.last+1 != mark || s.at[x.last].offset() >= at.offset() {
		x.disordered = true
	}
	x.last = mark
	x.n++
}

// spanOf is the span of a segment and a copy-free look at places; ok is false when the shelf has none of it.
func (v *View) spanOf(segment uint64) (i uint64, x span, at []spot, ok bool) {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	index, ok := v.shelf.segment[segment]
	if !ok || int(index) >= len(v.shelf.spans) {
		return 0, x, nil, false
	}
	return uint64(index), v.shelf.spans[index], v.shelf.at[:v.mark:v.mark], true
}

// Segments is that of store.Places.
func (v *View) Segments() map[uint64]int {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	out := make(map[uint64]int, len(v.shelf.spans))
	for i, x := range v.shelf.spans {
		if x.n > 0 && uint64(x.first) < v.mark {
			out[v.shelf.segments[i]] = x.n
		}
	}
	return out
}

// Segment is that of store.Places.
func (v *View) Segment(id uint64) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		i, x, at, ok := v.spanOf(id)
		for mark := uint64(x.first); ok && x.n > 0 && mark <= uint64(x.last) && mark < v.mark; mark++ {
			if at[mark].segment() == i && !yield(v.ref(mark)) {
				return
			}
		}
	}
}

// Behind is that of store.Places.
func (v *View) Behind(segment uint64, offset int64) (before int, behind iter.Seq[store.Ref]) {
	i, x, at, ok := v.spanOf(segment)
	if !ok || x.n == 0 || uint64(x.first) >= v.mark {
		return 0, func(func(store.Ref) bool) {}
	}
	at = at[x.first:min(uint64(x.last)+1, v.mark)]
	if !x.disordered {
		before, _ = slices.BinarySearchFunc(at, offset, func(s spot, want int64) int { return cmp.Or(int(s.offset()-want), -1) })
		return before, func(yield func(store.Ref) bool) {
			for n := before; n < len(at); n++ {
				if !yield(v.ref(uint64(x.first) + uint64(n))) {
					return
				}
			}
		}
	}
	var rest []store.Ref
	for n := range at {
		switch {
		case at[n].segment() != i:
		case at[n].offset() <= offset:
			before++
		default:
			rest = append(rest, v.ref(uint64(x.first)+uint64(n)))
		}
	}
	slices.SortFunc(rest, func(a, b store.Ref) int { return cmp.Compare(a.Offset, b.Offset) })
	return before, slices.Values(rest)
}

// At is that of store.Places.
func (v *View) At(segment uint64, offsets []int64) []store.Ref {
	i, x, at, ok := v.spanOf(segment)
	if !ok || x.n == 0 || uint64(x.first) >= v.mark || len(offsets) == 0 {
		return nil
	}
	at = at[x.first:min(uint64(x.last)+1, v.mark)]
	var out []store.Ref
	if x.disordered {
		for n := range at {
			if _, found := slices.BinarySearch(offsets, at[n].offset()); found && at[n].segment() == i {
				out = append(out, v.ref(uint64(x.first)+uint64(n)))
			}
		}
		return out
	}
	for _, offset := range offsets {
		n, found := slices.BinarySearchFunc(at, offset, func(s spot, want int64) int { return int(s.offset() - want) })
		if found {
			out = append(out, v.ref(uint64(x.first)+uint64(n)))
		}
	}
	return out
}
