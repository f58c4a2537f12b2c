package disk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

func openRAM(t testing.TB, files *ramFiles, opt Options) *Store {
	t.Helper()
	if opt.Dir == "" {
		opt.Dir = t.TempDir() // for the lock
	}
	opt.files, opt.retryAfter = files, time.Millisecond
	return openTest(t, opt)
}

func tryPut(t testing.TB, s *Store, raw []byte) error {
	t.Helper()
	h, err := block.Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Append(context.Background(), h, raw)
	return err
}

func TestAFullDiskRefusesAndLeavesNothingHalf(t *testing.T) {
	files := newRAMFiles()
	dir := t.TempDir()
	s := openRAM(t, files, Options{Dir: dir, Durability: Process})
	put(t, s, simple(t, 1, 0, 100))
	files.setRoom(150) // less than a block: the write is cut
	for range 2 {
		if err := tryPut(t, s, simple(t, 1, 1, 100)); !errors.Is(err, store.ErrDiskFull) {
			t.Fatalf("append on a full disk: %v", err)
		}
	}
	if err := s.Define(context.Background(), event.NewDefinition(event.DefString, make([]byte, 1000))); !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("define on a full disk: %v", err)
	}
	files.setRoom(-1)
	put(t, s, simple(t, 1, 2, 100))
	if err := s.Define(context.Background(), event.NewDefinition(event.DefString, []byte("x"))); err != nil {
		t.Error(err)
	}
	numbers, gaps := contents(t, s)
	closeTest(t, s)
	s = openRAM(t, files, Options{Dir: dir, Durability: Process})
	defer closeTest(t, s)
	again, g := contents(t, s)
	if !slices.Equal(numbers, []uint64{0, 2}) || !slices.Equal(again, numbers) || gaps != nil || g != nil {
		t.Errorf("blocks %v, then %v; gaps %v, then %v", numbers, again, gaps, g)
	}
}

func TestAFullDiskAtANewSegment(t *testing.T) {
	files := newRAMFiles()
	s := openRAM(t, files, Options{Durability: Process, SealBytes: 1})
	defer closeTest(t, s)
	put(t, s, simple(t, 1, 0, 100))
	files.setRoom(30)
	if err := tryPut(t, s, simple(t, 1, 1, 100)); !errors.Is(err, store.ErrDiskFull) {
		t.Fatalf("append on a full disk: %v", err)
	}
	files.setRoom(-1)
	put(t, s, simple(t, 1, 1, 100))
	if numbers, _ := contents(t, s); !slices.Equal(numbers, []uint64{0, 1}) {
		t.Errorf("blocks %v", numbers)
	}
}

func TestLittleRoomIsKeptForTheServersOwnGaps(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir(), Durability: Process, MinFree: 1 << 62})
	defer closeTest(t, s)
	if err := tryPut(t, s, simple(t, 1, 0, 10)); !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("append: %v", err)
	}
	_, raw, err := block.ServerGap{Recording: recID, Body: event.GapBody{Reason: event.GapProcessLost}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, raw)
}

// A segment whose half-written block cannot be cut off takes no more; what it has stays.
func TestABlockThatCannotBeCutOffEndsTheSegment(t *testing.T) {
	files := newRAMFiles()
	dir := t.TempDir()
	s := openRAM(t, files, Options{Dir: dir, Durability: Process})
	put(t, s, simple(t, 1, 0, 100))
	files.setRoom(150)
	files.setFail(func(op, _ string) error {
		if op == "truncate" {
			return syscall.EIO
		}
		return nil
	})
	if err := tryPut(t, s, simple(t, 1, 1, 100)); err == nil {
		t.Fatal("stored")
	}
	files.setRoom(-1)
	files.setFail(nil)
	put(t, s, simple(t, 1, 2, 100))
	closeTest(t, s)
	s = openRAM(t, files, Options{Dir: dir, Durability: Process})
	defer closeTest(t, s)
	if numbers, gaps := contents(t, s); !slices.Equal(numbers, []uint64{0, 2}) || len(gaps) != 1 {
		t.Errorf("blocks %v, gaps %+v", numbers, gaps)
	}
}

