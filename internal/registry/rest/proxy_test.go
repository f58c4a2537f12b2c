package rest_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
)

// slow blocks for ever: what observes holds nothing up.
type slow struct{ told chan registry.Traffic }

func (s *slow) Observe(t registry.Traffic) { s.told <- t }

func TestAProxyPassesBytesAndWatches(t *testing.T) {
	behind := rest.New(rest.Options{Registry: open(t), Guard: &guard{}})
	var down atomic.Bool
	var last atomic.Pointer[http.Request]
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		last.Store(r)
		w.Header().Set("X-Of-Upstream", "yes")
		behind.ServeHTTP(w, r)
	}))
	defer upstream.Close()
	to, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	o := &slow{make(chan registry.Traffic)}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	p := rest.NewProxy(rest.ProxyOptions{Upstream: to, Transport: transport, Observer: o, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go p.Run(ctx)
	a := serve(t, p)
	straight := asked{t: t, base: upstream.URL}
	a.wants("POST", "/subjects/orders%2Fx/versions?normalize=true", `{"schema":"a:int"}`, 200, `{"id":1}`, "Authorization", "Basic YW5uOng=")
	if r := last.Load(); r.URL.EscapedPath() != "/subjects/orders%2Fx/versions" || r.URL.RawQuery != "normalize=true" || r.Header.Get("Authorization") != "Basic YW5uOng=" || r.Header.Get("X-Forwarded-For") != "" {
		t.Errorf("the request is another: %s, %v", r.URL, r.Header)
	}
	for _, path := range []string{"/schemas/ids/1", "/subjects/orders%2Fx/versions/1", "/subjects/none/versions", "/config", "/nowhere"} {
		status, body, header := a.ask("GET", path, "")
		wantStatus, wantBody, _ := straight.ask("GET", path, "")
		if status != wantStatus || body != wantBody || header.Get("X-Of-Upstream") != "yes" {
			t.Errorf("%s: want %d %s, got %d %s", path, wantStatus, wantBody, status, body)
		}
	}
	down.Store(true)
	status, body, header := a.ask("GET", "/schemas/ids/1", "")
	if status != 200 || body != `{"schema":"a:int"}` || !strings.HasPrefix(header.Get("Warning"), "110 ") {
		t.Errorf("what an id stands for is gone with the registry: %d %s %v", status, body, header)
	}
	a.wants("GET", "/schemas/ids/1", "", 502, `…"error_code":502`, "Authorization", "Basic Ym9iOng=") // it was not shown to bob
	a.wants("GET", "/config", "", 502, `…"error_code":502`)
	first := <-o.told // only now is anything taken
	if first.Kind != registry.RequestRegister || first.Subject != "orders/x" || first.ID != 1 || first.Principal != "ann" || first.Status != 200 {
		t.Errorf("seen %+v", first)
	}
}

// A proxy that logs in itself asks who calls: under its name nobody does more than they may.
func TestAProxyWithItsOwnLoginAsksItsCallers(t *testing.T) {
	var shown atomic.Value
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown.Store(r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `[]`)
	}))
	defer upstream.Close()
	to, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	g := &guard{may: func(who string, a rest.Action, s registry.Subject) bool {
		return who == "root" || a == rest.Read && s.Name == "orders"
	}}
	a := serve(t, rest.NewProxy(rest.ProxyOptions{
		Upstream: to, Transport: http.DefaultTransport, Guard: g, Login: (&registry.Upstream{Token: "secret"}).Login, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}))
	a.wants("GET", "/subjects/orders/versions", "", 401, `…40101`)
	a.who = "ann"
	a.wants("GET", "/subjects/orders/versions", "", 200, `[]`)
	if shown.Load() != "Bearer secret" {
		t.Errorf("the upstream was shown %q", shown.Load())
	}
	for _, path := range []string{"/subjects", "/schemas/ids/1", "/subjects/salaries/versions", "/unknown/path"} {
		if status, body, _ := a.ask("GET", path, ""); status < 400 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	a.wants("DELETE", "/subjects/orders", "", 403, `…40301`)
	a.who = "root"
	a.wants("DELETE", "/subjects/orders", "", 200, `[]`)
	if len(g.changes) != 1 {
		t.Errorf("changes are %q", g.changes)
	}
}

// All of a registry that is none of ours is read by Confluent's routes, with the list of schemas and without.
func TestReadingARegistryByConfluentsRoutes(t *testing.T) {
	for _, hidden := range []string{registry.ExportPath, "/schemas"} {
		r := open(t)
		h := rest.New(rest.Options{Registry: r, Guard: &guard{}})
		a := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == registry.ExportPath || r.URL.Path == hidden {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			if q := r.URL.Query(); q.Has("limit") { // it gives less at once than it is asked for
				q.Set("limit", "3")
				r.URL.RawQuery = q.Encode()
			}
			h.ServeHTTP(w, r)
		}))
		a.wants("POST", "/subjects/base/versions", `{"schema":"n:int"}`, 200, `{"id":1}`)
		a.wants("POST", "/subjects/a%2Fb/versions", `{"schema":"a:int @b","references":[{"name":"b","subject":"base","version":1}],"metadata":{"properties":{"owner":"ann"}}}`, 200, `{"id":2}`)
		a.wants("POST", "/contexts/.eu/subjects/e/versions", `{"schema":"e:int","schemaType":"JSON"}`, 200, `{"id":1}`)
		a.wants("POST", "/subjects/gone/versions", `{"schema":"g:int"}`, 200, `{"id":3}`)
		a.wants("DELETE", "/subjects/gone", "", 200, `[1]`)
		a.wants("PUT", "/config/a%2Fb", `{"compatibility":"FULL"}`, 200, `…FULL`)
		a.wants("PUT", "/mode/base", `{"mode":"READONLY"}`, 200, `…READONLY`)
		up := &registry.Upstream{URL: a.base, Client: http.DefaultClient}
		d, err := up.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		to := open(t)
		if report, err := to.Import(t.Context(), d, false); err != nil || report.Versions != 4 || report.Settings != 2 || len(report.Unread) > 0 {
			t.Errorf("without %s: %+v, %v", hidden, report, err)
		}
		want, err := r.Export(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := to.Export(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Versions { // Confluent's times are in milliseconds
			want.Versions[i].TS -= want.Versions[i].TS % 1000
			if want.Versions[i].Deleted || hidden == "" {
				want.Versions[i].TS = got.Versions[i].TS
			}
		}
		if fmt.Sprint(want.Versions) != fmt.Sprint(got.Versions) || fmt.Sprint(len(want.Schemas)) != fmt.Sprint(len(got.Schemas)) || fmt.Sprint(want.Counters) != fmt.Sprint(got.Counters) {
			t.Errorf("without %s: want %+v\ngot %+v", hidden, want.Versions, got.Versions)
		}
		for i := range want.Schemas {
			if want.Schemas[i].GUID != got.Schemas[i].GUID || want.Schemas[i].Schema != got.Schemas[i].Schema {
				t.Errorf("want %+v, got %+v", want.Schemas[i], got.Schemas[i])
			}
		}
	}
}
