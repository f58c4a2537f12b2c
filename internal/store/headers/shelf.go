package headers

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// shelf keeps the headers of all blocks, packed, and where the blocks are. It only grows; what changes of blocks that are there
// makes another shelf (replaced), and views keep the one that they began with. Guarded by Index.mu.
type shelf struct {
	rec      event.RecordingID
	lanes    []*laneShelf
	lane     map[laneKey]uint32 // index into lanes
	at       spots              // by mark
	segments []uint64
	segment  map[uint64]uint32 // index into segments
	spans    []span            // of segments
	tables   *tables
	cache    *cache
	arena    []byte // stacks lie in pieces of arenaLen: by themselves each would take a little more than it is long
}

const arenaLen = 64 << 10

// keep copies a finished stack.
func (s *shelf) keep(stack []byte) []byte {
	if cap(s.arena)-len(s.arena) < len(stack) {
		s.arena = make([]byte, 0, max(arenaLen, len(stack)))
	}
	from := len(s.arena)
	s.arena = append(s.arena, stack...)
	return s.arena[from:len(s.arena):len(s.arena)]
}

// spot is where a block's header is on the shelf and where the block is stored.
type spot struct {
	lane, seq uint32 // seq in order of arrival in the lane
	place     uint64 // index into segments and offset
}

// spots is a list in pieces: to grow, nothing is copied, and no more than a piece is unused.
type spots struct {
	pieces [][]spot
	n      uint64
}

const spotsLen = 1 << 12

func (l *spots) add(s spot) {
	if l.n%spotsLen == 0 {
		l.pieces = append(l.pieces, make([]spot, 0, spotsLen))
	}
	last := &l.pieces[l.n/spotsLen]
	*last = append(*last, s)
	l.n++
}

func (l *spots) of(mark uint64) *spot { return &l.pieces[mark/spotsLen][mark%spotsLen] }

func (l *spots) clone() spots {
	c := spots{n: l.n, pieces: slices.Clone(l.pieces)}
	for i, p := range c.pieces {
		c.pieces[i] = append(make([]spot, 0, spotsLen), p...)
	}
	return c
}

const offsetBits = 44

func (s spot) segment() uint64 { return s.place >> offsetBits }
func (s spot) offset() int64   { return int64(s.place & (1<<offsetBits - 1)) }

// laneShelf has the headers of one lane in order of arrival, in stacks of which all but the last are finished.
type laneShelf struct {
	key    laneKey
	marks  []uint32 // in order of arrival
	stacks [][]byte
	open   []byte
	n      int           // headers in open
	last   *block.Header // of open; nil when it is empty
}

// stackLen is how many headers are unpacked together.
const stackLen = 16

func newShelf(rec event.RecordingID) *shelf {
	return &shelf{rec: rec, lane: make(map[laneKey]uint32), segment: make(map[uint64]uint32), tables: new(tables), cache: new(cache)}
}

// add puts the block with the next mark on the shelf, and tells in which stack it lies.
func (s *shelf) add(r store.Ref) stackKey {
	key := laneKey{r.Header.Attempt, r.Header.Lane}
	i, ok := s.lane[key]
	if !ok {
		i = uint32(len(s.lanes))
		s.lane[key] = i
		s.lanes = append(s.lanes, &laneShelf{key: key})
	}
	l := s.lanes[i]
	seq := uint32(len(l.stacks)*stackLen + l.n)
	l.add(s, r.Header)
	at := spot{lane: i, seq: seq}.in(s, r)
	l.marks = append(l.marks, uint32(s.at.n))
	s.at.add(at)
	s.span(uint32(s.at.n-1), at)
	return stackKey{i, seq / stackLen}
}

func (p spot) in(s *shelf, r store.Ref) spot {
	i, ok := s.segment[r.Segment]
	if !ok {
		i = uint32(len(s.segments))
		s.segment[r.Segment] = i
		s.segments = append(s.segments, r.Segment)
	}
	p.place = uint64(i)<<offsetBits | uint64(r.Offset)
	return p
}

func (l *laneShelf) add(s *shelf, h *block.Header) {
	l.open = pack(l.open, h, l.last, s.rec, s.tables)
	l.n++
	if l.last = h; l.n == stackLen {
		l.stacks = append(l.stacks, s.keep(l.open))
		l.open, l.n, l.last = l.open[:0], 0, nil
	}
}

