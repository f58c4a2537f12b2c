package browse

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// AttemptOf is one attempt of a subtask.
type AttemptOf = query.AttemptOf

// Attempt finds the attempt that a position is of. It holds no payload. Errors: ErrQuery, ErrNotFound, *AmbiguousError.
func (b *Browser) Attempt(ctx context.Context, t Target, p Position) (AttemptOf, error) {
	return b.queries.AttemptAt(ctx, t.Recording, p)
}

// AttemptOfTask finds an attempt of a subtask by the name of an operator or task; number -1 = the newest. Errors: ErrNotFound,
// *AmbiguousError.
func (b *Browser) AttemptOfTask(ctx context.Context, t Target, task string, subtask, number int) (AttemptOf, error) {
	return b.queries.AttemptOfTask(ctx, t.Recording, task, subtask, number)
}

// OutputOf names one output of an invocation.
type OutputOf struct {
	Attempt    event.Key
	Invocation uint64
	Nth        int  // of the outputs of its kind, from 0
	Written    bool // to the outside; otherwise to other tasks
}

// Output shows one output of an invocation; nil when it is not there, or lies further than a moment goes. origin is the target that who
// was let in for: of a derived recording the recording that ran again.
func (b *Browser) Output(ctx context.Context, who access.Principal, origin Target, rec event.RecordingID, o OutputOf) (*Event, error) {
	m, end, err := b.openMoment(ctx, who, origin, rec, Position{Key: o.Attempt, Invocation: o.Invocation}, "output")
	if err != nil {
		return nil, err
	}
	list := m.Outputs
	if o.Written {
		list = slices.DeleteFunc(m.Writes, func(e query.Event) bool { return e.Kind != event.KindWritten && e.Kind != event.KindWriteFailed })
		slices.SortStableFunc(list, func(x, y query.Event) int { return cmp.Compare(x.Ordinal, y.Ordinal) })
	}
	if o.Nth < 0 || o.Nth >= len(list) {
		return nil, end(0, nil)
	}
	shown := b.renderer(ctx, who, momentShape).event(list[o.Nth])
	return &shown, end(1, nil)
}

// AccessOf names one access of state of an invocation.
type AccessOf struct {
	Attempt    event.Key
	Invocation uint64
	Ordinal    uint32
}

// Accessed is Output for an access of state.
func (b *Browser) Accessed(ctx context.Context, who access.Principal, origin Target, rec event.RecordingID, a AccessOf) (*Event, error) {
	m, end, err := b.openMoment(ctx, who, origin, rec, Position{Key: a.Attempt, Invocation: a.Invocation}, "state")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(m.Steps, func(e query.Event) bool {
		return e.Ordinal == a.Ordinal && e.Kind >= event.KindStateRead && e.Kind <= event.KindStateExpired
	})
	if i < 0 {
		return nil, end(0, nil)
	}
	shown := b.renderer(ctx, who, momentShape).event(m.Steps[i])
	return &shown, end(1, nil)
}

// openMoment writes down that who is about to read what of an invocation, and gives the invocation.
func (b *Browser) openMoment(ctx context.Context, who access.Principal, origin Target, rec event.RecordingID, p Position, what string) (query.Moment, func(records int, err error) error, error) {
	end, err := b.begin(ctx, who, origin, []string{what + " of " + rec.String() + " " + p.String()}, "")
	if err != nil {
		return query.Moment{}, nil, err
	}
	m, err := b.queries.At(ctx, rec, p)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return query.Moment{}, nil, err
	}
	return m, end, nil
}
