package query

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// checkpoint plays a checkpoint of all tasks, senders before receivers. Each takes its snapshot where it stands: what lies in its
// channels is overtaken.
func (w *world) checkpoint(id uint64) {
	for _, a := range w.tasks {
		w.now += int64(w.rng.IntN(3)) * 500
		w.row(a, event.LaneDet, block.Row{Kind: event.KindCheckpoint, Operator: -1, Inv: a.inv, Checkpoint: id})
		l := w.lane(a, event.LaneDet)
		l.zoned = true
		for _, p := range a.ins {
			l.b.Barrier(block.Barrier{Checkpoint: id, In: true, Partition: p.partition, Subpartition: p.sub, Seq: p.next, Unaligned: true})
		}
		if len(a.outs) > 0 {
			l = w.lane(a, event.LaneOut)
			l.zoned = true
			for _, o := range a.outs {
				for sub, seq := range o.next {
					l.b.Barrier(block.Barrier{Checkpoint: id, Partition: o.key, Subpartition: uint32(sub), Seq: seq, Unaligned: true})
				}
			}
		}
	}
}

func travelWorlds(t *testing.T, yield func(t *testing.T, w *world, rng *rand.Rand)) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t, seed, 0)
			for id := range uint64(4) {
				for range 700 {
					w.now += int64(w.rng.IntN(3)) * 500
					w.step(w.tasks[w.rng.IntN(len(w.tasks))])
				}
				w.checkpoint(id + 1)
			}
			w.flushAll()
			yield(t, w, rand.New(rand.NewPCG(seed, 11)))
		})
	}
}

// taken counts what a channel's reader had taken in, by rows of lane det that are within the moment.
func (n *naive) taken(reader event.Key, p *pipe, t instant) (count uint64) {
	n.each(event.LaneDet, func(f *frame, row int) {
		if f.h.Attempt != reader || f.r.Kind[row] != event.KindElements {
			return
		}
		if c := f.r.Channels[f.r.Channel[row]]; c.Partition != p.partition || c.Subpartition != p.sub {
			return
		}
		for i := range uint64(f.r.N[row]) {
			byClock := t.inv == 0 || t.attempt != reader
			if byClock && (t.wall == 0 || Wall(f.r.Wall[row]) <= t.wall) || !byClock && f.r.Inv[row]+i < t.inv {
				count = max(count, f.r.Seq[row]+i+1)
			}
		}
	})
	return count
}

// watermark is the last that was sent into a channel below a number.
func (n *naive) watermark(p *pipe, below uint64) EventTime {
	last, at := NoEventTime, int64(-1)
	n.each(event.LaneOut, func(f *frame, row int) {
		if f.r.Kind[row] != event.KindWatermark {
			return
		}
		for _, e := range n.copies(f, row) {
			if e.Partition == p.partition && e.Subpartition == p.sub && e.Seq < below && int64(e.Seq) > at {
				last, at = EventTime(f.r.EventTime[row]), int64(e.Seq)
			}
		}
	})
	return last
}

func TestWatermarksEqualTheNaiveOnes(t *testing.T) {
	travelWorlds(t, func(t *testing.T, w *world, rng *rand.Rand) {
		n, e := newNaive(w), engineOf(t, Options{Reader: w.store, CacheBytes: 64 << 10})
		for range 40 {
			a := w.tasks[rng.IntN(len(w.tasks))]
			if a.source {
				continue
			}
			q := WatermarkQuery{Operator: Slug(a.def.Chain[0].Name), Subtask: &a.def.Subtask}
			at := instant{wall: Wall(1_700_000_000_000_000 + rng.Int64N(w.now-1_700_000_000_000_000))}
			switch rng.IntN(3) {
			case 0:
				q.At.Wall = at.wall
			case 1:
				at = instant{attempt: a.key, inv: 1 + rng.Uint64N(a.inv)}
				q.At.Record = event.Invocation{Attempt: a.key, Number: at.inv}.String()
			default:
				at = instant{}
			}
			got, err := e.Watermarks(context.Background(), a.rec, q)
			if err != nil {
				if q.At.Wall != 0 {
					continue // before the task began
				}
				t.Fatal(err)
			}
			low := EndOfTime
			for _, p := range a.ins {
				taken := n.taken(a.key, p, at)
				want := n.watermark(p, taken)
				low = min(low, want)
				i := slices.IndexFunc(got.Tasks[0].Inputs, func(in WatermarkInput) bool { return in.Partition == p.partition && in.Subpartition == p.sub })
				if i < 0 {
					t.Fatalf("%+v: no channel %s/%d", q, p.partition, p.sub)
				}
				if in := got.Tasks[0].Inputs[i]; in.Watermark != want || in.Taken != taken || !in.Exact {
					t.Fatalf("%+v, channel %s/%d: %s after %d, exact %t; want %s after %d", q, p.partition, p.sub, timeText(in.Watermark), in.Taken, in.Exact, timeText(want), taken)
				}
			}
			if got.Tasks[0].Watermark != low {
				t.Fatalf("%+v: the task is at %s, want %s", q, timeText(got.Tasks[0].Watermark), timeText(low))
			}
		}
	})
}

