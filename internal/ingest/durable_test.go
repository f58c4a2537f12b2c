package ingest

import (
	"context"
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/wire"
)

// gate lets blocks through to the store when told, as a slow disk would.
type gate struct {
	*memory.Store
	open chan struct{}
	fail error
}

func (g *gate) AppendAsync(ctx context.Context, h *block.Header, raw []byte) (bool, func(context.Context) error, error) {
	stored, _, err := g.Store.AppendAsync(ctx, h, raw)
	return stored, func(ctx context.Context) error {
		<-g.open
		return g.fail
	}, err
}

func TestBlocksAreAckedWhenTheyAreDurableAndShutdownAnswersThem(t *testing.T) {
	g := &gate{Store: memory.New(), open: make(chan struct{})}
	f := serve(t, Options{Store: g})
	a := oneAgent(f)
	connect(t, a)
	for n := range uint64(50) {
		if err := a.Block(simple(t, event.LaneOut, n)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all are written", func() bool { return g.Lane(event.RecordingID{1}, 0xa, event.LaneOut).Next == 50 })
	if n := len(a.Acked()); n != 0 {
		t.Fatalf("%d blocks are acked before they are durable", n)
	}
	ended := make(chan error, 1)
	go func() { ended <- f.Shutdown(within(t)) }()
	close(g.open)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := a.Flush(within(t)); err != nil || len(a.Acked()) != 50 {
		t.Errorf("%d blocks are acked, %v", len(a.Acked()), err)
	}
}

func TestABlockWhoseFateIsNotKnownIsNotAcked(t *testing.T) {
	g := &gate{Store: memory.New(), open: make(chan struct{}), fail: errors.New("fsync: input/output error")}
	close(g.open)
	f := serve(t, Options{Store: g})
	a := oneAgent(f)
	connect(t, a)
	if err := a.Block(simple(t, event.LaneOut, 0)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection ended", func() bool { return !a.Connected() })
	if len(a.Acked()) != 0 || len(a.Nacks()) != 0 {
		t.Errorf("acks %v, nacks %v", a.Acked(), a.Nacks())
	}
}

// full refuses blocks as a full disk does.
type full struct{ *memory.Store }

func (full) AppendAsync(context.Context, *block.Header, []byte) (bool, func(context.Context) error, error) {
	return false, nil, store.ErrDiskFull
}

func TestAFullDiskIsNacked(t *testing.T) {
	f := serve(t, Options{Store: full{memory.New()}})
	a := oneAgent(f)
	connect(t, a)
	if err := a.Block(simple(t, event.LaneOut, 0)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a NACK", func() bool { return len(a.Nacks()) == 1 })
	if a.Nacks()[0].Reason != wire.NackDisk || !a.Connected() {
		t.Errorf("nack %+v, connected %v", a.Nacks()[0], a.Connected())
	}
}
