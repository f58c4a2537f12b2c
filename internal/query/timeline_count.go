package query

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// maxTimelineReads is how many blocks a timeline decodes to place rows exactly; the rest is split in proportion.
const maxTimelineReads = 4096

// Timeline counts events per bucket, from headers where a block lies within one bucket. Errors: ErrNotFound, ErrQuery,
// *AmbiguousError.
func (e *Engine) Timeline(ctx context.Context, rec event.RecordingID, q TimelineQuery) (Timeline, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Timeline{}, err
	}
	defer v.close()
	c := &counting{view: v}
	if err := c.run(ctx, q); err != nil {
		return Timeline{}, err
	}
	return c.out, nil
}

// run counts what q asks for into c.out.
func (c *counting) run(ctx context.Context, q TimelineQuery) error {
	if err := q.complete(); err != nil {
		return err
	}
	sel, err := c.selection(q.EventQuery)
	if err != nil {
		return err
	}
	c.sel, c.series = sel, make(map[seriesKey]*Series)
	c.out.From, c.out.To, c.out.BucketUS, c.buckets = c.stretch(q)
	if c.buckets == 0 {
		return nil
	}
	if !c.byCensus(c.engine.manyBlocks) {
		for ref := range sel.blocks(c.view, c.out.From, c.out.To) {
			if err := c.add(ctx, ref); err != nil {
				return err
			}
		}
	}
	for _, s := range c.series {
		c.out.Series = append(c.out.Series, *s)
	}
	slices.SortFunc(c.out.Series, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Operator.Name, b.Operator.Name), cmp.Compare(a.Operator.ID, b.Operator.ID),
			cmp.Compare(a.Subtask, b.Subtask), cmp.Compare(a.Kind, b.Kind))
	})
	return nil
}

// complete fills in what was left out.
func (q *TimelineQuery) complete() error {
	if q.Buckets == 0 {
		q.Buckets = 100
	}
	if q.Buckets < 0 || q.Buckets > 2000 {
		return badQuery("a timeline has 1 to 2000 buckets")
	}
	q.Invocation = nil
	return nil
}

// stretch is what a question is about, and its buckets; none when it is empty.
func (v *view) stretch(q TimelineQuery) (from, to Wall, bucketUS int64, buckets int) {
	r := v.snap.Recording()
	from, to = Wall(r.WallMin), above(Wall(r.WallMax))
	if q.From != 0 {
		from = q.From
	}
	if q.To != 0 {
		to = q.To
	}
	if to <= from {
		return from, from, 1, 0
	}
	span := uint64(to) - uint64(from)
	bucketUS = int64(min(dividedUp(span, uint64(q.Buckets)), math.MaxInt64))
	return from, to, bucketUS, int(dividedUp(span, uint64(bucketUS)))
}

func dividedUp(n, by uint64) uint64 {
	if n%by != 0 {
		return n/by + 1
	}
	return n / by
}

// counting is a timeline being made.
type counting struct {
	*view
	sel     *selection
	out     Timeline
	buckets int
	series  map[seriesKey]*Series
	reads   int
	tracks  *tracking // nil: subtasks are not told apart

	// The series of the row before: mostly that of the next one too.
	header   *block.Header
	operator int
	kind     event.Kind
	same     *Series
}

type seriesKey struct {
	operator string // id; empty = not known
	subtask  int
	kind     event.Kind
}

func (c *counting) bucket(w Wall) int {
	return int((uint64(w) - uint64(c.out.From)) / uint64(c.out.BucketUS))
}

func (c *counting) count(h *block.Header, operator int, k event.Kind, bucket int, n uint64) {
	if c.same != nil && c.header == h && c.operator == operator && c.kind == k {
		c.same.Counts[bucket] += n
		return
	}
	s := c.seriesOf(h.Attempt, h.Lane.Base(), operator, c.subtask(h), k)
	s.Counts[bucket] += n
	c.header, c.operator, c.kind, c.same = h, operator, k, s
}

