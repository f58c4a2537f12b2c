package query

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// What a scan says of itself adds up, and a header that rules a block out saves its decoding.
func TestExplainSaysWhatWasReadAndSkipped(t *testing.T) {
	w := newWorld(t, 7, 0)
	w.play(2000)
	w.flushAll()
	e := engineOf(t, Options{Reader: w.store})
	ctx := context.Background()
	rec := w.recs[0]
	run := func(q EventQuery) (Explain, int) {
		t.Helper()
		s, err := e.Events(ctx, rec, q)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range s.All(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return s.Progress().Explain, n
	}
	all, events := run(EventQuery{})
	if all.Index != ByTime || all.Blocks == 0 || all.Skipped != 0 || all.Decoded != all.Headers || all.Selected < events || all.Rows < all.Selected {
		t.Errorf("everything: %+v, %d events", all, events)
	}
	inv := uint64(3)
	attempt := event.Key(0)
	snap, err := w.store.Snapshot(ctx, rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneDet}) {
		if ref.Header.LastInv > inv {
			attempt = ref.Header.Attempt
		}
	}
	for name, c := range map[string]struct {
		q     EventQuery
		index Index
	}{
		"one invocation": {EventQuery{AttemptKey: attempt, Invocation: &inv}, ByInvocation},
		"a quiet lane":   {EventQuery{Lanes: []event.Lane{event.LaneJob}}, ByLane},
		"a rare kind":    {EventQuery{Kinds: []event.Kind{event.KindWatermarkOut}}, ByTime},
	} {
		x, n := run(c.q)
		if x.Index != c.index || x.Headers != x.Skipped+x.Decoded || x.Decoded >= all.Decoded || x.Selected < n {
			t.Errorf("%s: %+v, %d events, beside %+v", name, x, n, all)
		}
	}
}
