package query

import (
	"container/list"
	"context"
	"errors"
	"math"
	"sync"
	"unsafe"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// frame is a block with its columns decoded, but for payloads. Columns that the block lacks read as their default.
// Frames are shared between calls and never changed.
type frame struct {
	h *block.Header
	r *block.Rows

	inOrder bool // of rowKey.compare
}

func (f *frame) rows() int { return len(f.r.Kind) }

// wall is the row's wall clock, held inside the header's range: blocks are opened by that range.
func (f *frame) wall(row int) Wall {
	return Wall(max(f.h.WallMin, min(f.r.Wall[row], f.h.WallMax)))
}

// ordered tells whether the rows are in the order of events as they are. Most blocks' are.
func (f *frame) ordered() bool { return f.inOrder }

// order finds that out. Of one block, wall clock and invocation decide.
func (f *frame) order() {
	r := f.r
	for i := 1; i < len(r.Wall); i++ {
		if a, b := f.wall(i-1), f.wall(i); a > b || a == b && r.Inv[i-1] > r.Inv[i] {
			return
		}
	}
	f.inOrder = true
}

// covers tells whether the row stands for inv.
func (f *frame) covers(row int, inv uint64) bool {
	first := f.r.Inv[row]
	return inv >= first && inv-first < uint64(max(f.r.N[row], 1))
}

func (f *frame) path(row int) event.DefinitionID { return at(f.r.Path, row, 0) }

// element is what the row of lane out or det names: the element sent, or the first one consumed.
func (f *frame) element(row int) (e event.Element, broadcast, ok bool) {
	if f.r.Seq == nil {
		return event.Element{}, false, false
	}
	e.Seq = f.r.Seq[row]
	if f.h.Lane == event.LaneDet {
		c, ok := f.channel(row)
		if !ok || f.r.Kind[row] != event.KindElements {
			return event.Element{}, false, false
		}
		e.Partition, e.Subpartition = c.Partition, c.Subpartition
		return e, false, true
	}
	e.Partition = f.r.Partition[row]
	sub := f.r.Subpartition[row]
	if sub >= 0 {
		e.Subpartition = uint32(sub)
		return e, false, true
	}
	e.Subpartition = f.lowest(e.Partition)
	return e, true, true
}

// lowest is the lowest subpartition of p that the block sent to; broadcast elements are named by it.
func (f *frame) lowest(p event.Key) uint32 {
	if f.h.Flags&block.FlagChannelsCollapsed != 0 {
		return 0
	}
	low := uint32(math.MaxUint32)
	for _, c := range f.h.Zones.Channels {
		if !c.In && c.Partition == p {
			low = min(low, c.Subpartition)
		}
	}
	if low == math.MaxUint32 {
		return 0
	}
	return low
}

// channel is the input channel of a row of lane det.
func (f *frame) channel(row int) (block.Channel, bool) {
	if f.r.Channel == nil {
		return block.Channel{}, false
	}
	i := f.r.Channel[row]
	if i < 0 || int(i) >= len(f.r.Channels) {
		return block.Channel{}, false
	}
	return f.r.Channels[i], true
}

// sent finds the row that sent e.
func (f *frame) sent(e event.Element) (int, bool) {
	r := f.r
	for row := range r.Seq {
		if r.Partition[row] != e.Partition {
			continue
		}
		switch sub := r.Subpartition[row]; {
		case sub >= 0:
			if uint32(sub) == e.Subpartition && r.Seq[row] == e.Seq {
				return row, true
			}
		case r.SeqOf != nil:
			if seq, ok := r.SeqOf(row, e.Subpartition); ok && seq == e.Seq {
				return row, true
			}
		}
	}
	return 0, false
}

// consumed finds the row of lane det whose run holds e, and e's place in the run.
func (f *frame) consumed(e event.Element) (row int, offset uint64, ok bool) {
	r := f.r
	for row := range r.Seq {
		if r.Kind[row] != event.KindElements {
			continue
		}
		first := r.Seq[row]
		if e.Seq < first || e.Seq-first >= uint64(r.N[row]) {
			continue
		}
		if c, ok := f.channel(row); ok && c.Partition == e.Partition && c.Subpartition == e.Subpartition {
			return row, e.Seq - first, true
		}
	}
	return 0, 0, false
}

// at is column[row], or absent when the block does not have the column.
func at[T any](column []T, row int, absent T) T {
	if column == nil {
		return absent
	}
	return column[row]
}

// timeAt is column[row] of a column of ms, NoEventTime when the block does not have it.
func timeAt(column []int64, row int) EventTime {
	return EventTime(at(column, row, int64(NoEventTime)))
}

// sections lists those of ids that the block has. A read with an empty list would read everything.
func sections(h *block.Header, ids ...block.SectionID) []block.SectionID {
	var have []block.SectionID
	for _, id := range ids {
		for _, s := range h.Sections {
			if s.ID == id {
				have = append(have, id)
				break
			}
		}
	}
	return have
}

// unreadable tells whether err is about the block itself and will not go away, as opposed to a failed read.
func unreadable(err error) bool {
	return errors.Is(err, block.ErrChecksum) || errors.Is(err, block.ErrMalformed) ||
		errors.Is(err, block.ErrVersion) || errors.Is(err, block.ErrMagic) || errors.Is(err, block.ErrEncrypted)
}

// frames keeps decoded columns of blocks, the least recently used leaving first. Safe for concurrent use; two callers that
// miss the same block at once both decode it.
type frames struct {
	limit int64

	mu   sync.Mutex
	held int64
	used list.List // of *kept, most recent first
	at   map[frameKey]*list.Element
}

// frameKey is a block's identity, which outlives re-coding and moving; parts of it are kept apart.
type frameKey struct {
	recording event.RecordingID
	attempt   event.Key
	lane      event.Lane
	number    uint64
	part      part
}

// part is which columns of a block are kept together.
type part uint8

const (
	allButPayload part = iota
	payloadAlone
	metaAlone // kinds, operators, invocations, times
)

type kept struct {
	key  frameKey
	f    *frame
	size int64
}

func newFrames(limit int64) *frames {
	return &frames{limit: limit, at: make(map[frameKey]*list.Element)}
}

// columns returns the block without payloads.
func (c *frames) columns(ctx context.Context, s store.Snapshot, ref store.Ref) (*frame, error) {
	return c.get(ctx, s, ref, allButPayload, block.SectionMeta, block.SectionIDs, block.SectionDet)
}

// meta returns the columns of section meta; others may be there.
func (c *frames) meta(ctx context.Context, s store.Snapshot, ref store.Ref) (*frame, error) {
	if f := c.have(keyOf(ref.Header, allButPayload)); f != nil {
		return f, nil
	}
	return c.get(ctx, s, ref, metaAlone, block.SectionMeta)
}

// payload returns the payload columns alone.
func (c *frames) payload(ctx context.Context, s store.Snapshot, ref store.Ref) (*frame, error) {
	return c.get(ctx, s, ref, payloadAlone, block.SectionPayload)
}

func keyOf(h *block.Header, p part) frameKey {
	return frameKey{h.Recording, h.Attempt, h.Lane, h.Number, p}
}

// have returns what is kept, or nil.
func (c *frames) have(key frameKey) *frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[key]
	if !ok {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*kept).f
}

