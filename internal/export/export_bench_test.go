package export

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

// BenchmarkExport writes one recording into nowhere; ns/event and B/event are what counts.
func BenchmarkExport(b *testing.B) {
	s := open(b, ingesttest.Options{Seed: 1, Orders: 20_000, Traced: true})
	var events int64
	for b.Loop() {
		var size sink
		m, err := Run(context.Background(), Request{Browser: s.Browser, Who: access.LocalPrincipal("joe"), Target: s.totals, Archive: &size, Spool: b.TempDir(), Now: time.Now, Query: browse.EventQuery{}})
		if err != nil {
			b.Fatal(err)
		}
		events += m.Tables["events"].Rows
		b.ReportMetric(float64(size)/float64(m.Tables["events"].Rows), "B/event")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
}

// sink is an Archive that counts.
type sink int64

func (s *sink) Add(_ string, size int64, content io.Reader) error {
	*s += sink(size)
	_, err := io.Copy(io.Discard, content)
	return err
}
