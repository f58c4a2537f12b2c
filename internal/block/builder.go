package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// Spec is what a block says of itself besides its rows.
type Spec struct {
	Recording  event.RecordingID
	Attempt    event.Key
	Lane       event.Lane
	Number     uint64
	Checkpoint uint64 // that opened the interval
	Flags      uint16 // FlagServer, FlagRecovered; the others are set as needed
	Codec      Codec  // for the sections that it makes smaller
}

// Row is one event for a Builder. Fields that the lane does not use are ignored; the zero value of each is its default,
// except as said.
type Row struct {
	Kind      event.Kind
	Operator  int    // index in the chain, -1 = not known
	Inv       uint64 // first invocation; 0 = none
	N         uint32 // invocations; 0 is taken as 1
	Wall      int64  // µs
	Timed     bool   // EventTime is set
	EventTime int64  // ms

	Partition    event.Key          // lane out
	Subpartition int                // lane out; -1 = broadcast
	Channel      int                // lane det: as Builder.Channel returned it
	Path         event.DefinitionID // 0 = not known
	Ordinal      uint32

	Value      []byte // nil = null
	Key        []byte
	Headers    []byte
	Namespace  []byte
	MapKey     []byte
	Before     []byte
	FullLength uint32
	Hash       uint64

	Checkpoint uint64
	Time       int64
	HasTime    bool // lanes trace, state and env: Time is set
	Flags      uint32
	Text       event.DefinitionID
	Split      event.DefinitionID
	Offset     int64
	SplitTime  int64
	Emitted    uint32
	What       uint32
	Number     int64
	Number2    int64
	Reason     event.DropReason
	State      event.DefinitionID
	Body       []byte
}

// Builder makes one block. Rows are added in order; partitions and definitions that they name enter the tables by
// themselves, zones 1, 3 and 11 follow from the rows, the others are given. Not safe for concurrent use.
type Builder struct {
	spec     Spec
	scratch  *scratch // nil before the first row and after Finish
	rows     []Row
	n        int // rows, after Finish as well
	channels []Channel
	bases    []base

	partitions  interned[event.Key]
	definitions interned[event.DefinitionID]

	counts     []Count
	watermarks []WatermarkRange
	barriers   []Barrier
	gaps       []GapRange
	lastInv    uint64 // the header's range goes at least to here
	wallMax    int64
}

type base struct {
	partition    event.Key
	subpartition uint32
	seq          uint64
}

// interned gives values an index in order of first use.
type interned[T comparable] struct {
	index map[T]uint64
	list  []T
}

func (t *interned[T]) of(v T) uint64 {
	if i, ok := t.index[v]; ok {
		return i
	}
	if t.index == nil {
		t.index = make(map[T]uint64)
	}
	i := uint64(len(t.list))
	t.index[v] = i
	t.list = append(t.list, v)
	return i
}

// NewBuilder begins a block.
func NewBuilder(spec Spec) *Builder { return &Builder{spec: spec} }

// Rows is the number of rows added.
func (b *Builder) Rows() int { return b.n }

// Add appends a row. The builder keeps the row's slices until Finish.
func (b *Builder) Add(r Row) {
	if r.N == 0 {
		r.N = 1
	}
	if b.scratch == nil {
		b.scratch = newScratch()
		b.rows = b.scratch.rows
	}
	b.rows = append(b.rows, r)
	b.n++
}

// Base declares, for lane out, the sequence number of the next element of a subpartition at the start of the block. Every
// subpartition that a row names needs one; of a partition with broadcast rows all subpartitions do.
func (b *Builder) Base(partition event.Key, subpartition uint32, seq uint64) {
	b.partitions.of(partition)
	b.bases = append(b.bases, base{partition, subpartition, seq})
}

// Channel declares, for lane det, a channel and the number of its next element, and returns the value for Row.Channel.
func (b *Builder) Channel(c Channel) int {
	b.partitions.of(c.Partition)
	b.channels = append(b.channels, c)
	return len(b.channels) - 1
}

// Define names a definition in zone 10 although no row refers to it, as an attempt's blocks do with the attempt.
func (b *Builder) Define(id event.DefinitionID) { b.definitions.of(id) }

// Count adds n to zone 1 beyond what rows give: KindEntered and KindPassed.
func (b *Builder) Count(operator int, kind event.Kind, n uint64) {
	b.counts = addCount(b.counts, operator, kind, n)
}

