package access_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

var (
	ann     = access.LocalPrincipal("ann")
	orders  = access.Subject{Resource: "cluster/c/topic/orders", Part: access.PartValue}
	whole   = access.Shape{Tree: true, Bytes: 1 << 20, Runes: 10_000}
	blind   = mustPolicy()
	visitor = access.Principal{ID: "local:bob", Roles: []string{"visitor"}}
)

func mustPolicy() *access.Policy {
	p, err := access.NewPolicy("blind", access.Role{Name: "visitor", Statements: []access.Statement{
		{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}})
	if err != nil {
		panic(err)
	}
	return p
}

func decoded(b string) (event.Payload, event.Tree) {
	p := event.NewPayload([]byte(b))
	return p, serde.NewDetector(nil, serde.Limits{}).Detect(context.Background(), p)
}

func clearView(b string, s access.Shape) access.View {
	p, tree := decoded(b)
	return access.Local().View(ann, orders, p, tree, s)
}

func hiddenView(b string, s access.Shape) access.View {
	p, tree := decoded(b)
	return blind.View(visitor, orders, p, tree, s)
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		`{"id":"o-1","amount":12.50,"items":[2,{"sku":"a\"b"}],"x":null,"ok":true}`: `{id: "o-1", amount: 12.50, items: [2, {sku: "a\"b"}], x: null, ok: true}`,
		`{"odd name":1,"":2,"9":9223372036854775807}`:                               `{"odd name": 1, "": 2, 9: 9223372036854775807}`,
		"plain text\nwith \u202eturn\x00":                                           "0x706c61696e20746578740a7769746820e280ae7475726e00",
		"plain text\nwith \u202eturn":                                               `plain text\nwith \u{202e}turn`,
		`"a \"string\""`:                                                            `a "string"`,
		"":                                                                          "",
		"\xff\x00":                                                                  "0xff00",
	} {
		if got := clearView(in, access.Shape{}).Text(); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestLineIsBounded(t *testing.T) {
	for _, c := range []struct {
		in, want string
		runes    int
	}{
		{"12345", "12345", 5}, {"123456", "1234…", 5}, {"äöüäöü", "äö…", 3}, {`{"a":"bcd"}`, `{a: …`, 5}, {"x", "x", 1}, {"xy", "…", 1},
	} {
		// Text that is no JSON number.
		in := c.in
		if in[0] == '1' {
			in = `"` + in + `"`
		}
		if got := clearView(in, access.Shape{Runes: c.runes}).Text(); got != c.want {
			t.Errorf("%s at %d: %q, want %q", c.in, c.runes, got, c.want)
		}
	}
}

func TestViewJSON(t *testing.T) {
	v := clearView(`{"id":7,"b":["x"]}`, whole)
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format":"json","type":"object","size":18,"text":"{id: 7, b: [\"x\"]}","node":{"kind":"object","type":"object","items":[` +
		`{"name":"id","kind":"int","type":"number","value":"7","off":6,"len":1},` +
		`{"name":"b","kind":"list","type":"array","items":[{"kind":"string","type":"string","value":"x","off":13,"len":3}],"off":12,"len":5}` +
		`],"off":0,"len":18},"bytes":"` + base64.StdEncoding.EncodeToString([]byte(`{"id":7,"b":["x"]}`)) + `","masked":[]}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	small := clearView(`{"id":7,"b":["x"]}`, access.Shape{Bytes: 4})
	if small.Node != nil || string(small.Bytes) != `{"id` || !small.BytesCut {
		t.Errorf("a small shape gives %+v", small)
	}
}

func TestTombstoneAndWithheld(t *testing.T) {
	null := access.Local().View(ann, orders, event.Payload{}, event.Tree{}, whole)
	if null.Line != "null" || null.Size != 0 || null.Reason != "" {
		t.Errorf("tombstone: %+v", null)
	}
	held := access.Local().View(ann, orders, event.NewCutPayload(nil, 50), event.Tree{}, whole)
	if held.Line != "null" || held.Size != 50 || held.Reason == "" {
		t.Errorf("withheld: %+v", held)
	}
	raw := access.Local().View(ann, orders, event.NewPayload([]byte{1, 2}), event.Tree{}, whole)
	if raw.Line != "0x0102" || raw.Node.Value != "0102" || raw.Format != event.FormatBytes {
		t.Errorf("not decoded: %+v", raw)
	}
}

func TestLongValuesAreShortened(t *testing.T) {
	v := clearView(`{"a":"`+strings.Repeat("ä", 100)+`z"}`, access.Shape{Tree: true, Value: 11})
	if a := v.Node.Items[0]; a.Value != strings.Repeat("ä", 5)+"…" || a.Reason != "shortened" {
		t.Errorf("%+v", a)
	}
	if !v.Match("z") {
		t.Error("a match looks at the shortened value")
	}
}

func TestMatchSeesTheView(t *testing.T) {
	in := `{"id":"o-1","pan":"4111111111111111","n":42}`
	open, shut := clearView(in, access.Shape{Runes: 5}), hiddenView(in, access.Shape{})
	for _, s := range []string{"o-1", "4111", "pan", "42", ""} {
		if !open.Match(s) {
			t.Errorf("%q is not found in the clear", s)
		}
	}
	for _, s := range []string{"o-1", "4111", "pan", "42", hex.EncodeToString([]byte("o-1"))} {
		if shut.Match(s) {
			t.Errorf("%q is found behind the mask", s)
		}
	}
	if !shut.Match("***") {
		t.Error("the mask itself is not found")
	}
	if !clearView("\x00\xca\xfe", access.Shape{Runes: 2}).Match("cafe") {
		t.Error("bytes do not match as hexadecimal digits")
	}
}

// secret stands in every kind of value; nothing of it may come out of a view that lifts no mask.
const secret = "5f1ccafe77"

func secretPayloads() map[string]string {
	return map[string]string{
		"value":          `{"a":"` + secret + `"}`,
		"name":           `{"` + secret + `":{"` + secret + `":1}}`,
		"in a list":      `[["` + secret + `"]]`,
		"number":         `{"a":511677311111777}`,
		"root":           `"` + secret + `"`,
		"text":           "so " + secret + " it is",
		"bytes":          "\x00" + secret + "\xff",
		"escaped":        `{"a":"\u0035f1ccafe77"}`,
		"schema id":      "\x00\x00\x00\x04\xd2" + secret + "\x00",
		"broken JSON":    `{"a":"` + secret + `"`,
		"avro container": "Obj\x01" + secret,
	}
}

func TestNothingLeavesByDefault(t *testing.T) {
	for name, in := range secretPayloads() {
		v := hiddenView(in, whole)
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v.Bytes...)
		for what, s := range map[string]string{"text": secret, "number": "511677311111777", "hex": hex.EncodeToString([]byte(secret)),
			"base64": base64.StdEncoding.EncodeToString([]byte(in)), "schema id": "1234"} {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%s leaves as %s: %s", name, what, out)
			}
		}
		if len(v.Masked) == 0 {
			t.Errorf("%s: the view does not say that it is masked", name)
		}
	}
}

// Views of values that differ only in masked content are equal, so no filter over views can tell them apart.
func TestViewsDependOnTheMaskOnly(t *testing.T) {
	for _, pair := range [][2]string{
		{`{"a":"yes","b":[1,2]}`, `{"a":"nay","b":[3,4]}`},
		{`{"a":12.5,"c":null}`, `{"b":99.5,"d":null}`},
		{`some text`, `more text`},
	} {
		a, b := hiddenView(pair[0], whole), hiddenView(pair[1], whole)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s and %s differ behind the mask:\n%+v\n%+v", pair[0], pair[1], a, b)
		}
	}
}

