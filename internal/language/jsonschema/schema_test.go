package jsonschema

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestMistakesHaveAPlace(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       language.SyntaxError
	}{
		{"no JSON", "{\n  \"type\": strin\n}", language.SyntaxError{Line: 2, Column: 11}},
		{"cut off", "{\"type\":", language.SyntaxError{Line: 1, Column: 8}},
		{"more behind", "{} {}", language.SyntaxError{Line: 1}},
		{"not a schema", "[]", language.SyntaxError{Line: 1, Column: 1}},
		{"unknown type", "{\n \"properties\": {\"a\":\n  {\"type\": \"strin\"}}}", language.SyntaxError{Line: 3, Column: 18, Pointer: "/properties/a/type"}},
		{"a bound that is no number", "{\"minLength\": \"1\"}", language.SyntaxError{Line: 1, Column: 17, Pointer: "/minLength"}},
		{"a $ref to nowhere", `{"$ref":"#/definitions/x"}`, language.SyntaxError{}},
		{"a reference that is not given", `{"$ref":"other.json"}`, language.SyntaxError{}},
		{"a pattern", `{"pattern":"("}`, language.SyntaxError{Line: 1, Column: 14, Pointer: "/pattern"}},
		{"a circle of $ref", `{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}`, language.SyntaxError{Line: 1}},
		{"a circle through allOf", `{"allOf":[{"$ref":"#"}]}`, language.SyntaxError{Line: 1, Column: 1}},
		{"a circle in one of the properties", `{"properties":{"a":{"not":{"$ref":"#/properties/a"}}}}`, language.SyntaxError{Line: 1, Pointer: "/properties/a"}},
		{"a number without end", `{"minimum":1e999999}`, language.SyntaxError{Line: 1}},
	} {
		_, err := Language{}.Parse(c.text, nil)
		var at *language.SyntaxError
		if !errors.Is(err, language.ErrSyntax) || !errors.As(err, &at) {
			t.Errorf("%s: %v, want a syntax error", c.name, err)
			continue
		}
		if at.Line != c.want.Line || c.want.Column != 0 && at.Column != c.want.Column || c.want.Pointer != "" && at.Pointer != c.want.Pointer {
			t.Errorf("%s: line %d, column %d, pointer %q: %s; want %+v", c.name, at.Line, at.Column, at.Pointer, at.Message, c.want)
		}
	}
}

