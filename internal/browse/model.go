package browse

import (
	"time"

	"github.com/sightglass/sightglass/internal/query"
)

// Read models without payload.
type (
	Job            = query.Job
	JobState       = query.JobState
	Explain        = query.Explain
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
	Capsule        = query.Capsule
	Channel        = query.Channel
	ChannelTotals  = query.ChannelTotals
	ChannelReport  = query.ChannelReport
	ChannelEnd     = query.ChannelEnd
	Drops          = query.Drops
	DropsQuery     = query.DropsQuery
	DropSum        = query.DropSum
	Timeline       = query.Timeline
	TimelineQuery  = query.TimelineQuery
	Tracks         = query.Tracks
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

// How runs end.
const (
	JobFinished = query.JobFinished
	JobFailed   = query.JobFailed
	JobCanceled = query.JobCanceled
)

// The directions of lineage, the orders of events, and time that is none.
const (
	Both        = query.Both
	Up          = query.Up
	Down        = query.Down
	Ascending   = query.Ascending
	Descending  = query.Descending
	NoEventTime = query.NoEventTime
	EndOfTime   = query.EndOfTime
	NoNumber    = query.NoNumber
)

// Errors that callers decide on.
var (
	ErrNotFound = query.ErrNotFound
	ErrQuery    = query.ErrQuery
)

// Beginning is the cursor before everything.
var Beginning = query.Beginning

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
	Reason    string // why it is off, or, when it is not, why no task is recorded

	Policy   ProcessPolicy
	Governor Governor
	LookBack LookBack
	Spent    map[string]int64 // CPU time: by thread of the agent, and an estimate of hooks, ns
}

// ProcessPolicy is what an agent made of the recording policy.
type ProcessPolicy struct {
	Version       string // that it follows; empty = it does not tell
	Tasks, Behind int    // recorded tasks, and those that had nothing to do since the version came
	Refused, Why  string // a version that it cannot follow, and why
}

// Governor is how an agent stands to its budgets.
type Governor struct {
	Step           int // 0 = as the policy says
	Why, Text      string
	CPU            float64 // of a core, over the last second, hooks on the threads of tasks included
	BytesPerSecond int64
	Memory         int64
}

// LookBack is what an agent keeps and does not send.
type LookBack struct {
	Blocks, Memory, Disk, Sending, SentBlocks, SentBytes int64
	From                                                 time.Time // of its oldest block; zero = nothing is kept
}

// Hook is one line of an agent's self-test.
type Hook struct {
	ID, State, Class, Detail string
	Fired                    int64
	Nanos                    int64 // that a firing costs, a mean of samples; negative = not known
	Errors                   int64 // how often it threw
}

// Counters are what an agent counts about itself.
type Counters struct {
	Errors, LostEvents, LostBytes, QueuedBytes, SpilledBytes, CPUNanos, Blocks, Events, Bytes int64
}

type noFleet struct{}

func (noFleet) Processes() []Process { return nil }
