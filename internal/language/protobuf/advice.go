package protobuf

// advice is what would make a breaking difference compatible, by its kind.
var advice = map[string]string{
	"PACKAGE_CHANGED":                "keep the package; the profile confluent-7.4 lets it change",
	"MESSAGE_REMOVED":                "keep the message, empty if need be, or import a file that has it",
	"FIELD_KIND_CHANGED":             "reserve the number, and add a field of the new type with another",
	"FIELD_SCALAR_KIND_CHANGED":      "reserve the number, and add a field of the new type with another; or choose a type that reads the same bytes",
	"FIELD_NAMED_TYPE_CHANGED":       "keep the type, or add a field of the new type with another number",
	"FIELD_ENUM_TYPE_CHANGED":        "keep the enum, or add a field of the new one with another number",
	"FIELD_NUMERIC_LABEL_CHANGED":    "reserve the number, and add a repeated field with another",
	"REQUIRED_FIELD_ADDED":           "make the field optional",
	"REQUIRED_FIELD_REMOVED":         "keep the field; in a version before, make it optional",
	"ONEOF_FIELD_REMOVED":            "keep the field in the oneof, marked as deprecated, or remove the whole oneof",
	"MULTIPLE_FIELDS_MOVED_TO_ONEOF": "move one field only, or add new fields with other numbers to the oneof",
	"FIELD_MOVED_TO_EXISTING_ONEOF":  "leave the field outside, and add a new one with another number to the oneof",
	"FIELD_REMOVED_WITHOUT_RESERVED": "reserve the number and the name of the field in its message",
	"FIELD_NUMBER_REUSED":            "choose a number that was never used",
	"FIELD_NAME_REUSED":              "choose another name: JSON and people know the removed field by it",
	"FIELD_NAME_CHANGED":             "keep the name: JSON and people know the field by it",
	"ENUM_CONST_ADDED":               "keep the value in the newer schema, marked as deprecated",
	"ENUM_CONST_REMOVED":             "keep the value, marked as deprecated",
	"ENUM_CONST_CHANGED":             "keep the name; with allow_alias a number can have another beside it",
}
