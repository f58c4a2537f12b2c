package policy

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what is read now into testdata")

// TestTexts reads testdata/*.txt: texts, each followed by a line of dashes, what was read of it, and a line of equals signs.
func TestTexts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, c := range strings.Split(strings.TrimSuffix(string(raw), "====\n"), "====\n") {
			text, want, _ := strings.Cut(c, "----\n")
			got := describe(text)
			if !*rewrite && got != want {
				t.Errorf("%s:\n%s\ngot:\n%s\nwant:\n%s", file, text, got, want)
			}
			fmt.Fprintf(&out, "%s----\n%s====\n", text, got)
		}
		if *rewrite {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func describe(text string) string {
	p, err := Read(text, Checks{Filter: func(s string) error {
		if strings.Contains(s, "?!") {
			return errors.New("?! is no operator")
		}
		return nil
	}})
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "level %q budgets %+v secrets %q\n", p.Level, p.Budgets, p.Secrets)
	for _, r := range p.Rules {
		sample, keep := "every key", "-"
		if r.Sample != nil {
			sample = fmt.Sprint(*r.Sample)
		}
		if r.LookBack != nil {
			keep = fmt.Sprint(*r.LookBack)
		}
		fmt.Fprintf(&b, "rule of line %d: job=%s operator=%s output=%s topic=%s: level=%s payload=%s sample=%s lookback=%s logs=%s\n",
			r.Line, r.Job, r.Operator, r.Output, r.Topic, r.Level, r.Payload, sample, keep, r.Logs)
	}
	for _, x := range p.Triggers {
		fmt.Fprintf(&b, "trigger of line %d: %+v\n", x.Line, x)
	}
	return b.String()
}

func TestTheFirstRuleThatSaysItDecides(t *testing.T) {
	p, err := Read(`
level: flight
rules:
  - {job: "order-*", operator: "*duplicates", level: trace}
  - {operator: drop-duplicates, payload: hashed}
  - {job: 9f3a*, sample: {take: 1, of: 50}, logs: error}
  - {topic: secret, payload: none}
  - {level: positions, lookback: true, payload: none}
`, Checks{})
	if err != nil {
		t.Fatal(err)
	}
	d := p.Decide([]string{"order-totals", "9f3a00"}, "Drop duplicates")
	if d.Level != "trace" || d.LevelRule != 0 || d.Payload != "hashed" || d.PayloadRule != 1 || d.Sample.Of != 50 || !d.LookBack || d.LookBackRule != 4 || d.Logs != "error" {
		t.Errorf("%+v", d)
	}
	if d := p.Decide([]string{"other"}, "map"); d.Level != "positions" || d.Payload != "none" || d.Sample != nil || d.SampleRule != -1 {
		t.Errorf("%+v", d)
	}
	if d := (&Policy{Level: "flight"}).Decide(nil, ""); d.Level != "flight" || d.LevelRule != -1 || d.Logs != "info" {
		t.Errorf("%+v", d)
	}
}

func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		glob, text string
		want       bool
	}{
		{"*", "", true}, {"*", "abc", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abc", true}, {"a*b*c", "aXbYbc", true},
		{"abc", "abc", true}, {"abc", "abcd", false}, {"a*bc*c", "abc", false}, {"*a*a*", "a", false}, {"a.c", "abc", false}, {"**", "x", true},
		{"ab*ba", "aba", false},
	} {
		if got := Match(c.glob, c.text); got != c.want {
			t.Errorf("%s on %q: %v", c.glob, c.text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("rules: [{level: trace}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(_ *testing.T, text string) {
		if p, err := Read(text, Checks{}); err == nil {
			p.Decide([]string{"job"}, "operator")
		}
	})
}
