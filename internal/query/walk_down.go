package query

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// down adds what became of node.
func (w *walk) down(ctx context.Context, node int, follow func(int)) error {
	at := w.places[node]
	switch w.out.Nodes[node].Kind {
	case NodeWritten:
		return w.readers(ctx, node, follow)
	case NodeSource, NodeInvocation:
		s, ok, err := at.v.invocation(ctx, at.attempt, at.inv)
		if err != nil {
			return err
		}
		var det *spot
		if ok {
			det = &s
		}
		made, path, err := w.effects(ctx, node, at.v, at.attempt, at.inv, det, follow)
		if err == nil {
			err = w.onward(ctx, node, at.v, at.attempt, at.inv, det, follow)
		}
		if err == nil && made == 0 && !(ok && fromState(s.f.r.Kind[s.row])) {
			_, err = w.ended(ctx, node, at.attempt, at.inv, path)
		}
		return err
	}
	return w.consumers(ctx, node, follow)
}

// consumers adds what each consumer of an element made of it.
func (w *walk) consumers(ctx context.Context, node int, follow func(int)) error {
	at := w.places[node]
	for _, e := range w.copies(at) {
		found := false
		for _, ref := range at.v.snap.Element(e, true) {
			f, err := at.v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return err
			}
			row, sub, ok := f.consumed(e)
			if !ok {
				continue
			}
			found = true
			if err := w.consumed(ctx, node, at.v, spot{ref, f, row, sub}, follow); err != nil {
				return err
			}
		}
		if !found {
			w.noConsumer(node, at.v, e)
		}
		if w.full {
			return nil
		}
	}
	return nil
}

// copies lists the elements that one row sent: one, or one to each subpartition.
func (w *walk) copies(at walkNode) []event.Element {
	if at.spot == nil {
		return []event.Element{at.element}
	}
	return at.v.copies(at.spot.f, at.spot.row, at.element)
}

// consumed adds what the invocation at s, which received node, made of it. When nothing left it, the invocation itself is
// shown.
func (w *walk) consumed(ctx context.Context, node int, v *walkView, s spot, follow func(int)) error {
	attempt, inv := s.f.h.Attempt, s.f.r.Inv[s.row]+s.sub
	made, path, err := w.effects(ctx, node, v, attempt, inv, &s, follow)
	if err != nil || made > 0 {
		return firstError(err, w.onward(ctx, node, v, attempt, inv, &s, follow))
	}
	leaf, _, err := w.showInvocation(ctx, v, attempt, inv, &s, w.next(node, false))
	if err != nil || leaf == missing {
		return err
	}
	kind, err := w.ended(ctx, leaf, attempt, inv, path)
	if err != nil {
		return err
	}
	w.link(node, leaf, kind, v.cat.attempts[attempt].operator(0).Slug, text(path))
	return w.onward(ctx, node, v, attempt, inv, &s, follow)
}

