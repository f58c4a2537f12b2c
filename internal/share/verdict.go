package share

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Verdicts of a file: what running its recording again gives.
const (
	Exact         = "exact"          // the same path and the same outputs, equal after masking
	PathEqual     = "path-equal"     // as many events, the same path, groups of keys, windows, and as many outputs
	NotReplayable = "not-replayable" // Details has the first difference
	NotProven     = "not proven"     // nobody ran it again
)

// Verdict says how far the recording in a file runs again as the recorded one did.
type Verdict struct {
	Verdict string `json:"verdict" enum:"exact,path-equal,not-replayable,not proven"`
	Details string `json:"details" doc:"Why, in a sentence."`
}

// Verifier runs the recording in a store again and holds it against the recorded one. Its error ends the export.
type Verifier func(ctx context.Context, rec event.RecordingID, in store.Store) (Verdict, []Replayed, error)

// verdictOf is what can be said without running anything: a copy runs as well as what it is a copy of.
func verdictOf(m *Manifest) Verdict {
	exact := 0
	for _, r := range m.Replays {
		if r.Verdict != Exact {
			return Verdict{NotProven, "a replay of the recording before the export was not exact: see replays"}
		}
		exact++
	}
	switch {
	case m.Masked:
		return Verdict{NotProven, "values are masked, and the masked recording was not run again"}
	case exact == 0:
		return Verdict{NotProven, "no task of the recording was run again before the export"}
	case len(m.Cut)+len(m.Left) > 0:
		return Verdict{NotProven, "parts of the recording are not in the file"}
	}
	return Verdict{Exact, "nothing is masked, and every replay before the export was exact: see replays for the tasks"}
}
