package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSchemasOnTheCommandLine(t *testing.T) {
	r := serve(t)
	ctx, dir := context.Background(), t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	v1 := file("v1.avsc", `{"type":"record","name":"O","fields":[{"name":"a","type":"int"}]}`)
	v2 := file("v2.avsc", `{"type":"record","name":"O","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}`)
	bad := file("bad.avsc", `{"type":"record","name":"O","fields":[{"name":"a","type":"string"}]}`)
	none := file("none.avsc", `{"type":"nothing"}`)
	export := filepath.Join(dir, "e.jsonl")
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"schema register " + v1 + " --subject orders/x:v", 0, "1\n"},
		{"schema check " + v2 + " --subject orders/x:v", 0, "compatible"},
		{"schema check " + v2 + " --subject orders/x:v --profile strict -o json", 0, `"is_compatible": true`},
		{"schema check " + bad + " --subject orders/x:v", exitFound, "confluent-8.3"},
		{"schema check " + bad + " --subject orders/x:v -o json", exitFound, `"is_compatible": false`},
		{"schema check " + none + " --subject orders/x:v", exitUsage, "Invalid schema of type AVRO"},
		{"schema check " + filepath.Join(dir, "missing.avsc") + " --subject s", exitUsage, "no such file"},
		{"schema check " + v1, exitUsage, "which subject?"},
		{"schema check " + v1 + " --subject s --registry http://127.0.0.1:1", exitUnreachable, "no server answers"},
		{"schema register " + bad + " --subject orders/x:v", exitFound, "incompatible with an earlier schema"},
		{"schema register " + v2 + " --subject orders/x:v -o json", 0, `"version": 2`},
		{"schema list", 0, "orders/x:v"},
		{"schema list --all -o jsonl", 0, `"version":1`},
		{"schema show orders/x:v 1", 0, `"name":"a"`},
		{"schema show nothing", exitFound, "Subject 'nothing' not found."},
		{"schema delete orders/x:v 1", 0, "deleted 1 of orders/x:v"},
		{"schema delete orders/x:v 2 --permanent", exitFound, "was not deleted first"},
		{"registry export --to " + export, 0, "lines written"},
		{"registry import --from " + export, 0, "imported 0 schemas"},
		{"registry import --from " + file("other.jsonl", `{"kind":"header","format":"sightglass-registry","number":1}`+"\n"+`{"kind":"schema","context":".","id":1,"schema":"\"long\""}`), exitFound, "conflict: id 1 of context . is another schema here"},
		{"registry import --from " + v1, exitUsage, "no head of an export"},
		{"registry import --from http://127.0.0.1:1", exitUnreachable, "the other registry"},
	} {
		out, errs, code := r.run(ctx, "", strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%s: want exit %d and %q, got exit %d\n%s%s", c.args, c.code, c.says, code, out, errs)
		}
	}
}
