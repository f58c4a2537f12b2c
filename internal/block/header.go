package block

import "github.com/sightglass/sightglass/internal/event"

// Header is everything of a block that can be known without opening a section (spec/block.md, sections 1 and 3).
type Header struct {
	Minor      uint8
	Flags      uint16
	Lane       event.Lane
	Recording  event.RecordingID
	Attempt    event.Key
	Number     uint64 // dense from 0 per (recording, attempt, lane)
	FirstInv   uint64
	LastInv    uint64
	WallMin    int64 // µs, agent clock
	WallMax    int64
	EventMin   int64 // ms; MaxInt64 = none
	EventMax   int64 // ms; MinInt64 = none
	Checkpoint uint64
	Events     uint32
	Sections   []SectionInfo
	Zones      Zones
	Size       uint32 // of the whole block, bytes
}

// SectionInfo is one entry of the section table.
type SectionInfo struct {
	ID     SectionID
	Codec  Codec
	Stored uint32
	Raw    uint32
	CRC    uint32
	Offset uint32 // of the stored bytes from the start of the block; computed, not stored
}

// SectionID names a section (wire format).
type SectionID uint8

// The sections.
const (
	SectionMeta    SectionID = 1
	SectionIDs     SectionID = 2
	SectionKeys    SectionID = 3
	SectionPayload SectionID = 4
	SectionDet     SectionID = 5
	SectionState   SectionID = 6
)

// Codec is how a section is stored (wire format).
type Codec uint8

// The codecs.
const (
	CodecNone Codec = 0
	CodecLZ4  Codec = 1
	CodecZstd Codec = 2
)

// Zones are the decoded zones of a header. Indexes in entries refer to Partitions and Definitions.
type Zones struct {
	Counts      []Count
	Partitions  []event.Key
	Channels    []ChannelRange
	Watermarks  []WatermarkRange
	Barriers    []Barrier
	Drops       []Drop
	Gaps        []GapRange
	Definitions []event.DefinitionID
	Positions   []PositionRange
}

// Count is a number of events of one kind at one operator of the chain; Operator -1 = not known.
type Count struct {
	Operator int
	Kind     event.Kind
	N        uint64
}

// ChannelRange is the stretch [First, Last] of a subpartition that the block sent (In false) or consumed (In true).
// Collapsed ranges (flag 4) cover all subpartitions of the partition.
type ChannelRange struct {
	In           bool
	Partition    event.Key
	Subpartition uint32
	First, Last  uint64
	Count        uint64
}

// WatermarkRange is the first and last watermark (ms) seen in the block. In: the task's combined one of input Input.
type WatermarkRange struct {
	In          bool
	Partition   event.Key
	Input       int
	First, Last int64
}

// Barrier is one end's count of elements at a checkpoint barrier.
type Barrier struct {
	Checkpoint   uint64
	In           bool
	Partition    event.Key
	Subpartition uint32
	Seq          uint64
	Unaligned    bool
	Recovering   bool
}

// Drop counts the records that an operator threw away for one reason.
type Drop struct {
	Operator int // index in the chain, -1 = not known
	Reason   event.DropReason
	N        uint64
}

// GapRange is a stretch that was not recorded.
type GapRange struct {
	Lane              event.Lane
	Reason            event.GapReason
	FirstInv, LastInv uint64
	Events, Bytes     uint64
}

// PositionRange is a stretch of offsets read from (Sink false) or written to a split.
type PositionRange struct {
	Sink        bool
	Split       event.DefinitionID
	First, Last int64
	Count       uint64
}