// Watermark notes watermarks in zone 5; a later range of the same partition or input extends the entry.
func (b *Builder) Watermark(w WatermarkRange) {
	if !w.In {
		b.partitions.of(w.Partition)
	}
	for i := range b.watermarks {
		if e := &b.watermarks[i]; e.In == w.In && e.Partition == w.Partition && e.Input == w.Input {
			e.Last = w.Last
			return
		}
	}
	b.watermarks = append(b.watermarks, w)
}

// Barrier adds an entry to zone 6.
func (b *Builder) Barrier(e Barrier) {
	b.partitions.of(e.Partition)
	b.barriers = append(b.barriers, e)
}

// Gap adds an entry to zone 8.
func (b *Builder) Gap(g GapRange) { b.gaps = append(b.gaps, g) }

// span extends the header's ranges of invocations and wall clock beyond the rows: a gap reaches further than its row.
func (b *Builder) span(lastInv uint64, wallMax int64) { b.lastInv, b.wallMax = lastInv, wallMax }

func addCount(counts []Count, operator int, kind event.Kind, n uint64) []Count {
	for i := range counts {
		if counts[i].Operator == operator && counts[i].Kind == kind {
			counts[i].N += n
			return counts
		}
	}
	return append(counts, Count{operator, kind, n})
}

// Finish returns the block. It fails when a row cannot be expressed or a limit of the format is passed; the builder is of
// no use afterwards.
func (b *Builder) Finish() ([]byte, error) {
	if b.scratch == nil { // no rows
		b.scratch = newScratch()
	}
	defer b.giveBack()
	if len(b.rows) > MaxRows {
		return nil, fmt.Errorf("building a block: %d rows, the limit is %d", len(b.rows), MaxRows)
	}
	h := b.header()
	sections := []struct {
		id  SectionID
		raw []byte
	}{
		{SectionMeta, b.meta(h)}, {SectionIDs, nil}, {SectionPayload, b.payload(h)}, {SectionDet, b.det()},
	}
	var err error
	if sections[1].raw, err = b.ids(); err != nil {
		return nil, err
	}
	channels, err := b.ranges(h)
	if err != nil {
		return nil, err
	}
	table, body := b.scratch.table[:0], b.scratch.body[:0]
	n := 0
	for _, s := range sections {
		if len(s.raw) == 0 {
			continue
		}
		stored, codec, err := pack(s.raw, b.spec.Codec, &b.scratch.packed)
		if err != nil {
			return nil, fmt.Errorf("building a block: section %d: %w", s.id, err)
		}
		n++
		table = append(table, byte(s.id), byte(codec), 0, 0)
		table = binary.LittleEndian.AppendUint32(table, uint32(len(stored)))
		table = binary.LittleEndian.AppendUint32(table, uint32(len(s.raw)))
		table = binary.LittleEndian.AppendUint32(table, crc32.Checksum(stored, castagnoli))
		body = append(body, stored...)
	}
	b.scratch.table, b.scratch.body = table, body
	zones := b.zones(channels)
	return seal24(h, n, table, zones, body)
}

