package jsonschema

import (
	"errors"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

var seeds = []string{
	`{}`, `true`, `false`, `{"type":"object","properties":{"a":{"$ref":"#"}},"additionalProperties":{"type":"string"}}`,
	`{"oneOf":[{"type":"string"},{"type":"array","items":[{"type":"integer"}],"additionalItems":false}]}`,
	`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicAnchor":"n","prefixItems":[{"$dynamicRef":"#n"}],"items":false,"unevaluatedProperties":false}`,
	`{"$schema":"http://json-schema.org/draft-04/schema#","id":"http://a.test/x","minimum":1,"exclusiveMinimum":true,"not":{"enum":[1,2.0]}}`,
	`{"$id":"a","$defs":{"x":{"$anchor":"y","if":{"const":1},"then":{"format":"date"}}},"allOf":[{"$ref":"#/$defs/x"}],"dependencies":{"a":["b"],"c":{"required":["d"]}}}`,
	`{"patternProperties":{"^(?!a)":{"pattern":"[a-z]+$"}},"propertyNames":{"maxLength":1e1},"type":["null","integer"]}`, `{"a":1e9999999}`, `{"$ref":"#/a/b%25~1"}`,
}

// Parse never panics, says no more than that a text is no schema or too large, and its canonical text is a schema with the same canonical text.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "")
		f.Add(`{"$ref":"other.json"}`, s)
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		refs := []language.Referenced{{Name: "other.json", Text: other}}
		if other == "" {
			refs = nil
		}
		s, err := Language{}.Parse(text, refs)
		if err != nil {
			if !errors.Is(err, language.ErrSyntax) && !errors.Is(err, language.ErrTooLarge) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		s.Fields()
		again, err := Language{}.Parse(s.Canonical(), refs)
		if err != nil || again.Canonical() != s.Canonical() || again.Normal() != s.Normal() {
			t.Fatalf("%q: canonical text %q: %v", text, s.Canonical(), err)
		}
		sorted, err := Language{}.Parse(s.Normal(), refs)
		if err != nil || sorted.Normal() != s.Normal() {
			t.Fatalf("%q: normal text %q: %v", text, s.Normal(), err)
		}
	})
}

// Compare never panics, ends, and finds that a schema reads itself.
func FuzzCompare(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+1)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		a, err := Language{}.Parse(one, nil)
		b, err2 := Language{}.Parse(two, nil)
		if err != nil || err2 != nil {
			return
		}
		l := Language{Limit: 200 * time.Millisecond}
		for _, rules := range []language.Rules{{}, {Lenient: true}, {Profile: language.Strict}} {
			list, err := l.Compare(a, b, rules)
			if err != nil && !errors.Is(err, ErrUndecided) {
				t.Fatal(err)
			}
			if len(list) > mostBreaking+mostOthers {
				t.Fatalf("%d differences", len(list))
			}
			if list, err = l.Compare(a, a, rules); err != nil || len(list) != 0 {
				t.Fatalf("%q differs from itself: %v %s", one, err, languagetest.Shown(list))
			}
		}
	})
}
