package server

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/share"
)

// A file that one server made is taken in by another, which says where it came from and that it is masked.
func TestAnIncidentFileGoesFromServerToServer(t *testing.T) {
	from := start(t, settings(t, map[string]string{"retain-free": "0"}))
	truth := from.record(3, 60)
	export := func(query string) []byte {
		t.Helper()
		status, _, body := from.get("/api/v1/recordings/" + truth.Totals.String() + "/export/incident" + query)
		if status != http.StatusOK {
			t.Fatalf("%d %.300s", status, body)
		}
		return []byte(body)
	}
	file := export("?as=parquet") // a role that sees no value
	if bytes.Contains(file, []byte("@example.org")) {
		t.Error("a value is in the file")
	}
	report, err := share.Verify(t.Context(), bytes.NewReader(file))
	if err != nil || !report.Manifest.Masked || report.Manifest.By == "" {
		t.Fatalf("%v %+v", err, report)
	}
	key, err := os.Stat(filepath.Join(from.cfg.Data, incidentKeyFile))
	if err != nil || key.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", key, err)
	}
	again, err := share.Verify(t.Context(), bytes.NewReader(export("")))
	if err != nil || again.Fingerprint() != report.Fingerprint() || again.Manifest.Masked {
		t.Errorf("a second file: %v, signed by %s and %s", err, again.Fingerprint(), report.Fingerprint())
	}

	to := start(t, settings(t, map[string]string{"retain-free": "0"}))
	if err := os.WriteFile(filepath.Join(to.cfg.Data, signersFile), []byte(report.Fingerprint()+" the other server\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(file)
	for i := range 1000 { // a single byte may be one that nobody reads, as of an index
		bad[len(bad)/2+i] ^= 4
	}
	if status, body := to.give("/api/v1/incidents", bad); status != http.StatusUnprocessableEntity {
		t.Errorf("a changed file: %d %s", status, body)
	}
	var list api.List[api.Recording]
	if to.read("/recordings", &list); len(list.Items) != 0 {
		t.Errorf("a refused file left %d recordings", len(list.Items))
	}
	status, body := to.give("/api/v1/incidents", file)
	var f api.IncidentFile
	if err := json.Unmarshal([]byte(body), &f); err != nil || status != http.StatusOK || f.Known != "the other server" || !f.Masked || f.Importer == "" {
		t.Fatalf("%d %v %s", status, err, body)
	}
	var kept api.IncidentFile
	if to.read("/recordings/"+truth.Totals.String()+"/incident", &kept); kept.Signer != f.Signer || !kept.Masked || kept.Imported == nil {
		t.Errorf("%+v", kept)
	}
	if status, body := to.give("/api/v1/incidents", file); status != http.StatusConflict || !strings.Contains(body, "here already") {
		t.Errorf("once more: %d %s", status, body)
	}
	var page api.EventPage
	if to.read("/recordings/"+truth.Totals.String()+"/events?kind=record&limit=5", &page); len(page.Items) != 5 {
		t.Errorf("%d events", len(page.Items))
	}
	if left, _ := filepath.Glob(filepath.Join(to.cfg.Data, ".incident-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	log, err := os.ReadFile(filepath.Join(to.cfg.Data, audit.Active))
	if err != nil || !strings.Contains(string(log), `"recording:import"`) || strings.Contains(string(log), "@example.org") {
		t.Errorf("the audit log: %v", err)
	}
}

// give sends a file and gives the answer.
func (r *running) give(path string, body []byte) (int, string) {
	r.t.Helper()
	answer, err := r.http.Post(r.base+path, "application/vnd.sightglass.incident", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
