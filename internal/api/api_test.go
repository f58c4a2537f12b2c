package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/grant"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/tables"
)

type host struct{}

func (host) Status(context.Context) (Status, error) {
	return Status{Version: "test", FlinkLines: []string{}}, nil
}

func (host) Doctor(context.Context) ([]Check, error) {
	return []Check{{Check: "disk", State: "ok", Detail: "enough"}}, nil
}

// fixture is the API over a demo recording, for a caller that as names.
type fixture struct {
	api       *API
	server    *httptest.Server
	truth     *ingesttest.Truth
	sql       *ingesttest.SQLTruth
	replays   *keptReplays
	logins    *keptLogins
	browser   *browse.Browser
	audit     written
	kafka     *kafkatest.Cluster
	grants    *grant.Keeper
	catalog   *catalog.Catalog
	notify    *notify.Keeper
	tables    *tables.DB
	ahead     atomic.Int64 // nanoseconds that the clock of grants is ahead
	contracts *checks.Engine
	tags      lateTags
}

// written is the audit log of a fixture as text, without the entries that begin its files.
type written struct {
	t   *testing.T
	log *audit.Log
}

func (w written) String() string {
	var b strings.Builder
	if _, err := w.log.Entries(context.Background(), 0, func(e *access.Entry) error {
		if e.Phase != access.PhaseFile {
			b.Write(e.Canonical(nil, true))
		}
		return nil
	}); err != nil {
		w.t.Error(err)
	}
	return b.String()
}

func (w written) Len() int { return len(w.String()) }

func open(t *testing.T, as func(*http.Request) (access.Principal, error), more ...func(*memory.Store, *ingesttest.Truth) error) *fixture {
	t.Helper()
	return openUnder(t, access.Local(), as, more...)
}

