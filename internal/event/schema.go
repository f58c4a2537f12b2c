package event

import (
	"errors"
	"strconv"
)

// Registry is a kind of schema registry: which rules its ids follow.
type Registry string

// The registries.
const (
	RegistryConfluent Registry = "confluent" // and whatever speaks its API
	RegistryApicurio  Registry = "apicurio"
)

// IDKind says what the number of an Apicurio schema counts. Confluent has one kind only.
type IDKind string

// The kinds of ids. IDAny is for a record that does not say which: the registry's configuration does.
const (
	IDAny     IDKind = ""
	IDGlobal  IDKind = "global"  // an artifact's version
	IDContent IDKind = "content" // a text, whoever uses it
)

// SchemaID is what a record says of its schema. It may be compared and be the key of a map. GUID is in the form
// 89791762-2336-4186-9674-299b90a802e2 and is set for the newer form of Confluent, in place of Number.
type SchemaID struct {
	Registry Registry
	Kind     IDKind
	Number   uint64
	GUID     string
}

// String is the id for people, without the registry.
func (id SchemaID) String() string {
	if id.GUID != "" {
		return id.GUID
	}
	return strconv.FormatUint(id.Number, 10)
}

// SchemaLanguage is the language that a schema is written in.
type SchemaLanguage string

// The languages.
const (
	LanguageAvro     SchemaLanguage = "avro"
	LanguageProtobuf SchemaLanguage = "protobuf"
	LanguageJSON     SchemaLanguage = "json"
)

// SchemaText is a schema as a registry has it. It is metadata, not payload. Subject and Version are empty where the registry does not
// tell them: ids belong to texts, and several subjects may share one.
type SchemaText struct {
	ID         SchemaID
	Language   SchemaLanguage
	Text       string
	Subject    string
	Version    int
	References []SchemaReference // all that Text needs, also indirectly, each after what it needs itself
}

// SchemaReference is a schema that another one uses. Name is how it is called there: a full name in Avro, a path of import in
// Protobuf, a URL in JSON Schema.
type SchemaReference struct {
	Name    string
	Subject string
	Version int
	Text    string
}

// ErrNoSchema says that a registry has no schema of that id.
var ErrNoSchema = errors.New("no such schema")

// RegistryError says that a registry gave no answer that can be used; the record's content is not to blame, and it may be readable
// later. Why is for people and names no address.
type RegistryError struct{ Why string }

func (e *RegistryError) Error() string { return "the registry cannot be reached: " + e.Why }

// SchemaInfo is what is known of the schema that a payload was, or should have been, read by. The zero SchemaInfo: there is none.
type SchemaInfo struct {
	ID       SchemaID
	Language SchemaLanguage
	Subject  string
	Version  int
}
