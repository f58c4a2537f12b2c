package block

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// sample builds a block of the lane with every column that the lane has, from a seed.
func sample(t testing.TB, lane event.Lane, codec Codec, seed uint64, n int) (raw []byte, rows []Row) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, uint64(lane)))
	b := NewBuilder(Spec{
		Recording: event.RecordingID{1, 2, 3}, Attempt: event.Key(0xfeed<<32 | uint64(lane)), Lane: lane,
		Number: seed, Checkpoint: 7, Codec: codec,
	})
	text := event.NewDefinition(event.DefString, []byte("flush"))
	path := event.NewDefinition(event.DefPath, []byte(`{"p":"0(1(>0))"}`))
	split := event.NewDefinition(event.DefSplit, []byte(`{"kind":"kafka","topic":"orders","partition":2}`))
	const p1, p2 = event.Key(0xa1), event.Key(0xb2)
	for sub := range uint32(4) {
		if lane == event.LaneOut {
			b.Base(p1, sub, 100+uint64(sub))
			b.Base(p2, sub, 9000)
		}
		if lane == event.LaneDet {
			b.Channel(Channel{Partition: p1, Subpartition: sub, Gate: sub / 2, Index: sub, FirstSeq: 50 * uint64(sub)})
		}
	}
	inv, wall := uint64(1000), int64(1_700_000_000_000_000)
	for i := range n {
		wall += int64(r.IntN(3)) * int64(r.IntN(400))
		row := Row{Operator: r.IntN(3) - 1, Inv: inv, N: 1, Wall: wall, Timed: r.IntN(4) > 0}
		if row.Timed {
			row.EventTime = wall/1000 - int64(r.IntN(5000))
		}
		switch lane {
		case event.LaneOut:
			row.Kind = event.Kind(1 + r.IntN(3))
			row.Partition, row.Subpartition = p1, r.IntN(5)-1
			if r.IntN(3) == 0 {
				row.Partition = p2
			}
			row.Value = fmt.Appendf(nil, `{"order":%d,"amount":"%d.00"}`, i, r.IntN(100))
			if r.IntN(20) == 0 {
				row.FullLength, row.Hash = 5_000_000, r.Uint64()
			}
		case event.LaneDet:
			row.Kind = []event.Kind{event.KindElements, event.KindElements, event.KindMail, event.KindBarrierIn, event.KindRecovered}[r.IntN(5)]
			row.N = 1 + uint32(r.IntN(9))
			row.Channel, row.Path = r.IntN(4), path.ID
			row.Time, row.Flags = int64(r.IntN(100)-50), uint32(r.IntN(8))
			if row.Kind == event.KindMail {
				row.Text = text.ID
			}
		case event.LaneSrc:
			row.Kind, row.Split, row.Offset, row.Emitted = event.KindSourceRecord, split.ID, int64(88000+i), 1
			row.SplitTime = wall / 1000
			row.Value, row.Key = fmt.Appendf(nil, "value %d", i), fmt.Appendf(nil, "k%d", i%7)
			if i%5 == 0 {
				row.Value = nil
			}
			row.Headers = []byte{0}
		case event.LaneTrace:
			row.Kind, row.Ordinal, row.Split, row.Offset = event.KindWritten, uint32(i%2), split.ID, int64(i)
			if i%3 == 0 {
				row.Kind, row.Split, row.Offset, row.Reason = event.KindDropped, 0, 0, event.DropWindowLate
				row.Time, row.HasTime, row.Number, row.Number2 = wall/1000, i%2 == 0, wall/1000+5, 1000
			}
		case event.LaneState:
			row.Kind, row.Ordinal, row.State = event.KindStateWritten, uint32(i%4), split.ID
			row.Key, row.Namespace, row.MapKey = fmt.Appendf(nil, "k%d", i%9), fmt.Appendf(nil, "w%d", i%3), fmt.Appendf(nil, "m%d", i)
			row.Value, row.Before = fmt.Appendf(nil, "%d", i), fmt.Appendf(nil, "%d", i-1)
		case event.LaneEnv:
			row.Kind, row.What, row.Number = event.KindEnvRead, uint32(i%5), wall
		default:
			row.Kind, row.Body = event.KindJobState, fmt.Appendf(nil, `{"state":"RUNNING","at_us":%d}`, wall)
		}
		inv += uint64(row.N)
		b.Add(row)
		rows = append(rows, row)
	}
	b.Count(0, event.KindEntered, uint64(n))
	if lane == event.LaneOut {
		b.Watermark(WatermarkRange{Partition: p1, First: -5, Last: 900})
		b.Barrier(Barrier{Checkpoint: 8, Partition: p1, Subpartition: 3, Seq: 99, Unaligned: true})
	}
	if lane == event.LaneGap {
		b.Gap(GapRange{Lane: event.LaneOut, Reason: event.GapBufferFull, FirstInv: 4, LastInv: 9, Events: 6, Bytes: 600})
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw, rows
}

var sampleLanes = []event.Lane{event.LaneOut, event.LaneDet, event.LaneSrc, event.LaneTrace, event.LaneState, event.LaneEnv, event.LaneJob, event.LaneGap}

func open(p event.Payload) []byte { return p.Open(sealed.Take()) }
