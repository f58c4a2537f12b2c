package query

import (
	"github.com/sightglass/sightglass/internal/event"
)

// Order is the direction of a scan.
type Order bool

// The orders.
const (
	Ascending  Order = false
	Descending Order = true
)

// EventQuery selects events. The zero value selects all of a recording, in ascending order, without payloads.
type EventQuery struct {
	Operator   string // slug or beginning of the id; empty = any. An event without operator counts as its chain's head
	Subtask    *int
	Attempt    *int      // attempt number
	AttemptKey event.Key // 0 = any
	Lanes      []event.Lane
	Kinds      []event.Kind
	From, To   Wall // 0 = open; To is exclusive
	Invocation *uint64
	Order      Order
	After      Cursor // go on behind this event, in Order; empty = from the beginning
	Around     string // a position or invocation: the scan begins at its first event. Not with After
	Expand     bool   // one event per invocation instead of one per run
	Payload    bool
	MaxBlocks  int // stop after decoding so many blocks, 0 = never; see Scan.Progress
}

// Cursor names a place in the order of events of one recording; it stays valid when blocks are appended. Opaque text.
type Cursor string

// Progress says how far a scan came.
type Progress struct {
	From, To Wall   // the stretch that was looked at
	Complete bool   // nothing is left in Order
	Next     Cursor // pass as After to go on; empty when Complete
}
