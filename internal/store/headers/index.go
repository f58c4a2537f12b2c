// Package headers holds the headers of a recording's blocks in RAM and answers from them what needs no section: which
// blocks there are, which hold an element, an invocation or a position.
//
// An Index only grows. Each block gets a mark, its place in order of arrival; a view is a mark, and sees the blocks below
// it. So a view costs nothing to open and never changes.
package headers

import (
	"errors"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// ErrDuplicate is returned for a block whose (attempt, lane, number) the index has.
var ErrDuplicate = errors.New("block is indexed already")

type laneKey struct {
	attempt event.Key
	lane    event.Lane
}

// channelKey names what zone 3 ranges are about. all is set for ranges that cover every subpartition.
type channelKey struct {
	partition    event.Key
	subpartition uint32
	in, all      bool
}

func channelOf(h *block.Header, c block.ChannelRange) channelKey {
	return channelKey{c.Partition, c.Subpartition, c.In, h.Flags&block.FlagChannelsCollapsed != 0}
}

type positionKey struct {
	split event.DefinitionID
	sink  bool
}

// laneBlocks are the blocks of one lane of an attempt.
type laneBlocks struct {
	shelf       uint32   // index into the shelf's lanes
	late        []uint32 // marks by block number; nil while blocks came in that order. A late block makes a new slice
	firstMark   uint64
	lastNumber  uint64 // the highest
	invocations intervals
}

// marks are those of l by block number. What a slice holds does not change, so that views stay right.
func (l *laneBlocks) marks(s *shelf) []uint32 {
	if l.late != nil {
		return l.late
	}
	return s.lanes[l.shelf].marks
}

// Index is the header index of one recording. Safe for concurrent use.
type Index struct {
	mu struct {
		sync.RWMutex
		shelf     *shelf
		lanes     map[laneKey]*laneBlocks
		channels  map[channelKey]*intervals
		positions map[positionKey]*intervals
		summary   store.Recording
	}
}

// New makes an empty index.
func New(rec event.RecordingID) *Index {
	x := new(Index)
	x.mu.lanes = make(map[laneKey]*laneBlocks)
	x.mu.channels = make(map[channelKey]*intervals)
	x.mu.positions = make(map[positionKey]*intervals)
	x.mu.shelf = newShelf(rec)
	x.mu.summary.ID = rec
	return x
}

// Has tells whether the block is indexed.
func (x *Index) Has(h *block.Header) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	l := x.mu.lanes[laneKey{h.Attempt, h.Lane}]
	if l == nil {
		return false
	}
	_, found := x.find(l, h.Number)
	return found
}

// find returns the place of number in marks of l. Blocks mostly come in order, so it looks at the end first.
func (x *Index) find(l *laneBlocks, number uint64) (int, bool) {
	marks := l.marks(x.mu.shelf)
	n := len(marks)
	if n == 0 || l.lastNumber < number {
		return n, false
	}
	if l.lastNumber == number {
		return n - 1, true
	}
	at := sort.Search(n, func(i int) bool { return x.header(marks[i]).Number >= number })
	return at, x.header(marks[at]).Number == number
}

func (x *Index) header(mark uint32) *block.Header { return x.mu.shelf.header(uint64(mark)) }

