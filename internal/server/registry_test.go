package server

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/config"
)

// asks sends a request to a registry and gives status and body.
func asks(t *testing.T, method, url, body string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

const intSchema = `{"schema":"\"int\""}`

// On loopback nobody is asked, but pages of other sites are refused; what is changed is in the audit log.
func TestTheRegistryOfOnePerson(t *testing.T) {
	cfg := settings(t, nil)
	r := start(t, cfg)
	at := r.Info().Registry
	if status, body := asks(t, "POST", at+"/subjects/orders%2Fv/versions", intSchema, nil); status != 200 || body != `{"id":1}` {
		t.Errorf("registering: %d %s", status, body)
	}
	if status, body := asks(t, "GET", at+"/subjects", "", nil); status != 200 || body != `["orders/v"]` {
		t.Errorf("listing: %d %s", status, body)
	}
	if status, _ := asks(t, "GET", at+"/subjects", "", func(r *http.Request) { r.Host = "evil.example:80" }); status != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %d", status)
	}
	if status, _ := asks(t, "DELETE", at+"/subjects/orders%2Fv", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	if text := auditText(t, cfg.Data); !strings.Contains(text, "schema:register") || !strings.Contains(text, "orders%2Fv") {
		t.Errorf("the audit log does not have it:\n%s", text)
	}
}

// A schema that Confluent's registry of a profile would take is taken: of 7.4 one with a default that does not fit its type.
func TestProfilesOfNewSchemas(t *testing.T) {
	const misfit = `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":[\"string\",\"int\"],\"default\":null}]}"}`
	for profile, want := range map[string]int{"confluent-8.3": 422, "confluent-7.4": 200, "strict": 422} {
		cfg := settings(t, nil)
		cfg.Registry.Profile = profile
		if status, body := asks(t, "POST", start(t, cfg).Info().Registry+"/subjects/s/versions", misfit, nil); status != want {
			t.Errorf("%s: want %d, got %d %s", profile, want, status, body)
		}
	}
}

// Serializers know a schema as a whole: they find the version that refers to its parts, and make no other one of it.
func TestWholeSchemasAreThoseThatReferToTheirParts(t *testing.T) {
	at := start(t, settings(t, nil)).Info().Registry
	const (
		part  = `{"schema":"{\"type\":\"record\",\"name\":\"a.X\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}"}`
		whole = `{"schema":"{\"type\":\"record\",\"name\":\"Y\",\"namespace\":\"a\",\"fields\":[{\"name\":\"x\",\"type\":{\"type\":\"record\",\"name\":\"X\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}}]}"}`
		other = `{"schema":"{\"type\":\"record\",\"name\":\"Y\",\"namespace\":\"a\",\"fields\":[{\"name\":\"x\",\"type\":{\"type\":\"record\",\"name\":\"X\",\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]}}]}"}`
		refer = `{"schema":"{\"type\":\"record\",\"name\":\"a.Y\",\"fields\":[{\"name\":\"x\",\"type\":\"a.X\"}]}","references":[{"name":"a.X","subject":"part","version":1}]}`
	)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/subjects/part/versions", part, 200, `{"id":1}`},
		{"POST", "/subjects/s/versions", refer, 200, `{"id":2}`},
		{"POST", "/subjects/s", whole, 200, `"version":1,"id":2`},
		{"POST", "/subjects/s", other, 404, `40403`},
		{"POST", "/subjects/s/versions", whole, 200, `{"id":2}`},
		{"GET", "/subjects/s/versions", "", 200, `[1]`},
		{"GET", "/schemas/ids/2?format=resolved", "", 200, `[{\"name\":\"x\",\"type\":{\"type\":\"record\",\"name\":\"X\",`},
		{"POST", "/subjects/s/versions", other, 200, `{"id":3}`},
	} {
		if status, body := asks(t, c.method, at+c.path, c.body, nil); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: want %d %s, got %d %s", c.method, c.path, c.status, c.want, status, body)
		}
	}
}

// auditText is all that the audit log of a data folder says.
func auditText(t *testing.T, data string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() != "audit.jsonl" {
			return err
		}
		raw, err := os.ReadFile(path)
		b.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Where callers are asked, the registry asks as well: for a bearer token, or for it as Basic's password, since clients of registries know nothing else.
func TestTheRegistryAsksWhoCalls(t *testing.T) {
	r := start(t, settings(t, map[string]string{"auth": "on"}))
	at := r.Info().Registry
	raw, err := os.ReadFile(r.Info().TokenFile)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(raw))
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"nobody":         {nil, 401},
		"a wrong token":  {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token+"x") }, 401},
		"a wrong Basic":  {func(r *http.Request) { r.SetBasicAuth("ann", "secret") }, 401},
		"the token":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 200},
		"Basic with it":  {func(r *http.Request) { r.SetBasicAuth("ann", token) }, 200},
		"nobody's Basic": {func(r *http.Request) { r.SetBasicAuth("", token) }, 200},
	} {
		if status, body := asks(t, "POST", at+"/subjects/s/versions", intSchema, c.change); status != c.want {
			t.Errorf("%s: want %d, got %d %s", name, c.want, status, body)
		}
		if status, _ := asks(t, "GET", at+"/schemas/ids/1", "", c.change); c.want == 401 && status != 401 {
			t.Errorf("%s reads: %d", name, status)
		}
	}
}

func TestRegistriesThatNobodyWouldGuardAreRefused(t *testing.T) {
	for name, values := range map[string]map[string]string{
		"off loopback without log-ins":           {"registry-listen": "0.0.0.0:0"},
		"a proxy to this machine for the others": {"registry-listen": "0.0.0.0:0", "registry-mode": "proxy", "registry-upstream": "http://127.0.0.1:8081"},
		"no upstream":                            {"registry-mode": "follow"},
		"a secret in the address":                {"registry-mode": "proxy", "registry-upstream": "http://a:b@r:8081"},
		"a password without TLS":                 {"registry-mode": "proxy", "registry-upstream": "http://r:8081", "registry-upstream-user": "u", "registry-upstream-password-file": "f"},
	} {
		if _, err := config.Load(func(name string) (string, bool) { v, ok := values[name]; return v, ok }); err == nil || !strings.Contains(err.Error(), "registry-") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One server follows another, whose ids it has; it takes no changes itself.
func TestAServerFollowsAnother(t *testing.T) {
	from := start(t, settings(t, nil)).Info().Registry
	if status, body := asks(t, "POST", from+"/subjects/s/versions", intSchema, nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	to := start(t, settings(t, map[string]string{"registry-mode": "follow", "registry-upstream": from, "registry-follow-every": "50ms"})).Info().Registry
	eventually(t, "the copy", func() bool {
		status, _ := asks(t, "GET", to+"/subjects/s/versions/1", "", nil)
		return status == 200
	})
	if status, body := asks(t, "POST", from+"/subjects/s/versions", `{"schema":"\"long\""}`, nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	eventually(t, "the next version", func() bool {
		_, body := asks(t, "GET", to+"/schemas/ids/2", "", nil)
		return body == `{"schema":"\"long\""}`
	})
	if status, body := asks(t, "POST", to+"/subjects/own/versions", intSchema, nil); status != 422 || !strings.Contains(body, "42205") {
		t.Errorf("a change of the copy: %d %s", status, body)
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("%s did not come", what)
}
