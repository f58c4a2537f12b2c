package checks

import (
	"context"
	"time"
)

// Types of events, without io.sightglass. and .v1.
const (
	EventViolated  = "contract.violated"
	EventRecovered = "contract.recovered"
	EventDrift     = "drift.detected"
)

// Event is something that people may want to be told. It holds places and counts, no values.
type Event struct {
	ID        string    `json:"id"` // the same when it is told again
	Type      string    `json:"type"`
	At        time.Time `json:"at"`
	Contract  string    `json:"contract"`
	Check     string    `json:"check"`
	Kind      string    `json:"kind"`
	Severity  string    `json:"severity"`
	Says      string    `json:"says"` // what the contract demands
	Cluster   string    `json:"cluster"`
	Topic     string    `json:"topic"`
	Path      string    `json:"path,omitempty"` // as the contract declares it
	Violation string    `json:"violation,omitempty"`
	Partition int32     `json:"partition"` // -1: it is about no record
	Offset    int64     `json:"offset"`    // of the first record; -1
	Count     int64     `json:"count"`
	Writer    string    `json:"writer,omitempty"` // id of the schema
	Detail    string    `json:"detail,omitempty"`
}

// Sink takes events, as internal/notify does. It is told of each at least once; an error: it is told again later. Repetitions of a violation that is
// open are told by its count, and are no events.
type Sink interface {
	Emit(ctx context.Context, e Event) error
}

// Producer says who wrote a record, as far as a recording tells.
type Producer struct {
	Recording string `json:"recording"`
	Job       string `json:"job"`
	Operator  string `json:"operator"`
	Position  string `json:"position"`          // operator.subtask.attempt.invocation
	Program   string `json:"program,omitempty"` // SHA-256 of its jar; of several the first 12 characters of each
	Before    string `json:"before,omitempty"`  // what changed within the day before, as another program or schema; empty: nothing that is known
}

// Producers finds who wrote a record, not before a time: of a topic that was made anew, others wrote what stood at its places before; zero: whenever.
// false: nobody that was recorded. It MUST bound the time that it takes.
type Producers interface {
	Producer(ctx context.Context, cluster, topic string, partition int32, offset int64, since time.Time) (Producer, bool)
}
