package jsonschema

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// What a value does not keep is told by its place in the schema, and nothing of the value is.
func TestFaultsSayWhereInTheSchema(t *testing.T) {
	v, err := NewValidator(`{"type":"object","required":["id"],"additionalProperties":false,"properties":{"id":{"type":"string"},"amount":{"type":"number","minimum":0,"multipleOf":0.5},
		"who":{"$ref":"person.json"},"kind":{"enum":["a","b"]},"any":{"anyOf":[{"type":"string"},{"type":"integer"}]},"mail":{"pattern":"^[a-z]+$"}}}`,
		[]language.Referenced{{Name: "person.json", Text: `{"type":"object","properties":{"age":{"type":"integer","maximum":150}}}`}})
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		`{"id":"x","amount":1.5,"who":{"age":3},"kind":"a","any":7}`: "",
		`{"amount":1}`:                       "/required",
		`{"id":"x","SECRET":1}`:              "/additionalProperties",
		`{"id":7}`:                           "/properties/id/type",
		`{"id":"x","amount":-1}`:             "/properties/amount/minimum",
		`{"id":"x","amount":0.7}`:            "/properties/amount/multipleOf",
		`{"id":"x","kind":"SECRET"}`:         "/properties/kind/enum",
		`{"id":"x","any":[]}`:                "/properties/any/anyOf",
		`{"id":"x","mail":"SECRET"}`:         "/properties/mail/pattern",
		`{"id":"x","who":{"age":151}}`:       "person.json#/properties/age/maximum",
		`{"id":"x","amount":-1e999999999}`:   "", // it would fill memory to compare it
		`{"id":7,"amount":-1,"kind":"none"}`: "/properties/amount/minimum",
		`[]`:                                 "/type",
	} {
		for range 20 { // always the same
			got := v.Fault([]byte(value))
			if got != want || strings.Contains(got, "SECRET") {
				t.Fatalf("%s: got %q, want %q", value, got, want)
			}
		}
	}
}

// A pattern that cannot be run makes no value invalid.
func TestOpaquePatternsAreNotHeldAgainstValues(t *testing.T) {
	for _, text := range []string{`{"properties":{"a":{"pattern":"^(?=x)"}}}`, `{"patternProperties":{"^(?=x)":{"type":"string"}}}`} {
		if _, err := NewValidator(text, nil); !errors.Is(err, ErrOpaque) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
