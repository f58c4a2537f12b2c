package query

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// up adds what node came from.
func (w *walk) up(ctx context.Context, node int, follow func(int)) error {
	at := w.places[node]
	switch w.out.Nodes[node].Kind {
	case NodeSource:
		return w.writers(ctx, node, follow)
	case NodeInvocation:
		return w.inputOf(ctx, node, follow)
	}
	if at.spot == nil {
		return nil // said when it was added
	}
	return w.origin(ctx, node, follow)
}

// origin adds the parent of what an invocation sent or wrote: what the invocation was.
func (w *walk) origin(ctx context.Context, node int, follow func(int)) error {
	at := w.places[node]
	v, depth := at.v, w.next(node, true)
	s, ok, err := v.invocation(ctx, at.attempt, at.inv)
	if err != nil {
		return err
	}
	if !ok {
		return w.originUnknown(ctx, node, depth, follow)
	}
	path := v.routeOf(s)
	operator := v.cat.attempts[at.attempt].operator(0).Slug
	switch s.f.r.Kind[s.row] {
	case event.KindElements:
		over, err := w.through(ctx, node, &s, follow)
		if err != nil {
			return err
		}
		return w.parentElement(ctx, node, s, depth, path, over, follow)
	case event.KindSource:
		src, ok, err := v.sourceRow(ctx, at.attempt, at.inv)
		if err != nil {
			return err
		}
		if ok {
			over, err := w.through(ctx, node, &s, follow)
			if err != nil {
				return err
			}
			parent, _, err := w.addSource(ctx, v, src, depth)
			w.linkThrough(parent, node, EdgeCaused, operator, text(path), "", over)
			follow(parent)
			return err
		}
		parent, _, err := w.showInvocation(ctx, v, at.attempt, at.inv, &s, depth)
		w.link(parent, node, EdgeCaused, operator, text(path))
		w.noteAt(parent, v.lost(at.attempt, event.LaneSrc, at.inv, "the source record is not recorded"), false)
		return err
	case event.KindRecovered:
		parent, _, err := w.showInvocation(ctx, v, at.attempt, at.inv, &s, depth)
		w.link(parent, node, EdgeCaused, operator, text(path))
		w.noteAt(parent, Note{Kind: NoteRecovered, Operator: operator,
			Text: "the record came out of channel state at a restore; which element of the earlier attempt it was is not recorded"}, false)
		return err
	}
	return w.fromState(ctx, node, s, depth, follow)
}

// originUnknown is origin when lane det lost the invocation. A source record may still tell.
func (w *walk) originUnknown(ctx context.Context, node, depth int, follow func(int)) error {
	at := w.places[node]
	src, ok, err := at.v.sourceRow(ctx, at.attempt, at.inv)
	if err != nil {
		return err
	}
	if !ok {
		w.noteAt(node, at.v.lost(at.attempt, event.LaneDet, at.inv, "what the task was handling is not recorded"), false)
		return nil
	}
	parent, _, err := w.addSource(ctx, at.v, src, depth)
	w.link(parent, node, EdgeCaused, at.v.cat.attempts[at.attempt].operator(0).Slug, "")
	follow(parent)
	return err
}

// parentElement adds the element that an invocation received and links it to node, which the invocation made.
func (w *walk) parentElement(ctx context.Context, node int, s spot, depth int, path *route, over string, follow func(int)) error {
	at := w.places[node]
	v := at.v
	e, _, ok := s.f.element(s.row)
	if !ok {
		w.noteAt(node, Note{Kind: NoteNotRecorded, Text: "the element that was received has no number"}, false)
		return nil
	}
	e.Seq += s.sub
	operator := v.cat.attempts[at.attempt].operator(0).Slug
	sent, ok, err := v.producer(ctx, e)
	if err != nil {
		return err
	}
	if !ok {
		parent, _, err := w.addUnrecorded(v, e, depth)
		w.link(parent, node, EdgeCaused, operator, text(path))
		if err == nil {
			err = w.noProducer(ctx, v, e, parent, s.f.wall(s.row))
		}
		return err
	}
	if kind := sent.f.r.Kind[sent.row]; kind != event.KindRecord {
		parent, _, err := w.showInvocation(ctx, v, at.attempt, at.inv, &s, depth)
		w.link(parent, node, EdgeState, operator, text(path))
		w.stateOf(node, parent, at.attempt, path, fmt.Sprintf("what it sent came out of state when a %s%s arrived", kind,
			clock(EventTime(sent.f.r.EventTime[sent.row]))))
		return err
	}
	parent, _, err := w.addSent(ctx, v, sent, depth)
	w.linkThrough(parent, node, EdgeCaused, operator, text(path), "", over)
	follow(parent)
	return err
}