// After a failed fsync the kernel takes the lost pages for clean: only another file can make the blocks durable.
func TestAFailedFsyncMovesTheBlocks(t *testing.T) {
	files := newRAMFiles()
	dir := t.TempDir()
	s := openRAM(t, files, Options{Dir: dir, Durability: Disk})
	put(t, s, simple(t, 1, 0, 100))
	bad := s.all()[0].mu.active.path()
	files.setFail(func(op, path string) error {
		if op == "sync" && path == bad {
			return syscall.EIO
		}
		return nil
	})
	for n := range uint64(5) {
		put(t, s, simple(t, 1, n+1, 100))
	}
	want := []uint64{0, 1, 2, 3, 4, 5}
	if numbers, _ := contents(t, s); !slices.Equal(numbers, want) {
		t.Errorf("blocks %v", numbers)
	}
	after := files.powerCut(rand.New(rand.NewPCG(1, 1)))
	_ = s.Close() // the power is off
	s = openRAM(t, after, Options{Dir: dir, Durability: Disk})
	defer closeTest(t, s)
	if numbers, _ := contents(t, s); !slices.Equal(numbers, want) {
		t.Errorf("blocks after a power cut %v", numbers)
	}
}

func TestWhileNoFsyncSucceedsNothingIsAcked(t *testing.T) {
	files := newRAMFiles()
	dir := t.TempDir()
	s := openRAM(t, files, Options{Dir: dir, Durability: Disk})
	put(t, s, simple(t, 1, 0, 100))
	files.setFail(func(op, _ string) error {
		if op == "sync" {
			return syscall.EIO
		}
		return nil
	})
	if err := tryPut(t, s, simple(t, 1, 1, 100)); !errors.Is(err, syscall.EIO) {
		t.Fatalf("append: %v", err)
	}
	files.setFail(nil)
	if err := tryPut(t, s, simple(t, 1, 1, 100)); err != nil { // the agent sends it again
		t.Fatal(err)
	}
	if s.Stats().SyncErrors == 0 {
		t.Error("the failure is not counted")
	}
	after := files.powerCut(rand.New(rand.NewPCG(2, 1)))
	_ = s.Close()
	s = openRAM(t, after, Options{Dir: dir, Durability: Disk})
	defer closeTest(t, s)
	if numbers, _ := contents(t, s); !slices.Equal(numbers, []uint64{0, 1}) {
		t.Errorf("blocks after a power cut %v", numbers)
	}
}

func TestAppendsShareFsyncs(t *testing.T) {
	files := newRAMFiles()
	slow := make(chan struct{})
	s := openRAM(t, files, Options{Durability: Disk, SyncEvery: time.Hour})
	put(t, s, simple(t, 1, 0, 10))
	files.setFail(func(op, _ string) error {
		if op == "sync" {
			<-slow
		}
		return nil
	})
	before := files.syncCount()
	const n = 100
	var durable []func(context.Context) error
	for i := range uint64(n) {
		raw := simple(t, 1, i+1, 10)
		h, err := block.Verify(raw)
		if err != nil {
			t.Fatal(err)
		}
		_, wait, err := s.AppendAsync(context.Background(), h, raw)
		if err != nil {
			t.Fatal(err)
		}
		durable = append(durable, wait)
		if i == 0 {
			close(slow)
		}
	}
	for _, wait := range durable {
		if err := wait(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if syncs := files.syncCount() - before; syncs > n/2 {
		t.Errorf("%d fsyncs for %d blocks", syncs, n)
	}
	closeTest(t, s)
}

// TestPowerCuts plays random work with the power going at a random moment, over and over on the same disk.
func TestPowerCuts(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 7))
		files, dir := newRAMFiles(), t.TempDir()
		acked := map[uint64]bool{}
		next := uint64(0)
		for range 3 {
			s := openRAM(t, files, Options{Dir: dir, Durability: Disk, SealBytes: 3000, SyncEvery: time.Millisecond})
			mustHold(t, s, acked, fmt.Sprintf("seed %d", seed))
			var mu sync.Mutex
			var group sync.WaitGroup
			for range 3 {
				mu.Lock()
				from := next
				next += 1000
				mu.Unlock()
				group.Go(func() {
					for n := from; n < from+60; n++ {
						if tryPut(t, s, simple(t, event.Key(from), n, 100)) != nil {
							return
						}
						mu.Lock()
						acked[n] = true
						mu.Unlock()
					}
				})
			}
			for stop := files.writes() + r.IntN(120); files.writes() < stop; {
				time.Sleep(50 * time.Microsecond)
				mu.Lock()
				done := len(acked) >= int(next)/1000*60
				mu.Unlock()
				if done {
					break
				}
			}
			after := files.powerCut(r)
			group.Wait()
			_ = s.Close()
			files = after
		}
		s := openRAM(t, files, Options{Dir: dir, Durability: Disk})
		mustHold(t, s, acked, fmt.Sprintf("seed %d at the end", seed))
		closeTest(t, s)
	}
}

