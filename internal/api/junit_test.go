package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

func withCapsule(s *memory.Store, truth *ingesttest.Truth) error {
	parts := map[string]string{"task_configuration": "a configuration", "execution_config": "another"}
	return ingesttest.PutCapsule(context.Background(), s, truth.Totals, truth.Orders[0].Window.Attempt, truth.WallMax, parts)
}

func TestAMomentIsExportedAsATest(t *testing.T) {
	f := open(t, local, withCapsule)
	o := f.truth.Orders[0]
	at := Base + "/recordings/" + f.truth.Totals.String() + "/tests/" + url.PathEscape(o.Window.String())
	status, _, body := get2(t, f, at+"?pom=true&name=First&package=a.b&expect=no-output")
	var got TestExport
	if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	files := map[string]string{}
	for _, x := range got.Files {
		files[x.Path] = string(x.Content)
	}
	if got.Class != "a.b.FirstTest" || got.Op != "window" || got.Records == 0 || got.Traced != f.truth.Totals.String() || len(got.Unproven) == 0 ||
		files["src/test/resources/a/b/FirstTest/task.ser"] != "a configuration" || !strings.Contains(files["src/test/java/a/b/FirstTest.java"], "operator.givesSoMany(0);") ||
		!strings.Contains(files["pom.xml"], "<flink.version>2.3.0</flink.version>") || len(files) != 7 {
		t.Errorf("%+v", got)
	}
	if log := f.audit.String(); strings.Count(log, `"action":"recording:export"`) != 1 || !strings.Contains(log, "test of "+o.Window.String()) || !strings.Contains(log, `"outcome":"ok"`) {
		t.Errorf("written down: %s", log)
	}
	for query, want := range map[string]int{
		at + "?expect=nothing": http.StatusBadRequest, at + "?name=a-b": http.StatusBadRequest,
		strings.Replace(at, url.PathEscape(o.Window.String()), "nothing", 1):                                      http.StatusBadRequest,
		strings.Replace(at, url.PathEscape(o.Window.String()), url.PathEscape(o.Source.String()), 1):              http.StatusUnprocessableEntity,
		strings.Replace(at, url.PathEscape(o.Window.String()), url.PathEscape(o.Window.Attempt.String()+"#0"), 1): http.StatusNotFound,
	} {
		if status, _, body := get2(t, f, query); status != want {
			t.Errorf("%s: %d %s, want %d", query, status, body, want)
		}
	}
}

func TestATestIsRefusedToWhoMayNotExport(t *testing.T) {
	f := open(t, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "eve", Roles: []string{"guest"}}, nil
	}, withCapsule)
	status, _, body := get2(t, f, Base+"/recordings/"+f.truth.Totals.String()+"/tests/"+url.PathEscape(f.truth.Orders[0].Window.String()))
	if status != http.StatusForbidden || strings.Contains(string(body), "content") || f.audit.Len() > 0 {
		t.Errorf("%d %s, written down %q", status, body, f.audit.String())
	}
}
