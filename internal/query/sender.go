package query

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// sender is the out blocks of one attempt, for questions about what it had sent by a number.
type sender struct {
	refs []store.Ref // in order of number; what a look-back buffer kept is in lanes of its own and comes behind
	kept int         // refs from here on are kept ones
}

func (v *view) sender(of map[event.Key]*sender, key event.Key) *sender {
	if s := of[key]; s != nil {
		return s
	}
	s := new(sender)
	var kept []store.Ref
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneOut, Attempt: key}) {
		switch {
		case ref.Header.Number >= block.ServerNumbers:
		case ref.Header.Lane.Kept():
			kept = append(kept, ref)
		default:
			s.refs = append(s.refs, ref)
		}
	}
	s.kept = len(s.refs)
	s.refs = append(s.refs, kept...)
	of[key] = s
	return s
}

// lastSent is the last element of some kinds that was sent below a number.
type lastSent struct {
	found *Event // with its bytes; nil = none
	seq   uint64
	hole  bool // a block behind it is missing or cannot be read, which may hold a later one
}

// last looks backwards from the first element that does not count any more. Headers tell which blocks hold none of the kinds.
func (s *sender) last(ctx context.Context, v *view, c subpartition, below uint64, wanted func(event.Kind) bool) (lastSent, error) {
	var best lastSent
	for i, part := range [][]store.Ref{s.refs[:s.kept], s.refs[s.kept:]} {
		if i > 0 && len(part) == 0 {
			continue
		}
		got, err := lastIn(ctx, v, part, c, below, wanted)
		if err != nil {
			return best, err
		}
		best.hole = best.hole || i == 0 && got.hole
		if got.found != nil && (best.found == nil || got.seq > best.seq) {
			best.found, best.seq = got.found, got.seq
		}
	}
	return best, nil
}

func lastIn(ctx context.Context, v *view, refs []store.Ref, c subpartition, below uint64, wanted func(event.Kind) bool) (lastSent, error) {
	var out lastSent
	if below == 0 {
		return out, nil
	}
	next := uint64(0) // number of the block looked at before, 0 = none
	reached := false  // a block is there that the channel went through
	for _, ref := range slices.Backward(refs) {
		h := ref.Header
		r := rangeOf(h, c)
		if r != nil && r.First >= below {
			next = h.Number
			continue
		}
		out.hole = out.hole || next > h.Number+1
		next = h.Number
		if r != nil && !reached {
			reached = true
			out.hole = out.hole || r.Last+1 < below && h.Flags&block.FlagSkips == 0
		}
		if !holds(h, wanted) {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				out.hole = true
				continue
			}
			return out, err
		}
		row, seq, ok := f.lastSent(c, below, wanted)
		if !ok {
			continue
		}
		ev, err := v.eventAt(ctx, ref, f, row, 0, false, true)
		out.found, out.seq = &ev, seq
		return out, err
	}
	out.hole = out.hole || next > 0 || len(refs) == 0 // the first blocks are gone
	return out, nil
}

// rangeOf is what a header says that was sent into the channel, nil = nothing, or it does not say of which channel.
func rangeOf(h *block.Header, c subpartition) *block.ChannelRange {
	if h.Flags&block.FlagChannelsCollapsed != 0 {
		return nil
	}
	for i := range h.Zones.Channels {
		if r := &h.Zones.Channels[i]; !r.In && r.Partition == c.partition && r.Subpartition == c.index {
			return r
		}
	}
	return nil
}

// holds tells whether a block may have a row of a wanted kind. A header that does not count all of its rows rules nothing out.
func holds(h *block.Header, wanted func(event.Kind) bool) bool {
	counted := uint64(0)
	for _, c := range h.Zones.Counts {
		if c.Kind >= event.KindEntered {
			continue
		}
		if wanted(c.Kind) {
			return true
		}
		counted += c.N
	}
	return counted < uint64(h.Events)
}

// lastSent is the last row of a wanted kind that went into the channel with a number below.
func (f *frame) lastSent(c subpartition, below uint64, wanted func(event.Kind) bool) (row int, seq uint64, ok bool) {
	for row := len(f.r.Seq) - 1; row >= 0; row-- {
		if f.r.Partition[row] != c.partition || !wanted(f.r.Kind[row]) {
			continue
		}
		seq, ok := f.r.Seq[row], f.r.Subpartition[row] == int32(c.index)
		if f.r.Subpartition[row] < 0 && f.r.SeqOf != nil {
			seq, ok = f.r.SeqOf(row, c.index)
		}
		if ok && seq < below {
			return row, seq, true
		}
	}
	return 0, 0, false
}
