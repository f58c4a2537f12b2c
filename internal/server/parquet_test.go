package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
)

// A server with a folder writes recordings into it, says so, and what it may not see is in no file.
func TestRecordingsAreExportedInTheBackground(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "parquet")
	cfg := settings(t, map[string]string{"export-parquet": dir, "export-parquet-every": "20ms", "export-parquet-recordings": "shop-t*", "retain-free": "0"})
	r := start(t, cfg)
	truth := r.record(3, 60)
	var st api.Parquet
	until(t, "everything is exported", func() bool {
		r.read("/parquet", &st)
		return st.Parts > 0 && st.Waiting == 0 && st.Error == ""
	})
	if st.Folder != dir || st.Recordings != 1 || st.Events == 0 || st.Bytes == 0 || st.Last == nil {
		t.Errorf("%+v", st)
	}
	found, err := filepath.Glob(filepath.Join(dir, "recording=*"))
	if err != nil || len(found) != 1 || !strings.HasSuffix(found[0], truth.Totals.String()) {
		t.Errorf("%v %v", found, err)
	}
	var checks api.List[api.Check]
	r.read("/doctor", &checks)
	told := false
	for _, c := range checks.Items {
		if c.Check == "parquet" {
			told = c.State == stateOK && strings.Contains(c.Detail, dir)
		}
	}
	if !told {
		t.Errorf("the doctor says %+v", checks.Items)
	}
	if status, _, body := r.get("/metrics"); status != http.StatusOK || !strings.Contains(body, "sightglass_parquet_waiting_blocks 0\n") || !strings.Contains(body, "sightglass_parquet_stopped 0\n") {
		t.Errorf("%d: %s", status, body)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	log, err := os.ReadFile(filepath.Join(cfg.Data, audit.Active))
	if err != nil || !strings.Contains(string(log), `"service:parquet"`) {
		t.Errorf("the audit log does not tell of it: %v", err)
	}
	again := start(t, cfg) // the folder is free
	again.read("/parquet", &st)
}

// What cannot be is said at the start.
func TestMistakesOfTheParquetExport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for setting, values := range map[string]map[string]string{
		"export-parquet-role": {"export-parquet": filepath.Join(dir, "a"), "export-parquet-role": "nobody"},
		"export-parquet:":     {"export-parquet": file},
	} {
		s, err := New(t.Context(), Options{Config: settings(t, values), Version: "1.2.3"})
		if err == nil || !strings.Contains(err.Error(), setting) {
			t.Errorf("%v: %v", values, err)
		}
		if err == nil {
			_ = s.close()
		}
	}
	match := matching("orders*, 8c1e")
	for name, want := range map[string]bool{"orders-eu": true, "8c1e": true, "my-orders": false, "": false} {
		if match([]string{"id", name}) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
