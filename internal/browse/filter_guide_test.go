package browse

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

const guide = "../../docs/guides/filter.md"

// The guide's table of fields is the table that filters are compiled with.
func TestGuideListsTheFields(t *testing.T) {
	b, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	const from, to = "<!-- fields: held by a test -->\n", "<!-- /fields -->"
	before, rest, ok := strings.Cut(string(b), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatal("the guide has no table of fields")
	}
	var table strings.Builder
	table.WriteString("\n| field | type | what |\n|---|---|---|\n")
	row := func(name string, f *Field) {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", name, f.Type(), f.Doc)
	}
	for i := range fields {
		row(fields[i].Name, &fields[i])
		for j := range fields[i].Members {
			row(fields[i].Name+"."+fields[i].Members[j].Name, &fields[i].Members[j])
		}
	}
	want := before + from + table.String() + "\n" + to + after
	if want != string(b) {
		if os.Getenv("REWRITE_GUIDE") != "" {
			if err := os.WriteFile(guide, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("the guide does not list what there is: REWRITE_GUIDE=1 go test ./internal/browse -run TestGuide")
	}
}

func TestGuidesExamplesRun(t *testing.T) {
	b, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "## Examples")
	_, rest, _ = strings.Cut(rest, "```\n")
	examples, _, _ := strings.Cut(rest, "```")
	lines := strings.Split(strings.TrimSpace(examples), "\n")
	if len(lines) < 10 {
		t.Fatalf("%d examples", len(lines))
	}
	s := open(t)
	for _, text := range lines {
		f, err := CompileFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		q := EventQuery{Where: f, Limit: 1000}
		page, err := s.Events(context.Background(), local, s.rec, q)
		if err != nil || !page.Complete {
			t.Errorf("%s: %v", text, err)
		}
		// These speak of what the demo's recording has.
		for _, sure := range []string{"currency", "subtask == 1", "amount", "has(value.id) &&", "o-0000017", "topic", "lane", "elements"} {
			if strings.Contains(text, sure) && len(page.Events) == 0 {
				t.Errorf("%s selects nothing: asked %d, %+v", text, page.Asked, page.Unclear)
			}
		}
	}
}