func (c *frames) get(ctx context.Context, s store.Snapshot, ref store.Ref, p part, ids ...block.SectionID) (*frame, error) {
	h := ref.Header
	key := keyOf(h, p)
	if f := c.have(key); f != nil {
		return f, nil
	}
	rows := new(block.Rows)
	if have := sections(h, ids...); h.Events > 0 && len(have) > 0 {
		var err error
		if rows, err = s.Read(ctx, ref, have...); err != nil {
			return nil, err
		}
	}
	f := &frame{h: h, r: rows}
	if p != payloadAlone {
		if err := f.check(); err != nil {
			return nil, err
		}
		f.order()
	}
	c.keep(&kept{key, f, f.size()})
	return f, nil
}

// check holds what the rest of the package relies on, so that a reader that breaks its contract gives an error and no panic.
func (f *frame) check() error {
	n, r := len(f.r.Kind), f.r
	if len(r.Operator) != n || len(r.Inv) != n || len(r.N) != n || len(r.Wall) != n || len(r.EventTime) != n ||
		r.Seq != nil && len(r.Seq) != n || r.Channel != nil && len(r.Channel) != n ||
		f.h.Lane.Base() == event.LaneOut && r.Seq != nil && (len(r.Partition) != n || len(r.Subpartition) != n) ||
		r.Path != nil && len(r.Path) != n || r.Body != nil && len(r.Body) != n {
		return block.ErrMalformed
	}
	return nil
}

func (c *frames) keep(k *kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.at[k.key]; ok || k.size > c.limit {
		return
	}
	c.at[k.key] = c.used.PushFront(k)
	for c.held += k.size; c.held > c.limit; {
		last := c.used.Back()
		old := last.Value.(*kept)
		c.used.Remove(last)
		delete(c.at, old.key)
		c.held -= old.size
	}
}

// size is about what the frame holds in memory.
func (f *frame) size() int64 {
	r := f.r
	n := int64(512)
	n += bytesOf(r.Kind) + bytesOf(r.Operator) + bytesOf(r.Inv) + bytesOf(r.N) + bytesOf(r.EventTime) + bytesOf(r.Wall) +
		bytesOf(r.Partition) + bytesOf(r.Subpartition) + bytesOf(r.Seq) + bytesOf(r.Channel) + bytesOf(r.Channels) +
		bytesOf(r.Path) + bytesOf(r.Ordinal) + bytesOf(r.Checkpoint) + bytesOf(r.Time) + bytesOf(r.Flags) + bytesOf(r.Text) +
		bytesOf(r.What) + bytesOf(r.Number) + bytesOf(r.Number2) + bytesOf(r.Reason) + bytesOf(r.State) +
		bytesOf(r.Split) + bytesOf(r.Offset) + bytesOf(r.SplitTime) + bytesOf(r.Emitted) + bytesOf(r.Body) +
		bytesOf(r.FullLength) + bytesOf(r.Hash) + bytesOf(r.Null) + bytesOf(r.KeyNull)
	if r.SeqOf != nil {
		n += 2 * bytesOf(r.Seq)
	}
	for _, b := range r.Body {
		n += int64(len(b))
	}
	for _, column := range [][]event.Payload{r.Value, r.Key, r.Headers, r.Namespace, r.MapKey, r.Before} {
		n += bytesOf(column)
		for _, p := range column {
			n += int64(p.Len())
		}
	}
	return n
}

func bytesOf[T any](s []T) int64 {
	var v T
	return int64(len(s)) * int64(unsafe.Sizeof(v))
}
