// Package language is the vocabulary of schema languages: what a schema is, and what differs between two. Each language has a package below
// this one (avro, protobuf, jsonschema) that parses and compares; none of them knows registries, subjects or versions.
//
// Compatibility is asked in one direction only: may a reader with one schema read what a writer wrote with another. BACKWARD asks it of the new
// schema as the reader, FORWARD of the old one, FULL both.
package language

import (
	"errors"
	"fmt"
)

// Kind is a language by the name that Confluent's registry gives it.
type Kind string

// The languages that registries know.
const (
	Avro       Kind = "AVRO"
	Protobuf   Kind = "PROTOBUF"
	JSONSchema Kind = "JSON"
)

// Limits of a schema with all that it refers to; beyond them ErrTooLarge.
const (
	MostBytes   = 1 << 20
	MostNesting = 100
)

// Errors that callers decide on.
var (
	// ErrSyntax: the text is no schema of its language. A *SyntaxError says where.
	ErrSyntax = errors.New("not a schema")
	// ErrTooLarge: the schema is beyond MostBytes or MostNesting.
	ErrTooLarge = errors.New("schema is too large")
)

// SyntaxError says where a text stops being a schema. Line and Column count from 1, and are 0 where the place is not known; Pointer is the JSON
// pointer of the part for languages that are JSON.
type SyntaxError struct {
	Line, Column int
	Pointer      string
	Message      string
}

func (e *SyntaxError) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
	case e.Pointer != "":
		return fmt.Sprintf("at %s: %s", e.Pointer, e.Message)
	}
	return e.Message
}

// Is says that it is an ErrSyntax.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

// Referenced is a schema that another refers to by a name: a full name for Avro, the path of an import for Protobuf, a URI for JSON Schema.
// What it refers to in its turn stands before it in a list of Referenced.
type Referenced struct {
	Name string
	Text string
}

// Schema is a schema that was parsed. It is never changed, and safe for concurrent use.
type Schema interface {
	Kind() Kind
	// Text is the schema as it was given.
	Text() string
	// Canonical is the text by which two schemas are the same one: what was given without insignificant white space, with doc, defaults,
	// aliases and custom properties.
	Canonical() string
	// Normal is Canonical after the language's normalisation (Confluent's normalize=true): references resolved or sorted, order of properties
	// that means nothing made one.
	Normal() string
	// Fields lists the fields of records that the schema describes, in the order of the schema, parents before children. Recursion ends at the
	// first repetition.
	Fields() []Field
}

// Field is a field of records that a schema describes.
type Field struct {
	Path     string // as decoded records spell it: a.b, items[].sku, map{} for values of a map
	Type     string // as people of the language call it: string, decimal(10,2), timestamp-millis, enum, record, array
	Optional bool   // a record need not have it, or it may be null
	Default  string // JSON of the default, empty without one
	Doc      string
	Tags     []string // confluent:tags and the like
	Values   []string // of an enum or a constant
}

// Profile names whose verdicts are given.
type Profile string

// The profiles, the default first.
const (
	Confluent83 Profile = "confluent-8.3"
	Confluent74 Profile = "confluent-7.4"
	Strict      Profile = "strict" // as Confluent83, and what its rules let pass though readers see something else
)

// Rules are what Compare goes by. The zero value is Confluent83 without leniency.
type Rules struct {
	Profile Profile
	Lenient bool // JSON Schema only: compatibilityPolicy LENIENT
	// ReaderIsOlder says that the writer's schema is the one to come, as where FORWARD is asked. It matters to rules of Strict about what was
	// done from one version to the next (a field's number used again); whether bytes can be read does not depend on it.
	ReaderIsOlder bool
}

// Difference is one difference between a reader's and a writer's schema.
type Difference struct {
	Kind     string // of the language, in Confluent's or Avro's words where these have one: READER_FIELD_MISSING_DEFAULT_VALUE
	Pointer  string // JSON pointer into the reader's schema, or the writer's where the reader lacks the part; full names for Protobuf
	Field    string // the path of the field of records that it concerns, as in Field.Path; empty where it is none
	Breaking bool   // the reader cannot read what the writer may have written
	Message  string // what differs, for people, without the texts of the schemas
	Advice   string // what would make it compatible, where something short would
}

// Language parses and compares schemas of one kind. Safe for concurrent use.
type Language interface {
	Kind() Kind
	// Parse reads a schema with what it refers to. ErrSyntax, ErrTooLarge.
	Parse(text string, refs []Referenced) (Schema, error)
	// Compare gives all differences between what reader reads and writer wrote, breaking ones first, in a stable order. The reader reads
	// everything of the writer if none is Breaking. Both schemas are of this language. An error says that the question could not be decided,
	// within the language's bounds of time; it never means incompatible.
	Compare(reader, writer Schema, rules Rules) ([]Difference, error)
}

// Breaking says whether any of the differences breaks the reader.
func Breaking(list []Difference) bool {
	for _, d := range list {
		if d.Breaking {
			return true
		}
	}
	return false
}
