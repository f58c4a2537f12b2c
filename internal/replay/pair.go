package replay

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// paired runs an attempt as it was recorded, and again with what the wish changes, and compares the two. The result is the second's.
func (q *Queue) paired(ctx context.Context, r *Replay, plan *Plan, o Options, progress func(Report)) (*Result, error) {
	base := o
	base.Changes, base.Recording = nil, r.Base
	first, err := q.o.run(ctx, base, r.Wish.Recording, r.Wish.Attempt, progress)
	if err != nil {
		return nil, fmt.Errorf("running it unchanged: %w", err)
	}
	chain := newDictionary(q.o.Store, r.Wish.Recording).attempts[r.Wish.Attempt].Chain
	unchanged := judge(first, plan, chain)
	second, err := q.o.run(ctx, o, r.Wish.Recording, r.Wish.Attempt, progress)
	if err != nil {
		return nil, err
	}
	d, err := q.compareRuns(ctx, first.Recording, second.Recording, r.Wish.Attempt, chain, max(first.Report.Invocation, second.Report.Invocation))
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	r.Unchanged, r.Differences = &unchanged, d
	q.mu.Unlock()
	return second, nil
}

func (q *Queue) compareRuns(ctx context.Context, first, second event.RecordingID, attempt event.Key, chain []event.ChainOperatorDef, to uint64) (*Differences, error) {
	a, err := q.o.Store.Snapshot(ctx, first)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := q.o.Store.Snapshot(ctx, second)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return differences(ctx, a, b, attempt, chain, 0, to)
}
