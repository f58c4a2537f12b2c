package access

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/sightglass/sightglass/internal/event"
)

// shop is a policy whose reader sees what is public, and whose fraud role sees financial data too.
func shop(t testing.TB, rules ...Rule) *Policy {
	t.Helper()
	keys, err := NewKeys(bytes.Repeat([]byte{7}, 32), "shop", 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy("v1", Role{Name: "reader"}, Role{Name: "fraud", Clear: []string{"pii.financial"}}, Role{Name: "all", Clear: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	p, err = p.WithMasking(Masking{Keys: keys, Rules: rules, Classes: map[string]Class{
		"pii.contact":   {Rank: 30, Action: MaskAction{Mask: Token}, Normalise: NormaliseEmail},
		"pii.financial": {Rank: 40, Action: MaskAction{Mask: KeepLast, N: 4}},
		"pii.time":      {Rank: 20, Action: MaskAction{Mask: Truncate, Unit: "month"}},
		"net":           {Rank: 25, Action: MaskAction{Mask: IPPrefix}},
		"sum":           {Rank: 10, Action: MaskAction{Mask: Bucket, Width: 100}},
		"mail":          {Rank: 35, Action: MaskAction{Mask: EmailDomain}, Normalise: NormaliseEmail},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	reader = Principal{ID: "local:r", Roles: []string{"reader"}}
	fraud  = Principal{ID: "local:f", Roles: []string{"reader", "fraud"}}
	orders = Subject{Resource: ResourceOf("cluster", "prod", "topic", "orders.eu"), Part: PartValue}
)

func TestRulesGiveClasses(t *testing.T) {
	p := shop(t,
		Rule{Topics: []string{"orders.*"}, Part: PartValue, Paths: map[string]string{
			"id": "public", "**.email": "pii.contact", "payment.pan": "pii.financial", "items[].sku": "public", "items[]": "secret", "tags{}": "public", "tags{key}": "secret",
			"a~b": "public", "doc~json.x": "public", `"~json"`: "secret", `"odd.name".x`: "public", "a.*.c": "public", "free.**": "public",
		}},
		Rule{Part: PartValue, Paths: map[string]string{"id": "pii.time", "payment.pan": "public"}},
		Rule{Topics: []string{"orders.eu"}, Part: PartValue, Override: true, Paths: map[string]string{"note.email": "public"}},
	)
	for path, want := range map[string]string{
		"id": "pii.time", "ID": "pii.time", "email": "pii.contact", "customer.Email": "pii.contact", "customer.deep.EMAIL": "pii.contact", "note.email": "public",
		"payment.pan": "pii.financial", "payment": ClassUnknown, "items.[].sku": "public", "items.[]": ClassSecret, "items.[].name": ClassUnknown, "tags.{}": "public", "tags.{key}": ClassSecret,
		"odd.name|x": "public", "a~b": "public", "doc.~json.x": "public", "~json": ClassSecret, "a.b.c": "public", "a.b.d": ClassUnknown, "a.b.b.c": ClassUnknown, "free": "public", "free.x.y": "public", "": ClassUnknown, "other": ClassUnknown,
	} {
		var at Path
		switch {
		case strings.Contains(path, "|"):
			at = strings.Split(path, "|")
		case path != "":
			at = strings.Split(path, ".")
		}
		if got := p.Plan(reader, orders).Leaf(at, event.Value{}); got.Class != want {
			t.Errorf("%s: %s, want %s", path, got.Class, want)
		}
	}
	for name, other := range map[string]Subject{
		"another topic": {Resource: ResourceOf("cluster", "prod", "topic", "returns"), Part: PartValue}, "another part": {Resource: orders.Resource, Part: PartKey},
		"a name that poses as one": {Resource: ResourceOf("cluster", "prod", "topic", "x/topic/orders.eu"), Part: PartValue},
	} {
		if got := p.Plan(reader, other).Leaf(Path{"email"}, event.Value{}); got.Class != ClassUnknown {
			t.Errorf("%s: %s", name, got.Class)
		}
	}
	if got := p.Plan(fraud, orders).Leaf(Path{"payment", "pan"}, event.Value{}); got.Mask != Clear {
		t.Errorf("fraud sees %+v", got)
	}
	if got := p.Plan(Principal{}, orders).Leaf(Path{"note", "email"}, event.Value{}); got.Mask == Clear {
		t.Errorf("nobody sees %+v", got)
	}
}

func TestMasksKeepTypes(t *testing.T) {
	p := shop(t, Rule{Part: PartValue, Paths: map[string]string{"c": "pii.contact", "f": "pii.financial", "t": "pii.time", "n": "net", "s": "sum", "m": "mail"}})
	text := func(s string) event.Value { return event.TextValue(event.ValueString, s) }
	plan := p.Plan(reader, orders)
	shown := func(path string, v event.Value) string {
		treated := plan.Leaf(Path{path}, v)
		return treated.shown(v)
	}
	for _, c := range []struct {
		path string
		v    event.Value
		want string
	}{
		{"f", text("4242428085038399"), "***8399"}, {"f", text("42424280850"), "***"}, {"f", event.IntValue(4242), "0"},
		{"t", event.TextValue(event.ValueDate, "2026-08-17"), "2026-08-01"}, {"t", event.TextValue(event.ValueInstant, "2026-08-17T11:12:13.5Z"), "2026-08-01T00:00:00Z"},
		{"t", event.TextValue(event.ValueDateTime, "2026-08-17T11:12:13"), "2026-08-01T00:00:00"}, {"t", text("2026-08-17"), "***"}, {"t", event.TextValue(event.ValueDate, "+12026-08-17"), "1970-01-01"},
		{"n", text("192.168.7.9"), "192.168.7.0/24"}, {"n", text("2001:db8:1:2::3"), "2001:db8:1::/48"}, {"n", text("::ffff:10.1.2.3"), "10.1.2.0/24"}, {"n", text("10.1.2"), "***"},
		{"s", event.IntValue(1234), "1200"}, {"s", event.IntValue(-1), "-100"}, {"s", event.Float64Value(99.5), "0.0"}, {"s", event.TextValue(event.ValueDecimal, "250.10"), "200.0"}, {"s", text("250"), "***"},
		{"s", event.IntValue(1 << 60), "0"}, {"c", event.BoolValue(true), "false"}, {"x", text("a"), "***"},
	} {
		if got := shown(c.path, c.v); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.path, c.v.Text(), got, c.want)
		}
	}
	a, b := shown("c", text("Keiko@Example.net ")), shown("c", text("keiko@example.net"))
	if a != b || !strings.HasPrefix(a, "contact_") || len(a) != len("contact_")+tokenChars {
		t.Errorf("tokens %s and %s", a, b)
	}
	if other := shown("c", text("keiko@example.com")); other == a {
		t.Error("two values have one token")
	}
	if m := shown("m", text("keiko@Example.net")); !strings.HasSuffix(m, "@example.net") || strings.HasPrefix(m, a) {
		t.Errorf("mail is %s", m)
	}
	if m := shown("m", text("x@a secret text.y")); strings.Contains(m, "secret") {
		t.Errorf("what is no domain is shown: %s", m)
	}
	if n := shown("c", event.IntValue(12)); n == "12" || strings.ContainsAny(n, "-.") || len(n) > 10 {
		t.Errorf("a number's token is %s", n)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	p, _ := NewPolicy("v1", Role{Name: "reader", Clear: []string{"nowhere"}})
	for want, m := range map[string]Masking{
		`there is no mask "blur"`:           {Classes: map[string]Class{"a": {Action: MaskAction{Mask: "blur"}}}},
		"keep_last keeps 1 to 64":           {Classes: map[string]Class{"a": {Action: MaskAction{Mask: KeepLast}}}},
		"there is no key to make them":      {Classes: map[string]Class{"a": {Action: MaskAction{Mask: Token}}}},
		`there is no way "x" to normalise`:  {Classes: map[string]Class{"a": {Action: MaskAction{Mask: Redact}, Normalise: "x"}}},
		`there is no class "nothing"`:       {Rules: []Rule{{Part: PartValue, Paths: map[string]string{"a": "nothing"}}}},
		`part "body" is none of`:            {Rules: []Rule{{Part: "body"}}},
		"a quote has no end":                {Rules: []Rule{{Part: PartValue, Paths: map[string]string{`"a`: "public"}}}},
		`lifts the mask of class "nowhere"`: {},
	} {
		if _, err := p.WithMasking(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// Every letter that there is: a field whose name differs by case alone escapes no rule, and what was folded stays as it is.
func TestNamesFoldTheSameInEveryCase(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r < 0xe000 {
			continue
		}
		name := "a" + string(r)
		folded := fold(name)
		if again := fold(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", name, folded, again)
		}
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			if other := fold("a" + string(next)); other != folded {
				t.Errorf("%q folds to %q, %q to %q", name, folded, string(next), other)
			}
		}
	}
}

func FuzzPatternsAreReadOrRefused(f *testing.F) {
	for _, s := range []string{"a.b", "items[].sku", `"a.b".c`, "**.email", "x{}.y", "x{key}", "a..b", "a.", "[]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePattern(text)
		if err != nil {
			return
		}
		root := new(trie)
		r := &rule{class: &class{name: "x"}}
		root.add(p, r)
		var path Path
		for _, s := range p {
			if !s.deep {
				if path = append(path, s.name); s.any {
					path[len(path)-1] = "any"
				}
			}
		}
		found := false
		root.find(path, func(*rule) { found = true })
		if !found {
			t.Errorf("%q does not find its own path %q", text, path)
		}
	})
}

// orderNode is what a record of 407 bytes of JSON decodes to.
func orderNode() event.Node {
	leaf := func(name, v string) event.Node {
		return event.Node{Kind: event.NodeScalar, Name: name, Value: event.TextValue(event.ValueString, v)}
	}
	item := event.Node{Kind: event.NodeObject, Items: []event.Node{leaf("sku", "SKU-1001"), leaf("title", "Desk lamp"), leaf("quantity", "1")}}
	return event.Node{Kind: event.NodeObject, Items: []event.Node{
		leaf("id", "O-0000032"), leaf("status", "new"), leaf("note", "leave it at the door"),
		{Kind: event.NodeObject, Name: "customer", Items: []event.Node{leaf("name", "Keiko"), leaf("email", "keiko@example.net"), leaf("phone", "+1-202-555-0161")}},
		{Kind: event.NodeObject, Name: "payment", Items: []event.Node{leaf("pan", "4242428085038399"), leaf("currency", "JPY")}},
		{Kind: event.NodeList, Name: "items", Items: []event.Node{item, item}},
	}}
}

var orderRule = Rule{Topics: []string{"orders.*"}, Part: PartValue, Paths: map[string]string{
	"id": "public", "status": "public", "items[].sku": "public", "items[].quantity": "public", "**.email": "pii.contact", "**.name": "pii.contact", "payment.pan": "pii.financial",
}}

func BenchmarkMaskOrder(b *testing.B) { maskOrder(b, shop(b, orderRule)) }

// Six of its leaves are shown, and looked into.
func BenchmarkMaskOrderWithDetectors(b *testing.B) {
	maskOrder(b, guarded(b, Detectors{Enabled: AllDetectors()}, orderRule))
}

func maskOrder(b *testing.B, p *Policy) {
	node := orderNode()
	b.ReportAllocs()
	for b.Loop() {
		m := newMasker(p.Plan(reader, orders))
		if !m.node(&node, new(Node)) {
			b.Fatal("dropped")
		}
	}
}

// Without the class of an exception and the frames that threw it nobody could say what went wrong; its message quotes records.
func TestOfExceptionsAndLogLinesWhatIsOfTheProgramIsShown(t *testing.T) {
	shown := func(rules []Rule, part Part, path ...string) Mask {
		t.Helper()
		m := Masking{Rules: rules}
		c, err := m.compile()
		if err != nil {
			t.Fatal(err)
		}
		return c.plan(Subject{Resource: "flink/local/job/x/recording/y", Part: part}, nil, false).Leaf(path, event.TextValue(event.ValueString, "x")).Mask
	}
	for _, path := range [][]string{{"class"}, {"stack"}, {"cause", "class"}, {"cause", "cause", "stack"}, {"where", "task"}} {
		if got := shown(nil, PartException, path...); got != Clear {
			t.Errorf("%v is %s", path, got)
		}
	}
	for _, path := range [][]string{{"message"}, {"cause", "message"}, {"element"}, {"other"}} {
		if got := shown(nil, PartException, path...); got == Clear {
			t.Errorf("%v is shown", path)
		}
	}
	if got := shown(nil, PartLog, "logger"); got != Clear {
		t.Errorf("a logger's name is %s", got)
	}
	if got := shown(nil, PartLog, "message"); got == Clear {
		t.Error("a log line is shown")
	}
	if got := shown(nil, PartValue, "class"); got == Clear {
		t.Error("a field of a record is shown for its name")
	}
	if got := shown([]Rule{{Part: PartException, Paths: map[string]string{"**": ClassSecret}}}, PartException, "class"); got == Clear {
		t.Error("a policy could not hide it")
	}
}
