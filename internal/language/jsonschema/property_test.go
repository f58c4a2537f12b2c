package jsonschema

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	compiler "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

// random makes schemas, changes of schemas, and values. Branches of a oneOf are of different types: that a value may fit several is what the
// walker does not see.
type random struct {
	*rand.Rand
	refs bool // the schema has definitions d0 and d1
}

type members = map[string]any

var names = []string{"a", "b", "c", "ab"}

func (r *random) schema(depth int) any {
	if depth <= 0 {
		return r.leaf()
	}
	switch r.IntN(12) {
	case 0, 1, 2, 3:
		return r.object(depth)
	case 4, 5:
		return r.array(depth)
	case 6:
		return members{"anyOf": []any{r.schema(depth - 1), r.schema(depth - 1)}}
	case 7:
		return members{"oneOf": []any{members{"type": "string", "maxLength": r.IntN(4)}, members{"type": "null"}, r.array(depth - 1)}[:1+r.IntN(3)]}
	case 8:
		return members{"allOf": []any{r.schema(depth - 1), r.schema(depth - 1)}}
	case 9:
		return members{"not": r.schema(depth - 1)}
	case 10:
		if r.refs {
			return members{"$ref": fmt.Sprintf("#/definitions/d%d", r.IntN(2))}
		}
		return members{"type": "object", "if": r.object(depth - 1), "then": r.object(depth - 1), "else": r.object(depth - 1)}
	}
	return r.leaf()
}

func (r *random) leaf() any {
	s := members{}
	switch r.IntN(9) {
	case 0:
		return r.IntN(4) > 0
	case 1:
		s["type"] = []any{"string", "null", "integer", "number", "boolean"}[:1+r.IntN(5)]
	case 2:
		s["enum"] = []any{1, "x", nil, 2, "y"}[r.IntN(3) : 3+r.IntN(3)]
	case 3:
		s["const"] = []any{1, "x", nil}[r.IntN(3)]
	case 4, 5:
		s["type"] = []any{"integer", "number"}[r.IntN(2)]
		r.some(s, "minimum", r.IntN(4))
		r.some(s, "maximum", 2+r.IntN(4))
		r.some(s, "exclusiveMaximum", 3+r.IntN(4))
		r.some(s, "multipleOf", 1+r.IntN(4))
	case 6:
		s["type"] = "boolean"
	default:
		s["type"] = "string"
		r.some(s, "minLength", r.IntN(3))
		r.some(s, "maxLength", 1+r.IntN(4))
		r.some(s, "pattern", []any{"^x", "y$"}[r.IntN(2)])
	}
	if r.IntN(6) == 0 {
		delete(s, "type")
	}
	return s
}

// some sets a keyword now and then.
func (r *random) some(s members, keyword string, value any) {
	if r.IntN(3) == 0 {
		s[keyword] = value
	}
}

func (r *random) object(depth int) any {
	s, listed := members{"type": "object"}, members{}
	var required []any
	for _, name := range names[:3] {
		if r.IntN(2) == 0 {
			listed[name] = r.schema(depth - 1)
		}
		if r.IntN(4) == 0 {
			required = append(required, name)
		}
	}
	s["properties"] = listed
	if required != nil {
		s["required"] = required
	}
	switch r.IntN(4) {
	case 0:
		s["additionalProperties"] = false
	case 1:
		s["additionalProperties"] = r.schema(depth - 1)
	}
	if r.IntN(6) == 0 {
		s["patternProperties"] = members{"^a": r.schema(depth - 1)}
	}
	if r.IntN(8) == 0 {
		s["dependencies"] = members{"a": []any{[]any{"b"}, []any{"c"}, []any{"b", "c"}}[r.IntN(3)]}
	}
	if r.IntN(8) == 0 {
		s["propertyNames"] = members{"maxLength": 1 + r.IntN(3)}
	}
	r.some(s, "minProperties", r.IntN(2))
	r.some(s, "maxProperties", 2+r.IntN(3))
	if r.IntN(8) == 0 {
		delete(s, "type")
	}
	return s
}

func (r *random) array(depth int) any {
	s := members{"type": "array"}
	switch r.IntN(3) {
	case 0:
		s["items"] = r.schema(depth - 1)
	case 1:
		s["items"] = []any{r.schema(depth - 1), r.schema(depth - 1)}[:1+r.IntN(2)]
		if r.IntN(2) == 0 {
			s["additionalItems"] = []any{false, r.schema(depth - 1)}[r.IntN(2)]
		}
	}
	r.some(s, "minItems", r.IntN(3))
	r.some(s, "maxItems", 1+r.IntN(3))
	if r.IntN(5) == 0 {
		s["uniqueItems"] = true
	}
	if r.IntN(6) == 0 {
		s["contains"] = r.leaf()
	}
	return s
}

func (r *random) root() any {
	r.refs = r.IntN(2) == 0
	s := r.schema(3)
	if m, ok := s.(members); ok && r.refs {
		m["definitions"] = members{"d0": r.object(2), "d1": r.object(1)}
		if m["$ref"] != nil {
			return members{"items": s, "definitions": m["definitions"]}
		}
		return m
	}
	r.refs = false
	return r.schema(3)
}

// changed is a copy with one to three small changes.
func (r *random) changed(s any) any {
	var all []any
	if err := json.Unmarshal(encoded([]any{s}), &all); err != nil {
		panic(err)
	}
	for range 1 + r.IntN(3) {
		all[0] = r.change(all[0])
	}
	return all[0]
}

