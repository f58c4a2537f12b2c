package client

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// pack is a zip of files, each a name and what is in it, as text.
func pack(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i]}) // as it is
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// damaged is a zip whose second file is not what its checksum says.
func damaged(t *testing.T) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(pack(t, "pom.xml", "a", "x", "a word"))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(bytes.Replace(b, []byte("a word"), []byte("a ward"), 1))
}

func TestATestIsWrittenWholeOrNotAtAll(t *testing.T) {
	answer := func(packed string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if got := r.URL.Query(); r.URL.Path != "/api/v1/recordings/r/tests/dedup.0.0.7" || got.Get("before") != "-1" || got.Get("expect") != "no-output" || got.Get("pom") != "true" || got.Has("name") {
				t.Errorf("asked for %s", r.URL)
			}
			_, _ = io.WriteString(w, `{"class":"a.FirstTest","zip":"`+packed+`"}`)
		}
	}
	q := TestQuery{Recording: "r", Position: "dedup.0.0.7", Before: -1, Expect: "no-output", POM: true}
	for name, c := range map[string]struct {
		packed string
		ok     bool
	}{
		"whole":       {pack(t, "src/a/FirstTest.java", "class", "pom.xml", ""), true},
		"no text":     {"?", false},
		"torn":        {pack(t, "pom.xml", "a")[8:], false},
		"with damage": {damaged(t), false},
		"a way out":   {pack(t, "pom.xml", "a", "../x", "a"), false},
		"from above":  {pack(t, "/etc/x", "a"), false},
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "out")
		got, err := serve(t, answer(c.packed)).ExportTest(context.Background(), q)
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
