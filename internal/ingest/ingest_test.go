package ingest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/wire"
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
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
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
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually polls until ok, since connections live in goroutines of their own.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
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

// gapsOf decodes the server's gaps.
func gapsOf(t *testing.T, f *fixture, rec event.RecordingID) []block.GapRange {
	t.Helper()
	var list []block.GapRange
	for _, h := range blocksOf(t, f, rec) {
		if h.Server() {
			list = append(list, h.Zones.Gaps...)
		}
	}
	return list
}

func TestAWholeRecordingArrives(t *testing.T) {
	f := serve(t, Options{Token: "secret", Credit: 64 << 10})
	cluster := ingesttest.NewCluster(f.address, 9)
	for _, a := range cluster.Agents {
		a.Token = "secret"
	}
	ctx := within(t)
	if err := cluster.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	truth, err := ingesttest.Generate(ingesttest.Options{Seed: 9, Orders: 3000, Ended: true}, cluster.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(cluster.Flush(ctx), cluster.Close()); err != nil {
		t.Fatal(err)
	}
	want := memory.New()
	if _, err := ingesttest.Record(ctx, want, ingesttest.Options{Seed: 9, Orders: 3000, Ended: true}); err != nil {
		t.Fatal(err)
	}
	for _, rec := range []event.RecordingID{truth.Totals, truth.Alerts} {
		got, err := f.store.Snapshot(ctx, rec)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Close()
		expected, err := want.Snapshot(ctx, rec)
		if err != nil {
			t.Fatal(err)
		}
		defer expected.Close()
		g, w := slices.Collect(got.Blocks(store.Filter{})), slices.Collect(expected.Blocks(store.Filter{}))
		if len(g) != len(w) {
			t.Fatalf("%d blocks, want %d", len(g), len(w))
		}
		for i := range g {
			if g[i].Header.Number != w[i].Header.Number || g[i].Header.Attempt != w[i].Header.Attempt || !slices.Equal(g[i].Header.Sections, w[i].Header.Sections) {
				t.Fatalf("block %d differs", i)
			}
			if missing := f.store.Missing(g[i].Header.Zones.Definitions); missing != nil {
				t.Fatalf("block %d lacks definitions %v", i, missing)
			}
		}
	}
	c := f.Counters()
	if c.Blocks != truth.Blocks || c.Events != truth.Events || c.Accepted != 3 || c.Duplicates != 0 || c.Gaps != 0 {
		t.Errorf("counters %+v, want %d blocks of %d events", c, truth.Blocks, truth.Events)
	}
	eventually(t, "all agents have left in order", func() bool {
		return f.Counters().Connections == 0 && !slices.ContainsFunc(f.Agents(), func(a AgentStatus) bool { return !a.Closed })
	})
}

func TestRefusals(t *testing.T) {
	f := serve(t, Options{Token: "secret", MaxConnections: 1, HelloWithin: 300 * time.Millisecond})
	hello := func(change func(*wire.Hello)) []byte {
		h := &wire.Hello{Protocol: 1, Process: hex.EncodeToString(make([]byte, 16)), Token: "secret"}
		change(h)
		return wire.Append(nil, h)
	}
	for _, c := range []struct {
		name   string
		bytes  []byte
		reason wire.RefuseReason
	}{
		{"protocol", hello(func(h *wire.Hello) { h.Protocol = 2 }), wire.RefuseProtocol},
		{"token", hello(func(h *wire.Hello) { h.Token = "secreT" }), wire.RefuseToken},
		{"no token", hello(func(h *wire.Hello) { h.Token = "" }), wire.RefuseToken},
		{"process", hello(func(h *wire.Hello) { h.Process = "xyz" }), wire.RefuseMalformed},
		{"not JSON", append([]byte{5, 0, 0, 0, byte(wire.TypeHello), 0, 0, 0}, '['), wire.RefuseMalformed},
		{"not HELLO", wire.Append(nil, &wire.Ping{}), wire.RefuseMalformed},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), wire.RefuseMalformed},
		{"noise", []byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 9, 9, 9}, wire.RefuseMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", f.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(c.bytes); err != nil {
				t.Fatal(err)
			}
			frame, err := wire.NewReader(conn).Next()
			if err != nil {
				t.Fatal(err)
			}
			m, err := wire.Decode(frame)
			r, ok := m.(*wire.Refuse)
			if err != nil || !ok || r.Reason != c.reason || r.Text == "" {
				t.Errorf("%+v, %v", m, err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("after the refusal: %v", err)
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		conn, err := net.Dial("tcp", f.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if n, err := io.Copy(io.Discard, conn); err != nil || n != 0 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
	t.Run("busy", func(t *testing.T) {
		one, two := oneAgent(f), ingesttest.NewAgent(f.address, ingesttest.Processes(1)[2])
		one.Token, two.Token = "secret", "secret"
		connect(t, one)
		if err := two.Connect(within(t)); !errors.Is(err, ingesttest.ErrRefused) || two.Refused().Reason != wire.RefuseBusy {
			t.Errorf("%v, %+v", err, two.Refused())
		}
		one.Cut()
		eventually(t, "there is room again", func() bool { return two.Connect(within(t)) == nil })
		two.Cut()
	})
	if c := f.Counters(); c.RefusedProtocol != 1 || c.RefusedToken != 2 || c.RefusedMalformed != 5 || c.RefusedBusy < 1 || c.Blocks != 0 {
		t.Errorf("counters %+v", c)
	}
}

func TestBadBlocksAreNackedAndTheRestGoesOn(t *testing.T) {
	f := serve(t, Options{})
	a := oneAgent(f)
	connect(t, a)
	damaged := simple(t, event.LaneOut, 1)
	damaged[len(damaged)-1] ^= 1
	major := simple(t, event.LaneOut, 2)
	major[4] = 9
	_, mine, err := block.ServerGap{Body: event.GapBody{Reason: event.GapChecksum}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	cut := simple(t, event.LaneOut, 3)
	for i, raw := range [][]byte{simple(t, event.LaneOut, 0), damaged, major, mine, cut[:len(cut)-3], simple(t, event.LaneOut, 4)} {
		if err := a.Send(&wire.Block{Number: uint64(i + 1), Raw: raw}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "two blocks are stored", func() bool { return len(blocksOf(t, f, event.RecordingID{1})) == 2 })
	var reasons []wire.NackReason
	eventually(t, "four NACKs came", func() bool { return len(a.Nacks()) == 4 })
	for _, n := range a.Nacks() {
		reasons = append(reasons, n.Reason)
	}
	if want := []wire.NackReason{wire.NackChecksum, wire.NackVersion, wire.NackMalformed, wire.NackMalformed}; !slices.Equal(reasons, want) {
		t.Errorf("reasons %v, want %v", reasons, want)
	}
}

func TestBlocksSentAgainAreAckedOnce(t *testing.T) {
	f := serve(t, Options{})
	a := oneAgent(f)
	for range 3 {
		connect(t, a)
		for n := range uint64(5) {
			if err := a.Block(simple(t, event.LaneOut, n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
		a.Cut()
	}
	if c := f.Counters(); c.Blocks != 5 || c.Duplicates != 10 {
		t.Errorf("counters %+v", c)
	}
}

func TestMissingDefinitionsAreAskedFor(t *testing.T) {
	f := serve(t, Options{})
	a := oneAgent(f)
	d := event.NewDefinition(event.DefPath, []byte(`{"p":"0()"}`))
	if err := a.Define(d); err != nil { // before the connection: goes out with it
		t.Fatal(err)
	}
	late := event.NewDefinition(event.DefString, []byte("late"))
	b := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: 1, Lane: event.LaneJob})
	b.Define(d.ID)
	b.Define(late.ID)
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	connect(t, a)
	needed := make(chan struct{})
	go func() { // the agent learns the definition only when it is asked
		defer close(needed)
		if a.Block(raw) != nil || a.Flush(context.Background()) != nil {
			return
		}
		_ = a.Define(late)
	}()
	<-needed
	eventually(t, "both definitions are known", func() bool { return f.store.Missing([]event.DefinitionID{d.ID, late.ID}) == nil })
}

func TestHolesBecomeGapsUnlessTheyAreFilledOrExplained(t *testing.T) {
	f := serve(t, Options{HoleAfter: 150 * time.Millisecond, PingEvery: 20 * time.Millisecond})
	a := oneAgent(f)
	connect(t, a)
	send := func(raw []byte) {
		t.Helper()
		if err := a.Block(raw); err != nil {
			t.Fatal(err)
		}
	}
	explain := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: 0xa, Lane: event.LaneGap})
	explain.Gap(block.GapRange{Lane: event.LaneTrace, Reason: event.GapBufferFull, FirstInv: 31, LastInv: 50, Events: 20})
	explained, err := explain.Finish()
	if err != nil {
		t.Fatal(err)
	}
	send(simple(t, event.LaneOut, 2)) // 0 and 1 never come
	send(simple(t, event.LaneDet, 0))
	send(simple(t, event.LaneDet, 3)) // 1 and 2 come late
	send(simple(t, event.LaneDet, 1))
	send(simple(t, event.LaneDet, 2))
	send(simple(t, event.LaneTrace, 0))
	send(simple(t, event.LaneTrace, 1))
	send(simple(t, event.LaneTrace, 5)) // 2 to 4 are explained, by half
	send(explained)
	if err := a.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a gap", func() bool { return len(gapsOf(t, f, event.RecordingID{1})) > 0 })
	if got := gapsOf(t, f, event.RecordingID{1}); len(got) != 1 || got[0].Lane != event.LaneOut || got[0].Reason != event.GapMissingBlocks ||
		got[0].FirstInv != 1 || got[0].LastInv != 20 {
		t.Errorf("gaps %+v", got)
	}
	send(simple(t, event.LaneSrc, 0))
	if err := a.Send(&wire.Close{Lanes: []wire.ClosedLane{
		{Recording: event.RecordingID{1}.String(), Attempt: event.Key(0xa).String(), Lane: event.LaneSrc, Blocks: 4}}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a gap at the end", func() bool { return len(gapsOf(t, f, event.RecordingID{1})) == 2 })
	if got := gapsOf(t, f, event.RecordingID{1})[1]; got.Lane != event.LaneSrc || got.FirstInv != 11 {
		t.Errorf("gap at the end %+v", got)
	}
	for _, h := range blocksOf(t, f, event.RecordingID{1}) {
		if h.Server() && (h.Attempt != 0xa || h.Number < block.ServerNumbers) {
			t.Errorf("gap block %+v", h)
		}
	}
}

func TestAProcessThatWentBecomesAGap(t *testing.T) {
	f := serve(t, Options{LostAfter: 200 * time.Millisecond, PingEvery: 20 * time.Millisecond})
	ended := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: 0xb, Lane: event.LaneJob})
	ended.Add(block.Row{Kind: event.KindTaskEnded, Operator: -1, Body: []byte(`{"state":"FINISHED"}`), Wall: 5})
	raw, err := ended.Finish()
	if err != nil {
		t.Fatal(err)
	}
	job := block.NewBuilder(block.Spec{Recording: event.RecordingID{1}, Attempt: 0xc, Lane: event.LaneJob})
	job.Add(block.Row{Kind: event.KindJobState, Operator: -1, Body: []byte(`{"state":"FINISHED"}`), Wall: 5})
	finished, err := job.Finish()
	if err != nil {
		t.Fatal(err)
	}
	a := oneAgent(f)
	connect(t, a)
	for _, b := range [][]byte{simple(t, event.LaneOut, 0), raw, finished} {
		if err := a.Block(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	a.Cut()
	if err := a.Connect(within(t)); err != nil { // back in time
		t.Fatal(err)
	}
	if err := a.Block(simple(t, event.LaneOut, 1)); err != nil {
		t.Fatal(err)
	}
	if err := a.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	if got := gapsOf(t, f, event.RecordingID{1}); got != nil {
		t.Fatalf("gaps before it went: %+v", got)
	}
	a.Cut()
	eventually(t, "the process is lost", func() bool { return f.Agents()[0].Lost })
	got := gapsOf(t, f, event.RecordingID{1})
	if len(got) != 1 || got[0].Reason != event.GapProcessLost || got[0].FirstInv != 21 {
		t.Errorf("gaps %+v", got)
	}
}

func TestStatusClockAndControl(t *testing.T) {
	f := serve(t, Options{PingEvery: 10 * time.Millisecond})
	a := oneAgent(f)
	stopped := make(chan wire.Control, 1)
	a.Stop = func(c wire.Control) { stopped <- c }
	connect(t, a)
	if err := a.Send(&wire.Status{Hooks: []wire.Hook{{ID: "out", State: "fired", Fired: 9}}, Counters: wire.Counters{LostEvents: 4}, Off: true, Reason: "kill switch"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "status and clock", func() bool {
		s := f.Agents()[0]
		return s.Off && s.ClockKnown && len(s.Hooks) == 1 && s.Hooks[0].Fired == 9 && s.Counters.LostEvents == 4
	})
	if s := f.Agents()[0]; !s.Connected || s.ClockOffsetUS > 1_000_000 || s.ClockOffsetUS < -1_000_000 || s.Reason != "kill switch" || s.LastSeen.IsZero() {
		t.Errorf("status %+v", s)
	}
	if err := f.Control(within(t), f.Agents()[0].Process, CommandStop); err != nil {
		t.Fatal(err)
	}
	if c := <-stopped; c.Command != "stop" {
		t.Errorf("command %+v", c)
	}
	if err := f.Control(within(t), "nobody", CommandStop); !errors.Is(err, ErrNoAgent) {
		t.Errorf("unknown process: %v", err)
	}
	process := f.Agents()[0].Process
	a.Cut()
	eventually(t, "it left", func() bool { return !f.Agents()[0].Connected })
	if err := f.Control(within(t), process, CommandStop); !errors.Is(err, ErrNoAgent) {
		t.Errorf("process that left: %v", err)
	}
}

func TestTheBestClockSampleWins(t *testing.T) {
	var c clock
	if _, _, known := c.best(); known {
		t.Error("known without a sample")
	}
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 1500, SentUS: 1500}, 1000) // ±500
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 1100, SentUS: 1110}, 110)  // offset 1050
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 9000, SentUS: 8000}, 10)
	offset, errUS, known := c.best()
	if !known || offset != 1050 || errUS != 50 {
		t.Errorf("offset %d ± %d", offset, errUS)
	}
	for range clockSamples {
		c.add(&wire.Pong{PingUS: 0, ReceivedUS: 2500, SentUS: 2500}, 1000)
	}
	if offset, _, _ := c.best(); offset != 2000 {
		t.Errorf("old samples count: %d", offset)
	}
}

