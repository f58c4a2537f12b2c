package query

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// DropsQuery selects which drops are counted. The zero value counts all of a recording.
type DropsQuery struct {
	Operator string // slug or beginning of the id; empty = any
	Subtask  *int
	Reasons  []event.DropReason
	From, To Wall // 0 = open; To is exclusive
}

// Drops counts the records that operators threw away, without decoding what lies within the time asked for.
type Drops struct {
	Told   bool // agents that tell drops took part; otherwise that there are none says nothing
	Counts []DropCount
}

// DropCount is how many records one subtask of an operator threw away for one reason, in all its attempts.
type DropCount struct {
	Operator OperatorRef
	Vertex   string
	Task     string
	Subtask  int // -1 = not known
	Reason   event.DropReason
	Count    uint64
	Last     Wall // end of the last block that has one
}

// DropSum is how many records were thrown away for one reason.
type DropSum struct {
	Reason event.DropReason
	Count  uint64
}

// Lost sums the records that are lost; those that were kept in the end are not among them.
func (d *Drops) Lost() (lost, kept uint64) {
	for _, c := range d.Counts {
		if c.Reason.Kept() {
			kept += c.Count
		} else {
			lost += c.Count
		}
	}
	return lost, kept
}

// Drops counts. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) Drops(ctx context.Context, rec event.RecordingID, q DropsQuery) (Drops, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Drops{}, err
	}
	defer v.close()
	sel, err := v.selection(EventQuery{
		Operator: q.Operator, Subtask: q.Subtask, Lanes: []event.Lane{event.LaneTrace}, Kinds: []event.Kind{event.KindDropped},
		Reasons: q.Reasons, From: q.From, To: q.To,
	})
	if err != nil {
		return Drops{}, err
	}
	c := dropCounting{view: v, sel: sel, counts: make(map[dropPlace]*DropCount)}
	if q.From == 0 && q.To == 0 {
		c.all()
		return Drops{Told: v.tellsDrops(), Counts: c.sorted()}, nil
	}
	for ref := range sel.blocks(v, sel.from, sel.to) {
		if err := ctx.Err(); err != nil {
			return Drops{}, err
		}
		h := ref.Header
		if Wall(h.WallMin) >= sel.from && Wall(h.WallMax) < sel.to {
			c.block(h)
			continue
		}
		f, err := v.columns(ctx, ref)
		switch {
		case err == nil:
			c.rows(f)
		case unreadable(err):
			c.block(h)
		default:
			return Drops{}, fmt.Errorf("counting drops of block %d: %w", h.Number, err)
		}
	}
	return Drops{Told: v.tellsDrops(), Counts: c.sorted()}, nil
}

// dropKey is what the drops of a whole recording are counted by.
type dropKey struct {
	attempt  event.Key
	operator int
	reason   event.DropReason
}

type dropSeen struct {
	n    uint64
	last Wall
}

func addDrops(drops map[dropKey]dropSeen, h *block.Header) {
	for _, d := range h.Zones.Drops {
		k := dropKey{h.Attempt, d.Operator, d.Reason}
		drops[k] = dropSeen{drops[k].n + d.N, max(drops[k].last, Wall(h.WallMax))}
	}
}

// all counts over the whole recording.
func (c *dropCounting) all() {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	for k, seen := range c.model.drops {
		if index, ok := c.sel.attempt(k.attempt); ok && c.sel.wantsReason(k.reason) && wantsOperator(event.LaneTrace, index, k.operator) {
			c.add(k.attempt, k.operator, k.reason, seen)
		}
	}
}

// dropped yields the rows of records that were thrown away in an invocation.
func (v *view) dropped(ctx context.Context, attempt event.Key, inv uint64, yield func(*Event) bool) error {
	for ref := range v.snap.Blocks(holding(event.LaneTrace, attempt, inv)) {
		h := ref.Header
		if h.Attempt != attempt || h.Lane != event.LaneTrace || inv < h.FirstInv || inv > h.LastInv || len(h.Zones.Drops) == 0 {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return err
		}
		for row, k := range f.r.Kind {
			if k != event.KindDropped || f.r.Inv[row] != inv {
				continue
			}
			if e := v.event(f, row, 0, true); !yield(&e) {
				return nil
			}
		}
	}
	return nil
}

