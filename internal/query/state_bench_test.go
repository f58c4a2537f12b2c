package query

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// BenchmarkLineageThroughState asks where outputs came from, each made of a list that eight records of its key went into, in a recording
// of about a million rows: keys come in random order, so the eight lie far from each other.
func BenchmarkLineageThroughState(b *testing.B) {
	const keys, each = 10_000, 8
	w := newStateWorld(b, 1)
	order := make([]int, 0, keys*each)
	for k := range keys {
		order = append(order, slices.Repeat([]int{k}, each)...)
	}
	rand.New(rand.NewPCG(2, 2)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	quiet := w.define(event.DefPath, event.PathDef{P: "0()"})
	loud := w.define(event.DefPath, event.PathDef{P: "0(>0)"})
	list := w.define(event.DefState, event.StateDef{Name: "l", Kind: "list"})
	had := make(map[int]int)
	var outputs []string
	for i, k := range order {
		w.row(0, block.Row{Kind: event.KindRecord, Inv: w.sent + 1, Partition: w.in, Value: []byte("value of an input")})
		w.sent++
		w.inv++
		key := []byte(fmt.Sprint("key-", k))
		w.row(event.LaneState, block.Row{Kind: event.KindStateWritten, What: callAdd, Inv: w.inv, Key: key, State: list, Value: []byte("value of an entry")})
		path := quiet
		if had[k]++; had[k] == each {
			path = loud
			e := event.Element{Partition: w.out, Seq: uint64(len(outputs))}
			w.row(event.LaneState, block.Row{Kind: event.KindStateRead, What: callGet, Inv: w.inv, Ordinal: 1, Key: key, State: list, Value: []byte("all entries")})
			w.row(event.LaneState, block.Row{Kind: event.KindStateCleared, Inv: w.inv, Ordinal: 2, Key: key, State: list})
			w.row(event.LaneOut, block.Row{Kind: event.KindRecord, Inv: w.inv, Partition: w.out, Ordinal: 4, Value: []byte("value of an output")})
			outputs = append(outputs, e.String())
			w.truth[e.String()] = nil
		}
		w.row(event.LaneDet, block.Row{Kind: event.KindElements, Operator: -1, N: 1, Inv: w.inv, Path: path})
		w.got++
		if i%400 == 399 {
			w.cut(event.LaneDet, event.LaneState, event.LaneOut, 0)
		}
	}
	w.end()
	e := engineOf(b, Options{Reader: w.store})
	ask := func(output string) {
		l, err := e.Lineage(b.Context(), LineageQuery{Recording: &w.rec, Record: output, Direction: Up, Depth: 1})
		if err != nil || len(l.Edges) != each {
			b.Fatalf("%d edges, notes %v, %v", len(l.Edges), l.Notes, err)
		}
	}
	for i := 0; i < len(outputs); i += 50 {
		ask(outputs[i])
	}
	var took []time.Duration
	rng := rand.New(rand.NewPCG(3, 3))
	for b.Loop() {
		began := time.Now()
		ask(outputs[rng.IntN(len(outputs))])
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
