package block

import "github.com/sightglass/sightglass/internal/event"

// Rows is the decoded content of a block's sections, by column; a column that was not read or is absent is nil.
// All per-row slices have Header.Events entries unless said otherwise. Callers own the slices.
type Rows struct {
	Kind      []event.Kind
	Operator  []int32  // chain index, -1 = not known
	Inv       []uint64 // first invocation of the row
	N         []uint32 // invocations the row stands for
	EventTime []int64  // ms; MinInt64 = none
	Wall      []int64  // µs, from the stamps

	Partition    []event.Key
	Subpartition []int32                                           // -1 = broadcast
	Seq          []uint64                                          // lane out: seq in the subpartition; of a broadcast row: of the lowest subpartition listed. Lane det: first seq of the run
	SeqOf        func(row int, subpartition uint32) (uint64, bool) // lane out: a broadcast row's seq in one subpartition
	Channel      []int32                                           // index into Channels
	Channels     []Channel
	Path         []event.DefinitionID // 0 = not known
	Ordinal      []uint32

	Value      []event.Payload
	Null       []bool // Value is null (withheld or none)
	Key        []event.Payload
	KeyNull    []bool
	Headers    []event.Payload // layout: spec/block.md, column 50
	Namespace  []event.Payload
	MapKey     []event.Payload
	Before     []event.Payload
	FullLength []uint32
	Hash       []uint64

	Checkpoint []uint64
	Time       []int64
	Flags      []uint32
	Text       []event.DefinitionID // 0 = none
	Split      []event.DefinitionID // 0 = not known
	Offset     []int64
	SplitTime  []int64 // ms; MinInt64 = none
	Emitted    []uint32
	What       []uint32
	Number     []int64
	Number2    []int64
	Reason     []event.DropReason   // 0 = none
	State      []event.DefinitionID // 0 = none
	Body       [][]byte
}

// Channel is one input channel of a det block.
type Channel struct {
	Partition    event.Key
	Subpartition uint32
	Gate, Index  uint32
	FirstSeq     uint64
}
