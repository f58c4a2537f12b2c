package query

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// onward adds what the record of an invocation contributed to in later ones. Where it may have come to is found by going forwards
// over what it touched; whether it did is then asked of each output backwards, so that both directions say the same.
func (w *walk) onward(ctx context.Context, node int, v *walkView, attempt event.Key, inv uint64, det *spot, follow func(int)) error {
	a := v.cat.attempts[attempt]
	if a == nil || det != nil && fromState(det.f.r.Kind[det.row]) {
		return nil
	}
	var path *route
	if det != nil {
		path = v.routeOf(*det)
	}
	if path != nil && path.root == rootControl {
		return nil
	}
	gave, kept := v.keepers(attempt, path)
	for _, op := range slices.Concat(gave, kept) {
		_, traced, err := v.stateLoss(ctx, attempt, op.Index, event.LaneState, inv, inv)
		if err != nil {
			return err
		}
		if !traced {
			continue
		}
		f := &future{w: w, v: v, of: event.Invocation{Attempt: attempt, Number: inv}, asked: make(map[event.Invocation]bool), spreads: make(map[event.Invocation]bool)}
		f.outputs = func(at event.Invocation) (bool, error) { return w.reached(ctx, node, v, f.of, at, follow) }
		if err := f.from(ctx, op.Index); err != nil {
			return err
		}
		if f.cut {
			w.noteAt(node, Note{Kind: NoteLimit, Operator: op.Slug, Text: "it was not followed further through state",
				Hint: "ask for a higher limit"}, false)
		}
		if w.full {
			return nil
		}
	}
	return nil
}

// reached adds those outputs of an invocation to which the record of another one contributed. It returns false when the answer is
// full.
func (w *walk) reached(ctx context.Context, node int, v *walkView, of, at event.Invocation, follow func(int)) (bool, error) {
	s, ok, err := v.invocation(ctx, at.Attempt, at.Number)
	if err != nil {
		return false, err
	}
	var det *spot
	if ok {
		det = &s
	}
	depth := w.next(node, false)
	slug := v.cat.attempts[at.Attempt].operator(0).Slug
	var outs, writes []spot
	collect := func(list *[]spot) func(spot) bool {
		return func(s spot) bool {
			*list = append(*list, s)
			return len(*list) <= w.q.Limit
		}
	}
	if _, err := v.all(ctx, event.LaneOut, at.Attempt, at.Number, isRecord, collect(&outs)); err != nil {
		return false, err
	}
	if _, err := v.all(ctx, event.LaneTrace, at.Attempt, at.Number, isWrite, collect(&writes)); err != nil {
		return false, err
	}
	for i, out := range slices.Concat(outs, writes) {
		p, _, err := w.pastOf(ctx, v, out, det, of)
		if err != nil {
			return false, err
		}
		c := p.found[of]
		if c == nil {
			continue
		}
		add := w.addSent
		if i >= len(outs) {
			add = w.addWritten
		}
		child, _, err := add(ctx, v, out, depth)
		if err != nil {
			return false, err
		}
		w.linkThrough(node, child, EdgeState, slug, "", c.through, c.over)
		for _, n := range p.lost {
			w.noteAt(child, n, false)
		}
		follow(child)
		if child == missing {
			return false, nil
		}
	}
	return true, nil
}

// future goes forwards over what an operator did after an invocation, and gives out the invocations in which something of it was
// at hand.
type future struct {
	w       *walk
	v       *walkView
	of      event.Invocation
	asked   map[event.Invocation]bool
	spreads map[event.Invocation]bool
	steps   int
	cut     bool
	outputs func(event.Invocation) (bool, error)
}

// maxSteps bounds how many accesses one record is followed over.
const maxSteps = 200_000

func (f *future) from(ctx context.Context, operator int) error {
	keys := make(map[uint64]event.Payload)
	for a, err := range f.v.accesses(ctx, accessScope{lane: event.LaneState, attempt: f.of.Attempt, operator: operator, from: f.of.Number, to: f.of.Number,
		kinds: []event.Kind{event.KindStateWritten}}) {
		if err != nil {
			return err
		}
		keys[sumOf(a.key)] = a.key
	}
	for _, key := range keys {
		if more, err := f.state(ctx, f.of.Attempt, operator, key, f.of.Number, nil); err != nil || !more {
			return err
		}
	}
	if more, err := f.timers(ctx, f.of.Attempt, operator, f.of.Number); err != nil || !more {
		return err
	}
	return f.caused(ctx, operator)
}

