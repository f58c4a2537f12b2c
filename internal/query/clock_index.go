package query

import (
	"slices"

	"github.com/sightglass/sightglass/internal/block"
)

// clockIndex finds a recording's blocks by wall clock: for each second those that overlap it, by mark. A live recording has a
// few blocks a second of each lane, so a store that looks at every header takes too long for a page of events.
type clockIndex struct {
	seconds []int64               // that have blocks, ascending
	marks   map[int64][]clockMark // by second
	long    []uint32              // blocks over more than longBlock seconds
}

// clockMark is a block, and which parts of the second it overlaps: so that of a second with many blocks few are looked at.
type clockMark struct {
	mark     uint32
	from, to uint8 // in clockParts of a second
}

const clockParts = 256

// clockPart is the part of second s that wall lies in, the first or last one when wall is not in s.
func clockPart(s, wall int64) uint8 {
	return uint8(max(0, min(wall-s*1e6, 1e6-1)) * clockParts / 1e6)
}

// longBlock is how many seconds a block may overlap and still be listed under each of them.
const longBlock = 8

func newClockIndex() *clockIndex { return &clockIndex{marks: make(map[int64][]clockMark)} }

func second(wall int64) int64 {
	s := wall / 1e6
	if wall < 0 && wall%1e6 != 0 {
		s--
	}
	return s
}

func (x *clockIndex) add(h *block.Header, mark uint64) {
	first, last := second(h.WallMin), second(h.WallMax)
	if last < first || last-first >= longBlock {
		x.long = append(x.long, uint32(mark))
		return
	}
	for s := first; s <= last; s++ {
		if x.marks[s] == nil {
			i, _ := slices.BinarySearch(x.seconds, s)
			x.seconds = slices.Insert(x.seconds, i, s)
		}
		x.marks[s] = append(x.marks[s], clockMark{uint32(mark), clockPart(s, h.WallMin), clockPart(s, h.WallMax)})
	}
}

// overlapping lists the marks below limit of blocks that may overlap [from, to), each once, in order.
func (x *clockIndex) overlapping(from, to Wall, limit uint64) []uint32 {
	var list []uint32
	for _, m := range x.long {
		if uint64(m) < limit {
			list = append(list, m)
		}
	}
	last := int64(to) - 1
	i, _ := slices.BinarySearch(x.seconds, second(int64(from)))
	for ; i < len(x.seconds) && x.seconds[i] <= second(last); i++ {
		s := x.seconds[i]
		a, b := clockPart(s, int64(from)), clockPart(s, last)
		for _, m := range x.marks[s] {
			if uint64(m.mark) < limit && m.to >= a && m.from <= b {
				list = append(list, m.mark)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