// lostRecords sums what all operators threw away. The model is locked.
func (m *model) lostRecords() (n uint64) {
	for _, t := range m.tallies {
		for _, o := range t.operators {
			for reason, count := range o.drops {
				if !reason.Kept() {
					n += count
				}
			}
		}
	}
	return n
}

// tellsDrops tells whether a process that runs tasks of the recording tells drops.
func (v *view) tellsDrops() bool {
	for _, a := range v.cat.attempts {
		if p := v.cat.processes[a.Process]; p != nil && p.TellsDrops() {
			return true
		}
	}
	return false
}

type dropPlace struct {
	vertex, operator string
	subtask          int
	reason           event.DropReason
}

type dropCounting struct {
	*view
	sel    *selection
	counts map[dropPlace]*DropCount
}

// block counts by the header.
func (c *dropCounting) block(h *block.Header) {
	index, _ := c.sel.attempt(h.Attempt)
	for _, d := range h.Zones.Drops {
		if c.sel.wantsReason(d.Reason) && wantsOperator(h.Lane, index, d.Operator) {
			c.add(h.Attempt, d.Operator, d.Reason, dropSeen{d.N, Wall(h.WallMax)})
		}
	}
}

// rows counts row by row.
func (c *dropCounting) rows(f *frame) {
	index, _ := c.sel.attempt(f.h.Attempt)
	for row := range f.rows() {
		if w := f.wall(row); w < c.sel.from || w >= c.sel.to || !c.sel.wantsRow(f, row, index) {
			continue
		}
		c.add(f.h.Attempt, int(f.r.Operator[row]), at(f.r.Reason, row, 0), dropSeen{f.dropped(row), Wall(f.h.WallMax)})
	}
}

// dropped is how many records a row of kind dropped stands for.
func (f *frame) dropped(row int) uint64 {
	if at(f.r.Reason, row, 0).Counted() {
		return uint64(max(1, at(f.r.Number, row, 0)))
	}
	return 1
}

func (c *dropCounting) add(attempt event.Key, operator int, reason event.DropReason, seen dropSeen) {
	op := DropCount{Operator: OperatorRef{Index: -1}, Subtask: -1, Reason: reason}
	if a := c.cat.attempts[attempt]; a != nil {
		op.Operator, op.Vertex, op.Task, op.Subtask = a.operator(operator), a.Vertex, bareTask(a), a.Subtask
	}
	p := dropPlace{op.Vertex, op.Operator.ID, op.Subtask, reason}
	d := c.counts[p]
	if d == nil {
		d = &op
		c.counts[p] = d
	}
	d.Count += seen.n
	d.Last = max(d.Last, seen.last)
}

// sorted lists in order of the operators' names, then by reason and subtask.
func (c *dropCounting) sorted() []DropCount {
	list := make([]DropCount, 0, len(c.counts))
	for _, d := range c.counts {
		list = append(list, *d)
	}
	slices.SortFunc(list, func(a, b DropCount) int {
		return cmp.Or(cmp.Compare(a.Operator.Slug, b.Operator.Slug), cmp.Compare(a.Operator.ID, b.Operator.ID),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Subtask, b.Subtask))
	})
	return list
}

// dropTally counts what one operator of an attempt threw away.
type dropTally map[event.DropReason]uint64

// sums lists the counts, the greatest first.
func (t dropTally) sums() []DropSum {
	list := make([]DropSum, 0, len(t))
	for _, r := range slices.Sorted(maps.Keys(t)) {
		list = append(list, DropSum{r, t[r]})
	}
	slices.SortStableFunc(list, func(a, b DropSum) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
