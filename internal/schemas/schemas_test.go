package schemas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/event"
)

// fake answers paths (with their query) as a registry does and counts the questions.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string
	asked map[string]int
	head  http.Header // of the last request
	types map[string]string
	gate  chan struct{} // non-nil: every answer waits for it
}

const missing = `{"error_code":40403,"message":"Schema not found"}`

func newFake(t *testing.T, pages map[string]string) *fake {
	f := &fake{pages: pages, asked: map[string]int{}, types: map[string]string{}}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		path := r.URL.RequestURI()
		f.asked[path]++
		f.head = r.Header.Clone()
		body, ok := f.pages[path]
		gate := f.gate
		f.mu.Unlock()
		if gate != nil {
			<-gate
		}
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
			body = missing
		case strings.HasPrefix(body, "HTTP "):
			var code int
			_, _ = fmt.Sscanf(body, "HTTP %d", &code)
			w.Header().Set("Location", strings.TrimPrefix(body, fmt.Sprintf("HTTP %d ", code)))
			w.WriteHeader(code)
		}
		if typ := f.types[path]; typ != "" {
			w.Header().Set("X-Registry-ArtifactType", typ)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(f.Close)
	return f
}

func reader(t *testing.T, o ...Options) *Reader {
	t.Helper()
	r, err := New(o...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func confluentID(n uint64) event.SchemaID {
	return event.SchemaID{Registry: event.RegistryConfluent, Number: n}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func TestConfluentSchemasComeWithWhatTheyReferTo(t *testing.T) {
	f := newFake(t, map[string]string{
		"/schemas/ids/7": `{"schemaType":"PROTOBUF","schema":"import \"b.proto\";","references":[
			{"name":"b.proto","subject":"b/x","version":2},{"name":"c.proto","subject":"c","version":1}]}`,
		"/schemas/ids/7/versions":                   `[{"subject":"z-value","version":1},{"subject":"orders-value","version":4}]`,
		"/subjects/b%2Fx/versions/2?deleted=true":   `{"schema":"import \"c.proto\";","references":[{"name":"c.proto","subject":"c","version":1}]}`,
		"/subjects/c/versions/1?deleted=true":       `{"schema":"c","references":[{"name":"b.proto","subject":"b/x","version":2}]}`,
		"/schemas/guids/89791762-2336-4186-9674-29": `{"schema":"\"string\"","subject":"s","version":9}`,
	})
	r := reader(t, Options{URL: f.URL})
	got, err := r.ByID(t.Context(), confluentID(7))
	want := event.SchemaText{ID: confluentID(7), Language: event.LanguageProtobuf, Text: `import "b.proto";`, Subject: "orders-value", Version: 4,
		References: []event.SchemaReference{{Name: "c.proto", Subject: "c", Version: 1, Text: "c"}, {Name: "b.proto", Subject: "b/x", Version: 2, Text: `import "c.proto";`}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	id := event.SchemaID{Registry: event.RegistryConfluent, GUID: "89791762-2336-4186-9674-29"}
	if got, err := r.ByID(t.Context(), id); err != nil || got.Language != event.LanguageAvro || got.Subject != "s" || got.Version != 9 {
		t.Errorf("by GUID: %+v, %v", got, err)
	}
	for range 3 {
		_, _ = r.ByID(t.Context(), confluentID(7))
	}
	if f.asked["/schemas/ids/7"] != 1 {
		t.Errorf("asked %v", f.asked)
	}
}

func TestApicurioSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		base  string
		pages map[string]string
		types map[string]string
		id    event.SchemaID
		want  event.SchemaText
	}{
		"v3 content": {"/apis/registry/v3", map[string]string{
			"/apis/registry/v3/ids/contentIds/5": `syntax = "proto3";`, "/apis/registry/v3/ids/contentIds/5/references": `[{"artifactId":"a","version":"2","name":"a.proto"}]`,
			"/apis/registry/v3/groups/default/artifacts/a/versions/2/references": `[]`, "/apis/registry/v3/groups/default/artifacts/a/versions/2/content": "a"}, nil,
			event.SchemaID{Registry: event.RegistryApicurio, Number: 5},
			event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3";`, References: []event.SchemaReference{{Name: "a.proto", Subject: "a", Version: 2, Text: "a"}}}},
		"v3 global": {"/apis/registry/v3", map[string]string{
			"/apis/registry/v3/ids/globalIds/5?returnArtifactType=true": `{"type":"object"}`, "/apis/registry/v3/ids/globalIds/5/references": `[]`},
			map[string]string{"/apis/registry/v3/ids/globalIds/5?returnArtifactType=true": "JSON"},
			event.SchemaID{Registry: event.RegistryApicurio, Kind: event.IDGlobal, Number: 5}, event.SchemaText{Language: event.LanguageJSON, Text: `{"type":"object"}`}},
		"v2 of four bytes": {"/apis/registry/v2", map[string]string{
			"/apis/registry/v2/ids/globalIds/5": `{"type":"record"}`, "/apis/registry/v2/ids/globalIds/5/references": `[]`}, nil,
			confluentID(5), event.SchemaText{Language: event.LanguageAvro, Text: `{"type":"record"}`}},
	} {
		f := newFake(t, c.pages)
		f.types = c.types
		r := reader(t, Options{URL: f.URL + c.base, Kind: event.RegistryApicurio})
		got, err := r.ByID(t.Context(), c.id)
		if c.want.ID = c.id; err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v (asked %v)", name, got, err, f.asked)
		}
	}
}

func TestUnknownIDsAreKeptForAWhile(t *testing.T) {
	f := newFake(t, map[string]string{})
	r := reader(t, Options{URL: f.URL})
	now := time.Unix(1e9, 0)
	r.now = func() time.Time { return now }
	for range 3 {
		if _, err := r.ByID(t.Context(), confluentID(1)); !errors.Is(err, event.ErrNoSchema) {
			t.Errorf("%v", err)
		}
	}
	now = now.Add(unknownTime)
	f.pages["/schemas/ids/1"] = `{"schema":"\"string\""}`
	if _, err := r.ByID(t.Context(), confluentID(1)); err != nil || f.asked["/schemas/ids/1"] != 2 {
		t.Errorf("%v, asked %v", err, f.asked)
	}
}

func TestFailuresHaveReasons(t *testing.T) {
	other := newFake(t, map[string]string{"/": "secret"})
	big := `{"schema":` + quoted(strings.Repeat("x", maxSchemaBytes+1)) + `}`
	chain := map[string]string{}
	for i := range maxDepth + 5 {
		chain[fmt.Sprintf("/subjects/s%d/versions/1?deleted=true", i)] = fmt.Sprintf(`{"schema":"x","references":[{"name":"n%d","subject":"s%d","version":1}]}`, i+1, i+1)
	}
	chain["/schemas/ids/1"] = `{"schema":"x","references":[{"name":"n0","subject":"s0","version":1}]}`
	for name, c := range map[string]struct {
		pages map[string]string
		why   string
	}{
		"refused":         {map[string]string{"/schemas/ids/1": "HTTP 401"}, "it refuses who asks (HTTP 401)"},
		"broken":          {map[string]string{"/schemas/ids/1": "HTTP 503"}, "it answered HTTP 503"},
		"no registry":     {map[string]string{"/schemas/ids/1": "<html>"}, "it does not answer as a registry"},
		"no such path":    {map[string]string{"/schemas/ids/1": "HTTP 404"}, "it answered HTTP 404"},
		"other host":      {map[string]string{"/schemas/ids/1": "HTTP 302 " + other.URL + "/"}, "it sends callers to another host"},
		"link-local":      {map[string]string{"/schemas/ids/1": "HTTP 302 http://169.254.169.254/latest"}, "it sends callers to another host"},
		"too large":       {map[string]string{"/schemas/ids/1": big}, errTooLarge.Why},
		"far too large":   {map[string]string{"/schemas/ids/1": strings.Repeat(" ", 3*maxSchemaBytes)}, errTooLarge.Why},
		"reference gone":  {map[string]string{"/schemas/ids/1": `{"schema":"x","references":[{"name":"n","subject":"s","version":1}]}`}, "a schema refers to one that it does not have"},
		"endless":         {chain, "it sent a schema that refers to too many others"},
		"redirect circle": {map[string]string{"/schemas/ids/1": "HTTP 302 /schemas/ids/1"}, "it sends callers to another host"},
	} {
		f := newFake(t, c.pages)
		r := reader(t, Options{URL: f.URL})
		_, err := r.ByID(t.Context(), confluentID(1))
		var down *event.RegistryError
		if !errors.As(err, &down) || down.Why != c.why || errors.Is(err, event.ErrNoSchema) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(other.asked) > 0 {
		t.Errorf("the other host was asked %v", other.asked)
	}
}

func TestLinkLocalAddressesAreNotCalled(t *testing.T) {
	for _, host := range []string{"169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0"} {
		r := reader(t, Options{URL: "http://" + host + ":80"})
		_, err := r.ByID(t.Context(), confluentID(1))
		var down *event.RegistryError
		if !errors.As(err, &down) || down.Why != dial.ErrLinkLocal.Error() {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestADeadRegistryIsAskedAgain(t *testing.T) {
	f := newFake(t, map[string]string{})
	dead := f.URL
	f.Close()
	live := newFake(t, map[string]string{"/schemas/ids/1": `{"schema":"\"string\""}`})
	r := reader(t, Options{URL: dead}, Options{URL: live.URL})
	if got, err := r.ByID(t.Context(), confluentID(1)); err != nil || got.Text != `"string"` {
		t.Errorf("the second registry: %+v, %v", got, err)
	}
	for range 2 {
		_, err := r.ByID(t.Context(), confluentID(2))
		if err == nil || err.Error() != "the registry cannot be reached: connection refused" {
			t.Errorf("%v", err)
		}
	}
	if live.asked["/schemas/ids/2"] != 1 {
		t.Errorf("a failure is not kept: %v", live.asked)
	}
	r.now = func() time.Time { return time.Now().Add(failedTime) }
	if _, _ = r.ByID(t.Context(), confluentID(2)); live.asked["/schemas/ids/2"] != 2 {
		t.Errorf("a failure is kept too long: %v", live.asked)
	}
}

func TestARegistryThatCannotBeReachedIsSpared(t *testing.T) {
	f := newFake(t, map[string]string{})
	r := reader(t, Options{URL: f.URL})
	c := r.registries[0].(*confluent)
	c.pause.begin("connection refused")
	if _, err := r.ByID(t.Context(), confluentID(1)); err == nil || err.Error() != "the registry cannot be reached: connection refused" || len(f.asked) > 0 {
		t.Errorf("%v, asked %v", err, f.asked)
	}
}

func TestManyWhoAskAreOneQuestion(t *testing.T) {
	f := newFake(t, map[string]string{"/schemas/ids/1": `{"schema":"\"string\"","subject":"s","version":1}`})
	f.gate = make(chan struct{})
	r := reader(t, Options{URL: f.URL})
	var wait sync.WaitGroup
	var good atomic.Int32
	for range 20 {
		wait.Go(func() {
			if _, err := r.ByID(context.Background(), confluentID(1)); err == nil {
				good.Add(1)
			}
		})
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.ByID(impatient, confluentID(1)); err == nil {
		t.Error("a question that was given up has an answer")
	}
	close(f.gate)
	wait.Wait()
	if good.Load() != 20 || f.asked["/schemas/ids/1"] != 1 {
		t.Errorf("%d answers, asked %v", good.Load(), f.asked)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	r := reader(t)
	for n := range uint64(maxKept + 10) {
		r.keep(&kept{id: confluentID(n), size: 1})
	}
	if len(r.known) != maxKept || r.order.Len() != maxKept || r.size != maxKept || r.known[confluentID(0)] != nil {
		t.Errorf("%d answers, %d in order, %d bytes", len(r.known), r.order.Len(), r.size)
	}
	r.keep(&kept{id: confluentID(1 << 40), size: maxBytes})
	if len(r.known) != 1 || r.size != maxBytes {
		t.Errorf("%d answers, %d bytes", len(r.known), r.size)
	}
}

func TestSigningIn(t *testing.T) {
	f := newFake(t, map[string]string{})
	for want, o := range map[string]Options{"": {}, "Basic dTpw": {User: "u", Password: "p"}, "Bearer abc": {Bearer: "abc"}} {
		o.URL = f.URL
		_, _ = reader(t, o).ByID(t.Context(), confluentID(1))
		if got := f.head.Get("Authorization"); got != want {
			t.Errorf("signed in by %q, want %q", got, want)
		}
	}
	for name, o := range map[string]Options{
		"no URL": {}, "file": {URL: "file:///etc"}, "user in URL": {URL: "http://u:p@localhost"}, "both": {URL: "http://localhost", User: "u", Bearer: "b"},
		"kind": {URL: "http://localhost", Kind: "glue"}, "ids": {URL: "http://localhost", Kind: event.RegistryApicurio, IDs: "hash"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
