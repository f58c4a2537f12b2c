package block

import (
	"math"
	"sort"

	"github.com/sightglass/sightglass/internal/event"
)

// ids decodes section ids and numbers the elements: the numbers themselves are not stored, they follow from the bases of
// the subpartitions or channels and the order of the rows.
func (d *decoder) ids(cs columns) error {
	o := d.out
	if err := d.definitions(&o.Path, cs.get(colPath)); err != nil {
		return err
	}
	if err := number(d, &o.Ordinal, cs.get(colOrdinal), math.MaxUint32, 0); err != nil {
		return err
	}
	if err := number(d, &o.Subpartition, cs.get(colSubpartition), math.MaxInt32, 1); err != nil {
		return err
	}
	var partition []uint32
	if n := len(d.h.Zones.Partitions); n > 0 {
		if err := number(d, &partition, cs.get(colPartition), uint64(n-1), 0); err != nil {
			return err
		}
	} else if c := cs.get(colPartition); c.present && d.rows > 0 {
		return c.malformed()
	}
	if c := cs.get(colBases); c.present {
		if err := d.sent(c, cs.get(colSkips), partition); err != nil {
			return err
		}
	} else if partition != nil {
		o.Partition = d.partitionKeys(partition)
	}
	if c := cs.get(colChannels); c.present {
		return d.consumed(c, cs.get(colChannel))
	}
	return nil
}

func (d *decoder) partitionKeys(index []uint32) []event.Key {
	keys := make([]event.Key, len(index))
	for i, p := range index {
		keys[i] = d.h.Zones.Partitions[p]
	}
	return keys
}

// subKey is a subpartition of a partition by its index in zone 2.
type subKey struct{ partition, subpartition uint32 }

// outCounter counts what one subpartition got in this block.
type outCounter struct {
	base    uint64
	rows    []int32  // the unicast rows that took a number, in order
	skipped []uint64 // by entry of rows: elements without a row up to it; nil = none
}

// skips is how many elements without a row there were up to the first n of its rows.
func (c *outCounter) skips(n uint64) uint64 {
	if n == 0 || c.skipped == nil {
		return 0
	}
	return c.skipped[n-1]
}

// sent numbers the rows of lane out. Bases: uv count, then (uv partition index, uv subpartition, uv seq).
// skipped: how many elements without a row lie before each row on its subpartition.
func (d *decoder) sent(c, skipped column, partition []uint32) error {
	if c.enc != encOwn {
		return c.malformed()
	}
	cur := cursor{b: c.data}
	n := cur.upTo(uint64(len(c.data) / 3))
	counters := make(map[subKey]*outCounter, n)
	lowest := make(map[uint32]uint32) // the lowest subpartition listed of a partition
	for range n {
		k := subKey{uint32(cur.upTo(math.MaxUint32)), uint32(cur.upTo(math.MaxInt32))}
		base := cur.uv()
		if cur.bad || uint64(k.partition) >= uint64(len(d.h.Zones.Partitions)) || counters[k] != nil {
			return c.malformed()
		}
		counters[k] = &outCounter{base: base}
		if low, ok := lowest[k.partition]; !ok || k.subpartition < low {
			lowest[k.partition] = k.subpartition
		}
	}
	if !cur.complete() {
		return c.malformed()
	}
	if d.rows == 0 {
		return nil
	}
	if len(d.h.Zones.Partitions) == 0 {
		return c.malformed()
	}
	if partition == nil {
		partition = make([]uint32, d.rows)
	}
	if d.out.Subpartition == nil {
		d.out.Subpartition = filled(d.rows, int32(-1))
	}
	var skips []uint64
	if d.h.Flags&FlagSkips != 0 {
		if err := number(d, &skips, skipped, math.MaxInt64, 0); err != nil {
			return err
		}
	}
	broadcasts := make(map[uint32][]int32) // by partition index, the rows in order
	seq := make([]uint64, d.rows)
	for row := range d.rows {
		p, sub := partition[row], d.out.Subpartition[row]
		broadcast := sub < 0
		if broadcast {
			low, ok := lowest[p]
			if !ok {
				return malformed("row %d: no base for its partition", row)
			}
			sub = int32(low)
		}
		counter := counters[subKey{p, uint32(sub)}]
		if counter == nil {
			return malformed("row %d: no base for its subpartition", row)
		}
		own := uint64(len(counter.rows))
		before := counter.skips(own)
		if skips != nil && !broadcast {
			before += skips[row]
			counter.skipped = append(counter.skipped, before)
		}
		seq[row] = counter.base + own + uint64(len(broadcasts[p])) + before
		if broadcast {
			broadcasts[p] = append(broadcasts[p], int32(row))
		} else {
			counter.rows = append(counter.rows, int32(row))
		}
	}
	d.out.Seq, d.out.Partition = seq, d.partitionKeys(partition)
	if len(broadcasts) == 0 {
		return nil
	}
	d.out.SeqOf = func(row int, subpartition uint32) (uint64, bool) {
		if row < 0 || row >= len(seq) {
			return 0, false
		}
		p := partition[row]
		counter := counters[subKey{p, subpartition}]
		if counter == nil {
			return 0, false
		}
		if own := d.out.Subpartition[row]; own >= 0 {
			return seq[row], uint32(own) == subpartition
		}
		own := before(counter.rows, row)
		return counter.base + own + counter.skips(own) + before(broadcasts[p], row), true
	}
	return nil
}

// before counts the entries of the ascending list rows that are below row.
func before(rows []int32, row int) uint64 {
	return uint64(sort.Search(len(rows), func(i int) bool { return int(rows[i]) >= row }))
}

// consumed numbers the rows of lane det. Channels: uv count, then (uv partition index, uv subpartition, uv gate,
// uv channel, uv first seq).
func (d *decoder) consumed(channels, channel column) error {
	if channels.enc != encOwn {
		return channels.malformed()
	}
	cur := cursor{b: channels.data}
	n := cur.upTo(uint64(len(channels.data) / 5))
	list := make([]Channel, n)
	next := make([]uint64, n)
	for i := range list {
		p := cur.uv()
		if p >= uint64(len(d.h.Zones.Partitions)) {
			return channels.malformed()
		}
		list[i] = Channel{
			Partition:    d.h.Zones.Partitions[p],
			Subpartition: uint32(cur.upTo(math.MaxInt32)),
			Gate:         uint32(cur.upTo(math.MaxUint32)),
			Index:        uint32(cur.upTo(math.MaxUint32)),
			FirstSeq:     cur.uv(),
		}
		next[i] = list[i].FirstSeq
	}
	if !cur.complete() {
		return channels.malformed()
	}
	o := d.out
	o.Channels = list
	if n == 0 || d.rows == 0 {
		return nil
	}
	if channel.present {
		if err := number(d, &o.Channel, channel, n-1, 0); err != nil {
			return err
		}
	} else {
		o.Channel = make([]int32, d.rows)
	}
	o.Seq = make([]uint64, d.rows)
	for row, kind := range o.Kind {
		ch := o.Channel[row]
		switch kind {
		case event.KindElements:
			o.Seq[row] = next[ch]
			next[ch] += uint64(o.N[row])
		case event.KindRecovered, event.KindBarrierIn, event.KindEndOfRecovery, event.KindEndOfChannel:
			o.Seq[row] = next[ch]
		}
	}
	return nil
}
