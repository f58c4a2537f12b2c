package serde

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/event"
)

// AvroType is a type of a compiled Avro schema, for who compiles it further (internal/probe). It may be compared, and be the key of a map:
// a named type is one AvroType wherever it is used, so a schema that contains itself is a cycle.
type AvroType struct{ t *avroType }

// AvroField is a field of a record.
type AvroField struct {
	Name string
	Type AvroType
}

// Avro is the schema's type; ok is false for schemas of other languages.
func (s *Schema) Avro() (t AvroType, ok bool) { return AvroType{s.avro}, s.avro != nil }

// Kind is null, boolean, int, long, float, double, bytes, string, fixed, enum, union, array, map or record.
func (t AvroType) Kind() string { return t.t.kind }

// Name is the full name of a named type, else the kind.
func (t AvroType) Name() string { return t.t.name }

// Logical is the logical type, "" where there is none. Trees go by it whatever the type below is.
func (t AvroType) Logical() string { return t.t.logical }

// Scale is that of the logical type decimal.
func (t AvroType) Scale() int { return t.t.scale }

// Size is how many bytes a fixed has.
func (t AvroType) Size() int { return t.t.size }

// Symbols are those of an enum, which the caller must not change.
func (t AvroType) Symbols() []string { return t.t.symbols }

// Items is the type of what an array or a map holds.
func (t AvroType) Items() AvroType { return AvroType{t.t.items} }

// Fields are those of a record, in order.
func (t AvroType) Fields() []AvroField {
	out := make([]AvroField, len(t.t.fields))
	for i, f := range t.t.fields {
		out[i] = AvroField{f.name, AvroType{f.typ}}
	}
	return out
}

// Branches are those of a union, in order.
func (t AvroType) Branches() []AvroType {
	out := make([]AvroType, len(t.t.oneOf))
	for i, b := range t.t.oneOf {
		out[i] = AvroType{b}
	}
	return out
}

// Number is an int or long as trees have it: a time where the logical type says so.
func (t AvroType) Number(v int64) event.Value {
	var n event.Node
	avro{t.t, false}.number(&n, v)
	return n.Value
}

// ProtoMessage is a message type of a compiled Protobuf schema. Like an AvroType it may be compared.
type ProtoMessage struct{ m *protoMessage }

// ProtoField is a field of a message.
type ProtoField struct{ f *protoField }

// Message finds a message type by its full name, "" = the first of the file. ok is false when there is none, and for schemas of other
// languages.
func (s *Schema) Message(name string) (m ProtoMessage, ok bool) {
	switch {
	case s.proto == nil:
		return m, false
	case name == "":
		return ProtoMessage{s.proto.first()}, true
	}
	m.m = s.proto.byName[name]
	return m, m.m != nil
}

// Name is the full name.
func (m ProtoMessage) Name() string { return m.m.name }

// Known tells that trees show the message as a value of another kind, as they do google.protobuf.Timestamp.
func (m ProtoMessage) Known() bool { return m.m.known != nil }

// Entry tells that the message is an entry of a map: field 1 is its key, field 2 its value.
func (m ProtoMessage) Entry() bool { return m.m.entry }

// Fields are those of the message, in the order of the schema.
func (m ProtoMessage) Fields() []ProtoField {
	out := make([]ProtoField, len(m.m.ordered))
	for i, f := range m.m.ordered {
		out[i] = ProtoField{f}
	}
	return out
}

// Number is the field's number.
func (f ProtoField) Number() int { return f.f.number }

// Name is the field's name in the schema, as trees have it.
func (f ProtoField) Name() string { return f.f.name }

// Kind is the kind of a value of the field.
func (f ProtoField) Kind() protoreflect.Kind { return f.f.kind }

// Repeated tells that there may be many values; of a map its entries.
func (f ProtoField) Repeated() bool { return f.f.list }

// Presence tells that the bytes tell an absent field from one that has its default; without it an absent field has its default.
func (f ProtoField) Presence() bool { return f.f.presence }

// Required tells that a message without the field is none.
func (f ProtoField) Required() bool { return f.f.required }

// Oneof is 0 or the number of the oneof that the field is in: of its fields the last one holds.
func (f ProtoField) Oneof() int { return f.f.oneof }

// Message is the type of a message or a group; ok is false for other fields.
func (f ProtoField) Message() (m ProtoMessage, ok bool) {
	return ProtoMessage{f.f.message}, f.f.message != nil
}

// Symbols are the names of an enum's numbers, nil for other kinds; the caller must not change them.
func (f ProtoField) Symbols() map[int32]string {
	if f.f.enum == nil {
		return nil
	}
	return f.f.enum.names
}

// UnescapeJSON appends what stands between the quotes of a string of JSON to out, as trees have it: without escapes, and with U+FFFD for what
// is no UTF-8. The caller has checked the escapes.
func UnescapeJSON(out, raw []byte) []byte {
	return append(out, string([]rune(string(unescape(raw))))...)
}

// The values that formats keep as bytes or numbers, as trees have them.

// DecimalOf is a number of two's complement, big-endian, multiplied by 10^-scale; of kind ValueNone for one that trees do not print.
func DecimalOf(unscaled []byte, scale int) event.Value {
	var n event.Node
	newInput(unscaled, Limits{}.OrDefaults()).setDecimal(&n, unscaled, scale)
	return n.Value
}

// MostDecimalBytes is how many bytes a decimal that trees print may have.
const MostDecimalBytes = maxNumberBytes

// InstantOf is seconds and nanoseconds from 1970-01-01T00:00Z.
func InstantOf(second, nano int64) event.Value {
	return event.TextValue(event.ValueInstant, instantText(second, nano))
}

// DurationOf is a duration of seconds and nanoseconds of one sign.
func DurationOf(second, nano int64) event.Value {
	return event.TextValue(event.ValueDuration, durationText(second, nano))
}

// AvroDurationOf is a duration of Avro: the twelve bytes of months, days and milliseconds.
func AvroDurationOf(p []byte) event.Value {
	return event.TextValue(event.ValueDuration, avroDuration(p))
}

// UUIDText is the text of a UUID's 16 bytes.
func UUIDText(p []byte) string { return uuidText(p) }
