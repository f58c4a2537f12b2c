package replay

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// paired runs an attempt as it was recorded, and again with what the wish changes, and compares the two. The result is the second's.
func (q *Queue) paired(ctx context.Context, r *Replay, plan *Plan, o Options, progress func(Report)) (*Result, error) {
	chain := newDictionary(q.o.Store, r.Wish.Recording).attempts[r.Wish.Attempt].Chain
	var err error
	if o.Changes, err = ofOperators(o.Changes, chain); err != nil {
		return nil, err
	}
	base, err := q.unchanged(ctx, r, plan)
	if err != nil {
		return nil, err
	}
	base.Checkpoint, base.To, base.Recording, base.Derived = o.Checkpoint, o.To, r.Base, o.Derived
	first, err := q.o.run(ctx, base, r.Wish.Recording, r.Wish.Attempt, progress)
	if err != nil {
		return nil, fmt.Errorf("running it unchanged: %w", err)
	}
	unchanged := judge(first, plan, chain)
	if err := q.placed(ctx, first.Recording, r.Wish.Attempt, chain, o.Changes); err != nil {
		return nil, err
	}
	second, err := q.o.run(ctx, o, r.Wish.Recording, r.Wish.Attempt, progress)
	if err != nil {
		return nil, err
	}
	d, err := q.compareRuns(ctx, first.Recording, second.Recording, r.Wish.Attempt, chain)
	if err != nil {
		return nil, err
	}
	var p *Parted
	if !r.Wish.Variant.IsZero() {
		q.mu.Lock()
		r.Phase = "tracing"
		q.mu.Unlock()
		p = q.part(ctx, r, base, o, d)
	}
	q.mu.Lock()
	r.Unchanged, r.Differences, r.Parted = &unchanged, d, p
	q.mu.Unlock()
	return second, nil
}

// placed finds the keys of changes of states that name none in the unchanged run, which tells all accesses.
func (q *Queue) placed(ctx context.Context, base event.RecordingID, attempt event.Key, chain []event.ChainOperatorDef, all []Change) error {
	snap, err := q.o.Store.Snapshot(ctx, base)
	if err != nil {
		return err
	}
	defer snap.Close()
	return ofRun(ctx, snap, newDictionary(q.o.Store, base), attempt, chain, all)
}

// unchanged are the options of the recorded program, on the recorded Flink.
func (q *Queue) unchanged(ctx context.Context, r *Replay, plan *Plan) (Options, error) {
	if r.Wish.Variant.Flink == "" {
		return q.options(ctx, plan, r.Wish.Recording)
	}
	w := r.Wish
	w.Variant = Variant{}
	recorded, err := q.o.plan(ctx, &w, false)
	if err != nil {
		return Options{}, err
	}
	if recorded.Stopped() {
		return Options{}, fmt.Errorf("running it unchanged: %s", recorded.why())
	}
	return q.options(ctx, recorded, r.Wish.Recording)
}

func (q *Queue) compareRuns(ctx context.Context, first, second event.RecordingID, attempt event.Key, chain []event.ChainOperatorDef) (*Differences, error) {
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
	return differences(ctx, a, b, attempt, chain)
}
