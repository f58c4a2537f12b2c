package audit

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// large writes a log of n reads at once, without a wait for the disk.
func large(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	l := opened(b, Options{Dir: dir})
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	link, now := l.end, time.Now()
	f, err := os.OpenFile(filepath.Join(dir, Active), os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	var lines []byte
	for k := range n {
		i := access.IntentEntry(intent(k))
		link = link.Seal(&i, now)
		r := access.ResultEntry(access.Receipt(i.Seq), access.Result{Outcome: access.OutcomeOK, Records: k})
		lines = append(i.Canonical(lines, true), '\n')
		link = link.Seal(&r, now)
		lines = append(r.Canonical(lines, true), '\n')
	}
	if _, err := f.Write(lines); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(lines)))
	return dir
}

// BenchmarkVerify reads 100,000 reads, BenchmarkSearchAll looks through them for somebody who is not there, and BenchmarkPage gives the newest.
func BenchmarkVerify(b *testing.B) {
	dir := large(b, 100_000)
	for b.Loop() {
		if _, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearchAll(b *testing.B) { benchmarkSearch(b, Query{Who: "nobody"}) }
func BenchmarkPage(b *testing.B)      { benchmarkSearch(b, Query{}) }

func benchmarkSearch(b *testing.B, q Query) {
	l := opened(b, Options{Dir: large(b, 100_000)})
	for b.Loop() {
		if _, err := l.Search(context.Background(), q); err != nil {
			b.Fatal(err)
		}
	}
}
