package browse

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// What is told of latency and lateness.
type (
	LatencyQuery  = query.LatencyQuery
	Latency       = query.Latency
	LatencySeries = query.LatencySeries
	Measured      = query.Measured
	Measure       = query.Measure
	Unmeasured    = query.Unmeasured
)

// MeasureLateness and MeasureDropped are the measures in milliseconds; the others are in microseconds.
const (
	MeasureLateness = query.MeasureLateness
	MeasureDropped  = query.MeasureDropped
)

// Latency tells how long records took and how late they came, by operator and bucket. It holds no payload.
func (b *Browser) Latency(ctx context.Context, t Target, q LatencyQuery) (Latency, error) {
	return b.queries.Latency(ctx, t.Recording, q)
}

// sumsShare is the share of one core that sums take at most. They have it beside the budget of the background: what is live is looked
// at while texts are indexed.
const sumsShare = 0.1

// KeepSums makes sums of latency and lateness in the background until ctx ends. failed is told what could not be summed up; it is tried
// again.
func (b *Browser) KeepSums(ctx context.Context, failed func(rec event.RecordingID, err error)) {
	b.keep(ctx, nil, func(bool) {
		p := pacer{share: sumsShare, began: time.Now()}
		b.indexAll(ctx, failed, b.queries.SumUp, func() error { return p.pause(ctx) })
	})
}
