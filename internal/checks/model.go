package checks

import (
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("there is no such contract")
	ErrTest     = errors.New("the stream cannot be tested")
	ErrState    = errors.New("the violation is not in a state for it")
)

// Cluster is a Kafka cluster with contracts.
type Cluster struct {
	Name      string
	Bootstrap []string // host:port, as contracts name it
	Kafka     *kafka.Client
	Decoder   *serde.RecordDecoder
	Subjects  Subjects      // nil: there is no registry, or it does not tell
	Schemas   serde.Schemas // nil: values of JSON are not held against the schemas that they name
}

// Version is a version of a contract.
type Version struct {
	Contract string
	Number   int64 // from 1, of the contract
	Version  string
	Status   string
	Hash     string // SHA-256 of the text
	Text     string
	Who, Why string
	Source   string // api, or the file of the contracts' folder
	At       time.Time
}

// States of a violation.
const (
	Open   = "open"
	Acked  = "acked" // somebody looks after it
	Closed = "closed"
)

// Violation is a check that a stream does not keep. It holds places and counts, never a value.
type Violation struct {
	ID, Contract, Check, Kind, Severity string
	Cluster, Topic                      string
	Partition                           int32  // -1: it is about no record in particular
	Writer                              string // id of the schema that records were written with; empty: they name none
	First, Last                         int64  // offsets; -1
	Count                               int64  // of records; of checks that are about none, how often it was seen
	Minute                              time.Time
	Began, Seen, Ended                  time.Time // by the server's clock; Ended zero: it is open
	State, Who, Why                     string
	Hints                               Hints
	Search                              Search
}

// Search is how far the search for who wrote the first record of a violation has come.
type Search struct {
	State    string    // empty: nobody was asked, as where a violation is about no record
	Until    time.Time // when it ends without an answer, or ended
	Producer *Producer // where State is SearchFound
}

// States of a search.
const (
	SearchOn    = "looking"
	SearchFound = "found"
	SearchOver  = "not-found" // no recording had the record until Until
)

// Hints are what may lead to who wrote the first record.
type Hints struct {
	Headers []string `json:"headers,omitempty"` // that the record has, of those that are known to tell; their values are shown with the record
	Detail  string   `json:"detail,omitempty"`  // numbers of a window, as how many records it had; why the first record does not conform; never a value
}

// Gap are records that nobody looked at.
type Gap struct {
	Cluster, Topic string
	Partition      int32
	From, To       int64 // offsets [From, To); -1: not known
	Why            string
	At             time.Time
}

// Window is what a minute came to, or an hour of it where it is long ago.
type Window struct {
	At        time.Time
	Span      time.Duration
	Partition int32
	Writer    string
	Records   int64
	Bad       int64
	First     int64 // offset of the first bad record; -1: none
}

// Burn is how fast a check uses up what its objective leaves: 1 is just as fast as it may.
type Burn struct {
	Over         time.Duration
	Records, Bad int64
	Share        float64 // of bad records
	Rate         float64 // Share ÷ (1 − objective)
	BudgetLeft   float64 // of what the objective leaves over this time; below 0: it is missed
}

// State is how a check stands.
type State struct {
	Contract, ID, Kind, Severity, Path, Says, Name string
	Cluster, Topic                                 string
	Line                                           int
	Objective                                      float64
	State                                          string // ok, violated, learning, partial, waiting, unknown
	Detail                                         string
	Open                                           int // violations
	Burns                                          []Burn
}

// States of a check.
const (
	StateOK       = "ok"
	StateViolated = "violated"
	StateLearning = "learning" // of volume, until enough of the same hours were seen
	StatePartial  = "partial"  // not all that came is looked at
	StateWaiting  = "waiting"  // nothing came yet
	StateUnknown  = "unknown"  // the topic cannot be read
)

// Coverage is how much of what came was looked at.
type Coverage struct{ Appended, Checked int64 }

// Share is the part of records that were looked at, from 0 to 1.
func (c Coverage) Share() float64 {
	if c.Appended <= 0 {
		return 1
	}
	return min(1, float64(c.Checked)/float64(c.Appended))
}
