package disk

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// laneKey names a sequence of block numbers.
type laneKey struct {
	attempt event.Key
	lane    event.Lane
}

// removedRange is a stretch of block numbers of one lane: what of it is not there was removed. It is stored as a gap of the server's,
// whose body it is.
type removedRange struct {
	first, last       uint64
	firstInv, lastInv uint64
	from, to          int64 // µs
	events, bytes     uint64
}

func (g removedRange) with(o removedRange) removedRange {
	if o.firstInv != 0 && (g.firstInv == 0 || o.firstInv < g.firstInv) {
		g.firstInv = o.firstInv
	}
	g.first, g.last, g.lastInv = min(g.first, o.first), max(g.last, o.last), max(g.lastInv, o.lastInv)
	g.from, g.to = min(g.from, o.from), max(g.to, o.to)
	g.events, g.bytes = g.events+o.events, g.bytes+o.bytes
	return g
}

func rangeOf(h *block.Header) removedRange {
	return removedRange{first: h.Number, last: h.Number, firstInv: h.FirstInv, lastInv: h.LastInv, from: h.WallMin, to: h.WallMax,
		events: uint64(h.Events), bytes: uint64(h.Size)}
}

// gap makes the block that says what was removed.
func (g removedRange) gap(rec event.RecordingID, k laneKey) (*block.Header, []byte, error) {
	return block.ServerGap{Recording: rec, Attempt: k.attempt, Detail: g.digest(), Body: event.GapBody{
		Lane: k.lane, Reason: event.GapRetention, First: g.firstInv, Last: g.lastInv, Events: g.events, Bytes: g.bytes, FromUS: g.from, ToUS: g.to,
		FirstBlock: &g.first, LastBlock: &g.last, Text: "removed by retention until " + fromMicros(g.to).UTC().Format(time.RFC3339),
	}}.Build()
}

// digest tells this stretch from others of its lane, and from what it was before more was removed: a block's number stands for its rows.
func (g removedRange) digest() uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range []uint64{g.first, g.last, g.events, g.bytes} {
		binary.LittleEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
	return h.Sum64()
}

// saysRemoved tells whether a block is one of those that gap makes.
func saysRemoved(h *block.Header) bool {
	return h.Server() && h.Lane == event.LaneGap && slices.ContainsFunc(h.Zones.Gaps, func(g block.GapRange) bool { return g.Reason == event.GapRetention })
}

// readRemoved reads such a block back.
func readRemoved(g *segment, r store.Ref) (k laneKey, out removedRange, err error) {
	rows, err := block.DecodeFrom(r.Header, g, r.Offset, block.SectionMeta, block.SectionDet)
	if err != nil {
		return k, out, fmt.Errorf("reading what was removed: %w", err)
	}
	var b event.GapBody
	if len(rows.Body) != 1 || json.Unmarshal(rows.Body[0], &b) != nil || b.FirstBlock == nil || b.LastBlock == nil {
		return k, out, fmt.Errorf("reading what was removed: %w", block.ErrMalformed)
	}
	return laneKey{r.Header.Attempt, b.Lane}, removedRange{first: *b.FirstBlock, last: *b.LastBlock, firstInv: b.First, lastInv: b.Last, from: b.FromUS,
		to: b.ToUS, events: b.Events, bytes: b.Bytes}, nil
}

// learnRemoved takes in what the blocks of a segment say was removed. What cannot be read leaves a hole that nobody explains.
func (r *recording) learnRemoved(g *segment, refs []store.Ref) error {
	for _, ref := range refs {
		if !saysRemoved(ref.Header) {
			continue
		}
		k, x, err := readRemoved(g, ref)
		if err != nil {
			return err
		}
		r.noteRemoved(k, x)
	}
	return nil
}

// noteRemoved adds a stretch; one that begins where a known one does replaces it. Caller holds mu or is alone.
func (r *recording) noteRemoved(k laneKey, x removedRange) {
	if r.mu.removed == nil {
		r.mu.removed = make(map[laneKey][]removedRange)
	}
	list := slices.DeleteFunc(slices.Clone(r.mu.removed[k]), func(o removedRange) bool { return x.first <= o.first && o.last <= x.last })
	i, _ := slices.BinarySearchFunc(list, x, func(a, b removedRange) int { return cmp.Compare(a.first, b.first) })
	r.mu.removed[k] = slices.Insert(list, i, x)
}

// wasRemoved tells whether an agent sends a block again that is gone. Caller holds mu.
func (r *recording) wasRemoved(h *block.Header) bool {
	return !h.Server() && slices.ContainsFunc(r.mu.removed[laneKey{h.Attempt, h.Lane}], func(g removedRange) bool { return g.first <= h.Number && h.Number <= g.last })
}

// lane is the state of a lane as agents must know it: what was removed was stored.
func (r *recording) lane(attempt event.Key, lane event.Lane) store.LaneState {
	r.mu.Lock()
	removed := r.mu.removed[laneKey{attempt, lane}]
	index := r.index()
	r.mu.Unlock()
	s := index.Lane(attempt, lane)
	for _, g := range removed {
		var rest []store.NumberRange
		for _, m := range s.Missing {
			if g.last < m.First || m.Last < g.first {
				rest = append(rest, m)
				continue
			}
			if m.First < g.first {
				rest = append(rest, store.NumberRange{First: m.First, Last: g.first - 1, InvBefore: m.InvBefore, WallBefore: m.WallBefore, InvAfter: g.firstInv, WallAfter: g.from})
			}
			if g.last < m.Last {
				rest = append(rest, store.NumberRange{First: g.last + 1, Last: m.Last, InvBefore: g.lastInv, WallBefore: g.to, InvAfter: m.InvAfter, WallAfter: m.WallAfter})
			}
		}
		s.Missing = rest
		if g.last >= s.Next {
			if g.first > s.Next {
				s.Missing = append(s.Missing, store.NumberRange{First: s.Next, Last: g.first - 1, InvBefore: s.LastInv, WallBefore: s.WallMax, InvAfter: g.firstInv, WallAfter: g.from})
			}
			s.Next, s.LastInv, s.WallMax = g.last+1, g.lastInv, g.to
		}
	}
	return s
}

// Removed tells what retention took out of a recording that is still there: how many events and bytes, and up to when.
type Removed struct {
	Events, Bytes uint64
	Until         int64 // µs; 0 = nothing
}

// Removed adds up what was trimmed off a recording.
func (s *Store) Removed(_ context.Context, rec event.RecordingID) (out Removed) {
	r := s.find(rec)
	if r == nil {
		return out
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, list := range r.mu.removed {
		for _, g := range list {
			out.Events, out.Bytes, out.Until = out.Events+g.events, out.Bytes+g.bytes, max(out.Until, g.to)
		}
	}
	return out
}
