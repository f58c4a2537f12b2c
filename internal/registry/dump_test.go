package registry_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/registry"
)

// filled is a registry with one of everything.
func filled(t *testing.T) *registry.Registry {
	t.Helper()
	r := open(t)
	ctx := t.Context()
	register(t, r, "base", "n:int")
	if _, err := r.Register(ctx, sub("orders-value"), registry.Request{
		Schema: "a:int @base", References: []registry.Reference{{Name: "base", Subject: "base", Version: 1}},
		Metadata: &registry.Metadata{Properties: map[string]string{"owner": "ann"}}, RuleSet: &registry.RuleSet{Domain: []registry.Rule{{Name: "r", Type: "CEL", Kind: "CONDITION", Mode: "WRITE", Expr: "a < 1 && b > 2"}}},
	}); err != nil {
		t.Fatal(err)
	}
	register(t, r, "gone", "x:int")
	register(t, r, "gone", "x:int y:int=0")
	register(t, r, ":.eu:orders-value", "e:int")
	if _, err := r.DeleteVersion(ctx, sub("gone"), "1", false); err != nil {
		t.Fatal(err)
	}
	for s, config := range map[string]string{"": `{"compatibility":"FULL"}`, "orders-value": `{"compatibilityGroup":"major","normalize":true}`, ":.eu:": `{"compatibility":"NONE"}`, "later": `{"alias":"base"}`} {
		if _, err := r.SetConfig(ctx, sub(s), []byte(config)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.SetMode(ctx, sub("base"), registry.ReadOnly, false); err != nil {
		t.Fatal(err)
	}
	return r
}

func written(t *testing.T, r *registry.Registry) string {
	t.Helper()
	d, err := r.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.Write(&b, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExportAndImportLoseNothing(t *testing.T) {
	text := written(t, filled(t))
	to, _ := openAt(t, filepath.Join(t.TempDir(), "other.sqlite"), nil)
	d, err := registry.ReadDump(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := to.Import(t.Context(), d, true); err != nil || r.Versions != 5 {
		t.Fatalf("dry: %+v, %v", r, err)
	}
	if list, err := to.Subjects(t.Context(), registry.AllContexts, "", registry.WithDeleted); err != nil || len(list) != 0 {
		t.Fatalf("a dry run wrote %v, %v", list, err)
	}
	r, err := to.Import(t.Context(), d, false)
	if err != nil || r.Schemas != 5 || r.Versions != 5 || len(r.Conflicts)+len(r.Unread) != 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if got := written(t, to); got != text {
		t.Errorf("want\n%s\ngot\n%s", text, got)
	}
	if r, err := to.Import(t.Context(), d, false); err != nil || r.Schemas+r.Versions+r.Settings != 0 {
		t.Errorf("again: %+v, %v", r, err)
	}
	if v := register(t, to, "new", "q:int"); v.ID != 5 {
		t.Errorf("ids go on where they were: want 5, got %d", v.ID)
	}
}

func TestConflictsAreAllListedAndNothingIsWritten(t *testing.T) {
	from := filled(t)
	d, err := from.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to, _ := openAt(t, filepath.Join(t.TempDir(), "other.sqlite"), nil)
	register(t, to, "base", "other:text")
	register(t, to, "gone", "other:text other2:text=x")
	before := written(t, to)
	r, err := to.Import(t.Context(), d, false)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(r.Conflicts, "\n")
	for _, want := range []string{"id 1 of context . is another schema here", "id 2 of context .", "version 1 of gone"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	if got := written(t, to); got != before {
		t.Errorf("something was written:\n%s", got)
	}
}

func TestDumpsThatAreNoneAreRefused(t *testing.T) {
	for _, bad := range []string{`{"kind":"schema"}`, `{"kind":"header","format":"sightglass-registry","number":99}`, "{", `{"kind":"header","format":"sightglass-registry","number":1}` + "\n" + `{"kind":"what"}`} {
		if _, err := registry.ReadDump(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	r := open(t)
	_, err := r.Import(t.Context(), &registry.Dump{Versions: []registry.Line{{Kind: "version", Context: ".", Subject: "s", Version: 1}}}, false)
	wants(t, "a version without an id", err, registry.CodeUnsupported)
	report, err := r.Import(t.Context(), &registry.Dump{Versions: []registry.Line{{Kind: "version", Context: ".", Subject: "s", Version: 1, ID: 4}}}, false)
	if err != nil || len(report.Conflicts) != 1 {
		t.Errorf("an id of nothing: %+v, %v", report, err)
	}
}

// A registry that is followed changes in every way, and is not there for a while: the copy is as it was last, and takes no changes of its own.
func TestFollowing(t *testing.T) {
	from := filled(t)
	down := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down || r.URL.Path != registry.ExportPath {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, written(t, from))
	}))
	defer server.Close()
	to, _ := openAt(t, filepath.Join(t.TempDir(), "copy.sqlite"), func(o *registry.Options) { o.ReadOnly = true })
	f := &registry.Follower{Registry: to, Upstream: &registry.Upstream{URL: server.URL, Client: server.Client()}, Log: quiet(), Now: time.Now}
	same := func(when string) {
		t.Helper()
		f.Round(t.Context())
		if s := f.State(); s.Error != "" || s.Read.IsZero() {
			t.Errorf("%s: %+v", when, s)
		}
		if got, want := written(t, to), written(t, from); got != want {
			t.Errorf("%s: want\n%s\ngot\n%s", when, want, got)
		}
	}
	same("at first")
	register(t, from, "orders-key", "k:int")
	if _, err := from.DeleteSubject(t.Context(), sub("gone"), false); err != nil {
		t.Fatal(err)
	}
	if _, err := from.SetConfig(t.Context(), sub(""), []byte(`{"compatibility":"NONE"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := from.DeleteMode(t.Context(), sub("base"), false); err != nil {
		t.Fatal(err)
	}
	same("after changes")
	_, err := to.Register(t.Context(), sub("own"), registry.Request{Schema: "a:int"})
	wants(t, "registering in the copy", err, registry.CodeNotPermitted)
	down = true
	f.Round(t.Context())
	if s := f.State(); s.Error == "" || s.Read.IsZero() {
		t.Errorf("nobody is told that it is away: %+v", s)
	}
	if _, err := to.Version(t.Context(), sub("orders-key"), "latest", false); err != nil {
		t.Errorf("what was known is gone: %v", err)
	}
	down = false
	same("after it came back")
}
