package query

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// measuredAt is what the naive model counts: one value of a measure, or one thing without.
type measuredAt struct {
	attempt  event.Key
	operator int
	measure  Measure
	at       Wall
	value    int64
	without  int // reason + 1; 0 = there is a value
}

// latencies looks at every row of every block.
func (n *naive) latencies(rec event.RecordingID) []measuredAt {
	results := 0
	defer func() {
		if n.results += results; n.results == 0 {
			n.w.t.Error("no asynchronous result in this world")
		}
	}()
	var out []measuredAt
	give := func(f *frame, row, operator int, m Measure, value int64, without int) {
		out = append(out, measuredAt{f.h.Attempt, operator, m, f.wall(row), value, without})
	}
	age := func(f *frame, row, operator int, ms int64) {
		if ms == math.MinInt64 {
			give(f, row, operator, MeasureAge, 0, 1+int(UnmeasuredNoTime))
			return
		}
		give(f, row, operator, MeasureAge, int64(f.wall(row))-1000*ms, 0)
	}
	inside := func(f *frame, row, operator int) {
		inv, cause, found := f.r.Inv[row], f.r.Kind[row] == event.KindCause, false
		if cause {
			inv = uint64(f.r.Number[row])
		}
		n.each(event.LaneDet, func(d *frame, i int) {
			if found || d.h.Attempt != f.h.Attempt || d.r.Kind[i] < event.KindElements || d.r.Kind[i] > event.KindRecovered || !d.covers(i, inv) {
				return
			}
			found = true
			handles := d.r.Kind[i] == event.KindElements || d.r.Kind[i] == event.KindSource
			if cause || handles && !bytes.HasPrefix([]byte(n.pathText(d.path(i))), []byte("0w")) {
				give(f, row, operator, MeasureInside, int64(f.wall(row)-d.wall(i)), 0)
			}
		})
		if !found {
			give(f, row, operator, MeasureInside, 0, 1+int(UnmeasuredNotRecorded))
		}
	}
	for _, f := range n.frames {
		if f.h.Recording != rec {
			continue
		}
		for row, kind := range f.r.Kind {
			op := int(f.r.Operator[row])
			switch kind {
			case event.KindRecord:
				inside(f, row, op)
				if n.actor(f.h.Attempt).def.Chain[op].Kind != "source" {
					age(f, row, op, f.r.EventTime[row])
				}
			case event.KindWritten:
				inside(f, row, op)
				age(f, row, op, at(f.r.SplitTime, row, math.MinInt64))
			case event.KindCause:
				inside(f, row, op)
				if n := len(out); n > 0 && out[n-1].without == 0 {
					results++
				}
			case event.KindSourceRecord:
				age(f, row, 0, at(f.r.SplitTime, row, math.MinInt64))
			case event.KindDropped:
				if t := at(f.r.Time, row, math.MinInt64); !f.r.Reason[row].Late() {
				} else if t == math.MinInt64 {
					give(f, row, op, MeasureDropped, 0, 1+int(UnmeasuredNoTime))
				} else if at(f.r.Number, row, 0) == math.MaxInt64 {
					give(f, row, op, MeasureDropped, 0, 1+int(UnmeasuredNoWatermark))
				} else {
					give(f, row, op, MeasureDropped, at(f.r.Number, row, 0)-t-at(f.r.Number2, row, 0), 0)
				}
			case event.KindElements:
				if bytes.HasPrefix([]byte(n.pathText(f.path(row))), []byte("0w")) {
					continue
				}
				for i := range uint64(f.r.N[row]) {
					n.late(f, row, i, give)
				}
			}
		}
	}
	return out
}

func (n *naive) pathText(id event.DefinitionID) string {
	d, ok := n.w.store.Definition(id)
	if !ok {
		return ""
	}
	return string(bytes.TrimPrefix(d.Body, []byte(`{"p":"`)))
}

