package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/query"
)

// Read models of moments that hold no payload.
type (
	When            = query.When
	WatermarkQuery  = query.WatermarkQuery
	Watermarks      = query.Watermarks
	TaskWatermark   = query.TaskWatermark
	WatermarkInput  = query.WatermarkInput
	InFlightQuery   = query.InFlightQuery
	InFlight        = query.InFlight
	InFlightChannel = query.InFlightChannel
	Stretch         = query.Stretch
	Progress        = query.Progress
)

// Watermarks tells what the inputs of tasks had for watermarks at a moment. It holds no payload: a status is the stream's own.
func (b *Browser) Watermarks(ctx context.Context, t Target, q WatermarkQuery) (Watermarks, error) {
	q.Idle = func(e *query.Event) (idle, known bool) {
		status := b.decoders.of(0).decoder.DecodeElement(e.Value)
		return status.Idle, status.Known
	}
	return b.queries.Watermarks(ctx, t.Recording, q)
}

// InFlight tells what was on its way at a checkpoint. It holds no payload.
func (b *Browser) InFlight(ctx context.Context, t Target, q InFlightQuery) (InFlight, error) {
	return b.queries.InFlight(ctx, t.Recording, q)
}
