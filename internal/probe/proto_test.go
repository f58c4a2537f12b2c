package probe

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// protoMaker makes a schema of Protobuf and values of its messages.
type protoMaker struct {
	*rand.Rand
	v2       bool
	messages []protoMade
}

type protoMade struct {
	name   string
	fields []protoMadeField
}

type protoMadeField struct {
	number  int
	text    string
	message int // place of its message + 1; 0 = a scalar, -1 = one of google's
	scalar  string
	list    bool
	isMap   bool
}

var protoScalars = []string{"double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes", "Color"}

var protoKnownNames = []string{"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.StringValue", "google.protobuf.Int64Value", "google.protobuf.BoolValue",
	"confluent.type.Decimal", "google.protobuf.Struct", "google.protobuf.Any", "google.protobuf.Value"}

// schema writes messages, each of which may hold those before it and itself; the first in the text is the last that was made.
func (m *protoMaker) schema() string {
	label := "optional "
	head := "syntax = \"proto2\";\n"
	if !m.v2 {
		head = "syntax = \"proto3\";\n"
	}
	head += "package t; import \"google/protobuf/timestamp.proto\"; import \"google/protobuf/duration.proto\"; import \"google/protobuf/wrappers.proto\";" +
		"import \"google/protobuf/struct.proto\"; import \"google/protobuf/any.proto\"; import \"confluent/type/decimal.proto\";\n"
	tail := "enum Color { RED = 0; GREEN = 1; BLUE = 7; }\n"
	for i := range 1 + m.IntN(4) {
		made := protoMade{name: fmt.Sprintf("M%d", i)}
		body, oneof := "", ""
		used := map[int]bool{}
		for f := range 1 + m.IntN(8) {
			number := 1 + m.IntN(20)
			if m.IntN(10) == 0 {
				number = 600 + f
			}
			if used[number] {
				continue
			}
			used[number] = true
			field := protoMadeField{number: number}
			switch m.IntN(8) {
			case 0, 1:
				field.message = 1 + m.IntN(i+1)
				field.text = fmt.Sprintf("M%d", field.message-1)
			case 2:
				field.message = -1
				field.text = protoKnownNames[m.IntN(len(protoKnownNames))]
			default:
				field.scalar = protoScalars[m.IntN(len(protoScalars))]
				field.text = field.scalar
			}
			name := []string{"a", "b", "id", "items", "sku", "amount"}[m.IntN(6)] + fmt.Sprint(f)
			l := ""
			switch m.IntN(6) {
			case 0, 1:
				field.list, l = true, "repeated "
			case 2:
				field.isMap, field.text = true, fmt.Sprintf("map<%s, %s>", []string{"string", "int32", "bool"}[m.IntN(3)], field.text)
			case 3:
				l = "oneof"
			case 4:
				l = label
			default:
				if m.v2 {
					l = []string{label, "required "}[m.IntN(2)]
				}
			}
			made.fields = append(made.fields, field)
			if l == "oneof" {
				oneof += fmt.Sprintf("%s %s = %d; ", field.text, name, number)
				continue
			}
			body += fmt.Sprintf("%s%s %s = %d; ", l, field.text, name, number)
		}
		if oneof != "" {
			body += "oneof choice { " + oneof + "} "
		}
		m.messages = append(m.messages, made)
		tail = "message " + made.name + " { " + body + "}\n" + tail
	}
	return head + tail
}

func tagOf(b []byte, number, wire int) []byte {
	return binary.AppendUvarint(b, uint64(number)<<3|uint64(wire))
}

