package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// contribution is an invocation whose record went into something that an operator handed on later.
type contribution struct {
	attempt event.Key
	inv     uint64
	through string // what it went through, in words: "state total", "timer", …
	over    string // why it may not have contributed; empty = proven
}

// past is what one output, or several of one invocation, came from: the records whose traces in state, timers, asynchronous
// calls and mini-batches an operator had at hand when it made it.
//
// It goes backwards over what the operator did under a key and keeps the places of its state that are live: that something
// read later was made of. A write to a live place makes its invocation a contributor; one that takes nothing of what was there
// ends the place. Where the attempt began with state of another one it goes on there.
type past struct {
	w      *walk
	v      *walkView
	floor  event.Invocation // contributors are looked for down to this invocation of its attempt; zero = all
	found  map[event.Invocation]*contribution
	list   []*contribution
	lost   []Note // what is missing of it
	untold []Note // of operators whose state was not recorded at all
	seen   map[lookup]bool
}

// lookup is something that was looked for once.
type lookup struct {
	kind    byte
	attempt event.Key
	inv     uint64
	proven  bool
}

// cell is a place of state: one value.
type cell struct {
	state              string
	key, space, mapKey uint64 // see sumOf
}

// live is a cell that something read later was made of.
type live struct {
	over string // why it may not be; empty = proven
}

// cells are live cells by name, in which order does not matter.
type cells map[cell]*live

func cellOf(a *access) cell {
	c := cell{key: sumOf(a.key), space: sumOf(a.space), mapKey: sumOf(a.mapKey)}
	if a.def != nil {
		c.state = a.def.Name
	}
	return c
}

// add makes a cell live. What is proven of it stays so.
func (l cells) add(a *access, over string) {
	c := cellOf(a)
	if old := l[c]; old != nil {
		if over == "" {
			old.over = ""
		}
		return
	}
	l[c] = &live{over}
}

func newPast(w *walk, v *walkView) *past {
	return &past{w: w, v: v, found: make(map[event.Invocation]*contribution), seen: make(map[lookup]bool)}
}

// full tells whether more contributors than the answer may have nodes were found.
func (p *past) full() bool { return len(p.list) > p.w.q.Limit }

// contributed notes that the record of an invocation contributed.
func (p *past) contributed(attempt event.Key, inv uint64, through, over string) {
	k := event.Invocation{Attempt: attempt, Number: inv}
	if old := p.found[k]; old != nil {
		if old.over != "" && over == "" {
			old.over, old.through = "", through
		}
		return
	}
	c := &contribution{attempt, inv, through, over}
	p.found[k] = c
	p.list = append(p.list, c)
}

func (p *past) miss(n Note) {
	if !slices.Contains(p.lost, n) {
		p.lost = append(p.lost, n)
	}
}

// below tells whether the search is over at an invocation.
func (p *past) below(attempt event.Key, inv uint64) bool {
	return p.floor.Attempt == attempt && inv < p.floor.Number
}

// inputs adds what an invocation had at hand besides what it read: its record, the registration of its timer, the records of
// asynchronous results and of its mini-batch.
func (p *past) inputs(ctx context.Context, attempt event.Key, operator int, inv uint64, through, over string) error {
	det, ok, err := p.v.invocation(ctx, attempt, inv)
	if err != nil {
		return err
	}
	kind := event.KindElements
	if ok {
		kind = det.f.r.Kind[det.row]
	}
	c := contractOf(p.v.cat.attempts[attempt].def(operator))
	bundled, err := p.causes(ctx, attempt, operator, inv, nil, through, over)
	if err != nil {
		return err
	}
	switch kind {
	case event.KindElements, event.KindSource, event.KindRecovered:
		switch route := p.v.routeOf(det); {
		case bundled:
		case ok && route != nil && route.root == rootControl:
			p.gathered(attempt, operator, inv)
		default:
			p.contributed(attempt, inv, through, over)
		}
	case event.KindEventTimer, event.KindProcessingTimer:
		if !c.window {
			return p.registered(ctx, attempt, operator, inv, over)
		}
	default:
		if !bundled {
			p.gathered(attempt, operator, inv)
		}
	}
	return nil
}

