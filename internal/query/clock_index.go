package query

import (
	"slices"

	"github.com/sightglass/sightglass/internal/block"
)

// clockIndex finds a recording's blocks by wall clock: for each second those that overlap it, by mark. A live recording has a
// few blocks a second of each lane, so a store that looks at every header takes too long for a page of events.
type clockIndex struct {
	seconds []int64            // that have blocks, ascending
	marks   map[int64][]uint32 // by second
	long    []uint32           // blocks over more than longBlock seconds
}

// longBlock is how many seconds a block may overlap and still be listed under each of them.
const longBlock = 8

func newClockIndex() *clockIndex { return &clockIndex{marks: make(map[int64][]uint32)} }

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
		x.marks[s] = append(x.marks[s], uint32(mark))
	}
}

// overlapping lists the marks below limit of blocks that may overlap [from, to), each once, in order.
func (x *clockIndex) overlapping(from, to Wall, limit uint64) []uint32 {
	var list []uint32
	take := func(marks []uint32) {
		for _, m := range marks {
			if uint64(m) < limit {
				list = append(list, m)
			}
		}
	}
	take(x.long)
	i, _ := slices.BinarySearch(x.seconds, second(int64(from)))
	for last := second(int64(to) - 1); i < len(x.seconds) && x.seconds[i] <= last; i++ {
		take(x.marks[x.seconds[i]])
	}
	slices.Sort(list)
	return slices.Compact(list)
}
