package query

import (
	"context"
	"iter"
	"slices"

	"github.com/sightglass/sightglass/internal/store"
)

// candidates are the blocks that may hold something between two invocations: when a key is wanted and the stretch is long, those that
// indexes by key name and those of segments without one.
func (a *accessScan) candidates(ctx context.Context, from, to uint64) (iter.Seq[store.Ref], error) {
	all := a.snap.Blocks(store.Filter{Lane: a.s.lane, Attempt: a.s.attempt, InvFrom: from, InvTo: to})
	if a.s.key.Null() || to-from < a.engine.limits.near {
		return all, nil
	}
	l, err := a.keyLookup(ctx)
	if l == nil || err != nil {
		return all, err
	}
	var refs []store.Ref
	add := func(ref store.Ref) {
		if h := ref.Header; h.Attempt == a.s.attempt && h.Lane.Base() == a.s.lane && h.FirstInv <= to && h.LastInv >= from {
			refs = append(refs, ref)
		}
	}
	named, ok, err := l.of(ctx, a.s.key)
	if err != nil || !ok {
		return all, err
	}
	for _, ref := range named {
		add(ref)
	}
	if l.restAll {
		for _, ref := range l.rest {
			add(ref)
		}
	} else {
		for ref := range all {
			if !l.has(ref.Segment) {
				refs = append(refs, ref)
			}
		}
	}
	slices.SortFunc(refs, byNumber)
	return slices.Values(refs), nil
}
