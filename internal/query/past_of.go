package query

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// making is how a row of lane out or trace was made: by which record within the chain, and between which accesses.
type making struct {
	det   *spot
	path  *route
	at    *emission // its place in the path; nil = not known
	chain []int     // operators that it came through, the one that made it first
	order uint32    // of accesses of its invocation, those below happened before it; MaxUint32 = not known
	outs  int       // that the invocation made
}

// makingOf finds out how a row was made.
func (v *view) makingOf(ctx context.Context, s spot, det *spot) (making, error) {
	m := making{det: det, order: math.MaxUint32}
	if det != nil {
		m.path = v.routeOf(*det)
	}
	attempt, inv := s.f.h.Attempt, s.f.r.Inv[s.row]
	written := s.f.h.Lane.Base() == event.LaneTrace
	wanted := isRecord
	if written {
		wanted = isWrite
	} else if o := at(s.f.r.Ordinal, s.row, 0); o > 0 {
		m.order = o - 1
	}
	place := -1
	if _, err := v.all(ctx, s.f.h.Lane.Base(), attempt, inv, wanted, func(x spot) bool {
		if x.f.h.Number == s.f.h.Number && x.f.h.Lane == s.f.h.Lane && x.row == s.row {
			place = m.outs
		}
		m.outs++
		return true
	}); err != nil {
		return m, err
	}
	if m.path != nil && !m.path.cut {
		list := m.path.outs
		if written {
			list = m.path.wrote
		}
		if place >= 0 && len(list) == m.outs {
			m.at = &list[place]
		}
	}
	m.chain = m.through(v.cat.attempts[attempt], int(s.f.r.Operator[s.row]))
	return m, nil
}

// through lists the operators that lie on the way from what the invocation was to what it made.
func (m *making) through(a *attempt, made int) []int {
	var list []int
	add := func(i int) {
		if i >= 0 && !slices.Contains(list, i) {
			list = append(list, i)
		}
	}
	switch {
	case m.at != nil:
		add(made)
		for i := m.at.visit; i >= 0; i = m.path.visits[i].parent {
			add(m.path.visits[i].operator)
		}
	case m.path != nil && !m.path.cut:
		add(made)
		for _, x := range m.path.visits {
			add(x.operator)
		}
	case a != nil:
		for i := range a.chain {
			add(i)
		}
	}
	if m.det != nil {
		add(int(m.det.f.r.Operator[m.det.row]))
	}
	if m.path != nil && m.path.root == rootNone && len(list) > 0 {
		// What a mail hands on was in an operator that no record entered: the one before the outermost that was.
		last := list[len(list)-1]
		for i := range a.size() {
			if def := a.def(i); def != nil && slices.Contains(def.Next, last) {
				add(i)
			}
		}
	}
	return list
}

func (a *attempt) size() int {
	if a == nil {
		return 0
	}
	return len(a.chain)
}

// visits counts how many records entered an operator, and how many it gave out.
func (m *making) visits(operator int) (in, out int) {
	if m.path == nil {
		return 1, m.outs
	}
	for _, x := range m.path.visits {
		if x.operator == operator {
			in, out = in+1, out+x.gaveOut()
		}
	}
	if in == 0 {
		return 1, max(len(m.path.outs)+len(m.path.wrote), 1)
	}
	return in, out
}

// pastOf is what the row at s came from by other ways than its invocation's own record. bundled: that record is one of a mini-batch
// and no more to do with it than the others.
func (w *walk) pastOf(ctx context.Context, v *walkView, s spot, det *spot, floor event.Invocation) (p *past, bundled bool, err error) {
	p = newPast(w, v)
	p.floor = floor
	m, err := v.makingOf(ctx, s, det)
	if err != nil {
		return p, false, err
	}
	attempt, inv := s.f.h.Attempt, s.f.r.Inv[s.row]
	a := v.cat.attempts[attempt]
	for _, operator := range m.chain {
		if !a.stateful(operator) {
			continue
		}
		n, ok, err := v.stateLoss(ctx, attempt, operator, event.LaneState, inv, inv)
		if err != nil {
			return p, bundled, err
		}
		if !ok {
			if n.Kind == NoteGap {
				p.miss(n) // it was recorded, but for this
			} else {
				p.untold = append(p.untold, n)
			}
			continue
		}
		b, err := p.causes(ctx, attempt, operator, inv, m.at, "", "")
		if err != nil {
			return p, bundled, err
		}
		bundled = bundled || b
		if !b && det != nil && det.f.r.Kind[det.row] == event.KindMail && a.def(operator).Kind == "async" {
			if err := p.openCalls(ctx, attempt, operator, "asynchronous call", ""); err != nil {
				return p, bundled, err
			}
		}
		if det != nil && int(det.f.r.Operator[det.row]) == operator && !contractOf(a.def(operator)).window {
			if k := det.f.r.Kind[det.row]; k == event.KindEventTimer || k == event.KindProcessingTimer {
				if err := p.registered(ctx, attempt, operator, inv, ""); err != nil {
					return p, bundled, err
				}
			}
		}
		if err := p.reads(ctx, &m, attempt, operator, inv); err != nil {
			return p, bundled, err
		}
	}
	slices.SortFunc(p.list, func(x, y *contribution) int {
		return cmp.Or(cmp.Compare(x.attempt, y.attempt), cmp.Compare(x.inv, y.inv))
	})
	return p, bundled, nil
}

