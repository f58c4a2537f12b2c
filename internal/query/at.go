package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// At shows one invocation, with payloads. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) At(ctx context.Context, rec event.RecordingID, p Position) (Moment, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Moment{}, err
	}
	defer v.close()
	key, operator, err := v.locate(p)
	if err != nil {
		return Moment{}, err
	}
	s, ok, err := v.anyRow(ctx, key, p.Invocation)
	if err != nil {
		return Moment{}, fmt.Errorf("looking for %s: %w", p, err)
	}
	if !ok {
		return Moment{}, v.missingInvocation(key, p)
	}
	m, err := v.moment(ctx, key, operator, p.Invocation, s)
	if err != nil {
		return Moment{}, fmt.Errorf("looking at %s: %w", p, err)
	}
	return m, nil
}

// missingInvocation says why there is no such invocation, as far as it is known.
func (v *view) missingInvocation(key event.Key, p Position) error {
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	for _, g := range v.gapsLocked() {
		if g.AttemptKey == key && g.First <= p.Invocation && p.Invocation <= g.Last {
			if g.Reason == event.GapRetention {
				return notFound("position %s was %s", p, g.Text)
			}
			return notFound("position %s lies in a gap (%s)", p, g.Text)
		}
	}
	return notFound("position %s", p)
}

func (v *view) moment(ctx context.Context, key event.Key, operator int, inv uint64, s spot) (Moment, error) {
	a := v.cat.attempts[key]
	m := Moment{Operator: a.operator(operator), Subtask: -1, Attempt: -1, Watermark: NoEventTime}
	if a != nil {
		m.Vertex, m.Task, m.Subtask, m.Attempt = a.Vertex, a.Task, a.Subtask, a.Attempt
	}
	m.Position = v.positionAt(key, operator, inv)
	var err error
	if m.Invocation, err = v.eventAt(ctx, s.ref, s.f, s.row, s.sub, true, true); err != nil {
		return m, err
	}
	if route := v.engine.texts.route(s.f.path(s.row)); route != nil {
		m.Path = v.path(a, route)
	}
	if err := v.input(ctx, key, inv, s, &m); err != nil {
		return m, err
	}
	take := func(list *[]Event) func(spot) bool {
		return func(s spot) bool {
			if len(*list) == MaxMomentEvents {
				m.More = true
				return false
			}
			var ev Event
			if ev, err = v.eventAt(ctx, s.ref, s.f, s.row, 0, false, true); err != nil {
				return false
			}
			*list = append(*list, ev)
			return true
		}
	}
	for _, part := range []struct {
		lane  event.Lane
		kinds func(event.Kind) bool
		list  *[]Event
	}{
		{event.LaneOut, anyKind, &m.Outputs}, {event.LaneTrace, isWrite, &m.Writes},
		{event.LaneTrace, isStep, &m.Steps}, {event.LaneState, anyKind, &m.Steps}, {event.LaneEnv, anyKind, &m.Steps},
		{event.LaneLog, isLogLine, &m.Logs},
	} {
		if _, allErr := v.all(ctx, part.lane, key, inv, part.kinds, take(part.list)); allErr != nil || err != nil {
			return m, firstError(allErr, err)
		}
	}
	if err := v.outcomes(ctx, m.Writes); err != nil {
		return m, err
	}
	// Lanes count such rows together, in the order in which they happened.
	slices.SortStableFunc(m.Steps, func(a, b Event) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	if x, ok, err := v.first(ctx, holding(event.LaneLog, key, inv), inv, func(k event.Kind) bool { return k == event.KindException }); err != nil {
		return m, err
	} else if ok {
		ev, err := v.eventAt(ctx, x.ref, x.f, x.row, 0, false, true)
		if err != nil {
			return m, err
		}
		m.Exception = &ev
	}
	if m.Watermark, err = v.watermarkBefore(ctx, key, inv); err != nil {
		return m, err
	}
	return m, v.neighbours(ctx, key, operator, inv, &m)
}

// isWrite tells the rows of lane trace that are external writes from those that say what operators did.
func isWrite(k event.Kind) bool { return k == event.KindWritten || k == event.KindWriteFailed }

func isStep(k event.Kind) bool { return !isWrite(k) }

func isLogLine(k event.Kind) bool { return k == event.KindLogLine }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *view) positionAt(key event.Key, operator int, inv uint64) Position {
	p := Position{Invocation: inv, Key: key}
	if a := v.cat.attempts[key]; a != nil {
		p.Operator, p.Subtask, p.Attempt = a.operator(operator).Slug, a.Subtask, a.Attempt
	}
	return p
}

// path sums a route up by operator.
func (v *view) path(a *attempt, r *route) Path {
	p := Path{Text: r.text, Cut: r.cut}
	at := make(map[int]int)
	for i, x := range r.visits {
		k, ok := at[x.operator]
		if !ok {
			k = len(p.Steps)
			at[x.operator] = k
			p.Steps = append(p.Steps, PathStep{Operator: a.operator(x.operator)})
		}
		if i > 0 || r.root == rootRecord {
			p.Steps[k].In++
		}
		p.Steps[k].Out += x.gaveOut()
	}
	return p
}