func (n *naive) late(f *frame, row int, i uint64, give func(f *frame, row, operator int, m Measure, value int64, without int)) {
	c, seq := f.r.Channels[f.r.Channel[row]], f.r.Seq[row]+i
	kind, of := event.Kind(0), int64(0)
	n.each(event.LaneOut, func(o *frame, j int) {
		if o.r.Partition[j] != c.Partition {
			return
		}
		at, ok := o.r.Seq[j], o.r.Subpartition[j] == int32(c.Subpartition)
		if o.r.Subpartition[j] < 0 {
			at, ok = o.r.SeqOf(j, c.Subpartition)
		}
		if ok && at == seq {
			kind, of = o.r.Kind[j], o.r.EventTime[j]
		}
	})
	mark := int64(math.MinInt64)
	n.each(event.LaneDet, func(d *frame, j int) {
		if d.h.Attempt == f.h.Attempt && d.r.Kind[j] == event.KindWatermarkIn && d.r.Inv[j] < f.r.Inv[row]+i {
			mark = max(mark, d.r.Time[j])
		}
	})
	switch {
	case kind == 0:
		give(f, row, 0, MeasureLateness, 0, 1+int(UnmeasuredNotRecorded))
	case kind != event.KindRecord:
	case of == math.MinInt64:
		give(f, row, 0, MeasureLateness, 0, 1+int(UnmeasuredNoTime))
	case len(n.actor(f.h.Attempt).def.Chain[0].In) > 1:
		give(f, row, 0, MeasureLateness, 0, 1+int(UnmeasuredInputs))
	case mark == math.MinInt64:
		give(f, row, 0, MeasureLateness, 0, 1+int(UnmeasuredNoWatermark))
	default:
		give(f, row, 0, MeasureLateness, mark-of, 0)
	}
}

// answer counts what the model found as an answer does.
func (n *naive) latencyAnswer(list []measuredAt, a Latency, q LatencyQuery) map[measuredKey][]*Measured {
	out := make(map[measuredKey][]*Measured)
	for _, x := range list {
		if x.at < a.From || x.at >= a.To {
			continue
		}
		of := n.actor(x.attempt)
		if q.Subtask != nil && of.def.Subtask != *q.Subtask {
			continue
		}
		for _, subtask := range []int{-1, of.def.Subtask} {
			if subtask >= 0 && !q.BySubtask {
				continue
			}
			k := measuredKey{of.def.Chain[x.operator].Operator, subtask, x.measure}
			if out[k] == nil {
				out[k] = make([]*Measured, a.Buckets)
			}
			b := int((x.at - a.From) / Wall(a.BucketUS))
			if out[k][b] == nil {
				out[k][b] = new(Measured)
			}
			if x.without > 0 {
				out[k][b].Without[x.without-1]++
			} else {
				out[k][b].add(x.value)
			}
		}
	}
	return out
}

func sameMeasured(got, want *Measured) bool {
	if got == nil || want == nil {
		return got == want
	}
	return got.N == want.N && got.Min == want.Min && got.Max == want.Max && got.Without == want.Without && slices.Equal(got.cells, want.cells)
}

func checkLatency(t *testing.T, got Latency, want map[measuredKey][]*Measured) {
	t.Helper()
	for _, s := range got.Series {
		k := measuredKey{s.Operator.ID, s.Subtask, s.Measure}
		list := want[k]
		delete(want, k)
		if list == nil {
			t.Fatalf("%s of %s.%d: %d, want none", s.Measure, s.Operator.Name, s.Subtask, s.Total.N)
		}
		var all Measured
		for b := range list {
			if !sameMeasured(s.Buckets[b], list[b]) {
				t.Fatalf("%s of %s.%d, bucket %d: %+v, want %+v", s.Measure, s.Operator.Name, s.Subtask, b, s.Buckets[b], list[b])
			}
			if list[b] != nil {
				all.mergeAll(list[b])
			}
		}
		if !sameMeasured(&s.Total, &all) {
			t.Fatalf("%s of %s.%d in all: %+v, want %+v", s.Measure, s.Operator.Name, s.Subtask, s.Total, all)
		}
	}
	for k := range want {
		t.Fatalf("%+v is not there", k)
	}
}

func markedWorlds(t *testing.T, gap int64, yield func(t *testing.T, w *world)) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			w := newWorld(t, seed, []float64{0, 0, 0.1}[seed%3])
			w.marks, w.gap = true, gap
			w.play(700)
			yield(t, w)
		})
	}
}

