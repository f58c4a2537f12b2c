package browse

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

// completed completes text at the broken bar in it.
func completed(t *testing.T, s *shelf, who access.Principal, text string) (Completions, []string) {
	t.Helper()
	before, after, _ := strings.Cut(text, "¦")
	c, err := s.Complete(context.Background(), who, s.rec, before+after, len([]rune(before)))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var words []string
	for _, i := range c.Items {
		words = append(words, i.Text)
	}
	return c, words
}

func TestCompletionKnowsTheRecording(t *testing.T) {
	s := open(t)
	for text, want := range map[string]string{
		`¦`:                            "kind value text has",
		`ki¦`:                          "kind",
		`kind == ¦`:                    `"record" "source-record" "written"`,
		`kind == "rec¦`:                `"record" "source-record"`,
		`"record" == "x" || op == "¦`:  `"parse" "dedup"`,
		`kind in ["record", "wri¦`:     `"written"`,
		`lane in [¦`:                   `"out" "src"`,
		`value.¦`:                      "id currency f0 contains",
		`double(value.amo¦`:            "amount",
		`value["cur¦`:                  `"currency"`,
		`state.¦`:                      "name kind backend",
		`drop.reason == "¦`:            ``,
		`change == "¦`:                 `"-U" "+U"`,
		`topic == "¦`:                  `"orders"`,
		`subtask ¦`:                    "== in &&",
		`!la¦`:                         "late late_ms",
		`(kind == "record") ¦`:         "&&",
		`kind == "record" && value.f¦`: "f0 f1",
	} {
		_, words := completed(t, s, local, text)
		for _, w := range strings.Fields(want) {
			if !slices.Contains(words, w) {
				t.Errorf("%s: no %s in %v", text, w, words)
			}
		}
	}
	for text, not := range map[string]string{
		`kind == "rec¦`: `"written"`, `"in a text ¦`: "kind", `value.¦`: "kind", `op == "¦`: `"record"`, `nothing.¦`: "id",
	} {
		if _, words := completed(t, s, local, text); slices.Contains(words, not) {
			t.Errorf("%s: %s does not belong there: %v", text, not, words)
		}
	}
}

func TestCompletionReplacesWhatWasTyped(t *testing.T) {
	s := open(t)
	c, words := completed(t, s, local, `op == "é" || op == "par¦" && late`)
	if len(words) == 0 || words[0] != `"parse"` || c.From != 19 || c.To != 24 || c.Problem != nil {
		t.Errorf("%+v", c)
	}
	if c, _ = completed(t, s, local, `op == "x" && moon¦`); c.Problem == nil || c.Problem.At != 13 || !strings.Contains(c.Problem.Message, "moon") {
		t.Errorf("%+v", c.Problem)
	}
	if c, words = completed(t, s, local, strings.Repeat("x", maxFilter)+"¦x"); c.Problem == nil || len(words) > 0 {
		t.Errorf("%+v", c)
	}
}

// Names inside values are those that the principal sees, and reading them is written down once for many keys.
func TestCompletionSeesWhatThePrincipalSees(t *testing.T) {
	s := open(t)
	if _, words := completed(t, s, ann, `value.¦`); slices.Contains(words, "currency") || !slices.Contains(words, "key_1") {
		t.Errorf("ann is told %v", words)
	}
	before := len(s.diary.intents)
	for _, text := range []string{`value.c¦`, `value.cu¦`, `headers["¦`} {
		completed(t, s, ann, text)
	}
	if len(s.diary.intents) != before || before != 1 {
		t.Errorf("%d and then %d reads written down", before, len(s.diary.intents))
	}
	s.diary.full = true
	if _, err := s.Complete(context.Background(), local, s.rec, "value.", 6); err == nil {
		t.Error("names were told without a word in the log")
	}
}

func FuzzComplete(f *testing.F) {
	for _, text := range []string{`kind == "`, `value.a["b"].`, `in [`, `[,`, `'\`, `..`, `a.b.c ==`, "é.", `"a" in value.`} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) { placeIn(text) })
}
