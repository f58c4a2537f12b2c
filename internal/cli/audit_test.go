package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/audit"
)

func TestTheAuditLogIsListedCheckedAndExported(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	if _, errs, code := r.run(ctx, "", "events", "shop-totals", "--limit", "2"); code != 0 {
		t.Fatalf("events: exit %d %s", code, errs)
	}
	out, errs, code := r.run(ctx, "", "audit", "--action", "job:read", "--limit", "1", "-o", "jsonl")
	var e gen.AuditEntry
	if err := json.Unmarshal([]byte(out), &e); err != nil || code != 0 || e.Outcome != "ok" || e.Records == "0" || !strings.Contains(e.Resource, r.truth.Totals.String()) {
		t.Fatalf("exit %d %v %s%s", code, err, out, errs)
	}
	if out, errs, code := r.run(ctx, "200x40", "audit", "--limit", "5"); code != 0 || !strings.Contains(out, "audit:read") || !strings.Contains(out, "job:read") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if _, errs, code := r.run(ctx, "", "audit", "--who", "nobody"); code != 0 || !strings.Contains(errs, "No entry matches") {
		t.Errorf("exit %d %s", code, errs)
	}
	if _, _, code := r.run(ctx, "", "audit", "--outcome", "good"); code != exitUsage {
		t.Errorf("an outcome that is none: exit %d", code)
	}
	out, errs, code = r.run(ctx, "", "audit", "export", "--after", "1")
	if first, _, _ := strings.Cut(out, "\n"); code != 0 || !strings.Contains(first, `"id":"2"`) || strings.Count(out, audit.EntryType) < 4 {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	out, errs, code = r.run(ctx, "", "audit", "verify", "--data", r.data)
	if code != 0 || !strings.HasPrefix(out, "WHOLE") || !strings.Contains(errs, "No head") {
		t.Errorf("exit %d %s%s", code, out, errs)
	}
	// What somebody changed is named.
	raw, err := os.ReadFile(filepath.Join(r.data, audit.Active))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.jsonl")
	if err := os.WriteFile(file, bytes.Replace(raw, []byte("job:read"), []byte("job:view"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, code = r.run(ctx, "", "audit", "verify", file, "-o", "json")
	var report auditReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitFound || report.State != "broken" || report.Bad == nil || report.Bad.Seq == "" {
		t.Errorf("exit %d %v %s", code, err, out)
	}
	if out, _, code := r.run(ctx, "", "audit", "verify", filepath.Join(t.TempDir(), "none")); code != exitUnknown || !strings.HasPrefix(out, "UNKNOWN") {
		t.Errorf("nothing there: exit %d %s", code, out)
	}
	if _, _, code := r.run(ctx, "", "audit", "verify", file, "--key", "zz"); code != exitUsage {
		t.Errorf("a key that is none: exit %d", code)
	}
}