// seal24 puts the parts together behind the 24 bytes of the prefix.
func seal24(h *Header, sections int, table, zones, body []byte) ([]byte, error) {
	header := fixedLen + len(table) + len(zones)
	size := prefixLen + header + len(body)
	if header > MaxHeader || size > MaxBlock {
		return nil, fmt.Errorf("building a block: header of %d and block of %d bytes pass the limits", header, size)
	}
	le := binary.LittleEndian
	raw := append(make([]byte, 0, size), magic...)
	raw = append(raw, Major, Minor)
	raw = le.AppendUint16(raw, h.Flags)
	raw = le.AppendUint32(raw, uint32(header))
	raw = le.AppendUint32(raw, uint32(len(body)))
	raw = append(raw, byte(sections), byte(h.Lane), 0, 0)
	raw = append(raw, 0, 0, 0, 0) // checksum, below
	raw = append(raw, h.Recording[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(h.Attempt))
	for _, v := range []uint64{h.Number, h.FirstInv, h.LastInv, uint64(h.WallMin), uint64(h.WallMax),
		uint64(h.EventMin), uint64(h.EventMax), h.Checkpoint, uint64(h.Events)} {
		raw = le.AppendUint64(raw, v) // the events' upper half is the reserved word
	}
	raw = append(raw, table...)
	raw = append(raw, zones...)
	le.PutUint32(raw[crcAt:], headChecksum(raw, len(raw)))
	return append(raw, body...), nil
}

// header derives the fields that follow from the rows.
func (b *Builder) header() *Header {
	s := b.spec
	h := &Header{
		Minor: Minor, Flags: s.Flags, Lane: s.Lane, Recording: s.Recording, Attempt: s.Attempt, Number: s.Number,
		Checkpoint: s.Checkpoint, EventMin: math.MaxInt64, EventMax: math.MinInt64, Events: uint32(len(b.rows)),
	}
	for i, r := range b.rows {
		if r.Inv != 0 {
			if h.FirstInv == 0 || r.Inv < h.FirstInv {
				h.FirstInv = r.Inv
			}
			h.LastInv = max(h.LastInv, r.Inv+uint64(r.N)-1)
		}
		if i == 0 {
			h.WallMin, h.WallMax = r.Wall, r.Wall
		}
		h.WallMin, h.WallMax = min(h.WallMin, r.Wall), max(h.WallMax, r.Wall)
		if r.Timed && (r.Kind == event.KindRecord || r.Kind == event.KindOtherSourceRecord) { // data, not watermarks
			h.EventMin, h.EventMax = min(h.EventMin, r.EventTime), max(h.EventMax, r.EventTime)
		}
		if r.FullLength != 0 {
			h.Flags |= FlagPayloadCut
		}
	}
	h.LastInv, h.WallMax = max(h.LastInv, b.lastInv), max(h.WallMax, b.wallMax)
	return h
}

func (b *Builder) meta(h *Header) []byte {
	w := b.section(SectionMeta)
	w.unsigned(colKind, b.unsigned(func(r *Row) uint64 { return uint64(r.Kind) }), -1)
	w.unsigned(colOperator, b.unsigned(func(r *Row) uint64 { return uint64(r.Operator + 1) }), 0)
	inv := b.signed(func(r *Row) int64 { return int64(r.Inv) })
	for _, v := range inv {
		if uint64(v) != h.FirstInv {
			w.signed(colInvocation, inv, int64(h.FirstInv), true)
			break
		}
	}
	w.unsigned(colN, b.unsigned(func(r *Row) uint64 { return uint64(r.N) }), 1)
	var times []int64
	mask := make([]byte, (len(b.rows)+7)/8)
	for i, r := range b.rows {
		if r.Timed {
			times = append(times, r.EventTime)
			mask[i/8] |= 1 << (i % 8)
		}
	}
	if len(times) > 0 {
		w.signed(colEventTime, times, 0, true)
		w.column(colHasEventTime, encBits, mask)
	}
	var stamps []byte
	n, row, at := uint64(0), 0, h.WallMin
	for i, r := range b.rows {
		if r.Wall != at {
			stamps = binary.AppendUvarint(stamps, uint64(i-row))
			stamps = binary.AppendUvarint(stamps, zigzag(r.Wall-at))
			n, row, at = n+1, i, r.Wall
		}
	}
	if n > 0 {
		w.column(colStamps, encOwn, append(binary.AppendUvarint(nil, n), stamps...))
	}
	return w.raw
}

func (b *Builder) ids() ([]byte, error) {
	w := b.section(SectionIDs)
	switch b.spec.Lane.Base() {
	case event.LaneOut:
		w.unsigned(colPartition, b.unsigned(func(r *Row) uint64 { return b.partitions.of(r.Partition) }), -1)
		w.unsigned(colSubpartition, b.unsigned(func(r *Row) uint64 { return uint64(r.Subpartition + 1) }), -1)
		data := binary.AppendUvarint(nil, uint64(len(b.bases)))
		for _, e := range b.bases {
			data = binary.AppendUvarint(data, b.partitions.of(e.partition))
			data = binary.AppendUvarint(data, uint64(e.subpartition))
			data = binary.AppendUvarint(data, e.seq)
		}
		w.column(colBases, encOwn, data)
	case event.LaneDet:
		for i, r := range b.rows {
			if len(b.channels) > 0 && (r.Channel < 0 || r.Channel >= len(b.channels)) || r.Kind == event.KindElements && len(b.channels) == 0 {
				return nil, fmt.Errorf("building a block: row %d has a channel that was not declared", i)
			}
		}
		if len(b.channels) > 0 {
			w.unsigned(colChannel, b.unsigned(func(r *Row) uint64 { return uint64(r.Channel) }), -1)
			data := binary.AppendUvarint(nil, uint64(len(b.channels)))
			for _, c := range b.channels {
				data = binary.AppendUvarint(data, b.partitions.of(c.Partition))
				for _, v := range []uint64{uint64(c.Subpartition), uint64(c.Gate), uint64(c.Index), c.FirstSeq} {
					data = binary.AppendUvarint(data, v)
				}
			}
			w.column(colChannels, encOwn, data)
		}
	}
	w.unsigned(colPath, b.unsigned(func(r *Row) uint64 { return b.definition(r.Path) }), 0)
	w.unsigned(colOrdinal, b.unsigned(func(r *Row) uint64 { return uint64(r.Ordinal) }), 0)
	return w.raw, nil
}

// definition is the index in zone 10 + 1; 0 for none.
func (b *Builder) definition(id event.DefinitionID) uint64 {
	if id == 0 {
		return 0
	}
	return b.definitions.of(id) + 1
}

func (b *Builder) payload(h *Header) []byte {
	w := b.section(SectionPayload)
	w.strings(colValue, b.strings(func(r *Row) []byte { return r.Value }))
	w.strings(colKey, b.strings(func(r *Row) []byte { return r.Key }))
	w.strings(colHeaders, b.strings(func(r *Row) []byte { return r.Headers }))
	w.strings(colNamespace, b.strings(func(r *Row) []byte { return r.Namespace }))
	w.strings(colMapKey, b.strings(func(r *Row) []byte { return r.MapKey }))
	w.strings(colBefore, b.strings(func(r *Row) []byte { return r.Before }))
	if h.Flags&FlagPayloadCut != 0 {
		w.unsigned(colFullLength, b.unsigned(func(r *Row) uint64 { return uint64(r.FullLength) }), 0)
		w.fixed64(colHash, b.unsigned(func(r *Row) uint64 { return r.Hash }))
	}
	return w.raw
}

func (b *Builder) det() []byte {
	w := b.section(SectionDet)
	w.unsigned(colCheckpoint, b.unsigned(func(r *Row) uint64 { return r.Checkpoint }), 0)
	if notes(b.spec.Lane) {
		b.noteTimes(w)
	} else {
		w.signed(colTime, b.signed(func(r *Row) int64 { return r.Time }), 0, false)
	}
	w.unsigned(colFlags, b.unsigned(func(r *Row) uint64 { return uint64(r.Flags) }), 0)
	w.unsigned(colText, b.unsigned(func(r *Row) uint64 { return b.definition(r.Text) }), 0)
	w.unsigned(colSplit, b.unsigned(func(r *Row) uint64 { return b.definition(r.Split) }), 0)
	w.signed(colOffset, b.signed(func(r *Row) int64 { return r.Offset }), 0, false)
	w.signed(colSplitTime, b.signed(func(r *Row) int64 { return r.SplitTime }), 0, false)
	w.unsigned(colEmitted, b.unsigned(func(r *Row) uint64 { return uint64(r.Emitted) }), 0)
	w.unsigned(colWhat, b.unsigned(func(r *Row) uint64 { return uint64(r.What) }), 0)
	w.signed(colNumber, b.signed(func(r *Row) int64 { return r.Number }), 0, false)
	w.signed(colNumber2, b.signed(func(r *Row) int64 { return r.Number2 }), 0, false)
	w.unsigned(colReason, b.unsigned(func(r *Row) uint64 { return uint64(r.Reason) }), 0)
	w.unsigned(colState, b.unsigned(func(r *Row) uint64 { return b.definition(r.State) }), 0)
	w.strings(colBody, b.strings(func(r *Row) []byte { return r.Body }))
	return w.raw
}

// notes tells whether rows of a lane may have no time.
func notes(l event.Lane) bool {
	return l == event.LaneTrace || l == event.LaneState || l == event.LaneEnv
}

// noteTimes writes column 65, left out when no row has a time.
func (b *Builder) noteTimes(w *sectionWriter) {
	any := false
	times := b.signed(func(r *Row) int64 {
		any = any || r.HasTime
		if r.HasTime {
			return r.Time
		}
		return math.MinInt64
	})
	if any {
		w.signed(colTime, times, 0, true)
	}
}
