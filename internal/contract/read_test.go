package contract

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func orders(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/orders.odcs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func read(t testing.TB, text string) *Contract {
	t.Helper()
	c, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func check(t testing.TB, c *Contract, id string) *Check {
	t.Helper()
	for i := range c.Streams[0].Checks {
		if c.Streams[0].Checks[i].ID == id {
			return &c.Streams[0].Checks[i]
		}
	}
	t.Fatalf("there is no check %s", id)
	return nil
}

// Every kind of check can be written, and says what it was given.
func TestAContractIsCompiledToChecks(t *testing.T) {
	c := read(t, orders(t))
	seen := map[Kind]bool{}
	for _, k := range slices.Concat(c.Streams[0].Checks, c.Streams[1].Checks) {
		seen[k.Kind] = true
		if k.Says() == "" || k.Line < 1 || k.Objective != 0.995 {
			t.Errorf("%s: %q, line %d, objective %v", k.ID, k.Says(), k.Line, k.Objective)
		}
	}
	for _, k := range Kinds() {
		if !seen[k] {
			t.Errorf("no check is a %s", k)
		}
	}
	s := c.Streams[0]
	if s.Topic != "orders" || s.Subject != "orders-value" || len(c.Owners) != 1 || c.Owners[0].Username != "ann@example.org" || len(c.Servers) != 1 || c.Servers[0].Host != "broker:9092" {
		t.Errorf("stream %+v, owners %v, servers %v", s.Topic, c.Owners, c.Servers)
	}
	if !slices.Equal(c.Reads, []Use{{"customers", "city"}, {"prices", ""}}) {
		t.Errorf("reads %v", c.Reads)
	}
	if k := check(t, c, "orders/amount/range"); *k.Min != 0 || *k.Max != 100000 || k.OpenMin || !k.OpenMax {
		t.Errorf("%+v", k)
	}
	if k := check(t, c, "orders/items[].price/range"); k.Path != (Path{PartValue, "items.[].price"}) {
		t.Errorf("%+v", k.Path)
	}
	if k := check(t, c, "orders/key/required"); k.Path != (Path{Part: PartKey}) {
		t.Errorf("%+v", k.Path)
	}
	if k := check(t, c, "orders/latency"); k.Within != 30*time.Second || k.Path.Steps != "at" {
		t.Errorf("%+v", k)
	}
	if k := check(t, c, "orders/retention"); k.Within != 7*24*time.Hour {
		t.Errorf("%+v", k)
	}
	if k := check(t, c, "orders/currency/values"); k.Severity != Critical || !k.Texts["EUR"] || !k.Limit.None() {
		t.Errorf("%+v", k)
	}
}

// Each mistake is told with its pointer and its line, all of them at once.
func TestMistakesHaveTheirPlaces(t *testing.T) {
	for _, c := range []struct{ from, to, pointer, text string }{
		{"version: 1.2.0\n", "", "", "lacks version"},
		{"kind: DataContract", "kind: Contract", "/kind", "DataContract"},
		{"minLength: 3", "minLength: three", "/schema/0/properties/2/logicalTypeOptions/minLength", "integer"},
		{"minimum: 0, exclusiveMaximum", "minimum: 1000000, exclusiveMaximum", "/schema/0/properties/3/logicalTypeOptions", "nothing is"},
		{`"^o-[0-9]+$"`, `"^(?=o)"`, "/schema/0/properties/2/logicalTypeOptions/pattern", "RE2"},
		{"value: header", "value: trailer", "/schema/0/properties/0/customProperties/0/value", "key.member"},
		{"severity: critical", "severity: awful", "/schema/0/properties/4/quality/0/severity", "none of"},
		{"validValues: [EUR, USD]", "values: [EUR]", "/schema/0/properties/4/quality/0", "validValues"},
		{"metric: invalidValues", "metric: oddValues", "/schema/0/properties/4/quality/0/metric", "none of"},
		{"mustBe: 0, severity", "mustBee: 0, severity", "/schema/0/properties/4/quality/0", "operator"},
		{"size(value.items) > 0 ||", "size(value.items) > 0 ||| ", "/schema/0/quality/1/implementation", "at 1:"},
		{"size(value.items) > 0 || value.amount == 0", "1 + 1", "/schema/0/quality/1/implementation", "true or false"},
		{"sightglass.lateness", "sightglass.latenes", "/schema/0/customProperties/1/property", "sightglass.lateness"},
		{"value: 5m", "value: 5 parsecs", "/schema/0/customProperties/1/value", "length of time"},
		{"value: 99.5%", "value: 150%", "/customProperties/0/value", "share"},
		{"element: orders.at", "element: orders.then", "/slaProperties/0/element", "no property"},
		{"unit: s, element", "unit: furlong, element", "/slaProperties/0/value", "unit"},
		{"name: customer\n", "name: customer\n        colour: red\n", "/schema/0/properties/8", "colour"},
	} {
		text := orders(t)
		if !strings.Contains(text, c.from) {
			t.Fatalf("%q is not in the contract any more", c.from)
		}
		text = strings.Replace(text, c.from, c.to, 1)
		_, err := Read(text)
		var bad Problems
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v", c.to, err)
			continue
		}
		i := slices.IndexFunc(bad, func(p Problem) bool {
			return strings.HasPrefix(p.Pointer, c.pointer) && strings.Contains(p.Text, c.text)
		})
		if i < 0 {
			t.Errorf("%q: want %s at %s, got\n%v", c.to, c.text, c.pointer, bad)
			continue
		}
		if line := 1 + strings.Count(text[:max(0, strings.Index(text, c.to))], "\n"); c.pointer != "" && c.to != "" && (bad[i].Line > line+1 || bad[i].Line < line-4) {
			t.Errorf("%q is in line %d, the mistake in %d", c.to, line, bad[i].Line)
		}
	}
}

// What is no YAML, or would be far too much of it, is told as a mistake too.
func TestHostileDocumentsAreMistakes(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [*" + p + ", *" + p + ", *" + p + ", *" + p + ", *" + p + ", *" + p + ", *" + p + ", *" + p + "]\n"
	}
	for name, text := range map[string]string{
		"empty": "", "a list": "- a", "not YAML": "a: [", "a bomb": bomb, "deep": "a: " + strings.Repeat("[", 5000), "two documents": "a: 1\n---\nb: 2\n", "itself": "a: &a\n  b: *a\n",
		"merged": "a: &a {b: 1}\nc:\n  <<: *a\n",
	} {
		var bad Problems
		if _, err := Read(text); !errors.As(err, &bad) || len(bad) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatNobodyChecksIsNoted(t *testing.T) {
	text := strings.Replace(orders(t), "{property: throughput, value: 0.5}", "{property: availability, value: 99}", 1)
	c := read(t, text)
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0].Text, "availability") {
		t.Errorf("%v", c.Notes)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(orders(f))
	f.Add("apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1\nstatus: x\nschema: [{name: a, quality: [{metric: rowCount, mustBe: 1}]}]\n")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(text)
		var bad Problems
		switch {
		case err == nil && (c.ID == "" && c.Version == "" && c.Status == ""):
			// the standard wants them there, not filled
		case err != nil && (!errors.As(err, &bad) || len(bad) == 0 || bad[0].Line < 1):
			t.Fatalf("%v", err)
		}
		if err == nil {
			if d := Diff(c, c); len(d) > 0 {
				t.Fatalf("a contract differs from itself: %v", d)
			}
		}
	})
}
