// Package storetest is the suite that every backend of the store passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Backend is what the suite needs of a backend.
type Backend struct {
	// New opens an empty store, which the suite closes.
	New func(t *testing.T) store.Store
	// Reopen closes s and opens what it stored; nil for a backend that forgets.
	Reopen func(t *testing.T, s store.Store) store.Store
	// Compact makes smaller what is stored; nil for a backend that has nothing to gain.
	Compact func(t *testing.T, s store.Store)
	// Trim removes the oldest of a recording, if there is anything to remove, and gives the headers of what it removed; nil for a
	// backend that keeps all.
	Trim func(t *testing.T, s store.Store, rec event.RecordingID) []*block.Header
}

// RunAll runs the suite.
func RunAll(t *testing.T, b Backend) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"stored blocks read back", storedBlocksReadBack},
		{"whole blocks are given", wholeBlocks},
		{"a block is stored once", storedOnce},
		{"late blocks take their place", lateBlocks},
		{"filters select by header", filters},
		{"elements and positions are found", elementsAndPositions},
		{"a snapshot does not change", snapshotStays},
		{"lanes tell what is missing", lanes},
		{"definitions", definitions},
		{"blobs arrive in pieces", blobs},
		{"waiters are told", changed},
		{"recordings", recordings},
		{"deleted recordings stay readable in snapshots", deleted},
		{"a closed store says so", closed},
		{"concurrent writers and readers", concurrent},
		{"same answers as a naive model", sameAsModel},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, b) })
	}
}

