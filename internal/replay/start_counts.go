package replay

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// counted finds the number of the next element of channels at a start: behind the last one before it, else that of the first one
// behind it. It goes back from there, and reads only blocks whose header names a channel that is looked for.
type counted struct {
	in   bool // consumed, else sent
	want map[event.Element]bool
	next map[event.Element]uint64
}

func newCounted(in bool) *counted {
	return &counted{in: in, want: make(map[event.Element]bool), next: make(map[event.Element]uint64)}
}

func (c *counted) found(e event.Element, next uint64) {
	if c.want[e] {
		c.next[e] = next
	}
}

// settled takes what was found off what is looked for.
func (c *counted) settled() {
	for e := range c.next {
		delete(c.want, e)
	}
}

func (c *counted) mayHold(h *block.Header) bool {
	if h.Flags&block.FlagChannelsCollapsed != 0 {
		return true
	}
	return slices.ContainsFunc(h.Zones.Channels, func(r block.ChannelRange) bool {
		return r.In == c.in && c.want[event.Element{Partition: r.Partition, Subpartition: r.Subpartition}]
	})
}

// walk reads blocks, newest first up to an invocation, then the others oldest first. rows takes those of a block, in order; before: those
// up to the invocation, else those behind it.
func (c *counted) walk(refs []store.Ref, invocation uint64, rows func(ref store.Ref, before bool) error) error {
	for _, ref := range slices.Backward(refs) {
		if len(c.want) == 0 {
			return nil
		}
		if ref.Header.FirstInv > invocation || !c.mayHold(ref.Header) {
			continue
		}
		if err := rows(ref, true); err != nil {
			return err
		}
		c.settled()
	}
	for _, ref := range refs {
		if len(c.want) == 0 {
			return nil
		}
		if ref.Header.LastInv <= invocation || !c.mayHold(ref.Header) {
			continue
		}
		if err := rows(ref, false); err != nil {
			return err
		}
		c.settled()
	}
	return nil
}

// sentAt are the numbers of elements that an attempt had sent on each channel at the barriers of checkpoints.
func sentAt(snap store.Snapshot, attempt event.Key) map[uint64]map[event.Element]uint64 {
	sent := make(map[uint64]map[event.Element]uint64)
	for ref := range snap.Blocks(store.Filter{Attempt: attempt}) {
		for _, b := range ref.Header.Zones.Barriers {
			if b.In {
				continue
			}
			if sent[b.Checkpoint] == nil {
				sent[b.Checkpoint] = make(map[event.Element]uint64)
			}
			sent[b.Checkpoint][event.Element{Partition: b.Partition, Subpartition: b.Subpartition}] = b.Seq
		}
	}
	return sent
}

// consumed finds the number of the next element of each channel.
func (s *start) consumed(ctx context.Context, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key) error {
	k := newCounted(true)
	keys := make(map[event.Element]string)
	for g, gate := range c.Of.Gates {
		for i, ch := range gate.Channels {
			key, err := partitionKey(ch.Partition)
			if err != nil {
				return err
			}
			e := event.Element{Partition: key, Subpartition: uint32(ch.Subpartition)}
			k.want[e], keys[e] = true, fmt.Sprintf("gate.%d.%d.seq", g, i)
		}
	}
	err := k.walk(blocksOf(snap, attempt, event.LaneDet), s.invocation, func(ref store.Ref, before bool) error {
		l := &lane{snap: snap, refs: []store.Ref{ref}}
		for {
			r, err := l.peek(ctx)
			if err != nil || r == nil {
				return err
			}
			x := l.take()
			if x.kind != event.KindElements || !x.hasChannel || before != (x.inv <= s.invocation) {
				continue
			}
			e := event.Element{Partition: x.channel.Partition, Subpartition: x.channel.Subpartition}
			if _, known := k.next[e]; before {
				k.found(e, x.seq+min(x.n, s.invocation-x.inv+1))
			} else if !known {
				k.found(e, x.seq)
			}
		}
	})
	for e, next := range k.next {
		p[keys[e]] = strconv.FormatUint(next, 10)
	}
	return err
}

// sent finds the number of the next element of each subpartition that the task sends to.
func (s *start) sent(ctx context.Context, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key) error {
	k := newCounted(false)
	keys := make(map[event.Element]string)
	subpartitions := make(map[event.Key]int)
	for w, out := range c.Of.Writers {
		key, err := partitionKey(out.Partition)
		if err != nil {
			return err
		}
		subpartitions[key] = out.Subpartitions
		for sub := range out.Subpartitions {
			e := event.Element{Partition: key, Subpartition: uint32(sub)}
			k.want[e], keys[e] = true, fmt.Sprintf("writer.%d.sent.%d", w, sub)
		}
	}
	err := k.walk(blocksOf(snap, attempt, event.LaneOut), s.invocation, func(ref store.Ref, before bool) error {
		r, err := snap.Read(ctx, ref, present(ref.Header, []block.SectionID{block.SectionMeta, block.SectionIDs})...)
		if err != nil {
			return err
		}
		take := func(e event.Element, seq uint64) {
			if _, known := k.next[e]; before {
				k.found(e, seq+1)
			} else if !known {
				k.found(e, seq)
			}
		}
		for i := range r.Kind {
			if r.Seq == nil || before != (r.Inv[i] <= s.invocation) {
				continue
			}
			if sub := r.Subpartition[i]; sub >= 0 {
				take(event.Element{Partition: r.Partition[i], Subpartition: uint32(sub)}, r.Seq[i])
				continue
			}
			for sub := 0; r.SeqOf != nil && sub < subpartitions[r.Partition[i]]; sub++ {
				if seq, ok := r.SeqOf(i, uint32(sub)); ok {
					take(event.Element{Partition: r.Partition[i], Subpartition: uint32(sub)}, seq)
				}
			}
		}
		return nil
	})
	// Where records are counted alone (level positions), rows lie far apart: the barrier itself says how many there were.
	for e, n := range sentAt(snap, attempt)[s.checkpoint] {
		if keys[e] != "" {
			k.next[e] = max(k.next[e], n)
		}
	}
	for e, next := range k.next {
		p[keys[e]] = strconv.FormatUint(next, 10)
	}
	return err
}
