package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// through adds the records that node came from by other ways than as what its invocation was: through state, timers,
// asynchronous calls, mini-batches. It gives back why the invocation's own record may have nothing to do with it; empty = it has.
func (w *walk) through(ctx context.Context, node int, det *spot, follow func(int)) (over string, err error) {
	at := w.places[node]
	attempt, inv := at.attempt, at.inv
	dropped, err := w.drops(ctx, node, attempt, inv)
	if err != nil {
		return "", err
	}
	p, bundled, err := w.pastOf(ctx, at.v, *at.spot, det, event.Invocation{})
	if err != nil {
		return "", err
	}
	for _, c := range p.list {
		if c.attempt == attempt && c.inv == inv && !fromState(det.f.r.Kind[det.row]) {
			if bundled {
				over = c.over
			}
			continue
		}
		if err := w.contributor(ctx, node, at.v, c, follow); err != nil {
			return "", err
		}
		if w.full {
			return over, nil
		}
	}
	for _, n := range p.lost {
		w.noteAt(node, n, false)
	}
	w.places[node].followed = len(p.lost)+len(p.untold) == 0
	if fromState(det.f.r.Kind[det.row]) {
		for _, n := range p.untold {
			w.places[node].hint = n.Text + ": " + n.Hint
		}
		return over, nil
	}
	return over, w.noteThrough(ctx, node, attempt, inv, at.v.routeOf(*det), dropped)
}

// contributor adds the record of an invocation that contributed to node.
func (w *walk) contributor(ctx context.Context, node int, v *walkView, c *contribution, follow func(int)) error {
	depth := w.next(node, true)
	from, err := w.recordOf(ctx, v, c.attempt, c.inv, depth)
	if err != nil || from == missing {
		return err
	}
	w.linkThrough(from, node, EdgeState, v.cat.attempts[c.attempt].operator(0).Slug, "", c.through, c.over)
	follow(from)
	return nil
}

// recordOf adds the record that an invocation handled: the element, or the source record; the invocation itself where that is not
// recorded.
func (w *walk) recordOf(ctx context.Context, v *walkView, attempt event.Key, inv uint64, depth int) (int, error) {
	det, ok, err := v.invocation(ctx, attempt, inv)
	if err != nil {
		return missing, err
	}
	if !ok || det.f.r.Kind[det.row] == event.KindSource {
		src, found, err := v.sourceRow(ctx, attempt, inv)
		if err != nil {
			return missing, err
		}
		if found {
			n, _, err := w.addSource(ctx, v, src, depth)
			return n, err
		}
	}
	var shown *spot
	if ok {
		shown = &det
	}
	if ok && det.f.r.Kind[det.row] == event.KindElements {
		if e, _, named := det.f.element(det.row); named {
			e.Seq += det.sub
			sent, found, err := v.producer(ctx, e)
			if err != nil {
				return missing, err
			}
			if found {
				n, _, err := w.addSent(ctx, v, sent, depth)
				return n, err
			}
			n, added, err := w.addUnrecorded(v, e, depth)
			if err == nil && added {
				err = w.noProducer(ctx, v, e, n, det.f.wall(det.row))
			}
			return n, err
		}
	}
	n, added, err := w.showInvocation(ctx, v, attempt, inv, shown, depth)
	if err != nil || !added {
		return n, err
	}
	switch {
	case !ok:
		w.noteAt(n, v.lost(attempt, event.LaneDet, inv, "what the task was handling is not recorded"), false)
	case det.f.r.Kind[det.row] == event.KindRecovered:
		w.noteAt(n, Note{Kind: NoteRecovered, Text: "the record came out of channel state at a restore; which element of the earlier attempt it was is not recorded"}, false)
	default:
		w.noteAt(n, v.lost(attempt, event.LaneSrc, inv, "the source record is not recorded"), false)
	}
	return n, nil
}

// kept tells what an operator did with the record of an invocation, as far as level trace tells: which states it wrote, whether it
// registered a timer or made a call. ok is false where the level does not tell.
func (w *walk) kept(ctx context.Context, v *walkView, attempt event.Key, operator int, inv uint64) (what []string, ok bool, err error) {
	if _, ok, err = v.stateLoss(ctx, attempt, operator, event.LaneState, inv, inv); err != nil || !ok {
		return nil, false, err
	}
	add := func(s string) {
		if !slices.Contains(what, s) {
			what = append(what, s)
		}
	}
	for _, lane := range []event.Lane{event.LaneState, event.LaneTrace} {
		for a, err := range v.accesses(ctx, accessScope{lane: lane, attempt: attempt, operator: operator, from: inv, to: inv,
			kinds: []event.Kind{event.KindStateWritten, event.KindTimerRegistered}}) {
			switch {
			case err != nil:
				return nil, false, err
			case a.kind == event.KindTimerRegistered:
				add("a timer")
			case a.def != nil:
				add("state " + a.def.Name)
			default:
				add("state")
			}
		}
	}
	return what, true, nil
}

// wentInto says in words what became of a record that operators kept.
func wentInto(op OperatorRef, what []string) string {
	return fmt.Sprintf("the record went into %s of %s", cmp.Or(joined(what), "the state"), op.Slug)
}

func joined(list []string) string {
	s := ""
	for i, x := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			s += " and "
		default:
			s += ", "
		}
		s += x
	}
	return s
}
