package api

import (
	"context"
	"errors"
	"strconv"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

func (s *service) replayDifference(ctx context.Context, in *replayPath) (d ReplayDifference, err error) {
	r, err := s.Replays.Get(ctx, in.ID)
	if err != nil {
		return d, err
	}
	d.Fields = []FieldChanged{}
	if r.Verdict == nil || r.Verdict.First == nil {
		d.Note = "there is no difference to show"
		return d, nil
	}
	d.Verdict, d.Number = r.Verdict.Verdict, r.Verdict.First.Number
	key, err := event.ParseKey(r.Key)
	if err != nil {
		return d, err
	}
	shown := func(recording string, p *ReplayPlace) (*browse.Event, error) {
		rec, err := event.ParseRecordingID(recording)
		if p == nil || err != nil {
			return nil, err
		}
		e, err := s.Browser.Output(ctx, caller(ctx), target(ctx), rec, browse.OutputOf{Attempt: key, Invocation: uint64(p.Invocation), Nth: p.Nth, Written: p.Written})
		if errors.Is(err, browse.ErrNotFound) || err == nil && e == nil {
			d.Note = "what the difference is between is not stored any more, or is too far into its invocation to be shown"
			return nil, nil
		}
		return e, err
	}
	a, err := shown(r.Recording, r.Verdict.First.Recorded)
	if err != nil {
		return d, err
	}
	b, err := shown(r.Derived, r.Verdict.First.Replayed)
	if err != nil {
		return d, err
	}
	var before, after *access.View
	if a != nil {
		d.Recorded, before = optionalEvent(a), a.View
	}
	if b != nil {
		d.Replayed, after = optionalEvent(b), b.View
	}
	if before != nil && after != nil {
		d.Fields = fieldsChanged(d.Fields, "", before.Node, after.Node)
		if len(d.Fields) == 0 && d.Note == "" {
			d.Note = "the decoded values are equal as far as they may be seen: the difference is in where they went, in bytes that are not shown, or hidden"
		}
	}
	return d, nil
}

// mostFields bounds what is told of two values.
const mostFields = 200

// fieldsChanged adds the leaves of two trees that differ. Both are views: what is hidden is equal to what is hidden alike.
func fieldsChanged(to []FieldChanged, path string, a, b *access.Node) []FieldChanged {
	if len(to) >= mostFields {
		return to
	}
	switch {
	case a == nil && b == nil:
		return to
	case a == nil || b == nil || a.Kind != b.Kind || len(a.Items) == 0 && len(b.Items) == 0:
		if x, y := nodeText(a), nodeText(b); x != y {
			to = append(to, FieldChanged{Path: path, Recorded: x, Replayed: y})
		}
		return to
	}
	if a.Value != b.Value { // the change kind of a row
		to = append(to, FieldChanged{Path: path, Recorded: a.Value, Replayed: b.Value})
	}
	item := func(n *access.Node, i int) *access.Node {
		if i < len(n.Items) {
			return &n.Items[i]
		}
		return nil
	}
	for i := range max(len(a.Items), len(b.Items)) {
		x, y := item(a, i), item(b, i)
		name := strconv.Itoa(i)
		for _, n := range []*access.Node{x, y} {
			if n != nil && n.Name != "" {
				name = n.Name
				break
			}
		}
		if path != "" {
			name = path + "." + name
		}
		to = fieldsChanged(to, name, x, y)
	}
	return to
}

func nodeText(n *access.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Mask != "":
		return n.Value
	case n.Value != "":
		return n.Value
	case n.Kind == "null":
		return "null"
	case len(n.Items) > 0:
		return n.Kind + " of " + strconv.Itoa(len(n.Items))
	}
	return n.Kind
}