func (r *random) change(s any) any {
	m, ok := s.(members)
	if !ok || len(m) == 0 {
		return r.leaf()
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	k := keys[r.IntN(len(keys))]
	switch v := m[k].(type) {
	case float64:
		m[k] = max(v+float64(r.IntN(3))-1, 1)
	case members:
		switch {
		case k == "properties" && r.IntN(3) == 0:
			v[names[r.IntN(len(names))]] = r.leaf()
		case k == "properties" || k == "definitions" || k == "patternProperties":
			for name := range v {
				if k != "definitions" && r.IntN(4) == 0 {
					delete(v, name)
				} else {
					v[name] = r.change(v[name])
				}
				break
			}
		case k != "dependencies":
			m[k] = r.change(v)
		}
	case []any:
		switch {
		case (k == "anyOf" || k == "allOf") && r.IntN(3) == 0:
			m[k] = append(v, r.leaf())
		case len(v) > 1 && r.IntN(3) == 0:
			m[k] = v[1:]
		case k == "anyOf" || k == "allOf" || k == "items":
			v[r.IntN(len(v))] = r.change(v[r.IntN(len(v))])
		}
	default:
		if k != "$ref" {
			delete(m, k)
		}
	}
	return m
}

func (r *random) value(depth int) any {
	switch n := r.IntN(10); {
	case n < 3 && depth > 0:
		m := members{}
		for _, name := range names {
			if r.IntN(2) == 0 {
				m[name] = r.value(depth - 1)
			}
		}
		return m
	case n < 5 && depth > 0:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, r.value(depth-1))
		}
		return list
	case n < 7:
		return json.Number([]string{"0", "1", "2", "3", "4", "6", "1.5", "12"}[r.IntN(8)])
	case n < 9:
		return []string{"", "x", "y", "xy", "xxy", "xxxxx"}[r.IntN(6)]
	}
	return []any{nil, true, false}[r.IntN(3)]
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// parsed parses a random schema; some contain a circle in place, and are none.
func parsed(s any) *schema {
	p, err := Language{}.Parse(string(encoded(s)), nil)
	if err != nil {
		return nil
	}
	return p.(*schema)
}

func (s *schema) validator(t *testing.T) *compiler.Schema {
	l, err := newLibrary(s.text, s.root, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Under strict, what the walker calls compatible is: every value that is valid for the writer is valid for the reader.
func TestCompatibleMeansReadable(t *testing.T) {
	pairs, values := 0, 0
	for seed := uint64(1); seed < 1000; seed++ {
		r := &random{Rand: rand.New(rand.NewPCG(seed, 8))}
		one := r.root()
		writer, reader := parsed(one), parsed(r.changed(one))
		if writer == nil || reader == nil {
			continue
		}
		list := compare(t, reader, writer, language.Rules{Profile: language.Strict})
		if language.Breaking(list) || len(list) == 0 {
			continue
		}
		pairs++
		wrote, reads := writer.validator(t), reader.validator(t)
		for range 150 {
			v := r.value(3)
			if wrote.Validate(v) != nil {
				continue
			}
			values++
			if err := reads.Validate(v); err != nil {
				t.Fatalf("seed %d: %s\nwriter %s\nreader %s\n%s%v", seed, encoded(v), writer.Canonical(), reader.Canonical(), languagetest.Shown(list), err)
			}
		}
	}
	if pairs < 100 || values < 1000 {
		t.Fatalf("only %d pairs and %d values were tried", pairs, values)
	}
	t.Logf("%d pairs, %d values", pairs, values)
}

func TestLaws(t *testing.T) {
	for seed := uint64(1); seed < 150; seed++ {
		r := &random{Rand: rand.New(rand.NewPCG(seed, 9))}
		one := r.root()
		a, again, b := parsed(one), parsed(one), parsed(r.changed(one))
		if a == nil || b == nil {
			continue
		}
		for _, rules := range []language.Rules{{}, {Lenient: true}, {Profile: language.Strict}, {Profile: language.Confluent74}} {
			if list := compare(t, a, again, rules); len(list) != 0 {
				t.Fatalf("seed %d: equal schemas differ: %s\n%s", seed, a.Text(), languagetest.Shown(list))
			}
			first, second := compare(t, a, b, rules), compare(t, parsed(json.RawMessage(a.Text())), parsed(json.RawMessage(b.Text())), rules)
			if languagetest.Shown(first) != languagetest.Shown(second) {
				t.Fatalf("seed %d: the order is not stable:\n%s\n%s", seed, languagetest.Shown(first), languagetest.Shown(second))
			}
			if i := strings.Index(languagetest.Shown(first), "   "); i >= 0 && strings.Contains(languagetest.Shown(first)[i:], " ! ") {
				t.Fatalf("seed %d: breaking ones come first:\n%s", seed, languagetest.Shown(first))
			}
		}
		// A schema reads itself also where the walker has to see it for itself: the title makes the texts differ.
		if m, ok := one.(members); ok && m["$ref"] == nil {
			m["title"] = "x"
			if titled := parsed(one); language.Breaking(compare(t, a, titled, language.Rules{Profile: language.Strict})) {
				t.Fatalf("seed %d: it does not read itself: %s\n%s", seed, a.Text(), languagetest.Shown(compare(t, a, titled, language.Rules{Profile: language.Strict})))
			}
		}
		if language.Breaking(compare(t, a, b, language.Rules{})) && !language.Breaking(compare(t, a, b, language.Rules{Profile: language.Strict})) {
			t.Fatalf("seed %d: strict lets pass what the default breaks on", seed)
		}
	}
}
