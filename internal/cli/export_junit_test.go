package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// Only what a replay would record is a reason to run one: a position that names several things is a conflict as well.
func TestAReplayIsRunOnlyForWhatItWouldRecord(t *testing.T) {
	for name, c := range map[string]struct {
		problem string
		replays int
	}{
		"untraced":  {`{"type":"urn:sightglass:untraced","title":"Conflict","status":409,"detail":"its keys are not recorded","hint":"run it again"}`, 1},
		"ambiguous": {`{"title":"Conflict","status":409,"detail":"position op.0.0.1 names more than one thing","hint":"name one of: a, b"}`, 0},
	} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			problem := c.problem
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/replays") {
				asked++
				problem = `{"title":"Too Many Requests","status":429,"detail":"100 replays wait already","hint":"wait"}`
			}
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, problem)
		}))
		var out, errs bytes.Buffer
		code := Main(t.Context(), []string{"--server", server.URL, "export", "test", "rec", "op.0.0.1", "--out", filepath.Join(t.TempDir(), "test")},
			Streams{Out: &out, Err: &errs, Env: func(string) (string, bool) { return "", false }}, "1.2.3")
		server.Close()
		if code == exitOK || asked != c.replays || strings.Contains(errs.String(), "100 replays") != (c.replays > 0) {
			t.Errorf("%s: exit %d, %d replays asked for: %s", name, code, asked, errs.String())
		}
	}
}
