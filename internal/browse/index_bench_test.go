package browse

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// BenchmarkRareText looks for the id of one order in a recording of ORDERS orders (default 2,000), with and without an index:
//
//	ORDERS=400000 go test ./internal/browse -run XXX -bench RareText -benchtime 3x
func BenchmarkRareText(b *testing.B) {
	orders := 2000
	if n, err := strconv.Atoi(os.Getenv("ORDERS")); err == nil {
		orders = n
	}
	dir := b.TempDir()
	s, err := disk.Open(disk.Options{Dir: dir, SealBytes: 4 << 20, Durability: disk.Process, MinFree: -1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	truth, err := ingesttest.DemoRecording(s, 21, orders)
	if err != nil {
		b.Fatal(err)
	}
	queries, err := query.New(query.Options{Reader: s, CacheBytes: 1})
	if err != nil {
		b.Fatal(err)
	}
	policy, err := access.NewPolicy("bench", access.Role{Name: access.LocalRole, Clear: []string{"*"}})
	if err != nil {
		b.Fatal(err)
	}
	browser, err := New(Options{Queries: queries, Policy: access.NewInForce(policy), Auditor: &diary{}})
	if err != nil {
		b.Fatal(err)
	}
	t := Target{Recording: truth.Totals}
	ctx := context.Background()
	events := 0
	search := func() (found int, x query.Explain) {
		q := EventQuery{Match: fmt.Sprintf("o-%07d", orders/2), Limit: 1000}
		for {
			page, err := browser.Events(ctx, local, t, q)
			if err != nil {
				b.Fatal(err)
			}
			found += len(page.Events)
			x.Add(page.Explain)
			if q.After = page.Next; q.After == "" {
				return found, x
			}
		}
	}
	want, _ := search()
	b.Run("scan", func(b *testing.B) {
		for range b.N {
			_, x := search()
			events = x.Rows
		}
		b.ReportMetric(float64(events), "rows")
	})
	began := time.Now()
	if _, err := browser.IndexTexts(ctx, t.Recording, never); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	var size int64
	files, _ := filepath.Glob(filepath.Join(dir, "seg", t.Recording.String(), "*.tok"))
	for _, f := range files {
		if i, err := os.Stat(f); err == nil {
			size += i.Size()
		}
	}
	b.Run("indexed", func(b *testing.B) {
		var x query.Explain
		for range b.N {
			n := 0
			if n, x = search(); n != want {
				b.Fatalf("%d events, %d without an index", n, want)
			}
		}
		b.ReportMetric(float64(x.Decoded), "decoded")
		b.ReportMetric(float64(x.Absent), "skipped")
		b.ReportMetric(float64(len(files)), "files")
		if events > 0 {
			b.ReportMetric(float64(size)/float64(events), "B/row")
			b.ReportMetric(float64(took.Microseconds())/float64(events), "µs/row")
		}
	})
}
