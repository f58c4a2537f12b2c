package server

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
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
			list := c.limits.beyond(c.all, c.free, now, func(rec event.RecordingID) bool { return rec[0] != running })
			if len(list) != len(c.want) {
				t.Fatalf("%d leave, want %d", len(list), len(c.want))
			}
			for i, l := range list {
				if l.ID[0] != c.want[i] || l.why != c.why {
					t.Errorf("%d: %d for %s, want %d for %s", i, l.ID[0], l.why, c.want[i], c.why)
				}
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
		raw, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		h, err := block.Verify(raw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), h, raw); err != nil {
			t.Fatal(err)
		}
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
