package browse

import (
	"time"

	"github.com/sightglass/sightglass/internal/query"
)

// Read models without payload.
type (
	Job            = query.Job
	JobState       = query.JobState
	Graph          = query.Graph
	Vertex         = query.Vertex
	Operator       = query.Operator
	OperatorRef    = query.OperatorRef
	Subtask        = query.Subtask
	Edge           = query.Edge
	Topic          = query.Topic
	Checkpoint     = query.Checkpoint
	Recording      = query.Recording
	Gap            = query.Gap
	Channel        = query.Channel
	ChannelTotals  = query.ChannelTotals
	ChannelReport  = query.ChannelReport
	ChannelEnd     = query.ChannelEnd
	Timeline       = query.Timeline
	TimelineQuery  = query.TimelineQuery
	Position       = query.Position
	Path           = query.Path
	Cursor         = query.Cursor
	Direction      = query.Direction
	LineageQuery   = query.LineageQuery
	LineageEdge    = query.LineageEdge
	Note           = query.Note
	Wall           = query.Wall
	Level          = query.Level
	Levels         = query.Levels
	EventTime      = query.EventTime
	AmbiguousError = query.AmbiguousError
)

// The directions of lineage, the orders of events, and time that is none.
const (
	Both        = query.Both
	Up          = query.Up
	Down        = query.Down
	Ascending   = query.Ascending
	Descending  = query.Descending
	NoEventTime = query.NoEventTime
)

// Errors that callers decide on.
var (
	ErrNotFound = query.ErrNotFound
	ErrQuery    = query.ErrQuery
)

// ParsePosition reads a position's text.
func ParsePosition(s string) (Position, error) { return query.ParsePosition(s) }

// Fleet knows the processes with an agent. The write side has it; server joins the two.
type Fleet interface {
	// Processes lists the connected ones and those seen since the server started.
	Processes() []Process
}

// Process is a JVM with an agent, as it reported itself.
type Process struct {
	ID        string
	Role      string
	Host      string
	PID       int
	Java      string
	Flink     string
	Agent     string
	Connected bool
	Closed    bool // its last connection ended in order
	LastSeen  time.Time
	Hooks     []Hook
	Counters  Counters
	CPUShare  float64 // of one core, over the last seconds; negative = not known
	Off       bool
	Reason    string
}

// Hook is one line of an agent's self-test.
type Hook struct {
	ID, State, Class, Detail string
	Fired                    int64
}

// Counters are what an agent counts about itself.
type Counters struct {
	Errors, LostEvents, LostBytes, QueuedBytes, CPUNanos, Blocks, Events, Bytes int64
}

type noFleet struct{}

func (noFleet) Processes() []Process { return nil }