// Latency and lateness of every operator, subtask and bucket are those that a look at every row gives.
func TestLatencyEqualsTheNaiveOne(t *testing.T) {
	seen := make(map[string]uint64)
	markedWorlds(t, 0, func(t *testing.T, w *world) {
		e, n, rng := engineOf(t, Options{Reader: w.store}), newNaive(w), rand.New(rand.NewPCG(4, uint64(w.now)))
		for _, rec := range w.recs {
			list := n.latencies(rec)
			for _, x := range list {
				why := "measured"
				if x.without > 0 {
					why = Unmeasured(x.without - 1).String()
				}
				seen[x.measure.String()+" "+why]++
			}
			for range 6 {
				q := LatencyQuery{BySubtask: rng.IntN(2) == 0, TimelineQuery: TimelineQuery{Buckets: 1 + rng.IntN(30)}}
				whole, err := e.Timeline(context.Background(), rec, TimelineQuery{})
				if err != nil {
					t.Fatal(err)
				}
				if span := int64(whole.To - whole.From); rng.IntN(3) > 0 {
					q.From = whole.From + Wall(rng.Int64N(span))
					q.To = q.From + 1 + Wall(rng.Int64N(span))
				}
				if sub := rng.IntN(2); rng.IntN(3) == 0 {
					q.Subtask = &sub
				}
				got, err := e.Latency(context.Background(), rec, q)
				if err != nil {
					t.Fatal(err)
				}
				if got.Approximate || got.Pending > 0 {
					t.Fatalf("approximate %t, %d pending", got.Approximate, got.Pending)
				}
				checkLatency(t, got, n.latencyAnswer(list, got, q))
			}
		}
	})
	for _, what := range []string{"inside measured", "age measured", "age no-time", "lateness measured", "lateness no-time", "lateness no-watermark",
		"lateness not-recorded", "lateness several-inputs", "inside not-recorded", "dropped measured", "dropped no-time", "dropped no-watermark"} {
		if seen[what] == 0 {
			t.Errorf("no %s in any world: they do not ask what this test is about; %v", what, seen)
		}
	}
}