func TestInFlightEqualsTheNaiveOne(t *testing.T) {
	travelWorlds(t, func(t *testing.T, w *world, rng *rand.Rand) {
		n, e := newNaive(w), engineOf(t, Options{Reader: w.store, CacheBytes: 64 << 10})
		clock := make(map[event.Key]map[uint64]Wall)
		n.each(event.LaneDet, func(f *frame, row int) {
			if f.r.Kind[row] == event.KindCheckpoint {
				if clock[f.h.Attempt] == nil {
					clock[f.h.Attempt] = make(map[uint64]Wall)
				}
				clock[f.h.Attempt][f.r.Checkpoint[row]] = Wall(f.r.Wall[row])
			}
		})
		overtaken := uint64(0)
		for range 12 {
			q := InFlightQuery{Checkpoint: 1 + rng.Uint64N(4)}
			if rng.IntN(2) == 0 {
				q.At.Wall = Wall(1_700_000_000_000_000 + rng.Int64N(w.now-1_700_000_000_000_000))
			}
			rec := w.recs[rng.IntN(2)]
			got, err := e.InFlight(context.Background(), rec, q)
			if err != nil {
				t.Fatal(err)
			}
			overtaken += got.Overtaken
			channels := 0
			for _, from := range w.tasks {
				for _, o := range from.outs {
					for _, p := range o.pipes {
						if from.rec != rec {
							continue
						}
						channels++
						i := slices.IndexFunc(got.Channels, func(c InFlightChannel) bool { return c.Partition == p.partition && c.Subpartition == p.sub })
						if i < 0 {
							t.Fatalf("%+v: no channel %s/%d", q, p.partition, p.sub)
						}
						c := got.Channels[i]
						sent, received := n.barrier(o.key, p.sub, q.Checkpoint)
						at := q.At.Wall
						if at == 0 {
							at = clock[from.key][q.Checkpoint]
						}
						waiting := stretchTo(n.taken(c.To.AttemptKey, p, instant{wall: at}), sent)
						if c.Sent != sent || c.Taken != received || c.Overtaken != stretchTo(received, sent) || c.Waiting != waiting || c.SentAt != clock[from.key][q.Checkpoint] ||
							c.TakenAt != clock[c.To.AttemptKey][q.Checkpoint] || c.State != BarrierUnaligned {
							t.Fatalf("%+v: %+v, want sent %d, taken %d, waiting %+v", q, c, sent, received, waiting)
						}
					}
				}
			}
			if channels != len(got.Channels) {
				t.Fatalf("%+v: %d channels, want %d", q, len(got.Channels), channels)
			}
		}
		if overtaken == 0 {
			t.Error("no barrier went past an element: the world does not try it")
		}
	})
}

// barrier gives both ends' counts.
func (n *naive) barrier(p event.Key, sub uint32, id uint64) (sent, taken uint64) {
	for _, f := range n.frames {
		for _, z := range f.h.Zones.Barriers {
			switch {
			case z.Partition != p || z.Subpartition != sub || z.Checkpoint != id:
			case z.In:
				taken = z.Seq
			default:
				sent = z.Seq
			}
		}
	}
	return sent, taken
}
