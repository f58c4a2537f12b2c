package api

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

func (s *service) replayDifferences(ctx context.Context, in *differencesRequest) (d ReplayComparison, err error) {
	d.Shown = []RunDifference{}
	r, err := s.Replays.Get(ctx, in.ID)
	if err != nil || r.Differences == nil {
		return d, err
	}
	d.ReplayDifferences = *r.Differences
	key, err := event.ParseKey(r.Key)
	if err != nil {
		return d, err
	}
	list, more, err := s.Replays.Differences(ctx, in.ID, in.Limit)
	if err != nil {
		return d, err
	}
	d.More = I64(more)
	for i := range list {
		shown, err := s.runDifference(ctx, &r, key, &list[i])
		if err != nil {
			return d, err
		}
		d.Shown = append(d.Shown, shown)
	}
	return d, nil
}

// runDifference shows one, as the caller may see it.
func (s *service) runDifference(ctx context.Context, r *ReplayRun, key event.Key, of *DifferenceOf) (d RunDifference, err error) {
	d = RunDifference{Of: "output", Kind: of.Kind, Fields: []FieldChanged{}}
	if of.State {
		d.Of = "state"
	}
	shown := func(recording string, p *PlaceOf) (*browse.Event, error) {
		rec, err := event.ParseRecordingID(recording)
		if p == nil || err != nil {
			return nil, err
		}
		d.Position = p.Position
		var e *browse.Event
		if of.State {
			e, err = s.Browser.Accessed(ctx, caller(ctx), target(ctx), rec, browse.AccessOf{Attempt: key, Invocation: p.Invocation, Ordinal: p.Ordinal})
		} else {
			e, err = s.Browser.Output(ctx, caller(ctx), target(ctx), rec, browse.OutputOf{Attempt: key, Invocation: p.Invocation, Nth: p.Nth, Written: p.Written})
		}
		if errors.Is(err, browse.ErrNotFound) || err == nil && e == nil {
			d.Note = "it is not stored any more, or is too far into its invocation to be shown"
			return nil, nil
		}
		return e, err
	}
	a, err := shown(r.Base, of.Unchanged)
	if err != nil {
		return d, err
	}
	b, err := shown(r.Derived, of.Changed)
	if err != nil {
		return d, err
	}
	d.Unchanged, d.Changed = optionalEvent(a), optionalEvent(b)
	if x, y := valueOf(a), valueOf(b); x != nil && y != nil {
		if d.Fields = fieldsChanged(d.Fields, "", x, y); len(d.Fields) == 0 {
			d.Note = "the decoded values are equal as far as they may be seen: the difference is hidden, or in bytes that are not shown"
		}
	}
	return d, nil
}

// valueOf is what an output holds, or what an access of state left; nil = it may not be seen, or nothing is there.
func valueOf(e *browse.Event) *access.Node {
	var v *access.View
	switch {
	case e == nil:
	case e.Access != nil:
		v = e.Access.After
	default:
		v = e.View
	}
	if v == nil {
		return nil
	}
	return v.Node
}
