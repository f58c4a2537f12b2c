package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A contract is linted without a server: each mistake with file and line, and exit codes for CI.
func TestContractsAreLintedWithoutAServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.odcs.yaml")
	good := "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\nschema:\n  - name: orders\n    properties:\n      - {name: id, required: true}\n"
	for _, c := range []struct {
		text, out string
		code      int
		args      []string
	}{
		{good, "orders/id/required", exitOK, nil},
		{good, `"id": "orders/id/required"`, exitOK, []string{"-o", "json"}},
		{strings.Replace(good, "required: true", "required: sometimes", 1), "orders.odcs.yaml:9: /schema/0/properties/0/required:", exitFound, nil},
		{strings.Replace(good, "required: true", "required: sometimes", 1), `"pointer": "/schema/0/properties/0/required"`, exitFound, []string{"-o", "json"}},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		code := Main(t.Context(), append([]string{"contract", "lint", file}, c.args...), Streams{Out: &out, Err: &errs, Env: func(string) (string, bool) { return "", false }}, "1")
		if code != c.code || !strings.Contains(out.String(), c.out) {
			t.Errorf("exit %d, want %d:\n%s%s", code, c.code, out.String(), errs.String())
		}
	}
	none := func(string) (string, bool) { return "", false }
	var out, errs strings.Builder
	if code := Main(t.Context(), []string{"contract", "lint", file + ".none"}, Streams{Out: &out, Err: &errs, Env: none}, "1"); code != exitUsage {
		t.Errorf("no such file: exit %d", code)
	}
	if code := Main(t.Context(), []string{"contract", "list", "--server", "http://127.0.0.1:1"}, Streams{Out: &out, Err: &errs, Env: none}, "1"); code != exitUnreachable {
		t.Errorf("no server: exit %d: %s", code, errs.String())
	}
}
