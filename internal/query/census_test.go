package query

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// TestCensusLosesNothing adds blocks in any order and compares every bin with the exact share of each block.
func TestCensusLosesNothing(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 9))
		c := newCensus()
		type planted struct {
			from, to Wall
			n        uint64
		}
		blocks := make(map[censusKey][]planted)
		origin := Wall(1_767_600_000_000_000)
		for range 500 {
			from := origin + Wall(r.Int64N(1<<uint(10+r.IntN(30))))
			to := from + Wall(r.Int64N(1<<uint(1+r.IntN(24))))
			n := uint64(1 + r.IntN(600))
			h := &block.Header{Attempt: event.Key(1 + r.IntN(3)), Lane: event.LaneOut, Events: uint32(n), WallMin: int64(from), WallMax: int64(to)}
			h.Zones.Counts = []block.Count{{Operator: r.IntN(2), Kind: event.KindRecord, N: n}, {Operator: 0, Kind: event.KindEntered, N: 7}}
			c.add(h)
			for _, k := range []censusKey{{h.Attempt, h.Lane, -1, censusRows}, {h.Attempt, h.Lane, int32(h.Zones.Counts[0].Operator), event.KindRecord}} {
				blocks[k] = append(blocks[k], planted{from, to, n})
			}
		}
		if c.partial || len(c.series) != len(blocks) || c.bins > censusBins {
			t.Fatalf("seed %d: %d series, not %d; %d bins", seed, len(c.series), len(blocks), c.bins)
		}
		for k, list := range blocks {
			got, want := uint64(0), uint64(0)
			for _, n := range c.series[k] {
				got += n
			}
			exact := make([]float64, len(c.series[k]))
			for _, b := range list {
				want += b.n
				for i := c.bin(b.from); i <= c.bin(b.to); i++ {
					inside := min(b.to+1, Wall(i+1)*c.width) - max(b.from, Wall(i)*c.width)
					exact[i-c.first] += float64(b.n) * float64(inside) / float64(b.to+1-b.from)
				}
			}
			if got != want {
				t.Fatalf("seed %d: %+v counts %d, not %d", seed, k, got, want)
			}
			for i := range exact {
				if math.Abs(exact[i]-float64(c.series[k][i])) > float64(len(list)) { // each block was rounded
					t.Fatalf("seed %d: %+v has %d in bin %d, not %.1f", seed, k, c.series[k][i], i, exact[i])
				}
			}
		}
	}
}

// TestTimelineByCensus asks for timelines of one recording from the census and from its blocks: sums are the same, and buckets differ by
// no more than what lies across their borders.
func TestTimelineByCensus(t *testing.T) {
	ctx := context.Background()
	s := memory.New()
	truth, err := ingesttest.Record(ctx, s, ingesttest.Options{Seed: 3, Orders: 20_000, Codec: block.CodecLZ4, Traced: true, Ended: true})
	if err != nil {
		t.Fatal(err)
	}
	exact, rough := engineOf(t, Options{Reader: s}), engineOf(t, Options{Reader: s})
	rough.manyBlocks = 0
	subtask := 1
	for name, q := range map[string]EventQuery{
		"all": {}, "kinds": {Kinds: []event.Kind{event.KindRecord, event.KindStateRead}}, "lanes": {Lanes: []event.Lane{event.LaneOut}},
		"operator": {Operator: "convert"}, "subtask": {Subtask: &subtask, Lanes: []event.Lane{event.LaneSrc}},
	} {
		want, err := exact.Timeline(ctx, truth.Totals, TimelineQuery{EventQuery: q, Buckets: 10})
		if err != nil {
			t.Fatal(err)
		}
		got, err := rough.Timeline(ctx, truth.Totals, TimelineQuery{EventQuery: q, Buckets: 10})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Approximate || want.Approximate {
			t.Fatalf("%s: the census was used: %t, %t", name, got.Approximate, want.Approximate)
		}
		if got.Rows != want.Rows || len(got.Series) != len(want.Series) || got.From != want.From || got.BucketUS != want.BucketUS {
			t.Fatalf("%s: %d rows in %d series, not %d in %d", name, got.Rows, len(got.Series), want.Rows, len(want.Series))
		}
		for i, series := range want.Series {
			sums, off, largest := [2]uint64{}, uint64(0), uint64(0)
			for b, n := range series.Counts {
				sums[0], sums[1] = sums[0]+n, sums[1]+got.Series[i].Counts[b]
				off = max(off, max(n, got.Series[i].Counts[b])-min(n, got.Series[i].Counts[b]))
				largest = max(largest, n)
			}
			if got.Series[i].Kind != series.Kind || got.Series[i].Operator.ID != series.Operator.ID || sums[0] != sums[1] {
				t.Fatalf("%s: %s of %s sums to %d, not %d", name, series.Kind, series.Operator.Name, sums[1], sums[0])
			}
			if off > largest/4+600 {
				t.Errorf("%s: %s of %s is off by %d of %d", name, series.Kind, series.Operator.Name, off, largest)
			}
		}
	}
}
