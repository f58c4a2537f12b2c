package query

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// trail follows live cells of one operator under one key backwards, through one attempt and those that it was restored from.
type trail struct {
	*past
	attempt  event.Key
	operator int
	key      event.Payload
	contract contract
	live     cells
	through  string // empty = the name of the state
}

// write is a row of a write whose earlier reads in the same invocation matter.
type write struct {
	cell  cell
	over  string
	fresh bool // nothing was there: what was read of the place before had been taken away
}

// follow goes back from an invocation: what it did at ordinal before or later is not looked at.
func (t *trail) follow(ctx context.Context, inv uint64, before uint32) error {
	begun := len(t.list)
	first := uint64(0) // the lowest invocation that was looked at
	group := []access{}
	from := inv
	flush := func() error {
		if len(group) == 0 {
			return nil
		}
		err := t.invocation(ctx, group)
		group = group[:0]
		return err
	}
	stopped := false
	for a, err := range t.v.accesses(ctx, t.scope(inv)) {
		if err != nil {
			return err
		}
		if a.inv == inv && a.ordinal >= before || !a.key.Equal(t.key) && !a.key.Null() {
			continue
		}
		if len(group) > 0 && group[0].inv != a.inv {
			first = group[0].inv
			if err := flush(); err != nil {
				return err
			}
			if len(t.live) == 0 || t.full() || t.below(t.attempt, a.inv) {
				stopped = true
				break
			}
		}
		group = append(group, a)
	}
	if !stopped {
		if len(group) > 0 {
			first = group[0].inv
		}
		if err := flush(); err != nil {
			return err
		}
		stopped = len(t.live) == 0 || t.full() || t.floor.Attempt == t.attempt
	}
	if !stopped {
		first = 0
	}
	n, ok, err := t.v.stateLoss(ctx, t.attempt, t.operator, event.LaneState, first, from)
	if err != nil {
		return err
	}
	if !ok {
		t.miss(n)
		t.doubt(begun, n.Text)
		for _, l := range t.live {
			l.over = cmp.Or(l.over, n.Text)
		}
	}
	if stopped {
		return nil
	}
	return t.restored(ctx, inv)
}

// doubt takes the proof from the contributors that were found since begun: what overwrote them may be missing.
func (t *trail) doubt(begun int, why string) {
	for _, c := range t.list[begun:] {
		c.over = cmp.Or(c.over, why)
	}
}

func (t *trail) scope(inv uint64) accessScope {
	s := accessScope{lane: event.LaneState, attempt: t.attempt, operator: t.operator, to: inv, order: Descending, key: t.key}
	if inv == 0 {
		s.to = math.MaxUint64
	}
	if t.v.unkeyed(t.operator) {
		s.key = event.Payload{} // state of the operator itself lies beside that of the key
	}
	return s
}

// unkeyed tells whether an operator at a place in a chain has state that belongs to no key.
func (v *view) unkeyed(operator int) bool {
	for _, def := range v.cat.states {
		if def.Operator == operator && (def.Kind == "broadcast" || def.Kind == "operator-list" || def.Kind == "union-list") {
			return true
		}
	}
	return false
}

// restored goes on in the attempts whose state this one began with.
func (t *trail) restored(ctx context.Context, inv uint64) error {
	origins, checkpoint, err := t.v.stateOrigins(ctx, t.attempt, t.operator)
	if err != nil {
		return err
	}
	for _, o := range origins {
		rest := &trail{past: t.past, attempt: o.attempt, operator: o.operator, key: t.key, contract: t.contract, live: make(cells), through: t.through}
		for c, l := range t.live {
			rest.live[c] = &live{l.over}
		}
		if err := rest.follow(ctx, o.last, math.MaxUint32); err != nil {
			return err
		}
	}
	if checkpoint != 0 && t.floor.Number == 0 && (len(origins) == 0 || len(t.list) == 0) {
		for c := range t.live {
			t.miss(Note{Kind: NoteNotRecorded, Operator: t.v.cat.attempts[t.attempt].operator(t.operator).Slug,
				Text: fmt.Sprintf("what wrote state %s is not recorded", c.state), Hint: restoredHint(checkpoint)})
		}
	}
	return nil
}

// invocation goes back over the accesses of one invocation, the latest first.
func (t *trail) invocation(ctx context.Context, rows []access) error {
	var writes []write
	merged := "" // the state whose namespaces were merged, until the rows of the sources come
	var into *live
	for i := range rows {
		a := &rows[i]
		c := cellOf(a)
		l := t.live[c]
		switch a.kind {
		case event.KindStateRead:
			for _, w := range writes {
				switch {
				case w.cell == c && !w.fresh:
					t.read(a, w.over)
				case !t.contract.own && gives(a):
					t.read(a, cmp.Or(w.over, fmt.Sprintf("state %s was read in the invocation that wrote %s; whether the one went into the other is not recorded",
						c.state, w.cell.state)))
				}
			}
		case event.KindStateWritten:
			if l == nil {
				continue
			}
			over := l.over
			w := write{cell: c, over: over}
			switch a.what {
			case callMerge:
				merged, into = c.state, &live{over}
				if a.before.Null() {
					delete(t.live, c)
				}
				continue
			case callRemove:
				delete(t.live, c)
				continue
			case callAdd:
				if a.def != nil && a.def.Kind != "list" && a.before.Null() && !a.withheld() {
					delete(t.live, c)
				}
			case callInPlace:
			default: // put, update
				delete(t.live, c)
				if t.contract.overwrites || a.before.Null() && !a.withheld() && a.def != nil && a.def.Kind != "list" {
					w.fresh = true
				}
			}
			writes = append(writes, w)
			if err := t.inputs(ctx, t.attempt, t.operator, a.inv, cmp.Or(t.through, "state "+c.state), over); err != nil {
				return err
			}
		case event.KindStateCleared:
			t.clear(c)
			if a.what == callMerge && into != nil && c.state == merged {
				t.live.add(a, into.over)
			}
		case event.KindStateExpired:
			if a.def != nil && a.def.Kind == "list" && l != nil {
				l.over = cmp.Or(l.over, "some of the list had expired; which of it is not recorded")
				continue
			}
			delete(t.live, c)
		}
	}
	return nil
}

// withheld tells whether bytes of a row that there were are not in it: its text says why.
func (a *access) withheld() bool { return at(a.f.r.Text, a.row, 0) != 0 }

// gives tells whether a read gave something.
func gives(a *access) bool {
	switch a.what {
	case callContains:
		return a.number == 1
	case callIsEmpty:
		return false
	case callEntries:
		return !a.mapKey.Null()
	}
	return !a.value.Null() || a.withheld()
}

// read makes what a read gave live.
func (t *trail) read(a *access, over string) {
	if gives(a) && (a.def == nil || !t.contract.ignores(a.def.Name)) {
		t.live.add(a, over)
	}
}

// clear ends a cell, and with a map all of its entries.
func (t *trail) clear(c cell) {
	for other := range t.live {
		if other.state == c.state && other.key == c.key && other.space == c.space {
			delete(t.live, other)
		}
	}
}