// ask gives an invocation out, once.
func (f *future) ask(attempt event.Key, inv uint64) (bool, error) {
	k := event.Invocation{Attempt: attempt, Number: inv}
	if f.asked[k] || k == f.of {
		return true, nil
	}
	f.asked[k] = true
	return f.outputs(k)
}

// state follows the places of state under a key that hold something of the record, from an invocation on; with begun nil these are
// those that it wrote.
func (f *future) state(ctx context.Context, attempt event.Key, operator int, key event.Payload, from uint64, begun map[cell]bool) (bool, error) {
	held := begun
	if held == nil {
		held = make(map[cell]bool)
	}
	c := contractOf(f.v.cat.attempts[attempt].def(operator))
	heirs, err := f.heirs(ctx, attempt, operator, from)
	if err != nil {
		return false, err
	}
	bequeath := func(until uint64) (bool, error) {
		for len(heirs) > 0 && heirs[0].last < until {
			h := heirs[0]
			heirs = heirs[1:]
			if len(held) == 0 {
				continue
			}
			copied := make(map[cell]bool)
			for x := range held {
				copied[x] = true
			}
			if more, err := f.state(ctx, h.attempt, h.operator, key, 1, copied); err != nil || !more {
				return false, err
			}
		}
		return true, nil
	}
	scope := accessScope{lane: event.LaneState, attempt: attempt, operator: operator, from: from, key: key}
	if f.v.unkeyed(operator) {
		scope.key = event.Payload{}
	}
	at, touched, merging := uint64(0), false, ""
	for a, err := range f.v.accesses(ctx, scope) {
		if err != nil {
			return false, err
		}
		if !a.key.Equal(key) && !a.key.Null() && !key.Null() {
			continue
		}
		if f.steps++; f.steps > maxSteps {
			f.cut = true
			return false, nil
		}
		if a.inv != at {
			if touched {
				if more, err := f.ask(attempt, at); err != nil || !more {
					return false, err
				}
			}
			if more, err := bequeath(a.inv); err != nil || !more {
				return false, err
			}
			if len(held) == 0 && at != 0 {
				return true, nil
			}
			at, touched, merging = a.inv, begun == nil && attempt == f.of.Attempt && a.inv == f.of.Number, ""
		}
		x := cellOf(&a)
		switch a.kind {
		case event.KindStateRead:
			if held[x] && !c.ignores(x.state) {
				touched = true
			}
		case event.KindStateWritten:
			switch {
			case a.what == callRemove:
				delete(held, x)
			case a.what == callMerge:
				if merging == x.state {
					held[x] = true
				}
			case touched && !c.ignores(x.state):
				held[x] = true
			case a.what == callPut:
				delete(held, x)
			}
		case event.KindStateCleared:
			if a.what == callMerge && held[x] {
				merging = x.state
			}
			clearCells(held, x)
		case event.KindStateExpired:
			if a.def == nil || a.def.Kind != "list" {
				delete(held, x)
			}
		}
	}
	if touched {
		if more, err := f.ask(attempt, at); err != nil || !more {
			return false, err
		}
	}
	return bequeath(math.MaxUint64)
}

// clearCells ends a cell, and with a map all of its entries.
func clearCells(held map[cell]bool, c cell) {
	for x := range held {
		if x.state == c.state && x.key == c.key && x.space == c.space {
			delete(held, x)
		}
	}
}

// heirs lists the attempts that were restored from checkpoints which an attempt took at an invocation or later, by when it took
// them.
func (f *future) heirs(ctx context.Context, attempt event.Key, operator int, from uint64) ([]stateOrigin, error) {
	id := f.v.cat.attempts[attempt].operator(operator).ID
	var list []stateOrigin
	for key, a := range f.v.cat.attempts {
		index := a.indexOf(id)
		if key == attempt || a.Restored <= 0 || index < 0 {
			continue
		}
		last, ok, err := f.v.tookCheckpoint(ctx, attempt, uint64(a.Restored))
		if err != nil {
			return nil, err
		}
		if ok && last >= from {
			list = append(list, stateOrigin{key, index, last})
		}
	}
	slices.SortFunc(list, func(x, y stateOrigin) int {
		return cmp.Or(cmp.Compare(x.last, y.last), cmp.Compare(x.attempt, y.attempt))
	})
	return list, nil
}