func TestMissingReferenceIsNamed(t *testing.T) {
	_, err := Language{}.Parse(`{"properties":{"a":{"$ref":"http://a.test/product.json"}}}`, nil)
	if err == nil || !strings.Contains(err.Error(), `"http://a.test/product.json"`) || !strings.Contains(err.Error(), "references") {
		t.Errorf("got %v", err)
	}
	_, err = Language{}.Parse(`{"$ref":"p.json"}`, []language.Referenced{{Name: "p.json", Text: `{"type":5}`}})
	if err == nil || !strings.Contains(err.Error(), `"p.json"`) {
		t.Errorf("a mistake in a reference: got %v", err)
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat(`{"items":`, 101) + "{}" + strings.Repeat("}", 101)
	fine := strings.Repeat(`{"items":`, 99) + "{}" + strings.Repeat("}", 99)
	many := `{"enum":[` + strings.Repeat("{},", mostObjects) + `{}]}`
	for name, text := range map[string]string{"nesting": deep, "size": `{"title":"` + strings.Repeat("x", language.MostBytes) + `"}`, "objects": many} {
		if _, err := (Language{}).Parse(text, nil); !errors.Is(err, language.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	if _, err := (Language{}).Parse(fine, nil); err != nil {
		t.Errorf("nesting of 100: %v", err)
	}
	half := `{"title":"` + strings.Repeat("x", language.MostBytes/2) + `"}`
	if _, err := (Language{}).Parse(half, []language.Referenced{{Name: "a", Text: half}}); !errors.Is(err, language.ErrTooLarge) {
		t.Errorf("size with references: %v, want ErrTooLarge", err)
	}
}

func TestCanonicalAndNormal(t *testing.T) {
	s := parse(t, "{ \"type\" : \"object\",\n \"properties\": {\"z\": {\"default\": 1.50, \"type\":\"number\"}, \"a\": {\"const\":\"<é\\u00e9\\n>\"}}, \"type\":\"object\" }")
	if got, want := s.Canonical(), `{"type":"object","properties":{"z":{"default":1.50,"type":"number"},"a":{"const":"<éé\n>"}}}`; got != want {
		t.Errorf("canonical %s, want %s", got, want)
	}
	if got, want := s.Normal(), `{"properties":{"a":{"const":"<éé\n>"},"z":{"default":1.50,"type":"number"}},"type":"object"}`; got != want {
		t.Errorf("normal %s, want %s", got, want)
	}
	for _, text := range []string{s.Canonical(), s.Normal()} {
		again := parse(t, text)
		if again.Canonical() != text || again.Normal() != s.Normal() {
			t.Errorf("%s is not its own canonical text, or has another normal one", text)
		}
	}
	if s.Kind() != language.JSONSchema || !strings.HasPrefix(s.Text(), "{ ") {
		t.Error("the kind is JSON and the text stays as it was given")
	}
}

func TestReferencesByURI(t *testing.T) {
	for _, c := range []struct{ name, text, ref string }{
		{"relative to nothing", `{"properties":{"p":{"$ref":"product.json#/definitions/id"}}}`, "product.json"},
		{"relative to the $id", `{"$id":"http://a.test/order.json","properties":{"p":{"$ref":"product.json#/definitions/id"}}}`, "product.json"},
		{"absolute", `{"properties":{"p":{"$ref":"http://a.test/product.json#/definitions/id"}}}`, "http://a.test/product.json"},
		{"absolute, the name is its end", `{"properties":{"p":{"$ref":"http://a.test/x/product.json#/definitions/id"}}}`, "product.json"},
	} {
		s := parse(t, c.text, language.Referenced{Name: c.ref, Text: `{"definitions":{"id":{"type":"integer"}}}`})
		if got := s.Fields(); len(got) != 1 || got[0].Type != "integer" {
			t.Errorf("%s: %+v", c.name, got)
		}
		wider := parse(t, c.text, language.Referenced{Name: c.ref, Text: `{"definitions":{"id":{"type":"number"}}}`})
		if list := compare(t, s, wider, language.Rules{}); !language.Breaking(list) || list[0].Field != "p" {
			t.Errorf("%s: the reference narrows: %+v", c.name, list)
		}
		if list := compare(t, wider, s, language.Rules{}); language.Breaking(list) {
			t.Errorf("%s: the reference widens: %+v", c.name, list)
		}
	}
	chain := parse(t, `{"items":{"$ref":"a.json"}}`, language.Referenced{Name: "b.json", Text: `{"type":"string"}`}, language.Referenced{Name: "a.json", Text: `{"$ref":"b.json"}`})
	if got := chain.Fields(); len(got) != 1 || got[0].Type != "string" {
		t.Errorf("a reference of a reference: %+v", got)
	}
}

func TestUnknownDraftsAreDraft7(t *testing.T) {
	s := parse(t, `{"$schema":"http://a.test/my-own","type":"object","properties":{"a":{"type":"array","items":[{"type":"string"}],"additionalItems":false}}}`)
	if got := languagetest.Fields(s.Fields()); got != "a array?; a[] string" {
		t.Error(got)
	}
}

func TestHabitsThatDraftsForbid(t *testing.T) {
	s := parse(t, `{"type":"object","properties":{"a":{"type":"string","required":true},"required":true,"b":{"enum":[1,2,1.0]},"c":{"default":{"required":false}}}}`)
	if got := languagetest.Fields(s.Fields()); got != "a string?; required any?; b enum?; c any?" {
		t.Error(got)
	}
	if !strings.Contains(s.Canonical(), `"required":true`) || !strings.Contains(s.Canonical(), `1.0`) {
		t.Error("the canonical text keeps them")
	}
}

func TestFields(t *testing.T) {
	s := parse(t, `{
		"type": "object",
		"required": ["id", "items"],
		"properties": {
			"id": {"type": "integer", "description": "of the order", "confluent:tags": ["PII"]},
			"when": {"type": "string", "format": "date-time"},
			"state": {"type": "string", "enum": ["NEW", "PAID"], "default": "NEW"},
			"note": {"type": ["string", "null"]},
			"items": {"type": "array", "items": {"$ref": "#/definitions/item"}},
			"labels": {"type": "object", "additionalProperties": {"type": "string"}},
			"pay": {"oneOf": [{"type": "object", "required": ["iban"], "properties": {"iban": {"type": "string"}}}, {"type": "object", "properties": {"card": {"type": "string"}}}]},
			"more": true, "never": false
		},
		"definitions": {"item": {"description": "a line", "type": "object", "required": ["sku"],
			"properties": {"sku": {"type": "string"}, "parts": {"type": "array", "items": {"$ref": "#/definitions/item"}}, "price": {"allOf": [{"type": "number"}, {"minimum": 0}]}}}}
	}`)
	const want = "id integer; when string(date-time)?; state enum?; note string?; items array; items[] object; items[].sku string; " +
		"items[].parts array?; items[].parts[] object; items[].price number?; labels object?; labels{} string?; pay object?; pay.iban string?; pay.card string?; more any?"
	list := s.Fields()
	if got := languagetest.Fields(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if list[0].Doc != "of the order" || len(list[0].Tags) != 1 || list[0].Tags[0] != "PII" {
		t.Errorf("%+v", list[0])
	}
	if list[2].Default != `"NEW"` || strings.Join(list[2].Values, ",") != "NEW,PAID" {
		t.Errorf("%+v", list[2])
	}
	if list[5].Doc != "a line" {
		t.Errorf("%+v", list[5])
	}
}

func TestCompareIsBounded(t *testing.T) {
	branches := func(n int, tail string) string {
		var b strings.Builder
		b.WriteString(`{"properties":{"fine":{"type":"string"},"heavy":{"oneOf":[`)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"type":"object","required":["k"],"properties":{"k":{"const":"%d"},"v":{"type":"array","items":{"type":"string","maxLength":%d%s}}}}`, i, i, tail)
		}
		b.WriteString(`]}}}`)
		return b.String()
	}
	r, w := parse(t, branches(100, "")), parse(t, branches(100, `,"title":"x"`))
	_, err := Language{Limit: time.Nanosecond}.Compare(r, w, language.Rules{})
	if !errors.Is(err, ErrUndecided) {
		t.Fatalf("got %v, want ErrUndecided", err)
	}
	_, err = Language{Limit: 5 * time.Millisecond}.Compare(parse(t, branches(500, "")), parse(t, branches(500, `,"title":"x"`)), language.Rules{})
	if !errors.Is(err, ErrUndecided) || !strings.Contains(err.Error(), "/properties/heavy") {
		t.Errorf("got %v, want ErrUndecided that names the part", err)
	}
	list, err := Language{Limit: time.Minute}.Compare(r, w, language.Rules{})
	if err != nil || language.Breaking(list) {
		t.Errorf("titles break nothing: %v %s", err, languagetest.Shown(list))
	}
}

// Definitions that share definitions make many paths of few parts.
func TestSharedDefinitionsDoNotMultiply(t *testing.T) {
	build := func(last string) string {
		var b strings.Builder
		b.WriteString(`{"$ref":"#/definitions/d0","definitions":{`)
		for i := range 40 {
			fmt.Fprintf(&b, `"d%d":{"type":"object","properties":{"a":{"$ref":"#/definitions/d%d"},"b":{"$ref":"#/definitions/d%d"}}},`, i, i+1, i+1)
		}
		fmt.Fprintf(&b, `"d40":%s}}`, last)
		return b.String()
	}
	narrow, wide := parse(t, build(`{"type":"integer"}`)), parse(t, build(`{"type":"number"}`))
	if list := compare(t, wide, narrow, language.Rules{}); language.Breaking(list) || len(list) > mostOthers {
		t.Errorf("widening: %d differences", len(list))
	}
	list := compare(t, narrow, wide, language.Rules{})
	if !language.Breaking(list) || len(list) > mostBreaking+mostOthers || !strings.HasPrefix(list[0].Field, "a.a.a.") {
		t.Errorf("narrowing: %d differences", len(list))
	}
	if fields := narrow.Fields(); len(fields) != mostFields {
		t.Errorf("%d fields, want the most there may be", len(fields))
	}
	var parts strings.Builder
	parts.WriteString(`{"allOf":[{"$ref":"#/definitions/d0"}],"definitions":{`)
	for i := range 40 {
		fmt.Fprintf(&parts, `"d%d":{"allOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]},`, i, i+1, i+1)
	}
	parts.WriteString(`"d40":{"type":"object","properties":{"x":{"type":"string"}}}}}`)
	if got := languagetest.Fields(parse(t, parts.String()).Fields()); got != "x string?" {
		t.Errorf("parts in place: %s", got)
	}
}

func TestMessagesNameTheContentModelAndTheWayOut(t *testing.T) {
	list := compare(t, parse(t, `{"type":"object","properties":{"a":{"type":"string"}}}`), parse(t, `{"type":"object"}`), language.Rules{})
	if len(list) != 1 || !strings.Contains(list[0].Message, "open content model") || !strings.Contains(list[0].Advice, `"additionalProperties": false`) || !strings.Contains(list[0].Advice, "LENIENT") {
		t.Errorf("%+v", list)
	}
	for kind, a := range advice {
		if a == "" {
			t.Errorf("%s has empty advice", kind)
		}
	}
}

func TestOtherLanguagesAreRefused(t *testing.T) {
	if _, err := (Language{}).Compare(parse(t, "{}"), nil, language.Rules{}); err == nil {
		t.Error("want an error")
	}
}

func TestSchemasAreSafeForConcurrentUse(t *testing.T) {
	a, b := parse(t, wideObject(50, "integer")), parse(t, wideObject(50, "number"))
	languagetest.SafeForConcurrentUse(t, Language{}, a, b, 100)
}

// wideObject has n fields in two levels.
func wideObject(n int, typ string) string {
	var b strings.Builder
	b.WriteString(`{"type":"object","additionalProperties":false,"properties":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"field%d":{"type":"object","additionalProperties":false,"description":"of the field","properties":{"v":{"type":"%s","minimum":%d}}}`, i, typ, i)
	}
	b.WriteString(`}}`)
	return b.String()
}

func BenchmarkCompare500Fields(b *testing.B) {
	r, w := parse(b, wideObject(500, "number")), parse(b, wideObject(500, "integer"))
	languagetest.BenchmarkCompare(b, Language{}, r, w)
}

func BenchmarkParse500Fields(b *testing.B) {
	languagetest.BenchmarkParse(b, Language{}, wideObject(500, "number"))
}
