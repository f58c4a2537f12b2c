package browse

import "regexp"

// Form is what values of a schema look like, in the words of no schema language. The zero Form takes any value. A Form may contain itself; it is
// never changed while it is in use.
type Form struct {
	Kind     FormKind
	Null     bool        // null is a value of it, too
	Fields   []FormField // of FormRecord
	Closed   bool        // of FormRecord: it has no other members
	Items    *Form       // of the elements of FormList, or the values of FormMap
	Branches []*Form     // of FormUnion: a value is one of them
	Symbols  []string    // of FormEnum, or all that a FormText may be
	Other    bool        // FormEnum: symbols that are not there are read as a default
	Size     int         // bytes of FormFixed
	Type     string      // as the language calls it

	Low, High         *float64 // of numbers, both allowed unless they are open
	LowOpen, HighOpen bool
	Shortest, Longest int // of text in characters; Longest 0: no bound
	Fewest, Most      int // elements of FormList; Most 0: no bound
	Pattern           *regexp.Regexp

	Why string // of FormUnknown: what of the schema is not understood, for people
}

// FormField is a member of a record.
type FormField struct {
	Name     string
	Aliases  []string // names that it had
	Of       *Form
	Required bool // a record without it is wrong
	Default  bool // there is a value for records that lack it
}

// FormKind is the kind of a Form.
type FormKind string

// The kinds. Numbers are apart because languages read some of them as others and others not.
const (
	FormAny     FormKind = ""
	FormNull    FormKind = "null"
	FormBool    FormKind = "boolean"
	FormInt     FormKind = "int"     // 32 bits
	FormLong    FormKind = "long"    // 64 bits
	FormInteger FormKind = "integer" // of any size
	FormFloat   FormKind = "float"
	FormDouble  FormKind = "double"
	FormNumber  FormKind = "number" // of any kind
	FormText    FormKind = "string"
	FormBytes   FormKind = "bytes"
	FormFixed   FormKind = "fixed"
	FormEnum    FormKind = "enum"
	FormRecord  FormKind = "record"
	FormList    FormKind = "array"
	FormMap     FormKind = "map"
	FormUnion   FormKind = "union"
	FormUnknown FormKind = "unknown"
)

// Reading says by which rules a reader takes what was written.
type Reading string

// The readings.
const (
	ReadAvro     Reading = "avro"     // by the schemas of both, as Avro resolves them
	ReadProtobuf Reading = "protobuf" // by what is on the wire: unknown fields are passed over, missing ones are defaults
	ReadJSON     Reading = "json"     // into a type, as deserialisers of JSON do: what converts is converted
	ReadSchema   Reading = "schema"   // valid under a JSON Schema or not
)