// timers asks for the firings of the timers that an invocation registered.
func (f *future) timers(ctx context.Context, attempt event.Key, operator int, inv uint64) (bool, error) {
	kinds := []event.Kind{event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired}
	var set []access
	for a, err := range f.v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: attempt, operator: operator, from: inv, to: inv, kinds: kinds[:1]}) {
		if err != nil {
			return false, err
		}
		set = append(set, a)
	}
	for i := range set {
		if more, err := f.timer(ctx, attempt, operator, &set[i], inv, kinds); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

func (f *future) timer(ctx context.Context, attempt event.Key, operator int, set *access, from uint64, kinds []event.Kind) (bool, error) {
	scope := accessScope{lane: event.LaneTrace, attempt: attempt, operator: operator, from: from, key: set.key, space: &set.space, kinds: kinds[1:]}
	scope.wanted = func(a *access) bool { return a.time == set.time }
	if set.def != nil {
		scope.state = set.def.Name
	}
	until := uint64(math.MaxUint64)
	for a, err := range f.v.accesses(ctx, scope) {
		if err != nil {
			return false, err
		}
		if a.inv == set.inv && attempt == set.f.h.Attempt && a.ordinal < set.ordinal {
			continue
		}
		until = a.inv
		if a.kind == event.KindTimerFired {
			if more, err := f.spread(ctx, attempt, operator, a.inv); err != nil || !more {
				return false, err
			}
		}
		break
	}
	heirs, err := f.heirs(ctx, attempt, operator, from)
	if err != nil {
		return false, err
	}
	for _, h := range heirs {
		if h.last < until {
			if more, err := f.timer(ctx, h.attempt, h.operator, set, 1, kinds); err != nil || !more {
				return false, err
			}
		}
	}
	return true, nil
}

// caused asks for the invocations that handed on what the record brought: results of its call, its mini-batch.
func (f *future) caused(ctx context.Context, operator int) error {
	c := contractOf(f.v.cat.attempts[f.of.Attempt].def(operator))
	if def := f.v.cat.attempts[f.of.Attempt].def(operator); !c.keys && (def == nil || def.Kind != "async") {
		return nil
	}
	n := int64(f.of.Number)
	for a, err := range f.v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: f.of.Attempt, operator: operator, from: f.of.Number,
		kinds: []event.Kind{event.KindCause}}) {
		if err != nil {
			return err
		}
		if f.steps++; f.steps > maxSteps {
			f.cut = true
			return nil
		}
		if a.what == causeAsync && a.number == n || a.what == causeBundle && a.number <= n && n < a.number+max(a.number2, 1) {
			if a.what == causeBundle {
				_, err := f.spread(ctx, f.of.Attempt, operator, a.inv)
				return err
			}
			_, err := f.ask(f.of.Attempt, a.inv)
			return err
		}
	}
	return nil
}

// spread asks for what an invocation gave out in which all that it did came from the record, follows the state that it wrote, and
// the timers that it registered.
func (f *future) spread(ctx context.Context, attempt event.Key, operator int, inv uint64) (bool, error) {
	k := event.Invocation{Attempt: attempt, Number: inv}
	if f.spreads[k] {
		return true, nil
	}
	f.spreads[k] = true
	if more, err := f.ask(attempt, inv); err != nil || !more {
		return false, err
	}
	held := make(map[uint64]map[cell]bool)
	keys := make(map[uint64]event.Payload)
	for a, err := range f.v.accesses(ctx, accessScope{lane: event.LaneState, attempt: attempt, operator: operator, from: inv, to: inv,
		kinds: []event.Kind{event.KindStateWritten}}) {
		if err != nil {
			return false, err
		}
		k := sumOf(a.key)
		if held[k] == nil {
			held[k], keys[k] = make(map[cell]bool), a.key
		}
		held[k][cellOf(&a)] = true
	}
	for k, cells := range held {
		if more, err := f.state(ctx, attempt, operator, keys[k], inv+1, cells); err != nil || !more {
			return false, err
		}
	}
	return f.timers(ctx, attempt, operator, inv)
}
