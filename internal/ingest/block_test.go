package ingest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/wire"
)

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
	if c.Stored().Blocks != truth.Blocks || c.Stored().Events != truth.Events || c.Accepted != 3 || c.Duplicates != 0 || c.Gaps != 0 {
		t.Errorf("counters %+v, want %d blocks of %d events", c, truth.Blocks, truth.Events)
	}
	eventually(t, "all agents have left in order", func() bool {
		return f.Counters().Connections == 0 && !slices.ContainsFunc(f.Agents(), func(a AgentStatus) bool { return !a.Closed })
	})
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
	if c := f.Counters(); c.Stored().Blocks != 5 || c.Duplicates != 10 {
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
