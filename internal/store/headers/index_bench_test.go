package headers

import (
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// large is an index of 8 producers and 8 consumers with all channels between them, 1,000 blocks of 128 elements for each lane:
// about 2 M events.
func large(b *testing.B) *Index {
	b.Helper()
	x := New(event.RecordingID{1})
	const tasks, blocks, each = 8, 1000, 16
	for n := range uint64(blocks) {
		for task := range uint64(tasks) {
			out := &block.Header{Attempt: event.Key(task + 1), Lane: event.LaneOut, Number: n, Events: tasks * each,
				FirstInv: n*100 + 1, LastInv: n*100 + 100}
			det := &block.Header{Attempt: event.Key(task + 100), Lane: event.LaneDet, Number: n, Events: tasks * each,
				FirstInv: n*100 + 1, LastInv: n*100 + 100}
			for other := range uint64(tasks) {
				out.Zones.Channels = append(out.Zones.Channels, block.ChannelRange{Partition: event.Key(task), Subpartition: uint32(other),
					First: n * each, Last: n*each + each - 1, Count: each})
				det.Zones.Channels = append(det.Zones.Channels, block.ChannelRange{In: true, Partition: event.Key(other), Subpartition: uint32(task),
					First: n * each, Last: n*each + each - 1, Count: each})
			}
			out.Zones.Positions = []block.PositionRange{{Split: event.DefinitionID(task), First: int64(n) * each, Last: int64(n)*each + each - 1, Count: each}}
			for _, h := range []*block.Header{out, det} {
				if err := x.Add(store.Ref{Header: h}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	return x
}

func BenchmarkElement(b *testing.B) {
	v := large(b).View()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e := event.Element{Partition: event.Key(i % 8), Subpartition: uint32(i / 8 % 8), Seq: uint64(i) * 7919 % 16000}
		if len(v.Element(e, i%2 == 0)) != 1 {
			b.Fatal(e)
		}
	}
}

func BenchmarkPosition(b *testing.B) {
	v := large(b).View()
	for i := 0; b.Loop(); i++ {
		if len(v.Position(event.DefinitionID(i%8), int64(i)*7919%16000, false)) != 1 {
			b.Fatal(i)
		}
	}
}

func BenchmarkInvocation(b *testing.B) {
	v := large(b).View()
	for i := 0; b.Loop(); i++ {
		n := 0
		inv := uint64(i)*7919%100_000 + 1
		for range v.Blocks(store.Filter{Attempt: event.Key(i%8 + 1), Lane: event.LaneOut, InvFrom: inv, InvTo: inv}) {
			n++
		}
		if n != 1 {
			b.Fatal(i, n)
		}
	}
}

func BenchmarkView(b *testing.B) {
	x := large(b)
	for b.Loop() {
		x.View()
	}
}

func refAt(h *block.Header, segment uint64, offset int64) store.Ref {
	return store.Ref{Header: h, Segment: segment, Offset: offset}
}
