package replay

import (
	"context"
	"hash/maphash"
	"math"
	"slices"
	"sort"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// MostDifferences of a kind are kept; all are counted.
const MostDifferences = 100

// Kinds of a difference of two replays.
const (
	Added   = "added"   // the second alone has it
	Missing = "missing" // the first alone has it
	Altered = "altered" // both have it, and it is another
)

// Differences are what two replays of one attempt gave, and left in state, otherwise. They hold no payload.
type Differences struct {
	Outputs Counts             `json:"outputs"`
	State   Counts             `json:"state"`
	Note    string             `json:"note,omitempty"` // why state was not compared
	Of      []OutputDifference `json:"of,omitempty"`   // outputs, in their order
	Entries []StateDifference  `json:"entries,omitempty"`
}

// Counts are of outputs, or of entries of state that either of the replays wrote.
type Counts struct {
	Equal   uint64 `json:"equal"`
	Altered uint64 `json:"altered"`
	Added   uint64 `json:"added"`
	Missing uint64 `json:"missing"`
}

// Differ is how many differ.
func (c *Counts) Differ() uint64 { return c.Altered + c.Added + c.Missing }

func (c *Counts) count(kind string) {
	switch kind {
	case Added:
		c.Added++
	case Missing:
		c.Missing++
	default:
		c.Altered++
	}
}

// OutputDifference is an output that differs. Either place is nil when that replay did not give it.
type OutputDifference struct {
	Kind   string       `json:"kind"`
	First  *OutputPlace `json:"first,omitempty"`
	Second *OutputPlace `json:"second,omitempty"`
}

// StateDifference is an entry of state that the replays left otherwise: where each of them accessed it last.
type StateDifference struct {
	Kind   string       `json:"kind"`
	First  *AccessPlace `json:"first,omitempty"`
	Second *AccessPlace `json:"second,omitempty"`
}

// AccessPlace is an access of state: a row of an invocation.
type AccessPlace struct {
	Invocation uint64 `json:"invocation"`
	Ordinal    uint32 `json:"ordinal"`
}

// pairing holds the outputs of two replays against each other.
//
// A change lets later outputs have other numbers among all, so they are not compared by number, as outputs of a replay are with the
// recorded ones, but by what was fed: outputs of one element, timers that fired by it included, stand against each other. Of those the
// equal ones are paired first, then in order those of one place.
type pairing struct {
	d      *Differences
	chain  []event.ChainOperatorDef
	seed   maphash.Seed
	timers []span // invocations of timers of the first, which belong to what they fired by

	waiting []unpaired // the groups before, the oldest first
}

// span is a range of invocations.
type span struct{ first, last uint64 }

// root is the invocation that an invocation belongs to: of a timer the one that let it fire.
func (p *pairing) root(inv uint64) uint64 {
	i := sort.Search(len(p.timers), func(i int) bool { return p.timers[i].last >= inv })
	if i < len(p.timers) && p.timers[i].first <= inv {
		return p.timers[i].first - 1
	}
	return inv
}

// timersOf finds the timers of an attempt.
func timersOf(ctx context.Context, snap store.Snapshot, attempt event.Key) (all []span, err error) {
	det := newLane(snap, attempt, event.LaneDet, false)
	for {
		r, err := det.peek(ctx)
		if err != nil || r == nil {
			return all, err
		}
		x := det.take()
		if x.kind != event.KindEventTimer && x.kind != event.KindProcessingTimer || x.inv == 0 {
			continue
		}
		if n := len(all); n > 0 && all[n-1].last+1 == x.inv {
			all[n-1].last += x.n
			continue
		}
		all = append(all, span{x.inv, x.inv + x.n - 1})
	}
}

// differences compares all that two replays of an attempt gave, and what they left in state.
func differences(ctx context.Context, first, second store.Snapshot, attempt event.Key, chain []event.ChainOperatorDef) (*Differences, error) {
	const from, to = 0, math.MaxUint64
	p := &pairing{d: new(Differences), chain: chain, seed: maphash.MakeSeed()}
	var err error
	if p.timers, err = timersOf(ctx, first, attempt); err != nil {
		return nil, err
	}
	if err := p.pair(ctx, newEmitted(first, attempt, from, to), newEmitted(second, attempt, from, to)); err != nil {
		return nil, err
	}
	a, err := newWritten(ctx, first, attempt, from, to)
	if err != nil {
		return nil, err
	}
	b, err := newWritten(ctx, second, attempt, from, to)
	if err != nil {
		return nil, err
	}
	if err := p.pair(ctx, a, b); err != nil {
		return nil, err
	}
	return p.d, p.d.states(ctx, first, second, attempt)
}

// reading is a list of outputs with the next one at hand.
type reading struct {
	from  outputs
	head  *Output
	nth   nth
	ended bool
}

func (r *reading) peek(ctx context.Context) (*Output, error) {
	if r.head != nil || r.ended {
		return r.head, nil
	}
	o, err := r.from.next(ctx)
	if err != nil {
		return nil, err
	}
	r.nth.count(o)
	r.head, r.ended = o, o == nil
	return o, nil
}

func (p *pairing) pair(ctx context.Context, first, second outputs) error {
	a, b := &reading{from: first}, &reading{from: second}
	for {
		x, err := a.peek(ctx)
		if err != nil {
			return err
		}
		y, err := b.peek(ctx)
		if err != nil {
			return err
		}
		if x == nil && y == nil {
			p.over(len(p.waiting))
			return nil
		}
		var root uint64
		switch {
		case y == nil:
			root = p.root(x.Invocation)
		case x == nil:
			root = p.root(y.Invocation)
		default:
			root = min(p.root(x.Invocation), p.root(y.Invocation))
		}
		of := func(r *reading) (group []Output, err error) {
			for {
				o, err := r.peek(ctx)
				if err != nil || o == nil || p.root(o.Invocation) != root {
					return group, err
				}
				group, r.head = append(group, *o), nil
			}
		}
		g, err := of(a)
		if err != nil {
			return err
		}
		h, err := of(b)
		if err != nil {
			return err
		}
		p.group(g, h)
	}
}

// alike is what outputs have in common that can be paired: content too, if whole.
func (p *pairing) alike(o *Output, whole bool) uint64 {
	var h maphash.Hash
	h.SetSeed(p.seed)
	maphash.WriteComparable(&h, placeOf{kind: o.Kind, partition: o.Partition, sub: o.Subpartition, split: o.Split})
	if whole {
		o.Key.AddTo(&h)
		o.Value.AddTo(&h)
	}
	return h.Sum64()
}

// take pairs outputs that are alike, and gives those that have no other.
func (p *pairing) take(a, b []Output, whole bool, paired func(x, y *Output)) (restA, restB []Output) {
	if len(a) == 0 || len(b) == 0 {
		return a, b
	}
	of := map[uint64][]int{}
	for i := range a {
		k := p.alike(&a[i], whole)
		of[k] = append(of[k], i)
	}
	gone := make([]bool, len(a))
	for i := range b {
		k := p.alike(&b[i], whole)
		if len(of[k]) == 0 {
			restB = append(restB, b[i])
			continue
		}
		j := of[k][0]
		of[k], gone[j] = of[k][1:], true
		paired(&a[j], &b[i])
	}
	for i := range a {
		if !gone[i] {
			restA = append(restA, a[i])
		}
	}
	return restA, restB
}

// waits is how many groups what has no other waits for one.
const waits = 8

// unpaired is what the two gave by what was fed once, and that has no other yet.
type unpaired struct{ first, second []Output }

// group takes what the two gave by what was fed once. What has no other waits for the next groups: a timer more moves the numbers of
// those that fire behind it, so that what they gave may lie there.
func (p *pairing) group(a, b []Output) {
	equal := func(x, y *Output) { p.d.Outputs.Equal++ }
	a, b = p.take(a, b, true, equal)
	for i := range p.waiting {
		w := &p.waiting[i]
		w.first, b = p.take(w.first, b, true, equal)
		a, w.second = p.take(a, w.second, true, equal)
	}
	p.waiting = append(p.waiting, unpaired{a, b})
	if len(p.waiting) > waits {
		p.over(1)
	}
}

// over says of the groups that waited longest that what they have differs.
func (p *pairing) over(groups int) {
	for _, w := range p.waiting[:groups] {
		var altered [][2]Output
		a, b := p.take(w.first, w.second, false, func(x, y *Output) { altered = append(altered, [2]Output{*x, *y}) })
		for i := range altered {
			p.add(Altered, &altered[i][0], &altered[i][1])
		}
		for i := range b {
			p.add(Added, nil, &b[i])
		}
		for i := range a {
			p.add(Missing, &a[i], nil)
		}
	}
	p.waiting = append([]unpaired(nil), p.waiting[groups:]...)
}

func (p *pairing) add(kind string, x, y *Output) {
	p.d.Outputs.count(kind)
	if len(p.d.Of) < MostDifferences {
		p.d.Of = append(p.d.Of, OutputDifference{kind, outputPlace(x, p.chain), outputPlace(y, p.chain)})
	}
}

// firstAt is the invocation of the first difference; 0 = there is none.
func (d *Differences) firstAt() (at uint64) {
	see := func(inv uint64) {
		if at == 0 || inv < at {
			at = inv
		}
	}
	for _, o := range d.Of {
		for _, p := range []*OutputPlace{o.First, o.Second} {
			if p != nil {
				see(p.Invocation)
			}
		}
	}
	if at > 0 {
		return at
	}
	for _, s := range d.Entries {
		for _, p := range []*AccessPlace{s.First, s.Second} {
			if p != nil {
				see(p.Invocation)
			}
		}
	}
	return at
}

// sorted orders differences by where they show.
func sorted[T any](all []T, at func(T) uint64) {
	slices.SortStableFunc(all, func(a, b T) int {
		x, y := at(a), at(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}
