package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Gaps lists what was not recorded, in order of time: what recorder and server said, and numbers of blocks that are missing
// without anybody having said why. Errors: ErrNotFound.
func (e *Engine) Gaps(ctx context.Context, rec event.RecordingID) ([]Gap, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	return v.gapsLocked(), nil
}

func (v *view) gapsLocked() []Gap {
	m := v.model
	var list []Gap
	for key := range m.gaps.of {
		for _, g := range m.gaps.standing(key, m.tail) {
			list = append(list, v.gap(key, g))
		}
	}
	for _, h := range m.tail.holes() {
		if m.gaps.explains(h) {
			continue
		}
		g := v.gap(h.attempt, gapEntry{operator: -1})
		g.Lane, g.Reason, g.Derived = h.lane, event.GapMissingBlocks, true
		g.FirstBlock, g.LastBlock, g.First, g.Last, g.From, g.To = h.first, h.last, h.invFirst, h.invLast, h.from, h.to
		g.Text = fmt.Sprintf("blocks %d to %d of lane %s are missing", h.first, h.last, h.lane)
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.AttemptKey, b.AttemptKey), cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.First, b.First))
	})
	return list
}

// faultsLocked counts the gaps that are none of retention's.
func (v *view) faultsLocked() (n int) {
	for _, g := range v.gapsLocked() {
		if g.Reason != event.GapRetention {
			n++
		}
	}
	return n
}

func (v *view) gap(key event.Key, g gapEntry) Gap {
	out := Gap{
		Lane: g.Lane, Reason: g.Reason, Text: g.Text, AttemptKey: key, First: g.First, Last: g.Last, Events: g.Events, Bytes: g.Bytes,
		From: Wall(g.FromUS), To: Wall(g.ToUS), Subtask: -1, Attempt: -1, Operator: OperatorRef{Index: -1},
	}
	if g.FirstBlock != nil && g.LastBlock != nil {
		out.FirstBlock, out.LastBlock = *g.FirstBlock, *g.LastBlock
	}
	if out.Text == "" {
		out.Text = g.Reason.String()
	}
	if a := v.cat.attempts[key]; a != nil {
		out.Task, out.Subtask, out.Attempt = a.Task, a.Subtask, a.Attempt
		out.Operator = a.operator(g.operator)
	}
	return out
}
