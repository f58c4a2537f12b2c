package cli

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/gen"
)

func TestPinsFromMakingToTakingAway(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	if _, errs, code := r.run(ctx, "", "pins"); code != 0 || !strings.Contains(errs, "Nothing is pinned") {
		t.Errorf("no pin: exit %d %s", code, errs)
	}
	if _, _, code := r.run(ctx, "", "pin", "shop-totals", "--reason", "whim"); code != exitUsage {
		t.Errorf("no reason: exit %d", code)
	}
	out, errs, code := r.run(ctx, "", "pin", "shop-totals", "--note", "ticket 4711", "-o", "json")
	var p gen.Pin
	if err := json.Unmarshal([]byte(out), &p); err != nil || code != 0 || p.Note != "ticket 4711" || p.Reason != "incident" || p.Segments == 0 || p.Recording != r.truth.Totals.String() {
		t.Fatalf("pin: exit %d %v %s%s", code, err, out, errs)
	}
	out, errs, code = r.run(ctx, "", "pin", "shop-totals", "--from", "2001-01-01", "--to", "2001-01-02")
	if code == 0 || !strings.Contains(errs, "nothing of this recording is stored") {
		t.Errorf("an empty stretch: exit %d %s%s", code, out, errs)
	}
	out, errs, code = r.run(ctx, "200x40", "pins")
	if code != 0 || !strings.Contains(out, p.ID) || !strings.Contains(out, "ticket 4711") || !strings.Contains(errs, "the quota is 20.0 GiB") {
		t.Errorf("pins: exit %d\n%s%s", code, out, errs)
	}
	out, errs, code = r.run(ctx, "", "store", "stats", "-o", "json")
	var report storeReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || len(report.Pins) != 1 || report.Pins[0].ID != p.ID {
		t.Errorf("stats: exit %d %v %+v %s", code, err, report.Pins, errs)
	}
	held := 0
	for _, one := range report.Recordings {
		held += one.Pinned
	}
	if held != int(p.Segments) {
		t.Errorf("%d segments are pinned, the pin says %d", held, p.Segments)
	}
	if _, errs, _ := r.run(ctx, "", "store", "stats"); !strings.Contains(errs, "1 pinned (1 pin, ") {
		t.Errorf("stats: %s", errs)
	}
	if out, errs, code = r.run(ctx, "", "unpin", p.ID); code != 0 || !strings.Contains(out, "no longer pinned") {
		t.Errorf("unpin: exit %d %s%s", code, out, errs)
	}
	if _, errs, code = r.run(ctx, "", "unpin", p.ID); code == 0 || !strings.Contains(errs, "there is no pin") {
		t.Errorf("unpin again: exit %d %s", code, errs)
	}
}

func TestCompactionInTheServerAndWithoutOne(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "store", "compact", "-o", "json")
	var c gen.Compaction
	if err := json.Unmarshal([]byte(out), &c); err != nil || code != 0 || c.State != gen.CompactionStateDone || c.Ended.IsZero() {
		t.Fatalf("in the server: exit %d %v %s%s", code, err, out, errs)
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(r.data)); err != nil {
		t.Fatal(err)
	}
	if out, errs, code = r.run(ctx, "", "store", "compact", "--data", copied); code != 0 || !strings.Contains(out, " before, ") {
		t.Errorf("without a server: exit %d %s%s", code, out, errs)
	}
	if out, errs, code = r.run(ctx, "", "store", "compact", "--data", copied, "-o", "json"); code != 0 {
		t.Errorf("again: exit %d %s", code, errs)
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil || c.Segments != 0 {
		t.Errorf("again: %v %s", err, out)
	}
	if out, errs, code = r.run(ctx, "", "store", "verify", "--decode", "--data", copied); code != 0 || !strings.Contains(errs, "nothing is wrong") {
		t.Errorf("verify: exit %d %s%s", code, out, errs)
	}
}
