package export

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// shortened is a recording on disk whose oldest segments retention can remove.
func shortened(t *testing.T) (*shelf, *disk.Store) {
	t.Helper()
	kept, err := disk.Open(disk.Options{Dir: t.TempDir(), MinFree: -1, Durability: disk.Process, SealBytes: 8_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	truth, err := ingesttest.Record(t.Context(), kept, ingesttest.Options{Seed: 11, Orders: 300, StepUS: 5000, Codec: block.CodecLZ4})
	if err != nil {
		t.Fatal(err)
	}
	kept.Seal()
	return shelve(t, kept, truth), kept
}

// trim removes the first n segments of the recording.
func (s *shelf) trim(t *testing.T, from *disk.Store, n int) {
	t.Helper()
	var oldest []uint64
	for _, f := range from.Segments() {
		if f.Recording == s.totals.Recording && f.Sealed && !f.Remains {
			oldest = append(oldest, f.Segment)
		}
	}
	if len(oldest) <= n {
		t.Fatalf("%d segments", len(oldest))
	}
	if _, err := from.Trim(t.Context(), s.totals.Recording, oldest[:n]); err != nil {
		t.Fatal(err)
	}
}

// What retention removes stays in the files, in none of them as a gap, and nothing is exported again.
func TestPartsOutliveWhatRetentionRemoves(t *testing.T) {
	s, kept := shortened(t)
	dir := t.TempDir()
	k := s.keeper(t, dir, local)
	round(t, k)
	round(t, k)
	_, byHand := s.export(t, local, browse.EventQuery{})
	want := tablesOf(t, byHand)
	s.trim(t, kept, 2)
	round(t, k)
	if _, err := kept.Compact(t.Context(), disk.CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	round(t, k)
	sameTables(t, tablesOf(t, s.folder(dir)), want)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	again := s.keeper(t, dir, local)
	for range 3 {
		round(t, again)
	}
	sameTables(t, tablesOf(t, s.folder(dir)), want)
	if n := again.State().Parts; n != 0 {
		t.Errorf("%d parts were written again", n)
	}
}

// What was removed before it was exported is in table gaps, and said in recording.json.
func TestWhatWasRemovedBeforeIsAGap(t *testing.T) {
	s, kept := shortened(t)
	dir := t.TempDir()
	s.trim(t, kept, 2)
	k := s.keeper(t, dir, local)
	round(t, k)
	round(t, k)
	removed := 0
	for _, row := range read[GapRow](t, s.folder(dir), "gaps") {
		if row.Reason == "removed by retention" {
			removed++
		}
	}
	var of PartsOf
	if err := readJSON(filepath.Join(s.folder(dir), PartsDir, RecordingFile), &of); err != nil || removed == 0 || of.Gaps < removed || of.Complete {
		t.Errorf("%d gaps of retention, %+v: %v", removed, of, err)
	}
}

// With Follow, parts go when the last of their blocks goes, and a recording's folder goes with the recording.
func TestPartsFollowWhatRetentionRemoves(t *testing.T) {
	s, kept := shortened(t)
	dir := t.TempDir()
	follow := func(o *KeeperOptions) { o.Follow, o.Owner = true, "here" }
	k := s.keeper(t, dir, local, follow)
	k.most.blocks = 4
	round(t, k)
	round(t, k)
	before, _ := filepath.Glob(filepath.Join(s.folder(dir), "events", "*"))
	whole := tablesOf(t, s.folder(dir))
	s.trim(t, kept, 2)
	round(t, k)
	after, _ := filepath.Glob(filepath.Join(s.folder(dir), "events", "*"))
	if len(after) == 0 || len(after) >= len(before) {
		t.Fatalf("%d parts before, %d after", len(before), len(after))
	}
	left := tablesOf(t, s.folder(dir))
	if len(left["events"]) == 0 || len(left["events"]) >= len(whole["events"]) {
		t.Errorf("%d events of %d are left", len(left["events"]), len(whole["events"]))
	}
	if n := k.State().Parts; n == 0 {
		t.Error("nothing was written")
	}
	written := k.State().Parts
	round(t, k)
	if k.State().Parts != written {
		t.Error("what was removed is exported again")
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}

	// A server of another data folder must not take these recordings for deleted.
	if _, err := NewKeeper(KeeperOptions{Folder: dir, Follow: true, Owner: "elsewhere"}); err == nil || !strings.Contains(err.Error(), `"here"`) {
		t.Errorf("the folder of somebody else: %v", err)
	}
	k = s.keeper(t, dir, local, follow)
	if err := kept.Delete(context.Background(), s.totals.Recording); err != nil {
		t.Fatal(err)
	}
	round(t, k)
	if _, err := os.Stat(s.folder(dir)); !os.IsNotExist(err) {
		t.Errorf("the folder of a deleted recording: %v", err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "recording=*")); len(found) != 1 {
		t.Errorf("recordings that are left: %v", found)
	}
}
