package query

import (
	"slices"
	"sort"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// tail remembers which block numbers of each stream were seen, as ranges, so that numbers that never came are known, and the
// latest wall clock of each attempt's blocks.
type tail struct {
	streams map[streamKey]*stream
	latest  map[event.Key]int64
}

// streamKey is one sequence of block numbers. Blocks that the server made are numbered apart and have no holes.
type streamKey struct {
	attempt event.Key
	lane    event.Lane
}

type stream struct {
	ranges []numberRange // ascending, not touching
}

// numberRange is a run of consecutive blocks, with what stands at its two ends.
type numberRange struct {
	first, last       uint64
	wallFrom, wallTo  int64
	invFirst, invLast uint64
}

func newTail() *tail {
	return &tail{streams: make(map[streamKey]*stream), latest: make(map[event.Key]int64)}
}

func (t *tail) add(h *block.Header) {
	if h.Number >= block.ServerNumbers {
		return
	}
	t.latest[h.Attempt] = max(t.latest[h.Attempt], h.WallMax)
	k := streamKey{h.Attempt, h.Lane}
	st := t.streams[k]
	if st == nil {
		st = new(stream)
		t.streams[k] = st
	}
	n := h.Number
	i := sort.Search(len(st.ranges), func(i int) bool { return st.ranges[i].last >= n })
	if i < len(st.ranges) && st.ranges[i].first <= n {
		return
	}
	own := numberRange{n, n, h.WallMin, h.WallMax, h.FirstInv, h.LastInv}
	before := i > 0 && st.ranges[i-1].last+1 == n
	after := i < len(st.ranges) && st.ranges[i].first == n+1
	switch {
	case before && after:
		st.ranges[i-1] = join(join(st.ranges[i-1], own), st.ranges[i])
		st.ranges = slices.Delete(st.ranges, i, i+1)
	case before:
		st.ranges[i-1] = join(st.ranges[i-1], own)
	case after:
		st.ranges[i] = join(own, st.ranges[i])
	default:
		st.ranges = slices.Insert(st.ranges, i, own)
	}
}

// join puts two touching ranges together, a before b.
func join(a, b numberRange) numberRange {
	a.last, a.wallTo = b.last, b.wallTo
	if b.invLast != 0 {
		a.invLast = b.invLast
	}
	if a.invFirst == 0 {
		a.invFirst = b.invFirst
	}
	return a
}

// hole is a stretch of block numbers that is missing although later ones are there.
type hole struct {
	streamKey
	first, last       uint64
	from, to          Wall
	invFirst, invLast uint64 // 0, 0 = not known
}

func (t *tail) holes() []hole {
	var list []hole
	for k := range t.streams {
		list = append(list, t.holesOf(k)...)
	}
	return list
}

func (t *tail) holesOf(k streamKey) []hole {
	st := t.streams[k]
	if st == nil {
		return nil
	}
	var list []hole
	prev := numberRange{}
	for i, r := range st.ranges {
		switch {
		case i > 0:
			h := hole{streamKey: k, first: prev.last + 1, last: r.first - 1, from: Wall(prev.wallTo), to: Wall(r.wallFrom)}
			if prev.invLast != 0 && r.invFirst > prev.invLast+1 {
				h.invFirst, h.invLast = prev.invLast+1, r.invFirst-1
			}
			list = append(list, h)
		case r.first > 0:
			list = append(list, hole{streamKey: k, last: r.first - 1, from: Wall(r.wallFrom), to: Wall(r.wallFrom)})
		}
		prev = r
	}
	return list
}

// holds tells whether all of [first, last] was seen.
func (t *tail) holds(attempt event.Key, lane event.Lane, first, last uint64) bool {
	st := t.streams[streamKey{attempt, lane}]
	if st == nil {
		return false
	}
	i := sort.Search(len(st.ranges), func(i int) bool { return st.ranges[i].last >= last })
	return i < len(st.ranges) && st.ranges[i].first <= first
}

// lastInvocation is the highest invocation of a stream's blocks.
func (t *tail) lastInvocation(k streamKey) uint64 {
	last := uint64(0)
	if st := t.streams[k]; st != nil {
		for _, r := range st.ranges {
			last = max(last, r.invLast)
		}
	}
	return last
}
