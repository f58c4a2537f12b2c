package query

import (
	"cmp"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// subpartition is one queue of a partition.
type subpartition struct {
	partition event.Key
	index     uint32
}

// barrierChecks compares what both ends of each channel had counted at each checkpoint barrier. It is fed with headers in
// any order and keeps only ends that wait for the other one. A subpartition has one consumer at a time, so an end is let go
// once it was compared.
type barrierChecks struct {
	sent     map[subpartition][]barrierEnd
	channels map[channelID]*channelCheck
	of       map[subpartition][]*channelCheck
	totals   ChannelTotals
}

type channelID struct {
	subpartition
	consumer event.Key
}

type channelCheck struct {
	channelID
	waiting []barrierEnd // received, with nothing sent to compare with yet
	result  ChannelCheck
}

type barrierEnd struct {
	checkpoint uint64
	seq        uint64
	unaligned  bool
	recovering bool
}

// maxWaiting is how many ends of a channel may wait; the oldest checkpoints are given up first.
const maxWaiting = 256

func newBarrierChecks() *barrierChecks {
	return &barrierChecks{
		sent: make(map[subpartition][]barrierEnd), channels: make(map[channelID]*channelCheck),
		of: make(map[subpartition][]*channelCheck),
	}
}

func (b *barrierChecks) add(h *block.Header) {
	for _, z := range h.Zones.Barriers {
		sub := subpartition{z.Partition, z.Subpartition}
		end := barrierEnd{z.Checkpoint, z.Seq, z.Unaligned, z.Recovering}
		if z.In {
			b.received(channelID{sub, h.Attempt}, end)
			continue
		}
		compared := false
		for _, c := range b.of[sub] {
			if i := find(c.waiting, end.checkpoint); i >= 0 {
				b.compare(c, end, c.waiting[i])
				c.waiting = slices.Delete(c.waiting, i, i+1)
				compared = true
			}
		}
		if !compared {
			b.sent[sub] = wait(b.sent[sub], end)
		}
	}
}

func (b *barrierChecks) received(id channelID, end barrierEnd) {
	c := b.channels[id]
	if c == nil {
		c = &channelCheck{channelID: id}
		b.channels[id] = c
		b.of[id.subpartition] = append(b.of[id.subpartition], c)
		b.totals.Channels++
	}
	if i := find(b.sent[id.subpartition], end.checkpoint); i >= 0 {
		b.compare(c, b.sent[id.subpartition][i], end)
		b.sent[id.subpartition] = slices.Delete(b.sent[id.subpartition], i, i+1)
		return
	}
	c.waiting = wait(c.waiting, end)
}

// compare counts one barrier. What is received while a task recovers is not counted the same on both ends, so those are
// left out.
func (b *barrierChecks) compare(c *channelCheck, sent, received barrierEnd) {
	r := &c.result
	switch {
	case sent.recovering || received.recovering:
		return
	case sent.unaligned || received.unaligned:
		if received.seq <= sent.seq {
			r.Unaligned++
			b.totals.Unaligned++
		} else {
			r.Exceeded++
			b.totals.Exceeded++
		}
	default:
		r.Compared++
		b.totals.Compared++
		if received.seq == sent.seq {
			r.Equal++
			b.totals.Equal++
			break
		}
		r.Unequal++
		b.totals.Unequal++
		if r.FirstUnequal == 0 || sent.checkpoint < r.FirstUnequal {
			r.FirstUnequal = sent.checkpoint
		}
	}
	if sent.checkpoint >= r.LastCheckpoint {
		r.LastCheckpoint, r.Sent, r.Consumed = sent.checkpoint, sent.seq, received.seq
	}
}

// wait adds end in order of checkpoint. A repeated barrier of the same checkpoint replaces the first.
func wait(ends []barrierEnd, end barrierEnd) []barrierEnd {
	i, found := slices.BinarySearchFunc(ends, end.checkpoint, func(e barrierEnd, id uint64) int { return cmp.Compare(e.checkpoint, id) })
	if found {
		ends[i] = end
		return ends
	}
	ends = slices.Insert(ends, i, end)
	if len(ends) > maxWaiting {
		ends = slices.Delete(ends, 0, len(ends)-maxWaiting)
	}
	return ends
}

func find(ends []barrierEnd, checkpoint uint64) int {
	i, found := slices.BinarySearchFunc(ends, checkpoint, func(e barrierEnd, id uint64) int { return cmp.Compare(e.checkpoint, id) })
	if !found {
		return -1
	}
	return i
}

// total is the sum of all channels.
func (b *barrierChecks) total() ChannelTotals {
	t := b.totals
	for _, c := range b.channels {
		t.Pending += uint64(len(c.waiting))
	}
	return t
}
