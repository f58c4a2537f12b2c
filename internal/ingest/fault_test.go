package ingest

import (
	"io"
	mathrand "math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// Garbage at every stage of a connection must not disturb the others.
func TestGarbageDoesNotDisturbOthers(t *testing.T) {
	f := serve(t, Options{}) // who ends its stream is let go at once
	good := oneAgent(f)
	connect(t, good)
	r := mathrand.New(mathrand.NewPCG(1, 2))
	hello := wire.Append(nil, &wire.Hello{Protocol: 1, Process: "0123456789abcdef0123456789abcdef"})
	raw := simple(t, event.LaneOut, 0)
	var group sync.WaitGroup
	for i := range 60 {
		var b []byte
		if i%2 == 0 {
			b = append(b, hello...)
		}
		switch i % 5 {
		case 0:
			b = append(b, wire.Append(nil, &wire.Block{Number: 7, Raw: raw})...)
		case 1:
			b = append(b, wire.Append(nil, &wire.Welcome{})...)
		case 2:
			b = append(b, wire.Append(nil, &wire.Block{Number: 1, Raw: raw[:r.IntN(len(raw))]})...)
		}
		for range r.IntN(2000) {
			b = append(b, byte(r.UintN(256)))
		}
		group.Go(func() {
			c, err := net.Dial("tcp", f.address)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_, _ = c.Write(b) // the server may hang up at any moment
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, c)
		})
	}
	for n := range uint64(100) {
		if err := good.Block(simple(t, event.LaneDet, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := good.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if !good.Connected() || len(good.Acked()) != 100 {
		t.Errorf("connected %v, %d acked", good.Connected(), len(good.Acked()))
	}
}

func TestASilentConnectionIsEnded(t *testing.T) {
	f := serve(t, Options{Silence: 100 * time.Millisecond, PingEvery: time.Hour})
	a := oneAgent(f)
	connect(t, a)
	eventually(t, "it is ended", func() bool { return !a.Connected() })
}

func TestAnAgentThatDoesNotReadIsEnded(t *testing.T) {
	f := serve(t, Options{Silence: 500 * time.Millisecond})
	c, err := net.Dial("tcp", f.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stream := wire.Append(nil, &wire.Hello{Protocol: 1, Process: "0123456789abcdef0123456789abcdef"})
	if _, err := c.Write(stream); err != nil {
		t.Fatal(err)
	}
	pings := []byte{}
	for range 2000 {
		pings = wire.Append(pings, &wire.Ping{})
	}
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err := c.Write(pings); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server goes on answering who does not read")
		}
	}
}
