// Package registrytest has a schema language small enough to be read in tests: fields with types, as "a:int b:text=0 @other". A field with = has a
// default; @name refers to another schema. A reader needs each of its fields in what was written, with the same type, or a default.
package registrytest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

// Tiny is the language; its kind is whatever the test wants it to pass for.
type Tiny struct{ As language.Kind }

// Languages are three of it, by the names that registries know.
func Languages() []language.Language {
	return []language.Language{Tiny{language.Avro}, Tiny{language.Protobuf}, Tiny{language.JSONSchema}}
}

// Kind is language.Language.
func (t Tiny) Kind() language.Kind { return t.As }

type schema struct {
	kind   language.Kind
	text   string
	fields []string
	refs   []string
}

func (s *schema) Kind() language.Kind { return s.kind }
func (s *schema) Text() string        { return s.text }
func (s *schema) Canonical() string   { return strings.Join(s.fields, " ") }
func (s *schema) Normal() string {
	return strings.Join(slices.Sorted(slices.Values(append(s.own(), s.refs...))), " ")
}
func (s *schema) Fields() []language.Field { return nil }

// own are the fields without the names of references.
func (s *schema) own() []string {
	return slices.DeleteFunc(slices.Clone(s.fields), func(f string) bool { return strings.HasPrefix(f, "@") })
}

// Parse is language.Language.
func (t Tiny) Parse(text string, refs []language.Referenced) (language.Schema, error) {
	s := &schema{kind: t.As, text: text, fields: strings.Fields(text)}
	if len(s.fields) == 0 {
		return nil, &language.SyntaxError{Line: 1, Column: 1, Message: "no fields"}
	}
	for i, f := range s.fields {
		if name, ok := strings.CutPrefix(f, "@"); ok {
			at := slices.IndexFunc(refs, func(r language.Referenced) bool { return r.Name == name })
			if at < 0 {
				return nil, &language.SyntaxError{Line: 1, Column: i + 1, Message: "nothing is called " + name}
			}
			s.refs = append(s.refs, strings.Fields(refs[at].Text)...)
			continue
		}
		if _, _, ok := strings.Cut(f, ":"); !ok {
			return nil, &language.SyntaxError{Line: 1, Column: i + 1, Message: "a field without a type"}
		}
	}
	return s, nil
}

// Compare is language.Language.
func (t Tiny) Compare(reader, writer language.Schema, _ language.Rules) ([]language.Difference, error) {
	written := types(writer)
	var out []language.Difference
	for name, kind := range types(reader) {
		have, ok := written[name]
		kind, byDefault, _ := strings.Cut(kind, "=")
		have, _, _ = strings.Cut(have, "=")
		switch {
		case !ok && byDefault == "":
			out = append(out, language.Difference{Kind: "MISSING", Field: name, Breaking: true, Message: fmt.Sprintf("%s is not written and has no default", name)})
		case ok && have != kind:
			out = append(out, language.Difference{Kind: "TYPE", Field: name, Breaking: true, Message: fmt.Sprintf("%s is %s and not %s", name, have, kind)})
		}
	}
	slices.SortFunc(out, func(a, b language.Difference) int { return strings.Compare(a.Field, b.Field) })
	return out, nil
}

func types(s language.Schema) map[string]string {
	out := map[string]string{}
	for _, f := range strings.Fields(s.Normal()) {
		name, kind, _ := strings.Cut(f, ":")
		out[name] = kind
	}
	return out
}
