package query

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
)

// The index names every block that overlaps, in any order of arrival, however long blocks are and whatever clocks say.
func TestClockIndexFindsEveryOverlappingBlock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := newClockIndex()
	var headers []*block.Header
	for mark := range uint64(3000) {
		h := &block.Header{WallMin: rng.Int64N(60e6) - 5e6}
		h.WallMax = h.WallMin + rng.Int64N(1+[]int64{0, 1e6, 30e6}[rng.IntN(3)])
		headers = append(headers, h)
		x.add(h, mark)
	}
	for range 300 {
		from := Wall(rng.Int64N(60e6) - 5e6)
		to := from + Wall(1+rng.Int64N(5e6))
		limit := rng.Uint64N(3000)
		var want []uint32
		for mark, h := range headers[:limit] {
			if Wall(h.WallMax) >= from && Wall(h.WallMin) < to {
				want = append(want, uint32(mark))
			}
		}
		got := slices.DeleteFunc(x.overlapping(from, to, limit), func(m uint32) bool {
			return Wall(headers[m].WallMax) < from || Wall(headers[m].WallMin) >= to
		})
		if !slices.Equal(got, want) {
			t.Fatalf("[%d, %d): %d blocks, want %d", from, to, len(got), len(want))
		}
	}
	if len(x.long) == 0 || len(x.long) == len(headers) {
		t.Fatalf("%d long blocks of %d: not both kinds were tested", len(x.long), len(headers))
	}
}