// gathered notes that an operator wrote state in an invocation that brought no record.
func (p *past) gathered(attempt event.Key, operator int, inv uint64) {
	p.miss(Note{Kind: NoteNotRecorded, Operator: p.v.cat.attempts[attempt].operator(operator).Slug,
		Text: fmt.Sprintf("invocation %d wrote state without a record of its own, of what it had gathered before: which records these were is not recorded", inv)})
}

// causes adds the records that an operator brought in other invocations than the one that it hands them on in. bundled tells
// whether these were members of a mini-batch. emitted is the output that is asked about, nil = any.
func (p *past) causes(ctx context.Context, attempt event.Key, operator int, inv uint64, emitted *emission, through, over string) (bundled bool, err error) {
	var async, bundle []access
	for a, err := range p.v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: attempt, operator: operator, from: inv, to: inv,
		kinds: []event.Kind{event.KindCause}}) {
		if err != nil {
			return false, err
		}
		if a.what == causeAsync {
			async = append(async, a)
		} else if a.what == causeBundle {
			bundle = append(bundle, a)
		}
	}
	if emitted != nil && len(async) > 1 {
		at := -1
		for i, a := range async {
			if a.number2 <= int64(emitted.step) {
				at = i
			}
		}
		if at >= 0 {
			async = async[at : at+1]
		}
	}
	for _, a := range async {
		why := over
		if len(async) > 1 && why == "" {
			why = fmt.Sprintf("%d results of asynchronous calls were handed on together; which of them made this output is not recorded", len(async))
		}
		if a.number == 0 {
			if err := p.openCalls(ctx, attempt, operator, cmp.Or(through, "asynchronous call"), why); err != nil {
				return false, err
			}
			continue
		}
		if err := p.inputs(ctx, attempt, operator, uint64(a.number), cmp.Or(through, "asynchronous call"), why); err != nil {
			return false, err
		}
	}
	return len(bundle)+len(async) > 0, p.members(ctx, attempt, operator, inv, bundle, through, over)
}

// members adds those of a mini-batch. They are proven when there is one, or when all of the batch had one key.
func (p *past) members(ctx context.Context, attempt event.Key, operator int, inv uint64, bundle []access, through, over string) error {
	n := int64(0)
	for _, a := range bundle {
		n += max(a.number2, 1)
	}
	if n == 0 || p.once('b', attempt, inv, over) {
		return nil
	}
	if n > 1 && over == "" {
		keys, err := p.keys(ctx, attempt, operator, inv)
		if err != nil {
			return err
		}
		if keys != 1 {
			over = fmt.Sprintf("the mini-batch had %d records; which of them have the key of this output is not recorded", n)
		}
	}
	for _, a := range bundle {
		for i := range uint64(max(a.number2, 1)) {
			if p.full() {
				return nil
			}
			p.contributed(attempt, uint64(a.number)+i, cmp.Or(through, "mini-batch"), over)
		}
	}
	return nil
}

// keys counts the keys under which an invocation touched state.
func (p *past) keys(ctx context.Context, attempt event.Key, operator int, inv uint64) (int, error) {
	keys := make(map[uint64]bool)
	for a, err := range p.v.accesses(ctx, accessScope{lane: event.LaneState, attempt: attempt, operator: operator, from: inv, to: inv}) {
		if err != nil {
			return 0, err
		}
		keys[sumOf(a.key)] = true
	}
	return len(keys), nil
}

// once is true when something was looked for before, with as much proof.
func (p *past) once(kind byte, attempt event.Key, inv uint64, over string) bool {
	k := lookup{kind, attempt, inv, over == ""}
	was := p.seen[k] || over != "" && p.seen[lookup{kind, attempt, inv, true}]
	p.seen[k] = true
	return was
}