// Every vector of Flink's serializers, masked: kinds stay, values go.
func TestMasksKeepTheShapeOfFlinkValues(t *testing.T) {
	b, err := os.ReadFile("../../spec/vectors/serializers/flink-2.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range bytes.Split(bytes.TrimSpace(b), []byte("\n")) {
		var v struct {
			Name, Hex  string
			Descriptor json.RawMessage
		}
		if err := json.Unmarshal(l, &v); err != nil {
			t.Fatal(err)
		}
		d, err := event.ParseDescriptor(v.Descriptor)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		p := event.NewPayload(raw)
		tree := serde.Compile(d, serde.Limits{}).Decode(p)
		open := access.Local().View(ann, orders, p, tree, whole)
		shut := blind.View(visitor, orders, p, tree, whole)
		sameShape(t, v.Name, open.Node, shut.Node)
		n++
	}
	t.Logf("%d values masked", n)
}

func sameShape(t *testing.T, name string, open, shut *access.Node) {
	t.Helper()
	if open.Kind != shut.Kind || open.Name != shut.Name || len(open.Items) != len(shut.Items) {
		t.Errorf("%s: %+v became %+v", name, open, shut)
		return
	}
	leaf := len(open.Items) == 0 && open.Kind != "null" && open.Kind != "object" && open.Kind != "list" && open.Kind != "map"
	if leaf && (shut.Mask != access.ClassUnknown || shut.Len != 0) {
		t.Errorf("%s: a leaf is not masked: %+v", name, shut)
	}
	for i := range open.Items {
		sameShape(t, name, &open.Items[i], &shut.Items[i])
	}
}
