package query

import (
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// JobState is what is known of a run's end.
type JobState string

// The states. JobLastSeen: no JobManager recorded the end and nothing has arrived for a while; see Job.LastSeen.
const (
	JobRunning  JobState = "running"
	JobFinished JobState = "finished"
	JobFailed   JobState = "failed"
	JobCanceled JobState = "canceled"
	JobLastSeen JobState = "last seen"
)

// Ended tells whether nothing more is expected of the run.
func (s JobState) Ended() bool { return s == JobFinished || s == JobFailed || s == JobCanceled }

// Job sums a recording up. Totals are those of all recorded attempts; rates are averages of the last 10 s of records per
// second and 0 when nothing arrived in that time.
type Job struct {
	ID                event.RecordingID
	Name              string
	State             JobState
	Flink             string // Flink's own word for the state, as FAILING; empty without a JobManager's agent
	Type              string // STREAMING, BATCH or empty
	Version           string // of Flink
	SQL               bool   // the table planner made some of its operators
	Started           Wall
	Ended             Wall // 0 = has not ended, or not known
	Parallelism       int  // the highest of a vertex
	Operators         int
	Subtasks          int
	Agents            int      // processes that recorded it
	Processes         []string // their ids, in order
	AttemptsRestarted int      // attempts beyond the first of their subtask
	InPerSecond       float64
	OutPerSecond      float64
	Watermark         EventTime // the lowest of the vertices; NoEventTime = none
	WatermarkLag      time.Duration
	HasDrops          bool   // agents that tell drops took part
	Drops             uint64 // records that were thrown away and are lost
	HasSourceLag      bool
	SourceLag         int64   // records written to the topics read by this job, by recorded jobs, and not read yet
	Gaps              int     // but those that say what retention removed
	Removed           Removed // by retention
	Events            uint64
	Blocks            uint64
	Bytes             uint64
	BytesPerSecond    float64
	Lost              uint64 // events in gaps
	LastSeen          Wall
	LastStored        time.Time // the server's clock
	Problems          []string  // stored blocks that could not be read, definitions that never came
	Derived           bool      // a replay told it: what a task did when it ran again
}

// JobDetail is a job with all of its parts.
type JobDetail struct {
	Job
	Graph       Graph
	Attempts    []Attempt
	Processes   []event.ProcessDef
	Checks      ChannelTotals
	Checkpoints []Checkpoint // newest last, at most 20
	Exceptions  []Event      // newest last, at most 20, with payload
	Config      map[string]string
}

// Recording is what the store has of a run.
type Recording struct {
	ID      event.RecordingID
	Job     string
	State   JobState
	Version string
	Started Wall
	Ended   Wall
	Blocks  uint64
	Events  uint64
	Bytes   uint64
	Gaps    int
	Removed Removed
	Agents  int
	Derived bool // a replay told it
}

// Attempt is one execution attempt of a subtask.
type Attempt struct {
	Key      event.Key
	Vertex   string
	Task     string
	Subtask  int
	Attempt  int
	State    string // Flink's word in upper case, or empty
	Process  string // UUID
	Host     string
	Started  Wall
	Ended    Wall
	LastSeen Wall
	Restored int64 // checkpoint id, 0 = none
	Error    string
}

// Checkpoint is a checkpoint as the JobManager reported it.
type Checkpoint struct {
	ID        uint64
	State     string // triggered, completed, failed
	Kind      string
	Triggered Wall
	Completed Wall
	Discarded Wall // its files are gone: a newer one took its place
	Duration  time.Duration
	Bytes     uint64
	Reason    string
	Path      string
}
