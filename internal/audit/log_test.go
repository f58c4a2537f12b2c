package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

func intent(n int) access.Intent {
	return access.Intent{Principal: "local:ann", Roles: []string{"local"}, Client: "127.0.0.1:4711", Action: access.JobRead, Resource: "recording/8c1e",
		Ranges: []string{fmt.Sprintf("read %d", n)}, Policy: "local-clear"}
}

func opened(t testing.TB, o Options) *Log {
	t.Helper()
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// read makes one whole read.
func read(t testing.TB, l *Log, n int) access.Receipt {
	t.Helper()
	r, err := l.Begin(context.Background(), intent(n))
	if err == nil {
		err = l.End(context.Background(), r, access.Result{Outcome: access.OutcomeOK, Records: n})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// broken is the verdict on a folder; nil when it is whole.
func broken(t testing.TB, o VerifyOptions) *access.Broken {
	t.Helper()
	_, err := Verify(context.Background(), o)
	var b *access.Broken
	if err != nil && !errors.As(err, &b) {
		t.Fatal(err)
	}
	return b
}

func TestReadsAreAChainAcrossStarts(t *testing.T) {
	dir := t.TempDir()
	for start := range 3 {
		l := opened(t, Options{Dir: dir})
		for n := range 5 {
			read(t, l, n)
		}
		if err := l.Close(); err != nil {
			t.Fatalf("start %d: %v", start, err)
		}
	}
	r, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}})
	if err != nil || r.Entries != 31 || r.End.Seq != 31 || r.Heads != 3 || r.HeadSeq != 31 || !r.OwnKey {
		t.Errorf("%+v, %v", r, err)
	}
	for name, mode := range map[string]os.FileMode{Active: 0o600, keyFile: 0o600, HeadsFile: 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestConcurrentWritersShareWrites(t *testing.T) {
	dir := t.TempDir()
	l := opened(t, Options{Dir: dir, FileSize: 20 << 10})
	const writers, reads = 32, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range reads {
				read(t, l, w*reads+n)
			}
		})
	}
	wg.Wait()
	s := l.Stats()
	if s.Syncs >= writers*reads || s.Errors != 0 {
		t.Errorf("%+v for %d reads", s, writers*reads)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := list(dir)
	if err != nil || len(files) < 3 {
		t.Errorf("%d full files, %v", len(files), err)
	}
	r, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}})
	if err != nil || r.Entries != 2*writers*reads+uint64(len(files))+1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// faulty fails as a disk does that is full: in the middle of a write, or in fsync.
type faulty struct {
	f           *os.File
	room        int
	write, sync bool
}

func (f *faulty) Write(b []byte) (int, error) {
	if f.write {
		n, _ := f.f.Write(b[:min(len(b), f.room)])
		return n, errors.New("no space left on device")
	}
	return f.f.Write(b)
}

func (f *faulty) Sync() error {
	if f.sync {
		return errors.New("input/output error")
	}
	return f.f.Sync()
}

func TestAFullDiskRefusesReadsAndTheChainGoesOnWhole(t *testing.T) {
	for name, fault := range map[string]*faulty{"nothing fits": {write: true}, "half a line": {write: true, room: 100}, "whole lines": {write: true, room: 1 << 20}, "fsync": {sync: true}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := opened(t, Options{Dir: dir})
			read(t, l, 1)
			at := fault
			l.wrap = func(f *os.File) file { at.f = f; return at }
			if _, err := l.Begin(context.Background(), intent(2)); !errors.Is(err, access.ErrAudit) {
				t.Fatalf("got %v", err)
			}
			at = &faulty{}
			r := read(t, l, 3)
			if r != 4 {
				t.Errorf("receipt %d: the refused read left a hole", r)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if b := broken(t, VerifyOptions{Paths: []string{dir}}); b != nil {
				t.Error(b)
			}
			raw, _ := os.ReadFile(filepath.Join(dir, Active))
			if bytes.Contains(raw, []byte("read 2")) {
				t.Error("a read that was refused stands in the log")
			}
		})
	}
}

func TestAnOldLogIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	old := `{"seq":7,"time":"2026-08-01T14:02:11Z","phase":"intent","principal":"local:ann","action":"job:read","resource":"recording/1","policy":"local-clear"}` + "\n" + `{"seq":8,"pha`
	if err := os.WriteFile(filepath.Join(dir, Active), []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	l := opened(t, Options{Dir: dir})
	if r := read(t, l, 1); r != 9 {
		t.Errorf("receipt %d behind 7 and the first entry of the new file", r)
	}
	page, err := l.Search(context.Background(), Query{})
	if err != nil || len(page.Acts) != 3 || page.Acts[2].Seq != 7 || page.Acts[2].Outcome != OutcomeOpen {
		t.Errorf("%+v, %v", page, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "audit-0001.jsonl"))
	if err != nil || string(kept) != old {
		t.Errorf("the old log is %q, %v", kept, err)
	}
	raw, _ := os.ReadFile(filepath.Join(dir, Active))
	line, _, _ := strings.Cut(string(raw), "\n")
	first, err := access.ParseEntry([]byte(line))
	if err != nil || first.Before != "audit-0001.jsonl" || first.BeforeHash != sha256.Sum256(kept) || first.Seq != 8 || first.File != 2 {
		t.Errorf("%+v, %v", first, err)
	}
	if r, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}}); err != nil || !slices.Equal(r.Unchained, []string{"audit-0001.jsonl"}) {
		t.Errorf("%+v, %v", r, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "audit-0001.jsonl"), append(kept, ' '), 0o600); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.File != "audit-0001.jsonl" {
		t.Errorf("a changed old log: %v", b)
	}
	if err := os.Remove(filepath.Join(dir, "audit-0001.jsonl")); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.File != "audit-0001.jsonl" {
		t.Errorf("a missing old log: %v", b)
	}
}

func TestADamagedEndBeginsAnotherChainAndIsTold(t *testing.T) {
	dir := t.TempDir()
	l := opened(t, Options{Dir: dir})
	read(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, Active)
	raw, _ := os.ReadFile(path)
	if err := os.WriteFile(path, bytes.Replace(raw, []byte(`"outcome":"ok","phase":"result"`), []byte(`"outcome":"no","phase":"result"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	l = opened(t, Options{Dir: dir})
	if r := read(t, l, 2); r != 5 {
		t.Errorf("receipt %d", r)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.Seq != 3 || b.File != "audit-0001.jsonl" {
		t.Errorf("got %v", b)
	}
}

func TestAnUnfinishedEntryIsCutAndWrittenDown(t *testing.T) {
	dir := t.TempDir()
	l := opened(t, Options{Dir: dir})
	read(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, Active)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.WriteString(`{"action":"job:re`)
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil || b.Seq != 4 || b.Line != 4 {
		t.Errorf("before the start: %v", b)
	}
	l = opened(t, Options{Dir: dir})
	page, err := l.Search(context.Background(), Query{Action: "audit:repair"})
	if err != nil || len(page.Acts) != 1 || !strings.HasPrefix(page.Acts[0].Ranges[0], "17 bytes") {
		t.Errorf("%+v, %v", page, err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b != nil {
		t.Error(b)
	}
}

func TestAStartBetweenTwoFilesGoesOn(t *testing.T) {
	dir := t.TempDir()
	l := opened(t, Options{Dir: dir})
	read(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// As if the process had ended after the first of two renames.
	if err := os.Rename(filepath.Join(dir, Active), filepath.Join(dir, full(1))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, partFile), []byte("begun"), 0o600); err != nil {
		t.Fatal(err)
	}
	l = opened(t, Options{Dir: dir})
	if r := read(t, l, 2); r != 5 {
		t.Errorf("receipt %d", r)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b != nil {
		t.Error(b)
	}
}

// TestAKilledReadLeavesItsIntent runs itself as a process that is killed between an intent and its result.
func TestAKilledReadLeavesItsIntent(t *testing.T) {
	if dir := os.Getenv("AUDIT_KILLED"); dir != "" {
		l, err := Open(Options{Dir: dir})
		if err == nil {
			_, err = l.Begin(context.Background(), intent(42))
		}
		fmt.Println("begun", err)
		select {}
	}
	dir := t.TempDir()
	c := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	c.Env = append(os.Environ(), "AUDIT_KILLED="+dir)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if err != nil || line != "begun <nil>\n" {
		t.Fatalf("%q, %v", line, err)
	}
	l := opened(t, Options{Dir: dir})
	page, err := l.Search(context.Background(), Query{Who: "ANN"})
	if err != nil || len(page.Acts) != 1 || page.Acts[0].Outcome != OutcomeOpen || page.Acts[0].Ranges[0] != "read 42" {
		t.Errorf("%+v, %v", page, err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b != nil {
		t.Error(b)
	}
}

func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	l := opened(t, Options{Dir: t.TempDir()})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Begin(context.Background(), intent(1)); !errors.Is(err, access.ErrAudit) {
		t.Errorf("got %v", err)
	}
}

func benchmarkBegin(b *testing.B, writers int) {
	l := opened(b, Options{Dir: b.TempDir()})
	took := make([][]time.Duration, writers)
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for n := w; n < b.N; n += writers {
				began := time.Now()
				r, err := l.Begin(context.Background(), intent(n))
				took[w] = append(took[w], time.Since(began))
				if err != nil || l.End(context.Background(), r, access.Result{Outcome: access.OutcomeOK}) != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*95/100].Microseconds()), "p95-µs")
}

func BenchmarkBegin1(b *testing.B)  { benchmarkBegin(b, 1) }
func BenchmarkBegin64(b *testing.B) { benchmarkBegin(b, 64) }
