package browse

import (
	"context"
	"fmt"
	"iter"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// exportShape fills the line and what lines are made of; whole values leave by View.JSON.
var exportShape = access.Shape{Runes: 240, Tree: true, Value: 4 << 10}

// Export is what an export of one recording is taken from: events in order, as who may see them, and how far the reading came.
type Export struct {
	scan   *query.Scan
	events iter.Seq2[Event, error]
}

// Export begins to read events of t for an export: all that q selects, as of now, without a limit. Whoever calls has asked Decide
// for access.RecordingExport. The reading is written down when Events begins, and completed when it ends, however it ends.
func (b *Browser) Export(ctx context.Context, who access.Principal, t Target, q EventQuery) (*Export, error) {
	if q.filtered() {
		return nil, fmt.Errorf("%w: an export takes no filter by content", ErrQuery)
	}
	q.Payload, q.Copies, q.Order, q.MaxBlocks = true, true, Ascending, 0
	scan, err := b.queries.Events(ctx, t.Recording, q.EventQuery)
	if err != nil {
		return nil, err
	}
	return &Export{scan: scan, events: func(yield func(Event, error) bool) {
		ranges := rangesOf(q)
		if len(ranges) == 0 {
			ranges = []string{"all"}
		}
		end, err := b.beginAs(ctx, who, access.RecordingExport, t, ranges, "")
		if err != nil {
			yield(Event{}, err)
			return
		}
		r, records, failed := b.renderer(ctx, who, exportShape), 0, error(nil)
		for e, err := range scan.All(ctx) {
			if err != nil {
				failed = err
				break
			}
			shown := r.exported(e)
			records++
			if !yield(shown, nil) {
				_ = end(records, context.Canceled) // whoever took the events has given up
				return
			}
		}
		if err := end(records, failed); failed == nil {
			failed = err
		}
		if failed != nil {
			yield(Event{}, failed)
		}
	}}, nil
}

// Events yields the events once.
func (x *Export) Events() iter.Seq2[Event, error] { return x.events }

// Reached says which stretch was looked at; it is whole once Events has ended without an error.
func (x *Export) Reached() (from, to Wall, complete bool) {
	p := x.scan.Progress()
	return p.From, p.To, p.Complete
}
