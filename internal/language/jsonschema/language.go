// Package jsonschema is JSON Schema as a schema language: drafts 4, 6, 7, 2019-09 and 2020-12, draft 7 where a schema names none.
//
// Schemas are compiled by santhosh-tekuri/jsonschema; whether one reads what another wrote is decided here, by rules that give the verdicts of
// Confluent's registry. Those rules look at a schema as parts of one type each (shape.go) and compare pairs of parts (compare.go). They are not
// the same as "every value valid for the writer is valid for the reader": a property added to an open content model breaks, though few writers
// wrote it, and a required property with a default does not, though validators fill in nothing. The profile strict breaks on all that could
// make a written value invalid as far as the walker sees it; values that match several branches of a oneOf it does not see.
//
// Nothing is ever loaded from the network: a $ref leads into the schema itself or into what was given as its references.
package jsonschema

import (
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// Language is JSON Schema. The zero value is ready.
type Language struct {
	// Limit bounds one Compare; 0 is 2 s. Beyond it ErrUndecided.
	Limit time.Duration
}

var _ language.Language = Language{}

// Bounds of what a schema may be, beside language.MostBytes and language.MostNesting. The compiler's time grows with the square of the objects.
const (
	mostObjects  = 10_000
	mostExponent = 400 // of numbers, and of their digits
	mostFields   = 10_000
	mostSteps    = 100_000 // of listing fields
	usualLimit   = 2 * time.Second
)

// Kind is JSON, the registry's name of the language.
func (Language) Kind() language.Kind { return language.JSONSchema }

// Parse reads a schema. Names of references are URIs, absolute or relative to the schema's own $id.
func (Language) Parse(text string, refs []language.Referenced) (language.Schema, error) {
	size := len(text)
	for _, r := range refs {
		size += len(r.Text)
	}
	if size > language.MostBytes {
		return nil, tooLarge("it and its references have more than 1 MiB")
	}
	root, err := readText(text)
	if err != nil {
		return nil, err
	}
	if root.kind != object && root.kind != boolean {
		return nil, root.mistake(text, "", "a JSON schema is an object, true or false")
	}
	library, err := newLibrary(text, root, refs)
	if err != nil {
		return nil, err
	}
	compiled, err := library.compile()
	if err != nil {
		return nil, err
	}
	if err := endlessIn(library, compiled); err != nil {
		return nil, err
	}
	shapes := newShapes(library)
	return &schema{text: text, root: root, shape: shapes.of(compiled), refs: slices.Clone(refs), normal: sync.OnceValue(func() string { return root.compact(true) })}, nil
}
