//go:build duckdb

package cli

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/duckdb"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

func TestQueriesOfExports(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	ctx := context.Background()
	totals, alerts := filepath.Join(dir, "totals"), filepath.Join(dir, "alerts")
	for job, to := range map[string]string{"shop-totals": totals, "shop-alerts": alerts} {
		if _, errs, code := r.run(ctx, "", "export", "parquet", job, "--dir", to); code != exitFound {
			t.Fatalf("export of %s: exit %d %s", job, code, errs)
		}
	}
	first := `2026-01-05T08:00:00.025000Z` // a step after the clock's start
	read, written := len(r.truth.Orders), len(r.truth.Fired)
	const counts = "SELECT kind, count(*) AS n, min(time) AS first FROM records WHERE kind IN ('source-record', 'written') GROUP BY kind ORDER BY kind"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{counts, "--dir", totals, "--csv"}, fmt.Sprintf("kind,n,first\nsource-record,%d,%s\nwritten,%d,", read, first, written)},
		{[]string{counts, "--dir", totals, "-o", "jsonl"}, fmt.Sprintf(`{"kind":"source-record","n":%d,"first":%q}`, read, first)},
		{[]string{"SELECT 1 AS a, NULL AS b WHERE false", "--dir", totals, "-o", "json"}, "[]\n"},
		{[]string{"SELECT count(DISTINCT recording) AS runs FROM events", "--dir", totals, "--dir", alerts, "--csv"}, "runs\n2\n"},
		{[]string{"SELECT key, value->>'$.order_id' AS id FROM records WHERE kind = 'source-record' ORDER BY event LIMIT 1", "--dir", totals}, "KEY\tID\n"},
	} {
		out, errs, code := r.run(ctx, "", append([]string{"query"}, c.args...)...)
		if code != 0 || !strings.HasPrefix(out, c.want) || !strings.Contains(errs, "Not complete: ") {
			t.Errorf("%q: exit %d\n%s%s\nwant %s", c.args, code, out, errs, c.want)
		}
	}
	if _, errs, code := r.run(ctx, "", "query", "SELECT nothing FROM events", "--dir", totals); code != exitUsage || !strings.Contains(errs, "nothing") {
		t.Errorf("a mistake: exit %d %s", code, errs)
	}

	db, err := duckdb.Open(ctx, duckdb.Options{}, totals)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out, told bytes.Buffer
	for _, terminal := range []bool{true, false} {
		q := &asker{app: &app{Streams: Streams{Out: &out, Err: &told, Terminal: terminal, Width: 80, Height: 24}, format: "table"}, db: db, csv: true}
		err := q.read(ctx, strings.NewReader("SELECT 1 AS\none; SELECT wrong;\nSELECT 2 AS two"))
		if terminal && (err != nil || out.String() != "one\n1\ntwo\n2\n" || !strings.HasPrefix(told.String(), "sql>    > ") || !strings.Contains(told.String(), "wrong")) {
			t.Errorf("at a prompt: %v\n%s\n%s", err, out.String(), told.String())
		}
		if !terminal && (err == nil || out.String() != "one\n1\n") {
			t.Errorf("from a pipe: %v\n%s", err, out.String())
		}
		out.Reset()
		told.Reset()
	}
}

// A folder that the server writes is one set of tables, of which some recordings may be chosen.
func TestQueriesOfPartsThatTheServerWrote(t *testing.T) {
	dir := t.TempDir()
	r := serveWith(t, func(out ingesttest.Output) (*ingesttest.Truth, error) {
		return ingesttest.Generate(ingesttest.Options{Seed: seed, Orders: 60, StepUS: 25_000}, out)
	}, func(name string) (string, bool) {
		v, ok := map[string]string{"export-parquet": dir, "export-parquet-every": "20ms", "retain-free": "0"}[name]
		return v, ok
	})
	ctx, give := context.WithTimeout(context.Background(), time.Minute)
	defer give()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		found, err := filepath.Glob(filepath.Join(dir, "recording=*", "_parts", "recording.json"))
		if err == nil && len(found) == 2 {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the server wrote %v", found)
		case <-tick.C:
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"SELECT count(DISTINCT recording) AS runs FROM events", "-o", "csv"}, "runs\n2\n"}, // the server says where it writes
		{[]string{"SELECT count(DISTINCT recording) AS runs FROM events", "--dir", dir, "--recording", "shop-totals", "-o", "jsonl"}, `{"runs":1}`},
		{[]string{"SELECT count(*) > 0 AS hidden FROM records WHERE kind = 'source-record' AND len(masked) > 0", "-o", "json"}, "[\n  {\"hidden\":true}\n]\n"},
		{[]string{"SELECT count(value) AS shown FROM records WHERE value LIKE '%merchant%m-%'"}, "SHOWN\n0\n"},
	} {
		out, errs, code := r.run(ctx, "", append([]string{"query"}, c.args...)...)
		if code != 0 || !strings.HasPrefix(out, c.want) || !strings.Contains(errs, "Not complete: ") {
			t.Errorf("%q: exit %d\n%s%s\nwant %s", c.args, code, out, errs, c.want)
		}
	}
	if _, errs, code := r.run(ctx, "", "query", "SELECT 1", "--recording", "nothing"); code != exitUsage || !strings.Contains(errs, "nothing") {
		t.Errorf("a recording that there is not: exit %d %s", code, errs)
	}
}