func withLength(b, content []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

// scalar writes a value without its tag.
func (m *protoMaker) scalarOf(kind string) (wire int, b []byte) {
	switch kind {
	case "double", "fixed64", "sfixed64":
		return wire64, binary.LittleEndian.AppendUint64(nil, math.Float64bits(m.NormFloat64()))
	case "float", "fixed32", "sfixed32":
		return wire32, binary.LittleEndian.AppendUint32(nil, m.Uint32())
	case "string", "bytes":
		return wireLength, withLength(nil, []byte([]string{"", "x", "some text", "\u00e9\u20ac", "\xff\xfe", "\x0a\x01x"}[m.IntN(6)]))
	case "bool":
		return wireVarint, binary.AppendUvarint(nil, m.Uint64N(2))
	case "Color":
		return wireVarint, binary.AppendUvarint(nil, []uint64{0, 1, 7, 9}[m.IntN(4)])
	}
	return wireVarint, binary.AppendUvarint(nil, m.Uint64()>>m.IntN(64))
}

// known writes a message of google's or Confluent's, in its form or nearly.
func (m *protoMaker) known() (b []byte) {
	for range m.IntN(4) {
		number := 1 + m.IntN(3)
		wire, v := m.scalarOf([]string{"int64", "int32", "bytes", "double"}[m.IntN(4)])
		b = append(tagOf(b, number, wire), v...)
	}
	return b
}

func (m *protoMaker) value(f protoMadeField, depth int) (wire int, b []byte) {
	switch {
	case f.message < 0:
		return wireLength, withLength(nil, m.known())
	case f.message > 0:
		return wireLength, withLength(nil, m.message(f.message-1, depth-1))
	}
	return m.scalarOf(f.scalar)
}

func (m *protoMaker) message(of, depth int) (b []byte) {
	fields := m.messages[of].fields
	for range m.IntN(2 * (len(fields) + 1)) {
		f := fields[m.IntN(len(fields))]
		if depth < 0 && f.message != 0 {
			continue
		}
		wire, v := m.value(f, depth)
		switch {
		case f.isMap:
			var entry []byte
			if m.IntN(6) > 0 {
				key := []byte{2, 'k', byte('a' + m.IntN(3))}
				entry = append(tagOf(entry, 1, wireLength), key...)
			}
			if m.IntN(6) > 0 {
				entry = append(tagOf(entry, 2, wire), v...)
			}
			b = withLength(tagOf(b, f.number, wireLength), entry)
			continue
		case f.list && wire != wireLength && m.IntN(2) == 0:
			for range m.IntN(4) {
				_, more := m.value(f, depth)
				v = append(v, more...)
			}
			b = withLength(tagOf(b, f.number, wireLength), v)
			continue
		}
		b = append(tagOf(b, f.number, wire), v...)
	}
	if m.IntN(12) == 0 {
		wire, v := m.scalarOf(protoScalars[m.IntN(len(protoScalars))])
		b = append(tagOf(b, 30+m.IntN(3), wire), v...)
	}
	return b
}

func protoProgram(t testing.TB, text string, paths []Path, l serde.Limits) *Program {
	t.Helper()
	s, err := serde.CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: text})
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	of, ok := s.Message("")
	if !ok {
		t.Fatal("no message")
	}
	p, err := Protobuf(of, paths, l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRowsOfProtobufAreWhatTreesHave(t *testing.T) {
	t.Logf("seed %d", *seed)
	for i := range *records / 15 {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		m := &protoMaker{Rand: r, v2: i%3 == 0}
		text := m.schema()
		d := serde.NewRecordDecoder(registry{event.LanguageProtobuf, text}, serde.Limits{})
		bare := protoProgram(t, text, nil, serde.Limits{})
		var row Row
		for range 12 {
			b := m.message(len(m.messages)-1, 4)
			tree := treeOf(d, formProto, b)
			has := map[string]Path{}
			pathsOf(tree.Open(sealed.Take()), nil, has)
			p := protoProgram(t, text, somePaths(r, has), serde.Limits{})
			for range 2 {
				compare(t, p, &row, tree, b)
			}
			compare(t, bare, &row, tree, b)
			for range 4 {
				x := mutated(r, b)
				tree := treeOf(d, formProto, x)
				compare(t, p, &row, tree, x)
				compare(t, bare, &row, tree, x)
			}
			if t.Failed() {
				t.Fatal(text)
			}
		}
	}
}

func TestRequiredFieldsAreMissed(t *testing.T) {
	p := protoProgram(t, `syntax = "proto2"; message A { required int32 a = 1; optional A more = 2; }`, nil, serde.Limits{})
	var row Row
	for b, want := range map[string]Faults{"\x08\x01": 0, "": FaultRequired, "\x08\x01\x12\x00": FaultRequired, "\x08\x01\x12\x02\x08\x01": 0} {
		if err := p.Run([]byte(b), &row); err != nil || row.Faults() != want {
			t.Errorf("%x: %v, %v", b, row.Faults(), err)
		}
	}
}

func TestNestedProtobufStopsWhereTreesStop(t *testing.T) {
	const text = `syntax = "proto3"; message A { int32 v = 1; A next = 2; repeated A more = 3; }`
	d := serde.NewRecordDecoder(registry{event.LanguageProtobuf, text}, serde.Limits{Depth: 20, Nodes: 60})
	p := protoProgram(t, text, []Path{Members("v"), Members("next", "v"), {{Name: "more"}, {Kind: StepElement}, {Name: "v"}}}, serde.Limits{Depth: 20, Nodes: 60})
	var row Row
	for _, number := range []int{2, 3} {
		b := []byte{8, 1}
		for range 30 {
			compare(t, p, &row, treeOf(d, formProto, b), b)
			b = withLength(tagOf([]byte{8, 2}, number, wireLength), b)
		}
	}
	for n := range 80 {
		b := []byte(strings.Repeat("\x1a\x00", n))
		compare(t, p, &row, treeOf(d, formProto, b), b)
	}
}

func FuzzProtobuf(f *testing.F) {
	const text = `syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/duration.proto"; import "confluent/type/decimal.proto";
	enum Color { RED = 0; GREEN = 3; }
	message All { int32 i = 1; string s = 2; Color c = 3; repeated sint64 l = 4; repeated Item items = 5; map<string, Item> m = 6; google.protobuf.Timestamp at = 7;
	 google.protobuf.StringValue w = 8; confluent.type.Decimal d = 9; google.protobuf.Duration took = 10; All more = 11; oneof one { int64 x = 12; Item y = 13; } optional double o = 14; }
	message Item { string sku = 1; fixed32 n = 2; bytes raw = 3; repeated float f = 4; }`
	f.Add([]byte("\x08\x01\x12\x01x\x18\x03\x22\x02\x01\x02\x2a\x03\x0a\x01s\x32\x06\x0a\x01k\x12\x01\x00"))
	f.Add([]byte("\x3a\x04\x08\x01\x10\x02\x42\x03\x0a\x01w\x4a\x04\x0a\x02\x01\x02\x52\x02\x08\x05\x5a\x02\x08\x07\x60\x01\x6a\x03\x0a\x01z"))
	d := serde.NewRecordDecoder(registry{event.LanguageProtobuf, text}, serde.Limits{})
	var paths []Path
	for _, text := range []string{"i", "s", "c", "l[]", "l", "items[].sku", "items[].f[]", "m{}.sku", "m{key}", "at", "at.seconds", "w", "d", "took", "more", "more.i", "more.items[].n", "x", "y", "y.sku", "o"} {
		p, err := ParsePath(text)
		if err != nil {
			f.Fatal(err)
		}
		paths = append(paths, p)
	}
	p, bare := protoProgram(f, text, paths, serde.Limits{}), protoProgram(f, text, nil, serde.Limits{})
	var row Row
	f.Fuzz(func(t *testing.T, b []byte) {
		tree := treeOf(d, formProto, b)
		compare(t, p, &row, tree, b)
		compare(t, bare, &row, tree, b)
	})
}