// fromState shows the timer, mail or callback whose invocation made node.
func (w *walk) fromState(ctx context.Context, node int, s spot, depth int, follow func(int)) error {
	at := w.places[node]
	v := at.v
	parent, _, err := w.showInvocation(ctx, v, at.attempt, at.inv, &s, depth)
	if err != nil {
		return err
	}
	operator := v.cat.attempts[at.attempt].operator(max(int(s.f.r.Operator[s.row]), 0)).Slug
	path := v.routeOf(s)
	w.link(parent, node, EdgeState, operator, text(path))
	what := "what it sent came out of state"
	time := timeAt(s.f.r.Time, s.row)
	switch s.f.r.Kind[s.row] {
	case event.KindEventTimer:
		what = fmt.Sprintf("what it sent came out of state by an event timer%s", clock(time))
	case event.KindProcessingTimer:
		what = fmt.Sprintf("what it sent came out of state by a processing timer%s", clock(time))
	case event.KindMail:
		what = "what it sent was handed over by a mail, as results of asynchronous operators are"
	case event.KindProcessingCallback:
		what = fmt.Sprintf("what it sent came out of state by a processing-time callback%s", clock(time))
	}
	if _, err := w.through(ctx, node, &s, follow); err != nil {
		return err
	}
	w.stateOf(node, parent, at.attempt, path, what)
	return nil
}

// showInvocation adds an invocation that is not followed.
func (w *walk) showInvocation(ctx context.Context, v *walkView, attempt event.Key, inv uint64, s *spot, depth int) (int, bool, error) {
	n, added, err := w.addInvocation(ctx, v, attempt, inv, s, depth)
	if added {
		w.places[n].end = true
	}
	return n, added, err
}

// inputOf adds what an invocation received, when it is asked for itself.
func (w *walk) inputOf(ctx context.Context, node int, follow func(int)) error {
	at := w.places[node]
	v, depth := at.v, w.next(node, true)
	s, ok, err := v.invocation(ctx, at.attempt, at.inv)
	if err != nil {
		return err
	}
	if !ok {
		return w.originUnknown(ctx, node, depth, follow)
	}
	switch s.f.r.Kind[s.row] {
	case event.KindElements:
		e, _, ok := s.f.element(s.row)
		if !ok {
			return nil
		}
		e.Seq += s.sub
		sent, ok, err := v.producer(ctx, e)
		if err != nil {
			return err
		}
		if !ok {
			parent, _, err := w.addUnrecorded(v, e, depth)
			w.link(parent, node, EdgeSame, "", "")
			if err == nil {
				err = w.noProducer(ctx, v, e, parent, s.f.wall(s.row))
			}
			return err
		}
		if sent.f.r.Kind[sent.row] != event.KindRecord {
			return nil // a watermark or marker: nodes are records
		}
		parent, _, err := w.addSent(ctx, v, sent, depth)
		w.link(parent, node, EdgeSame, "", "")
		follow(parent)
		return err
	case event.KindSource:
		return w.originUnknown(ctx, node, depth, follow)
	case event.KindRecovered:
		w.noteAt(node, Note{Kind: NoteRecovered, Text: "the record came out of channel state at a restore"}, false)
		return nil
	}
	w.stateOf(node, node, at.attempt, v.routeOf(s), "it has no input, being of kind "+s.f.r.Kind[s.row].String()+": what it sends comes out of state")
	return nil
}

// noProducer says why the sender of e, which was received at a time (0 = not known), is not known.
func (w *walk) noProducer(ctx context.Context, v *walkView, e event.Element, node int, received Wall) error {
	def := v.cat.partitions[e.Partition]
	if def == nil {
		w.noteAt(node, Note{Kind: NoteNotRecorded, Text: "the task that sent it is not recorded",
			Hint: "is the agent attached to every TaskManager?"}, false)
		return nil
	}
	key, err := event.ParseKey(def.Attempt)
	if err != nil {
		key = 0
	}
	note, err := v.missing(ctx, key, event.LaneOut, 0, received, "its sending is not recorded")
	w.noteAt(node, note, false)
	return err
}

func anyKind(event.Kind) bool { return true }

// routeOf is the parsed path of a row, nil when not known.
func (v *view) routeOf(s spot) *route { return v.engine.texts.route(s.f.path(s.row)) }

func text(r *route) string {
	if r == nil {
		return ""
	}
	return r.text
}

func clock(t EventTime) string {
	if !t.Known() {
		return ""
	}
	return " of " + t.Time().Format("2006-01-02T15:04:05.000Z")
}