// openUnder is open with another access policy.
func openUnder(t *testing.T, policy *access.Policy, as func(*http.Request) (access.Principal, error), more ...func(*memory.Store, *ingesttest.Truth) error) *fixture {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.Record(t.Context(), store, ingesttest.Options{Seed: 11, Orders: 500, StepUS: 10_000, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	sql, err := ingesttest.RecordSQL(t.Context(), store, 11)
	if err != nil {
		t.Fatal(err)
	}
	for _, add := range more {
		if err := add(store, truth); err != nil {
			t.Fatal(err)
		}
	}
	queries, err := query.New(query.Options{Reader: store, Blobs: store})
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(audit.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cluster, shop := looked(t)
	f, force := &fixture{truth: truth, sql: sql, audit: written{t, log}, kafka: cluster}, access.NewInForce(policy)
	browser, err := browse.New(browse.Options{Queries: queries, Policy: force, Auditor: log, Clusters: []browse.Cluster{shop}, FieldTags: &f.tags})
	if err != nil {
		t.Fatal(err)
	}
	kept, logins := &keptReplays{rec: truth.Totals}, &keptLogins{}
	f.grants = grant.Open(grant.Options{File: filepath.Join(t.TempDir(), grant.FileName), Force: force, Now: func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }})
	f.browser = browser
	f.catalog = filledCatalog(t, f)
	f.tags.Store(f.catalog)
	f.openNotify(t, force)
	f.contracts = held(t, shop)
	a, err := New(Options{Version: "test", Catalog: f.catalog, Notify: f.notify, Contracts: f.contracts, Schemas: keptSchemas(t), Impact: impactOf(t, browser, shopEstate{}), Grants: f.grants, Browser: browser, Host: host{}, House: &keptHouse{rec: truth.Totals}, Audit: log, Replays: kept, Logins: logins, Steering: steer(t, browser), Journeys: journeys{}, Authenticate: as, Incidents: &keptIncidents{rec: truth.Totals}, Links: newKeptLinks(truth.Totals)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(func() { a.Close(); server.Close(); _ = log.Close() })
	f.api, f.server, f.replays, f.logins, f.browser = a, server, kept, logins, browser
	return f
}

// granting is a policy whose local user may do everything, with rules of grants.
func granting(t *testing.T) *access.Policy {
	t.Helper()
	p, err := access.ReadPolicy(`grants:
  - {name: once, ask: [local], clear: [unknown], resources: ["**"]}
  - {name: two, ask: [local], approve: [local], clear: [unknown], resources: ["**"]}
`, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func local(*http.Request) (access.Principal, error) { return access.LocalPrincipal("ann"), nil }

func get2(t *testing.T, f *fixture, path string, header ...string) (int, http.Header, []byte) {
	t.Helper()
	return send2(t, f, http.MethodGet, path, "", header...)
}

// send2 makes a request of any method; body may be empty.
func send2(t *testing.T, f *fixture, method, path, body string, header ...string) (int, http.Header, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, answer
}

func answerOf[T any](t *testing.T, f *fixture, path string) (out T) {
	t.Helper()
	status, _, body := get2(t, f, Base+path)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}

func TestEveryRouteAnswersItsShape(t *testing.T) {
	f := openUnder(t, granting(t), local, withCapsule)
	for _, r := range f.api.service.table {
		if strings.HasSuffix(r.id, "-live") || r.id == "lineage-parts" || r.id == "audit-entries" || r.id == "topic-tail" { // streams
			continue
		}
		if strings.HasPrefix(r.id, "step") { // here nothing is replayed
			continue
		}
		path, body := asked(f, r)
		status, header, answer := send2(t, f, f.api.service.methods[r.id], Base+path, body)
		kind := "application/json"
		switch r.id {
		case "export-parquet":
			kind = "application/x-tar"
		case "export-incident", "link-file":
			kind = incidentType
		}
		want := http.StatusOK
		if r.id == "openlineage" {
			want = http.StatusCreated // as Marquez answers
		}
		if status != want || !strings.HasPrefix(header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s %.300s", r.id, status, header.Get("Content-Type"), answer)
		}
		if strings.Contains(string(answer), ":null") {
			t.Errorf("%s: a member is null: %.300s", r.id, answer)
		}
		for _, h := range []string{"X-Request-Id", "Content-Security-Policy", "X-Content-Type-Options"} {
			if header.Get(h) == "" {
				t.Errorf("%s: no header %s", r.id, h)
			}
		}
	}
}

func TestNobodyKnownSeesNothing(t *testing.T) {
	nobody := open(t, func(*http.Request) (access.Principal, error) { return access.Principal{}, ErrUnknownCaller })
	powerless := open(t, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"guest"}}, nil
	})
	for _, c := range []struct {
		f    *fixture
		want int
	}{{nobody, http.StatusUnauthorized}, {powerless, http.StatusForbidden}} {
		for _, r := range c.f.api.service.table {
			if r.action == anyone && c.want == http.StatusForbidden && c.f.api.service.methods[r.id] != http.MethodGet {
				continue // what one changes of one's own tokens and sessions
			}
			path := r.path
			for name, value := range paths(c.f) {
				path = strings.ReplaceAll(path, name, url.PathEscape(value))
			}
			// Without its required parameters: a refusal comes before anything else is read.
			status, header, body := send2(t, c.f, c.f.api.service.methods[r.id], Base+path, "")
			if r.action == holder && c.want == http.StatusForbidden { // who may nothing is told what a stranger to the link is
				if status != http.StatusNotFound {
					t.Errorf("%s: %d without the secret", r.id, status)
				}
				continue
			}
			if r.action == anyone && c.want == http.StatusForbidden {
				want := http.StatusOK
				if strings.Contains(r.path, "{entity}") { // what one may not see is told apart from what is not there by nobody
					want = http.StatusNotFound
				}
				if status != want {
					t.Errorf("%s: everybody may ask, got %d", r.id, status)
				}
				continue
			}
			var p Problem
			if err := json.Unmarshal(body, &p); err != nil || status != c.want || p.Status != c.want || p.Hint == "" || p.RequestID != header.Get("X-Request-Id") {
				t.Errorf("%s: %d %s (%v), want %d", r.id, status, body, err, c.want)
			}
		}
		if strings.Contains(c.f.audit.String(), `"phase":"intent"`) {
			t.Errorf("a refused request wrote an intent to read: %s", c.f.audit)
		}
	}
	if list := answerOf[List[Principal]](t, powerless, "/principal"); list.Kind != "" {
		t.Errorf("principal: %+v", list)
	}
}

func TestRouteWithoutActionDoesNotStart(t *testing.T) {
	f := open(t, local)
	f.api.service.operation(route{id: "hole", path: "/hole"})
	f.api.service.operation(route{id: "typo", path: "/typo", action: "job:veiw"})
	if len(f.api.service.refused) != 2 {
		t.Errorf("refused: %v", f.api.service.refused)
	}
}

func TestEventsPageBothWays(t *testing.T) {
	f := open(t, local)
	base := "/recordings/" + f.truth.Totals.String() + "/events?kind=record&payload=false"
	var forward, back []string
	cursor := ""
	for page := 0; page < 1000; page++ {
		p := answerOf[EventPage](t, f, base+"&limit=237&cursor="+url.QueryEscape(cursor))
		for _, e := range p.Items {
			forward = append(forward, e.Cursor)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	cursor = ""
	for page := 0; page < 1000; page++ {
		p := answerOf[EventPage](t, f, base+"&order=desc&limit=1000&cursor="+url.QueryEscape(cursor))
		for _, e := range p.Items {
			back = append(back, e.Cursor)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if len(forward) < 500 || len(forward) != len(back) {
		t.Fatalf("%d events forwards, %d backwards", len(forward), len(back))
	}
	for i := range forward {
		if forward[i] != back[len(back)-1-i] {
			t.Fatalf("event %d differs", i)
		}
	}
}

func TestFiltersWorkOnViews(t *testing.T) {
	f := open(t, local)
	base := "/recordings/" + f.truth.Totals.String() + "/events?kind=source-record&limit=5"
	all := answerOf[EventPage](t, f, base)
	if len(all.Items) != 5 || all.Items[0].View == nil || all.Items[0].View.Node == nil || len(all.Items[0].View.Bytes) == 0 {
		t.Fatalf("source records without views: %+v", all.Items)
	}
	var id string
	for _, n := range all.Items[3].View.Node.Items {
		if n.Kind == "string" && len(n.Value) > 4 {
			id = n.Value
			break
		}
	}
	some := answerOf[EventPage](t, f, base+"&text="+url.QueryEscape(id))
	if id == "" || len(some.Items) == 0 {
		t.Fatalf("nothing holds %q", id)
	}
	for _, e := range some.Items {
		if !e.View.Match(id) && !e.Key.Match(id) {
			t.Errorf("%s does not hold %q", e.Text, id)
		}
	}
	none := answerOf[EventPage](t, f, base+"&text=no+such+text+anywhere")
	if len(none.Items) != 0 || !none.Complete || none.Next != "" {
		t.Errorf("%d events, complete %v, next %q", len(none.Items), none.Complete, none.Next)
	}
	if log := f.audit.String(); strings.Contains(log, id) || !strings.Contains(log, "text contains string") {
		t.Error("the audit log holds what was searched for, or does not say that something was")
	}
}

func TestAroundShowsBothSides(t *testing.T) {
	f := open(t, local)
	o := f.truth.Orders[len(f.truth.Orders)/2]
	p := answerOf[EventPage](t, f, "/recordings/"+f.truth.Totals.String()+"/events?limit=20&around="+url.QueryEscape(o.Source.String()))
	at := -1
	for i, e := range p.Items {
		if i > 0 && e.Time.Before(p.Items[i-1].Time.Time) {
			t.Errorf("event %d is before the one before it", i)
		}
		if at < 0 && e.AttemptKey == o.Source.Attempt.String() && int64(e.Invocation) <= int64(o.Source.Number) &&
			int64(o.Source.Number) < int64(e.Invocation)+int64(e.N) {
			at = i
		}
	}
	if len(p.Items) != 20 || at < 5 || at > 15 || p.Previous == "" || p.Next == "" {
		t.Errorf("%d events, the one asked for at %d, previous %q, next %q", len(p.Items), at, p.Previous, p.Next)
	}
}

func TestWrongQuestionsSayWhatToDo(t *testing.T) {
	f := open(t, local)
	rec := "/recordings/" + f.truth.Totals.String()
	for path, want := range map[string]int{
		"/recordings/ffffffff/events":                   http.StatusNotFound,
		"/jobs/no-such-job":                             http.StatusNotFound,
		rec + "/events?kind=recrod":                     http.StatusBadRequest,
		rec + "/events?lane=outer":                      http.StatusBadRequest,
		rec + "/events?from=yesterday":                  http.StatusBadRequest,
		rec + "/events?cursor=zzz":                      http.StatusBadRequest,
		rec + "/events?limit=1001":                      http.StatusUnprocessableEntity,
		rec + "/events?subtask=x":                       http.StatusUnprocessableEntity,
		rec + "/events?colour=red":                      http.StatusUnprocessableEntity,
		rec + "/at/nonsense":                            http.StatusBadRequest,
		rec + "/at/no-such-operator.0.0.1":              http.StatusNotFound,
		rec + "/lineage":                                http.StatusUnprocessableEntity,
		rec + "/lineage?record=what":                    http.StatusBadRequest,
		rec + "/timeline?text=x":                        http.StatusBadRequest,
		"/recordings/any/events":                        http.StatusNotFound,
		"/nowhere":                                      http.StatusNotFound,
		rec + "/events?cursor=a&around=a.0.0.1":         http.StatusBadRequest,
		rec + "/events?invocation=99999999999999999999": http.StatusBadRequest,
	} {
		status, header, body := get2(t, f, Base+path)
		var p Problem
		if err := json.Unmarshal(body, &p); err != nil || status != want || p.Status != want || p.Detail == "" || p.Hint == "" ||
			p.RequestID == "" || header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s (%v), want %d with detail, hint and request id", path, status, body, err, want)
		}
	}
}

func TestChangesFromOtherSitesAreRefused(t *testing.T) {
	f := open(t, local)
	r, err := http.NewRequest(http.MethodPost, f.server.URL+Base+"/jobs", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %s", response.Status)
	}
}

func TestAnswersAreCompressedForThoseWhoTakeIt(t *testing.T) {
	f := open(t, local)
	path := Base + "/recordings/" + f.truth.Totals.String() + "/events"
	_, _, plain := get2(t, f, path, "Accept-Encoding", "identity")
	_, header, packed := get2(t, f, path, "Accept-Encoding", "br, gzip")
	if header.Get("Content-Encoding") != "gzip" || len(packed) >= len(plain)/2 {
		t.Fatalf("%s, %d bytes of %d", header.Get("Content-Encoding"), len(packed), len(plain))
	}
	z, err := gzip.NewReader(strings.NewReader(string(packed)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != string(plain) {
		t.Errorf("unpacked %d bytes (%v), want %d", len(got), err, len(plain))
	}
	if _, header, _ := get2(t, f, Base+"/principal", "Accept-Encoding", "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a short answer was compressed")
	}
}

func TestGeneratedFilesAreCurrent(t *testing.T) {
	document, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	page, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"../../spec/openapi.json":      string(document.V31),
		"../../gen/openapi.sum":        Sum(document.V30) + "\n",
		"../../docs/reference/http.md": string(page),
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what the handlers say (%v): run make gen", path, err)
		}
	}
}
