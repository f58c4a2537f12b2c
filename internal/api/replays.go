package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// Replays runs recorded attempts again, told by the process around the API. A refusal is a *Problem: see Refuse. Texts that may hold
// payload (ReplayRun.Error) are shown by the API as messages of exceptions are.
type Replays interface {
	Plan(ctx context.Context, t browse.Target, a browse.AttemptOf) (ReplayPlan, error)
	Start(ctx context.Context, t browse.Target, w ReplayRequest) (ReplayRun, error)
	// List gives the newest of a recording, or of all (zero), newest first.
	List(ctx context.Context, rec event.RecordingID, limit int) ([]ReplayRun, error)
	Get(ctx context.Context, id string) (ReplayRun, error)
	Cancel(ctx context.Context, id string) (ReplayRun, error)
	// Remove removes what came of one that is over, with its derived recording.
	Remove(ctx context.Context, id string) (ReplayRun, error)
	// Derived tells what a recording was derived from; nil: by no replay that is known.
	Derived(ctx context.Context, rec event.RecordingID) (*DerivedFrom, error)
	// Differences lists what a what-if did otherwise than the unchanged run, outputs and then state, at most limit; nil: nothing was
	// compared. more is how many there are beside them.
	Differences(ctx context.Context, id string, limit int) (list []DifferenceOf, more uint64, err error)
	// AddJar keeps a jar for diffs that are asked for later.
	AddJar(ctx context.Context, b []byte) (ReplayJar, error)
}

// DifferenceOf is where something stands that two runs of an attempt have otherwise. A place is nil when that run does not have it.
type DifferenceOf struct {
	State              bool // an entry of state; otherwise an output
	Kind               string
	Unchanged, Changed *PlaceOf
}

// PlaceOf is an output (Nth, Written), or an access of state (Ordinal), of an invocation.
type PlaceOf struct {
	Position   string
	Invocation uint64
	Nth        int
	Written    bool
	Ordinal    uint32
}

// ReplayRequest is a ReplayWish whose attempt was found.
type ReplayRequest struct {
	Attempt browse.AttemptOf
	To      uint64 // 0 = the attempt's end
	From    uint64 // invocation that it was asked from; 0 = none
	Who     string

	Checkpoint uint64 // to begin behind; 0 = the attempt's beginning
	Nearest    bool   // begin behind the last checkpoint before From

	Changes []ReplayChange
	Variant *ReplayVariant // nil: the recorded program
}
