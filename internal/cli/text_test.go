package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTextsAreReadWholeOrNotAtAll(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte("12345678"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, "-"} {
		for most, want := range map[int64]string{8: "12345678", 7: ""} {
			a := &app{Streams: Streams{In: strings.NewReader("12345678")}}
			text, err := a.readText(name, most)
			if text != want || (err != nil) != (want == "") {
				t.Errorf("%s, at most %d bytes: %q, %v", name, most, text, err)
			}
		}
	}
	for _, name := range []string{"-", file + ".not"} {
		_, err := new(app).readText(name, 8)
		if code, _, _ := explain(err); err == nil || code != exitUsage {
			t.Errorf("%s: %v, want a mistake in the command line", name, err)
		}
	}
}