// registered adds the invocation that registered the timer which fired in inv: the first one since the timer fired or was
// deleted, as further registrations of a timer that is there change nothing.
func (p *past) registered(ctx context.Context, attempt event.Key, operator int, inv uint64, over string) error {
	if p.once('t', attempt, inv, over) {
		return nil
	}
	for fired, err := range p.v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: attempt, operator: operator, from: inv, to: inv,
		kinds: []event.Kind{event.KindTimerFired}}) {
		if err != nil {
			return err
		}
		found, err := p.registration(ctx, attempt, operator, &fired, inv, over)
		if err != nil || found {
			return err
		}
		p.miss(Note{Kind: NoteNotRecorded, Operator: p.v.cat.attempts[attempt].operator(operator).Slug,
			Text: "the timer's registration is not recorded"})
		return nil
	}
	slug := p.v.cat.attempts[attempt].operator(operator).Slug
	n, ok, err := p.v.stateLoss(ctx, attempt, operator, event.LaneTrace, inv, inv)
	if err == nil && !ok {
		p.miss(n)
	} else if err == nil {
		p.miss(Note{Kind: NoteNotRecorded, Operator: slug, Text: "which timer fired is not recorded"})
	}
	return err
}

// registration looks for it in one attempt, below an invocation, and goes on in those that it was restored from.
func (p *past) registration(ctx context.Context, attempt event.Key, operator int, fired *access, inv uint64, over string) (bool, error) {
	scope := accessScope{lane: event.LaneTrace, attempt: attempt, operator: operator, to: inv, order: Descending, key: fired.key, space: &fired.space,
		kinds: []event.Kind{event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired}}
	if fired.def != nil {
		scope.state = fired.def.Name
	}
	scope.wanted = func(a *access) bool { return a.time == fired.time }
	found, ended := uint64(0), false
	for a, err := range p.v.accesses(ctx, scope) {
		if err != nil {
			return false, err
		}
		if a.inv == inv && a.kind == event.KindTimerFired && a.f.h.Attempt == fired.f.h.Attempt && a.ordinal == fired.ordinal && found == 0 {
			continue // itself
		}
		if a.kind != event.KindTimerRegistered {
			ended = true
			break
		}
		if a.inv < inv || a.f.h.Attempt != fired.f.h.Attempt {
			found = a.inv
		}
		if p.below(attempt, a.inv) {
			ended = true
			break
		}
	}
	if !ended {
		origins, checkpoint, err := p.v.stateOrigins(ctx, attempt, operator)
		if err != nil {
			return false, err
		}
		for _, o := range origins {
			if earlier, err := p.registration(ctx, o.attempt, o.operator, fired, o.last, over); err != nil || earlier {
				return earlier, err
			}
		}
		if checkpoint != 0 && len(origins) == 0 {
			p.miss(Note{Kind: NoteNotRecorded, Operator: p.v.cat.attempts[attempt].operator(operator).Slug,
				Text: "the timer may have been registered before what is recorded", Hint: restoredHint(checkpoint)})
			over = cmp.Or(over, "the timer may have been there before: "+restoredHint(checkpoint))
		}
	}
	if found == 0 {
		if n, ok, err := p.v.stateLoss(ctx, attempt, operator, event.LaneTrace, 1, inv); err != nil || !ok {
			p.miss(n)
			return false, err
		}
		return false, nil
	}
	if n, ok, err := p.v.stateLoss(ctx, attempt, operator, event.LaneTrace, found, inv); err != nil {
		return false, err
	} else if !ok {
		p.miss(n)
		over = cmp.Or(over, n.Text)
	}
	return true, p.inputs(ctx, attempt, operator, found, "timer", over)
}

// restoredHint says where state comes from that the recording has no writer of.
func restoredHint(checkpoint uint64) string {
	if checkpoint == 0 {
		return ""
	}
	return fmt.Sprintf("it came with checkpoint %d, which a run took that is not recorded here", checkpoint)
}

// The causes of spec/recording.md, section 4.5.
const (
	causeAsync  = 1
	causeBundle = 2
)
