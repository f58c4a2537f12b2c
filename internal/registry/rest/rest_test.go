package rest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/registrytest"
	"github.com/sightglass/sightglass/internal/registry/rest"
	"github.com/sightglass/sightglass/internal/tables"
)

func open(t *testing.T) *registry.Registry {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r, err := registry.Open(t.Context(), registry.Options{DB: db, Languages: registrytest.Languages()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// guard lets in who shows a name as a bearer token, and allows what may says.
type guard struct {
	may      func(who string, a rest.Action, s registry.Subject) bool
	mu       sync.Mutex
	changes  []string // guarded by mu
	refusals []string // guarded by mu
	broken   bool     // nothing can be written down
}

type caller struct {
	*guard
	name string
}

func (g *guard) Enter(r *http.Request) (rest.Caller, error) {
	name, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if g.may == nil {
		name = "local"
	} else if name == "" {
		return nil, rest.ErrUnknown
	}
	return &caller{g, name}, nil
}

func (c *caller) Name() string { return c.name }
func (c *caller) Done()        {}

func (c *caller) May(_ context.Context, a rest.Action, s registry.Subject) string {
	if c.may == nil || c.may(c.name, a, s) {
		return ""
	}
	return c.name + " may not"
}

func (c *caller) Refused(_ context.Context, _ rest.Action, s registry.Subject, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusals = append(c.refusals, s.String()+": "+why)
}

func (c *caller) Change(_ context.Context, _ rest.Action, s registry.Subject, what string, do func() error) error {
	if c.broken {
		return errors.New("the audit log is full")
	}
	c.mu.Lock()
	c.changes = append(c.changes, c.name+" "+s.String()+": "+what)
	c.mu.Unlock()
	return do()
}

type asked struct {
	t    *testing.T
	base string
	who  string
}

func serve(t *testing.T, h http.Handler) asked {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return asked{t: t, base: s.URL}
}

// ask sends a request and gives status and body.
func (a asked) ask(method, path, body string, header ...string) (int, string, http.Header) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", registry.MediaType)
	}
	if a.who != "" {
		r.Header.Set("Authorization", "Bearer "+a.who)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(raw)), resp.Header
}

// wants checks one exchange. A want that begins with … is an end.
func (a asked) wants(method, path, body string, status int, want string, header ...string) {
	a.t.Helper()
	got, text, _ := a.ask(method, path, body, header...)
	end, isEnd := strings.CutPrefix(want, "…")
	if got != status || !isEnd && text != want || isEnd && !strings.Contains(text, end) {
		a.t.Errorf("%s %s: want %d %s\ngot %d %s", method, path, status, want, got, text)
	}
}

func TestTheRoutesAsClientsKnowThem(t *testing.T) {
	a := serve(t, rest.New(rest.Options{Registry: open(t), Guard: &guard{}, Version: "1.2.3+abc"}))
	const s, next = `{"schema":"a:int"}`, `{"schema":"a:int b:int=0"}`
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/", "", 200, `{}`},
		{"GET", "/schemas/types", "", 200, `["JSON","PROTOBUF","AVRO"]`},
		{"GET", "/v1/metadata/version", "", 200, `{"commitId":"abc","version":"1.2.3"}`},
		{"GET", "/v1/metadata/id", "", 200, `…"schema-registry-cluster":"schema-registry"`},
		{"GET", "/subjects", "", 200, `[]`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions", s, 200, `{"id":1}`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions", s, 200, `{"id":1}`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions?normalize=true", next, 200, `{"id":2}`},
		{"GET", "/subjects", "", 200, `["orders/x:value"]`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions", "", 200, `[1,2]`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions?offset=1&limit=5", "", 200, `[2]`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/1", "", 200, `{"subject":"orders/x:value","version":1,"id":1,"schema":"a:int"}`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/latest/schema", "", 200, `a:int b:int=0`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/-1", "", 200, `…"version":2`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/0", "", 422, `{"error_code":42202,"message":"The specified version '0' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""}`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/9", "", 404, `{"error_code":40402,"message":"Version 9 not found."}`},
		{"GET", "/subjects/none/versions", "", 404, `{"error_code":40401,"message":"Subject 'none' not found."}`},
		{"POST", "/subjects/orders%2Fx%3Avalue", s, 200, `…"version":1`},
		{"POST", "/subjects/orders%2Fx%3Avalue", `{"schema":"z:int"}`, 404, `{"error_code":40403,"message":"Schema not found"}`},
		{"POST", "/subjects/none", s, 404, `…40401`},
		{"GET", "/schemas/ids/1", "", 200, `{"schema":"a:int"}`},
		{"GET", "/schemas/ids/1?fetchMaxId=true", "", 200, `{"schema":"a:int","maxId":2}`},
		{"GET", "/schemas/ids/1/schema", "", 200, `a:int`},
		{"GET", "/schemas/ids/1/subjects", "", 200, `["orders/x:value"]`},
		{"GET", "/schemas/ids/2/versions", "", 200, `[{"subject":"orders/x:value","version":2}]`},
		{"GET", "/schemas/ids/9", "", 404, `{"error_code":40403,"message":"Schema 9 not found"}`},
		{"GET", "/schemas/ids/x", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`},
		{"GET", "/schemas/ids/-1", "", 404, `…40403`},
		{"GET", "/schemas/ids/1?format=serialized", "", 422, `…"error_code":422,`},
		{"GET", "/schemas?latestOnly=true", "", 200, `[{"subject":"orders/x:value","version":2,"id":2,"schema":"a:int b:int=0"}]`},
		{"POST", "/compatibility/subjects/orders%2Fx%3Avalue/versions", `{"schema":"c:int"}`, 200, `{"is_compatible":false}`},
		{"POST", "/compatibility/subjects/orders%2Fx%3Avalue/versions/latest?verbose=true", `{"schema":"c:int"}`, 200, `…"messages":["{errorType:'MISSING'`},
		{"POST", "/compatibility/subjects/none/versions/latest", s, 200, `{"is_compatible":true}`},
		{"POST", "/compatibility/subjects/orders%2Fx%3Avalue/versions/9", s, 404, `…40402`},
		{"POST", "/compatibility/subjects/orders%2Fx%3Avalue/versions?profile=mine", s, 422, `…42203`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions", `{"schema":"c:int"}`, 409, `…{"error_code":409,"message":"Schema being registered is incompatible with an earlier schema for subject \"orders/x:value\"`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions", `{"schema":"c"}`, 422, `{"error_code":42201,"message":"Invalid schema of type AVRO: line 1, column 1: a field without a type"}`},
		{"POST", "/subjects/orders%2Fx%3Avalue/versions", `{"schema":"c:int","id":9}`, 422, `…42205`},
		{"POST", "/subjects/%01/versions", s, 422, `…42208`},
		{"POST", "/subjects/s/versions", `{"schema":"c:int","ruleSet":{"domainRules":[{"name":"a"}]}}`, 422, `…42210`},
		{"POST", "/subjects/s/versions", `{`, 400, `…"error_code":400,`},
		{"POST", "/subjects/s/versions", `{}`, 422, `{"error_code":42201,"message":"Empty schema"}`},
		{"POST", "/subjects/s/versions", `{"schema":"a:int","references":1}`, 400, `…"error_code":400,`},
		{"POST", "/subjects/s/versions", `{"schema":"a:int","schemaType":"XML"}`, 422, `{"error_code":42201,"message":"Invalid schema type XML"}`},
		{"GET", "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`},
		{"GET", "/config/s", "", 404, `{"error_code":40408,"message":"Subject 's' does not have subject-level compatibility configured"}`},
		{"GET", "/config/s?defaultToGlobal=true", "", 200, `{"compatibilityLevel":"BACKWARD"}`},
		{"PUT", "/config/s", `{"compatibility":"full_transitive","normalize":true}`, 200, `{"compatibility":"FULL_TRANSITIVE","normalize":true}`},
		{"GET", "/config/s", "", 200, `{"normalize":true,"compatibilityLevel":"FULL_TRANSITIVE"}`},
		{"PUT", "/config/s", `{"normalize":null}`, 200, `{"normalize":null}`},
		{"GET", "/config/s", "", 200, `{"compatibilityLevel":"FULL_TRANSITIVE"}`},
		{"PUT", "/config", `{"compatibility":"MOSTLY"}`, 422, `…42203`},
		{"PUT", "/config", `{"compatibilityLevel":"MOSTLY"}`, 422, `…42203`},
		{"PUT", "/config", `[]`, 400, `…"error_code":400,`},
		{"DELETE", "/config/s", "", 200, `{"compatibilityLevel":"FULL_TRANSITIVE"}`},
		{"DELETE", "/config/s", "", 404, `…40401`},
		{"GET", "/mode", "", 200, `{"mode":"READWRITE"}`},
		{"GET", "/mode/s", "", 404, `{"error_code":40409,"message":"Subject 's' does not have subject-level mode configured"}`},
		{"PUT", "/mode/s", `{"mode":"readonly"}`, 200, `{"mode":"READONLY"}`},
		{"PUT", "/mode/s", `{"mode":"X"}`, 422, `…42204`},
		{"POST", "/subjects/s/versions", s, 422, `{"error_code":42205,"message":"Subject s in context . is in read-only mode"}`},
		{"DELETE", "/mode/s", "", 200, `{"mode":"READONLY"}`},
		{"PUT", "/mode", `{"mode":"IMPORT"}`, 422, `{"error_code":42205,"message":"Cannot import since found existing subjects"}`},
		{"POST", "/contexts/.eu/subjects/orders/versions", s, 200, `{"id":1}`},
		{"GET", "/subjects/%3A.eu%3Aorders/versions/1", "", 200, `{"subject":":.eu:orders","version":1,"id":1,"schema":"a:int"}`},
		{"GET", "/contexts/.eu/schemas/ids/1", "", 200, `{"schema":"a:int"}`},
		{"GET", "/contexts/:.eu:/subjects", "", 200, `[":.eu:orders"]`},
		{"GET", "/subjects?subjectPrefix=%3A*%3A", "", 200, `[":.eu:orders","orders/x:value"]`},
		{"GET", "/contexts", "", 200, `[".",".eu"]`},
		{"DELETE", "/contexts/.eu", "", 422, `…42211`},
		{"DELETE", "/contexts/.none", "", 204, ``},
		{"POST", "/subjects/user/versions", `{"schema":"u:int @o","references":[{"name":"o","subject":"orders/x:value","version":1}]}`, 200, `{"id":3}`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions/1/referencedby", "", 200, `[3]`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue/versions/1", "", 422, `{"error_code":42206,"message":"One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=orders/x:value,version=1}."}`},
		{"DELETE", "/subjects/user", "", 200, `[1]`},
		{"DELETE", "/subjects/user?permanent=true", "", 200, `[1]`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue/versions/1", "", 200, `1`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue/versions/1", "", 404, `{"error_code":40406,"message":"Subject 'orders/x:value' Version 1 was soft deleted.Set permanent=true to delete permanently"}`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue/versions/2?permanent=true", "", 404, `{"error_code":40407,"message":"Subject 'orders/x:value' Version 2 was not deleted first before being permanently deleted"}`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions?deleted=true", "", 200, `[1,2]`},
		{"GET", "/subjects/orders%2Fx%3Avalue/versions?deletedOnly=true", "", 200, `[1]`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue?permanent=true", "", 404, `{"error_code":40405,"message":"Subject 'orders/x:value' was not deleted first before being permanently deleted"}`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue", "", 200, `[2]`},
		{"DELETE", "/subjects/orders%2Fx%3Avalue", "", 404, `{"error_code":40404,"message":"Subject 'orders/x:value' was soft deleted.Set permanent=true to delete permanently"}`},
		{"GET", "/subjects?deletedOnly=true", "", 200, `["orders/x:value"]`},
		{"GET", "/nowhere", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`},
		{"PATCH", "/subjects", "", 405, `{"error_code":405,"message":"HTTP 405 Method Not Allowed"}`},
	} {
		a.wants(c.method, c.path, c.body, c.status, c.want)
	}
}

func TestShapesOfAnswers(t *testing.T) {
	r := open(t)
	v7 := serve(t, rest.New(rest.Options{Registry: r, Guard: &guard{}, IncompatibleCode: 40901}))
	v8 := serve(t, rest.New(rest.Options{Registry: r, Guard: &guard{}, Body: rest.BodyV8}))
	v7.wants("POST", "/subjects/s/versions", `{"schema":"a:int"}`, 200, `{"id":1}`)
	for _, a := range []struct {
		asked
		header []string
	}{{v8, nil}, {v7, []string{"Confluent-Accept-Unknown-Properties", "true"}}} {
		a.wants("GET", "/schemas/ids/1", "", 200, `…"guid":"`, a.header...)
		a.wants("GET", "/subjects/s/versions/1", "", 200, `…"schemaType":"AVRO"`, a.header...)
		a.wants("GET", "/subjects/s/versions/1", "", 200, `…"deleted":false`, a.header...)
		a.wants("POST", "/subjects/s/versions", `{"schema":"a:int"}`, 200, `…"version":1`, a.header...)
	}
	v7.wants("POST", "/subjects/j/versions", `{"schema":"j:int","schemaType":"JSON"}`, 200, `{"id":2}`)
	v7.wants("GET", "/schemas/ids/2", "", 200, `{"schemaType":"JSON","schema":"j:int"}`)
	v7.wants("POST", "/subjects/s/versions", `{"schema":"z:int"}`, 409, `…"error_code":40901`)
	v7.wants("POST", "/subjects/s/versions", `{"schema":"z:int"}`, 415, `…415`, "Content-Type", "text/plain")
	_, guid, _ := v8.ask("GET", "/schemas/ids/1", "")
	_, guid, _ = strings.Cut(guid, `"guid":"`)
	guid, _, _ = strings.Cut(guid, `"`)
	v7.wants("GET", "/schemas/guids/"+guid, "", 200, `{"schema":"a:int"}`)
	v7.wants("GET", "/schemas/guids/"+guid+"/ids", "", 200, `[{"context":".","id":1}]`)
	if _, _, h := v7.ask("GET", "/subjects", "", "Accept", "application/json"); h.Get("Content-Type") != "application/json" {
		t.Errorf("want plain JSON, got %s", h.Get("Content-Type"))
	}
	if _, _, h := v7.ask("GET", "/subjects", ""); h.Get("Content-Type") != registry.MediaType {
		t.Errorf("want Confluent's, got %s", h.Get("Content-Type"))
	}
}

// ann may read and register orders, and nothing else.
func TestWhoMayNotIsRefusedEverywhere(t *testing.T) {
	r := open(t)
	g := &guard{may: func(who string, a rest.Action, s registry.Subject) bool {
		return who == "root" || who == "ann" && s.Name == "orders" && (a == rest.Read || a == rest.Register)
	}}
	a := serve(t, rest.New(rest.Options{Registry: r, Guard: g}))
	a.wants("GET", "/subjects", "", 401, `…40101`)
	root := a
	root.who = "root"
	root.wants("POST", "/subjects/salaries/versions", `{"schema":"amount:int"}`, 200, `{"id":1}`)
	a.who = "ann"
	a.wants("POST", "/subjects/orders/versions", `{"schema":"a:int"}`, 200, `{"id":2}`)
	a.wants("GET", "/subjects", "", 200, `["orders"]`)
	a.wants("GET", "/schemas", "", 200, `[{"subject":"orders","version":1,"id":2,"schema":"a:int"}]`)
	a.wants("GET", "/schemas/ids/2", "", 200, `{"schema":"a:int"}`)
	_, guid, _ := root.ask("GET", "/schemas/ids/1", "", "Confluent-Accept-Unknown-Properties", "true")
	_, guid, _ = strings.Cut(guid, `"guid":"`)
	guid, _, _ = strings.Cut(guid, `"`)
	for _, route := range rest.Routes() {
		path := strings.NewReplacer("{subject}", "salaries", "{version}", "1", "{id}", "1", "{context}", ".x", "{guid}", guid).Replace(route.Path)
		switch route.Path {
		case "/", "/schemas/types", "/subjects", "/schemas", "/contexts", "/v1/metadata/id", "/v1/metadata/version":
			continue // they show nothing of subjects, or were looked at above
		}
		status, body, _ := a.ask(route.Method, path, map[bool]string{true: `{"schema":"a:int"}`}[route.Method == "POST" || route.Method == "PUT"])
		if status != http.StatusForbidden || strings.Contains(body, "amount") {
			t.Errorf("%s %s: want 403, got %d %s", route.Method, path, status, body)
		}
	}
	if len(g.refusals) < 20 {
		t.Errorf("only %d refusals were written down", len(g.refusals))
	}
	if len(g.changes) != 2 || g.changes[1] != "ann orders: register a schema, AVRO" {
		t.Errorf("changes are %q", g.changes)
	}
	a.wants("POST", "/subjects/orders/versions", `{"schema":"a:int"}`, 200, `{"id":2}`)
	if len(g.changes) != 2 {
		t.Errorf("what was there already is told as a change: %q", g.changes)
	}
	g.broken = true
	a.wants("POST", "/subjects/orders/versions", `{"schema":"a:int b:int=0"}`, 500, `…50001`)
	a.wants("GET", "/subjects/orders/versions", "", 200, `[1]`)
}

// seen collects traffic.
type seen struct {
	mu  sync.Mutex
	all []registry.Traffic // guarded by mu
}

func (s *seen) Observe(t registry.Traffic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.At, t.IP = time.Time{}, ""
	s.all = append(s.all, t)
}

// await waits until so many were seen.
func (s *seen) await(t *testing.T, n int) []registry.Traffic {
	t.Helper()
	for range 3000 {
		s.mu.Lock()
		all := s.all
		s.mu.Unlock()
		if len(all) >= n {
			return all
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("only %v was seen", s.all)
	return nil
}

func TestTrafficIsObserved(t *testing.T) {
	o := &seen{}
	a := serve(t, rest.New(rest.Options{Registry: open(t), Guard: &guard{}, Observer: o}))
	a.ask("POST", "/subjects/s/versions", `{"schema":"a:int"}`, "User-Agent", "producer", "Confluent-Client-Version", "python/2.15")
	a.ask("GET", "/schemas/ids/1", "", "User-Agent", "consumer")
	all := o.await(t, 2)
	want := []registry.Traffic{
		{Client: "producer", Version: "python/2.15", Principal: "local", Kind: registry.RequestRegister, Subject: "s", ID: 1, Status: 200},
		{Client: "consumer", Principal: "local", Kind: registry.RequestFetchID, ID: 1, Status: 200},
	}
	if fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("want %+v\ngot %+v", want, all)
	}
}
