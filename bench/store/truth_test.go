package main

import (
	"context"
	"maps"
	"net"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// TestAnswersAreWhatTheGeneratorPlanted records the reference load through a real server and store, opens the store again, and asks: the
// generator is a model of the truth.
func TestAnswersAreWhatTheGeneratorPlanted(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	truth := recordHere(t, dir, ingesttest.ReferenceOptions{Seed: 7, Events: 60_000, Codec: codec, Placed: true, Samples: 200})
	s, err := disk.Open(disk.Options{Dir: dir, MinFree: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	e, err := query.New(query.Options{Reader: s})
	if err != nil {
		t.Fatal(err)
	}
	if len(truth.Records) < 50 || len(truth.Results) < 50 || len(truth.Needles) == 0 || len(truth.Drops) < 2 {
		t.Fatalf("the load is too small: %d records, %d results, %d needles, drops %v", len(truth.Records), len(truth.Results), len(truth.Needles), truth.Drops)
	}
	t.Run("questions", func(t *testing.T) {
		browser, err := newBrowser(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := browser.IndexTexts(ctx, truth.Recording, ctx.Err); err != nil {
			t.Fatal(err)
		}
		a := &asked{engine: e, browser: browser, truth: truth}
		for _, q := range questions {
			often := uint64(50)
			if q.whole {
				often = 4
			}
			for n := range often {
				a.pick(7, n)
				if err := q.ask(ctx, a); err != nil {
					t.Fatalf("%s, question %d: %v", q.name, n, err)
				}
			}
		}
	})
	t.Run("rows by kind", func(t *testing.T) { rowsByKind(ctx, t, e, truth) })
	t.Run("parents", func(t *testing.T) { parents(ctx, t, e, truth) })
	t.Run("timeline", func(t *testing.T) { timeline(ctx, t, e, truth) })
	t.Run("fields", func(t *testing.T) { fields(ctx, t, e, truth) })
}

func recordHere(t *testing.T, dir string, opt ingesttest.ReferenceOptions) *ingesttest.ReferenceTruth {
	t.Helper()
	s, err := disk.Open(disk.Options{Dir: dir, MinFree: -1, SealBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	server, err := ingest.New(ingest.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	truth, err := play(t.Context(), l.Addr().String(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return truth
}

// rowsByKind reads every event.
func rowsByKind(ctx context.Context, t *testing.T, e *query.Engine, truth *ingesttest.ReferenceTruth) {
	scan, err := e.Events(ctx, truth.Recording, query.EventQuery{})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[event.Kind]uint64)
	var last query.Wall
	for ev, err := range scan.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Wall < last {
			t.Fatalf("event at %d after one at %d", ev.Wall, last)
		}
		last = ev.Wall
		got[ev.Kind]++
	}
	if !maps.Equal(got, truth.Kinds) {
		t.Errorf("rows by kind are %v, not %v", got, truth.Kinds)
	}
}

// parents asks where each record of the sample came from: exactly those, in that order.
func parents(ctx context.Context, t *testing.T, e *query.Engine, truth *ingesttest.ReferenceTruth) {
	for _, r := range truth.Records {
		l, err := e.Lineage(ctx, query.LineageQuery{Recording: &truth.Recording, Record: r.Sent[2].String(), Direction: query.Up})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{r.Sent[2].String(), r.Sent[1].String(), r.Sent[0].String(), r.Read.String()}
		var got []string
		for _, n := range slices.SortedFunc(slices.Values(l.Nodes), func(a, b query.Node) int { return b.Depth - a.Depth }) {
			got = append(got, n.Record)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s came from %v, not from %v", r.Sent[2], got, want)
		}
	}
}

// timeline compares every bucket, for buckets of many widths, with the wall clock of each row.
func timeline(ctx context.Context, t *testing.T, e *query.Engine, truth *ingesttest.ReferenceTruth) {
	for _, buckets := range []int{1, 7, 100, 1000} {
		got, err := e.Timeline(ctx, truth.Recording, query.TimelineQuery{Buckets: buckets})
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != truth.Events {
			t.Fatalf("%d rows in %d buckets, not %d", got.Rows, buckets, truth.Events)
		}
		series := 0
		for _, s := range got.Series {
			key := ingesttest.Counted{Operator: s.Operator.Name, Kind: s.Kind}
			want := make([]uint64, len(s.Counts))
			for wall, n := range truth.Placed[key] {
				want[(wall-int64(got.From))/got.BucketUS] += n
			}
			sum := uint64(0)
			for _, n := range s.Counts {
				sum += n
			}
			if sum != truth.Counts[key] {
				t.Fatalf("%v sums to %d, not %d", key, sum, truth.Counts[key])
			}
			if !got.Approximate && !slices.Equal(s.Counts, want) {
				t.Fatalf("%v in %d buckets is %v, not %v", key, buckets, s.Counts, want)
			}
			series++
		}
		if series != len(truth.Counts) {
			t.Fatalf("%d series, not %d", series, len(truth.Counts))
		}
	}
}

// fields looks at the ends of journeys: timers that fired, writes, and the window that a record went into.
func fields(ctx context.Context, t *testing.T, e *query.Engine, truth *ingesttest.ReferenceTruth) {
	for _, r := range truth.Results[:50] {
		l, err := e.Lineage(ctx, query.LineageQuery{Recording: &truth.Recording, Record: r.Written.String(), Direction: query.Up})
		if err != nil {
			t.Fatal(err)
		}
		if err := holds(&l, r.Sent.String()); err != nil {
			t.Fatal(err)
		}
		m, err := e.At(ctx, truth.Recording, query.Position{Key: r.Timer.Attempt, Invocation: r.Timer.Number})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []event.Kind
		for _, s := range m.Steps {
			kinds = append(kinds, s.Kind)
		}
		want := []event.Kind{event.KindTimerFired, event.KindStateRead, event.KindWindowFired, event.KindStateCleared, event.KindWindowPurged}
		if !slices.Equal(kinds, want) || len(m.Outputs) != 1 {
			t.Fatalf("timer %s did %v and sent %d", r.Timer, kinds, len(m.Outputs))
		}
	}
}
