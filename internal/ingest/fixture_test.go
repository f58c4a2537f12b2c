package ingest

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// fixture is a server on a free port with a store in RAM.
type fixture struct {
	*Server
	store   *memory.Store
	address string
}

func serve(t *testing.T, opt Options) *fixture {
	t.Helper()
	f := &fixture{store: memory.New()}
	if opt.Store == nil {
		opt.Store = f.store
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	f.Server = s
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.address = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return f
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// hands is a clock that stands until a test moves it: what must happen in time does, however slow the machine is.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func newHands() *hands { return &hands{at: time.Now()} }

func (c *hands) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *hands) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// eventually polls until ok, since connections live in goroutines of their own.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// simple builds the n-th block of a lane.
func simple(t testing.TB, lane event.Lane, n uint64) []byte {
	t.Helper()
	b := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: 0xa, Lane: lane, Number: n})
	b.Base(5, 0, n)
	b.Add(block.Row{Kind: event.KindRecord, Inv: 10*n + 1, N: 10, Wall: int64(n+1) * 1_000_000, Partition: 5, Value: []byte("v")})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func oneAgent(f *fixture) *ingesttest.Agent {
	return ingesttest.NewAgent(f.address, ingesttest.Processes(1)[1])
}

func connect(t *testing.T, a *ingesttest.Agent) {
	t.Helper()
	if err := a.Connect(within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cut)
}

func blocksOf(t *testing.T, f *fixture, rec event.RecordingID) []*block.Header {
	t.Helper()
	snap, err := f.store.Snapshot(within(t), rec)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	var list []*block.Header
	for r := range snap.Since(0) {
		list = append(list, r.Header)
	}
	return list
}
