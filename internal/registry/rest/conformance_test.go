package rest_test

import (
	"net/http"
	"testing"

	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
)

// What a client accepts is answered or refused as Confluent's registry does.
func TestWhatClientsAccept(t *testing.T) {
	a := serve(t, rest.New(rest.Options{Registry: open(t), Guard: &guard{}}))
	const v1, short, plain = registry.MediaType, "application/vnd.schemaregistry+json", "application/json"
	for _, c := range []struct {
		accept string
		status int
		want   string // media type
	}{
		{"", 200, v1},
		{"*/*", 200, v1},
		{"*", 200, v1},
		{"application/*", 200, v1},
		{v1, 200, v1},
		{v1 + ", " + short + ", " + plain, 200, v1}, // Confluent's own
		{plain, 200, plain},
		{plain + "; charset=utf-8", 200, plain},
		{short, 200, short},
		{"application/xml, text/xml, application/json, application/*+xml, application/*+json", 200, v1}, // Spring's
		{"application/json, text/plain, */*", 200, v1},                                                  // axios's
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200, v1},                               // Java's
		{"application/vnd.schemaregistry.v2+json", 406, v1},
		{"text/*", 406, v1},
		{"application/octet-stream", 406, v1},
		{"application/json; q=0", 406, v1},
	} {
		var header []string
		if c.accept != "" {
			header = []string{"Accept", c.accept}
		}
		status, body, got := a.ask("GET", "/subjects", "", header...)
		if status != c.status || status == 200 && got.Get("Content-Type") != c.want {
			t.Errorf("Accept %q: want %d %s, got %d %s: %s", c.accept, c.status, c.want, status, got.Get("Content-Type"), body)
		}
	}
	const s = `{"schema":"a:int"}`
	for kind, want := range map[string]int{v1: 200, v1 + "; charset=utf-8": 200, short: 200, plain: 200, "application/octet-stream": 200, "text/html": 415, "nonsense;;": 415} {
		if status, body, _ := a.ask("POST", "/subjects/s/versions", s, "Content-Type", kind); status != want {
			t.Errorf("Content-Type %q: want %d, got %d %s", kind, want, status, body)
		}
	}
	if _, body, h := a.ask("POST", "/subjects/s/versions", s, "Content-Type", "text/html"); body != `{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}` || h.Get("Accept") != v1+", "+plain {
		t.Errorf("text/html: %s, and what is accepted instead: %q", body, h.Get("Accept"))
	}
	a.wants("GET", "/subjects", "", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`, "Accept", "text/*")
	a.wants("POST", "/subjects/s/versions", s, 415, `…"error_code":415,"message":"HTTP 415 Unsupported Media Type`, "Content-Encoding", "gzip")
	a.wants("POST", "/subjects/s/versions", s, 200, `{"id":1}`, "Content-Encoding", "identity")
}

