package query

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// BenchmarkMillion asks about a recording of about a million events in memory.
func BenchmarkMillion(b *testing.B) {
	ctx := context.Background()
	s := memory.New()
	truth, err := ingesttest.Record(ctx, s, ingesttest.Options{Seed: 1, Orders: 240_000, Codec: block.CodecLZ4})
	if err != nil {
		b.Fatal(err)
	}
	e := engineOf(b, Options{Reader: s})
	rec := truth.Totals
	r, err := e.Recording(ctx, rec)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d events in %d blocks", r.Events, r.Blocks)
	rng := rand.New(rand.NewPCG(1, 1))

	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := engineOf(b, Options{Reader: s}).Job(ctx, rec); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("job", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Job(ctx, rec); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, payload := range map[string]bool{"lineage": false, "lineage-with-payload": true} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				o := truth.Orders[rng.IntN(len(truth.Orders))]
				if _, err := e.Lineage(ctx, LineageQuery{Recording: &rec, Record: o.Read.String(), Payload: payload}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("at", func(b *testing.B) {
		for b.Loop() {
			o := truth.Orders[rng.IntN(len(truth.Orders))]
			if _, err := e.At(ctx, rec, Position{Key: o.Source.Attempt, Invocation: o.Source.Number}); err != nil {
				b.Fatal(err)
			}
		}
	})
	page := func(b *testing.B, q EventQuery) {
		for b.Loop() {
			q.From = r.Started + Wall(rng.Int64N(int64(truth.WallMax)-int64(r.Started)))
			scan, err := e.Events(ctx, rec, q)
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for _, err := range scan.All(ctx) {
				if err != nil {
					b.Fatal(err)
				}
				if n++; n == 100 {
					break
				}
			}
		}
	}
	b.Run("page", func(b *testing.B) { page(b, EventQuery{Payload: true}) })
	b.Run("page-descending", func(b *testing.B) { page(b, EventQuery{Payload: true, Order: Descending}) })
	b.Run("page-of-exceptions", func(b *testing.B) { page(b, EventQuery{Kinds: []event.Kind{event.KindException}}) })
	b.Run("timeline", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Timeline(ctx, rec, TimelineQuery{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			scan, err := e.Events(ctx, rec, EventQuery{})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range scan.All(ctx) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(r.Events), "ns/event")
	})
}
