package languagetest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// Rules says how a language is held against its table of rules.
type Rules struct {
	Language language.Language
	// Gentler are rules that may break on nothing that the default lets pass; GentlerName is what the table calls them.
	Gentler     language.Rules
	GentlerName string
	// Text makes a schema of what a case gives as one; nil where they are the same.
	Text func(string) string
	// Least is how many cases the table has at the least: a table that is not read fails.
	Least int
}

// Run goes through testdata/rules.txt: two schemas, what is wanted in both directions by the default profile, and behind the line what comes out.
// -rewrite changes what stands behind the line only; a case that does not come out as wanted fails all the same.
func (r Rules) Run(t *testing.T) {
	t.Helper()
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
		c := readCase(input)
		result := r.outcome(t, c)
		if !*Rewrite && strings.TrimSpace(was) != strings.TrimSpace(result) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, result, was)
		}
		out.WriteString(input + "----\n" + result + "\n")
	}
	if cases < r.Least {
		t.Fatalf("only %d cases were read", cases)
	}
	if *Rewrite {
		if err := os.WriteFile(file, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type ruleCase struct {
	name, older, newer string
	want               map[string]string // verdict by direction
}

func readCase(input string) ruleCase {
	c := ruleCase{want: map[string]string{}}
	for line := range strings.Lines(input) {
		key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "case":
			c.name = rest
		case "old":
			c.older = rest
		case "new":
			c.newer = rest
		case "want":
			direction, verdict, _ := strings.Cut(rest, " ")
			c.want[direction] = verdict
		}
	}
	return c
}

// outcome is what comes of a case, and fails where the default's verdict is not as wanted, or one set of rules is gentler than it may be.
func (r Rules) outcome(t *testing.T, c ruleCase) string {
	t.Helper()
	if r.Text != nil {
		c.older, c.newer = r.Text(c.older), r.Text(c.newer)
	}
	result := ""
	for _, direction := range []string{"backward", "forward"} {
		reader, writer := Parse(t, r.Language, c.newer), Parse(t, r.Language, c.older)
		if direction == "forward" {
			reader, writer = writer, reader
		}
		list := Compare(t, r.Language, reader, writer, language.Rules{})
		gentler := Compare(t, r.Language, reader, writer, r.Gentler)
		strict := Compare(t, r.Language, reader, writer, language.Rules{Profile: language.Strict, ReaderIsOlder: direction == "forward"})
		if got := verdictOf(list); got != c.want[direction] {
			t.Errorf("%s: %s %s, want %s:\n%s", c.name, direction, got, c.want[direction], Shown(list))
		}
		if language.Breaking(list) && !language.Breaking(strict) {
			t.Errorf("%s: %s: strict lets pass what the default breaks on", c.name, direction)
		}
		if language.Breaking(gentler) && !language.Breaking(list) {
			t.Errorf("%s: %s: %s breaks on what the default lets pass", c.name, direction, r.GentlerName)
		}
		result += fmt.Sprintf("%s: %s, %s %s, strict %s\n%s", direction, verdictOf(list), r.GentlerName, verdictOf(gentler), verdictOf(strict), Shown(list))
	}
	return result
}

func verdictOf(list []language.Difference) string {
	if language.Breaking(list) {
		return "breaks"
	}
	return "ok"
}
