package query

import (
	"context"
	"errors"
	"iter"

	"github.com/sightglass/sightglass/internal/event"
)

var errPending = errors.New("not answered yet")

// Recordings lists all recordings, newest first.
func (e *Engine) Recordings(ctx context.Context) ([]Recording, error) { return nil, errPending }

// Recording sums one recording up. Errors: ErrNotFound.
func (e *Engine) Recording(ctx context.Context, rec event.RecordingID) (Recording, error) {
	return Recording{}, errPending
}

// Resolve finds the recording that text names: an id, the beginning of an id, or a job's name (its newest run).
// Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) Resolve(ctx context.Context, text string) (event.RecordingID, error) {
	return event.RecordingID{}, errPending
}

// Jobs lists the runs that have not ended and the newest of each name; with all, every one. Newest first.
func (e *Engine) Jobs(ctx context.Context, all bool) ([]Job, error) { return nil, errPending }

// Job gives one job with all of its parts. Errors: ErrNotFound.
func (e *Engine) Job(ctx context.Context, rec event.RecordingID) (JobDetail, error) {
	return JobDetail{}, errPending
}

// Events begins a scan. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Events(ctx context.Context, rec event.RecordingID, q EventQuery) (*Scan, error) {
	return nil, errPending
}

// Scan yields the events of one query.
type Scan struct{}

// All yields the events in order. It can be used once.
func (s *Scan) All() iter.Seq2[Event, error] { return nil }

// Progress says how far All came; valid between and after its events.
func (s *Scan) Progress() Progress { return Progress{} }

// Follow yields events as they are stored, from now, or behind q.After. It ends with ctx. Of q, To, Order, Around and
// MaxBlocks are not used.
func (e *Engine) Follow(ctx context.Context, rec event.RecordingID, q EventQuery) iter.Seq2[Event, error] {
	return nil
}

// Timeline counts events per bucket.
func (e *Engine) Timeline(ctx context.Context, rec event.RecordingID, q TimelineQuery) (Timeline, error) {
	return Timeline{}, errPending
}

// At shows one invocation. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) At(ctx context.Context, rec event.RecordingID, p Position) (Moment, error) {
	return Moment{}, errPending
}

// Lineage follows a record. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Lineage(ctx context.Context, q LineageQuery) (Lineage, error) {
	return Lineage{}, errPending
}

// Channels compares both ends of every channel at every barrier.
func (e *Engine) Channels(ctx context.Context, rec event.RecordingID) (ChannelReport, error) {
	return ChannelReport{}, errPending
}

// Gaps lists what was not recorded, in order of time.
func (e *Engine) Gaps(ctx context.Context, rec event.RecordingID) ([]Gap, error) {
	return nil, errPending
}
