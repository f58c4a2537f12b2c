package query

import "github.com/sightglass/sightglass/internal/event"

// Gap is a stretch that was not recorded.
type Gap struct {
	Lane        event.Lane
	Reason      event.GapReason
	Text        string
	Operator    OperatorRef
	Task        string
	Subtask     int // -1 = of no task
	Attempt     int
	AttemptKey  event.Key
	First, Last uint64 // invocations; 0, 0 = not known
	Events      uint64
	Bytes       uint64
	From, To    Wall
	// Derived: no gap event says so; block numbers [FirstBlock, LastBlock] of the lane are missing.
	Derived               bool
	FirstBlock, LastBlock uint64
}
