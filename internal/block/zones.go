package block

import (
	"encoding/binary"
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// Zone types (wire format).
const (
	zoneCounts      = 1
	zonePartitions  = 2
	zoneChannels    = 3
	zoneWatermarks  = 5
	zoneBarriers    = 6
	zoneDrops       = 7
	zoneGaps        = 8
	zoneDefinitions = 10
	zonePositions   = 11
	zoneTypes       = 12
)

// parse reads all zones. The tables come first whatever their place, since other zones refer to them.
func (z *Zones) parse(b []byte) error {
	var at [zoneTypes]cursor
	var seen [zoneTypes]bool
	c := cursor{b: b}
	for !c.empty() {
		typ := c.uv()
		value := c.take(c.uv())
		if c.bad {
			return malformed("zones are cut")
		}
		if typ >= zoneTypes {
			continue
		}
		if seen[typ] {
			return malformed("zone %d twice", typ)
		}
		seen[typ], at[typ] = true, cursor{b: value}
	}
	if c.bad {
		return malformed("zones are cut")
	}
	var err error
	if z.Partitions, err = parseTable[event.Key](at[zonePartitions].b, zonePartitions); err != nil {
		return err
	}
	if z.Definitions, err = parseTable[event.DefinitionID](at[zoneDefinitions].b, zoneDefinitions); err != nil {
		return err
	}
	z.Counts = parseZone(&at[zoneCounts], 3, z.parseCount)
	z.Channels = parseZone(&at[zoneChannels], 6, z.parseChannel)
	z.Watermarks = parseZone(&at[zoneWatermarks], 4, z.parseWatermark)
	z.Barriers = parseZone(&at[zoneBarriers], 6, z.parseBarrier)
	z.Drops = parseZone(&at[zoneDrops], 3, z.parseDrop)
	z.Gaps = parseZone(&at[zoneGaps], 6, z.parseGap)
	z.Positions = parseZone(&at[zonePositions], 5, z.parsePosition)
	for typ := range at {
		if at[typ].bad {
			return malformed("zone %d", typ)
		}
	}
	return nil
}

func parseTable[T ~uint64](b []byte, typ int) ([]T, error) {
	if len(b)%8 != 0 {
		return nil, malformed("zone %d has %d bytes", typ, len(b))
	}
	if len(b) == 0 {
		return nil, nil
	}
	t := make([]T, len(b)/8)
	for i := range t {
		t[i] = T(binary.BigEndian.Uint64(b[8*i:]))
	}
	return t, nil
}

// parseZone fills a slice of entries of `fields` varints each until c ends. A wrong entry leaves c.bad set.
func parseZone[T any](c *cursor, fields int, entry func(*cursor, *T)) []T {
	if len(c.b) == 0 {
		return nil
	}
	n := countVarints(c.b)
	if n%fields != 0 {
		c.fail()
		return nil
	}
	list := make([]T, n/fields)
	for i := range list {
		entry(c, &list[i])
	}
	if !c.complete() {
		c.fail()
	}
	return list
}

func (z *Zones) parseCount(c *cursor, e *Count) {
	e.Operator = int(c.upTo(math.MaxInt32)) - 1
	e.Kind = event.Kind(c.upTo(math.MaxUint8))
	e.N = c.uv()
}

func (z *Zones) parseChannel(c *cursor, e *ChannelRange) {
	e.In = c.upTo(1) == 1
	e.Partition = z.partition(c)
	e.Subpartition = uint32(c.upTo(math.MaxUint32))
	e.First, e.Last, e.Count = c.uv(), c.uv(), c.uv()
	if e.Count > 0 && e.First > e.Last {
		c.fail()
	}
}

func (z *Zones) parseWatermark(c *cursor, e *WatermarkRange) {
	if e.In = c.upTo(1) == 1; e.In {
		e.Input = int(c.upTo(math.MaxInt32))
	} else {
		e.Partition = z.partition(c)
	}
	e.First, e.Last = c.zz(), c.zz()
}

func (z *Zones) parseBarrier(c *cursor, e *Barrier) {
	e.Checkpoint = c.uv()
	e.In = c.upTo(1) == 1
	e.Partition = z.partition(c)
	e.Subpartition = uint32(c.upTo(math.MaxUint32))
	e.Seq = c.uv()
	flags := c.uv()
	e.Unaligned, e.Recovering = flags&RowUnaligned != 0, flags&RowRecovering != 0
}

func (z *Zones) parseDrop(c *cursor, e *Drop) {
	e.Operator = int(c.upTo(math.MaxInt32)) - 1
	e.Reason = event.DropReason(c.upTo(math.MaxUint8))
	e.N = c.uv()
}

func (z *Zones) parseGap(c *cursor, e *GapRange) {
	e.Lane = event.Lane(c.upTo(math.MaxUint8))
	e.Reason = event.GapReason(c.upTo(math.MaxUint8))
	e.FirstInv, e.LastInv, e.Events, e.Bytes = c.uv(), c.uv(), c.uv(), c.uv()
}

func (z *Zones) parsePosition(c *cursor, e *PositionRange) {
	e.Sink = c.upTo(1) == 1
	if i := c.uv(); i < uint64(len(z.Definitions)) {
		e.Split = z.Definitions[i]
	} else {
		c.fail()
	}
	e.First, e.Last, e.Count = c.zz(), c.zz(), c.uv()
	if e.Count > 0 && e.First > e.Last {
		c.fail()
	}
}

func (z *Zones) partition(c *cursor) event.Key {
	i := c.uv()
	if i >= uint64(len(z.Partitions)) {
		c.fail()
		return 0
	}
	return z.Partitions[i]
}
