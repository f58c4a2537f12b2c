package probe

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/serde"
)

// The wire types of Protobuf (Protocol Buffers, Encoding).
const (
	wireVarint = 0
	wire64     = 1
	wireLength = 2
	wireGroup  = 3
	wireEnd    = 4
	wire32     = 5
)

// protoType is a message type at a place of the tree of wanted paths: of what nobody wants there is one for each type.
type protoType struct {
	w      *want
	known  knownType
	entry  bool
	dense  []*protoField         // by number, of small numbers
	sparse map[int32]*protoField // of others
	fields []*protoField         // by place
	words  int                   // of 64 bits, one for each field
	bare   *protoType            // of messages that only trees read: the same where nothing is wanted
	room   int                   // of values that trees reserve for messages of many fields
}

// protoField is a field of a message at its place.
type protoField struct {
	kind     protoreflect.Kind
	wire     uint8
	list     bool
	presence bool
	required bool
	number   int32
	oneof    int32
	place    int32
	slot     int32
	typ      uint16
	w        *want
	elem     *want      // of lists, what is wanted of an element
	elemSlot int32      // of lists
	message  *protoType // of messages and groups; of maps the entry
	symbols  map[int32]string
}

// knownType is a message type that trees show as something else.
type knownType uint8

const (
	notKnown knownType = iota
	knownTimestamp
	knownDuration
	knownWrapper
	knownDecimal
	knownAny
	knownOther // Struct, Value, ListValue
)

var knownTypes = map[string]knownType{"google.protobuf.Timestamp": knownTimestamp, "google.protobuf.Duration": knownDuration,
	"google.protobuf.Any": knownAny, "confluent.type.Decimal": knownDecimal, "google.protobuf.Struct": knownOther, "google.protobuf.Value": knownOther,
	"google.protobuf.ListValue": knownOther}

type protoPlace struct {
	m serde.ProtoMessage
	w *want
}

type protoCompiler struct {
	p    *Program
	made map[protoPlace]*protoType
}

// Protobuf makes a program for bare messages of a type. Errors: of the paths, and of schemas beyond the limits.
func Protobuf(m serde.ProtoMessage, paths []Path, l serde.Limits) (*Program, error) {
	p, err := newProgram(formProto, paths, l)
	if err != nil {
		return nil, err
	}
	c := protoCompiler{p, map[protoPlace]*protoType{}}
	p.types[0].form = formProto
	p.types = append(p.types, cellType{form: formProto, unit: Seconds}, cellType{form: formProto, unit: Span})
	p.message, err = c.message(m, p.wants.root)
	return p, err
}

// Types that every Protobuf program has.
const (
	typTimestamp = 1
	typDuration  = 2
)

const denseNumbers = 512

func (c *protoCompiler) message(m serde.ProtoMessage, w *want) (*protoType, error) {
	key := protoPlace{m, w}
	if t := c.made[key]; t != nil {
		return t, nil
	}
	if len(c.made) > mostTypes {
		return nil, fmt.Errorf("%w: too many types", errSchema)
	}
	t := &protoType{w: w, entry: m.Entry(), sparse: map[int32]*protoField{}}
	if m.Known() {
		if t.known = knownTypes[m.Name()]; t.known == notKnown {
			t.known = knownWrapper
		}
	}
	c.made[key] = t
	fields := m.Fields()
	t.words, t.room = (len(fields)+63)/64, len(fields)/64
	for place, of := range fields {
		f, err := c.field(of, int32(place), w, t.entry)
		if err != nil {
			return nil, err
		}
		t.fields = append(t.fields, f)
		if f.number >= denseNumbers {
			t.sparse[f.number] = f
			continue
		}
		for int(f.number) >= len(t.dense) {
			t.dense = append(t.dense, nil)
		}
		t.dense[f.number] = f
	}
	if t.known == knownAny || t.known == knownOther {
		var err error
		if t.bare, err = c.message(m, nil); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *protoType) field(number uint64) *protoField {
	if number < uint64(len(t.dense)) {
		return t.dense[number]
	}
	if number < denseNumbers || len(t.sparse) == 0 {
		return nil
	}
	return t.sparse[int32(number)]
}

// field compiles a field. Those of an entry are at {key} and {} of the map, which is where w is then.
func (c *protoCompiler) field(of serde.ProtoField, place int32, w *want, entry bool) (*protoField, error) {
	f := &protoField{kind: of.Kind(), wire: wireOf(of.Kind()), list: of.Repeated(), presence: of.Presence(), required: of.Required(), number: int32(of.Number()), oneof: int32(of.Oneof()),
		place: place, slot: -1, elemSlot: -1}
	m, isMessage := of.Message()
	switch {
	case w == nil:
	case !entry:
		f.w = w.named(of.Name())
	case of.Number() == 1:
		f.w = w.key
	case of.Number() == 2:
		f.w = w.val
	}
	f.symbols = of.Symbols()
	if f.w != nil {
		f.slot = f.w.slot
		if f.elem = f.w.elem; f.elem != nil && f.list && !(isMessage && m.Entry()) {
			f.elemSlot = f.elem.slot
		}
		if len(c.p.types) > mostTypes {
			return nil, fmt.Errorf("%w: too many types", errSchema)
		}
		f.typ = uint16(len(c.p.types))
		c.p.types = append(c.p.types, cellType{form: formProto, numbers: of.Symbols()})
	}
	if !isMessage {
		return f, nil
	}
	inner := f.w
	if f.list && !m.Entry() {
		inner = f.elem
	}
	var err error
	f.message, err = c.message(m, inner)
	return f, err
}

func wireOf(k protoreflect.Kind) uint8 {
	switch k {
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return wire64
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return wire32
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return wireLength
	case protoreflect.GroupKind:
		return wireGroup
	}
	return wireVarint
}

// fits tells whether the field can be written in a wire type; the packed form of numbers is read whatever the schema says.
func (f *protoField) fits(wire uint8) bool {
	return wire == f.wire || wire == wireLength && f.list && f.wire != wireLength && f.wire != wireGroup
}
