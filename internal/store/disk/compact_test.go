package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// compressible builds block n of attempt 1 as agents send it: in LZ4, with values that zstd makes smaller.
func compressible(t testing.TB, lane event.Lane, n uint64) []byte {
	t.Helper()
	b := block.NewBuilder(block.Spec{Recording: recID, Attempt: 1, Lane: lane, Number: n, Codec: block.CodecLZ4})
	if lane == event.LaneOut {
		b.Base(7, 0, n*20)
	}
	for i := range uint64(20) {
		row := block.Row{Kind: event.KindRecord, Inv: n*20 + i + 1, Wall: int64(n*20+i+1) * 1000, Partition: 7,
			Value: fmt.Appendf(nil, `{"order":%d,"customer":"customer %d","amount":%d.%02d}`, i*7919+n, i*31%97, i*17%1000, i)}
		if lane == event.LaneJob {
			row = block.Row{Kind: event.KindTaskState, Operator: -1, Wall: int64(n*60+i+1) * 1000, Body: []byte(`{"state":"RUNNING"}`)}
		}
		b.Add(row)
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// order lists what a reader sees in order of arrival, with what is in the blocks.
func order(t testing.TB, s *Store) (list []string) {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), recID)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	return orderOf(t, snap)
}

func orderOf(t testing.TB, snap store.Snapshot) (list []string) {
	t.Helper()
	for r := range snap.Since(0) {
		rows, err := snap.Read(context.Background(), r)
		if err != nil {
			t.Fatalf("block %d: %v", r.Header.Number, err)
		}
		if r.Header.Server() {
			list = append(list, r.Header.Lane.String())
			continue
		}
		list = append(list, fmt.Sprintf("%s/%d:%d", r.Header.Lane, r.Header.Number, len(rows.Kind)))
	}
	return list
}

// fiveSegments has four sealed segments of lane out with a block of lane job each, and an active one.
func fiveSegments(t testing.TB, opt Options) *Store {
	t.Helper()
	s := openTest(t, opt)
	fill(t, s)
	return s
}

func fill(t testing.TB, s *Store) {
	t.Helper()
	for seg := range uint64(5) {
		for n := range uint64(3) {
			put(t, s, compressible(t, event.LaneOut, seg*3+n))
		}
		put(t, s, compressible(t, event.LaneJob, seg))
		if seg < 4 {
			s.Seal()
		}
	}
}

func files(t testing.TB, s *Store) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.folderOf(recID))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

func TestCompactionChangesNothingButTheSize(t *testing.T) {
	opt := Options{Dir: t.TempDir(), Durability: Process}
	s := fiveSegments(t, opt)
	want := order(t, s)
	before := s.Stats()
	snap, err := s.Snapshot(context.Background(), recID)
	if err != nil {
		t.Fatal(err)
	}
	var told CompactProgress
	p, err := s.Compact(context.Background(), CompactOptions{Progress: func(p CompactProgress) { told = p }})
	if err != nil || p.Segments != 4 || p.Into != 4 || p.Left != 0 || p.After >= p.Before*9/10 {
		t.Fatalf("%+v, %v", p, err)
	}
	if told != p || told.Done != told.Total {
		t.Errorf("told %+v, then %+v", told, p)
	}
	if got := order(t, s); !slices.Equal(got, want) {
		t.Errorf("blocks %v, want %v", got, want)
	}
	if got := orderOf(t, snap); !slices.Equal(got, want) {
		t.Errorf("an open snapshot sees %v, want %v", got, want)
	}
	if n := len(files(t, s)); n != 4*4+1 {
		t.Errorf("%d files while a snapshot holds the old ones", n)
	}
	snap.Close()
	if n := len(files(t, s)); n != 2*4+1 {
		t.Errorf("files %v", files(t, s))
	}
	if now := s.Stats(); now.Bytes >= before.Bytes || now.Waiting != 0 || before.Waiting == 0 || now.Blocks != before.Blocks || now.Compacted == 0 {
		t.Errorf("stats %+v, were %+v", now, before)
	}
	if p, err = s.Compact(context.Background(), CompactOptions{}); err != nil || p.Segments != 0 {
		t.Errorf("again: %+v, %v", p, err)
	}
	put(t, s, compressible(t, event.LaneOut, 15))
	want = append(want, "out/15:20")
	closeTest(t, s)

	s = openTest(t, opt)
	if got := order(t, s); !slices.Equal(got, want) {
		t.Errorf("blocks after a start %v, want %v", got, want)
	}
	p, err = s.Compact(context.Background(), CompactOptions{All: true}) // small neighbours become one
	if err != nil || len(s.facts(s.find(recID))) != 1 || p.Into != 2 {
		t.Errorf("%+v, %v, segments %+v", p, err, s.facts(s.find(recID)))
	}
	if got := order(t, s); !slices.Equal(got, want) {
		t.Errorf("blocks of one segment %v, want %v", got, want)
	}
	closeTest(t, s)
	report, err := Check(context.Background(), opt.Dir, CheckOptions{Decode: true})
	if err != nil || len(report.Problems) != 0 || report.Recordings[0].Blocks != uint64(len(want)) {
		t.Errorf("%+v, %v", report, err)
	}
	s = openTest(t, opt)
	defer closeTest(t, s)
	if got := order(t, s); !slices.Equal(got, want) {
		t.Errorf("blocks of one segment after a start %v, want %v", got, want)
	}
}

