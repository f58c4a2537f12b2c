package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestATestIsWrittenWholeOrNotAtAll(t *testing.T) {
	answer := func(files string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if got := r.URL.Query(); r.URL.Path != "/api/v1/recordings/r/tests/dedup.0.0.7" || got.Get("before") != "-1" || got.Get("expect") != "no-output" || got.Get("pom") != "true" || got.Has("name") {
				t.Errorf("asked for %s", r.URL)
			}
			_, _ = io.WriteString(w, `{"class":"a.FirstTest","files":[`+files+`]}`)
		}
	}
	q := TestQuery{Recording: "r", Position: "dedup.0.0.7", Before: -1, Expect: "no-output", POM: true}
	for name, c := range map[string]struct {
		files string
		ok    bool
	}{
		"whole":      {`{"path":"src/a/FirstTest.java","content":"Y2xhc3M="},{"path":"pom.xml","content":""}`, true},
		"torn":       {`{"path":"pom.xml","content":"YQ=="},{"path":"x","content":"?"}`, false},
		"a way out":  {`{"path":"pom.xml","content":"YQ=="},{"path":"../x","content":"YQ=="}`, false},
		"from above": {`{"path":"/etc/x","content":"YQ=="}`, false},
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "out")
		got, err := serve(t, answer(c.files)).ExportTest(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteTest(&got.Value, dir); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(parent); !c.ok && len(left) > 0 {
			t.Errorf("%s: %s stays", name, left[0].Name())
		}
		if !c.ok {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, "src", "a", "FirstTest.java")); string(b) != "class" {
			t.Errorf("%q, %v", b, err)
		}
		if err := WriteTest(&got.Value, dir); !errors.Is(err, ErrFolder) {
			t.Errorf("over another one: %v", err)
		}
	}
}
