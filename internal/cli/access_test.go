package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAccessVerbsWorkOnFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	policy := file("access.yaml", `masking:
  classes: {pii: {rank: 10, action: token}}
  rules: [{topics: [orders], part: value, paths: {id: public, "**.email": pii}}]
roles:
  - name: support
    allow: [{actions: [topic:read], resources: ["cluster/*/topic/**"]}]
  - {name: writer, allow: [{actions: [topic:produce], resources: ["**"]}]}
grants: [{name: break-glass, ask: [support], clear: [pii], role: writer, resources: ["cluster/prod/topic/*"]}]
bindings: [{claim: /groups, equals: team, roles: [support]}]
`)
	wrong := file("wrong.yaml", "roles:\n  - {name: a, clear: [pii]}\n")
	cases := file("cases.yaml", "cases:\n  - {role: support, topic: orders, sees: {customer.email: token}}\n  - {role: support, may: topic:produce, on: cluster/a/topic/b, want: allow}\n")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"access", "check", policy}, 0, "is right"},
		{[]string{"access", "check", wrong}, exitFound, `wrong.yaml:2: there is no class "pii"`},
		{[]string{"access", "check", filepath.Join(dir, "none")}, exitUsage, ""},
		{[]string{"access", "can", "topic:read", "cluster/a/topic/b", "--role", "support", "--policy", policy}, 0, "yes: role support allows topic:read"},
		{[]string{"access", "can", "topic:read", "cluster/a/topic/b", "--group", "team", "--policy", policy, "-o", "json"}, 0, `"allowed": true`},
		{[]string{"access", "can", "topic:produce", "cluster/a/topic/b", "--role", "support", "--policy", policy}, exitFound, "no: no role"},
		{[]string{"access", "can", "topic:see", "cluster/a/topic/b", "--role", "support", "--policy", policy}, exitUsage, ""},
		{[]string{"access", "can", "topic:read", "cluster/a/topic/b", "--role", "other", "--policy", policy}, exitUsage, ""},
		{[]string{"access", "test", policy, cases}, exitFound, "cases.yaml:3: topic:produce on cluster/a/topic/b: wanted allow"},
		{[]string{"mask", "explain", "--role", "support", "--topic", "orders", "--path", "customer.email", "--policy", policy}, 0, "pii"},
		{[]string{"access", "can", "topic:produce", "cluster/prod/topic/b", "--role", "support", "--grant", "break-glass", "--policy", policy}, 0, "yes: grant break-glass (break-glass) gives role writer, which allows topic:produce"},
		{[]string{"access", "can", "topic:produce", "cluster/test/topic/b", "--role", "support", "--grant", "break-glass", "--policy", policy}, exitFound, "no: no role"},
		{[]string{"access", "can", "topic:produce", "cluster/prod/topic/b", "--role", "writer", "--grant", "break-glass", "--policy", policy}, exitUsage, ""},
		{[]string{"mask", "explain", "--role", "support", "--topic", "orders", "--in", "prod", "--path", "customer.email", "--grant", "break-glass", "--policy", policy}, 0, "clear, the grant break-glass lifts the mask"},
		{[]string{"mask", "explain", "--role", "support", "--topic", "orders", "--in", "test", "--path", "customer.email", "--grant", "break-glass", "--policy", policy}, 0, "redact"}, // who may write could try tokens,
		{[]string{"mask", "explain", "--role", "support", "--topic", "orders", "--path", "a..b", "--policy", policy}, exitUsage, ""},
	} {
		var out, errs bytes.Buffer
		code := Main(context.Background(), c.args, Streams{Out: &out, Err: &errs, Env: func(string) (string, bool) { return "", false }}, "1.2.3")
		if code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: exit %d\n%s%s", c.args, code, &out, &errs)
		}
	}
}
