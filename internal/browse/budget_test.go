package browse

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Two works take a quarter of the time together, in turns.
func TestABudgetIsShared(t *testing.T) {
	clock, rested := time.Unix(0, 0), time.Duration(0)
	b := NewBudget()
	b.now = func() time.Time { return clock }
	b.rest = func(_ context.Context, d time.Duration) error { rested += d; clock = clock.Add(d); return nil }
	ctx, stop := context.WithCancel(t.Context())
	first, err := b.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	worked := time.Duration(0)
	work := func() { worked += 10 * time.Millisecond; clock = clock.Add(10 * time.Millisecond) }
	order := make(chan string, 3)
	begun := make(chan struct{})
	go func() {
		close(begun)
		second, err := b.Begin(ctx)
		if err != nil {
			order <- err.Error()
			return
		}
		work()
		order <- "second"
		if err := second.Pause(); err != nil {
			order <- err.Error()
		}
		second.End()
		second.End() // once more does nothing
		order <- "ended"
	}()
	<-begun
	for len(order) == 0 { // until the second has had its turn
		work()
		if err := first.Pause(); err != nil {
			t.Fatal(err)
		}
	}
	first.End()
	if a, b := <-order, <-order; a != "second" || b != "ended" {
		t.Errorf("%s, %s", a, b)
	}
	if rested != 3*worked {
		t.Errorf("worked %v, rested %v", worked, rested)
	}
	third, err := b.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if err := third.Pause(); !errors.Is(err, context.Canceled) {
		t.Errorf("behind the end: %v", err)
	}
	third.End()
	if _, err := b.Begin(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("behind the end: %v", err)
	}
}
