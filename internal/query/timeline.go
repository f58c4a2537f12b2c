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
	Kind     event.Kind
	Counts   []uint64 // one per bucket
}
