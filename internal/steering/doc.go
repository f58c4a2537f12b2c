// Package steering has recorded what people want: it keeps the recording policy with its versions, watches its file, changes
// levels for a while when a trigger fires or a person says so, tells the agents, and knows what they made of it.
//
// It decides nothing about who may do that (access), reads no payload but through browse, and knows no HTTP.
package steering

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Errors that callers decide on. Read's Problems come as policy.Problems.
var (
	ErrChanged  = errors.New("the policy was changed meanwhile")
	ErrReadOnly = errors.New("the policy's file cannot be written")
	ErrNotFound = errors.New("no such change of levels")
	ErrRequest  = errors.New("cannot be done")
)

// Agents are told what to record. *ingest.Server is one.
type Agents interface {
	StartPolicy(ingest.Policy)
	SetPolicy(context.Context, ingest.Policy) error
	SendLookBack(context.Context, ...event.RecordingID) error
	Agents() []ingest.AgentStatus
}

// Jobs tells what runs and what happens in it. *browse.Browser is one.
type Jobs interface {
	Jobs(ctx context.Context, who access.Principal, all bool) ([]browse.ListedJob, error)
	Job(ctx context.Context, who access.Principal, t browse.Target) (browse.JobDetail, error)
	Resolve(ctx context.Context, text string) (browse.Target, error)
	Levels(ctx context.Context, t browse.Target) (map[event.Key]browse.Levels, error)
	Events(ctx context.Context, who access.Principal, t browse.Target, q browse.EventQuery) (browse.EventPage, error)
	Follow(ctx context.Context, who access.Principal, t browse.Target, q browse.EventQuery) iter.Seq2[browse.Event, error]
}

// Options of a Steering. All but Now and Log are required.
type Options struct {
	Meta   *meta.DB
	Agents Agents
	Jobs   Jobs
	File   string // of the policy
	Wanted bool   // the file was named, so it must be there
	Level  string // of operators that no rule names
	Now    func() time.Time
	Log    *slog.Logger
}

// Version is a version of the policy that is or was in force.
type Version struct {
	Number int64 // 0 = nobody wrote one yet
	At     time.Time
	Who    string
	Why    string
	Text   string
}

// State is how things stand with the policy.
type State struct {
	Version
	File     string
	Problems policy.Problems // of the file as it is now, which is then not in force; nil = it is
	Told     string          // version that agents are told, with changes for a while counted behind the dot
	Changes  []Change        // that hold, the newest first
	Unclear  map[string]Unclear
}

// Unclear counts events for which a trigger's predicate could not be told.
type Unclear struct {
	Events uint64
	Last   string
}

// Change raises or lowers levels of a recording for a while.
type Change struct {
	ID        int64
	At        time.Time
	Until     time.Time
	Ended     time.Time // zero while it holds
	Recording event.RecordingID
	ChangeBody
}

// ChangeBody is what is kept of a Change beside its times.
type ChangeBody struct {
	Job       string           `json:"job"`               // its name
	Trigger   string           `json:"trigger,omitempty"` // empty: a person said so
	On        policy.On        `json:"on,omitempty"`
	Who       string           `json:"who,omitempty"`
	Why       string           `json:"why,omitempty"`
	Cause     *Cause           `json:"cause,omitempty"` // what made a trigger fire
	Operators []OperatorChange `json:"operators"`
	LookBack  bool             `json:"lookback"` // what agents kept was sent for
	Again     uint64           `json:"again"`    // how often it happened again while it held
}

// Cause is the event that made a trigger fire.
type Cause struct {
	Text     string    `json:"text"` // one line, without payload
	Operator string    `json:"operator,omitempty"`
	Position string    `json:"position,omitempty"`
	At       time.Time `json:"at"`
}

// OperatorChange is the level of one operator, or of all that fit a pattern.
type OperatorChange struct {
	Operator string `json:"operator"`       // name, or pattern
	From     string `json:"from,omitempty"` // what the policy says; empty: of several
	To       string `json:"to"`
}
