package api

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
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
	files := unzipped(t, &got)
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

// unzipped is what the zip of a test holds, which is what its list of files says.
func unzipped(t *testing.T, of *TestExport) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(of.Zip), int64(len(of.Zip)))
	if err != nil {
		t.Fatal(err)
	}
	files, told := map[string]string{}, []TestExportFile{}
	for _, x := range z.File {
		r, err := x.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r) // checks the sum as well
		if err != nil {
			t.Fatal(err)
		}
		files[x.Name] = string(b)
		told = append(told, TestExportFile{x.Name, len(b)})
	}
	if !slices.Equal(told, of.Files) {
		t.Errorf("the zip holds %v, and the list says %v", told, of.Files)
	}
	return files
}

// What two people take of one moment is the same file, byte for byte.
func TestAnExportedTestIsTheSameEveryTime(t *testing.T) {
	f := open(t, local, withCapsule)
	at := Base + "/recordings/" + f.truth.Totals.String() + "/tests/" + url.PathEscape(f.truth.Orders[0].Window.String())
	_, _, one := get2(t, f, at)
	_, _, two := get2(t, f, at)
	if len(one) == 0 || !bytes.Equal(one, two) {
		t.Errorf("%d bytes, then %d others", len(one), len(two))
	}
}

func TestATestIsRefusedToWhoMayNotExport(t *testing.T) {
	for _, role := range []string{"", "guest"} {
		f := open(t, func(*http.Request) (access.Principal, error) {
			return access.Principal{ID: "eve", Name: "eve", Roles: []string{role}}, nil
		}, withCapsule)
		status, _, body := get2(t, f, Base+"/recordings/"+f.truth.Totals.String()+"/tests/"+url.PathEscape(f.truth.Orders[0].Window.String()))
		if status != http.StatusForbidden || strings.Contains(string(body), "zip") || !strings.Contains(string(body), "recording:export") || strings.Contains(f.audit.String(), `"phase":"intent"`) ||
			strings.Count(f.audit.String(), `"outcome":"denied"`) != 1 {
			t.Errorf("role %q: %d %s, written down %q", role, status, body, f.audit.String())
		}
	}
}

// A program that starts a replay must know this conflict from others.
func TestWhatIsNotTracedIsAProblemOfItsOwn(t *testing.T) {
	f := open(t, local, withCapsule)
	p := f.api.service.problem(t.Context(), route{}, fmt.Errorf("window: %w", browse.ErrUntraced))
	other := f.api.service.problem(t.Context(), route{}, &browse.AmbiguousError{What: "position", Text: "x.0.0.1"})
	if p.Status != http.StatusConflict || p.Type != untraced || other.Status != http.StatusConflict || other.Type != "" {
		t.Errorf("%+v, %+v", p, other)
	}
}
