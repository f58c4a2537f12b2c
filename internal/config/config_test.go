package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func given(values map[string]string) Source {
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

func TestEverySettingHasAUsableDefaultAndAMeaning(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if s.ListenChosen || s.Listen != "127.0.0.1:7170" || s.LostAfter != time.Minute || s.CacheBytes != 64<<20 || s.TLS != Auto {
		t.Errorf("defaults: %+v", s)
	}
	seen := map[string]bool{}
	for _, setting := range Settings() {
		if seen[setting.Name] || !strings.HasSuffix(setting.Help, ".") {
			t.Errorf("%s: named twice, or its help is no sentence", setting.Name)
		}
		seen[setting.Name] = true
	}
}

func TestFirstSourceWins(t *testing.T) {
	env := Environment(func(name string) (string, bool) {
		v, ok := map[string]string{"SIGHTGLASS_AGENT_LISTEN": ":7999", "SIGHTGLASS_DATA": "env"}[name]
		return v, ok
	})
	s, err := Load(given(map[string]string{"data": "flag", "listen": "localhost:1"}), env)
	if err != nil {
		t.Fatal(err)
	}
	if s.Data != "flag" || s.AgentListen != ":7999" || !s.ListenChosen {
		t.Errorf("%+v", s)
	}
}

func TestWrongValuesAreNamed(t *testing.T) {
	for name, c := range map[string]struct{ key, value, want string }{
		"address":      {"listen", "7170", "no host:port"},
		"port":         {"listen", "localhost:http", "no number"},
		"switch":       {"tls", "yes", "none of on, off, auto"},
		"choice":       {"durability", "never", "process, disk"},
		"duration":     {"lost-after", "0s", "above 0"},
		"size":         {"cache", "1GB", "no size"},
		"number":       {"max-agents", "0", "from 1"},
		"level":        {"log-level", "loud", "unknown"},
		"same port":    {"agent-listen", "127.0.0.1:7170", "cannot share"},
		"half a pair":  {"tls-cert", "x.pem", "of no use"},
		"no TLS":       {"agent-ca", "ca.pem", "set tls to on"},
		"no issuer":    {"login", "oidc", "wants oidc-issuer"},
		"no such way":  {"login", "ldap", "none of"},
		"no way":       {"login", "", "wants one of"},
		"no address":   {"public-url", "sightglass.example.com", "no address of a server"},
		"empty folder": {"data", " ", "wants a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(given(map[string]string{c.key: c.value})); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Load(given(map[string]string{"listen": ":7170", "auth": "off"})); err == nil {
		t.Error("everybody may read everything off loopback")
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sightglass.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# ours\ndata: /srv/x\nmax-agents: 12\n")
	from, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Load(from); err != nil || s.Data != "/srv/x" || s.MaxAgents != 12 {
		t.Errorf("%+v, %v", s, err)
	}
	for text, want := range map[string]string{
		"dta: x\n":          "no setting is called",
		"data: [a, b]\n":    "wants one value",
		"- a\n":             "reading the configuration",
		"data: \"unclosed ": "reading the configuration",
	} {
		write(text)
		if _, err := File(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	write("")
	if _, err := File(path); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := File(path + "x"); err == nil {
		t.Error("a missing file was read")
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "0.0.0.0:1": false, ":1": false, "10.0.0.1:1": false, "x": false,
	} {
		if Loopback(address) != want || Auto.For(address) == want {
			t.Errorf("%s: loopback %v", address, !want)
		}
	}
}
