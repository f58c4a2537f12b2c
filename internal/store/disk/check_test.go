package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

func checked(t testing.TB, dir string, o CheckOptions) *Report {
	t.Helper()
	r, err := Check(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small makes a store of two sealed segments, an active one and a blob, and returns its folder and its segments.
func small(t testing.TB) (dir string, segments []string) {
	t.Helper()
	dir = t.TempDir()
	s := openTest(t, Options{Dir: dir, Durability: Process, SealBytes: 600})
	d := event.NewDefinition(event.DefString, []byte("a name"))
	if err := s.Define(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	b := block.NewBuilder(block.Spec{Recording: recID, Attempt: 1, Lane: event.LaneDet, Number: 0})
	b.Define(d.ID)
	b.Add(block.Row{Kind: event.KindMail, Inv: 1, Wall: 500})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, raw)
	for n := range uint64(5) {
		put(t, s, simple(t, 1, n, 60))
	}
	data := []byte("a jar")
	if _, err := s.PutBlob(context.Background(), event.HashOf(data), int64(len(data)), 0, data); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) { // segments are sealed in the background
		st := s.Stats()
		if indexes, err := filepath.Glob(filepath.Join(dir, "seg", "*", "*.idx")); err == nil && len(indexes) == st.Segments-1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("segments are not sealed")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	segments, err = filepath.Glob(filepath.Join(dir, "seg", "*", "*.sgs"))
	if err != nil || len(segments) < 3 {
		t.Fatalf("segments %v, %v", segments, err)
	}
	slices.Sort(segments)
	return dir, segments
}

func kindsOf(r *Report) (kinds []ProblemKind) {
	for _, p := range r.Problems {
		kinds = append(kinds, p.Kind)
	}
	return kinds
}

func TestCheckOfAGoodStoreAddsItUp(t *testing.T) {
	dir, segments := small(t)
	for _, o := range []CheckOptions{{}, {Decode: true}, {Heads: true}} {
		r := checked(t, dir, o)
		if len(r.Problems) != 0 || len(r.Recordings) != 1 {
			t.Fatalf("%+v", r)
		}
		one := r.Recordings[0]
		if one.ID != recID || one.Segments != len(segments) || one.Sealed != len(segments)-1 || one.Blocks != 6 || one.Events != 6 {
			t.Errorf("%+v: %+v", o, one)
		}
		if one.WallMin != 500 || one.WallMax != 5000 || one.Lanes[event.LaneOut].Blocks != 5 || one.Lanes[event.LaneDet].Events != 1 {
			t.Errorf("%+v: %+v", o, one)
		}
		if r.Definitions != 1 || r.Blobs != 1 || r.BlobBytes != 5 {
			t.Errorf("%+v: definitions %d, blobs %d of %d", o, r.Definitions, r.Blobs, r.BlobBytes)
		}
	}
}

func TestCheckSeesEveryByteThatChanged(t *testing.T) {
	dir, segments := small(t)
	blobs, err := filepath.Glob(filepath.Join(dir, blobsName, "*"))
	if err != nil || len(blobs) != 1 {
		t.Fatal(blobs, err)
	}
	for _, path := range append(segments, blobs[0], filepath.Join(dir, "defs", "1.sgd")) {
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := range good {
			if strings.HasSuffix(path, ".sgd") && at >= 5 && at < journalHead {
				continue // zeros that nobody reads
			}
			bad := slices.Clone(good)
			bad[at] ^= 0x10
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if r := checked(t, dir, CheckOptions{}); len(r.Problems) == 0 {
				t.Errorf("byte %d of %s changed, and nothing was said", at, filepath.Base(path))
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := checked(t, dir, CheckOptions{}); len(r.Problems) != 0 {
		t.Errorf("put back, %+v", r.Problems)
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(dir string, segments []string) error
		kind  ProblemKind
		loses bool
	}{
		"a segment is gone": {func(_ string, s []string) error { return os.Remove(s[0]) }, Lost, true},
		"an index is gone": {func(_ string, s []string) error {
			return os.Remove(strings.TrimSuffix(s[0], ".sgs") + ".idx")
		}, NoIndex, false},
		"a file of somebody else": {func(_ string, s []string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(s[0]), "notes.txt"), nil, 0o600)
		}, Foreign, false},
		"the last block is half written": {func(_ string, s []string) error {
			info, err := os.Stat(s[len(s)-1])
			if err != nil {
				return err
			}
			return os.Truncate(s[len(s)-1], info.Size()-10)
		}, Unfinished, false},
		"a sealed segment is cut": {func(_ string, s []string) error { return os.Truncate(s[0], 200) }, Damaged, true},
		"the definitions are gone, and those of a segment": {func(dir string, s []string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "defs", "1.sgd")), os.Truncate(s[0], 300))
		}, Undefined, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, segments := small(t)
			if err := c.harm(dir, segments); err != nil {
				t.Fatal(err)
			}
			r := checked(t, dir, CheckOptions{})
			at := slices.IndexFunc(r.Problems, func(p Problem) bool { return p.Kind == c.kind })
			if at < 0 {
				t.Fatalf("%v, want %s", kindsOf(r), c.kind)
			}
			if p := r.Problems[at]; p.Loses() != c.loses || p.Text == "" || p.File == "" {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestCheckWhileBlocksArrive(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, Durability: Process, SealBytes: 20_000})
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := range uint64(3000) {
			put(t, s, simple(t, 1, n, 500))
		}
	})
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		for _, p := range checked(t, dir, CheckOptions{}).Problems {
			if p.Loses() {
				t.Errorf("%+v", p)
			}
		}
	}
	writer.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r := checked(t, dir, CheckOptions{Decode: true}); len(r.Problems) != 0 || r.Recordings[0].Blocks != 3000 {
		t.Errorf("%+v", r)
	}
}

// A recording that a server deletes while the store is looked at is not lost.
func TestCheckWhileARecordingIsDeleted(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, Durability: Process})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	put(t, s, simple(t, 1, 0, 60))
	c := &check{ctx: context.Background(), dir: dir, named: make(map[event.DefinitionID]event.RecordingID), held: make(map[event.DefinitionID]bool)}
	if err := c.manifest(); err != nil || len(c.known) != 1 {
		t.Fatal(err, c.known)
	}
	if err := s.Delete(context.Background(), recID); err != nil {
		t.Fatal(err)
	}
	if err := c.segments(); err != nil || len(c.report.Problems) != 0 {
		t.Errorf("%v %+v", err, c.report.Problems)
	}
}

func TestCheckChangesNothing(t *testing.T) {
	if _, err := Check(context.Background(), t.TempDir(), CheckOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no store: %v", err)
	}
	dir, segments := small(t)
	if err := os.Truncate(segments[len(segments)-1], 100); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	checked(t, dir, CheckOptions{Decode: true})
	if after := tree(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, dir, CheckOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// tree lists the files below a folder with their bytes.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		b.WriteString(path + " " + string(content) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
