package access

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// guarded is shop's policy with detectors, over rules that show everything.
func guarded(t testing.TB, d Detectors, rules ...Rule) *Policy {
	t.Helper()
	keys, err := NewKeys(bytes.Repeat([]byte{7}, 32), "shop", 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy("v1", Role{Name: "reader"}, Role{Name: "fraud", Clear: []string{"pii.financial"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) == 0 {
		rules = []Rule{{Part: PartValue, Paths: map[string]string{"**": "public"}}}
	}
	p, err = p.WithMasking(Masking{Keys: keys, Rules: rules, Detectors: d, Classes: map[string]Class{
		"pii.contact":   {Rank: 30, Action: MaskAction{Mask: Token}, Normalise: NormaliseEmail},
		"pii.financial": {Rank: 40, Action: MaskAction{Mask: KeepLast, N: 4}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shownAs is what a principal sees of a text in a field.
func shownAs(p *Policy, who Principal, field string, v event.Value) View {
	root := event.Node{Kind: event.NodeObject, Items: []event.Node{{Kind: event.NodeScalar, Name: field, Value: v}}}
	return p.View(who, orders, event.NewPayload([]byte("x")), event.NewTree(root, event.TreeInfo{Format: event.FormatFlink, Size: 1}), Shape{Tree: true})
}

func TestDetectorsRaiseWhatRulesShow(t *testing.T) {
	text := func(s string) event.Value { return event.TextValue(event.ValueString, s) }
	p := guarded(t, Detectors{Enabled: AllDetectors()})
	for _, c := range []struct {
		who   Principal
		field string
		v     event.Value
		line  string
		class string
	}{
		{reader, "ref", text("SKU-1182"), `{ref: "SKU-1182"}`, ""},
		{reader, "ref", text("4111111111111111"), `{ref: "***1111"}`, "pii.financial"},
		{fraud, "ref", text("4111111111111111"), `{ref: "4111111111111111"}`, ""},
		{reader, "ref", event.IntValue(4111111111111111), `{ref: 0}`, "pii.financial"},
		{reader, "ref", event.UintValue(4111111111111111), `{ref: 0}`, "pii.financial"},
		{reader, "ref", event.IntValue(1785592906902), `{ref: 1785592906902}`, ""},
		{reader, "ref", text("10.77.3.20"), `{ref: "***"}`, ClassUnknown}, // no class pii.network
		{reader, "ref", text("AKIA" + "IOSFODNN7EXAMPLE"), `{}`, ClassSecret},
		{reader, "ref", text("a@example.org 4111 1111 1111 1111"), `{ref: "***"}`, "pii.financial"}, // two masks: neither
		{fraud, "ref", text("a@example.org 4111 1111 1111 1111"), "contact_", "pii.contact"},
		{reader, "note", text("please call me back soon"), `{note: "***"}`, ClassUnknown},
		{reader, "note", text("Desk lamp"), `{note: "Desk lamp"}`, ""},
		{reader, "apiKey", event.BoolValue(true), `{}`, ClassSecret},
		{reader, "birthDate", event.TextValue(event.ValueDate, "1984-02-29"), `{birthDate: 1970-01-01}`, ClassUnknown},
	} {
		v := shownAs(p, c.who, c.field, c.v)
		if !strings.Contains(v.Line, c.line) {
			t.Errorf("%s: %s, want %s", c.field, v.Line, c.line)
		}
		if c.class == "" && len(v.Masked) > 0 || c.class != "" && (len(v.Masked) != 1 || v.Masked[0].Class != c.class) {
			t.Errorf("%s: masked %+v, want %s", c.field, v.Masked, c.class)
		}
	}
	kept := guarded(t, Detectors{Enabled: []Detector{"email"}, FreeText: FreeTextKeep})
	if v := shownAs(kept, reader, "note", text("please call me back soon")); len(v.Masked) != 0 {
		t.Errorf("free text that is kept: %+v", v.Masked)
	}
	if v := shownAs(kept, reader, "note", text(strings.Repeat("x", mostScanned)+" ann@example.org")); len(v.Masked) != 1 || v.Masked[0].Class != ClassUnknown {
		t.Errorf("more than is looked at: %+v", v.Masked)
	}
	forced := guarded(t, Detectors{Enabled: AllDetectors()}, Rule{Part: PartValue, Override: true, Paths: map[string]string{"ref": "public"}})
	if v := shownAs(forced, reader, "ref", text("4111111111111111")); len(v.Masked) != 0 {
		t.Errorf("an override: %+v", v.Masked)
	}
	mapped := guarded(t, Detectors{Enabled: []Detector{"ip"}, Classes: map[Detector]string{"ip": "pii.contact"}})
	if v := shownAs(mapped, reader, "ref", text("10.77.3.20")); len(v.Masked) != 1 || v.Masked[0].Class != "pii.contact" {
		t.Errorf("a class of the policy: %+v", v.Masked)
	}
}

func TestMistakesOfDetectorsAreNamed(t *testing.T) {
	p, _ := NewPolicy("v1")
	for want, d := range map[string]Detectors{
		`there is no detector "mail"`:         {Enabled: []Detector{"mail"}},
		`there is no detector "address"`:      {Enabled: []Detector{"address"}}, // by names alone
		`there is no "blur"`:                  {FreeText: "blur"},
		`there is no class "nowhere"`:         {Classes: map[Detector]string{"email": "nowhere"}},
		`there is no detector "mail" to give`: {Classes: map[Detector]string{"mail": ClassPublic}},
	} {
		if _, err := p.WithMasking(Masking{Detectors: d}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestJSONWithinATextHasRulesOfItsOwn(t *testing.T) {
	text := func(s string) event.Value { return event.TextValue(event.ValueString, s) }
	const doc = `{"id": 7, "price": 18.5, "email":"ann@example.org","more":"{\"id\":8,\"x\":[1,null]}"}`
	shown := Rule{Part: PartValue, Paths: map[string]string{"payload": "public", "payload~json.id": "public", "payload~json.price": "public", "payload~json.more": "public", "payload~json.more~json.id": "public"}}
	v := shownAs(guarded(t, Detectors{}, shown), reader, "payload", text(doc))
	if got, want := v.Node.Items[0].Value, `{"id":7,"price":18.5,"key_3":"***","more":"{\"id\":8,\"key_2\":[0,null]}"}`; got != want {
		t.Errorf("shown %s\n want %s", got, want)
	}
	if v.Node.Items[0].Kind != kindString || v.Node.Items[0].Mask != ClassUnknown || len(v.Masked) != 2 || v.Masked[0].Path != `payload~json."*"` {
		t.Errorf("masked %+v of %+v", v.Masked, v.Node.Items[0])
	}
	if plan := guarded(t, Detectors{}, shown).Plan(reader, orders).Leaf(Path{"payload"}, text(doc)); plan.Mask == Clear {
		t.Error("a plan that is asked for the whole text shows it")
	}
	all := guarded(t, Detectors{}, Rule{Part: PartValue, Paths: map[string]string{"payload": "public", "payload~json.**": "public"}})
	if v := shownAs(all, reader, "payload", text(doc)); v.Node.Items[0].Value != doc || len(v.Masked) != 0 {
		t.Errorf("what hides nothing of it changes it: %s", v.Node.Items[0].Value)
	}
	found := guarded(t, Detectors{Enabled: []Detector{"email"}}, Rule{Part: PartValue, Paths: map[string]string{"payload": "public", "payload~json.**": "public"}})
	if v := shownAs(found, reader, "payload", text(doc)); strings.Contains(v.Line, "ann@") || len(v.Masked) != 1 || v.Masked[0].Path != "payload~json.email" {
		t.Errorf("a detector within: %s, %+v", v.Line, v.Masked)
	}
	for _, s := range []string{"[not json]", "{}{}", "{broken", "[1] [2]"} {
		if v := shownAs(guarded(t, Detectors{}, shown), reader, "payload", text(s)); v.Node.Items[0].Value != s {
			t.Errorf("%q is no JSON, and is shown as %q", s, v.Node.Items[0].Value)
		}
	}
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	for _, s := range []string{`["x"]`, deep, "[" + strings.Repeat(" ", mostNestedBytes) + "]"} {
		if v := shownAs(guarded(t, Detectors{}, shown), reader, "payload", text(s)); strings.Contains(v.Node.Items[0].Value, "x") || s != `["x"]` && v.Node.Items[0].Value != "***" {
			t.Errorf("%.20q is shown as %.20q", s, v.Node.Items[0].Value)
		}
	}
}
