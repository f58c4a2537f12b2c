package browse

import (
	"context"
	"iter"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// StoredBlock is a block of a recording, by its header.
type StoredBlock = query.StoredBlock

// Stored is a recording block by block, for an export that takes each block once. Close it.
type Stored struct {
	*query.Stored
	b   *Browser
	t   Target
	who access.Principal
}

// Stored opens a recording for who. Errors: ErrDenied, ErrNotFound.
func (b *Browser) Stored(ctx context.Context, who access.Principal, rec event.RecordingID) (*Stored, error) {
	t := Target{Recording: rec, Resource: b.resourceOf(rec)}
	if err := b.DecideIn(ctx, who, access.RecordingExport, t.Resource).Err(); err != nil {
		return nil, err
	}
	s, err := b.queries.Stored(ctx, rec)
	if err != nil {
		return nil, err
	}
	return &Stored{s, b, t, who}, nil
}

// Target is the recording, for other questions about it.
func (s *Stored) Target() Target { return s.t }

// Export yields the events of blocks, one block after the other, as who may see them. It is written down as one export, in the words
// of ranges. step is called after each block; its error ends the export.
func (s *Stored) Export(ctx context.Context, ranges []string, blocks []StoredBlock, step func() error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		end, err := s.b.beginAs(ctx, s.who, access.RecordingExport, s.t, ranges, "")
		if err != nil {
			yield(Event{}, err)
			return
		}
		records, stopped := 0, false
		r := s.b.renderer(ctx, s.who, exportShape)
		failed := func() error {
			for _, b := range blocks {
				open, err := s.Open(ctx, b)
				if err != nil {
					return err
				}
				for e, err := range open.All(ctx) {
					if err != nil {
						return err
					}
					shown := r.exported(e)
					records++
					if !yield(shown, nil) {
						stopped = true
						return context.Canceled
					}
				}
				if err := step(); err != nil {
					return err
				}
			}
			return ctx.Err()
		}()
		if err := end(records, failed); failed == nil {
			failed = err
		}
		if failed != nil && !stopped {
			yield(Event{}, failed)
		}
	}
}

// exported renders an event for a table.
func (r renderer) exported(e query.Event) Event {
	shown := r.event(e)
	if kind := rowKind(shown.View); kind != "" {
		shown.Change = &Change{Kind: kind}
	}
	return shown
}
