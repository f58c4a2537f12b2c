package query

import (
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// OperatorRef says which operator of a chain an event belongs to. Index is -1 and the texts are empty when not known.
type OperatorRef struct {
	Index int
	ID    string
	Slug  string
	Name  string
	Kind  string
}

// Event is one row of a block with its references resolved. Fields that the kind does not have are zero.
type Event struct {
	Recording  event.RecordingID
	Lane       event.Lane
	Kind       event.Kind
	Operator   OperatorRef
	Vertex     string
	Task       string
	Subtask    int // -1 = of no task, or its attempt definition has not come
	Attempt    int
	AttemptKey event.Key
	Invocation uint64 // 0 = none
	N          uint32 // invocations that the row stands for, from Invocation on
	Position   Position
	Wall       Wall
	EventTime  EventTime

	Element    *event.Element  // sent (lane out) or the first consumed (det)
	Broadcast  bool            // Element went to all subpartitions; it names the lowest
	Copies     []event.Element // with EventQuery.Copies, of a broadcast element: it at every subpartition
	Channel    *Channel        // det: where it came in
	Serializer event.DefinitionID
	Fields     []string // names of the row's fields, when the plan has them and the serializer does not
	KeyFields  []string // names of the fields of its operator's key, as far as the plan has them
	Path       string   // spec/recording.md, section 3.1
	Ordinal    uint32

	Split     *event.SplitDef
	Offset    int64
	Kafka     *event.KafkaPosition // Split and Offset, when the split is a Kafka partition
	SplitTime EventTime            // the record's timestamp
	Emitted   uint32

	Checkpoint  uint64
	Time        EventTime // of a timer or a watermark; of a dropped record its event time
	Flags       uint32
	Text        string
	What        uint32 // by kind, spec/recording.md section 4
	Number      int64
	Number2     int64
	Reason      event.DropReason // of a dropped record
	Transaction *Transaction     // that a write is part of, or a row of kind transaction is about; nil = none
	Outcome     Outcome          // of Transaction, where it was asked for: in moments
	State       *event.StateDef  // that the event is about; nil = none, or its definition has not come
	Body        []byte           // JSON, lanes job and gap

	HasPayload   bool   // payloads were asked for and read; the columns below are set
	PayloadError string // why they were not, when they were asked for
	Value        event.Payload
	Key          event.Payload
	Headers      event.Payload // layout: spec/block.md, column 50
	Namespace    event.Payload
	MapKey       event.Payload
	Before       event.Payload
	FullLength   uint32
	Hash         uint64

	Cursor Cursor
}

// NoNumber is a number that a dropped record does not have (spec/recording.md, section 4.1).
const NoNumber = math.MinInt64

// Late is by how many milliseconds a dropped record came too late; not ok when times do not tell.
func (ev *Event) Late() (ms int64, ok bool) {
	if !ev.Reason.Late() || !ev.Time.Known() || !EventTime(ev.Number).Known() {
		return 0, false
	}
	allowed := ev.Number2
	if allowed == NoNumber {
		allowed = 0
	}
	return ev.Number - int64(ev.Time) - allowed, true
}

// Channel is an input channel of a task.
type Channel struct {
	Partition    event.Key
	Subpartition uint32
	Gate, Index  uint32
}
