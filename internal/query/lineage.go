package query

import (
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Direction says which way lineage goes.
type Direction uint8

// The directions.
const (
	Both Direction = iota
	Up
	Down
)

// LineageQuery asks where a record came from and what became of it.
type LineageQuery struct {
	// Recording to look in; nil = any, for Kafka positions only.
	Recording *event.RecordingID
	// Record is an element, a Kafka position, or a position (an invocation).
	Record    string
	Direction Direction
	Depth     int // steps each way; 0 = 32
	Limit     int // nodes; 0 = 500, at most 10000
	Payload   bool
}

// Lineage is a graph of records. Nodes are unique by ID; the node asked for has depth 0.
type Lineage struct {
	Record    string
	Recording event.RecordingID
	Complete  bool // no gap, missing recording, limit or state ended a branch
	Nodes     []Node
	Edges     []LineageEdge
	Notes     []Note
	Jobs      int // recordings touched
	Up, Down  int // nodes above and below the record
	Took      time.Duration
}

// NodeKind is the kind of a node.
type NodeKind string

// The kinds. NodeElement is a record sent between tasks, seen at its sender. NodeSource is a record read by a source.
// NodeWritten is a record written to an external system.
// NodeInvocation is an activation shown for itself: a timer that emitted, or one that a record entered and nothing left.
const (
	NodeElement    NodeKind = "element"
	NodeSource     NodeKind = "source"
	NodeWritten    NodeKind = "written"
	NodeInvocation NodeKind = "invocation"
)

// Node is one record or invocation.
type Node struct {
	ID        string
	Kind      NodeKind
	Record    string // element or Kafka position; empty for invocations
	Recording event.RecordingID
	Job       string
	Event     *Event // nil: nothing of it is recorded but its name
	Depth     int
	StateNote string
}

// EdgeKind is how two nodes hang together.
type EdgeKind string

// The kinds. EdgeSame: one record seen at two places (written and read, sent and received). EdgeCaused: parent and child of
// one invocation. EdgeState: through state: with Through from a record to what it contributed to, else from an invocation that
// brought no record to what it made.
const (
	EdgeSame   EdgeKind = "same"
	EdgeCaused EdgeKind = "caused"
	EdgeState  EdgeKind = "state"

	// EdgeDropped leads to the invocation in which the record was thrown away.
	EdgeDropped EdgeKind = "dropped"
)

// LineageEdge leads from cause to effect.
type LineageEdge struct {
	From, To   string // node ids
	Kind       EdgeKind
	Operator   string // slug of the head of the chain in between
	Path       string
	Through    string // of a state edge: what the record went through, in words; empty = not followed
	Over       string // why the record may have nothing to do with it; empty = proven, where Through is set
	HasLatency bool
	Latency    time.Duration // may be negative: two machines' clocks
}

// NoteKind is the kind of a note.
type NoteKind string

// The kinds.
const (
	NoteState       NoteKind = "state"
	NoteGap         NoteKind = "gap"
	NoteRemoved     NoteKind = "removed" // by retention
	NoteNotRecorded NoteKind = "not-recorded"
	NoteNotSampled  NoteKind = "not-sampled" // its key is none of the sample
	NoteLimit       NoteKind = "limit"
	NoteTransaction NoteKind = "transaction"
	NoteRecovered   NoteKind = "recovered"
	NoteDropped     NoteKind = "dropped" // an operator threw the record away
)

// Note says where and why the answer is not the whole truth, or what to keep in mind.
type Note struct {
	Kind     NoteKind
	Text     string
	Node     string
	Operator string
	Hint     string
}
