package ingest

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/wire"
)

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

func TestAttemptsThatWereLeftBehindBeforeTheStartBecomeGaps(t *testing.T) {
	ctx := within(t)
	m := memory.New()
	truth, err := ingesttest.Record(ctx, m, ingesttest.Options{Seed: 4, Orders: 300})
	if err != nil {
		t.Fatal(err)
	}
	back := ingesttest.Processes(4)[1]
	gaps := func(f *fixture) (n int) {
		f.store = m
		for _, rec := range []event.RecordingID{truth.Totals, truth.Alerts} {
			for _, h := range blocksOf(t, f, rec) {
				if h.Server() {
					n++
				}
			}
		}
		return n
	}
	attempts := 0
	definitions, _ := m.Definitions(0)
	for _, d := range attemptDefinitions(definitions) {
		if !bytes.Contains(d.Body, []byte(hex.EncodeToString(back.ID[:]))) {
			attempts++
		}
	}
	for range 2 { // a second start reports nothing new
		f := serve(t, Options{Store: m, LostAfter: 100 * time.Millisecond, PingEvery: 10 * time.Millisecond})
		a := ingesttest.NewAgent(f.address, back)
		connect(t, a)
		eventually(t, "the attempts of the process that did not come back are reported", func() bool { return gaps(f) >= attempts })
		if n := gaps(f); n != attempts {
			t.Errorf("%d gaps, want %d", n, attempts)
		}
		if err := errors.Join(a.Close(), f.Shutdown(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	calm := serve(t, Options{Store: m, LostAfter: time.Millisecond, PingEvery: 10 * time.Millisecond,
		Closed: func(p string) bool { return p == hex.EncodeToString(back.ID[:]) }})
	if !calm.reportLeftBehind(ctx) || gaps(calm) != attempts {
		t.Errorf("%d gaps although the process is known to have ended in order", gaps(calm))
	}
	foreign := serve(t, Options{Store: m, LostAfter: time.Millisecond, PingEvery: 10 * time.Millisecond, Foreign: func(event.RecordingID) bool { return true }})
	if !foreign.reportLeftBehind(ctx) || gaps(foreign) != attempts {
		t.Errorf("%d gaps although the recordings came from files", gaps(foreign))
	}
	f := serve(t, Options{Store: m, LostAfter: time.Millisecond, PingEvery: 10 * time.Millisecond})
	eventually(t, "the other process is missed as well", func() bool { return gaps(f) == len(attemptDefinitions(definitions)) })
}

func attemptDefinitions(list []event.Definition) (out []event.Definition) {
	for _, d := range list {
		if d.Kind == event.DefAttempt {
			out = append(out, d)
		}
	}
	return out
}
