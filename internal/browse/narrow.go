package browse

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// narrow is the question to the recording: q, with what its filter says of headers and columns taken in. The filter is asked
// all the same for every event that is left. empty: nothing can fit.
func (b *Browser) narrow(ctx context.Context, who access.Principal, t Target, q EventQuery, told *Pruning, empty *bool) (query.EventQuery, error) {
	out := q.EventQuery
	if b.policy(ctx).SeesAll(who) { // of others the masks are compared, which no index knows
		out.Holds = q.needles()
	}
	if q.Where == nil {
		return out, nil
	}
	told.By, *empty = q.Where.prune(&out)
	told.Evaluated = q.Where.evaluated()
	out.Want = func(e *query.Event) bool {
		shown := bare(e)
		return q.Where.MayMatch(&shown)
	}
	if q.Operator == "" && out.Operator != "" {
		// A name that several operators share is nobody's slug; the filter itself says which events it means.
		var several *query.AmbiguousError
		if err := b.queries.OperatorExists(ctx, t.Recording, out.Operator); errors.As(err, &several) {
			out.Operator = ""
		} else if err != nil {
			return out, err
		}
	}
	return out, nil
}

// needles are texts that every event has that q selects.
func (q *EventQuery) needles() (list []query.Needle) {
	if q.Match != "" {
		list = append(list, query.Needle{Text: q.Match})
	}
	if q.Key != "" {
		list = append(list, query.Needle{Text: q.Key, Whole: true})
	}
	if q.Where != nil {
		list = append(list, q.Where.plan.contains...)
	}
	return list
}

// Counted is the question as far as headers and columns answer it alone, and the terms of its filter that they do not answer.
func (q *EventQuery) Counted() (query.EventQuery, []string) {
	out := q.EventQuery
	if q.Where == nil {
		return out, nil
	}
	if _, empty := q.Where.prune(&out); empty {
		out.From, out.To = 1, 1 // a stretch without an event
	}
	terms := q.Where.evaluated()
	for _, given := range []struct {
		name string
		also bool // said outside of the filter as well, and the plan took only one of them
	}{{"op", q.Operator != ""}, {"subtask", q.Subtask != nil}, {"attempt", q.Attempt != nil}} {
		if q.Where.plan.has(given.name) && given.also {
			terms = append(terms, given.name+" twice")
		}
	}
	return out, terms
}
