package impact

import (
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// formOf is what records of a schema look like, and how they are read. text is a schema of its language that was parsed before; where the kind is
// empty, fields alone are known.
func formOf(kind language.Kind, text string, refs []language.Referenced, fields []language.Field) (*browse.Form, browse.Reading) {
	switch kind {
	case language.Avro:
		return avroForm(text, refs), browse.ReadAvro
	case language.JSONSchema:
		return jsonForm(text), browse.ReadSchema
	case language.Protobuf:
		return fieldsForm(fields), browse.ReadProtobuf
	}
	// A type does not say that it refuses records without one of its fields: readers of JSON leave it null or 0 unless they are told to. So that is no
	// failure; a value of another type is.
	return fieldsForm(fields), browse.ReadJSON
}

// unknownForm is of what is not understood.
func unknownForm(why string) *browse.Form { return &browse.Form{Kind: browse.FormUnknown, Why: why} }
