package protobuf

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

var rewrite = flag.Bool("rewrite", false, "write what comes out into testdata")

// The cases of testdata/rules.txt: two schemas, what is wanted in both directions by the default profile, and behind the line what comes out.
// -rewrite changes what stands behind the line only; a case that does not come out as wanted fails all the same.
func TestRules(t *testing.T) {
	const file = "testdata/rules.txt"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cases := 0
	for _, block := range strings.SplitAfter(string(content), "\n\n") {
		input, was, isCase := strings.Cut(block, "----\n")
		if !isCase {
			out.WriteString(block)
			continue
		}
		cases++
		var name, old, newer string
		want := map[string]string{}
		for line := range strings.Lines(input) {
			key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch key {
			case "case":
				name = rest
			case "old":
				old = rest
			case "new":
				newer = rest
			case "want":
				direction, verdict, _ := strings.Cut(rest, " ")
				want[direction] = verdict
			}
		}
		result := ""
		for _, direction := range []string{"backward", "forward"} {
			reader, writer := parse(t, proto3(newer)), parse(t, proto3(old))
			if direction == "forward" {
				reader, writer = writer, reader
			}
			list := compare(t, reader, writer, language.Rules{})
			older := compare(t, reader, writer, language.Rules{Profile: language.Confluent74})
			strict := compare(t, reader, writer, language.Rules{Profile: language.Strict, ReaderIsOlder: direction == "forward"})
			if got := verdictOf(list); got != want[direction] {
				t.Errorf("%s: %s %s, want %s:\n%s", name, direction, got, want[direction], shown(list))
			}
			if language.Breaking(list) && !language.Breaking(strict) {
				t.Errorf("%s: %s: strict lets pass what the default breaks on", name, direction)
			}
			if language.Breaking(older) && !language.Breaking(list) {
				t.Errorf("%s: %s: 7.4 breaks on what the default lets pass", name, direction)
			}
			result += fmt.Sprintf("%s: %s, 7.4 %s, strict %s\n%s", direction, verdictOf(list), verdictOf(older), verdictOf(strict), shown(list))
		}
		if !*rewrite && strings.TrimSpace(was) != strings.TrimSpace(result) {
			t.Errorf("%s:\n%s\nwant\n%s", name, result, was)
		}
		out.WriteString(input + "----\n" + result + "\n")
	}
	if cases < 50 {
		t.Fatalf("only %d cases were read", cases)
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// proto3 is a text with the syntax that cases leave out.
func proto3(text string) string {
	if strings.HasPrefix(text, "syntax") || strings.HasPrefix(text, "edition") {
		return text
	}
	return `syntax = "proto3"; ` + text
}

func verdictOf(list []language.Difference) string {
	if language.Breaking(list) {
		return "breaks"
	}
	return "ok"
}

// shown lists differences a line each, the breaking ones marked.
func shown(list []language.Difference) string {
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

func parse(t testing.TB, text string, refs ...language.Referenced) language.Schema {
	t.Helper()
	s, err := Language{}.Parse(text, refs)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func compare(t testing.TB, reader, writer language.Schema, rules language.Rules) []language.Difference {
	t.Helper()
	list, err := Language{}.Compare(reader, writer, rules)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
