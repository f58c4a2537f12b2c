package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/folder"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
)

// An export that is stopped anywhere leaves nothing that looks finished.
func TestAStoppedExportLeavesNoFolder(t *testing.T) {
	s := open(t, ingesttest.Options{Seed: 4, Orders: 100})
	for at := range 11 {
		parent := t.TempDir()
		draft, err := folder.New(filepath.Join(parent, "out"))
		if err != nil {
			t.Fatal(err)
		}
		stop := &stopping{Archive: draft, at: at}
		q := s.request(t, local, browse.EventQuery{})
		q.Archive = stop
		m, err := Run(context.Background(), q)
		if at < 10 && !errors.Is(err, errStopped) || at == 10 && err != nil {
			t.Fatalf("stopped at file %d: %v", at, err)
		}
		// What a killed program leaves: the folder has not its name.
		if _, err := os.Stat(filepath.Join(parent, "out")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("stopped at file %d: there is a folder of the name", at)
		}
		if left, _ := os.ReadDir(q.Spool); len(left) > 0 {
			t.Errorf("stopped at file %d: %d temporary files stay", at, len(left))
		}
		if at < 10 {
			draft.Discard()
			if left, _ := os.ReadDir(parent); len(left) > 0 {
				t.Errorf("stopped at file %d: %v stays", at, left[0].Name())
			}
			continue
		}
		if err := draft.Commit(); err != nil {
			t.Fatal(err)
		}
		checkDigests(t, m, filepath.Join(parent, "out"))
		if _, err := folder.New(filepath.Join(parent, "out")); !errors.Is(err, folder.ErrExists) {
			t.Errorf("a second export to the same folder: %v", err)
		}
	}
	if last := s.diary.results[0]; last.Outcome != access.OutcomeOK && last.Outcome != access.OutcomeFailed {
		t.Errorf("written down: %+v", last)
	}
}

var errStopped = errors.New("stopped")

type stopping struct {
	Archive
	at, files int
}

func (s *stopping) Add(name string, size int64, content io.Reader) error {
	if s.files == s.at {
		return errStopped
	}
	s.files++
	return s.Archive.Add(name, size, content)
}

func checkDigests(t *testing.T, m *Manifest, dir string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var stored Manifest
	if err := json.Unmarshal(raw, &stored); err != nil || !reflect.DeepEqual(stored.Tables, m.Tables) {
		t.Errorf("manifest.json: %v", err)
	}
	checkFiles(t, m.Tables, dir)
	for name, table := range m.Tables {
		if len(table.Files) == 0 {
			t.Errorf("%s has no file", name)
		}
	}
}

// checkFiles holds digests, sizes and rows to the files that are there.
func checkFiles(t *testing.T, tables map[string]Table, dir string) {
	t.Helper()
	for name, table := range tables {
		rows := int64(0)
		for _, f := range table.Files {
			content, err := os.ReadFile(filepath.Join(dir, f.Path))
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
				t.Errorf("%s is not the file that the manifest names", f.Path)
			}
			rows += f.Rows
		}
		if rows != table.Rows {
			t.Errorf("%s: %d rows in %d files, want %d", name, rows, len(table.Files), table.Rows)
		}
	}
}

// Files and row groups are bounded, and what is cut into several is whole.
func TestTablesAreCutIntoFiles(t *testing.T) {
	dir := t.TempDir()
	draft, err := folder.New(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	bounds := limits{text: 1 << 20, file: 4 << 20}
	var events table[EventRow]
	events.open("events", &output{archive: draft, spool: dir, limits: bounds})
	rng, long := rand.New(rand.NewPCG(1, 1)), make([]byte, 64<<10)
	const rows = 120
	for i := range rows {
		for j := range long {
			long[j] = byte('!' + rng.IntN(90))
		}
		if err := events.add(EventRow{Place: Place{Event: int64(i)}, Text: string(long)}, len(long)); err != nil {
			t.Fatal(err)
		}
		if events.text > bounds.text {
			t.Fatalf("%d bytes in a row group", events.text)
		}
	}
	if err := events.finish(); err != nil {
		t.Fatal(err)
	}
	if err := draft.Commit(); err != nil {
		t.Fatal(err)
	}
	sum := events.summary()
	if sum.Rows != rows || len(sum.Files) < 2 {
		t.Errorf("%d rows in %d files", sum.Rows, len(sum.Files))
	}
	for i, r := range read[EventRow](t, filepath.Join(dir, "out"), "events") {
		if r.Event != int64(i) || len(r.Text) != len(long) {
			t.Fatalf("row %d is number %d", i, r.Event)
		}
	}
	for _, f := range sum.Files {
		if f.Bytes > bounds.file+int64(bounds.text)*2 {
			t.Errorf("%s has %d bytes", f.Path, f.Bytes)
		}
	}
}

// rotten is a reader one of whose blocks has rotted since it was stored.
type rotten struct {
	store.Reader
	lane event.Lane
	bad  *block.Header
}

func (r *rotten) Snapshot(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	s, err := r.Reader.Snapshot(ctx, rec)
	return rottenSnapshot{s, r}, err
}

type rottenSnapshot struct {
	store.Snapshot
	of *rotten
}

func (s rottenSnapshot) Read(ctx context.Context, ref store.Ref, sections ...block.SectionID) (*block.Rows, error) {
	if s.of.bad == nil && ref.Header.Lane == s.of.lane {
		s.of.bad = ref.Header
	}
	if ref.Header == s.of.bad {
		return nil, block.ErrChecksum
	}
	return s.Snapshot.Read(ctx, ref, sections...)
}

func TestBlocksThatCannotBeReadAreGaps(t *testing.T) {
	r := &rotten{lane: event.LaneOut}
	s := openWith(t, ingesttest.Options{Seed: 3, Orders: 60, Ended: true}, func(in store.Reader) store.Reader { r.Reader = in; return r })
	m, dir := s.export(t, local, browse.EventQuery{})
	gaps := read[GapRow](t, dir, "gaps")
	if m.Complete || m.Gaps != 1 || len(m.Why) != 1 || len(gaps) != 1 {
		t.Fatalf("complete %v, %d gaps, %v", m.Complete, m.Gaps, m.Why)
	}
	h := r.bad
	if g := gaps[0]; !g.Derived || g.Lane != "out" || g.Reason != "checksum" || g.Events != int64(h.Events) || *g.FromTime != h.WallMin || *g.ToTime != h.WallMax || g.First != int64(h.FirstInv) {
		t.Errorf("%+v for block %+v", g, h)
	}
}
