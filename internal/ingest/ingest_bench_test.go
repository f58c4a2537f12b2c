package ingest

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// BenchmarkIngest sends blocks of 512 events over the loopback into a store on disk, from two agents, and waits for the acks.
// One iteration is one block.
func BenchmarkIngest(b *testing.B) {
	for name, durability := range map[string]disk.Durability{"process": disk.Process, "disk": disk.Disk} {
		b.Run(name, func(b *testing.B) {
			s, err := disk.Open(disk.Options{Dir: b.TempDir(), Durability: durability, MinFree: -1})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			server, err := New(Options{Store: s})
			if err != nil {
				b.Fatal(err)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			go func() { _ = server.Serve(l) }()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			defer func() { _ = server.Shutdown(ctx) }()
			var agents []*ingesttest.Agent
			for _, p := range ingesttest.Processes(1)[1:] {
				a := ingesttest.NewAgent(l.Addr().String(), p)
				if err := a.Connect(ctx); err != nil {
					b.Fatal(err)
				}
				defer a.Cut()
				agents = append(agents, a)
			}
			var blocks [][]byte
			for n := range b.N {
				blocks = append(blocks, full512(b, event.Key(n%2+1), uint64(n/2)))
			}
			b.SetBytes(int64(len(blocks[0])))
			b.ResetTimer()
			for n, raw := range blocks {
				if err := agents[n%2].Block(raw); err != nil {
					b.Fatal(err)
				}
			}
			for _, a := range agents {
				if err := a.Flush(ctx); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*512/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func full512(b *testing.B, attempt event.Key, n uint64) []byte {
	b.Helper()
	builder := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: attempt, Lane: event.LaneOut, Number: n})
	builder.Base(5, 0, n*512)
	value := make([]byte, 145)
	for i := range 512 {
		builder.Add(block.Row{Kind: event.KindRecord, Inv: n*512 + uint64(i) + 1, Wall: int64(n) * 1000, Partition: 5, Value: value})
	}
	raw, err := builder.Finish()
	if err != nil {
		b.Fatal(err)
	}
	return raw
}
