package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

var recID = event.RecordingID{0xab}

// simple builds block n of an attempt, with size bytes of payload.
func simple(t testing.TB, attempt event.Key, n uint64, size int) []byte {
	t.Helper()
	b := block.NewBuilder(block.Spec{Recording: recID, Attempt: attempt, Lane: event.LaneOut, Number: n})
	b.Base(7, 0, n)
	value := bytes.Repeat([]byte{byte(n)}, size)
	copy(value, "SGB1") // what a scan for the next block must not fall for
	b.Add(block.Row{Kind: event.KindRecord, Inv: n + 1, Wall: int64(n+1) * 1000, Partition: 7, Value: value})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func put(t testing.TB, s *Store, raw []byte) {
	t.Helper()
	h, err := block.Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	if stored, err := s.Append(context.Background(), h, raw); err != nil || !stored {
		t.Fatalf("append: stored %v, %v", stored, err)
	}
}

// contents lists the readable blocks of lane out by number, and the gaps that the store reported.
func contents(t testing.TB, s *Store) (numbers []uint64, gaps []event.GapBody) {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), recID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for r := range snap.Blocks(store.Filter{}) {
		rows, err := snap.Read(context.Background(), r)
		if err != nil {
			t.Fatalf("block %d: %v", r.Header.Number, err)
		}
		if !r.Header.Server() {
			numbers = append(numbers, r.Header.Number)
			continue
		}
		g := r.Header.Zones.Gaps[0]
		if !strings.Contains(string(rows.Body[0]), fmt.Sprintf(`"reason":%d`, g.Reason)) {
			t.Errorf("body %s of gap %+v", rows.Body[0], g)
		}
		gaps = append(gaps, event.GapBody{Lane: g.Lane, Reason: g.Reason, First: g.FirstInv, Last: g.LastInv, Events: g.Events, Bytes: g.Bytes})
	}
	return numbers, gaps
}

