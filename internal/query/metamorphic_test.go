package query

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// worlds gives recordings, whole ones and ones with lost blocks.
func worlds(t *testing.T, invocations int, yield func(t *testing.T, w *world)) {
	for seed := range uint64(6) {
		loss := []float64{0, 0, 0.1}[seed%3]
		t.Run(fmt.Sprintf("seed=%d,loss=%v", seed, loss), func(t *testing.T) {
			w := newWorld(t, seed, loss)
			w.play(invocations)
			yield(t, w)
		})
	}
}

func TestLineageEqualsTheNaiveOne(t *testing.T) {
	worlds(t, 800, func(t *testing.T, w *world) {
		e := engineOf(t, Options{Reader: w.store, CacheBytes: 64 << 10}) // small, so that frames leave the cache
		n := newNaive(w)
		asked, longest := 0, 0
		for _, f := range n.frames {
			for row := range f.rows() {
				var start thing
				var record string
				switch f.r.Kind[row] {
				case event.KindRecord:
					start = n.sent(f, row)
					record = start.id
				case event.KindElements:
					start = n.invocation(f.h.Attempt, f.r.Inv[row])
					record = start.id
				default:
					continue
				}
				if w.rng.IntN(8) > 0 {
					continue
				}
				l, err := e.Lineage(context.Background(), LineageQuery{Recording: &f.h.Recording, Record: record, Depth: 1000, Limit: 10000})
				if err != nil {
					t.Fatal(err)
				}
				if got, want := graphOf(l).text(), n.lineage(start).text(); got != want {
					t.Fatalf("lineage of %s in %s:\n%s\nwant\n%s\nnotes %+v", record, f.h.Recording, got, want, l.Notes)
				}
				asked++
				longest = max(longest, len(l.Nodes))
			}
		}
		if asked < 20 || longest < 3 {
			t.Fatalf("%d lineages of at most %d nodes: too little was tested", asked, longest)
		}
	})
}

// randomQuery is an event query that a user might have made.
func randomQuery(rng *rand.Rand, w *world) EventQuery {
	var q EventQuery
	some := func() bool { return rng.IntN(3) == 0 }
	if some() {
		q.Lanes = append(q.Lanes, event.Lane(1+rng.IntN(4)), event.Lane(1+rng.IntN(4)))
	}
	if some() {
		q.Kinds = append(q.Kinds, []event.Kind{event.KindRecord, event.KindElements, event.KindEventTimer, event.KindWritten, event.KindSource}[rng.IntN(5)])
	}
	if rng.IntN(5) == 0 {
		q.Reasons = []event.DropReason{event.DropReason(1 + rng.IntN(3)), event.DropUnexplained}
	}
	if some() {
		sub := rng.IntN(3)
		q.Subtask = &sub
	}
	span := w.now - 1_700_000_000_000_000
	if some() {
		q.From = Wall(w.now - rng.Int64N(span))
	}
	if some() {
		q.To = Wall(w.now - rng.Int64N(span))
	}
	if some() {
		a := w.tasks[rng.IntN(len(w.tasks))]
		q.Operator = Slug(a.def.Chain[rng.IntN(2)].Name)
	}
	if rng.IntN(6) == 0 {
		inv := 1 + rng.Uint64N(100)
		q.Invocation = &inv
	}
	q.Order, q.Expand, q.Payload = Order(some()), some(), some()
	return q
}

func TestEventsEqualTheNaiveOnesInPagesOfAnySize(t *testing.T) {
	worlds(t, 1000, func(t *testing.T, w *world) {
		e := engineOf(t, Options{Reader: w.store})
		n := newNaive(w)
		rng := rand.New(rand.NewPCG(1, uint64(w.now)))
		all := 0
		for range 16 {
			a := w.tasks[rng.IntN(len(w.tasks))]
			q := randomQuery(rng, w)
			want := n.events(a.rec, q)
			if _, err := e.Events(context.Background(), a.rec, q); err != nil {
				if q.Operator != "" {
					continue // an operator of the other job
				}
				t.Fatal(err)
			}
			for _, page := range []int{0, 1 + rng.IntN(7)} {
				for _, blocks := range []int{0, 1 + rng.IntN(3)} {
					got := pages(t, e, a.rec, q, page, blocks)
					if !slices.Equal(got, want) {
						t.Fatalf("%+v in pages of %d events, %d blocks: %d events, want %d", q, page, blocks, len(got), len(want))
					}
				}
			}
			all += len(want)
		}
		if all < 300 {
			t.Fatalf("%d events: too little was tested", all)
		}
	})
}

// pages reads all events, a few at a time.
func pages(t *testing.T, e *Engine, rec event.RecordingID, q EventQuery, page, blocks int) []Cursor {
	t.Helper()
	q.MaxBlocks = blocks
	var list []Cursor
	for {
		s, err := e.Events(context.Background(), rec, q)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ev, err := range s.All(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, ev.Cursor)
			if n++; n == page {
				break
			}
		}
		p := s.Progress()
		if p.Complete {
			return list
		}
		if p.Next == q.After {
			t.Fatalf("no progress at %q after %d events", p.Next, len(list))
		}
		q.After = p.Next
	}
}

