package protobuf

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

// pairs are the schemas of testdata/rules.txt, two for each case, both ways round.
func pairs(t *testing.T) (list [][2]language.Schema) {
	content, err := os.ReadFile("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	var old language.Schema
	for line := range strings.Lines(string(content)) {
		if text, ok := strings.CutPrefix(line, "old "); ok {
			old = parse(t, proto3(text))
		}
		if text, ok := strings.CutPrefix(line, "new "); ok {
			s := parse(t, proto3(text))
			list = append(list, [2]language.Schema{s, old}, [2]language.Schema{old, s})
		}
	}
	if len(list) < 100 {
		t.Fatalf("only %d pairs were read", len(list))
	}
	return list
}

func TestLaws(t *testing.T) {
	for _, p := range pairs(t) {
		for _, rules := range []language.Rules{{}, {Profile: language.Confluent74}, {Profile: language.Strict}, {Profile: language.Strict, ReaderIsOlder: true}} {
			again := parse(t, p[0].Text())
			if list := compare(t, p[0], again, rules); len(list) != 0 {
				t.Errorf("it differs from itself: %s\n%s", p[0].Text(), languagetest.Shown(list))
			}
			list := compare(t, p[0], p[1], rules)
			if languagetest.Shown(list) != languagetest.Shown(compare(t, again, p[1], rules)) {
				t.Errorf("the order is not stable: %s", p[0].Text())
			}
			after := false
			for _, d := range list {
				if d.Breaking && after {
					t.Errorf("breaking ones come first:\n%s", languagetest.Shown(list))
				}
				after = after || !d.Breaking
				if d.Breaking && d.Advice == "" {
					t.Errorf("%s has no advice", d.Kind)
				}
			}
		}
	}
}

// What is called compatible reads all bytes that the writer writes, and has what it requires.
func TestCompatibleMeansReadable(t *testing.T) {
	read := 0
	for n, p := range pairs(t) {
		reader, writer := p[0].(*schema).file, p[1].(*schema).file
		if language.Breaking(compare(t, p[0], p[1], language.Rules{})) {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(n), 7))
		for i := range writer.Messages().Len() {
			w := writer.Messages().Get(i)
			for range 50 {
				m := dynamicpb.NewMessage(w)
				fill(r, m, 3)
				b, err := proto.Marshal(m)
				if err != nil {
					t.Fatalf("%s: %v", p[1].Text(), err)
				}
				target := dynamicpb.NewMessage(reader.Messages().ByName(w.Name()))
				if err := proto.Unmarshal(b, target); err != nil {
					t.Fatalf("%s does not read %x of %s: %v", p[0].Text(), b, p[1].Text(), err)
				}
				if f := unread(target); f != "" {
					t.Fatalf("%s does not read the field %s in %x of %s", p[0].Text(), f, b, p[1].Text())
				}
				read++
			}
		}
	}
	if read < 1000 {
		t.Fatalf("only %d messages were read", read)
	}
}

// unread finds a field that the message knows and whose bytes it could not read: those of another wire type.
func unread(m protoreflect.Message) (found protoreflect.FullName) {
	for b := m.GetUnknown(); len(b) > 0; {
		number, _, n := protowire.ConsumeField(b)
		if f := m.Descriptor().Fields().ByNumber(number); f != nil {
			return f.FullName()
		}
		b = b[n:]
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				if f.MapValue().Message() != nil {
					found = max(found, unread(v.Message()))
				}
				return true
			})
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				found = max(found, unread(v.List().Get(i).Message()))
			}
		case f.Message() != nil:
			found = max(found, unread(v.Message()))
		}
		return true
	})
	return found
}

// fill sets fields at random, and all that are required.
func fill(r *rand.Rand, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Cardinality() != protoreflect.Required && (r.IntN(3) == 0 || f.Message() != nil && depth == 0) {
			continue
		}
		switch {
		case f.IsMap():
			m.Mutable(f).Map().Set(scalar(r, f.MapKey()).MapKey(), element(r, f.MapValue(), m.Mutable(f).Map().NewValue, depth))
		case f.IsList():
			for range r.IntN(3) {
				m.Mutable(f).List().Append(element(r, f, m.Mutable(f).List().NewElement, depth))
			}
		default:
			m.Set(f, element(r, f, func() protoreflect.Value { return m.NewField(f) }, depth))
		}
	}
}

func element(r *rand.Rand, f protoreflect.FieldDescriptor, made func() protoreflect.Value, depth int) protoreflect.Value {
	if f.Message() == nil {
		return scalar(r, f)
	}
	v := made()
	if depth > 0 {
		fill(r, v.Message(), depth-1)
	}
	return v
}

func scalar(r *rand.Rand, f protoreflect.FieldDescriptor) protoreflect.Value {
	n := r.Int64() >> r.IntN(64)
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n%2 == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(f.Enum().Values().Get(int(n) & 1 % f.Enum().Values().Len()).Number())
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(n))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(n)
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(uint64(n))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(n))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(n))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte("text"))
	}
	return protoreflect.ValueOfString("text")
}
