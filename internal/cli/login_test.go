package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/server"
)

// guarded is a server that asks who one is, and a person at a machine with a folder of settings.
type guarded struct {
	t           *testing.T
	url, data   string
	home, token string
	input       string
	hidden      []string // what is typed where nobody sees it; nil = no terminal
	moreEnv     map[string]string
}

func guard(t *testing.T) *guarded {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	values := map[string]string{"data": data, "listen": "127.0.0.1:0", "agent-listen": "127.0.0.1:0", "registry-listen": "127.0.0.1:0", "cache": "8MiB", "auth": "on", "login": "token,users"}
	cfg, err := config.Load(func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(context.Background(), server.Options{Config: cfg, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	raw, err := os.ReadFile(s.Info().TokenFile)
	if err != nil {
		t.Fatal(err)
	}
	return &guarded{t: t, url: s.Info().URL, data: data, home: t.TempDir(), token: strings.TrimSpace(string(raw))}
}

func (g *guarded) run(args ...string) (out, errs string, code int) {
	g.t.Helper()
	var stdout, stderr bytes.Buffer
	s := Streams{Out: &stdout, Err: &stderr, In: strings.NewReader(g.input), Env: func(name string) (string, bool) {
		v, ok := map[string]string{"SIGHTGLASS_SERVER": g.url, "HOME": g.home, "SIGHTGLASS_DATA": g.data}[name]
		if more, there := g.moreEnv[name]; there {
			v, ok = more, true
		}
		return v, ok
	}}
	if g.hidden != nil {
		s.Hidden = func() (string, error) {
			if len(g.hidden) == 0 {
				return "", errors.New("nothing is typed")
			}
			text := g.hidden[0]
			g.hidden = g.hidden[1:]
			return text, nil
		}
	}
	code = Main(context.Background(), args, s, "1.2.3")
	if strings.Contains(stderr.String(), g.token) {
		g.t.Errorf("%v shows the token", args)
	}
	return stdout.String(), stderr.String(), code
}

func TestLoginKeepsATokenForItsServerAlone(t *testing.T) {
	g := guard(t)
	if _, errs, code := g.run("jobs"); code != exitDenied || !strings.Contains(errs, "sightglass login") {
		t.Errorf("before: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("login"); code != exitUsage || !strings.Contains(errs, g.url+"/tokens") {
		t.Errorf("without a token: exit %d %s", code, errs)
	}
	g.input = "sg_not-it\n"
	if _, _, code := g.run("login"); code != exitDenied {
		t.Errorf("a wrong token: exit %d", code)
	}
	file := filepath.Join(g.home, ".config", "sightglass", "logins.json")
	if _, err := os.Stat(file); err == nil {
		t.Error("a wrong token is kept")
	}
	g.input = g.token + "\n"
	if _, errs, code := g.run("login"); code != 0 || !strings.Contains(errs, "as holder of the server's token") {
		t.Fatalf("login: exit %d %s", code, errs)
	}
	g.input = ""
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if _, errs, code := g.run("jobs"); code != 0 {
		t.Errorf("after: exit %d %s", code, errs)
	}
	if _, _, code := g.run("jobs", "--server", strings.Replace(g.url, "127.0.0.1", "localhost", 1)); code != exitDenied {
		t.Errorf("the token went to another address: exit %d", code)
	}
	g.moreEnv = map[string]string{"SIGHTGLASS_TOKEN": "sg_other"}
	if _, _, code := g.run("jobs"); code != exitDenied {
		t.Errorf("what is kept comes before the environment: exit %d", code)
	}
	g.moreEnv = nil
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := g.run("jobs"); code != exitUsage || !strings.Contains(errs, "chmod 600") {
		t.Errorf("a file that others may read: exit %d %s", code, errs)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := g.run("logout"); code != 0 || !strings.Contains(errs, "is forgotten") {
		t.Errorf("logout: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("logout"); code != 0 || !strings.Contains(errs, "there is no login") {
		t.Errorf("logout again: exit %d %s", code, errs)
	}
	if _, _, code := g.run("jobs"); code != exitDenied {
		t.Errorf("after the logout: exit %d", code)
	}
	g.hidden = []string{g.token}
	if _, errs, code := g.run("login"); code != 0 || !strings.Contains(errs, "Make a token in the browser: "+g.url+"/tokens") {
		t.Errorf("on a terminal: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("login", "http://sightglass.example.com"); code != exitUsage || !strings.Contains(errs, "without TLS") {
		t.Errorf("in the clear: exit %d %s", code, errs)
	}
}

func TestTokensFromMakingToRevoking(t *testing.T) {
	g := guard(t)
	g.moreEnv = map[string]string{"SIGHTGLASS_TOKEN": g.token}
	if _, errs, code := g.run("token", "list"); code != 0 || !strings.Contains(errs, "You have no tokens") {
		t.Errorf("none: exit %d %s", code, errs)
	}
	out, errs, code := g.run("token", "create", "ci", "--scope", "job:view,job:read", "--expires", "48h")
	made := strings.TrimSpace(out)
	if code != 0 || !strings.HasPrefix(made, "sg_") || strings.Contains(made, "\n") || strings.Contains(errs, made) {
		t.Fatalf("create: exit %d %q %s", code, out, errs)
	}
	if _, errs, code := g.run("token", "create", "ci", "--role", "other"); code != exitUsage || !strings.Contains(errs, "other") {
		t.Errorf("a role of others: exit %d %s", code, errs)
	}
	out, _, code = g.run("token", "list", "-o", "json")
	var list gen.TokenList
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || len(list.Items) != 1 || list.Items[0].Name != "ci" || strings.Contains(out, made) {
		t.Fatalf("list: exit %d %v %s", code, err, out)
	}
	if out, _, _ = g.run("token", "list"); !strings.Contains(out, "job:view job:read") || !strings.Contains(out, "never") {
		t.Errorf("list:\n%s", out)
	}
	g.moreEnv["SIGHTGLASS_TOKEN"] = made
	if _, errs, code := g.run("jobs"); code != 0 {
		t.Errorf("with it: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("policy", "show"); code != exitDenied {
		t.Errorf("what its scope leaves out: exit %d %s", code, errs)
	}
	g.moreEnv["SIGHTGLASS_TOKEN"] = g.token
	if out, errs, code := g.run("token", "revoke", list.Items[0].ID); code != 0 || !strings.Contains(out, "is over") {
		t.Errorf("revoke: exit %d %s%s", code, out, errs)
	}
	if _, _, code := g.run("token", "revoke", list.Items[0].ID); code != exitUnknown {
		t.Errorf("revoke again: exit %d", code)
	}
	g.moreEnv["SIGHTGLASS_TOKEN"] = made
	if _, _, code := g.run("jobs"); code != exitDenied {
		t.Errorf("revoked: exit %d", code)
	}
}

func TestUsersFromAddingToRemoving(t *testing.T) {
	g := guard(t)
	if _, errs, code := g.run("user", "list"); code != 0 || !strings.Contains(errs, "Nobody has a password") {
		t.Errorf("none: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("user", "add", "ann"); code != exitUsage || !strings.Contains(errs, "needs a role") {
		t.Errorf("no role: exit %d %s", code, errs)
	}
	out, errs, code := g.run("user", "add", "ann", "--role", "local", "--generate")
	password := strings.TrimSpace(out)
	if code != 0 || len(password) < 20 || strings.Contains(errs, password) {
		t.Fatalf("add: exit %d %q %s", code, out, errs)
	}
	g.input = "correct horse battery\n"
	if _, errs, code := g.run("user", "add", "bob", "--role", "support", "--role", "fraud"); code != 0 {
		t.Errorf("from standard input: exit %d %s", code, errs)
	}
	g.input = "short\n"
	if _, errs, code := g.run("user", "passwd", "bob"); code != exitUsage || strings.Contains(errs, "short") {
		t.Errorf("a short password: exit %d %s", code, errs)
	}
	g.hidden = []string{"correct horse battery", "another horse battery"}
	if _, errs, code := g.run("user", "passwd", "bob"); code != exitUsage || !strings.Contains(errs, "not the same") {
		t.Errorf("typed differently: exit %d %s", code, errs)
	}
	g.hidden = []string{"another horse battery", "another horse battery"}
	if _, errs, code := g.run("user", "passwd", "bob"); code != 0 {
		t.Errorf("passwd: exit %d %s", code, errs)
	}
	if _, _, code := g.run("user", "add", "ann", "--role", "local", "--generate"); code != exitUsage {
		t.Errorf("twice: exit %d", code)
	}
	if out, _, _ := g.run("user", "list"); !strings.Contains(out, "bob\tsupport fraud") || strings.Contains(out, "argon") {
		t.Errorf("list:\n%s", out)
	}
	if out, _, _ := g.run("user", "list", "-o", "json"); !strings.Contains(out, `"name": "ann"`) || strings.Contains(out, "argon") {
		t.Errorf("list:\n%s", out)
	}
	if _, _, code := g.run("user", "remove", "ann"); code != 0 {
		t.Errorf("remove: exit %d", code)
	}
	if _, errs, code := g.run("user", "remove", "ann"); code != exitUsage || !strings.Contains(errs, "there is no user") {
		t.Errorf("remove again: exit %d %s", code, errs)
	}
	if _, errs, code := g.run("user", "list", "--data", filepath.Join(g.home, "none")); code != exitUsage || !strings.Contains(errs, "no data folder") {
		t.Errorf("no folder: exit %d %s", code, errs)
	}
}
