package query

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// versions reads what q selects into h: backwards from the moment that is asked for, as far as the answer has room, then what came
// behind it. So where a key has more versions than an answer, those next to the moment are in it, and the one in force among them.
func (v *view) versions(ctx context.Context, h *stateHistory, q EventQuery) error {
	back := q
	back.Order = Descending
	if pivot := v.pivot(h.at); pivot != 0 {
		back.To = above(pivot)
	}
	var rows []Event
	changes, held, cut := 0, 0, false
	s, err := v.scan(back)
	if err != nil {
		return err
	}
	for ev, err := range s.events(ctx, v) {
		if err != nil {
			return err
		}
		kind, ok := changeOf(&ev)
		if ev.Kind == event.KindGap || !ok {
			continue
		}
		if cut = changes == maxBefore || len(rows) == maxRows || held > maxHeld; cut {
			break
		}
		if kind != ChangeSeen {
			changes++
		}
		held += ev.detach()
		rows = append(rows, ev)
	}
	h.out.Progress = (&Scan{scan: s}).Progress()
	h.out.Progress.Complete = h.out.Progress.Complete || cut // it came as far as it was to
	h.out.Progress.Next = ""
	h.out.More = cut
	for _, ev := range slices.Backward(rows) {
		h.add(ev)
	}
	if back.To == 0 || !h.out.Progress.Complete {
		return nil
	}
	q.From = back.To
	if q.MaxBlocks > 0 {
		q.MaxBlocks = max(1, q.MaxBlocks-h.out.Progress.Explain.Decoded)
	}
	if s, err = v.scan(q); err != nil {
		return err
	}
	for ev, err := range s.events(ctx, v) {
		if err != nil {
			return err
		}
		if ev.Kind != event.KindGap {
			held += ev.detach()
			h.add(ev)
		}
		if h.versions == maxVersions || held > 2*maxHeld {
			h.out.More = true
			break
		}
	}
	p := (&Scan{scan: s}).Progress()
	h.out.Progress.To, h.out.Progress.Complete = p.To, p.Complete || h.out.More
	h.out.Progress.Explain.Add(p.Explain)
	return nil
}

// pivot is a wall clock up to which all is that was before the moment in its attempt; 0 = the end. What an invocation took in may be
// lost; then the blocks tell that hold what it did.
func (v *view) pivot(at instant) Wall {
	pivot := at.wall
	if pivot != 0 || at.inv == 0 {
		return pivot
	}
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneState, Attempt: at.attempt, InvFrom: at.inv, InvTo: at.inv}) {
		pivot = max(pivot, Wall(ref.Header.WallMax))
	}
	return pivot
}

// detach gives the event payloads of its own, so that it does not hold the blocks that it was read from, and tells how many bytes these
// have.
func (e *Event) detach() (bytes int) {
	for _, p := range []*event.Payload{&e.Key, &e.Value, &e.Headers, &e.Namespace, &e.MapKey, &e.Before} {
		*p = p.Clone()
		bytes += p.Len()
	}
	return bytes
}
