package serde

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// ErrNoSchema is what Schemas returns for an id that it does not know.
var ErrNoSchema = event.ErrNoSchema

// Schemas finds schemas by the ids that records carry.
type Schemas interface {
	// ByID returns the schema with that id and all that it refers to. It MUST return ErrNoSchema (possibly wrapped) when the registry
	// has no such id, and an *event.RegistryError (possibly wrapped) when it cannot be asked; the reason of that one is shown to
	// people. The text behind an id MUST NOT change. It MUST be safe for use by many goroutines and bound the time that it takes.
	ByID(ctx context.Context, id event.SchemaID) (event.SchemaText, error)
}

// Schema is a schema that values can be decoded by. It has no state and may be used by many goroutines at once.
type Schema struct {
	info   event.SchemaInfo
	name   string // of the type that values have
	avro   *avroType
	proto  *protoFile
	tagged []Tagged
	whole  bool
}

// errLanguage is a schema in a language that is not read here.
var errLanguage = errors.New("a schema in a language that is not known")

// CompileSchema parses a schema and its references. Errors say what is wrong with it and quote nothing of it.
func CompileSchema(text event.SchemaText) (*Schema, error) {
	if err := schemaFits(text); err != nil {
		return nil, err
	}
	s := &Schema{info: event.SchemaInfo{ID: text.ID, Language: text.Language, Subject: text.Subject, Version: text.Version}}
	var paths tagPaths
	var err error
	switch text.Language {
	case event.LanguageAvro:
		if s.avro, err = parseAvroWith(text.Text, text.References); err == nil {
			s.name = s.avro.name
			paths.avro(s.avro, nil)
		}
	case event.LanguageProtobuf:
		if s.proto, err = parseProtobuf(text.Text, text.References); err == nil {
			s.name = s.proto.first().name
			paths.protobuf(s.proto.first(), nil)
		}
	case event.LanguageJSON:
		s.name, err = paths.jsonSchema(text.Text, text.References)
	default:
		err = errLanguage
	}
	if err != nil {
		return nil, err
	}
	s.tagged, s.whole = paths.found, !paths.full
	return s, nil
}

// schemaFits bounds a schema and its references together.
func schemaFits(text event.SchemaText) error {
	if textSize(text) > maxSchemaBytes {
		return fmt.Errorf("a schema of more than %d bytes with what it refers to", maxSchemaBytes)
	}
	return nil
}

func textSize(text event.SchemaText) int {
	size := len(text.Text)
	for _, r := range text.References {
		size += len(r.Text)
	}
	return size
}

// Info says which schema it is.
func (s *Schema) Info() event.SchemaInfo { return s.info }

// Tags lists the places that the schema classifies, in the order of the schema: "confluent:tags" and "tags" of Avro and JSON Schema,
// confluent.field_meta of Protobuf; of Protobuf for the first message of the file (TagsOf for others). whole is false when the schema
// is too large or too deep to list them all, or refers to what is not there: then no path may be taken for free of tags.
func (s *Schema) Tags() (tagged []Tagged, whole bool) { return s.tagged, s.whole }

// TagsOf is Tags of values whose type has that name, which Tree.Info().Type tells: a Protobuf schema holds several.
func (s *Schema) TagsOf(typ string) (tagged []Tagged, whole bool) {
	if s.proto == nil || typ == s.name {
		return s.tagged, s.whole
	}
	m := s.proto.named(typ)
	if m == nil {
		return nil, false
	}
	var paths tagPaths
	paths.protobuf(m, nil)
	return paths.found, !paths.full
}
