package disk

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/sightglass/sightglass/internal/store"
)

// beside makes a store with a sealed segment and gives what is needed to put a sidecar beside it.
func beside(t *testing.T) (s *Store, r *recording, segment uint64) {
	t.Helper()
	dir, _ := sealed(t)
	s, err := Open(Options{Dir: dir, MinFree: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, r = range s.all() {
		if ids, err := s.Sealed(r.id); err == nil && len(ids) > 0 {
			return s, r, ids[0]
		}
	}
	t.Fatal("no sealed segment")
	return nil, nil, 0
}

func TestSidecarsGiveWhatWasPut(t *testing.T) {
	s, r, id := beside(t)
	ctx := context.Background()
	if _, err := s.OpenSidecar(r.id, id, "tok"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before it is made: %v", err)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{0, 1, pageContent - 1, pageContent, pageContent + 1, 3*pageContent + 17} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(rnd.Uint32())
		}
		if err := s.PutSidecar(ctx, r.id, id, "tok", want); err != nil {
			t.Fatal(err)
		}
		c, err := s.OpenSidecar(r.id, id, "tok")
		if err != nil || c.Size() != int64(size) {
			t.Fatalf("%d bytes: %v", size, err)
		}
		for range 50 {
			from := rnd.IntN(size + 1)
			got := make([]byte, rnd.IntN(size-from+1))
			if n, err := c.ReadAt(got, int64(from)); err != nil || n != len(got) || !bytes.Equal(got, want[from:from+n]) {
				t.Fatalf("%d bytes at %d of %d: %d, %v", len(got), from, size, n, err)
			}
		}
		if _, err := c.ReadAt(make([]byte, 1), int64(size)); err == nil {
			t.Error("a byte behind the end")
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	for kind, segment := range map[string]uint64{"tok": id + 100, "abc": id} {
		if err := s.PutSidecar(ctx, r.id, segment, kind, nil); err == nil {
			t.Errorf("%s beside segment %d", kind, segment)
		}
	}
}

// A flipped bit anywhere gives an error or the right bytes, verify names it, and the start of a store keeps whole ones.
func TestDamagedSidecarsAreFound(t *testing.T) {
	s, r, id := beside(t)
	want := bytes.Repeat([]byte("0123456789"), 900)
	if err := s.PutSidecar(context.Background(), r.id, id, "tok", want); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(r.dir, "1.tok")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	named := func() int {
		report, err := Check(context.Background(), s.opt.Dir, CheckOptions{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range report.Problems {
			if p.File == filepath.Join("seg", r.id.String(), "1.tok") && !p.Loses() {
				n++
			}
		}
		return n
	}
	if named() != 0 {
		t.Error("a whole one is named")
	}
	for at := 0; at < len(whole); at += 13 {
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << (at % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := s.OpenSidecar(r.id, id, "tok")
		if err == nil {
			got := make([]byte, min(c.Size(), int64(len(want))))
			if _, err = c.ReadAt(got, 0); err == nil && !bytes.Equal(got, want) {
				t.Fatalf("bit of byte %d: other bytes and no error", at)
			}
			_ = c.Close()
		}
		if !errors.Is(err, store.ErrSidecar) {
			t.Fatalf("bit of byte %d: %v", at, err)
		}
	}
	if named() != 1 {
		t.Error("verify does not name a damaged one")
	}
	if err := os.WriteFile(path, whole[:len(whole)-5000], 0o600); err != nil {
		t.Fatal(err)
	}
	if named() != 1 {
		t.Error("verify does not name one that was cut")
	}
	if err := s.Delete(context.Background(), r.id); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it outlives its segment: %v", err)
	}
}

func FuzzSidecarHead(f *testing.F) {
	f.Add(sidecarHead{segment: 7, kind: "tok", length: 99}.bytes())
	f.Add([]byte(sidecarMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := parseSidecarHead(b); ok && (h.length < 0 || len(b) != headLen) {
			t.Fatal(h)
		}
	})
}
