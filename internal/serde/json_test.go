package serde

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

func detect(b string) event.Tree {
	return NewDetector(nil, Limits{}).Detect(context.Background(), event.NewPayload([]byte(b)))
}

func open(t event.Tree) *event.Node { return t.Open(sealed.Take()) }

func TestJSONKeepsOffsets(t *testing.T) {
	in := ` {"id" : "o-\u0031", "n":-12, "x":[1.50, true,null ,{}], "ä":"ö"} `
	root := open(detect(in))
	want := map[string]string{
		"id": `"o-\u0031"`, "n": "-12", "x": `[1.50, true,null ,{}]`, "ä": `"ö"`,
	}
	if got := in[root.Off : root.Off+root.Len]; got != strings.TrimSpace(in) {
		t.Errorf("the object covers %q", got)
	}
	for i := range root.Items {
		n := &root.Items[i]
		if got := in[n.Off : n.Off+n.Len]; got != want[n.Name] {
			t.Errorf("%s covers %q, want %q", n.Name, got, want[n.Name])
		}
	}
	if x := root.Items[2]; in[x.Items[2].Off:x.Items[2].Off+x.Items[2].Len] != "null" {
		t.Errorf("an element covers %q", in[x.Items[2].Off:x.Items[2].Off+x.Items[2].Len])
	}
}

func TestJSONNumbersAreExact(t *testing.T) {
	for in, want := range map[string]event.ValueKind{
		"9223372036854775807": event.ValueInt, "-9223372036854775808": event.ValueInt, "0": event.ValueInt, "-1": event.ValueInt,
		"9223372036854775808": event.ValueDecimal, "123456789012345678901234567890": event.ValueDecimal, "-0": event.ValueDecimal,
		"12.50": event.ValueDecimal, "1e400": event.ValueDecimal, "1E+2": event.ValueDecimal,
	} {
		n := open(detect(in))
		if n.Value.Kind() != want || n.Value.Text() != in {
			t.Errorf("%s: %s %q", in, n.Value.Kind(), n.Value.Text())
		}
	}
}

func TestNotJSON(t *testing.T) {
	for _, in := range []string{
		`{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `[1,]`, `[1 2]`, `01`, `1.`, `.5`, `1e`, `-`, `+1`, `tru`, `nul`, `{} {}`, `{a:1}`, `'x'`, `"a`, `"\x"`, `"\u12g4"`,
		`{"a":1]`, `[}`, "\"a\nb\"", `{"a" 1}`, "NaN", "true!",
	} {
		if f := detect(in).Info().Format; f == event.FormatJSON {
			t.Errorf("%q passes for JSON", in)
		}
	}
}

func TestJSONWithinLimits(t *testing.T) {
	d := NewDetector(nil, Limits{Nodes: 5, Depth: 3, Bytes: 1000})
	see := func(in string) event.Tree { return d.Detect(context.Background(), event.NewPayload([]byte(in))) }
	many := see(`[1,2,3,4,5,6,7]`)
	if many.Info().Format != event.FormatJSON || many.Info().Reason != "more than 5 values" {
		t.Errorf("too many: %+v", many.Info())
	}
	if items := open(many).Items; len(items) != 5 || items[4].Kind != event.NodeCut {
		t.Errorf("too many: %d items", len(items))
	}
	if deep := see(`[[[[1]]]]`); deep.Info().Reason != "nested deeper than 3 levels" || deep.Info().Format != event.FormatJSON {
		t.Errorf("too deep: %+v", deep.Info())
	}
	if long := see(strings.Repeat(" ", 1001)); long.Info().Reason != "longer than 1000 bytes" || open(long).Kind != event.NodeOpaque {
		t.Errorf("too long: %+v", long.Info())
	}
}

func TestCutJSONShowsWhatWasRecorded(t *testing.T) {
	tree := NewDetector(nil, Limits{}).Detect(context.Background(), event.NewCutPayload([]byte(`{"id":7,"b":{"c":[1,"par`), 100))
	if i := tree.Info(); i.Format != event.FormatJSON || i.Reason != "only the first 24 bytes were recorded" || i.Size != 100 {
		t.Errorf("%+v", i)
	}
	root := open(tree)
	if root.Items[0].Value.Int() != 7 || root.Items[1].Items[0].Items[0].Value.Int() != 1 {
		t.Errorf("what stands before the cut is lost: %s", show(asExpect(root)))
	}
}

// plainJSON is the tree as encoding/json would give it with UseNumber.
func plainJSON(n *event.Node) any {
	switch n.Kind {
	case event.NodeNull:
		return nil
	case event.NodeObject:
		o := map[string]any{}
		for i := range n.Items {
			o[n.Items[i].Name] = plainJSON(&n.Items[i])
		}
		return o
	case event.NodeList:
		l := []any{}
		for i := range n.Items {
			l = append(l, plainJSON(&n.Items[i]))
		}
		return l
	}
	switch v := n.Value; v.Kind() {
	case event.ValueBool:
		return v.Bool()
	case event.ValueString:
		return v.Raw()
	default:
		return json.Number(v.Text())
	}
}

// sameAsEncodingJSON checks that in is JSON exactly if the standard library says so, and means the same.
func sameAsEncodingJSON(t *testing.T, in []byte) {
	t.Helper()
	i := newInput(in, Limits{}.OrDefaults())
	var root event.Node
	(&jsonText{in: i}).document(&root)
	if i.left.full {
		return
	}
	if valid := json.Valid(in); valid == i.stopped() {
		t.Fatalf("%q: valid %v, but reading says %q", in, valid, i.why)
	}
	if i.stopped() {
		return
	}
	dec := json.NewDecoder(bytes.NewReader(in))
	dec.UseNumber()
	var want any
	if err := dec.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if got := plainJSON(&root); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\n got %#v\nwant %#v", in, got, want)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"x\u00e4\ud83d\ude00",null,true,{"b":{}}]}`, `"\ud800x"`, "\"\xff\"", `[[],[[]]]`, `-0.0e-1`, ` "" `, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(sameAsEncodingJSON)
}

func TestJSONMeansWhatEncodingJSONSays(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 1))
	pieces := []string{`{`, `}`, `[`, `]`, `,`, `:`, `"a"`, `"\n"`, `"\ud83d\ude00"`, `1`, `-2.5`, `1e9`, `true`, `null`, ` `, `"ä"`, `"a":`, `{}`, `[]`}
	valid := 0
	for range 50_000 {
		var b []byte
		for range 1 + r.IntN(7) {
			b = append(b, pieces[r.IntN(len(pieces))]...)
		}
		if json.Valid(b) {
			valid++
		}
		sameAsEncodingJSON(t, b)
	}
	t.Logf("seed %d: %d of 50000 texts were valid", seed, valid)
}