// seriesOf is the series that counts a kind of an operator of an attempt's chain.
func (c *counting) seriesOf(attempt event.Key, lane event.Lane, operator, subtask int, k event.Kind) *Series {
	op := c.cat.attempts[attempt].at(lane, operator)
	key := seriesKey{op.ID, subtask, k}
	s := c.series[key]
	if s == nil {
		if op.ID == "" {
			op.Index = -1
		}
		s = &Series{Operator: op, Subtask: key.subtask, Kind: k, Counts: make([]uint64, c.buckets)}
		c.series[key] = s
	}
	return s
}

func (c *counting) add(ctx context.Context, ref store.Ref) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h := ref.Header
	from, to := Wall(h.WallMin), Wall(max(h.WallMin, h.WallMax))
	inside := from >= c.out.From && to < c.out.To && c.bucket(from) == c.bucket(to)
	index, _ := c.sel.attempt(h.Attempt)
	counted, wanted := uint64(0), uint64(0)
	for _, z := range h.Zones.Counts {
		if z.Kind < event.KindEntered {
			counted += z.N
			if c.sel.wantsKind(z.Kind) && wantsOperator(h.Lane.Base(), index, z.Operator) {
				wanted += z.N
			}
		}
	}
	// Runs count their invocations in the header, so it does not tell the rows of one kind among others.
	rowsKnown := (counted == wanted || h.Lane != event.LaneDet) && len(c.sel.reasons) == 0
	if c.tracks != nil {
		c.watermarks(h)
		c.through(h, index)
	}
	if counted < uint64(h.Events) || !inside || !rowsKnown {
		if c.reads < maxTimelineReads {
			c.reads++
			done, err := c.read(ctx, ref, index)
			if done || err != nil {
				return err
			}
		}
		c.out.Approximate = true
	}
	switch {
	case counted == wanted:
		c.out.Rows += uint64(h.Events)
	case h.Lane != event.LaneDet:
		c.out.Rows += wanted
	default:
		c.out.Rows += uint64(h.Events) * wanted / max(counted, 1)
	}
	first, last := c.bucket(max(from, c.out.From)), min(c.bucket(min(to, c.out.To-1)), c.buckets-1)
	for _, z := range h.Zones.Counts {
		if z.Kind >= event.KindEntered || !c.sel.wantsKind(z.Kind) || !wantsOperator(h.Lane.Base(), index, z.Operator) {
			continue
		}
		spread(z.N, first, last, func(b int, n uint64) { c.count(h, z.Operator, z.Kind, b, n) })
	}
	if c.tracks != nil {
		c.dropsOf(h, index, first, last)
	}
	return nil
}

// spread splits n over the buckets from first to last in equal parts; the last one takes what is left over.
func spread(n uint64, first, last int, add func(bucket int, n uint64)) {
	share := n / uint64(last-first+1)
	for b := first; b < last && share > 0; b++ {
		add(b, share)
	}
	add(last, n-share*uint64(last-first))
}

// read counts the block's rows one by one; false when it cannot be decoded.
func (c *counting) read(ctx context.Context, ref store.Ref, index int) (bool, error) {
	read := c.engine.frames.meta
	if len(c.sel.reasons) > 0 || c.tracks != nil {
		read = c.engine.frames.columns
	}
	f, err := read(ctx, c.snap, ref)
	if err != nil {
		if unreadable(err) {
			return false, nil
		}
		return false, fmt.Errorf("counting block %d: %w", ref.Header.Number, err)
	}
	for row := range f.rows() {
		w := f.wall(row)
		if w < c.out.From || w >= c.out.To || !c.sel.wantsRow(f, row, index) {
			continue
		}
		c.out.Rows++
		c.count(ref.Header, int(f.r.Operator[row]), f.r.Kind[row], c.bucket(w), uint64(f.r.N[row]))
		if c.tracks != nil && f.r.Kind[row] == event.KindDropped {
			c.drop(f.h, int(f.r.Operator[row]), at(f.r.Reason, row, 0), c.bucket(w), f.dropped(row))
		}
	}
	return true, nil
}