// input finds what the invocation took in: the element with its bytes at its producer, or the source record.
func (v *view) input(ctx context.Context, key event.Key, inv uint64, s spot, m *Moment) error {
	switch s.f.r.Kind[s.row] {
	case event.KindElements:
		e, _, ok := s.f.element(s.row)
		if !ok {
			return nil
		}
		e.Seq += s.sub
		from, found, err := v.producer(ctx, e)
		if err != nil {
			return err
		}
		if !found {
			m.InputNote = fmt.Sprintf("the bytes of element %s are not recorded", e)
			return nil
		}
		ev, err := v.eventAt(ctx, from.ref, from.f, from.row, 0, false, true)
		m.Input = &ev
		return err
	case event.KindRecovered:
		m.InputNote = "the element came out of channel state at a restore; it was recorded by an earlier attempt"
	case event.KindSource, event.KindSourceRecord, event.KindOtherSourceRecord, event.KindSourceRun:
		src, found, err := v.sourceRow(ctx, key, inv)
		if err != nil {
			return err
		}
		if !found {
			m.InputNote = "the source record is not recorded"
			return nil
		}
		ev, err := v.eventAt(ctx, src.ref, src.f, src.row, src.sub, src.f.r.Kind[src.row] == event.KindSourceRun, true)
		m.Input = &ev
		return err
	}
	return nil
}

// producer finds the row that sent e.
func (v *view) producer(ctx context.Context, e event.Element) (spot, bool, error) {
	for _, ref := range v.snap.Element(e, false) {
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return spot{}, false, err
		}
		if row, ok := f.sent(e); ok {
			return spot{ref, f, row, 0}, true, nil
		}
	}
	return spot{}, false, nil
}

// watermarkBefore is the task's combined watermark when inv began, NoEventTime when none is known.
func (v *view) watermarkBefore(ctx context.Context, key event.Key, inv uint64) (EventTime, error) {
	for width := uint64(1 << 12); ; width *= 16 {
		from := uint64(1)
		if inv > width {
			from = inv - width
		}
		w, err := v.watermarkIn(ctx, store.Filter{Lane: event.LaneDet, Attempt: key, InvFrom: from, InvTo: inv}, inv)
		if w != NoEventTime || err != nil || from == 1 || width > 1<<40 {
			return w, err
		}
	}
}

// watermarkIn is the last watermark before inv in the blocks of the filter. Watermarks of an attempt only rise.
func (v *view) watermarkIn(ctx context.Context, filter store.Filter, inv uint64) (EventTime, error) {
	w := NoEventTime
	for ref := range v.snap.Blocks(filter) {
		h := ref.Header
		if h.Attempt != filter.Attempt || h.Lane.Base() != filter.Lane || len(h.Zones.Watermarks) == 0 || h.FirstInv >= inv {
			continue
		}
		if h.LastInv < inv {
			low := make(map[int]EventTime)
			for _, z := range h.Zones.Watermarks {
				if z.In {
					raise(low, z.Input, EventTime(z.Last))
				}
			}
			w = max(w, lowest(low))
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return w, err
		}
		for row, k := range f.r.Kind {
			if k == event.KindWatermarkIn && f.r.Inv[row] < inv {
				w = max(w, timeAt(f.r.Time, row))
			}
		}
	}
	return w, nil
}

// neighbours sets the invocations before and after, over gaps if there are any.
func (v *view) neighbours(ctx context.Context, key event.Key, operator int, inv uint64, m *Moment) error {
	if inv > 1 {
		if n, err := v.nearest(ctx, store.Filter{Lane: event.LaneDet, Attempt: key, InvFrom: inv - 1, InvTo: inv - 1}, inv, false); err != nil {
			return err
		} else if n == 0 {
			n, err = v.nearest(ctx, store.Filter{Lane: event.LaneDet, Attempt: key, InvFrom: 1, InvTo: inv - 1}, inv, false)
			if err != nil {
				return err
			}
			m.Before = v.neighbour(key, operator, n)
		} else {
			m.Before = v.neighbour(key, operator, n)
		}
	}
	n, err := v.nearest(ctx, store.Filter{Lane: event.LaneDet, Attempt: key, InvFrom: inv + 1, InvTo: inv + 1}, inv, true)
	if err == nil && n == 0 {
		n, err = v.nearest(ctx, store.Filter{Lane: event.LaneDet, Attempt: key, InvFrom: inv + 1}, inv, true)
	}
	m.After = v.neighbour(key, operator, n)
	return err
}

func (v *view) neighbour(key event.Key, operator int, inv uint64) *Position {
	if inv == 0 {
		return nil
	}
	p := v.positionAt(key, operator, inv)
	return &p
}

// nearest is the invocation nearest to inv on one side among the blocks of the filter, 0 = none. Of a gap's far side only the
// block that begins or ends closest is decoded.
func (v *view) nearest(ctx context.Context, filter store.Filter, inv uint64, after bool) (uint64, error) {
	var best uint64
	var at store.Ref
	for ref := range v.snap.Blocks(filter) {
		h := ref.Header
		if h.Attempt != filter.Attempt || h.Lane.Base() != filter.Lane {
			continue
		}
		edge := min(h.LastInv, inv-1)
		if after {
			edge = max(h.FirstInv, inv+1)
		}
		if h.FirstInv <= edge && edge <= h.LastInv && edge > 0 && (best == 0 || (edge < best) == after) {
			best, at = edge, ref
		}
	}
	if best == 0 {
		return 0, nil
	}
	f, err := v.columns(ctx, at)
	if err != nil {
		if unreadable(err) {
			return 0, nil
		}
		return 0, err
	}
	best = 0
	for row, k := range f.r.Kind {
		if !runs(k) {
			continue
		}
		first := f.r.Inv[row]
		last := first + uint64(max(f.r.N[row], 1)) - 1
		switch {
		case after && last > inv:
			if n := max(first, inv+1); best == 0 || n < best {
				best = n
			}
		case !after && first < inv && first > 0:
			best = max(best, min(last, inv-1))
		}
	}
	return best, nil
}