func closeTest(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// segmentFiles lists the segment files of the recording.
func segmentFiles(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "seg", recID.String(), "*.sgs"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func copyFolder(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func change(t testing.TB, path string, f func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// filled makes a folder with three blocks in one active segment and returns their ends.
func filled(t testing.TB) (dir string, ends []int) {
	t.Helper()
	dir = t.TempDir()
	s := openTest(t, Options{Dir: dir, Durability: Process})
	at := headLen
	for n := range uint64(3) {
		raw := simple(t, 1, n, 40)
		put(t, s, raw)
		at += len(raw)
		ends = append(ends, at)
	}
	closeTest(t, s)
	return dir, ends
}

func TestATailCutAnywhereKeepsTheBlocksBeforeIt(t *testing.T) {
	opt := Options{Dir: t.TempDir(), Durability: Process}
	base := newRAMFiles()
	opt.files = base
	s := openTest(t, opt)
	ends := []int{headLen}
	for n := range uint64(3) {
		raw := simple(t, 1, n, 40)
		put(t, s, raw)
		ends = append(ends, ends[n]+len(raw))
	}
	path := s.all()[0].mu.active.path()
	closeTest(t, s)
	for cut := 0; cut <= ends[3]; cut++ {
		files := base.clone()
		files.nodes[path].data = files.nodes[path].data[:cut]
		opt.files = files
		s := openTest(t, opt)
		var want []uint64
		for n := range uint64(3) {
			if cut >= ends[n+1] {
				want = append(want, n)
			}
		}
		numbers, gaps := contents(t, s)
		clean := cut < headLen || slices.Contains(ends, cut)
		if !slices.Equal(numbers, want) || clean != (len(gaps) == 0) || !clean && gaps[0].Reason != event.GapTruncatedTail {
			t.Fatalf("cut at %d: blocks %v, want %v; gaps %+v", cut, numbers, want, gaps)
		}
		put(t, s, simple(t, 2, 77, 10)) // it goes on
		closeTest(t, s)
		s = openTest(t, opt)
		if again, g := contents(t, s); !slices.Equal(again, append(want, 77)) || len(g) != len(gaps) {
			t.Fatalf("cut at %d, opened again: blocks %v, gaps %v", cut, again, g)
		}
		closeTest(t, s)
	}
}

func TestABadBlockWithGoodOnesBehindItIsLeftOut(t *testing.T) {
	dir, ends := filled(t)
	for name, at := range map[string]int{"in the header": ends[0] + 40, "in a section": ends[1] - 3, "in the magic": ends[0]} {
		t.Run(name, func(t *testing.T) {
			dir := copyFolder(t, dir)
			path := segmentFiles(t, dir)[0]
			remove(t, strings.TrimSuffix(path, ".sgs")+".idx") // as after an end that was not in order
			change(t, path, func(b []byte) []byte { b[at] ^= 0x10; return b })
			for range 2 { // the second opening finds the same and reports it once
				s := openTest(t, Options{Dir: dir, Durability: Process})
				numbers, gaps := contents(t, s)
				if !slices.Equal(numbers, []uint64{0, 2}) || len(gaps) != 1 || gaps[0].Reason != event.GapChecksum || gaps[0].Bytes != uint64(ends[1]-ends[0]) {
					t.Errorf("blocks %v, gaps %+v", numbers, gaps)
				}
				if name == "in a section" && (gaps[0].Lane != event.LaneOut || gaps[0].First != 2) {
					t.Errorf("the header was whole, and the gap does not say what was lost: %+v", gaps[0])
				}
				closeTest(t, s)
			}
		})
	}
}

// sealed makes a folder with a sealed segment of three blocks.
func sealed(t testing.TB) (dir string, ends []int) {
	t.Helper()
	dir, ends = filled(t)
	s := openTest(t, Options{Dir: dir, Durability: Process, SealAge: time.Nanosecond})
	waitFor(t, "the segment is sealed", func() bool { return sealedSegments(s) == 1 })
	closeTest(t, s)
	return dir, ends
}

func sealedSegments(s *Store) (n int) {
	for _, r := range s.all() {
		r.mu.Lock()
		for _, g := range r.mu.set.byID {
			if g.sealed {
				n++
			}
		}
		r.mu.Unlock()
	}
	return n
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func TestASealedSegmentOutlivesItsNeighbours(t *testing.T) {
	dir, ends := sealed(t)
	index := strings.TrimSuffix(segmentFiles(t, dir)[0], ".sgs") + ".idx"
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   []uint64
		gaps   int
	}{
		{"nothing is wrong", func(*testing.T, string) {}, []uint64{0, 1, 2}, 0},
		{"index is gone", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, rel(t, dir, index))) }, []uint64{0, 1, 2}, 0},
		{"index is damaged", func(t *testing.T, dir string) {
			change(t, filepath.Join(dir, rel(t, dir, index)), func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, []uint64{0, 1, 2}, 0},
		{"index is of another segment", func(t *testing.T, dir string) {
			change(t, filepath.Join(dir, rel(t, dir, index)), func(b []byte) []byte { return b[:10] })
		}, []uint64{0, 1, 2}, 0},
		{"foot is damaged", func(t *testing.T, dir string) {
			change(t, segmentFiles(t, dir)[0], func(b []byte) []byte { b[len(b)-5] ^= 1; return b })
		}, []uint64{0, 1, 2}, 1},
		{"manifest is gone", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "MANIFEST-1")) }, []uint64{0, 1, 2}, 0},
		{"manifest is cut", func(t *testing.T, dir string) {
			change(t, filepath.Join(dir, "MANIFEST-1"), func(b []byte) []byte { return b[:len(b)-3] })
		}, []uint64{0, 1, 2}, 0},
		{"index is gone and a block is damaged", func(t *testing.T, dir string) {
			remove(t, filepath.Join(dir, rel(t, dir, index)))
			change(t, segmentFiles(t, dir)[0], func(b []byte) []byte { b[ends[1]-3] ^= 1; return b })
		}, []uint64{0, 2}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copyFolder(t, dir)
			c.damage(t, dir)
			for range 2 {
				s := openTest(t, Options{Dir: dir, Durability: Process})
				numbers, gaps := contents(t, s)
				if !slices.Equal(numbers, c.want) || len(gaps) != c.gaps {
					t.Errorf("blocks %v, gaps %+v; want %v, %d gaps", numbers, gaps, c.want, c.gaps)
				}
				closeTest(t, s)
			}
		})
	}
}

