package access

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// The properties that a masking must have whatever its rules are (each on made-up policies and payloads; a failure prints the seed).

const propertyRounds = 3000

// chance makes policies and payloads of few names and values, so that rules hit fields and values meet again.
type chance struct{ *rand.Rand }

func eachChance(t *testing.T, do func(c chance) string) {
	t.Helper()
	for seed := range uint64(propertyRounds) {
		if why := do(chance{rand.New(rand.NewPCG(seed, 1))}); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
	}
}

func pick[T any](c chance, of ...T) T { return of[c.IntN(len(of))] }

// some keeps each of a list or not.
func some[T any](c chance, of ...T) []T {
	return slices.DeleteFunc(slices.Clone(of), func(T) bool { return c.IntN(2) == 0 })
}

func (c chance) name() string {
	return pick(c, "id", "email", "Note", "phone", "ref", "birthDate", "apiKey", "a.b")
}

func (c chance) text() string {
	return pick(c, "ann@example.org", "4111111111111111", "4242 4242 4242 4242", "DE89370400440532013000", "10.77.3.20", "SKU-1182", "please call me back soon", "+46701234567", "x", "", "AKIA"+"IOSFODNN7EXAMPLE",
		"ann@example.org 4111111111111111", "ann@example.org from 10.77.3.20 with 4111111111111111 and DE89370400440532013000", "1984-02-29", `{"email":"ann@example.org","id":7}`, `[1,"x",{"ref":"4111111111111111"}]`, "536-90-4399 "+strconv.Itoa(c.IntN(9)))
}

func (c chance) value() event.Value {
	switch c.IntN(12) {
	case 0:
		return event.BoolValue(c.IntN(2) == 0)
	case 1:
		return event.IntValue(pick[int64](c, -1, 7, 1785592906902, 4111111111111111))
	case 2:
		return event.UintValue(pick[uint64](c, 7, 4111111111111111, 1<<63))
	case 3:
		return event.Float64Value(pick(c, 1.5, -2, 1e300))
	case 4:
		return event.TextValue(event.ValueDecimal, pick(c, "12.50", "4111111111111111"))
	case 5:
		return event.TextValue(event.ValueDate, pick(c, "1984-02-29", "+12026-01-01"))
	case 6:
		return event.TextValue(event.ValueInstant, "2026-08-01T14:02:11.482Z")
	case 7:
		return event.TextValue(event.ValueEnum, pick(c, "NEW", "4111111111111111"))
	case 8:
		return event.TextValue(event.ValueBytes, pick(c, "\x00\x01", "ann@example.org"))
	}
	return event.TextValue(event.ValueString, c.text())
}

func (c chance) node(depth int) event.Node {
	n := event.Node{Kind: pick(c, event.NodeObject, event.NodeObject, event.NodeList, event.NodeMap, event.NodeScalar, event.NodeScalar, event.NodeNull)}
	if depth == 0 {
		n.Kind = event.NodeObject
	}
	if depth == 3 && n.Kind != event.NodeNull {
		n.Kind = event.NodeScalar
	}
	switch n.Kind {
	case event.NodeScalar:
		n.Value = c.value()
	case event.NodeObject, event.NodeList, event.NodeMap:
		for range 1 + c.IntN(3) {
			item := c.node(depth + 1)
			if n.Kind == event.NodeObject {
				item.Name = c.name()
			}
			if n.Kind == event.NodeMap {
				key := event.Node{Kind: event.NodeScalar, Value: event.TextValue(event.ValueString, c.text())}
				item = event.Node{Kind: event.NodeEntry, Items: []event.Node{key, item}}
			}
			n.Items = append(n.Items, item)
		}
	}
	return n
}

// made is a policy before it is compiled, so that a property can change one thing of it.
type made struct {
	masking Masking
	lifted  []string
}

