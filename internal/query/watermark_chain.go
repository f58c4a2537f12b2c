package query

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// backwards calls yield with the rows of an attempt's lane trace that counts of headers lead to, the last before the moment
// first, until it returns false; more is asked before each further block.
func (v *view) backwards(ctx context.Context, key event.Key, t instant, wanted func(block.Count) bool, yield func(f *frame, row int) bool, more func() bool) error {
	refs := slices.Collect(v.snap.Blocks(store.Filter{Lane: event.LaneTrace, Attempt: key}))
	for _, ref := range slices.Backward(refs) {
		h := ref.Header
		if h.Lane != event.LaneTrace || t.ahead(ref) || !slices.ContainsFunc(h.Zones.Counts, wanted) {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return err
		}
		for row := len(f.r.Kind) - 1; row >= 0; row-- {
			if !t.within(f, row) || !wanted(block.Count{Operator: int(f.r.Operator[row]), Kind: f.r.Kind[row]}) {
				continue
			}
			if !yield(f, row) {
				return nil
			}
		}
		if !more() {
			return nil
		}
	}
	return nil
}

// passed adds the last watermark that each operator of the chain passed on, and of one with several inputs who held it. They are
// told at level trace.
func (v *view) passed(ctx context.Context, a *attempt, t instant, out *TaskWatermark) error {
	for i := range a.chain {
		ref := a.operator(i)
		w := OperatorWatermark{Operator: ref, Watermark: NoEventTime}
		found := false
		of := func(k event.Kind) func(block.Count) bool {
			return func(c block.Count) bool { return c.Operator == i && c.Kind == k }
		}
		once := func() bool { return false }
		err := v.backwards(ctx, a.key, t, of(event.KindWatermarkOut), func(f *frame, row int) bool {
			w.Watermark, w.Since, found = timeAt(f.r.Time, row), f.wall(row), true
			return false
		}, once)
		if err != nil {
			return err
		}
		err = v.backwards(ctx, a.key, t, of(event.KindWatermarkHeld), func(f *frame, row int) bool {
			if text := v.engine.texts.text(at(f.r.Text, row, 0)); strings.HasPrefix(text, "input ") {
				w.Held, found = text, true
				return false
			}
			return true
		}, once)
		if err != nil {
			return err
		}
		if found {
			out.Operators = append(out.Operators, w)
		}
	}
	return nil
}

// watermarkSent is the least of the last watermarks that the task sent before the moment, of each partition.
func (v *view) watermarkSent(ctx context.Context, a *attempt, t instant, senders map[event.Key]*sender) (EventTime, error) {
	low := make(map[event.Key]EventTime)
	for _, ref := range v.sender(senders, a.key).refs {
		switch {
		case t.ahead(ref):
		case t.behind(ref):
			for _, z := range ref.Header.Zones.Watermarks {
				if !z.In {
					raise(low, z.Partition, EventTime(z.Last))
				}
			}
		default:
			f, err := v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return NoEventTime, err
			}
			for row, k := range f.r.Kind {
				if k == event.KindWatermark && t.within(f, row) {
					raise(low, f.r.Partition[row], EventTime(f.r.EventTime[row]))
				}
			}
		}
	}
	return lowest(low), nil
}

// untold says why something that is told at level trace is not there.
func (v *view) untold(ctx context.Context, a *attempt, t instant, what string) (Note, error) {
	inv := uint64(math.MaxUint64)
	if t.attempt == a.key && t.inv > 0 {
		inv = t.inv
	}
	op := a.operator(0)
	n := Note{Kind: NoteNotRecorded, Operator: op.Slug, Text: what + " is not recorded"}
	l, ok, err := v.levelAt(ctx, a.key, inv, t.wall)
	if err != nil {
		return n, err
	}
	if ok && len(l.Operators) > 0 && l.Operators[0].Level != "trace" {
		n.Text = fmt.Sprintf("%s: that is told at level trace, and %s was at %s", n.Text, op.Slug, l.Operators[0].Level)
		n.Hint = fmt.Sprintf("sightglass level JOB trace --op %s", op.Slug)
	}
	return n, nil
}
