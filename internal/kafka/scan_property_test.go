package kafka

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// written is what a scan is to give of a partition, ascending.
type written struct {
	offset, time int64
}

// merge is the order of a scan, said naively: of the next records of all partitions the oldest, or backward the newest.
func merge(all map[int32][]written, forward bool) (out []string) {
	left := make(map[int32][]written)
	for p, rows := range all {
		left[p] = slices.Clone(rows)
		if !forward {
			slices.Reverse(left[p])
		}
	}
	for {
		best := int32(-1)
		for p := range int32(len(all)) {
			if len(left[p]) == 0 {
				continue
			}
			if best < 0 || forward && left[p][0].time < left[best][0].time || !forward && left[p][0].time >= left[best][0].time {
				best = p
			}
		}
		if best < 0 {
			return out
		}
		out = append(out, fmt.Sprintf("%d@%d", best, left[best][0].offset))
		left[best] = left[best][1:]
	}
}

// Whatever is written, however large, committed or not, in order of time or not: pages of any size, each going on where the one before ended, give
// every record once, in the order of the sorted truth.
func TestPagesAreTheSortedTruth(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for round := range 12 {
		w := newWorld(t)
		topic := fmt.Sprintf("t%d", round)
		partitions := 1 + rnd.Int32N(5)
		w.topic(topic, partitions, nil)
		truth := make(map[int32][]written)
		clock, ordered := int64(1000), round%2 == 0
		for p := range partitions {
			truth[p] = nil
		}
		for range rnd.IntN(60) {
			p := rnd.Int32N(partitions)
			var batch []*kgo.Record
			for range 1 + rnd.IntN(20) {
				if clock += rnd.Int64N(3); !ordered {
					clock = 1000 + rnd.Int64N(5000)
				}
				r := row(topic, p, clock)
				r.Value = []byte(strings.Repeat("x", rnd.IntN(1+rnd.IntN(40_000))))
				batch = append(batch, r)
			}
			keep := true
			switch rnd.IntN(6) {
			case 0:
				w.transaction(fmt.Sprintf("c%d", round), kgo.TryCommit, false, batch...)
			case 1:
				w.transaction(fmt.Sprintf("a%d", round), kgo.TryAbort, false, batch...)
				keep = false
			default:
				w.write(batch...)
			}
			for _, r := range batch {
				if keep {
					truth[p] = append(truth[p], written{r.Offset, r.Timestamp.UnixMilli()})
				}
			}
		}
		if p := rnd.Int32N(partitions); len(truth[p]) > 3 { // retention
			first := truth[p][len(truth[p])/3].offset
			if err := w.fake.DeleteRecords(topic, p, first); err != nil {
				t.Fatal(err)
			}
			truth[p] = slices.DeleteFunc(truth[p], func(x written) bool { return x.offset < first })
		}
		for _, forward := range []bool{false, true} {
			want := merge(truth, forward)
			if ordered && !forward {
				sortedTruth(t, truth, want)
			}
			q := ScanQuery{Topic: topic, Forward: forward, Limit: rnd.IntN(80), Bytes: int64(rnd.IntN(3)) * (300 << 10)}
			if forward {
				q.From = FromStart
			}
			var got []string
			for pages := 0; ; pages++ {
				page, s := w.names(q)
				got = append(got, page...)
				if !s.More || pages > 5000 {
					break
				}
				q.From, q.Positions = FromPositions, make(map[int32]int64)
				for _, p := range s.Partitions {
					if q.Positions[p.Partition] = p.Next; p.Err != nil {
						t.Fatalf("partition %d: %v", p.Partition, p.Err)
					}
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, forward %t, pages of %d records or %d bytes: %d records, want %d; more than wanted: %v; missing: %v", round, forward, q.Limit, q.Bytes, len(got), len(want), without(got, want), without(want, got))
			}
		}
	}
}

// sortedTruth holds the naive order against a plain sort, which is the same where times ascend in every partition.
func sortedTruth(t *testing.T, truth map[int32][]written, want []string) {
	t.Helper()
	type row struct {
		partition int32
		written
	}
	var all []row
	for p, rows := range truth {
		for _, x := range rows {
			all = append(all, row{p, x})
		}
	}
	slices.SortFunc(all, func(a, b row) int {
		for _, d := range []int64{b.time - a.time, int64(b.partition) - int64(a.partition), b.offset - a.offset} {
			if d != 0 {
				return int(d)
			}
		}
		return 0
	})
	for i, x := range all {
		if s := fmt.Sprintf("%d@%d", x.partition, x.offset); s != want[i] {
			t.Fatalf("sorted, number %d is %s, not %s", i, s, want[i])
		}
	}
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}
