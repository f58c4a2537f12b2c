package access

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// rulePlan clears the named paths, drops others and redacts the rest.
type rulePlan struct{ clear, drop []string }

func (r rulePlan) Leaf(path Path, _ event.Value) Treatment {
	p := path.Text()
	for _, c := range r.clear {
		if p == c {
			return Treatment{Class: "public", Mask: Clear}
		}
	}
	for _, d := range r.drop {
		if p == d {
			return Treatment{Class: "secret", Mask: Drop}
		}
	}
	return Treatment{Class: "pii"} // no mask named: must hide
}

func (r rulePlan) Named(path Path) bool {
	for _, p := range append(r.clear, r.drop...) {
		if strings.HasPrefix(p, path.Text()) {
			return true
		}
	}
	return false
}

func text(name, s string, off int) event.Node {
	return event.Node{Kind: event.NodeScalar, Name: name, Type: "String", Off: off, Len: len(s), Value: event.TextValue(event.ValueString, s)}
}

func TestMaskPerLeaf(t *testing.T) {
	raw := []byte("id-1..secret..mail..list..key.val.")
	root := event.Node{Kind: event.NodeObject, Len: len(raw), Items: []event.Node{
		text("id", "id-1", 0), text("token", "secret", 6), text("email", "mail", 14),
		{Kind: event.NodeList, Name: "items", Items: []event.Node{text("", "list", 20), {Kind: event.NodeNull}}},
		{Kind: event.NodeMap, Name: "totals", Items: []event.Node{{Kind: event.NodeEntry, Items: []event.Node{text("key", "key", 26), text("value", "val", 30)}}}},
		{Kind: event.NodeOpaque, Name: "blob", Type: "x.Secret", Reason: "a count of 77", Off: 20, Len: 4},
	}}
	tree := event.NewTree(root, event.TreeInfo{Format: event.FormatFlink, Type: "T", Size: len(raw), Reason: "3 bytes are left over"})
	plan := rulePlan{clear: []string{"id", "totals{key}", "items[]"}, drop: []string{"token", "totals{}"}}
	v := render(plan, event.NewPayload(raw), tree, Shape{Tree: true, Bytes: 100})
	if want := `{id: "id-1", email: "***", items: ["list", null], totals: {"key": null}, blob: <a count of ##>}`; v.Line != want {
		t.Errorf("line %s\nwant %s", v.Line, want)
	}
	wantMasked := []Masked{{"token", "secret", Drop}, {"email", "pii", Redact}, {"totals{}", "secret", Drop}, {"blob", "pii", Redact}}
	if !reflect.DeepEqual(v.Masked, wantMasked) {
		t.Errorf("masked %+v", v.Masked)
	}
	// "list" is shared with the masked blob, so its bytes stay hidden; what lies between leaves is hidden as well.
	if got := strings.ReplaceAll(string(v.Bytes), "\x00", "-"); got != "id-1----------------------key-----" {
		t.Errorf("bytes %q", got)
	}
	if want := []Range{{4, 22}, {29, 5}}; !reflect.DeepEqual(v.Hidden, want) {
		t.Errorf("hidden %+v", v.Hidden)
	}
	if v.Size != 64 || v.Reason != "# bytes are left over" {
		t.Errorf("size %d, reason %q", v.Size, v.Reason)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"secret\":", `"mail"`, `"val"`, "x.Secret", "77"} {
		if strings.Contains(string(b), s) {
			t.Errorf("%s leaves: %s", s, b)
		}
	}
}

func TestHiddenNamesOfSchemalessJSON(t *testing.T) {
	root := event.Node{Kind: event.NodeObject, Items: []event.Node{text("id", "1", 0), text("ann@x.org", "2", 2), {Kind: event.NodeObject, Name: "bob", Items: []event.Node{text("id", "3", 4)}}}}
	tree := event.NewTree(root, event.TreeInfo{Format: event.FormatJSON})
	v := render(rulePlan{clear: []string{"id"}}, event.NewPayload([]byte("1.2.3")), tree, Shape{})
	if want := `{id: "1", key_2: "***", key_3: {key_1: "***"}}`; v.Line != want {
		t.Errorf("line %s", v.Line)
	}
	if want := []Masked{{`"*"`, "pii", Redact}, {`"*"."*"`, "pii", Redact}}; !reflect.DeepEqual(v.Masked, want) {
		t.Errorf("masked %+v", v.Masked)
	}
}

func TestDroppedRoot(t *testing.T) {
	tree := event.NewTree(text("", "x", 0), event.TreeInfo{Format: event.FormatText, Size: 1})
	v := render(rulePlan{drop: []string{""}}, event.NewPayload([]byte("x")), tree, Shape{Tree: true, Bytes: 9})
	if v.Line != "" || v.Node != nil || v.Bytes[0] != 0 || v.Match("x") {
		t.Errorf("%+v", v)
	}
}

func TestRedactedKeepsTheKind(t *testing.T) {
	for k := event.ValueBool; k <= event.ValueDuration; k++ {
		if v := redacted(k); v == "" && k != event.ValueBytes {
			t.Errorf("%s has no mask", k)
		}
		if scalarKind(k) == "" {
			t.Errorf("%s has no kind", k)
		}
	}
}

func TestPathText(t *testing.T) {
	for want, p := range map[string]Path{
		"": {}, "a.b": {"a", "b"}, "items[].sku": {"items", elementStep, "sku"}, `"a.b"`: {"a.b"}, `m{}`: {"m", valueStep}, `x."q\"*"`: {"x", `q"*`}, "[]": {elementStep},
	} {
		if got := p.Text(); got != want {
			t.Errorf("%q: %q", want, got)
		}
	}
}

// The classes that the job's own classes name may come from the payload, as values do.
func TestWhatTheJobsClassesDecodedIsMarkedAndMasked(t *testing.T) {
	root := event.Node{Kind: event.NodeObject, Len: 9, Items: []event.Node{
		{Kind: event.NodeScalar, Name: "a", Type: "int", Len: 4, Value: event.IntValue(1)},
		{Kind: event.NodeObject, Name: "b", Type: "shop.Order", Off: 4, Len: 5, Foreign: true, Items: []event.Node{
			{Kind: event.NodeScalar, Name: "id", Type: "secret.Type", Value: event.IntValue(2)},
		}},
	}}
	tree := event.NewTree(root, event.TreeInfo{Format: event.FormatFlink, Size: 9})
	p := event.NewPayload(make([]byte, 9))
	v := render(rulePlan{clear: []string{"a", "b.id"}}, p, tree, Shape{Tree: true})
	if v.By != byJob || v.Node.By != "" || v.Node.Items[0].By != "" || v.Node.Items[1].By != byJob || v.Node.Items[1].Items[0].Type != "secret.Type" {
		t.Errorf("clear: %+v", v)
	}
	v = render(rulePlan{clear: []string{"a"}}, p, tree, Shape{Tree: true})
	id := v.Node.Items[1].Items[0]
	if v.By != byJob || id.Type != "" || id.Value == "2" || v.Node.Items[0].Type != "int" {
		t.Errorf("masked: %+v", v)
	}
}
