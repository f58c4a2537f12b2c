// Package languagetest holds schema languages against tables of cases: what all languages have to keep is written once here, and each language's
// tests give the cases. Only tests import it.
package languagetest

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// Rewrite is -rewrite: tests write what comes out into testdata in place of comparing it.
var Rewrite = flag.Bool("rewrite", false, "write what comes out into testdata")

// Parse is a schema of a text that has to be one.
func Parse(t testing.TB, l language.Language, text string, refs ...language.Referenced) language.Schema {
	t.Helper()
	s, err := l.Parse(text, refs)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

// Compare is the differences of schemas whose comparison has to be decided.
func Compare(t testing.TB, l language.Language, reader, writer language.Schema, rules language.Rules) []language.Difference {
	t.Helper()
	list, err := l.Compare(reader, writer, rules)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Shown lists differences a line each, the breaking ones marked with !.
func Shown(list []language.Difference) string {
	var b strings.Builder
	for _, d := range list {
		mark := " "
		if d.Breaking {
			mark = "!"
		}
		fmt.Fprintf(&b, " %s %s at %q", mark, d.Kind, d.Pointer)
		if d.Field != "" {
			fmt.Fprintf(&b, " field %s", d.Field)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Fields is paths and types of fields in a line, a ? behind the optional ones.
func Fields(list []language.Field) string {
	var parts []string
	for _, f := range list {
		part := f.Path + " " + f.Type
		if f.Optional {
			part += "?"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// SafeForConcurrentUse compares two schemas and asks the first for its fields and its normal text, in four goroutines at once: the race detector
// sees what they share.
func SafeForConcurrentUse(t *testing.T, l language.Language, reader, writer language.Schema, fields int) {
	t.Helper()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := l.Compare(reader, writer, language.Rules{}); err != nil || len(reader.Fields()) != fields || reader.Normal() == "" {
				t.Error("differs")
			}
		})
	}
	all.Wait()
}

// BenchmarkCompare compares schemas that are compatible.
func BenchmarkCompare(b *testing.B, l language.Language, reader, writer language.Schema) {
	for b.Loop() {
		list, err := l.Compare(reader, writer, language.Rules{})
		if err != nil || language.Breaking(list) {
			b.Fatal("want compatible")
		}
	}
}

// BenchmarkParse parses a text.
func BenchmarkParse(b *testing.B, l language.Language, text string) {
	for b.Loop() {
		Parse(b, l, text)
	}
}
