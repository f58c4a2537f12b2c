package query

import (
	"context"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// BenchmarkLatency measures what it costs to sum a recording up, and to answer from sums and from blocks.
func BenchmarkLatency(b *testing.B) {
	ctx := context.Background()
	s, err := disk.Open(disk.Options{Dir: b.TempDir(), SealBytes: 4 << 20, Durability: disk.Process, MinFree: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	truth, err := ingesttest.Record(ctx, s, ingesttest.Options{Seed: 5, Orders: 100_000, Codec: block.CodecLZ4, Traced: true, Ended: true})
	if err != nil {
		b.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(time.Hour) }
	e, err := New(Options{Reader: s, Now: later})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if _, err := e.SumUp(ctx, truth.Totals, func() error { return nil }); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	whole, err := e.Timeline(ctx, truth.Totals, TimelineQuery{})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d events summed up in %s, %s of time", whole.Rows, took, whole.To.Time().Sub(whole.From.Time()))
	zoom := LatencyQuery{}
	zoom.From = whole.From + (whole.To-whole.From)/2
	zoom.To = zoom.From + 5_000_000
	for name, q := range map[string]LatencyQuery{"whole": {}, "one bucket": {TimelineQuery: TimelineQuery{Buckets: 1}}, "five seconds": zoom} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if _, err := e.Latency(ctx, truth.Totals, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