// effects adds all that an invocation sent and wrote as caused by node, and returns how much that was. det is the invocation's
// row, nil when it is lost.
func (w *walk) effects(ctx context.Context, node int, v *walkView, attempt event.Key, inv uint64, det *spot, follow func(int)) (made int, path *route, err error) {
	if det != nil {
		path = v.routeOf(*det)
	}
	operator := v.cat.attempts[attempt].operator(0).Slug
	depth := w.next(node, false)
	kind := EdgeCaused
	if det != nil && fromState(det.f.r.Kind[det.row]) {
		kind = EdgeState
		operator = v.cat.attempts[attempt].operator(max(int(det.f.r.Operator[det.row]), 0)).Slug
	}
	sent, written := 0, 0
	limited := false // not all were looked at
	var inner error
	take := func(count *int, add func(context.Context, *walkView, spot, int) (int, bool, error)) func(spot) bool {
		return func(s spot) bool {
			*count++
			var child int
			if child, _, inner = add(ctx, v, s, depth); inner != nil {
				return false
			}
			w.link(node, child, kind, operator, text(path))
			follow(child)
			limited = limited || child == missing
			return !limited
		}
	}
	exact := path != nil && !path.cut
	whole := true
	if !exact || path.emits > 0 {
		ok, err := v.all(ctx, event.LaneOut, attempt, inv, isRecord, take(&sent, w.addSent))
		if whole = whole && ok; err != nil || inner != nil {
			return 0, path, firstError(inner, err)
		}
	}
	if !exact || path.writes > 0 {
		ok, err := v.all(ctx, event.LaneTrace, attempt, inv, isWrite, take(&written, w.addWritten))
		if whole = whole && ok; err != nil || inner != nil {
			return 0, path, firstError(inner, err)
		}
	}
	made = sent + written
	switch {
	case !whole:
		w.noteAt(node, Note{Kind: NoteGap, Operator: operator, Text: "a block that may hold what it caused cannot be read"}, false)
	case exact && !limited && sent < path.emits:
		note, err := v.missing(ctx, attempt, event.LaneOut, inv, 0, fmt.Sprintf("%d of %d records that it caused are not recorded", path.emits-sent, path.emits))
		if err != nil {
			return 0, path, err
		}
		w.noteAt(node, note, false)
	case exact && !limited && written < path.writes:
		w.noteAt(node, v.lost(attempt, event.LaneTrace, inv, fmt.Sprintf("the places of %d of %d writes that it caused are not recorded", path.writes-written, path.writes)), false)
	}
	if path == nil && det != nil && made == 0 && !limited {
		note, ok, err := v.leftOut(ctx, attempt, inv, 0, "what it caused is not recorded")
		if err != nil {
			return 0, path, err
		}
		if !ok {
			return made, path, nil
		}
		w.noteAt(node, note, false)
	}
	if exact && made == 0 && path.emits+path.writes > 0 {
		made = path.emits + path.writes // lost, but not swallowed
	}
	if made > 0 {
		dropped, err := w.drops(ctx, node, attempt, inv)
		if err != nil {
			return 0, path, err
		}
		if err := w.noteThrough(ctx, node, attempt, inv, path, dropped); err != nil {
			return 0, path, err
		}
	}
	return made, path, nil
}

func isRecord(k event.Kind) bool { return k == event.KindRecord }

// fromState tells whether an invocation of kind k has no input of its own.
func fromState(k event.Kind) bool {
	switch k {
	case event.KindEventTimer, event.KindProcessingTimer, event.KindMail, event.KindProcessingCallback:
		return true
	}
	return false
}

// noConsumer says why nothing is known to have received e.
func (w *walk) noConsumer(node int, v *walkView, e event.Element) {
	m := v.model
	m.mu.Lock()
	f := m.flows[e.Partition]
	var consumers []event.Key
	restored := false
	if f != nil {
		for key := range f.consumers {
			consumers = append(consumers, key)
			a := v.cat.attempts[key]
			for other := range m.restored {
				if b := v.cat.attempts[other]; a != nil && b != nil && b.Vertex == a.Vertex {
					restored = true
				}
			}
		}
	}
	m.mu.Unlock()
	slices.Sort(consumers)
	if len(consumers) == 0 {
		w.noteAt(node, Note{Kind: NoteNotRecorded, Text: "nothing that received it is recorded",
			Hint: "it may be on its way, or the consumer's TaskManager has no agent"}, false)
		return
	}
	for _, key := range consumers {
		if n := v.lost(key, event.LaneDet, 0, ""); n.Kind == NoteGap || n.Kind == NoteRemoved {
			n.Text = fmt.Sprintf("subpartition %d: it was received in a gap, or not at all (%s)", e.Subpartition, n.Text)
			w.noteAt(node, n, false)
			return
		}
	}
	if restored {
		w.noteAt(node, Note{Kind: NoteRecovered, Text: "it was not received by the attempt that it was sent to; a later attempt took over elements of channel state"}, false)
		return
	}
	w.noteAt(node, Note{Kind: NoteNotRecorded, Text: fmt.Sprintf("subpartition %d: it was not received, as far as is recorded", e.Subpartition),
		Hint: "it may be on its way, or the task ended before"}, false)
}
