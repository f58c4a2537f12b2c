package query

import (
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Graph is the job graph with what flows through it. Inferred: no JobManager's agent gave it (all of it), so it was put
// together from the definitions of attempts and partitions; edges that nothing has passed yet may be missing.
type Graph struct {
	Vertices []Vertex
	Edges    []Edge
	Topics   []Topic
	Inferred bool
}

// Vertex is a chain of operators. Totals sum all recorded attempts; Subtasks holds the newest attempt of each.
type Vertex struct {
	ID           string // 32 hex digits
	Name         string
	Parallelism  int
	Operators    []Operator
	RecordsIn    uint64
	RecordsOut   uint64
	InPerSecond  float64
	OutPerSecond float64
	Watermark    EventTime // the lowest of the subtasks
	WatermarkLag time.Duration
	State        string // the worst of the subtasks': FAILED before RUNNING before FINISHED
	Subtasks     []Subtask
}

// Operator is one operator of a chain. For sources RecordsIn counts source records, for sinks RecordsOut counts writes.
type Operator struct {
	ID           string // 32 hex digits
	Index        int
	UID          string
	Name         string
	Slug         string // what positions use: the slug of the name, or 8 digits of the id where two operators share it
	Kind         string
	Class        string
	Function     *event.FunctionDef
	Stateful     bool
	Timers       bool
	RecordsIn    uint64
	RecordsOut   uint64
	InPerSecond  float64
	OutPerSecond float64
	Topic        string    // the last topic that it read or wrote, empty = none
	Drops        []DropSum // what it threw away, the most frequent reason first
	Next         []int
	Outputs      []int
}

// Subtask is the newest attempt of one subtask.
type Subtask struct {
	Subtask      int
	Attempt      int
	Key          event.Key
	State        string
	Host         string
	Process      string
	RecordsIn    uint64
	RecordsOut   uint64
	InPerSecond  float64
	OutPerSecond float64
	Watermark    EventTime
	LastSeen     Wall
}

// Edge is a data set between two vertices.
type Edge struct {
	ID             string // data set, 32 hex digits; an edge into each consumer
	From, To       string // vertices
	FromOperator   string // slug; empty = not known
	ToOperator     string
	Ship           string // FORWARD, HASH, REBALANCE, BROADCAST …
	Serializer     event.DefinitionID
	Records        uint64
	PerSecond      float64
	BytesPerSecond float64
	Watermark      EventTime
	WatermarkLag   time.Duration
	HasInFlight    bool
	InFlight       uint64 // elements sent and not consumed yet, as far as recorded
}

// TopicRole says what a job does with a topic.
type TopicRole string

// The roles.
const (
	TopicRead    TopicRole = "read"
	TopicWritten TopicRole = "written"
)

// Topic is a Kafka topic that an operator reads or writes.
type Topic struct {
	Topic     string
	Cluster   string
	Role      TopicRole
	Operator  string // slug
	Vertex    string
	Records   uint64
	PerSecond float64
	HasLag    bool
	Lag       int64 // read: records that recorded jobs wrote and this one has not read yet
}