// rel turns a path below one copy of a folder into one below any other.
func rel(t testing.TB, _, path string) string {
	t.Helper()
	return filepath.Join("seg", recID.String(), filepath.Base(path))
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedBlockIsNeverServed(t *testing.T) {
	dir, ends := sealed(t)
	change(t, segmentFiles(t, dir)[0], func(b []byte) []byte { b[ends[1]-3] ^= 1; return b }) // the index knows nothing of it
	s := openTest(t, Options{Dir: dir, Durability: Process})
	defer closeTest(t, s)
	snap, err := s.Snapshot(context.Background(), recID)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for r := range snap.Blocks(store.Filter{}) {
		_, err := snap.Read(context.Background(), r)
		if damaged := r.Header.Number == 1; damaged != errors.Is(err, block.ErrChecksum) {
			t.Errorf("block %d: %v", r.Header.Number, err)
		}
	}
}

func TestForeignAndLostFiles(t *testing.T) {
	dir, _ := filled(t)
	path := segmentFiles(t, dir)[0]
	folder := filepath.Dir(path)
	s := openTest(t, Options{Dir: dir, Durability: Process, SealBytes: 1})
	put(t, s, simple(t, 1, 3, 10)) // a segment of its own
	closeTest(t, s)
	if len(segmentFiles(t, dir)) != 2 {
		t.Fatalf("segments %v", segmentFiles(t, dir))
	}
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(folder, "notes.txt"), "hello")
	write(filepath.Join(folder, "900.sgs"), strings.Repeat("no segment ", 20))
	write(filepath.Join(folder, "901.sgs"), "")
	write(filepath.Join(folder, "902.idx"), "x")
	write(filepath.Join(folder, "903.idx.tmp"), "x")
	write(filepath.Join(dir, "seg", "what"), "x")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(folder, "904.sgs"), string(b)) // its head says another number
	remove(t, path)
	s = openTest(t, Options{Dir: dir, Durability: Process})
	numbers, gaps := contents(t, s)
	if !slices.Equal(numbers, []uint64{3}) || len(gaps) != 1 || gaps[0].Reason != event.GapChecksum {
		t.Errorf("blocks %v, gaps %+v", numbers, gaps)
	}
	closeTest(t, s)
	moved, err := os.ReadDir(filepath.Join(dir, "lost+found"))
	if err != nil || len(moved) != 4 {
		t.Errorf("lost+found has %v, %v", moved, err)
	}
	s = openTest(t, Options{Dir: dir, Durability: Process})
	if again, g := contents(t, s); !slices.Equal(again, numbers) || len(g) != 1 {
		t.Errorf("opened again: blocks %v, gaps %+v", again, g)
	}
	closeTest(t, s)
}

func TestAnOrphanIsAdopted(t *testing.T) {
	dir, _ := filled(t)
	remove(t, filepath.Join(dir, "MANIFEST-1"))
	s := openTest(t, Options{Dir: dir, Durability: Process})
	put(t, s, simple(t, 1, 3, 10))
	closeTest(t, s)
	s = openTest(t, Options{Dir: dir, Durability: Process})
	defer closeTest(t, s)
	if numbers, gaps := contents(t, s); !slices.Equal(numbers, []uint64{0, 1, 2, 3}) || gaps != nil {
		t.Errorf("blocks %v, gaps %+v", numbers, gaps)
	}
}

func TestADeletionThatWasInterruptedIsFinished(t *testing.T) {
	dir, _ := filled(t)
	kept := copyFolder(t, filepath.Join(dir, "seg"))
	s := openTest(t, Options{Dir: dir, Durability: Process})
	if err := s.Delete(context.Background(), recID); err != nil {
		t.Fatal(err)
	}
	closeTest(t, s)
	if err := os.CopyFS(filepath.Join(dir, "seg"), os.DirFS(kept)); err != nil { // as if the process had ended before the files went
		t.Fatal(err)
	}
	s = openTest(t, Options{Dir: dir, Durability: Process})
	defer closeTest(t, s)
	if numbers, gaps := contents(t, s); numbers != nil || gaps != nil || len(segmentFiles(t, dir)) != 0 {
		t.Errorf("blocks %v, gaps %v, files %v", numbers, gaps, segmentFiles(t, dir))
	}
}

