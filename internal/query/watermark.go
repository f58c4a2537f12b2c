package query

import "github.com/sightglass/sightglass/internal/event"

// WatermarkQuery asks what the inputs of tasks had for watermarks at a moment.
type WatermarkQuery struct {
	Operator string // slug or beginning of the id; empty = that of the moment's task
	Subtask  *int
	At       When
	// Idle reads the status that an event of kind status carries: its bytes are sealed here. nil = statuses are not known.
	Idle func(*Event) (idle, known bool)
}

// Watermarks is what holds event time back in the subtasks of an operator's task.
type Watermarks struct {
	Operator OperatorRef
	At       Wall // 0 = the end of what is recorded
	Tasks    []TaskWatermark
}

// TaskWatermark is one subtask's: the inputs that its watermark is the least of.
type TaskWatermark struct {
	Task       string
	Vertex     string
	Subtask    int
	Attempt    int
	AttemptKey event.Key
	Position   *Position // the last invocation that counts; nil = the task had not begun
	Wall       Wall      // its clock
	Watermark  EventTime // what the inputs come to; of a source what it sent
	Idle       bool      // all inputs are idle
	Inputs     []WatermarkInput
	Operators  []OperatorWatermark // what operators of the chain passed on, where it is recorded
	Notes      []Note
}

// InputState says whether an input counts for the watermark.
type InputState string

// The states. InputUnaligned: it was idle, is active again, and has not come up to the task's watermark; until then it holds
// nothing.
const (
	InputActive    InputState = "active"
	InputIdle      InputState = "idle"
	InputUnaligned InputState = "unaligned"
	InputUnknown   InputState = "unknown"
	InputEnded     InputState = "ended" // its last watermark is the end of time
)

// WatermarkInput is a channel of a task, or a split of a source.
type WatermarkInput struct {
	Partition    event.Key
	Subpartition uint32
	Edge         string // data set
	From         ChannelEnd
	Split        *event.SplitDef // nil = a channel
	SplitName    string          // as the rows name it
	Offset       int64           // of the split's record that was read last, -1 = none
	LastRecord   EventTime       // its time

	Watermark EventTime      // NoEventTime: it has brought none
	Element   *event.Element // that brought it
	Since     Wall           // when that was sent, or said
	State     InputState
	Holds     bool   // the task's watermark is this input's
	Taken     uint64 // elements taken in before the moment
	Exact     bool   // false: Note says why it may be another by now
	Note      string
}

// OperatorWatermark is the last watermark that an operator passed on.
type OperatorWatermark struct {
	Operator  OperatorRef
	Watermark EventTime
	Since     Wall
	Held      string // of an operator with several inputs: the one that holds it
}