func (c chance) policy() made {
	classes := map[string]Class{
		"pii.contact":   {Rank: 10 + c.IntN(3)*10, Action: c.action(), Normalise: NormaliseEmail},
		"pii.financial": {Rank: 10 + c.IntN(3)*10, Action: c.action()},
		"pii.network":   {Rank: 10 + c.IntN(3)*10, Action: c.action()},
	}
	if c.IntN(2) == 0 {
		delete(classes, "pii.network")
	}
	names := []string{ClassPublic, ClassPublic, ClassPublic, ClassUnknown, ClassSecret, "pii.contact", "pii.financial"}
	keys, err := NewKeys(bytes.Repeat([]byte{7}, 32), "shop", 1)
	if err != nil {
		panic(err)
	}
	m := Masking{Keys: keys, Classes: classes}
	for range 1 + c.IntN(4) {
		r := Rule{Part: PartValue, Paths: map[string]string{}, Override: c.IntN(6) == 0}
		for range 1 + c.IntN(3) {
			name := c.name()
			if name == "a.b" {
				name = `"a.b"`
			}
			r.Paths[pick(c, "**", "**."+name, name, name+".**", "*."+name, "*[]", "*{}", "*{key}", "**."+name+"~json.**")] = pick(c, names...)
		}
		m.Rules = append(m.Rules, r)
	}
	m.Detectors = Detectors{Enabled: some(c, AllDetectors()...), FreeText: pick(c, "", FreeTextKeep, FreeTextRedact)}
	return made{masking: m, lifted: some(c, "pii.contact", "pii.financial", ClassUnknown)}
}

func (c chance) action() MaskAction {
	return pick(c, MaskAction{Mask: Token}, MaskAction{Mask: KeepLast, N: 4}, MaskAction{Mask: KeepFirst, N: 2}, MaskAction{Mask: EmailDomain}, MaskAction{Mask: IPPrefix}, MaskAction{Mask: Redact}, MaskAction{Mask: Drop},
		MaskAction{Mask: Bucket, Width: 100}, MaskAction{Mask: Truncate, Unit: "year"})
}

func (m made) compile() *Policy {
	p, err := NewPolicy("v1", Role{Name: "reader", Clear: m.lifted})
	if err == nil {
		p, err = p.WithMasking(m.masking)
	}
	if err != nil {
		panic(err)
	}
	return p
}

func (m made) view(root event.Node, format event.PayloadFormat) View {
	raw := []byte("raw")
	return m.compile().View(reader, orders, event.NewPayload(raw), event.NewTree(root, event.TreeInfo{Format: format, Size: len(raw)}), Shape{Tree: true, Bytes: 10})
}

// leafUnder makes a tree of one leaf, in objects, lists and maps; names and kinds on the way are by chance.
func (c chance) leafUnder() event.Node {
	n := event.Node{Kind: event.NodeScalar, Value: c.value()}
	for range 1 + c.IntN(3) {
		switch c.IntN(4) {
		case 0:
			n = event.Node{Kind: event.NodeList, Items: []event.Node{n}}
		default:
			n.Name = c.name()
			n = event.Node{Kind: event.NodeObject, Items: []event.Node{n}}
		}
	}
	return n
}

// leafOf is the leaf of a view of such a tree; nil: it was dropped.
func leafOf(v View) *Node {
	n := v.root
	for n != nil && (n.Kind == kindObject || n.Kind == kindList) {
		if len(n.Items) == 0 {
			return nil
		}
		n = &n.Items[0]
	}
	return n
}

// more tells how a view shows more of the one leaf than another view; empty: it does not. It shows no more when it is the same, or the value
// was clear before, or it is hidden whole now.
func more(before, after View, kind event.ValueKind) string {
	a, b := leafOf(before), leafOf(after)
	switch {
	case b == nil:
		return ""
	case a == nil:
		return "what was dropped is there"
	case a.Value == b.Value || a.Mask == "" || b.Value == redacted(kind):
		return ""
	case b.Mask == "":
		return "what was of class " + a.Mask + " is clear"
	case kind == event.ValueString && strings.ContainsAny(a.Value, "{[") && strings.ContainsAny(b.Value, "{["):
		return moreWords(before, after) // JSON within it
	}
	return "the mask of class " + a.Mask + " gave way to that of class " + b.Mask
}