func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)},
		&x509.Certificate{}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	f := serve(t, Options{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, HelloWithin: time.Second})
	a := oneAgent(f)
	a.TLS = &tls.Config{InsecureSkipVerify: true, NextProtos: []string{wire.ALPN}} // the agent pins; the test need not
	connect(t, a)
	if err := a.Block(simple(t, event.LaneOut, 0)); err != nil {
		t.Fatal(err)
	}
	if err := a.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	plain := oneAgent(f)
	if err := plain.Connect(within(t)); err == nil {
		t.Error("plain TCP was taken where TLS is asked for")
	}
}

func TestANewConnectionTakesTheProcessOver(t *testing.T) {
	f := serve(t, Options{})
	one, two := oneAgent(f), oneAgent(f)
	connect(t, one)
	connect(t, two)
	eventually(t, "the old connection ended", func() bool { return !one.Connected() })
	if len(f.Agents()) != 1 || !f.Agents()[0].Connected || !two.Connected() {
		t.Errorf("agents %+v", f.Agents())
	}
}

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

// Garbage at every stage of a connection must not disturb the others.
func TestGarbageDoesNotDisturbOthers(t *testing.T) {
	f := serve(t, Options{HelloWithin: 200 * time.Millisecond, Silence: 2 * time.Second})
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
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := c.Write(pings); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server goes on answering who does not read")
		}
	}
}
