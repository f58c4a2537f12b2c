package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStoreVerbsWhileTheServerRuns(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "store", "verify", "--decode")
	if code != 0 || out != "" || !strings.Contains(errs, "nothing is wrong") {
		t.Errorf("verify: exit %d %q %q", code, out, errs)
	}
	out, errs, code = r.run(ctx, "", "store", "stats", "-o", "json")
	var report storeReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 {
		t.Fatalf("stats: exit %d %v %s", code, err, errs)
	}
	if report.Kind != "store-report" || len(report.Recordings) < 2 || len(report.Problems) != 0 {
		t.Errorf("%+v", report)
	}
	for _, one := range report.Recordings {
		if one.Blocks == "0" || len(one.Lanes) == 0 || one.From.IsZero() || one.To.Before(one.From) {
			t.Errorf("%+v", one)
		}
	}
	if _, errs, code := r.run(ctx, "", "store", "repair"); code != exitInternal || !strings.Contains(errs, "a server runs on this data folder") {
		t.Errorf("repair: exit %d %s", code, errs)
	}
	missing := filepath.Join(t.TempDir(), "none")
	if _, errs, code := r.run(ctx, "", "store", "repair", "--data", missing); code != exitUsage || !strings.Contains(errs, "there is no store in") {
		t.Errorf("repair of nothing: exit %d %s", code, errs)
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestStoreVerbsOfADamagedStore(t *testing.T) {
	r := serve(t)
	segments, err := filepath.Glob(filepath.Join(r.data, "store", "seg", "*", "*.sgs"))
	if err != nil || len(segments) == 0 {
		t.Fatal(segments, err)
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(r.data)); err != nil {
		t.Fatal(err)
	}
	// The middle of the largest one.
	path, most := "", int64(0)
	for _, s := range segments {
		if info, err := os.Stat(s); err == nil && info.Size() > most {
			path, most = filepath.Join(copied, strings.TrimPrefix(s, r.data)), info.Size()
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "store", "verify", "--data", copied)
	if code != exitFound || !strings.Contains(out, "damaged") || !strings.Contains(errs, "1 problem, 1 of them with a loss") {
		t.Errorf("verify: exit %d %s%s", code, out, errs)
	}
	if _, errs, code = r.run(ctx, "", "store", "repair", "--data", copied); code != 0 || !strings.Contains(errs, "damaged") {
		t.Errorf("repair: exit %d %s", code, errs)
	}
	// The damaged stretch stays in the file, left out, and a gap tells of it.
	out, _, _ = r.run(ctx, "", "store", "stats", "--data", copied)
	if !strings.Contains(out, "\tgap\t") {
		t.Errorf("no gap:\n%s", out)
	}
}
