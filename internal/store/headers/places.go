package headers

import (
	"cmp"
	"iter"
	"slices"
	"sort"

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
	} else if x.last+1 != mark || s.at.of(uint64(x.last)).offset() >= at.offset() {
		x.disordered = true
	}
	x.last = mark
	x.n++
}

// places are where the blocks of a span lie, as they are in a view.
type places struct {
	span
	index  uint64 // of the segment
	base   uint64 // mark of the first place of the first piece
	pieces [][]spot
	to     uint64 // mark behind the last
}

// of is the place of a mark of the span.
func (p *places) of(mark uint64) spot {
	i := mark - p.base
	return p.pieces[i/spotsLen][i%spotsLen]
}

// len is how many marks the span has in the view.
func (p *places) len() int { return int(p.to - uint64(p.first)) }

// at is place n of the span.
func (p *places) at(n int) spot { return p.of(uint64(p.first) + uint64(n)) }

// spanOf is the span of a segment; ok is false when the view has none of it. Pieces grow while they are looked at, so their heads are
// copied.
func (v *View) spanOf(segment uint64) (p places, ok bool) {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	index, ok := v.shelf.segment[segment]
	if !ok || int(index) >= len(v.shelf.spans) {
		return p, false
	}
	p.span, p.index = v.shelf.spans[index], uint64(index)
	p.to = min(uint64(p.last)+1, v.mark)
	if p.n == 0 || uint64(p.first) >= v.mark {
		return p, false
	}
	from := uint64(p.first) / spotsLen
	p.base = from * spotsLen
	p.pieces = slices.Clone(v.shelf.at.pieces[from : (p.to-1)/spotsLen+1])
	return p, true
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
		p, ok := v.spanOf(id)
		if !ok {
			return
		}
		w := v.walk()
		for mark := uint64(p.first); mark < p.to; mark++ {
			if p.of(mark).segment() == p.index && !yield(w.ref(mark)) {
				return
			}
		}
	}
}

// Behind is that of store.Places.
func (v *View) Behind(segment uint64, offset int64) (before int, behind iter.Seq[store.Ref]) {
	p, ok := v.spanOf(segment)
	if !ok {
		return 0, func(func(store.Ref) bool) {}
	}
	if !p.disordered {
		before = sort.Search(p.len(), func(n int) bool { return p.at(n).offset() > offset })
		return before, func(yield func(store.Ref) bool) {
			for n := before; n < p.len(); n++ {
				if !yield(v.ref(uint64(p.first) + uint64(n))) {
					return
				}
			}
		}
	}
	var rest []store.Ref
	for n := range p.len() {
		switch at := p.at(n); {
		case at.segment() != p.index:
		case at.offset() <= offset:
			before++
		default:
			rest = append(rest, v.ref(uint64(p.first)+uint64(n)))
		}
	}
	slices.SortFunc(rest, func(a, b store.Ref) int { return cmp.Compare(a.Offset, b.Offset) })
	return before, slices.Values(rest)
}

// At is that of store.Places.
func (v *View) At(segment uint64, offsets []int64) []store.Ref {
	p, ok := v.spanOf(segment)
	if !ok || len(offsets) == 0 {
		return nil
	}
	var out []store.Ref
	if p.disordered {
		for n := range p.len() {
			if _, found := slices.BinarySearch(offsets, p.at(n).offset()); found && p.at(n).segment() == p.index {
				out = append(out, v.ref(uint64(p.first)+uint64(n)))
			}
		}
		return out
	}
	for _, offset := range offsets {
		n, found := sort.Find(p.len(), func(n int) int { return cmp.Compare(offset, p.at(n).offset()) })
		if found {
			out = append(out, v.ref(uint64(p.first)+uint64(n)))
		}
	}
	return out
}