func mustHold(t *testing.T, s *Store, acked map[uint64]bool, when string) {
	t.Helper()
	numbers, _ := contents(t, s)
	have := make(map[uint64]bool, len(numbers))
	for _, n := range numbers {
		if have[n] {
			t.Fatalf("%s: block %d is there twice", when, n)
		}
		have[n] = true
	}
	for n := range acked {
		if !have[n] {
			t.Fatalf("%s: block %d was acked and is lost", when, n)
		}
	}
}

// Faults at any operation must not lose what was acked, nor keep the store from opening later.
func TestRandomFaults(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 15
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 8))
		files, dir := newRAMFiles(), t.TempDir()
		acked := map[uint64]bool{}
		var mu sync.Mutex
		faulty := false
		files.setFail(func(op, path string) error {
			mu.Lock()
			defer mu.Unlock()
			if faulty && op != "read" && !strings.HasSuffix(path, "VERSION") && r.IntN(6) == 0 {
				return syscall.EIO
			}
			return nil
		})
		for part := range uint64(3) {
			mu.Lock()
			faulty = false
			mu.Unlock()
			s := openRAM(t, files, Options{Dir: dir, Durability: Process, SealBytes: 2000, SyncEvery: time.Millisecond})
			mustHold(t, s, acked, fmt.Sprintf("seed %d", seed))
			for n := part * 100; n < part*100+60; n++ {
				mu.Lock()
				faulty = n%5 > 1
				mu.Unlock()
				if tryPut(t, s, simple(t, 1, n, 100)) == nil {
					acked[n] = true
				}
			}
			_ = s.Close() // may fail as everything else
		}
		mu.Lock()
		faulty = false
		mu.Unlock()
		s := openRAM(t, files, Options{Dir: dir, Durability: Process})
		mustHold(t, s, acked, fmt.Sprintf("seed %d at the end", seed))
		closeTest(t, s)
	}
}

// A segment that is sealed while an fsync of it fails must not be taken for durable by either.
func TestSealingAndFsyncFailAtOnce(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 9))
		files, dir := newRAMFiles(), t.TempDir()
		s := openRAM(t, files, Options{Dir: dir, Durability: Disk, SealBytes: 1000, SyncEvery: time.Millisecond})
		var mu sync.Mutex
		files.setFail(func(op, path string) error {
			mu.Lock()
			defer mu.Unlock()
			if op == "sync" && strings.HasSuffix(path, ".sgs") && r.IntN(3) == 0 {
				return syscall.EIO
			}
			return nil
		})
		acked := map[uint64]bool{}
		var group sync.WaitGroup
		for w := range uint64(3) {
			group.Go(func() {
				for n := w * 100; n < w*100+30; n++ {
					if tryPut(t, s, simple(t, event.Key(w+1), n, 100)) == nil {
						mu.Lock()
						acked[n] = true
						mu.Unlock()
					}
				}
			})
		}
		group.Wait()
		after := files.powerCut(r)
		_ = s.Close() // the power is off
		s = openRAM(t, after, Options{Dir: dir, Durability: Disk})
		mustHold(t, s, acked, fmt.Sprintf("seed %d", seed))
		closeTest(t, s)
	}
}
