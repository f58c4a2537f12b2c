package server

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/identity"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

func TestTokenAndCertificate(t *testing.T) {
	cfg := settings(t, map[string]string{"tls": "on", "auth": "on", "agent-auth": "on"})
	r := start(t, cfg)
	i := r.Info()
	if !strings.HasPrefix(i.URL, "https://") || !i.SelfMade || len(i.Fingerprint) != 64 || i.TokenFile == "" || i.AgentTokenFile == "" {
		t.Fatalf("info %+v", i)
	}
	for _, file := range []string{i.TokenFile, i.AgentTokenFile, filepath.Join(cfg.Data, keyFile)} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v)", file, info.Mode(), err)
		}
	}
	for _, part := range []string{",tls=on", ",pin=" + i.Fingerprint, ",token-file=" + i.AgentTokenFile} {
		if !strings.Contains(i.FlinkLines[0], part) {
			t.Errorf("%q lacks %q", i.FlinkLines[0], part)
		}
	}
	pinned := &http.Transport{TLSClientConfig: pin(t, i.Fingerprint)}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.http = &http.Client{Transport: pinned, Jar: jar}
	raw, err := os.ReadFile(i.TokenFile)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(raw))

	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 401, api.Base + "/jobs": 401, api.Base + "/openapi.json": 200, "/assets/app-1234.js": 200} {
		if status, _, body := r.get(path); status != want {
			t.Errorf("%s without a token: %d %s, want %d", path, status, body, want)
		}
	}
	for _, wrong := range []string{"Bearer " + token + "x", "Bearer ", "Basic " + token, token} {
		if status, _, _ := r.get(api.Base+"/jobs", "Authorization", wrong); status != 401 {
			t.Errorf("%q: %d", wrong, status)
		}
	}
	if status, _, _ := r.get(api.Base+"/jobs", "Authorization", "Bearer "+token); status != 200 {
		t.Errorf("with the token: %d", status)
	}
	// A browser is led to the login, and back to where it wanted to go.
	if _, _, body := r.get("/r/abc/events"); !strings.Contains(body, `value="/r/abc/events"`) {
		t.Errorf("no login page:\n%s", body)
	}
	login := func(token, next string) (int, string) {
		answer, err := r.http.PostForm(r.base+identity.LoginPath, url.Values{"token": {token}, "next": {next}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Request.URL.Path + " " + string(body)
	}
	if status, body := login("not-the-token-at-all", "/"); status != 403 || !strings.Contains(body, "not the token") {
		t.Errorf("wrong token: %d %s", status, body)
	}
	if status, body := login(token, "//evil.example/x"); status != 200 || body != "/ <html>entry</html>" {
		t.Errorf("login: %d %s", status, body)
	}
	if status, _, _ := r.get(api.Base + "/jobs"); status != 200 {
		t.Errorf("with a session: %d", status)
	}

	agent := ingesttest.NewAgent(i.Agents, ingesttest.Processes(1)[0])
	agent.TLS = pin(t, i.Fingerprint)
	agent.Token = "wrong-wrong-wrong-wrong"
	if err := agent.Connect(context.Background()); err == nil || agent.Refused() == nil {
		t.Errorf("an agent with a wrong token was let in (%v)", err)
	}
	if raw, err = os.ReadFile(i.AgentTokenFile); err != nil {
		t.Fatal(err)
	}
	agent.Token = strings.TrimSpace(string(raw))
	if err := agent.Connect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := agent.Close(); err != nil {
		t.Error(err)
	}
	// The same certificate and tokens next time: agents have them.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if j := start(t, cfg); j.Info().Fingerprint != i.Fingerprint {
		t.Error("another certificate after a restart")
	} else {
		j.http = r.http
		if status, _, _ := j.get(api.Base+"/jobs", "Authorization", "Bearer "+token); status != 200 {
			t.Errorf("the token of before: %d", status)
		}
	}
}

