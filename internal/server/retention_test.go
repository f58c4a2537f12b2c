package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/disk"
)

func TestWhatIsBeyondTheLimits(t *testing.T) {
	const running = 5
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	// Named by hours since the last block; each of 100 bytes.
	of := func(hours ...int) (all []store.Recording) {
		for _, h := range hours {
			all = append(all, store.Recording{ID: event.RecordingID{byte(h)}, Bytes: 100, LastStored: now.Add(-time.Duration(h) * time.Hour)})
		}
		return all
	}
	for name, c := range map[string]struct {
		limits limits
		all    []store.Recording
		free   int64
		want   []byte
		why    string
	}{
		"no limit":                            {limits{}, of(1, 99), 0, nil, ""},
		"age":                                 {limits{age: 48 * time.Hour}, of(1, 47, 48, 99), 0, []byte{99, 48}, "retain-age"},
		"size: the oldest, until it fits":     {limits{size: 250}, of(3, 1, 4, 2), 0, []byte{4, 3}, "retain-size"},
		"size: it fits":                       {limits{size: 400}, of(3, 1, 4, 2), 0, nil, ""},
		"free: what goes counts as free":      {limits{free: 250}, of(3, 1, 4, 2), 100, []byte{4, 3}, "retain-free"},
		"free: there is room":                 {limits{free: 250}, of(3, 1), 250, nil, ""},
		"what still gets blocks stays":        {limits{size: 1, free: 1 << 40}, of(0, 0), 0, nil, ""},
		"what has ended goes, the rest stays": {limits{size: 1}, of(0, 1), 0, []byte{1}, "retain-size"},
		"what did not end stays for a day":    {limits{size: 150}, of(1, 5, 3), 0, []byte{3, 1}, "retain-size"},
		"nothing is there":                    {limits{size: 1, age: 1}, nil, 0, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			list := c.limits.beyond(scene{recordings: c.all, free: c.free, now: now, ended: func(rec event.RecordingID) bool { return rec[0] != running }})
			if len(list) != len(c.want) {
				t.Fatalf("%d leave, want %d", len(list), len(c.want))
			}
			for i, l := range list {
				if l.rec[0] != c.want[i] || l.why != c.why || l.segment != 0 {
					t.Errorf("%d: %d for %s, want %d for %s", i, l.rec[0], l.why, c.want[i], c.why)
				}
			}
		})
	}
}

