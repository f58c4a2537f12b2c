package block

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// maxChannelRanges is how many entries zone 3 may have before it is collapsed to one per role and partition.
const maxChannelRanges = 256

// ranges numbers the elements of the rows and gives zone 3. It sets FlagChannelsCollapsed in h when it had to collapse.
func (b *Builder) ranges(h *Header) ([]ChannelRange, error) {
	var list []ChannelRange
	switch b.spec.Lane.Base() {
	case event.LaneOut:
		var err error
		if list, err = b.sentRanges(); err != nil {
			return nil, err
		}
	case event.LaneDet:
		list = make([]ChannelRange, len(b.channels))
		for i, c := range b.channels {
			list[i] = ChannelRange{In: true, Partition: c.Partition, Subpartition: c.Subpartition, First: c.FirstSeq}
		}
		for _, r := range b.rows {
			if r.Kind == event.KindElements {
				list[r.Channel].Count += uint64(r.N)
			}
		}
	}
	kept := list[:0]
	for _, e := range list {
		if e.Count > 0 {
			e.Last = e.First + e.Count - 1
			kept = append(kept, e)
		}
	}
	if len(kept) <= maxChannelRanges {
		return kept, nil
	}
	h.Flags |= FlagChannelsCollapsed
	at := make(map[event.Key]int)
	var collapsed []ChannelRange
	for _, e := range kept {
		i, ok := at[e.Partition]
		if !ok {
			at[e.Partition] = len(collapsed)
			e.Subpartition = 0
			collapsed = append(collapsed, e)
			continue
		}
		c := &collapsed[i]
		c.First, c.Last, c.Count = min(c.First, e.First), max(c.Last, e.Last), c.Count+e.Count
	}
	return collapsed, nil
}

func (b *Builder) sentRanges() ([]ChannelRange, error) {
	type subpartition struct {
		partition event.Key
		index     uint32
	}
	list := make([]ChannelRange, len(b.bases))
	at := make(map[subpartition]int, len(b.bases))
	of := make(map[event.Key][]int)
	for i, e := range b.bases {
		list[i] = ChannelRange{Partition: e.partition, Subpartition: e.subpartition, First: e.seq}
		at[subpartition{e.partition, e.subpartition}] = i
		of[e.partition] = append(of[e.partition], i)
	}
	if len(at) != len(list) {
		return nil, fmt.Errorf("building a block: a subpartition has two bases")
	}
	for row, r := range b.rows {
		if r.Subpartition < 0 {
			if len(of[r.Partition]) == 0 {
				return nil, fmt.Errorf("building a block: row %d has no base", row)
			}
			for _, i := range of[r.Partition] {
				list[i].Count++
			}
			continue
		}
		i, ok := at[subpartition{r.Partition, uint32(r.Subpartition)}]
		if !ok {
			return nil, fmt.Errorf("building a block: row %d has no base", row)
		}
		list[i].Count++
	}
	return list, nil
}

func (b *Builder) drops() (list []Drop) {
	for _, r := range b.rows {
		if r.Reason == 0 {
			continue
		}
		i := slices.IndexFunc(list, func(d Drop) bool { return d.Operator == r.Operator && d.Reason == r.Reason })
		if i < 0 {
			i = len(list)
			list = append(list, Drop{Operator: r.Operator, Reason: r.Reason})
		}
		n := uint64(1)
		if r.Reason.Counted() {
			n = uint64(max(1, r.Number))
		}
		list[i].N += n
	}
	return list
}

func (b *Builder) positions() []PositionRange {
	var list []PositionRange
	for _, r := range b.rows {
		if r.Split == 0 || r.Offset < 0 { // a write that failed has no place
			continue
		}
		sink := b.spec.Lane == event.LaneTrace
		i := 0
		for i < len(list) && (list[i].Split != r.Split || list[i].Sink != sink) {
			i++
		}
		if i == len(list) {
			list = append(list, PositionRange{Sink: sink, Split: r.Split, First: r.Offset, Last: r.Offset})
		}
		n := int64(1)
		if r.Kind == event.KindSourceRun {
			n = int64(r.N)
		}
		e := &list[i]
		e.First, e.Last, e.Count = min(e.First, r.Offset), max(e.Last, r.Offset+n-1), e.Count+uint64(n)
	}
	return list
}

// zones writes all zones; the tables are complete because sections were written before.
func (b *Builder) zones(channels []ChannelRange) []byte {
	counts := b.counts
	for _, r := range b.rows {
		counts = addCount(counts, r.Operator, r.Kind, uint64(r.N))
	}
	var w zoneWriter
	for _, e := range counts {
		w.add(uint64(e.Operator+1), uint64(e.Kind), e.N)
	}
	w.end(zoneCounts)
	for _, e := range channels {
		w.add(role(e.In), b.partitions.of(e.Partition), uint64(e.Subpartition), e.First, e.Last, e.Count)
	}
	w.end(zoneChannels)
	for _, e := range b.watermarks {
		index := uint64(e.Input)
		if !e.In {
			index = b.partitions.of(e.Partition)
		}
		w.add(role(e.In), index, zigzag(e.First), zigzag(e.Last))
	}
	w.end(zoneWatermarks)
	for _, e := range b.barriers {
		var flags uint64
		if e.Unaligned {
			flags |= RowUnaligned
		}
		if e.Recovering {
			flags |= RowRecovering
		}
		w.add(e.Checkpoint, role(e.In), b.partitions.of(e.Partition), uint64(e.Subpartition), e.Seq, flags)
	}
	w.end(zoneBarriers)
	for _, e := range b.drops() {
		w.add(uint64(e.Operator+1), uint64(e.Reason), e.N)
	}
	w.end(zoneDrops)
	for _, e := range b.gaps {
		w.add(uint64(e.Lane), uint64(e.Reason), e.FirstInv, e.LastInv, e.Events, e.Bytes)
	}
	w.end(zoneGaps)
	for _, e := range b.positions() {
		w.add(role(e.Sink), b.definitions.of(e.Split), zigzag(e.First), zigzag(e.Last), e.Count)
	}
	w.end(zonePositions)
	for _, k := range b.partitions.list {
		w.value = binary.BigEndian.AppendUint64(w.value, uint64(k))
	}
	w.end(zonePartitions)
	for _, id := range b.definitions.list {
		w.value = binary.BigEndian.AppendUint64(w.value, uint64(id))
	}
	w.end(zoneDefinitions)
	return w.zones
}

func role(second bool) uint64 {
	if second {
		return 1
	}
	return 0
}

// zoneWriter collects the value of one zone after the other.
type zoneWriter struct{ zones, value []byte }

func (w *zoneWriter) add(values ...uint64) {
	for _, v := range values {
		w.value = binary.AppendUvarint(w.value, v)
	}
}

// end closes the current zone; an empty one is left out.
func (w *zoneWriter) end(typ uint64) {
	if len(w.value) == 0 {
		return
	}
	w.zones = binary.AppendUvarint(w.zones, typ)
	w.zones = binary.AppendUvarint(w.zones, uint64(len(w.value)))
	w.zones = append(w.zones, w.value...)
	w.value = w.value[:0]
}
