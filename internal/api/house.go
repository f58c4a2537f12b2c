package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// House is what keeps the store in order, told by the process around the API. A refusal is a *Problem: see Refuse.
type House interface {
	Pins(ctx context.Context) (Pins, error)
	// PinOf tells which recording a pin is about. It is found by its id.
	PinOf(ctx context.Context, id string) (event.RecordingID, error)
	Pin(ctx context.Context, rec event.RecordingID, w PinRequest) (Pin, error)
	Unpin(ctx context.Context, id string) (Pin, error)
	// Compact begins a compaction, unless one runs.
	Compact(ctx context.Context) (Compaction, error)
	CancelCompaction(ctx context.Context) (Compaction, error)
	Compaction(ctx context.Context) (Compaction, error)
}

// PinRequest is a PinWish that was read.
type PinRequest struct {
	From, To            browse.Wall // 0 = from the beginning, to the end
	Reason, Note, Owner string
}

// Refuse is an answer that says no: what happened, and what to do next.
func Refuse(status int, detail, hint string) error { return problem(status, detail, hint) }
