package query

import (
	"context"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Names are the words that a recording's events have in their columns, for completion.
type Names struct {
	Operators []OperatorName // by slug
	Kinds     []string
	Lanes     []string
	Reasons   []string
	States    []string
	Topics    []string
	Tasks     []string
}

// OperatorName is an operator by the slug that positions use.
type OperatorName struct{ Slug, Name string }

// OperatorExists tells whether text names an operator of rec. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) OperatorExists(ctx context.Context, rec event.RecordingID, text string) error {
	v, err := e.open(ctx, rec)
	if err != nil {
		return err
	}
	defer v.close()
	_, err = v.cat.operatorNamed(text)
	return err
}

// Names collects the words of a recording from its definitions and its blocks' headers. Nothing is decoded.
func (e *Engine) Names(ctx context.Context, rec event.RecordingID) (Names, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Names{}, err
	}
	defer v.close()
	kinds, lanes, reasons := map[string]bool{}, map[string]bool{}, map[string]bool{}
	n := 0
	for ref := range v.snap.Since(0) {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return Names{}, ctx.Err()
		}
		lanes[ref.Header.Lane.Base().String()] = true
		for _, c := range ref.Header.Zones.Counts {
			if c.Kind < event.KindEntered {
				kinds[c.Kind.String()] = true
			}
		}
		for _, d := range ref.Header.Zones.Drops {
			reasons[d.Reason.String()] = true
		}
	}
	states, topics, tasks := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range v.cat.states {
		states[s.Name] = true
	}
	for _, s := range v.cat.splits {
		topics[s.Topic] = true
	}
	slugs := map[string]string{}
	for _, a := range v.cat.attempts {
		tasks[a.Task] = true
		for _, o := range a.chain {
			if o.Index >= 0 {
				slugs[o.Slug] = o.Name
			}
		}
	}
	out := Names{Kinds: sorted(kinds), Lanes: sorted(lanes), Reasons: sorted(reasons), States: sorted(states), Topics: sorted(topics), Tasks: sorted(tasks)}
	for _, slug := range slices.Sorted(maps.Keys(slugs)) {
		out.Operators = append(out.Operators, OperatorName{slug, slugs[slug]})
	}
	return out, nil
}

func sorted(set map[string]bool) []string {
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}