// Add indexes a block. ErrDuplicate.
func (x *Index) Add(r store.Ref) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := r.Header
	key := laneKey{h.Attempt, h.Lane}
	mark := uint32(x.mu.shelf.at.n)
	l := x.mu.lanes[key]
	if l != nil {
		at, found := x.find(l, h.Number)
		if found {
			return ErrDuplicate
		}
		if marks := l.marks(x.mu.shelf); at < len(marks) {
			l.late = slices.Insert(slices.Clone(marks), at, mark)
		} else if l.late != nil {
			l.late = append(l.late, mark)
		}
	}
	stack := x.mu.shelf.add(r)
	if l == nil {
		l = &laneBlocks{shelf: stack.lane, firstMark: uint64(mark)}
		x.mu.lanes[key] = l
	}
	l.lastNumber = max(l.lastNumber, h.Number)
	if h.LastInv > 0 {
		l.invocations.insert(h.FirstInv, h.LastInv, stack)
	}
	for _, c := range h.Zones.Channels {
		if c.Count > 0 {
			insert(x.mu.channels, channelOf(h, c), c.First, c.Last, stack)
		}
	}
	for _, p := range h.Zones.Positions {
		if p.Count > 0 {
			insert(x.mu.positions, positionKey{p.Split, p.Sink}, signed(p.First), signed(p.Last), stack)
		}
	}
	s := &x.mu.summary
	if s.Blocks == 0 {
		s.WallMin, s.WallMax = h.WallMin, h.WallMax
	}
	s.Blocks++
	s.Events += uint64(h.Events)
	s.Bytes += uint64(h.Size)
	s.WallMin, s.WallMax = min(s.WallMin, h.WallMin), max(s.WallMax, h.WallMax)
	return nil
}

// Move changes where the blocks of a segment from an offset on are, and returns how many they are. Views that are open keep
// the old places.
func (x *Index) Move(segment uint64, from int64, to uint64, by int64) (moved uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.shelf = x.mu.shelf.replaced(func(p Place) (store.Ref, bool) {
		if p.Segment != segment || p.Offset < from {
			return store.Ref{}, false
		}
		moved++
		return store.Ref{Segment: to, Offset: p.Offset + by}, true
	})
	return moved
}

func insert[K comparable](m map[K]*intervals, k K, first, last uint64, stack stackKey) {
	x := m[k]
	if x == nil {
		x = new(intervals)
		m[k] = x
	}
	x.insert(first, last, stack)
}

// Len is the number of blocks.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int(x.mu.shelf.at.n)
}

// Recording is the summary of all blocks; the times of storing are the caller's to set.
func (x *Index) Recording() store.Recording {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.mu.summary
}

// Lane tells what is indexed of a lane; see store.Writer.
func (x *Index) Lane(attempt event.Key, lane event.Lane) store.LaneState {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var s store.LaneState
	l := x.mu.lanes[laneKey{attempt, lane}]
	if l == nil {
		return s
	}
	var before *block.Header
	for _, m := range l.marks(x.mu.shelf) {
		h := x.header(m)
		if h.Number >= block.ServerNumbers {
			break
		}
		if h.Number > s.Next && len(s.Missing) < store.MaxMissing {
			r := store.NumberRange{First: s.Next, Last: h.Number - 1, InvAfter: h.FirstInv, WallAfter: h.WallMin}
			if before != nil {
				r.InvBefore, r.WallBefore = before.LastInv, before.WallMax
			}
			s.Missing = append(s.Missing, r)
		}
		before = h
		s.Next, s.LastInv, s.WallMax = h.Number+1, h.LastInv, h.WallMax
	}
	return s
}

// Attempt tells what is indexed of an attempt; see store.Writer.
func (x *Index) Attempt(attempt event.Key) store.AttemptState {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var s store.AttemptState
	for k, l := range x.mu.lanes {
		if k.attempt != attempt {
			continue
		}
		for _, m := range l.marks(x.mu.shelf) {
			h := x.header(m)
			if h.Server() {
				continue
			}
			s.Blocks++
			s.LastInv, s.WallMax = max(s.LastInv, h.LastInv), max(s.WallMax, h.WallMax)
			s.Ended = s.Ended || slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == event.KindTaskEnded })
		}
	}
	return s
}

// View opens a view of the blocks indexed so far.
func (x *Index) View() *View {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return &View{index: x, shelf: x.mu.shelf, mark: x.mu.shelf.at.n, summary: x.mu.summary}
}

// openEnd stands for an open upper bound of invocations.
const openEnd = math.MaxUint64
