package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/api"
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
		answer, err := r.http.PostForm(r.base+loginPath, url.Values{"token": {token}, "next": {next}})
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

func TestSessionsEnd(t *testing.T) {
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	g := newGate("a-token-that-is-long", true, func() time.Time { return now })
	c := g.session()
	if c.Name != "__Host-sg" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %+v", c)
	}
	r := &http.Request{Header: http.Header{"Cookie": {c.Name + "=" + c.Value}}}
	if !g.knows(r) {
		t.Error("a fresh session is not known")
	}
	if newGate("another-token-of-length", true, g.now).knows(r) {
		t.Error("a session outlives its token")
	}
	flipped := []byte(c.Value)
	flipped[3] ^= 1
	if g.valid(string(flipped)) || g.valid("") || g.valid("AAAA") {
		t.Error("a made-up session is known")
	}
	now = now.Add(sessionFor)
	if g.knows(r) {
		t.Error("a session does not end")
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
