package query

import (
	"maps"
	"slices"
)

// Bins of the sums of a segment.
const (
	sumsBins   = 1024
	sumsCells  = 1 << 16 // sums of all bins: beyond, bins become wider
	sumsFinest = 16      // a bin is at least 2^16 µs
)

type sums map[sumKey]*Measured

// segmentSums are the sums of some blocks of a segment.
type segmentSums struct {
	shift    uint
	from, to Wall // of what is in them; to < from: nothing
	blocks   uint64
	whole    sums
	bins     map[int64]sums
	cells    int // sums of all bins
}

func newSegmentSums() *segmentSums {
	return &segmentSums{shift: sumsFinest, to: -1, whole: make(sums), bins: make(map[int64]sums)}
}

func (s *segmentSums) empty() bool { return s.to < s.from }

func (s *segmentSums) bin(w Wall) int64 { return int64(w) >> s.shift }

// at gives where what happened at a time is to be added.
func (s *segmentSums) at(k sumKey, w Wall) [2]*Measured {
	if s.empty() {
		s.from, s.to = w, w
	}
	s.from, s.to = min(s.from, w), max(s.to, w)
	for s.bin(s.to)-s.bin(s.from) >= sumsBins || s.cells > sumsCells && len(s.bins) > 1 {
		s.widen()
	}
	n := s.bin(w)
	if s.bins[n] == nil {
		s.bins[n] = make(sums)
	}
	if s.bins[n][k] == nil {
		s.cells++
	}
	return [2]*Measured{s.whole.of(k), s.bins[n].of(k)}
}

func (s sums) of(k sumKey) *Measured {
	m := s[k]
	if m == nil {
		m = new(Measured)
		s[k] = m
	}
	return m
}

func (s *segmentSums) take(k sumKey, w Wall, value int64) {
	for _, m := range s.at(k, w) {
		m.add(value)
	}
}

func (s *segmentSums) leave(k sumKey, w Wall, why Unmeasured, n uint64) {
	for _, m := range s.at(k, w) {
		m.Without[why] += n
	}
}

// widen makes bins twice as wide.
func (s *segmentSums) widen() {
	s.shift++
	bins := make(map[int64]sums, len(s.bins))
	for _, n := range slices.Sorted(maps.Keys(s.bins)) {
		into := bins[n>>1]
		if into == nil {
			bins[n>>1] = s.bins[n]
			continue
		}
		for k, m := range s.bins[n] {
			into.of(k).mergeAll(m)
		}
	}
	s.bins, s.cells = bins, 0
	for _, bin := range bins {
		s.cells += len(bin)
	}
}