// reads adds what the operator had read when it made the output.
func (p *past) reads(ctx context.Context, m *making, attempt event.Key, operator int, inv uint64) error {
	c := contractOf(p.v.cat.attempts[attempt].def(operator))
	var list []access
	var last event.Payload // the key that was at hand
	for a, err := range p.v.accesses(ctx, accessScope{lane: event.LaneState, attempt: attempt, operator: operator, from: inv, to: inv,
		kinds: []event.Kind{event.KindStateRead}}) {
		if err != nil {
			return err
		}
		if a.ordinal < m.order {
			last = a.key
		}
		if a.ordinal < m.order && gives(&a) && (a.def == nil || !c.ignores(a.def.Name)) {
			list = append(list, a)
		}
	}
	ordered := m.order != math.MaxUint32
	over := ""
	in, out := m.visits(operator)
	keys := make(map[uint64]bool)
	for i := range list {
		keys[sumOf(list[i].key)] = true
	}
	switch {
	case c.keys && ordered:
		list = slices.DeleteFunc(list, func(a access) bool { return !a.key.Equal(last) })
	case c.keys && len(keys) > 1:
		over = fmt.Sprintf("state of %d keys was read in this invocation; which of them made this output is not recorded", len(keys))
	case in > 1:
		over = fmt.Sprintf("%d records entered the operator in this invocation; for which of them the state was read is not recorded", in)
	}
	if c.window && ordered && len(list) > 0 { // one window after the other: its contents, then what it is made into
		list = slices.Delete(list, 0, lastContents(list))
		out = 1
	}
	var entries []access
	for i := range list {
		switch a := &list[i]; a.what {
		case callEntries:
			entries = append(entries, *a)
		case callContains:
			if err := p.from(ctx, c, attempt, operator, a, m.order, false, cmp.Or(over, "whether there is an entry was asked, not for what it holds")); err != nil {
				return err
			}
		default:
			why := over
			if c.window && why == "" && len(list) > 1 && !ordered {
				why = fmt.Sprintf("%d windows were read together in this invocation; which of them made this output is not recorded", len(list))
			}
			if c.evicts {
				why = cmp.Or(why, "an evictor may have left some of the window's records out; which is not recorded")
			}
			if err := p.from(ctx, c, attempt, operator, a, m.order, a.def != nil && a.def.Kind == "list" && out > 1, why); err != nil {
				return err
			}
		}
	}
	if c.entries && ordered && len(entries) > 1 {
		entries = entries[len(entries)-1:]
	}
	if len(entries) > 1 && over == "" {
		over = fmt.Sprintf("%d entries were read together in this invocation; which of them made this output is not recorded", len(entries))
	}
	for i := range entries {
		if err := p.from(ctx, c, attempt, operator, &entries[i], m.order, c.buckets, over); err != nil {
			return err
		}
	}
	return nil
}

// lastContents is where the reads begin that belong to the window that fired last: those of the last namespace.
func lastContents(list []access) int {
	i := len(list) - 1
	for i > 0 && list[i-1].space.Equal(list[len(list)-1].space) {
		i--
	}
	return i
}

// from adds what a read had in it. several: it holds records one beside the other, of which the output need not have all.
func (p *past) from(ctx context.Context, c contract, attempt event.Key, operator int, a *access, before uint32, several bool, over string) error {
	sub := newPast(p.w, p.v)
	if !several { // else it counts how many there are
		sub.floor = p.floor
	}
	t := &trail{past: sub, attempt: attempt, operator: operator, key: a.key, contract: c, live: make(cells)}
	t.live.add(a, over)
	if err := t.follow(ctx, a.inv, min(a.ordinal, before)); err != nil {
		return err
	}
	if several && over == "" && len(sub.list) > 1 {
		over = fmt.Sprintf("state %s holds several records, which were read together; which of them made this output is not recorded", cellOf(a).state)
	}
	for _, n := range sub.lost {
		p.miss(n)
	}
	for _, x := range sub.list {
		p.contributed(x.attempt, x.inv, x.through, cmp.Or(x.over, over))
	}
	return nil
}
