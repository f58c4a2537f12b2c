// Package avro reads and compares Avro schemas as Confluent's registry does with Apache Avro for Java (1.12.1): it takes what that takes,
// refuses what that refuses, and reaches its verdict, its incompatibilities and their places. "make test-avro" holds it against the jar.
//
// Compare adds what Avro does not say: what is behind a missing branch of a union, and what differs without breaking a reader. These
// differences are described as going from the writer's schema to the reader's: FIELD_ADDED is a field that only the reader has.
//
// Pointers are Avro's locations: JSON pointers that go on through names into the types they name, and "/" for the whole schema. The place
// of a MISSING_UNION_BRANCH may end with a branch of the writer's union.
package avro

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/language"
)

// Language is Avro. The zero value parses new schemas.
type Language struct {
	registered bool
}

// New gives the language for schemas that are to be registered: names are of ASCII letters, digits and underscores, and defaults fit their
// types.
func New() Language { return Language{} }

// Registered gives the language for schemas that some registry already has: names may have letters of any script, and defaults are not
// checked. So Confluent's registry reads them.
func Registered() Language { return Language{registered: true} }

// Kind is AVRO.
func (Language) Kind() language.Kind { return language.Avro }

// Parse reads a schema. refs are parsed before it, each knowing the types of those before it; what counts is the types that they define.
// Of several with one name the first is taken, as several ways may lead to it. Errors: *language.SyntaxError, language.ErrTooLarge.
func (l Language) Parse(text string, refs []language.Referenced) (language.Schema, error) {
	return l.parse(text, refs)
}

func (l Language) parse(text string, refs []language.Referenced) (*schema, error) {
	size := len(text)
	for _, r := range refs {
		size += len(r.Text)
	}
	if size > language.MostBytes {
		return nil, fmt.Errorf("%w: %d bytes with its references, of at most %d", language.ErrTooLarge, size, language.MostBytes)
	}
	p := newParser(namesStrict, true)
	if l.registered {
		p = newParser(namesLetters, false)
	}
	s := &schema{text: text, refs: refs, language: l, outside: map[string]bool{}}
	taken := make(map[string]bool, len(refs))
	for _, r := range refs {
		if taken[r.Name] {
			continue
		}
		taken[r.Name] = true
		n, err := p.parse(r.Text)
		if err != nil {
			return nil, fmt.Errorf("reference %s: %w", quoted(r.Name), nested(err))
		}
		if n.kind != kindUnion {
			s.outside[n.fullName()] = true
		}
	}
	var err error
	if s.root, err = p.parse(text); err != nil {
		return nil, nested(err)
	}
	deepest := 0
	if s.canonical, deepest = canonical(s.root, maps.Clone(s.outside)); deepest > language.MostNesting {
		return nil, nested(language.ErrTooLarge)
	}
	return s, nil
}

// nested says what is too large about a schema that is not too long.
func nested(err error) error {
	if err == language.ErrTooLarge {
		return fmt.Errorf("%w: more than %d levels", err, language.MostNesting)
	}
	return err
}

// schema is a parsed schema with all types that it refers to.
type schema struct {
	language  Language
	text      string
	refs      []language.Referenced
	root      *node
	outside   map[string]bool // names that the references define
	canonical string
	normal    sync.Once
	normalOf  string
}

func (s *schema) Kind() language.Kind { return language.Avro }
func (s *schema) Text() string        { return s.text }
func (s *schema) Canonical() string   { return s.canonical }

func (s *schema) Normal() string {
	s.normal.Do(func() {
		// What Confluent registers is the normalised text, read again.
		again, err := s.language.parse(normalise(s.root, maps.Clone(s.outside)), s.refs)
		if err != nil { // a text that grew beyond the limits
			s.normalOf = s.canonical
			return
		}
		s.normalOf = again.canonical
	})
	return s.normalOf
}

func (s *schema) Fields() []language.Field {
	w := &fieldWalk{within: map[*node]bool{}, seen: map[string]bool{}}
	w.inside(s.root, "")
	return slices.Clip(w.out)
}

// Compare gives the differences between what a reader reads and a writer wrote. A profile but Strict changes nothing: Avro's verdicts are
// the same in all versions of the registry.
func (Language) Compare(reader, writer language.Schema, rules language.Rules) ([]language.Difference, error) {
	r, ok := reader.(*schema)
	w, also := writer.(*schema)
	if !ok || !also {
		return nil, fmt.Errorf("comparing %s with %s: both schemas have to be parsed as Avro", reader.Kind(), writer.Kind())
	}
	return compare(r.root, w.root, rules.Profile == language.Strict)
}
