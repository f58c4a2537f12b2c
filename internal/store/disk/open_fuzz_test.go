package disk

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// FuzzOpen puts any bytes where the store keeps its files. Opening may fail, but not panic; what opens can be read, except
// for blocks that were damaged behind the back of their index, and written to.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	seed := func(opt Options) (segment, index, manifest, definitions []byte) {
		files := newRAMFiles()
		opt.files = files
		s := openRAM(f, files, Options{Dir: dir, Durability: Process, SealBytes: opt.SealBytes})
		for n := range uint64(3) {
			put(f, s, simple(f, 1, n, 30))
		}
		if err := s.Define(context.Background(), event.NewDefinition(event.DefString, []byte("x"))); err != nil {
			f.Fatal(err)
		}
		if opt.SealBytes > 0 {
			waitFor(f, "a segment is sealed", func() bool { return sealedSegments(s) > 0 })
		}
		closeTest(f, s)
		read := func(path string) []byte {
			if n := files.nodes[path]; n != nil {
				return n.data
			}
			return nil
		}
		folder := filepath.Join(dir, "seg", recID.String())
		return read(folder + "/1.sgs"), read(folder + "/1.idx"), read(dir + "/MANIFEST-1"), read(dir + "/defs/1.sgd")
	}
	for _, opt := range []Options{{}, {SealBytes: 300}} {
		segment, index, manifest, definitions := seed(opt)
		f.Add(segment, index, manifest, definitions)
		f.Add(segment, []byte{}, []byte{}, []byte{})
	}
	f.Fuzz(func(t *testing.T, segment, index, manifest, definitions []byte) {
		files := newRAMFiles()
		folder := filepath.Join(dir, "seg", recID.String())
		for _, d := range []string{folder, filepath.Join(dir, "defs")} {
			if err := files.MkdirAll(d); err != nil {
				t.Fatal(err)
			}
		}
		for path, data := range map[string][]byte{folder + "/1.sgs": segment, folder + "/1.idx": index,
			dir + "/MANIFEST-1": manifest, dir + "/defs/1.sgd": definitions} {
			if len(data) > 0 {
				files.nodes[path] = &ramNode{data: slices.Clone(data)}
			}
		}
		own, err := os.MkdirTemp(dir, "lock") // fuzzing workers are processes of their own
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(own)
		for path, n := range files.nodes {
			delete(files.nodes, path)
			files.nodes[own+path[len(dir):]] = n
		}
		for d := range files.dirs {
			if len(d) > len(dir) {
				files.dirs[own+d[len(dir):]] = true
			}
		}
		files.dirs[own] = true
		s, err := Open(Options{Dir: own, Durability: Process, MinFree: -1, files: files})
		if err != nil {
			return
		}
		snap, err := s.Snapshot(context.Background(), recID)
		if err == nil {
			for r := range snap.Blocks(store.Filter{}) {
				_, _ = snap.Read(context.Background(), r)
			}
			snap.Close()
		}
		put(t, s, simple(t, 99, 12345, 10))
		closeTest(t, s)
	})
}
