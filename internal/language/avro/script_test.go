package avro

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

// script runs the cases of a file: what was given, ----, what has to come of it.
func script(t *testing.T, name string, run func(t *testing.T, given string) string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range strings.Split(string(raw), "====\n") {
		given, want, ok := strings.Cut(c, "----\n")
		if !ok {
			t.Fatalf("a case without ----: %s", c)
		}
		got := run(t, given)
		if got != want && !*languagetest.Rewrite {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", given, got, want)
		}
		out = append(out, given+"----\n"+got)
	}
	if *languagetest.Rewrite {
		if err := os.WriteFile(file, []byte(strings.Join(out, "====\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDifferencesAreTold(t *testing.T) {
	script(t, "compare.txt", func(t *testing.T, given string) string {
		var reader, writer language.Schema
		var rules language.Rules
		for _, line := range strings.Split(strings.TrimSpace(given), "\n") {
			switch what, text, _ := strings.Cut(line, ": "); what {
			case "reader":
				reader = parsed(t, text)
			case "writer":
				writer = parsed(t, text)
			case "strict":
				rules.Profile = language.Strict
			}
		}
		differences, err := New().Compare(reader, writer, rules)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, d := range differences {
			mark := " "
			if d.Breaking {
				mark = "!"
			}
			fmt.Fprintf(&b, "%s %s %s [%s] %s\n", mark, d.Kind, d.Pointer, d.Field, d.Message)
			if d.Advice != "" {
				fmt.Fprintf(&b, "  -> %s\n", d.Advice)
			}
		}
		if !language.Breaking(differences) {
			b.WriteString("compatible\n")
		}
		return b.String()
	})
}

func TestTextsParse(t *testing.T) {
	script(t, "parse.txt", func(t *testing.T, given string) string {
		s, err := New().Parse(given, nil)
		if err != nil {
			return err.Error() + "\n"
		}
		var b strings.Builder
		fmt.Fprintf(&b, "canonical: %s\nnormal: %s\n", s.Canonical(), s.Normal())
		for _, f := range s.Fields() {
			fmt.Fprintf(&b, "field %s: %s", f.Path, f.Type)
			if f.Optional {
				b.WriteString(", optional")
			}
			if f.Default != "" {
				fmt.Fprintf(&b, ", default %s", f.Default)
			}
			if f.Doc != "" {
				fmt.Fprintf(&b, ", %q", f.Doc)
			}
			if len(f.Tags) > 0 {
				fmt.Fprintf(&b, ", tags %v", f.Tags)
			}
			if len(f.Values) > 0 {
				fmt.Fprintf(&b, ", one of %v", f.Values)
			}
			b.WriteString("\n")
		}
		return b.String()
	})
}

func parsed(t testing.TB, text string, refs ...language.Referenced) language.Schema {
	t.Helper()
	return languagetest.Parse(t, New(), text, refs...)
}
