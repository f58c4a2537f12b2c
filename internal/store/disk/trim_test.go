package disk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// retained lists what gaps say was removed.
func retained(t testing.TB, s *Store) (list []event.GapBody) {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), recID)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for r := range snap.Blocks(store.Filter{Lane: event.LaneGap}) {
		rows, err := snap.Read(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		var b event.GapBody
		if err := json.Unmarshal(rows.Body[0], &b); err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

func TestTrimmingSaysWhatWentAndKeepsWhatTheRestNeeds(t *testing.T) {
	opt := Options{Dir: t.TempDir(), Durability: Process}
	s := fiveSegments(t, opt)
	ctx := context.Background()
	old, err := s.Snapshot(ctx, recID)
	if err != nil {
		t.Fatal(err)
	}
	all := orderOf(t, old)
	mark := old.Mark()
	changed := s.Changed(recID)
	freed, err := s.Trim(ctx, recID, []uint64{1, 2})
	if err != nil || freed <= 0 {
		t.Fatalf("freed %d, %v", freed, err)
	}
	select {
	case <-changed:
	default:
		t.Error("who waits is not told")
	}
	if got := orderOf(t, old); !slices.Equal(got, all) {
		t.Errorf("an open snapshot sees %v", got)
	}
	old.Close()
	check := func(when string, gone []uint64, rest string) {
		t.Helper()
		got := order(t, s)
		if strings.Join(got, " ") != rest {
			t.Errorf("%s: %v", when, got)
		}
		gaps := retained(t, s)
		if len(gaps) != 1 || gaps[0].Reason != event.GapRetention || gaps[0].Lane != event.LaneOut || *gaps[0].FirstBlock != gone[0] || *gaps[0].LastBlock != gone[1] ||
			gaps[0].Events != 20*(gone[1]-gone[0]+1) || gaps[0].First != gone[0]*20+1 || gaps[0].Last != gone[1]*20+20 || !strings.HasPrefix(gaps[0].Text, "removed by retention until 1970-01-01T00:00:0") {
			t.Errorf("%s: gaps %+v", when, gaps)
		}
		if st := s.Lane(recID, 1, event.LaneOut); st.Next != 15 || st.Missing != nil {
			t.Errorf("%s: lane %+v", when, st)
		}
		again := compressible(t, event.LaneOut, gone[1])
		h, err := block.Verify(again)
		if err != nil {
			t.Fatal(err)
		}
		if stored, err := s.Append(ctx, h, again); stored || err != nil {
			t.Errorf("%s: a block that is sent again: stored %v, %v", when, stored, err)
		}
		if r := s.Removed(ctx, recID); r.Events != gaps[0].Events || r.Until != gaps[0].ToUS {
			t.Errorf("%s: removed %+v", when, r)
		}
	}
	check("trimmed", []uint64{0, 5}, "job/0:20 job/1:20 gap out/6:20 out/7:20 out/8:20 job/2:20 out/9:20 out/10:20 out/11:20 job/3:20 out/12:20 out/13:20 out/14:20 job/4:20")
	snap, err := s.Snapshot(ctx, recID)
	if err != nil {
		t.Fatal(err)
	}
	if since := slices.Collect(snap.Since(mark)); len(since) != 0 || snap.Mark() < mark || snap.Recording().First == 0 {
		t.Errorf("since the mark of before: %d, mark %d, was %d", len(since), snap.Mark(), mark)
	}
	snap.Close()
	closeTest(t, s)
	s = openTest(t, opt)
	check("after a start", []uint64{0, 5}, "job/0:20 job/1:20 gap out/6:20 out/7:20 out/8:20 job/2:20 out/9:20 out/10:20 out/11:20 job/3:20 out/12:20 out/13:20 out/14:20 job/4:20")
	if _, err := s.Trim(ctx, recID, []uint64{3}); err != nil {
		t.Fatal(err)
	}
	check("trimmed again", []uint64{0, 8}, "job/0:20 job/1:20 job/2:20 gap out/9:20 out/10:20 out/11:20 job/3:20 out/12:20 out/13:20 out/14:20 job/4:20")
	if n := len(s.facts(s.find(recID))); n != 3 {
		t.Errorf("%d segments: the remains are not put together", n)
	}
	if freed, err := s.Trim(ctx, recID, []uint64{5, 6, 7, 99}); err != nil || freed != 0 { // active, remains, none
		t.Errorf("freed %d, %v", freed, err)
	}
	put(t, s, compressible(t, event.LaneOut, 15))
	closeTest(t, s)
	report, err := Check(ctx, opt.Dir, CheckOptions{Decode: true})
	if err != nil || len(report.Problems) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestPinsHoldAndSurvive(t *testing.T) {
	ctx := context.Background()
	opt := Options{Dir: t.TempDir(), Durability: Process}
	s := fiveSegments(t, opt)
	if _, err := s.Pin(ctx, store.Pin{Recording: event.RecordingID{1}}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown recording: %v", err)
	}
	if _, err := s.Pin(ctx, store.Pin{Recording: recID, From: 1e15, To: 2e15}); !errors.Is(err, store.ErrNothing) {
		t.Errorf("empty stretch: %v", err)
	}
	if _, err := s.Pin(ctx, store.Pin{Recording: recID, To: 2e15, AskFrom: 1e15, AskTo: 2e15}); !errors.Is(err, store.ErrNothing) {
		t.Errorf("nothing of what was asked for: %v", err)
	}
	// The blocks of the second segment are from 61,000 to 120,000 µs.
	p, err := s.Pin(ctx, store.Pin{Recording: recID, From: 70_000, To: 80_000, Reason: store.PinIncident, Note: "late orders", Owner: "ann"})
	if err != nil || len(p.ID) != 12 || p.Created.IsZero() {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := s.Delete(ctx, recID); !errors.Is(err, store.ErrPinned) {
		t.Errorf("delete: %v", err)
	}
	check := func(when string) {
		t.Helper()
		list, bytes, err := s.Pins(ctx)
		if err != nil || len(list) != 1 || list[0].Pin != p || list[0].Segments != 1 || list[0].Bytes != bytes || bytes == 0 {
			t.Errorf("%s: %+v, %d, %v", when, list, bytes, err)
		}
	}
	check("pinned")
	if _, err := s.Compact(ctx, CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	check("compacted")
	closeTest(t, s)
	s = openTest(t, opt)
	check("after a start")
	var sealed []uint64
	for _, f := range s.Segments() {
		sealed = append(sealed, f.Segment)
	}
	if _, err := s.Trim(ctx, recID, sealed); err != nil {
		t.Fatal(err)
	}
	got := order(t, s)
	if !slices.Contains(got, "out/3:20") || !slices.Contains(got, "out/5:20") || slices.Contains(got, "out/2:20") || slices.Contains(got, "out/6:20") {
		t.Errorf("blocks %v: the second segment is pinned, the others were to go", got)
	}
	check("trimmed")
	if err := s.manifest.rewrite(); err != nil {
		t.Fatal(err)
	}
	closeTest(t, s)
	s = openTest(t, opt)
	defer closeTest(t, s)
	check("after a new manifest")
	if _, err := s.Unpin(ctx, "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown pin: %v", err)
	}
	if gone, err := s.Unpin(ctx, p.ID); err != nil || gone != p {
		t.Errorf("%+v, %v", gone, err)
	}
	if list, bytes, err := s.Pins(ctx); err != nil || len(list) != 0 || bytes != 0 {
		t.Errorf("%+v, %d, %v", list, bytes, err)
	}
	if err := s.Delete(ctx, recID); err != nil {
		t.Errorf("delete: %v", err)
	}
}

func TestOverTheQuotaNoNewPinIsTaken(t *testing.T) {
	ctx := context.Background()
	s := fiveSegments(t, Options{Dir: t.TempDir(), Durability: Process})
	defer closeTest(t, s)
	one := s.Segments()[0].Bytes
	s.opt.PinQuota = one + one/2
	pin := func(id string, from, to int64) error {
		_, err := s.Pin(ctx, store.Pin{ID: id, Recording: recID, From: from, To: to, Created: time.Unix(1, 0)})
		return err
	}
	if err := pin("a", 1, 50_000); err != nil {
		t.Fatal(err)
	}
	if err := pin("b", 1, 130_000); !errors.Is(err, store.ErrPinQuota) || !strings.Contains(err.Error(), fmt.Sprint(s.opt.PinQuota)) {
		t.Errorf("over the quota: %v", err)
	}
	if err := pin("c", 10_000, 20_000); err != nil {
		t.Errorf("what another pin holds costs nothing: %v", err)
	}
	s.opt.PinQuota = one / 2
	if err := pin("d", 10_000, 30_000); err != nil {
		t.Errorf("nor when the quota was made smaller: %v", err)
	}
	if list, bytes, err := s.Pins(ctx); err != nil || len(list) != 3 || bytes != one {
		t.Errorf("%+v, %d, %v", list, bytes, err)
	}
}