func TestOfWhatGoesOnSegmentsLeave(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	old := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	running, kept, ended := event.RecordingID{1}, event.RecordingID{2}, event.RecordingID{3}
	s := scene{
		recordings: []store.Recording{{ID: running, Bytes: 400, LastStored: now}, {ID: kept, Bytes: 200, LastStored: old(50)}, {ID: ended, Bytes: 100, LastStored: old(40)}},
		segments: []disk.SegmentFacts{
			{Recording: running, Segment: 1, Sealed: true, Remains: true, Bytes: 1, Stored: old(90)},
			{Recording: running, Segment: 2, Sealed: true, Bytes: 100, Stored: old(60)},
			{Recording: running, Segment: 4, Sealed: true, Bytes: 100, Stored: old(30)},
			{Recording: running, Segment: 6, Bytes: 200, Stored: now},
			{Recording: kept, Segment: 3, Sealed: true, Pinned: true, Bytes: 100, Stored: old(80)},
			{Recording: kept, Segment: 5, Sealed: true, Bytes: 100, Stored: old(50)},
			{Recording: ended, Segment: 7, Sealed: true, Bytes: 100, Stored: old(40)},
		},
		pinned: map[event.RecordingID]bool{kept: true}, free: 100, now: now, ended: func(rec event.RecordingID) bool { return rec != running },
	}
	for name, c := range map[string]struct {
		limits limits
		own    func(event.RecordingID) ofJob
		want   string
	}{
		"age":                                {limits{age: 45 * time.Hour}, nil, "1/2 2/5"},
		"age of all":                         {limits{age: time.Hour}, nil, "1/2 2/5 3/0 1/4"},
		"size: the oldest of all recordings": {limits{size: 550}, nil, "1/2 2/5"},
		"free":                               {limits{free: 350}, nil, "1/2 2/5 3/0"},
		"free: no more than there is":        {limits{free: 1 << 40}, nil, "1/2 2/5 3/0 1/4"},
		"an age of its own, longer": {limits{age: time.Hour}, func(rec event.RecordingID) ofJob {
			return ofJob{age: map[bool]time.Duration{true: 1000 * time.Hour}[rec == running]}
		}, "2/5 3/0"},
		"a size of its own": {limits{}, func(rec event.RecordingID) ofJob { return ofJob{size: map[bool]int64{true: 350}[rec == running]} }, "1/2"},
		"no limit":          {limits{}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s.own = c.own
			var got []string
			for _, l := range c.limits.beyond(s) {
				got = append(got, fmt.Sprintf("%d/%d", l.rec[0], l.segment))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

func TestRetentionDeletesFilesAndKeepsTheRest(t *testing.T) {
	s, err := disk.Open(disk.Options{Dir: t.TempDir(), MinFree: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for n := range byte(3) {
		b := block.NewBuilder(block.Spec{Recording: event.RecordingID{n}, Attempt: 1, Lane: event.LaneDet, Number: 0})
		b.Add(block.Row{Kind: event.KindMail, Inv: 1, Wall: 1})
		ingesttest.PutBlock(t, s, b)
	}
	later := time.Now().Add(time.Hour)
	r := &retention{limits: limits{age: 30 * time.Minute}, store: s, free: func() int64 { return 1 << 40 },
		ended: func(context.Context, event.RecordingID) bool { return true },
		now:   func() time.Time { return later.Add(-time.Hour) }, log: slog.New(slog.DiscardHandler)}
	count := func() int {
		list, err := s.Recordings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := count()
	if r.once(t.Context()); count() != before || before != 2 {
		t.Fatalf("%d recordings, %d before: nothing is old yet", count(), before)
	}
	r.now = func() time.Time { return later }
	if r.once(t.Context()); count() != 0 {
		t.Errorf("%d recordings are left", count())
	}
	if _, err := s.Snapshot(t.Context(), event.RecordingID{}); err != nil {
		t.Errorf("what belongs to processes is gone: %v", err)
	}
}

func TestRetentionTrimsWhatGoesOnAndLeavesPins(t *testing.T) {
	k := keep(t)
	ctx := t.Context()
	all := k.Segments()
	oldest := all[slices.IndexFunc(all, func(f disk.SegmentFacts) bool { return f.Recording == k.truth.Totals })]
	if _, err := k.Pin(ctx, store.Pin{Recording: k.truth.Totals, From: oldest.WallMin, To: oldest.WallMin, Reason: store.PinHold}); err != nil {
		t.Fatal(err)
	}
	held := func() (bytes int64) {
		for _, f := range k.Segments() {
			bytes += f.Bytes
		}
		return bytes
	}
	before := held()
	r := &retention{limits: limits{size: before / 2}, store: k.Store, free: k.Free, now: time.Now, log: slog.New(slog.DiscardHandler),
		ended: func(context.Context, event.RecordingID) bool { return false },
		blobs: k.queries.NamedBlobs}
	r.once(ctx)
	after := held()
	if after >= before*6/10 {
		t.Errorf("%d bytes of %d are left", after, before)
	}
	here := func(segment uint64) bool {
		return slices.ContainsFunc(k.Segments(), func(f disk.SegmentFacts) bool { return f.Segment == segment })
	}
	if !here(oldest.Segment) {
		t.Error("the pinned segment is gone")
	}
	if list, err := k.Recordings(ctx); err != nil || len(list) != 2 {
		t.Errorf("recordings %v, %v: both go on", list, err)
	}
	if r.once(ctx); held() < after*9/10 {
		t.Errorf("%d bytes of %d are left although they fitted", held(), after)
	}
	// A disk that is nearly full: all that may go goes, and nothing else.
	r.limits, r.free = limits{free: 1 << 40}, func() int64 { return 0 }
	r.once(ctx)
	for _, f := range k.Segments() {
		if f.Sealed && !f.Remains && !f.Pinned {
			t.Errorf("%+v is left", f)
		}
	}
	if !here(oldest.Segment) {
		t.Error("the pinned segment is gone from a full disk")
	}
}