// tellTale is a log that says when something was compacted.
type tellTale chan struct{}

func (c tellTale) Enabled(context.Context, slog.Level) bool { return true }
func (c tellTale) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c tellTale) WithGroup(string) slog.Handler            { return c }
func (c tellTale) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "segments compacted" {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	return nil
}

func TestCompactionInTheBackground(t *testing.T) {
	told := make(tellTale, 100)
	s := openTest(t, Options{Dir: t.TempDir(), Durability: Process, CompactShare: 0.2, compactEvery: time.Millisecond, Log: slog.New(told)})
	defer closeTest(t, s)
	want := make([]string, 0, 60)
	for n := range uint64(60) {
		put(t, s, compressible(t, event.LaneOut, n))
		want = append(want, fmt.Sprintf("out/%d:20", n))
		if n%5 == 4 {
			s.Seal()
		}
	}
	for s.Stats().Waiting > 0 {
		<-told
	}
	if got := order(t, s); !slices.Equal(got, want) {
		t.Errorf("blocks %v", got)
	}
}

func TestWhatIsDamagedIsNotCompactedAway(t *testing.T) {
	opt := Options{Dir: t.TempDir(), Durability: Process}
	s := fiveSegments(t, opt)
	defer closeTest(t, s)
	second := s.facts(s.find(recID))[1].Segment
	path := filepath.Join(s.folderOf(recID), fmt.Sprint(second)+".sgs")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, blockMagic)+400] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := s.Compact(context.Background(), CompactOptions{})
	if err != nil || p.Left != 1 || p.Segments != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, raw) {
		t.Errorf("the damaged segment was touched: %v", err)
	}
	for _, name := range files(t, s) {
		if strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s is left", name)
		}
	}
	if p, err := s.Compact(context.Background(), CompactOptions{}); err != nil || p.Left+p.Segments != 0 {
		t.Errorf("again: %+v, %v", p, err)
	}
}

func TestACompactionThatIsCancelledLeavesWhatIsWhole(t *testing.T) {
	s := fiveSegments(t, Options{Dir: t.TempDir(), Durability: Process})
	defer closeTest(t, s)
	want := order(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	p, err := s.Compact(ctx, CompactOptions{Progress: func(p CompactProgress) {
		if p.Into == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || p.Into != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if got := order(t, s); !slices.Equal(got, want) || len(files(t, s)) != 2*4+1 {
		t.Errorf("blocks %v, files %v", got, files(t, s))
	}
}

// TestCrashesWhileSegmentsAreReplaced lets every file operation of a compaction and of a trim be the last before the power goes, or fail
// alone before it goes.
func TestCrashesWhileSegmentsAreReplaced(t *testing.T) {
	for name, change := range map[string]func(s *Store) error{
		"compact": func(s *Store) error {
			_, err := s.Compact(context.Background(), CompactOptions{})
			return err
		},
		"merge": func(s *Store) error {
			_, err := s.Compact(context.Background(), CompactOptions{All: true})
			return err
		},
		"trim": func(s *Store) error {
			_, err := s.Trim(context.Background(), recID, []uint64{1, 2, 3})
			return err
		},
	} {
		for _, alone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s alone=%v", name, alone), func(t *testing.T) { crashAtEach(t, name == "trim", alone, change) })
		}
	}
}

func crashAtEach(t *testing.T, trims, alone bool, change func(s *Store) error) {
	r := rand.New(rand.NewPCG(7, 7))
	states, places := map[string]int{}, 0
	for at, ended := 0, false; !ended; at++ {
		ram := newRAMFiles()
		dir := t.TempDir()
		s := openRAM(t, ram, Options{Dir: dir, Durability: Disk, SyncEvery: time.Hour})
		fill(t, s)
		before := strings.Join(order(t, s), " ")
		n := 0
		ram.setFail(func(op, path string) error {
			if n++; n == at+1 || n > at && !alone {
				return syscall.EIO
			}
			return nil
		})
		err := change(s)
		ram.setFail(nil)
		if ended = n <= at; ended && err != nil {
			t.Fatal(err)
		}
		places = at
		if live := strings.Join(order(t, s), " "); live != before && !trims {
			t.Fatalf("operation %d: readers see %s", at, live)
		}
		after := ram.powerCut(r)
		_ = s.Close() // the power is off
		s = openRAM(t, after, Options{Dir: dir, Durability: Disk, SyncEvery: time.Hour})
		got := strings.Join(order(t, s), " ")
		states[got]++
		if s.Stats().Damaged != 0 {
			t.Fatalf("operation %d: something is called damaged", at)
		}
		if ended && trims && got == before {
			t.Fatal("what was removed is back")
		}
		closeTest(t, s)
	}
	want := 1
	if trims {
		want = 2 // all, or what stays
	}
	if len(states) != want {
		t.Errorf("%d states: %v", len(states), states)
	}
	t.Logf("%d places, outcomes %v", places, slices.Collect(maps.Values(states)))
}
