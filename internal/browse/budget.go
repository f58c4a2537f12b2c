package browse

import (
	"context"
	"time"
)

// backgroundShare is what of one core all work in the background takes together: indexes of texts, parts of Parquet.
const backgroundShare = 0.25

// Budget lets one of several works in the background go on at a time, and rests between their steps, so that ingest and questions
// have the rest of the machine however much there is to do.
type Budget struct {
	share float64
	turn  chan struct{}
	now   func() time.Time
	rest  func(context.Context, time.Duration) error
}

// NewBudget makes a budget of a quarter of one core.
func NewBudget() *Budget { return NewBudgetOf(backgroundShare) }

// NewBudgetOf makes a budget of another share of one core, above 0; 1 rests never.
func NewBudgetOf(share float64) *Budget {
	return &Budget{share: share, turn: make(chan struct{}, 1), now: time.Now, rest: rest}
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Turn is the right to work now. It belongs to one goroutine.
type Turn struct {
	ctx   context.Context
	of    *Budget
	began time.Time
	held  bool
}

// Begin waits until nobody else works.
func (b *Budget) Begin(ctx context.Context) (*Turn, error) {
	t := &Turn{ctx: ctx, of: b}
	return t, t.take()
}

func (t *Turn) take() error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t.ctx.Done():
		return t.ctx.Err()
	case t.of.turn <- struct{}{}:
		t.held, t.began = true, t.of.now()
		return nil
	}
}

// Pause is called between two steps of some milliseconds. It rests for what was worked and lets others that wait have their turn.
// After an error the work ends.
func (t *Turn) Pause() error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	worked := t.of.now().Sub(t.began)
	if err := t.of.rest(t.ctx, time.Duration(float64(worked)*(1/t.of.share-1))); err != nil {
		return err
	}
	t.End()
	return t.take()
}

// End gives the turn back. It may be called more than once.
func (t *Turn) End() {
	if t.held {
		t.held = false
		<-t.of.turn
	}
}