func TestDefinitionsSurviveDamage(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	inner := event.NewDefinition(event.DefSerializer, []byte(`{"t":"string"}`))
	outer := event.NewDefinition(event.DefPartition, []byte(`{"serializer":"`+inner.ID.String()+`"}`))
	loose := event.NewDefinition(event.DefString, []byte("nobody names it"))
	s := openTest(t, Options{Dir: dir, Durability: Process, SealAge: time.Nanosecond})
	for _, d := range []event.Definition{inner, outer, loose} {
		if err := s.Define(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	b := block.NewBuilder(block.Spec{Recording: recID, Attempt: 1, Lane: event.LaneJob})
	b.Define(outer.ID)
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, raw)
	waitFor(t, "the segment is sealed", func() bool { return sealedSegments(s) == 1 })
	closeTest(t, s)
	log := filepath.Join(dir, "defs", "1.sgd")
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
		want   []event.Definition
	}{
		{"tail", func(b []byte) []byte { return b[:len(b)-4] }, []event.Definition{inner, outer}},
		{"first record", func(b []byte) []byte { b[20] ^= 1; return b }, []event.Definition{inner, outer, loose}},
		{"all", func(b []byte) []byte { return b[:9] }, []event.Definition{inner, outer}},
		{"head", func(b []byte) []byte { return b[:3] }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			copied := copyFolder(t, dir)
			change(t, filepath.Join(copied, rel2(log)), c.damage)
			for range 2 {
				s := openTest(t, Options{Dir: copied, Durability: Process})
				for _, d := range c.want {
					if got, ok := s.Definition(d.ID); !ok || !bytes.Equal(got.Body, d.Body) {
						t.Errorf("definition %s is lost", d.Body)
					}
				}
				closeTest(t, s)
			}
		})
	}
}

func rel2(path string) string { return filepath.Join("defs", filepath.Base(path)) }

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir})
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("second opening: %v", err)
	}
	closeTest(t, s)
	closeTest(t, openTest(t, Options{Dir: dir}))
}

func TestAnotherFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	closeTest(t, openTest(t, Options{Dir: dir}))
	change(t, filepath.Join(dir, "VERSION"), func([]byte) []byte { return []byte("sightglass data 9\n") })
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "sightglass data 9") {
		t.Errorf("%v", err)
	}
}

func TestTheManifestIsRewritten(t *testing.T) {
	dir := t.TempDir()
	files := osFiles{}
	m, err := openManifest(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	for n := uint64(1); m.mu.number == 1; n++ {
		if err := m.commit(addEdit(n, recID), false); err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 {
			if err := m.commit(edit{Op: "delete", Segments: []listed{{Segment: n}}}, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := m.list()
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openManifest(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if got := again.list(); len(got) != len(want) || again.mu.next != m.mu.next || !again.wasDeleted(2) || again.wasDeleted(1) {
		t.Errorf("%d segments, next %d; want %d, %d", len(got), again.mu.next, len(want), m.mu.next)
	}
	if old, err := filepath.Glob(filepath.Join(dir, "MANIFEST-*")); err != nil || len(old) != 1 {
		t.Errorf("manifests %v", old)
	}
}

func TestAScanEndsWhateverItReads(t *testing.T) {
	var content []byte
	for range 40 {
		content = append(content, "SGB1\x01\x00\x00\x00\x60\x00\x00\x00\xff\xff\x00\x00\x00\x01"...)
	}
	list, err := scan(bytes.NewReader(content), 0, int64(len(content)), func(*block.Header, int64) error { return nil })
	if err != nil || len(list) != 1 || !list[0].tail || list[0].to != int64(len(content)) {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := scan(bytes.NewReader(content), 0, int64(len(content))+9, func(*block.Header, int64) error { return nil }); !errors.Is(err, io.EOF) {
		t.Errorf("a file that is shorter than it was: %v", err)
	}
}