// A HEAD is a GET without its body; what a path does not do is named.
func TestOtherMethods(t *testing.T) {
	a := serve(t, rest.New(rest.Options{Registry: open(t), Guard: &guard{}}))
	status, body, h := a.ask("HEAD", "/subjects", "")
	if status != 200 || body != "" || h.Get("Content-Length") != "2" {
		t.Errorf("HEAD: %d %q, length %s", status, body, h.Get("Content-Length"))
	}
	status, _, h = a.ask("PUT", "/subjects/s/versions", "{}")
	if status != http.StatusMethodNotAllowed || h.Get("Allow") != "POST, GET" {
		t.Errorf("PUT: %d, Allow %q", status, h.Get("Allow"))
	}
	a.wants("GET", "/subjects/s//versions", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	a.wants("GET", "/contexts/.c/nowhere", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	a.wants("GET", "/dek-registry/v1/keks", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
}

// exchange is one request of a story with what has to come back.
type exchange struct {
	method, path, body string
	status             int
	want               string
}

func (a asked) tells(story []exchange) {
	a.t.Helper()
	for _, x := range story {
		a.wants(x.method, x.path, x.body, x.status, x.want)
	}
}

// Stories that clients and tools go through, from the first request to the last.
func TestStories(t *testing.T) {
	for name, story := range map[string][]exchange{
		"a registry is taken over with its ids": {
			{"PUT", "/mode", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int","id":100041,"version":3}`, 200, `{"id":100041}`},
			{"POST", "/subjects/s/versions", `{"schema":"b:int","id":100042,"version":7}`, 200, `{"id":100042}`}, // nothing is compared
			{"POST", "/subjects/other/versions", `{"schema":"a:int","id":100041,"version":1}`, 200, `{"id":100041}`},
			{"POST", "/subjects/s/versions", `{"schema":"c:int","id":100042,"version":8}`, 422, `{"error_code":42205,"message":"Overwrite new schema with id 100042 is not permitted."}`},
			{"POST", "/subjects/s/versions", `{"schema":"c:int"}`, 422, `{"error_code":42205,"message":"Subject s in context . is not in read-write mode"}`},
			{"GET", "/subjects/s/versions", "", 200, `[3,7]`},
			{"PUT", "/mode", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`},
			{"POST", "/subjects/s/versions", `{"schema":"b:int c:int=0"}`, 200, `{"id":100043}`},
			{"GET", "/subjects/s/versions/latest", "", 200, `{"subject":"s","version":8,"id":100043,"schema":"b:int c:int=0"}`},
			{"POST", "/subjects/s/versions", `{"schema":"b:int d:int=0","id":5}`, 422, `{"error_code":42205,"message":"Subject s in context . is not in import mode"}`},
			{"PUT", "/mode", `{"mode":"IMPORT"}`, 422, `{"error_code":42205,"message":"Cannot import since found existing subjects"}`},
			{"PUT", "/mode?force=true", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`},
		},
		"modes hold for a subject, else its context, else everything": {
			{"PUT", "/mode", `{"mode":"READONLY"}`, 200, `{"mode":"READONLY"}`},
			{"PUT", "/mode/%3A.eu%3A", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int"}`, 422, `…42205`},
			{"POST", "/subjects/%3A.eu%3As/versions", `{"schema":"a:int"}`, 200, `{"id":1}`},
			{"GET", "/mode/%3A.eu%3As?defaultToGlobal=true", "", 200, `{"mode":"READWRITE"}`},
			{"PUT", "/mode", `{"mode":"READONLY_OVERRIDE"}`, 200, `{"mode":"READONLY_OVERRIDE"}`},
			{"POST", "/subjects/%3A.eu%3As/versions", `{"schema":"a:int b:int=0"}`, 422, `…42205`},
			{"DELETE", "/subjects/%3A.eu%3As", "", 422, `…42205`},
			{"DELETE", "/mode", "", 200, `{"mode":"READONLY_OVERRIDE"}`},
			{"DELETE", "/subjects/%3A.eu%3As", "", 200, `[1]`},
		},
		"an alias is followed by who reads": {
			{"POST", "/subjects/orders-value/versions", `{"schema":"a:int"}`, 200, `{"id":1}`},
			{"PUT", "/config/orders", `{"alias":"orders-value"}`, 200, `{"alias":"orders-value"}`},
			{"GET", "/subjects/orders/versions/latest", "", 200, `…"id":1`},
			{"GET", "/subjects/orders/versions", "", 200, `[1]`},
			{"POST", "/subjects/orders", `{"schema":"a:int"}`, 200, `…"version":1`},
			{"GET", "/subjects", "", 200, `["orders-value"]`},
		},
		"versions of other groups are not compared": {
			{"PUT", "/config/s", `{"compatibilityGroup":"major"}`, 200, `{"compatibilityGroup":"major"}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int","metadata":{"properties":{"major":"1"}}}`, 200, `{"id":1}`},
			{"POST", "/subjects/s/versions", `{"schema":"b:int","metadata":{"properties":{"major":"1"}}}`, 409, `…409`},
			{"POST", "/subjects/s/versions", `{"schema":"b:int","metadata":{"properties":{"major":"2"}}}`, 200, `{"id":2}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int c:int=0","metadata":{"properties":{"major":"1"}}}`, 200, `{"id":3}`},
			{"GET", "/subjects/s/metadata?key=major&value=1", "", 200, `…"version":3`},
			{"GET", "/subjects/s/metadata?key=major&value=2", "", 200, `…"version":2`},
			{"GET", "/subjects/s/metadata?key=major&value=3", "", 404, `…40403`},
		},
		"metadata and rules are filled in": {
			{"PUT", "/config/s", `{"defaultMetadata":{"properties":{"owner":"shop","tier":"2"}},"overrideMetadata":{"properties":{"tier":"1"}}}`, 200, `…"overrideMetadata"`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int","metadata":{"properties":{"owner":"pay"}},"ruleSet":{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"true"}]}}`, 200, `{"id":1}`},
			{"GET", "/subjects/s/versions/1", "", 200, `…"metadata":{"properties":{"owner":"pay","tier":"1"}},"ruleSet":{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"true"}]}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int b:int=0"}`, 200, `{"id":2}`}, // the previous one's
			{"GET", "/subjects/s/versions/2", "", 200, `…"ruleSet":{"domainRules":[{"name":"r"`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int","ruleSet":{"domainRules":[{"name":"r","mode":"UPGRADE","type":"CEL"}]}}`, 422, `…42210`},
		},
		"what is deleted softly can still be read by who asks for it": {
			{"POST", "/subjects/s/versions", `{"schema":"a:int"}`, 200, `{"id":1}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int b:int=0"}`, 200, `{"id":2}`},
			{"PUT", "/config/s", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`},
			{"DELETE", "/subjects/s/versions/latest", "", 200, `2`},
			{"GET", "/subjects/s/versions/latest", "", 200, `…"version":1`},
			{"GET", "/subjects/s/versions/2", "", 404, `{"error_code":40402,"message":"Version 2 not found."}`},
			{"GET", "/subjects/s/versions/2?deleted=true", "", 200, `…"id":2`},
			{"POST", "/subjects/s", `{"schema":"a:int b:int=0"}`, 404, `…40403`},
			{"POST", "/subjects/s?deleted=true", `{"schema":"a:int b:int=0"}`, 200, `…"version":2`},
			{"GET", "/schemas/ids/2", "", 200, `{"schema":"a:int b:int=0"}`},
			{"GET", "/schemas/ids/2/subjects", "", 200, `[]`},
			{"GET", "/schemas/ids/2/subjects?deleted=true", "", 200, `["s"]`},
			{"GET", "/subjects?deletedOnly=true", "", 200, `[]`}, // it has a live version
			{"POST", "/subjects/s/versions", `{"schema":"a:int b:int=0"}`, 200, `{"id":2}`},
			{"GET", "/subjects/s/versions?deleted=true", "", 200, `[1,2,3]`},
			{"DELETE", "/subjects/s", "", 200, `[1,3]`},
			{"GET", "/config/s", "", 404, `…40408`}, // a subject that comes again begins anew
			{"DELETE", "/subjects/s?permanent=true", "", 200, `[1,2,3]`},
			{"GET", "/schemas/ids/2", "", 404, `…40403`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int"}`, 200, `{"id":3}`}, // no id is given twice
			{"GET", "/subjects/s/versions", "", 200, `[1]`},
		},
		"a version that is given has to be the next": {
			{"POST", "/subjects/s/versions", `{"schema":"a:int","version":2}`, 422, `…42201`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int","version":1}`, 200, `{"id":1}`},
			{"POST", "/subjects/s/versions", `{"schema":"a:int b:int=0","version":-1,"id":-1}`, 200, `{"id":2}`}, // some clients write none so
		},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, rest.New(rest.Options{Registry: open(t), Guard: &guard{}})).tells(story)
		})
	}
}
