package query

import "github.com/sightglass/sightglass/internal/event"

// TimelineQuery selects what a timeline counts. Zero values: everything, 100 buckets.
type TimelineQuery struct {
	EventQuery     // Order, After, Around, Expand, Payload and Invocation are not used
	Buckets    int // at most 2000
}

// Timeline counts events per bucket. Counts are numbers of rows, except that runs of lane det count their invocations.
type Timeline struct {
	From, To    Wall
	BucketUS    int64
	Series      []Series
	Rows        uint64 // rows that Events yields for the same query
	Approximate bool   // blocks across bucket borders were split in proportion; Rows too if a filter cuts through blocks
}

// Series is one operator's and one kind's counts.
type Series struct {
	Operator OperatorRef
	Subtask  int // -1 = of all subtasks, or of no task
	Kind     event.Kind
	Counts   []uint64 // one per bucket
}

// Tracks is a timeline for each subtask, with what else headers tell of its time. Everything is by bucket.
type Tracks struct {
	Timeline   // series of each subtask, and of kinds KindEntered and KindPassed the records into and out of operators
	Drops      []DropSeries
	Watermarks []WatermarkSeries
}

// DropSeries is how many records a subtask of an operator threw away for one reason.
type DropSeries struct {
	Operator OperatorRef
	Subtask  int // -1 = not known
	Reason   event.DropReason
	Counts   []uint64 // one per bucket
}

// WatermarkSeries is the combined watermark of one input of a task, or, of a source, what it sent.
type WatermarkSeries struct {
	Operator OperatorRef // head of the task's chain
	Subtask  int
	Input    int         // -1 = sent
	Values   []EventTime // the last of each bucket; NoEventTime = none came within it
}