// moreWords tells which of the values that chance makes is whole in a view, and not in another one.
func moreWords(before, after View) string {
	a, b := string(before.JSON()), string(after.JSON())
	for _, word := range []string{"ann@example.org", "4111111111111111", "4242 4242 4242 4242", "DE89370400440532013000", "10.77.3.20", "please call me back soon", "+46701234567", "1984-02-29", "536-90-4399", "EXAMPLE"} {
		if strings.Contains(b, word) && !strings.Contains(a, word) {
			return fmt.Sprintf("%q is shown", word)
		}
	}
	return ""
}

func leafKind(n event.Node) event.ValueKind {
	for len(n.Items) > 0 {
		n = n.Items[0]
	}
	return n.Value.Kind()
}

// neverMore holds that a change of a policy shows no more, of one leaf in any part and of a tree in no whole value.
func neverMore(t *testing.T, change func(c chance, m made) made) {
	t.Helper()
	eachChance(t, func(c chance) string {
		before := c.policy()
		after := change(c, before)
		format := pick(c, event.FormatFlink, event.FormatJSON)
		one, tree := c.leafUnder(), c.node(0)
		if why := more(before.view(one, format), after.view(one, format), leafKind(one)); why != "" {
			return why
		}
		return moreWords(before.view(tree, format), after.view(tree, format))
	})
}

func TestADetectorMoreNeverShowsMore(t *testing.T) {
	neverMore(t, func(c chance, m made) made {
		m.masking.Detectors.Enabled = append(slices.Clone(m.masking.Detectors.Enabled), some(c, AllDetectors()...)...)
		return m
	})
	neverMore(t, func(_ chance, m made) made {
		m.masking.Detectors.FreeText = FreeTextRedact
		return m
	})
}

func TestAClassThatIsLiftedNoMoreNeverShowsMore(t *testing.T) {
	neverMore(t, func(c chance, m made) made {
		m.lifted = some(c, m.lifted...)
		return m
	})
}

func TestADenyMoreNeverPermitsMore(t *testing.T) {
	eachChance(t, func(c chance) string {
		statement := func(e Effect) Statement {
			return Statement{Effect: e, Actions: []Action{pick[Action](c, "*", JobRead, RecordingExport)}, Resources: []string{pick(c, "**", "flink/prod/**", "flink/*/job/orders", "cluster/**")}}
		}
		var all []Statement
		for range c.IntN(4) {
			all = append(all, statement(pick(c, Allow, Allow, Deny)))
		}
		with := slices.Insert(slices.Clone(all), c.IntN(len(all)+1), statement(Deny))
		p, err := NewPolicy("v1", Role{Name: "reader", Statements: all})
		if err != nil {
			return err.Error()
		}
		q, err := NewPolicy("v1", Role{Name: "reader", Statements: with})
		if err != nil {
			return err.Error()
		}
		a, r := pick(c, JobRead, RecordingExport), pick(c, ResourceOf("flink", "prod", "job", "orders"), ResourceOf("flink", "dev", "job", "orders"))
		if q.Decide(reader, a, r).Allowed && !p.Decide(reader, a, r).Allowed {
			return "a statement that denies permits"
		}
		return ""
	})
}

func TestTheOrderOfRulesDoesNotMatter(t *testing.T) {
	eachChance(t, func(c chance) string {
		m := c.policy()
		tree := c.node(0)
		before := m.view(tree, event.FormatJSON)
		m.masking.Rules = slices.Clone(m.masking.Rules)
		c.Shuffle(len(m.masking.Rules), func(i, j int) {
			m.masking.Rules[i], m.masking.Rules[j] = m.masking.Rules[j], m.masking.Rules[i]
		})
		slices.Reverse(m.masking.Detectors.Enabled)
		after := m.view(tree, event.FormatJSON)
		if before.Line != after.Line || !slices.Equal(before.Masked, after.Masked) || !bytes.Equal(before.JSON(), after.JSON()) {
			return "two orders give two views"
		}
		return ""
	})
}