func sealedOf(t *testing.T, s *disk.Store, rec event.RecordingID) []uint64 {
	t.Helper()
	ids, err := s.Sealed(rec)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// Sums of segments give what their blocks give, whatever was summed up when: from their files, from memory, and after damage.
func TestSumsOfSegmentsEqualTheNaiveOnes(t *testing.T) {
	made := 0
	markedWorlds(t, 100_000, func(t *testing.T, w *world) {
		ctx := context.Background()
		s, err := disk.Open(disk.Options{Dir: t.TempDir(), SealBytes: 2 << 10, Durability: disk.Process, MinFree: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		n, now := newNaive(w), time.Now()
		for _, d := range definitionsOf(w) {
			if err := s.Define(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(time.Hour) // all is settled
		e := engineOf(t, Options{Reader: s, Now: func() time.Time { return now }})
		enough := errors.New("enough")
		sum := func(blocks int) {
			for _, rec := range w.recs {
				k, err := e.SumUp(ctx, rec, func() error {
					if blocks--; blocks < 0 {
						return enough
					}
					return nil
				})
				if err != nil && !errors.Is(err, enough) {
					t.Fatal(err)
				}
				made += k
			}
		}
		for _, raw := range w.raw {
			h, err := block.Verify(raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Append(ctx, h, raw); err != nil {
				t.Fatal(err)
			}
		}
		sum(len(w.raw) / 3) // the rest is told by blocks
		for _, rec := range w.recs {
			q := LatencyQuery{TimelineQuery: TimelineQuery{Buckets: 1}, BySubtask: true}
			got, err := e.Latency(ctx, rec, q)
			if err != nil {
				t.Fatal(err)
			}
			checkLatency(t, got, n.latencyAnswer(n.latencies(rec), got, q))
		}
		for deadline := time.Now().Add(time.Minute); len(sealedOf(t, s, w.recs[0]))+len(sealedOf(t, s, w.recs[1])) == 0; time.Sleep(time.Millisecond) { // it is done in the background
			if time.Now().After(deadline) {
				t.Fatal("nothing is sealed")
			}
		}
		sum(math.MaxInt)
		for _, rec := range w.recs {
			list := n.latencies(rec)
			for _, buckets := range []int{1, 7, 200} {
				q := LatencyQuery{TimelineQuery: TimelineQuery{Buckets: buckets}, BySubtask: true}
				e.manyReads = maxMeasuredReads
				got, err := e.Latency(ctx, rec, q)
				if err != nil {
					t.Fatal(err)
				}
				want := n.latencyAnswer(list, got, q)
				if !got.Approximate {
					checkLatency(t, got, want)
				}
				e.manyReads = 0
				sums, err := e.Latency(ctx, rec, q)
				if err != nil {
					t.Fatal(err)
				}
				if sums.Pending > 0 || buckets == 1 && sums.Approximate {
					t.Fatalf("%d blocks are pending, approximate %t", sums.Pending, sums.Approximate)
				}
				for i, s := range sums.Series {
					if !sameMeasured(&s.Total, &got.Series[i].Total) {
						t.Fatalf("%s of %s.%d: %+v from sums, %+v from blocks", s.Measure, s.Operator.Name, s.Subtask, s.Total, got.Series[i].Total)
					}
				}
			}
		}
	})
	if made == 0 {
		t.Fatal("no segment got its sums")
	}
}

// Bins lose nothing when they become wider, and a file holds what was written.
func TestSumsOfSegmentsInFiles(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := newSegmentSums()
		type one struct {
			k     sumKey
			at    Wall
			value int64
		}
		var all []one
		for range 2000 {
			x := one{sumKey{event.Key(r.Uint64N(3)), int32(r.IntN(4) - 1), Measure(1 + r.IntN(measures))}, Wall(1e15 + r.Int64N(1<<(10+r.IntN(32)))), r.Int64N(1<<(1+r.IntN(60))) - 50}
			all = append(all, x)
			s.take(x.k, x.at, x.value)
		}
		s.leave(all[0].k, all[0].at, UnmeasuredInputs, 7)
		content := s.content()
		got, err := readSums(bytes.NewReader(content), int64(len(content)), func(*segmentSums) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, s) || len(s.bins) > sumsBins {
			t.Fatalf("seed %d: read back otherwise; %d bins", seed, len(s.bins))
		}
		want := newSegmentSums()
		for n, bin := range s.bins {
			for k, m := range bin {
				var exact Measured
				for _, x := range all {
					if x.k == k && int64(x.at)>>s.shift == n {
						exact.add(x.value)
					}
				}
				exact.Without = m.Without
				if !sameMeasured(m, &exact) {
					t.Fatalf("seed %d: bin %d of %+v is %+v, want %+v", seed, n, k, m, exact)
				}
				want.whole.of(k).mergeAll(m)
			}
		}
		if !reflect.DeepEqual(want.whole, s.whole) {
			t.Fatalf("seed %d: bins are not the whole", seed)
		}
	}
}

func FuzzSums(f *testing.F) {
	s := newSegmentSums()
	f.Add(s.content())
	s.take(sumKey{1, 0, MeasureAge}, 1e15, -3)
	s.take(sumKey{1, 0, MeasureAge}, 1e15+1e10, 1<<40)
	s.leave(sumKey{9, -1, MeasureLateness}, 1e15, UnmeasuredNoTime, 3)
	f.Add(s.content())
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := readSums(bytes.NewReader(content), int64(len(content)), func(*segmentSums) bool { return true })
		if err != nil {
			return
		}
		again := got.content()
		if once, err := readSums(bytes.NewReader(again), int64(len(again)), func(*segmentSums) bool { return true }); err != nil || !reflect.DeepEqual(once, got) {
			t.Fatalf("%v: %+v, then %+v", err, got, once)
		}
	})
}

// Buckets hold what their numbers say, in order and without holes, and quantiles are as far off as promised.
func TestHistograms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, v := range []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, 0, 1, -1, 31, 32, 33, -32, 63, 64} {
		if c := histCell(v); c > histLast || c < -histLast || v > 0 && histTop(c) < v || v > histExact && histTop(c-1) >= v {
			t.Errorf("%d is in bucket %d up to %d", v, c, histTop(c))
		}
	}
	for range 300 {
		var h Histogram
		var list []int64
		for range 1 + r.IntN(200) {
			v := r.Int64N(1<<(1+r.IntN(62))) - r.Int64N(1<<(1+r.IntN(62)))
			list = append(list, v)
			h.add(v)
		}
		slices.Sort(list)
		for _, share := range []float64{0, 0.01, 0.5, 0.95, 0.99, 1} {
			exact := list[max(0, int(math.Ceil(share*float64(len(list))))-1)]
			got := h.Quantile(share)
			if off := float64(got) - float64(exact); off < 0 || off > math.Abs(float64(exact))/16+1 {
				t.Fatalf("quantile %g is %d, exact %d", share, got, exact)
			}
		}
		late := uint64(0)
		for _, v := range list {
			if v >= 0 {
				late++
			}
		}
		if h.NotBelowZero() != late {
			t.Fatalf("%d not below zero, want %d", h.NotBelowZero(), late)
		}
	}
}