func open(t *testing.T, b Backend) store.Store {
	t.Helper()
	s := b.New(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

func put(t *testing.T, s store.Store, raw []byte) *block.Header {
	t.Helper()
	h, err := block.Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := s.Append(context.Background(), h, raw)
	if err != nil || !stored {
		t.Fatalf("append: stored %v, %v", stored, err)
	}
	return h
}

func snapshot(t *testing.T, s store.Store, rec event.RecordingID) store.Snapshot {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), rec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(snap.Close)
	return snap
}

// numbers lists blocks as attempt/lane/number.
func numbers(refs []store.Ref) string {
	var out []string
	for _, r := range refs {
		out = append(out, fmt.Sprintf("%x/%s/%d", uint64(r.Header.Attempt), r.Header.Lane, r.Header.Number))
	}
	return fmt.Sprint(out)
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func storedBlocksReadBack(t *testing.T, b Backend) {
	s := open(t, b)
	for n := range uint64(5) {
		put(t, s, sent(1, n, n*100, 100).build(t))
	}
	snap := snapshot(t, s, recordingID(1))
	for r := range snap.Blocks(store.Filter{}) {
		rows, err := snap.Read(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows.Value) != 100 || rows.Seq[7] != r.Header.Number*100+7 || string(reveal(rows.Value[7])) != valueOf(rows.Seq[7]) {
			t.Errorf("block %d: %d values, seq %d", r.Header.Number, len(rows.Value), rows.Seq[7])
		}
		only, err := snap.Read(context.Background(), r, block.SectionIDs)
		if err != nil || only.Value != nil || len(only.Seq) != 100 {
			t.Errorf("ids alone: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for r := range snap.Blocks(store.Filter{}) {
		if _, err := snap.Read(ctx, r); !errors.Is(err, context.Canceled) {
			t.Errorf("read with a cancelled context: %v", err)
		}
	}
}

func storedOnce(t *testing.T, b Backend) {
	s := open(t, b)
	raw := sent(1, 0, 0, 10).build(t)
	h := put(t, s, raw)
	for range 2 {
		if stored, err := s.Append(context.Background(), h, raw); stored || err != nil {
			t.Errorf("again: stored %v, %v", stored, err)
		}
	}
	put(t, s, sent(2, 0, 0, 10).build(t)) // same number of another recording
	if sum := snapshot(t, s, recordingID(1)).Recording(); sum.Blocks != 1 || sum.Events != 10 || sum.Bytes != uint64(len(raw)) {
		t.Errorf("summary %+v", sum)
	}
}

func lateBlocks(t *testing.T, b Backend) {
	s := open(t, b)
	for _, n := range []uint64{3, 1, 5, 0, 2} {
		put(t, s, sent(1, n, n*10, 10).build(t))
	}
	snap := snapshot(t, s, recordingID(1))
	expect(t, "by number", numbers(slices.Collect(snap.Blocks(store.Filter{}))), "[a1/out/0 a1/out/1 a1/out/2 a1/out/3 a1/out/5]")
	expect(t, "by arrival", numbers(slices.Collect(snap.Since(0))), "[a1/out/3 a1/out/1 a1/out/5 a1/out/0 a1/out/2]")
	expect(t, "since 3", numbers(slices.Collect(snap.Since(3))), "[a1/out/0 a1/out/2]")
	expect(t, "since the end", numbers(slices.Collect(snap.Since(snap.Mark()))), "[]")
	put(t, s, sent(1, 4, 40, 10).build(t))
	expect(t, "what came since", numbers(slices.Collect(snapshot(t, s, recordingID(1)).Since(snap.Mark()))), "[a1/out/4]")
}

func filters(t *testing.T, b Backend) {
	s := open(t, b)
	for n := range uint64(4) {
		put(t, s, sent(1, n, n*10, 10).build(t)) // invocations 1+10n to 10+10n, wall 1e6*(n+1) and up
		put(t, s, consumed(1, n, n*10, 10).build(t))
	}
	snap := snapshot(t, s, recordingID(1))
	for _, c := range []struct {
		f    store.Filter
		want string
	}{
		{store.Filter{Lane: event.LaneDet}, "[b1/det/0 b1/det/1 b1/det/2 b1/det/3]"},
		{store.Filter{Attempt: producer}, "[a1/out/0 a1/out/1 a1/out/2 a1/out/3]"},
		{store.Filter{Attempt: producer, Lane: event.LaneDet}, "[]"},
		{store.Filter{Attempt: 99}, "[]"},
		{store.Filter{Attempt: producer, InvFrom: 11, InvTo: 20}, "[a1/out/1]"},
		{store.Filter{Attempt: producer, InvFrom: 20, InvTo: 21}, "[a1/out/1 a1/out/2]"},
		{store.Filter{Attempt: producer, InvFrom: 25}, "[a1/out/2 a1/out/3]"},
		{store.Filter{Attempt: producer, InvTo: 5}, "[a1/out/0]"},
		{store.Filter{Attempt: producer, WallFrom: 3_000_000}, "[a1/out/2 a1/out/3]"},
		{store.Filter{Attempt: producer, WallTo: 2_000_000}, "[a1/out/0]"},
		{store.Filter{Attempt: producer, WallFrom: 2_000_000, WallTo: 2_000_001}, "[a1/out/1]"},
	} {
		expect(t, fmt.Sprintf("%+v", c.f), numbers(slices.Collect(snap.Blocks(c.f))), c.want)
	}
	for r := range snap.Blocks(store.Filter{}) {
		expect(t, "first before a break", numbers([]store.Ref{r}), "[a1/out/0]")
		break
	}
	got := snap.Attempts()
	if len(got) != 2 || !slices.Equal(got[producer], []event.Lane{event.LaneOut}) || !slices.Equal(got[consumer], []event.Lane{event.LaneDet}) {
		t.Errorf("attempts %v", got)
	}
}

func elementsAndPositions(t *testing.T, b Backend) {
	s := open(t, b)
	for n := range uint64(50) {
		put(t, s, sent(1, n, n*10, 10).build(t))
		put(t, s, consumed(1, n, n*10, 10).build(t))
		put(t, s, read(1, n, int64(n)*10, 10).build(t))
	}
	wide := sent(1, 50, 500, 300)
	wide.wide = true // collapsed ranges over all subpartitions
	put(t, s, wide.build(t))
	snap := snapshot(t, s, recordingID(1))
	at := func(seq uint64, in bool) string {
		return numbers(snap.Element(event.Element{Partition: partition, Subpartition: 3, Seq: seq}, in))
	}
	expect(t, "first sent", at(0, false), "[a1/out/0]")
	expect(t, "sent", at(255, false), "[a1/out/25]")
	expect(t, "consumed", at(499, true), "[b1/det/49]")
	expect(t, "never sent", at(100_000, false), "[]")
	expect(t, "collapsed", at(510, false), "[a1/out/50]")
	expect(t, "other subpartition", numbers(snap.Element(event.Element{Partition: partition, Subpartition: 4, Seq: 7}, false)), "[]")
	expect(t, "other partition", numbers(snap.Element(event.Element{Partition: 1, Subpartition: 3, Seq: 7}, false)), "[]")
	expect(t, "read", numbers(snap.Position(split.ID, 123, false)), "[a1/src/12]")
	expect(t, "not written", numbers(snap.Position(split.ID, 123, true)), "[]")
	expect(t, "not read", numbers(snap.Position(split.ID, 500, false)), "[]")
}

func snapshotStays(t *testing.T, b Backend) {
	s := open(t, b)
	for _, n := range []uint64{0, 2, 3} {
		put(t, s, sent(1, n, n*10, 10).build(t))
	}
	snap := snapshot(t, s, recordingID(1))
	before := snap.Recording()
	for _, n := range []uint64{1, 4} {
		put(t, s, sent(1, n, n*10, 10).build(t))
	}
	put(t, s, consumed(1, 0, 0, 10).build(t))
	expect(t, "blocks", numbers(slices.Collect(snap.Blocks(store.Filter{}))), "[a1/out/0 a1/out/2 a1/out/3]")
	expect(t, "by invocation", numbers(slices.Collect(snap.Blocks(store.Filter{Attempt: producer, InvFrom: 1}))), "[a1/out/0 a1/out/2 a1/out/3]")
	expect(t, "element", numbers(snap.Element(event.Element{Partition: partition, Subpartition: 3, Seq: 15}, false)), "[]")
	if len(snap.Attempts()) != 1 || snap.Recording() != before {
		t.Errorf("attempts %v, summary %+v, was %+v", snap.Attempts(), snap.Recording(), before)
	}
}

func lanes(t *testing.T, b Backend) {
	s := open(t, b)
	if st := s.Lane(recordingID(1), producer, event.LaneOut); st.Next != 0 || st.Missing != nil {
		t.Errorf("empty lane: %+v", st)
	}
	for _, n := range []uint64{1, 2, 6} {
		put(t, s, sent(1, n, n*10, 10).build(t))
	}
	_, raw, err := block.ServerGap{Recording: recordingID(1), Attempt: producer, Body: event.GapBody{Lane: event.LaneOut,
		Reason: event.GapMissingBlocks, FromUS: 5, ToUS: 6}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, raw)
	st := s.Lane(recordingID(1), producer, event.LaneOut)
	if st.Next != 7 || st.LastInv != 70 || fmt.Sprint(st.Missing) != "[{0 0 0 11 0 2000000} {3 5 30 61 3000009 7000000}]" {
		t.Errorf("lane out: %+v", st)
	}
	if st := s.Attempt(recordingID(1), producer); st.Blocks != 3 || st.Ended || st.LastInv != 70 || st.WallMax != 7_000_009 {
		t.Errorf("attempt: %+v", st)
	}
	end := block.NewBuilder(block.Spec{Recording: recordingID(1), Attempt: producer, Lane: event.LaneJob})
	end.Add(block.Row{Kind: event.KindTaskEnded, Operator: -1, Wall: 5, Body: []byte("{}")})
	if raw, err = end.Finish(); err != nil {
		t.Fatal(err)
	}
	put(t, s, raw)
	if st := s.Attempt(recordingID(1), producer); st.Blocks != 4 || !st.Ended {
		t.Errorf("ended attempt: %+v", st)
	}
	if st := s.Attempt(recordingID(1), 77); st != (store.AttemptState{}) {
		t.Errorf("unknown attempt: %+v", st)
	}
	if st := s.Lane(recordingID(1), producer, event.LaneGap); st.Next != 0 {
		t.Errorf("a block of the server counts: %+v", st)
	}
}

func definitions(t *testing.T, b Backend) {
	s := open(t, b)
	ctx := context.Background()
	one, two := event.NewDefinition(event.DefString, []byte("one")), event.NewDefinition(event.DefPath, []byte(`{"p":"0()"}`))
	if got := s.Missing([]event.DefinitionID{one.ID, two.ID, one.ID}); !slices.Equal(got, []event.DefinitionID{one.ID, two.ID}) {
		t.Errorf("missing %v", got)
	}
	for range 2 {
		if err := s.Define(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Define(ctx, event.Definition{ID: one.ID, Kind: event.DefString, Body: []byte("other")}); !errors.Is(err, store.ErrDefinition) {
		t.Errorf("other bytes: %v", err)
	}
	if err := s.Define(ctx, event.Definition{ID: one.ID, Kind: event.DefPath, Body: one.Body}); !errors.Is(err, store.ErrDefinition) {
		t.Errorf("other kind: %v", err)
	}
	if err := s.Define(ctx, event.Definition{ID: 5, Kind: event.DefString, Body: []byte("x")}); !errors.Is(err, store.ErrDefinition) {
		t.Errorf("an id that is not of the content: %v", err)
	}
	_, next := s.Definitions(0)
	if err := s.Define(ctx, two); err != nil {
		t.Fatal(err)
	}
	check := func(s store.Store) {
		t.Helper()
		list, _ := s.Definitions(next)
		if len(list) != 1 || list[0].ID != two.ID {
			t.Errorf("new definitions %v", list)
		}
		if d, ok := s.Definition(one.ID); !ok || string(d.Body) != "one" || d.Kind != event.DefString {
			t.Errorf("definition %+v %v", d, ok)
		}
		if got := s.Missing([]event.DefinitionID{one.ID, two.ID}); got != nil {
			t.Errorf("missing %v", got)
		}
	}
	check(s)
	if b.Reopen != nil {
		s = b.Reopen(t, s)
		defer s.Close()
		check(s)
	}
}

func changed(t *testing.T, b Backend) {
	s := open(t, b)
	mine, any, other := s.Changed(recordingID(1)), s.Changed(event.RecordingID{}), s.Changed(recordingID(2))
	raw := sent(1, 0, 0, 10).build(t)
	h := put(t, s, raw)
	for name, c := range map[string]<-chan struct{}{"its recording": mine, "any recording": any} {
		select {
		case <-c:
		case <-time.After(10 * time.Second):
			t.Errorf("who waits for %s is not told", name)
		}
	}
	again := s.Changed(recordingID(1))
	if _, err := s.Append(context.Background(), h, raw); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]<-chan struct{}{"another recording": other, "a block that was there": again} {
		select {
		case <-c:
			t.Errorf("who waits is told of %s", name)
		default:
		}
	}
}

func recordings(t *testing.T, b Backend) {
	s := open(t, b)
	ctx := context.Background()
	if list, err := s.Recordings(ctx); err != nil || len(list) != 0 {
		t.Errorf("empty store: %v, %v", list, err)
	}
	if _, err := s.Snapshot(ctx, recordingID(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown recording: %v", err)
	}
	put(t, s, sent(1, 9, 0, 10).build(t))
	put(t, s, sent(2, 3, 0, 10).build(t))
	put(t, s, sent(3, 5, 0, 10).build(t))
	zero := sent(0, 5, 0, 10)
	put(t, s, zero.build(t))
	list, err := s.Recordings(ctx)
	if err != nil || len(list) != 3 || list[0].ID != recordingID(1) || list[1].ID != recordingID(3) || list[2].ID != recordingID(2) {
		t.Errorf("recordings %v, %v: want 1, 3, 2", list, err)
	}
	if list[0].WallMin != 10_000_000 || list[0].WallMax != 10_000_009 || list[0].FirstStored.IsZero() || list[0].LastStored.Before(list[0].FirstStored) {
		t.Errorf("summary %+v", list[0])
	}
	if snap := snapshot(t, s, event.RecordingID{}); snap.Recording().Blocks != 1 {
		t.Error("lanes of processes are not readable")
	}
}

func deleted(t *testing.T, b Backend) {
	s := open(t, b)
	ctx := context.Background()
	if err := s.Delete(ctx, recordingID(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown recording: %v", err)
	}
	raw := sent(1, 0, 0, 10).build(t)
	put(t, s, raw)
	put(t, s, sent(2, 0, 0, 10).build(t))
	snap := snapshot(t, s, recordingID(1))
	told := s.Changed(recordingID(1))
	if err := s.Delete(ctx, recordingID(1)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-told:
	default:
		t.Error("who waits is not told")
	}
	if _, err := s.Snapshot(ctx, recordingID(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("snapshot after the deletion: %v", err)
	}
	for r := range snap.Blocks(store.Filter{}) {
		if _, err := snap.Read(ctx, r); err != nil {
			t.Errorf("open snapshot: %v", err)
		}
	}
	snap.Close()
	if list, err := s.Recordings(ctx); err != nil || len(list) != 1 {
		t.Errorf("recordings %v, %v", list, err)
	}
	if b.Reopen != nil {
		s = b.Reopen(t, s)
		defer s.Close()
		if list, err := s.Recordings(ctx); err != nil || len(list) != 1 || list[0].ID != recordingID(2) {
			t.Errorf("recordings after reopening %v, %v", list, err)
		}
	}
	put(t, s, raw) // a recording that goes on comes back
}

func closed(t *testing.T, b Backend) {
	s := b.New(t)
	ctx := context.Background()
	raw := sent(1, 0, 0, 10).build(t)
	h := put(t, s, raw)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Append(ctx, h, raw); !errors.Is(err, store.ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if _, err := s.Snapshot(ctx, recordingID(1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("snapshot: %v", err)
	}
	if _, err := s.Recordings(ctx); !errors.Is(err, store.ErrClosed) {
		t.Errorf("recordings: %v", err)
	}
	if err := s.Define(ctx, event.NewDefinition(event.DefString, []byte("x"))); !errors.Is(err, store.ErrClosed) {
		t.Errorf("define: %v", err)
	}
	if err := s.Delete(ctx, recordingID(1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("delete: %v", err)
	}
}

func concurrent(t *testing.T, b Backend) {
	s := open(t, b)
	const writers, each = 4, 60
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range uint64(each) {
				raw := sent(byte(1+w%2), n, n*10, 10).of(event.Key(0xc0+w), event.Key(0xd0+w)).build(t)
				h, err := block.Verify(raw)
				if err != nil {
					t.Error(err)
					return
				}
				if stored, err := s.Append(context.Background(), h, raw); !stored || err != nil {
					t.Errorf("append: stored %v, %v", stored, err)
					return
				}
				if err := s.Define(context.Background(), event.NewDefinition(event.DefString, fmt.Append(nil, w, n))); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range 40 {
				snap, err := s.Snapshot(context.Background(), recordingID(1))
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				var n uint64
				for r := range snap.Blocks(store.Filter{}) {
					n++
					if _, err := snap.Read(context.Background(), r, block.SectionIDs); err != nil {
						t.Error(err)
					}
				}
				if n != snap.Recording().Blocks {
					t.Errorf("%d blocks, the summary says %d", n, snap.Recording().Blocks)
				}
				snap.Close()
			}
		})
	}
	group.Wait()
	for rec := range byte(2) {
		if sum := snapshot(t, s, recordingID(rec+1)).Recording(); sum.Blocks != writers/2*each {
			t.Errorf("recording %d has %d blocks", rec+1, sum.Blocks)
		}
	}
}
