package disk

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

var kills = flag.Int("kills", 50, "how often TestKilledProcesses kills the writing process")

// childFolder tells a process of this test binary to write into a folder until it is killed.
const childFolder = "SIGHTGLASS_TEST_WRITE_TO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

const childWriters = 3

// writeUntilKilled appends to a few attempts at once and says on standard output what was acked.
func writeUntilKilled(dir string) error {
	opt := Options{Dir: dir, Durability: Process, SealBytes: 8_000, MinFree: -1, SyncEvery: 5 * time.Millisecond, CompactShare: 1, compactEvery: 5 * time.Millisecond}
	if os.Getenv("DURABILITY") == "disk" {
		opt.Durability = Disk
	}
	s, err := Open(opt)
	if err != nil {
		return err
	}
	fmt.Println("open")
	var group sync.WaitGroup
	failed := make(chan error, childWriters+1)
	group.Go(func() { failed <- trimUntilKilled(s) })
	for w := range childWriters {
		group.Go(func() { failed <- writeAttempt(s, event.Key(w+1)) })
	}
	group.Wait()
	return <-failed
}

// trimUntilKilled removes the oldest segment again and again.
func trimUntilKilled(s *Store) error {
	for range time.Tick(3 * time.Millisecond) {
		var sealed []uint64
		for _, f := range s.Segments() {
			if f.Sealed && !f.Remains {
				sealed = append(sealed, f.Segment)
			}
		}
		if len(sealed) > 4 {
			if _, err := s.Trim(context.Background(), recID, sealed[:1]); err != nil {
				return fmt.Errorf("trimming: %w", err)
			}
		}
	}
	return nil
}

func writeAttempt(s *Store, attempt event.Key) error {
	ctx := context.Background()
	for n := s.Lane(recID, attempt, event.LaneOut).Next; ; n++ {
		d := event.NewDefinition(event.DefString, fmt.Append(nil, attempt, n))
		if err := s.Define(ctx, d); err != nil {
			return err
		}
		b := block.NewBuilder(block.Spec{Recording: recID, Attempt: attempt, Lane: event.LaneOut, Number: n, Codec: block.Codec(n % 3)})
		b.Define(d.ID)
		b.Base(7, 0, n)
		b.Add(block.Row{Kind: event.KindRecord, Inv: n + 1, Wall: int64(n + 1), Partition: 7, Value: []byte(strings.Repeat("v", int(n%400)))})
		raw, err := b.Finish()
		if err != nil {
			return err
		}
		h, err := block.Verify(raw)
		if err != nil {
			return err
		}
		stored, err := s.Append(ctx, h, raw)
		if err != nil || !stored {
			return fmt.Errorf("append of %d: stored %v, %w", n, stored, err)
		}
		fmt.Printf("%d %d\n", attempt, n)
	}
}

// TestKilledProcesses kills a writing process at random moments and looks for what it said was acked.
func TestKilledProcesses(t *testing.T) {
	loops := *kills
	if testing.Short() {
		loops = min(loops, 8)
	}
	for _, durability := range []string{"process", "disk"} {
		t.Run(durability, func(t *testing.T) {
			dir := t.TempDir()
			r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
			next := make(map[event.Key]uint64) // what must be there: all below
			total, trimmed, compacted := uint64(0), uint64(0), 0
			for loop := range loops / 2 {
				if loop%10 == 9 { // a fresh folder now and then keeps the openings short
					dir = t.TempDir()
					clear(next)
				}
				total += killOne(t, dir, durability, time.Duration(r.IntN(60))*time.Millisecond, next)
				s := openTest(t, Options{Dir: dir, Durability: Process})
				checkAcked(t, s, next)
				for _, f := range s.Segments() {
					if f.Remains {
						trimmed++
					} else if f.Recoded {
						compacted++
					}
				}
				closeTest(t, s)
			}
			t.Logf("%d kills, %d acked blocks, none lost or twice", loops/2, total)
			if !t.Failed() { // one that is lost or there twice has ended the test
				fmt.Printf("FIGURE store_kills_%s %d kills\nFIGURE store_acked_%s %d blocks\n", durability, loops/2, durability, total)
				fmt.Printf("FIGURE store_lost_%s 0 blocks target <=0 met\nFIGURE store_duplicated_%s 0 blocks target <=0 met\n", durability, durability)
			}
			t.Logf("%d times trimmed, %d segments compacted", trimmed, compacted)
			if !testing.Short() && trimmed+uint64(compacted) == 0 {
				t.Error("nothing was trimmed or compacted while processes were killed")
			}
			if total < uint64(loops) {
				t.Errorf("%d blocks were acked: too few to be worth anything", total)
			}
		})
	}
}

// killOne runs a writer, kills it some time after its first ack, and notes what it acked.
func killOne(t *testing.T, dir, durability string, after time.Duration, next map[event.Key]uint64) (acked uint64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childFolder+"="+dir, "DURABILITY="+durability)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var timer *time.Timer
	for lines.Scan() {
		var attempt event.Key
		var n uint64
		if _, err := fmt.Sscanf(lines.Text(), "%d %d", &attempt, &n); err != nil {
			continue
		}
		if timer == nil {
			timer = time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		next[attempt] = n + 1
		acked++
	}
	err = child.Wait()
	if timer == nil {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	timer.Stop()
	return acked
}

func checkAcked(t *testing.T, s *Store, next map[event.Key]uint64) {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), recID)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	seen := make(map[event.Key]uint64)
	for k, gone := range s.find(recID).mu.removed {
		if len(gone) != 1 || gone[0].first != 0 {
			t.Fatalf("attempt %s: removed %+v", k.attempt, gone)
		}
		seen[k.attempt] = gone[0].last + 1
	}
	for r := range snap.Blocks(store.Filter{}) {
		if r.Header.Server() {
			continue // the torn block at the end of the file, which nobody was told is safe
		}
		if r.Header.Number != seen[r.Header.Attempt] {
			t.Fatalf("attempt %s: block %d follows %d blocks", r.Header.Attempt, r.Header.Number, seen[r.Header.Attempt])
		}
		seen[r.Header.Attempt]++
		if rows, err := snap.Read(context.Background(), r); err != nil || rows.Value[0].Len() != int(r.Header.Number%400) {
			t.Fatalf("attempt %s: block %d: %v", r.Header.Attempt, r.Header.Number, err)
		}
		if missing := s.Missing(r.Header.Zones.Definitions); missing != nil {
			t.Fatalf("attempt %s: block %d lacks its definition", r.Header.Attempt, r.Header.Number)
		}
	}
	for attempt, n := range next {
		if seen[attempt] < n {
			t.Errorf("attempt %s: %d blocks were acked, %d are there", attempt, n, seen[attempt])
		}
	}
}