// Two records with equal views cannot be told apart by what is looked for in them.
func TestAFilterSeesTheViewOnly(t *testing.T) {
	views := map[string]View{}
	met := 0
	eachChance(t, func(c chance) string {
		// Few policies and one shape, so that views meet.
		c2 := chance{rand.New(rand.NewPCG(uint64(c.IntN(3)), 2))}
		policy, shape := c2.policy(), c2.leafUnder()
		of := &shape
		for len(of.Items) > 0 {
			of.Items = slices.Clone(of.Items)
			of = &of.Items[0]
		}
		of.Value = c.value()
		v := policy.view(shape, event.FormatFlink)
		key := fmt.Sprint(v.Line, v.Masked, string(v.JSON()), v.Size, v.Bytes)
		same, seen := views[key]
		if !seen {
			views[key] = v
			return ""
		}
		met++
		for _, sub := range []string{of.Value.Text(), c.text(), "4111", "ann", "@", "***", "e"} {
			if v.Match(sub) != same.Match(sub) {
				return fmt.Sprintf("%q is found in one of two equal views", sub)
			}
		}
		if v.Match(of.Value.Text()) && len(v.Masked) > 0 && len(of.Value.Text()) > 5 && leafOf(v) != nil && !strings.Contains(string(v.JSON())+v.Line, of.Value.Text()) && of.Value.Kind() == event.ValueString {
			return "a value is found that the view does not hold"
		}
		return ""
	})
	if met < propertyRounds/10 {
		t.Errorf("only %d views met an equal one", met)
	}
}

// A masked leaf is of the kind that it was, and reads as one.
func TestAMaskKeepsTheKind(t *testing.T) {
	eachChance(t, func(c chance) string {
		one := c.leafUnder()
		kind := leafKind(one)
		n := leafOf(c.policy().view(one, event.FormatFlink))
		if n == nil {
			return ""
		}
		if n.Kind != scalarKind(kind) {
			return fmt.Sprintf("a %s is shown as %s", kind, n.Kind)
		}
		if n.Mask == "" {
			return ""
		}
		var err error
		switch kind {
		case event.ValueBool:
			_, err = strconv.ParseBool(n.Value)
		case event.ValueInt:
			_, err = strconv.ParseInt(n.Value, 10, 64)
		case event.ValueUint:
			_, err = strconv.ParseUint(n.Value, 10, 64)
		case event.ValueFloat64, event.ValueDecimal:
			_, err = strconv.ParseFloat(n.Value, 64)
		case event.ValueDate:
			_, err = time.Parse(time.DateOnly, n.Value)
		case event.ValueInstant:
			_, err = time.Parse(time.RFC3339Nano, n.Value)
		}
		if err != nil {
			return fmt.Sprintf("a %s of class %s does not read as one", kind, n.Mask)
		}
		return ""
	})
}

func TestTokensAreEqualWhenNormalisedValuesAre(t *testing.T) {
	keys, err := NewKeys(bytes.Repeat([]byte{7}, 32), "shop", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []Normaliser{NormaliseNone, NormaliseEmail, NormaliseDigits, NormalisePhone} {
		one, err := keys.tokenizer("pii.contact", n)
		if err != nil {
			t.Fatal(err)
		}
		other, err := keys.tokenizer("pii.financial", n)
		if err != nil {
			t.Fatal(err)
		}
		eachChance(t, func(c chance) string {
			value := func() string {
				var b strings.Builder
				for range c.IntN(4) {
					b.WriteString(pick(c, "a", "A", "1", " ", "+", "00", "é", "e\u0301", "@"))
				}
				return b.String()
			}
			x, y := value(), value()
			if (one.text(x) == one.text(y)) != (n.Of(x) == n.Of(y)) {
				return fmt.Sprintf("%q: tokens of %q and %q", n, x, y)
			}
			if one.text(x)[len("contact_"):] == other.text(x)[len("financia_"):] {
				return "two classes have one token"
			}
			return ""
		})
	}
}