// Blocks that come one by one, with questions in between, lead to the same answers as blocks that are there at once.
func TestAnswersDoNotDependOnWhenTheQuestionIsAsked(t *testing.T) {
	worlds(t, 600, func(t *testing.T, w *world) {
		late := newWorld(t, 0, 0)
		early := engineOf(t, Options{Reader: late.store, Models: 1})
		for _, d := range definitionsOf(w) {
			if err := late.store.Define(context.Background(), d); err != nil {
				t.Fatal(err)
			}
		}
		for i, raw := range shuffled(w) {
			appendRaw(t, late, raw)
			if i%7 == 0 {
				for _, rec := range w.recs {
					if _, err := early.Job(context.Background(), rec); err != nil && i > 40 {
						t.Fatal(err)
					}
				}
			}
		}
		once := engineOf(t, Options{Reader: late.store})
		for _, rec := range w.recs {
			if got, want := answers(t, early, rec), answers(t, once, rec); got != want {
				t.Fatalf("asked all along:\n%s\nasked once:\n%s", got, want)
			}
		}
	})
}

func answers(t *testing.T, e *Engine, rec event.RecordingID) string {
	t.Helper()
	ctx := context.Background()
	d, err := e.Job(ctx, rec)
	if err != nil {
		t.Fatal(err)
	}
	gaps, err := e.Gaps(ctx, rec)
	if err != nil {
		t.Fatal(err)
	}
	channels, err := e.Channels(ctx, rec)
	if err != nil {
		t.Fatal(err)
	}
	line, err := e.Timeline(ctx, rec, TimelineQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v\n%+v\n%+v\n%+v", d, gaps, channels, line)
}

// The rows of a timeline are the events of the same query, and its counts add up to them but for runs.
func TestTimelineCountsTheEventsOfTheSameQuery(t *testing.T) {
	worlds(t, 800, func(t *testing.T, w *world) {
		e := engineOf(t, Options{Reader: w.store})
		n := newNaive(w)
		rng := rand.New(rand.NewPCG(2, uint64(w.now)))
		for range 40 {
			q := randomQuery(rng, w)
			q.Invocation, q.Expand, q.Order = nil, false, Ascending
			rec := w.recs[rng.IntN(2)]
			line, err := e.Timeline(context.Background(), rec, TimelineQuery{EventQuery: q, Buckets: 1 + rng.IntN(50)})
			if err != nil {
				if q.Operator != "" {
					continue
				}
				t.Fatal(err)
			}
			if want := len(n.events(rec, q)); line.Rows != uint64(want) || line.Approximate {
				t.Fatalf("%+v: %d rows, approximate %t, want %d", q, line.Rows, line.Approximate, want)
			}
			q.Expand = true
			sum := uint64(0)
			for _, s := range line.Series {
				for _, c := range s.Counts {
					sum += c
				}
			}
			if want := len(n.events(rec, q)); sum != uint64(want) {
				t.Fatalf("%+v: %d counted, want %d", q, sum, want)
			}
		}
	})
}

// Tracks over subtasks add up to the timeline, and their drops to those that are counted for the same stretch.
func TestTracksAddUp(t *testing.T) {
	worlds(t, 800, func(t *testing.T, w *world) {
		ctx := context.Background()
		e := engineOf(t, Options{Reader: w.store})
		rng := rand.New(rand.NewPCG(5, uint64(w.now)))
		dropped := uint64(0)
		for range 20 {
			rec := w.recs[rng.IntN(2)]
			all, err := e.Timeline(ctx, rec, TimelineQuery{})
			if err != nil {
				t.Fatal(err)
			}
			span := int64(all.To - all.From)
			q := TimelineQuery{Buckets: 1 + rng.IntN(30)}
			if rng.IntN(3) > 0 {
				q.From = all.From + Wall(rng.Int64N(span))
				q.To = q.From + 1 + Wall(rng.Int64N(span))
			}
			line, err := e.Timeline(ctx, rec, q)
			if err != nil {
				t.Fatal(err)
			}
			tracks, err := e.Tracks(ctx, rec, q)
			if err != nil {
				t.Fatal(err)
			}
			type place struct {
				operator string
				kind     event.Kind
				bucket   int
			}
			sums := make(map[place]uint64)
			for _, s := range tracks.Series {
				if s.Kind >= event.KindEntered {
					continue // no event
				}
				for b, n := range s.Counts {
					sums[place{s.Operator.ID, s.Kind, b}] += n
				}
			}
			for _, s := range line.Series {
				for b, n := range s.Counts {
					p := place{s.Operator.ID, s.Kind, b}
					if sums[p] != n {
						t.Fatalf("%+v: %d in all tracks, %d in the timeline", p, sums[p], n)
					}
					delete(sums, p)
				}
			}
			for p, n := range sums {
				if n != 0 {
					t.Fatalf("%+v: %d in tracks, and not in the timeline", p, n)
				}
			}
			drops, err := e.Drops(ctx, rec, DropsQuery{From: q.From, To: q.To})
			if err != nil {
				t.Fatal(err)
			}
			counted := make(map[dropPlace]uint64)
			for _, d := range drops.Counts {
				counted[dropPlace{"", d.Operator.ID, d.Subtask, d.Reason}] += d.Count
			}
			for _, d := range tracks.Drops {
				for _, n := range d.Counts {
					dropped += n
					counted[dropPlace{"", d.Operator.ID, d.Subtask, d.Reason}] -= n
				}
			}
			for p, n := range counted {
				if n != 0 {
					t.Fatalf("%+v: off by %d", p, int64(n))
				}
			}
		}
		if dropped == 0 {
			t.Fatal("nothing was dropped: the world does not ask what this test is about")
		}
	})
}
