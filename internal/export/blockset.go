package export

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// lane is one lane of an attempt of a subtask: what block numbers count in.
type lane struct {
	attempt event.Key
	lane    event.Lane
}

// span is a stretch of block numbers, both ends included.
type span struct{ first, last uint64 }

// blockSet says which blocks were exported. Numbers of a lane are mostly dense, so stretches are few.
type blockSet map[lane][]span

func laneOf(b *browse.StoredBlock) lane { return lane{b.Attempt, b.Lane} }

// add takes a stretch; it may touch or overlap what is there.
func (s blockSet) add(l lane, n span) {
	list := s[l]
	// The first that ends where n begins, or later, and those behind it that n reaches become one.
	from := sort.Search(len(list), func(i int) bool { return list[i].last >= n.first || list[i].last+1 == n.first })
	to := from
	for to < len(list) && (list[to].first <= n.last || list[to].first-1 == n.last) {
		n.first, n.last = min(n.first, list[to].first), max(n.last, list[to].last)
		to++
	}
	s[l] = slices.Replace(list, from, to, n)
}

func (s blockSet) addAll(o blockSet) {
	for l, list := range o {
		for _, n := range list {
			s.add(l, n)
		}
	}
}

// holds tells whether all numbers of n are there.
func (s blockSet) holds(l lane, n span) bool {
	list := s[l]
	i, _ := slices.BinarySearchFunc(list, n.first, func(x span, first uint64) int { return cmp.Compare(x.last, first) })
	return i < len(list) && list[i].first <= n.first && n.last <= list[i].last
}

// meets tells whether a block is in both.
func (s blockSet) meets(o blockSet) bool {
	for l, list := range o {
		have := s[l]
		for _, n := range list {
			i := sort.Search(len(have), func(i int) bool { return have[i].last >= n.first })
			if i < len(have) && have[i].first <= n.last {
				return true
			}
		}
	}
	return false
}

// LaneBlocks lists blocks of one lane in a manifest.
type LaneBlocks struct {
	Attempt string   `json:"attempt"`
	Lane    uint8    `json:"lane"`
	Name    string   `json:"lane_name"`
	Blocks  []string `json:"blocks"` // numbers, and stretches as 0-41 with both ends included; text, since they may need 64 bits
}

// listed is the set as a manifest has it.
func (s blockSet) listed() []LaneBlocks {
	out := make([]LaneBlocks, 0, len(s))
	for l, list := range s {
		b := LaneBlocks{Attempt: l.attempt.String(), Lane: uint8(l.lane), Name: l.lane.String()}
		for _, n := range list {
			text := strconv.FormatUint(n.first, 10)
			if n.last != n.first {
				text += "-" + strconv.FormatUint(n.last, 10)
			}
			b.Blocks = append(b.Blocks, text)
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b LaneBlocks) int {
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.Lane, b.Lane))
	})
	return out
}

// setOf reads such a list back.
func setOf(list []LaneBlocks) (blockSet, error) {
	s := blockSet{}
	for _, b := range list {
		attempt, err := event.ParseKey(b.Attempt)
		if err != nil {
			return nil, fmt.Errorf("attempt of blocks: %w", err)
		}
		for _, text := range b.Blocks {
			one, other, stretch := strings.Cut(text, "-")
			if !stretch {
				other = one
			}
			first, err1 := strconv.ParseUint(one, 10, 64)
			last, err2 := strconv.ParseUint(other, 10, 64)
			if err1 != nil || err2 != nil || last < first {
				return nil, fmt.Errorf("%.60q names no blocks", text)
			}
			s.add(lane{attempt, event.Lane(b.Lane)}, span{first, last})
		}
	}
	return s, nil
}
