package audit

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

// made is a log of some files, closed, with its lines.
func made(t *testing.T, reads int) (dir string, files []string, lines [][][]byte) {
	t.Helper()
	dir = t.TempDir()
	l := opened(t, Options{Dir: dir, FileSize: 4 << 10})
	for n := range reads {
		read(t, l, n)
		if n == reads/2 {
			if _, err := l.sign(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	full, err := list(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(full, segment{name: Active}) {
		raw, err := os.ReadFile(filepath.Join(dir, s.name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, s.name)
		split := bytes.SplitAfter(raw, []byte("\n"))
		lines = append(lines, split[:len(split)-1])
	}
	return dir, files, lines
}

func seqOf(t *testing.T, line []byte) uint64 {
	t.Helper()
	e, err := access.ParseEntry(bytes.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return e.Seq
}

// Whatever is done to one entry of a log, verify names it: changed, taken out, put elsewhere, written twice, cut.
func TestVerifyNamesTheFirstBadEntry(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir, files, lines := made(t, 30)
	if len(files) < 3 {
		t.Fatalf("%d files", len(files))
	}
	total := seqOf(t, lines[len(lines)-1][len(lines[len(lines)-1])-1])
	for range 200 {
		k := random.IntN(len(files))
		i := random.IntN(len(lines[k]))
		seq := seqOf(t, lines[k][i])
		changed := slices.Clone(lines[k])
		what, want := "", seq
		switch random.IntN(5) {
		case 0:
			what = "flip"
			b := bytes.Clone(changed[i])
			at := random.IntN(len(b) - 1)
			if b[at] ^= 1 << random.IntN(8); b[at] == '\n' {
				continue // two lines of it: either is named
			}
			changed[i] = b
		case 1:
			what = "delete"
			changed = slices.Delete(changed, i, i+1)
		case 2:
			what = "swap"
			if i+1 == len(changed) {
				continue
			}
			changed[i], changed[i+1] = changed[i+1], changed[i]
		case 3:
			what, want = "twice", seq+1
			changed = slices.Insert(changed, i, changed[i])
		case 4:
			what = "cut"
			b := changed[i]
			changed = append(changed[:i:i], b[:random.IntN(len(b)-1)+1])
			if k == len(files)-1 && bytes.HasSuffix(changed[i], []byte("\n")) {
				continue
			}
		}
		path := filepath.Join(dir, files[k])
		if err := os.WriteFile(path, bytes.Join(changed, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		b := broken(t, VerifyOptions{Paths: []string{dir}})
		switch {
		case b == nil:
			t.Fatalf("%s of entry %d of %d: not found", what, seq, total)
		case b.Seq != want && !(k == 0 && i == 0) && !(what == "twice" && i == 0):
			t.Errorf("%s of entry %d: %v", what, seq, b)
		}
		if err := os.WriteFile(path, bytes.Join(lines[k], nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b != nil {
		t.Fatal(b)
	}
	// Entries that are taken from the end whole leave a chain that is whole: heads find it.
	last := len(files) - 1
	if err := os.WriteFile(filepath.Join(dir, files[last]), bytes.Join(lines[last][:1], nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.Seq != seqOf(t, lines[last][0])+1 {
		t.Errorf("truncated: %v", b)
	}
	if err := os.Remove(filepath.Join(dir, files[last])); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.Seq != seqOf(t, lines[last][0]) {
		t.Errorf("the last file is gone: %v", b)
	}
	if err := os.Remove(filepath.Join(dir, files[0])); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.Seq != seqOf(t, lines[1][0])-1 {
		t.Errorf("the first file is gone: %v", b)
	}
}

// writeAnew makes the log anew without one entry, hashes and all, as somebody would who can write the folder and not sign.
func writeAnew(t *testing.T, dir string, files []string, lines [][][]byte, without uint64) {
	t.Helper()
	var link access.Link
	for k, name := range files {
		var b []byte
		for _, line := range lines[k] {
			e, err := access.ParseEntry(bytes.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			if e.Seq == without {
				continue
			}
			link = link.Seal(&e, e.Time)
			b = append(e.Canonical(b, true), '\n')
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHeadsFindALogThatWasWrittenAnew(t *testing.T) {
	dir, files, lines := made(t, 20)
	anchor := filepath.Join(t.TempDir(), "anchor")
	heads, err := os.ReadFile(filepath.Join(dir, HeadsFile))
	if err != nil {
		t.Fatal(err)
	}
	// As a consumer of a topic prints it: a key before the event, and other things in between.
	var events []byte
	for line := range bytes.Lines(heads) {
		events = append(events, "sightglass\t{\"specversion\":\"1.0\",\"type\":\"io.sightglass.audit.head.v1\",\"data\":"...)
		events = append(append(events, bytes.TrimSpace(line)...), "}\nsomething else\n"...)
	}
	if err := os.WriteFile(anchor, events, 0o600); err != nil {
		t.Fatal(err)
	}
	pub := filepath.Join(t.TempDir(), "pub")
	raw, _ := os.ReadFile(filepath.Join(dir, pubFile))
	if err := os.WriteFile(pub, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := PublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	o := VerifyOptions{Paths: []string{dir}, Key: key, Anchors: []string{anchor}}
	if r, err := Verify(context.Background(), o); err != nil || r.Heads != 4 || r.OwnKey {
		t.Fatalf("%+v, %v", r, err)
	}
	writeAnew(t, dir, files, lines, 5)
	if b := broken(t, o); b == nil || b.Seq == 0 {
		t.Error("a log that was written anew is taken")
	}
	// Whoever removes the heads as well is found by the anchor.
	if err := os.Remove(filepath.Join(dir, HeadsFile)); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, o); b == nil || b.Seq == 0 {
		t.Error("the anchor finds nothing")
	}
	// Who signs heads with another key is found by the key.
	other := made2(t)
	if b := broken(t, VerifyOptions{Paths: []string{other}, Key: key}); b == nil {
		t.Error("heads of another key are taken")
	}
}

func made2(t *testing.T) string {
	dir, _, _ := made(t, 3)
	return dir
}

func TestWhatCannotBeTold(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.jsonl")
	if err := os.WriteFile(old, []byte(`{"seq":1,"phase":"intent"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(dir, "later.jsonl")
	if err := os.WriteFile(later, []byte(`{"format":2,"phase":"file","seq":1}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, old, later, filepath.Join(dir, "none")} {
		if _, err := Verify(context.Background(), VerifyOptions{Paths: []string{path}}); !errors.Is(err, ErrCannotTell) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFilesAloneAreChecked(t *testing.T) {
	dir, files, _ := made(t, 30)
	paths := []string{filepath.Join(dir, files[2]), filepath.Join(dir, files[1])}
	r, err := Verify(context.Background(), VerifyOptions{Paths: paths})
	if err != nil || r.First == 1 || r.Entries == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{filepath.Join(dir, files[0]), filepath.Join(dir, files[2])}}); b == nil {
		t.Error("a file between two is missing, and nobody says so")
	}
}