// unpacked gives the headers of a stack.
func (l *laneShelf) unpacked(stack int, rec event.RecordingID, t *tables) []*block.Header {
	b, n := l.open, l.n
	if stack < len(l.stacks) {
		b, n = l.stacks[stack], stackLen
	}
	list := make([]*block.Header, n)
	var before *block.Header
	for i := range list {
		before, b = unpack(b, before, rec, l.key.attempt, l.key.lane, t)
		list[i] = before
	}
	return list
}

// header is that of the block with a mark.
func (s *shelf) header(mark uint64) *block.Header {
	at := s.at.of(mark)
	l, stack, i := s.lanes[at.lane], at.seq/stackLen, int(at.seq%stackLen)
	if int(stack) == len(l.stacks) && i == l.n-1 {
		return l.last
	}
	return s.stack(stackKey{at.lane, stack})[i]
}

// stack gives the headers of a stack, in order of arrival.
func (s *shelf) stack(k stackKey) []*block.Header {
	l := s.lanes[k.lane]
	if int(k.stack) == len(l.stacks) { // it grows
		return l.unpacked(int(k.stack), s.rec, s.tables)
	}
	list := s.cache.get(k)
	if list == nil {
		list = l.unpacked(int(k.stack), s.rec, s.tables)
		s.cache.put(k, list)
	}
	return list
}

// ref is the block with a mark.
func (s *shelf) ref(mark uint64) store.Ref {
	at := s.at.of(mark)
	return store.Ref{Header: s.header(mark), Segment: s.segments[at.segment()], Offset: at.offset()}
}

// replaced makes a shelf on which blocks are elsewhere: change tells where a block is now, and its header if that is another one
// as well (else nil). The new shelf takes what comes from now on; stacks without another header are shared.
func (s *shelf) replaced(change func(Place) (store.Ref, bool)) *shelf {
	n := *s
	n.lanes, n.at, n.cache = slices.Clone(s.lanes), s.at.clone(), new(cache)
	n.segments, n.segment, n.arena = slices.Clone(s.segments), maps.Clone(s.segment), nil
	others, moved := make(map[stackKey]map[uint32]*block.Header), false
	for mark := range n.at.n {
		at := n.at.of(mark)
		r, ok := change(Place{s.segments[at.segment()], at.offset()})
		if !ok {
			continue
		}
		*at = at.in(&n, r)
		moved = true
		if r.Header != nil {
			k := stackKey{at.lane, at.seq / stackLen}
			if others[k] == nil {
				others[k] = make(map[uint32]*block.Header)
			}
			others[k][at.seq%stackLen] = r.Header
		}
	}
	if moved {
		n.spans = nil
		for mark := range n.at.n {
			n.span(uint32(mark), *n.at.of(mark))
		}
	} else {
		n.spans = slices.Clone(s.spans)
	}
	for k, headers := range others {
		l := n.lanes[k.lane]
		if l == s.lanes[k.lane] {
			own := *l
			own.stacks, own.open = slices.Clone(l.stacks), bytes.Clone(l.open)
			l = &own
			n.lanes[k.lane] = l
		}
		list := l.unpacked(int(k.stack), n.rec, n.tables)
		var packed []byte
		var before *block.Header
		for i := range list {
			if h := headers[uint32(i)]; h != nil {
				list[i] = h
			}
			packed = pack(packed, list[i], before, n.rec, n.tables)
			before = list[i]
		}
		if int(k.stack) < len(l.stacks) {
			l.stacks[k.stack] = n.keep(packed)
		} else {
			l.open, l.last = packed, before
		}
	}
	return &n
}

// cache keeps the stacks that were unpacked last. Safe for concurrent use: readers of an index share it.
type cache struct {
	mu    sync.Mutex
	slots [512]cached
}

type stackKey struct{ lane, stack uint32 }

type cached struct {
	key  stackKey
	list []*block.Header
}

func (c *cache) slot(k stackKey) *cached {
	return &c.slots[(k.lane*0x9e3779b1+k.stack)%uint32(len(c.slots))]
}

func (c *cache) get(k stackKey) []*block.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.slot(k); s.key == k {
		return s.list
	}
	return nil
}

func (c *cache) put(k stackKey, list []*block.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*c.slot(k) = cached{k, list}
}