// postForm sends a form and follows where it leads.
func (r *running) postForm(path string, form url.Values) (int, string) {
	r.t.Helper()
	answer, err := r.http.PostForm(r.base+path, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// send makes a request with a JSON body, as a browser's page or a program does.
func (r *running) send(method, path, body string, header ...string) (int, string) {
	r.t.Helper()
	q, err := http.NewRequest(method, r.base+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := r.http.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

func (r *running) browser() {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.http = &http.Client{Transport: &http.Transport{}, Jar: jar}
}

func TestTheFirstAdministratorAndTheirTokens(t *testing.T) {
	cfg := settings(t, map[string]string{"auth": "on", "login": "users"})
	r := start(t, cfg)
	r.browser()
	i := r.Info()
	if i.TokenFile != "" || i.FirstCode == "" || len(i.Ways) != 1 {
		t.Fatalf("info %+v", i)
	}
	if status, _, _ := r.get(api.Base + "/principal"); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
	const password = "correct horse battery"
	form := url.Values{"code": {i.FirstCode}, "name": {"ann"}, "password": {password}, "again": {password}, "next": {"/jobs"}}
	if status, body := r.postForm(identity.LoginPath, form); status != 200 || body != "<html>entry</html>" {
		t.Fatalf("the first administrator: %d %s", status, body)
	}
	var who api.Principal
	r.read("/principal", &who)
	if who.ID != "local:ann" || who.Way != identity.WayPassword || who.Until == nil || who.Session == "" || len(who.Roles) != 1 || len(who.Actions) < 8 {
		t.Errorf("%+v", who)
	}
	status, body := r.send(http.MethodPost, api.Base+"/tokens", `{"name":"ci","scope":["job:view"],"expires":"720h"}`)
	var made api.MadeToken
	if err := json.Unmarshal([]byte(body), &made); err != nil || status != 200 || !strings.HasPrefix(made.Value, "sg_") || made.Token.Name != "ci" || len(made.Token.Scope) != 1 {
		t.Fatalf("%d %v %s", status, err, body)
	}
	if status, body := r.send(http.MethodPost, api.Base+"/tokens", `{"name":"ci","expires":"720h"}`, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("another site makes a token: %d %s", status, body)
	}
	for body, want := range map[string]int{`{"name":"ci","expires":"tomorrow"}`: 400, `{"name":"ci","expires":"9000h"}`: 422, `{"name":"ci","expires":"1h","roles":["other"]}`: 422} {
		if status, answer := r.send(http.MethodPost, api.Base+"/tokens", body); status != want {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	var tokens api.List[api.Token]
	r.read("/tokens", &tokens)
	if _, _, list := r.get(api.Base + "/tokens"); len(tokens.Items) != 1 || strings.Contains(list, made.Value) {
		t.Errorf("%s", list)
	}

	// A program has what its token is for, and no more.
	ann := r.http
	r.http = &http.Client{}
	bearer := []string{"Authorization", "Bearer " + made.Value}
	for path, want := range map[string]int{"/jobs": 200, "/status": 403, "/tokens": 200, "/principal": 200} {
		if status, _, body := r.get(api.Base+path, bearer...); status != want {
			t.Errorf("%s with a token for job:view: %d %s", path, status, body)
		}
	}
	if status, _, _ := r.get("/metrics", bearer...); status != 403 {
		t.Errorf("metrics with a token for job:view: %d", status)
	}
	if status, body := r.send(http.MethodPost, api.Base+"/tokens", `{"name":"more","expires":"1h"}`, bearer...); status != 403 {
		t.Errorf("a token with a scope makes one without: %d %s", status, body)
	}
	r.http = ann
	if status, body := r.send(http.MethodDelete, api.Base+"/tokens/"+made.Token.ID, ""); status != 200 {
		t.Errorf("revoking: %d %s", status, body)
	}
	if status, _ := r.send(http.MethodDelete, api.Base+"/tokens/"+made.Token.ID, ""); status != 404 {
		t.Errorf("revoking again: %d", status)
	}
	if status, _, _ := r.get(api.Base+"/jobs", append(bearer, "Cookie", "sg=x")...); status != 401 {
		t.Errorf("revoked: %d", status)
	}

	// The session is there after a restart; the code is not.
	address, err := url.Parse(r.base)
	if err != nil {
		t.Fatal(err)
	}
	cookies := ann.Jar.Cookies(address)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, cfg)
	again.http = &http.Client{Transport: &http.Transport{}}
	if again.Info().FirstCode != "" {
		t.Error("there is a first administrator, and still a code")
	}
	if status, _, body := again.get(api.Base+"/sessions", "Cookie", cookies[0].Name+"="+cookies[0].Value); status != 200 || !strings.Contains(body, `"current":true`) {
		t.Errorf("after a restart: %d %s", status, body)
	}
	raw, err := os.ReadFile(filepath.Join(cfg.Data, audit.Active))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"action":"session:login"`, `"action":"token:create"`, `"action":"token:revoke"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the audit log lacks %s", want)
		}
	}
	for _, secret := range []string{made.Value, cookies[0].Value, password, i.FirstCode} {
		if strings.Contains(string(raw), secret) {
			t.Error("the audit log shows a secret")
		}
	}
}

func TestNobodyLogsInOnAServerOfOnePerson(t *testing.T) {
	r := start(t, settings(t, nil))
	var who api.Principal
	r.read("/principal", &who)
	if who.ID != "local:ann" || who.Way != identity.WayNone || who.Until != nil || len(r.Info().Ways) != 0 {
		t.Errorf("%+v", who)
	}
	for _, path := range []string{"/tokens", "/sessions"} {
		if status, _, body := r.get(api.Base + path); status != http.StatusConflict || !strings.Contains(body, "setting auth") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestOffLoopbackAServerDoesNotStartWithoutLogins(t *testing.T) {
	_, err := config.Load(func(name string) (string, bool) {
		v, ok := map[string]string{"listen": "0.0.0.0:0", "auth": "off"}[name]
		return v, ok
	})
	if err == nil || !strings.Contains(err.Error(), "login token, users or oidc") {
		t.Errorf("%v", err)
	}
}

func TestALoginByAProviderThatIsDownIsRefusedAndTheServerStarts(t *testing.T) {
	r := start(t, settings(t, map[string]string{"auth": "on", "login": "oidc", "oidc-issuer": "http://127.0.0.1:1", "oidc-client-id": "x"}))
	r.browser()
	if status, _, body := r.get("/auth/oidc?next=/"); status != http.StatusServiceUnavailable || !strings.Contains(body, "does not answer") {
		t.Errorf("%d %s", status, body)
	}
}

func TestOnlyLocalhostIsAnsweredWithoutAToken(t *testing.T) {
	r := start(t, settings(t, nil))
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(r.base, "http://"))
	for host, want := range map[string]int{
		"localhost:" + port: 200, "127.0.0.1": 200, "[::1]:" + port: 200, "evil.example": 421, "evil.example:" + port: 421, "127.0.0.1.evil.example": 421,
	} {
		if status, _, _ := r.get(api.Base+"/status", "Host", host); status != want {
			t.Errorf("%s: %d, want %d", host, status, want)
		}
	}
}
