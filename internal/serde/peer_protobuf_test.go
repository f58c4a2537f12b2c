package serde

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sightglass/sightglass/internal/event"
)

const everyKind3 = `syntax = "proto3"; package t;
import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/wrappers.proto";
message All {
  enum E { ZERO = 0; ONE = 1; MINUS = -3; }
  double a = 1; float b = 2; int32 c = 3; int64 d = 4; uint32 e = 5; uint64 f = 6; sint32 g = 7; sint64 h = 8;
  fixed32 i = 9; fixed64 j = 10; sfixed32 k = 11; sfixed64 l = 12; bool m = 13; string n = 14; bytes o = 15; E p = 16; All q = 17;
  repeated double ra = 21; repeated int32 rc = 23 [packed = false]; repeated sint64 rh = 28; repeated string rn = 34; repeated E rp = 36; repeated All rq = 37;
  repeated fixed32 ri = 29; repeated bool rm = 33;
  optional int32 oc = 43; optional string on = 54;
  oneof one { int32 x = 60; string y = 61; All z = 62; }
  map<string, int64> mi = 70; map<int32, All> ma = 71; map<bool, bytes> mb = 72; map<fixed64, E> me = 73;
  google.protobuf.Timestamp ts = 80; google.protobuf.Duration du = 81; google.protobuf.Int64Value wi = 82; google.protobuf.StringValue ws = 83;
  repeated google.protobuf.Timestamp rts = 84;
}`

const everyKind2 = `syntax = "proto2"; package t;
message All {
  enum E { ONE = 1; TWO = 2; }
  required int32 c = 1; optional string n = 2 [default = "x"]; repeated int32 rc = 3; repeated int64 rp = 4 [packed = true];
  optional group G = 5 { optional int32 a = 1; repeated string b = 2; optional All deep = 3; }
  repeated group H = 6 { optional double a = 1; }
  optional E e = 7; map<string, All> m = 8; optional All q = 9; extensions 100 to 200;
}`

// linked is the peer's own view of a schema.
func linked(t testing.TB, text string) protoreflect.MessageDescriptor {
	t.Helper()
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{"a.proto": text})})}
	files, err := c.Compile(context.Background(), "a.proto")
	if err != nil {
		t.Fatal(err)
	}
	return files[0].Messages().Get(0)
}

func fill(r *values, m protoreflect.Message, depth int) {
	fs := m.Descriptor().Fields()
	for i := range fs.Len() {
		f := fs.Get(i)
		if f.Cardinality() != protoreflect.Required && r.IntN(3) == 0 || f.Message() != nil && depth == 0 && f.Cardinality() != protoreflect.Required {
			continue
		}
		switch {
		case f.IsMap():
			for range r.IntN(4) {
				value := m.Mutable(f).Map().NewValue()
				if f.MapValue().Message() != nil {
					fill(r, value.Message(), depth-1)
				} else {
					value = protoScalarOf(r, f.MapValue())
				}
				m.Mutable(f).Map().Set(protoScalarOf(r, f.MapKey()).MapKey(), value)
			}
		case f.IsList():
			for range r.IntN(5) {
				if f.Message() != nil {
					fill(r, m.Mutable(f).List().AppendMutable().Message(), depth-1)
				} else {
					m.Mutable(f).List().Append(protoScalarOf(r, f))
				}
			}
		case f.Message() != nil:
			fill(r, m.Mutable(f).Message(), depth-1)
		default:
			m.Set(f, protoScalarOf(r, f))
		}
	}
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp", "google.protobuf.Duration":
		seconds, nanos := int64(r.Uint32())-1e9, int32(r.IntN(1e9))
		if m.Descriptor().Name() == "Duration" && seconds < 0 {
			nanos = -nanos
		}
		m.Set(fs.ByNumber(1), protoreflect.ValueOfInt64(seconds))
		m.Set(fs.ByNumber(2), protoreflect.ValueOfInt32(nanos))
	}
}

func protoScalarOf(r *values, f protoreflect.FieldDescriptor) protoreflect.Value {
	u := r.Uint64() >> r.IntN(64)
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(u&1 == 0)
	case protoreflect.EnumKind:
		if r.IntN(8) == 0 && f.Syntax() == protoreflect.Proto3 {
			return protoreflect.ValueOfEnum(99)
		}
		return protoreflect.ValueOfEnum(f.Enum().Values().Get(r.IntN(f.Enum().Values().Len())).Number())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(r.text())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(r.text() + "\xff"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(math.Float64frombits(u))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(math.Float32frombits(uint32(u)))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(r.Uint32()))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(u))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(u)
	}
	return protoreflect.ValueOfInt64(int64(r.Uint64()))
}

func messageDiffers(n *event.Node, m protoreflect.Message) string {
	get := func(i protoreflect.FieldNumber) protoreflect.Value { return m.Get(m.Descriptor().Fields().ByNumber(i)) }
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		return differs(n, time.Unix(get(1).Int(), get(2).Int()).UTC())
	case "google.protobuf.Duration":
		if d := time.Duration(get(1).Int())*time.Second + time.Duration(get(2).Int()); n.Value.Kind() != event.ValueDuration || isoSeconds(n.Value.Raw()) != d {
			return fmt.Sprintf("duration %q in place of %s", n.Value.Raw(), d)
		}
		return ""
	case "google.protobuf.Int64Value", "google.protobuf.StringValue":
		return scalarDiffers(n, m.Descriptor().Fields().ByNumber(1), get(1))
	}
	if n.Kind != event.NodeObject {
		return n.Kind.String() + " in place of a message"
	}
	seen := 0
	fs := m.Descriptor().Fields()
	for i := range fs.Len() {
		f := fs.Get(i)
		var item *event.Node
		for j := range n.Items {
			if n.Items[j].Name == string(f.Name()) {
				item = &n.Items[j]
				seen++
			}
		}
		if shown := m.Has(f) || !f.HasPresence() && f.Cardinality() != protoreflect.Repeated; shown != (item != nil) {
			return fmt.Sprintf("%s: shown %v", f.Name(), item != nil)
		}
		if item == nil {
			continue
		}
		if why := fieldDiffers(item, f, m.Get(f)); why != "" {
			return string(f.Name()) + ": " + why
		}
	}
	if seen != len(n.Items) {
		return "members that were not encoded"
	}
	return ""
}

func fieldDiffers(n *event.Node, f protoreflect.FieldDescriptor, v protoreflect.Value) (why string) {
	switch {
	case f.IsMap():
		if n.Kind != event.NodeMap || len(n.Items) != v.Map().Len() {
			return "another map"
		}
		v.Map().Range(func(k protoreflect.MapKey, x protoreflect.Value) bool {
			for i := range n.Items {
				if scalarDiffers(&n.Items[i].Items[0], f.MapKey(), k.Value()) == "" {
					why = fieldDiffers(&n.Items[i].Items[1], f.MapValue(), x)
					return why == ""
				}
			}
			why = "an entry is missing"
			return false
		})
		return why
	case f.IsList():
		if n.Kind != event.NodeList || len(n.Items) != v.List().Len() {
			return fmt.Sprintf("%s of %d in place of %d", n.Kind, len(n.Items), v.List().Len())
		}
		for i := range n.Items {
			x := v.List().Get(i)
			if f.Message() != nil {
				why = messageDiffers(&n.Items[i], x.Message())
			} else {
				why = scalarDiffers(&n.Items[i], f, x)
			}
			if why != "" {
				return why
			}
		}
		return ""
	case f.Message() != nil:
		return messageDiffers(n, v.Message())
	}
	return scalarDiffers(n, f, v)
}

func scalarDiffers(n *event.Node, f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.EnumKind:
		want := "#" + strconv.Itoa(int(v.Enum()))
		if d := f.Enum().Values().ByNumber(v.Enum()); d != nil {
			want = string(d.Name())
		}
		if n.Value.Kind() != event.ValueEnum || n.Value.Raw() != want {
			return "another symbol"
		}
		return ""
	case protoreflect.BoolKind:
		return differs(n, v.Bool())
	case protoreflect.StringKind:
		return differs(n, v.String())
	case protoreflect.BytesKind:
		return differs(n, v.Bytes())
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return differs(n, v.Float())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return differs(n, v.Uint())
	}
	return differs(n, v.Int())
}

// isoSeconds reads PT1.5S.
func isoSeconds(s string) time.Duration {
	if len(s) > 0 && s[0] == '-' {
		return -isoSeconds(s[1:])
	}
	var d time.Duration
	if len(s) > 3 {
		d, _ = time.ParseDuration(s[2:len(s)-1] + "s")
	}
	return d
}

func TestProtobufMeansWhatItsPeerWrote(t *testing.T) {
	for name, text := range map[string]string{"proto3": everyKind3, "proto2": everyKind2} {
		md := linked(t, text)
		s, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		r := &values{Rand: rand.New(rand.NewPCG(*peerSeed, 3))}
		d := NewRecordDecoder(nil, Limits{Nodes: 1 << 20})
		for i := range peerValues / 20 {
			m := dynamicpb.NewMessage(md)
			fill(r, m, 3)
			b, err := proto.MarshalOptions{Deterministic: i%2 == 0}.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			got := bare(d, b, s)
			if why := got.Tree.Info().Reason; why != "" {
				t.Fatalf("%s: value %d of seed %d: %s", name, i, *peerSeed, why)
			}
			if why := messageDiffers(open(got.Tree), m); why != "" {
				t.Fatalf("%s: value %d of seed %d: %s", name, i, *peerSeed, why)
			}
			rangesAreSound(t, name, got.Tree)
			guessed := d.Decode(context.Background(), PartValue, event.NewPayload(b), Wish{Decoder: DecoderProtobuf})
			if guessed.Tree.Info().Reason != guessedReason {
				t.Fatalf("%s: value %d of seed %d without its schema: %s", name, i, *peerSeed, guessed.Tree.Info().Reason)
			}
			rangesAreSound(t, name, guessed.Tree)
		}
	}
}

func protobufTree(t *testing.T, schema, b string) event.Tree {
	t.Helper()
	s, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: schema, References: []event.SchemaReference{
		{Name: "dep/other.proto", Text: `syntax = "proto3"; package dep; message Other { string v = 1; }`}}})
	if err != nil {
		t.Fatal(err)
	}
	got := bare(NewRecordDecoder(nil, Limits{}), []byte(b), s)
	rangesAreSound(t, schema, got.Tree)
	return got.Tree
}

func TestProtobufAsItIsFound(t *testing.T) {
	for name, c := range map[string]struct{ schema, in, want, reason string }{
		"unknown fields stay": {`syntax="proto3"; message A { int32 a = 1; }`, "\x08\x01\x12\x02hi\x1d\x00\x00\xc0\x3f\x12\x03you",
			`{"obj":[["a",{"i":"1"}],["#2",["hi","you"]],["#3",{"f32":"3fc00000"}]]}`, ""},
		"another form":            {`syntax="proto3"; message A { int32 a = 1; }`, "\x0a\x02hi", `{"obj":[["a",{"i":"0"}],["#1","hi"]]}`, ""},
		"packed where not said":   {`syntax="proto2"; message A { repeated int32 a = 1; }`, "\x0a\x02\x01\x02\x08\x03", `{"obj":[["a",[{"i":"1"},{"i":"2"},{"i":"3"}]]]}`, ""},
		"the last counts":         {`syntax="proto3"; message A { int32 a = 1; }`, "\x08\x01\x08\x02", `{"obj":[["a",{"i":"2"}]]}`, ""},
		"messages are merged":     {`syntax="proto2"; message A { optional B b = 1; message B { optional int32 x = 1; optional int32 y = 2; repeated int32 z = 3; } }`, "\x0a\x04\x08\x01\x18\x05\x0a\x06\x08\x03\x10\x02\x18\x06", `{"obj":[["b",{"obj":[["x",{"i":"3"}],["z",[{"i":"5"},{"i":"6"}]],["y",{"i":"2"}]]}]]}`, ""},
		"one of":                  {`syntax="proto3"; message A { oneof o { int32 x = 1; string y = 2; } int32 z = 3; }`, "\x08\x01\x18\x05\x12\x01s", `{"obj":[["y","s"],["z",{"i":"5"}]]}`, ""},
		"a struct":                {`syntax="proto3"; import "google/protobuf/struct.proto"; message A { google.protobuf.Struct s = 1; }`, "\x0a\x0c\x0a\x0a\x0a\x01k\x12\x05\x1a\x03abc", `{"obj":[["s",{"map":[["k","abc"]]}]]}`, ""},
		"any of a known type":     {`syntax="proto3"; import "google/protobuf/any.proto"; import "dep/other.proto"; message A { google.protobuf.Any a = 1; dep.Other o = 2; }`, "\x0a\x14\x0a\x0dx.y/dep.Other\x12\x03\x0a\x01z", `{"obj":[["a",{"obj":[["@type","x.y/dep.Other"],["value",{"obj":[["v","z"]]}]]}]]}`, ""},
		"any of an unknown type":  {`syntax="proto3"; import "google/protobuf/any.proto"; message A { google.protobuf.Any a = 1; }`, "\x0a\x08\x0a\x03x/y\x12\x01z", `{"obj":[["a",{"obj":[["@type","x/y"],["value",{"hex":"7a"}]]}]]}`, ""},
		"decimal":                 {`syntax="proto3"; import "confluent/type/decimal.proto"; message A { confluent.type.Decimal d = 1; }`, "\x0a\x06\x0a\x02\x04\xd2\x18\x02", `{"obj":[["d",{"dec":"12.34"}]]}`, ""},
		"a timestamp that is odd": {`syntax="proto3"; import "google/protobuf/timestamp.proto"; message A { google.protobuf.Timestamp t = 1; }`, "\x0a\x03\x1a\x01x", `{"obj":[["t",{"obj":[["seconds",{"i":"0"}],["nanos",{"i":"0"}],["#3","x"]]}]]}`, ""},
		"empty":                   {`syntax="proto3"; message A { }`, "", `{"obj":[]}`, ""},
		"cut":                     {`syntax="proto3"; message A { string a = 1; string b = 2; }`, "\x0a\x01x\x12\x05y", `{"obj":[["a","x"],["b",{"opaque":"string"}]]}`, "ends early: a field is longer than the bytes left"},
		"field 0":                 {`syntax="proto3"; message A { string a = 1; }`, "\x0a\x01x\x00\x01", `{"obj":[["a","x"],["",{"opaque":""}]]}`, "a field number that Protobuf does not have"},
		"a bad part stays alone":  {`syntax="proto3"; message A { A a = 1; string b = 2; }`, "\x0a\x02\x12\x05\x12\x01s", `{"obj":[["a",{"obj":[["b",{"opaque":"string"}]]}],["b","s"]]}`, "ends early: a field is longer than the bytes left"},
		"a group without an end":  {`syntax="proto2"; message A { optional group G = 1 { optional int32 a = 1; } }`, "\x0b\x08\x01", `{"obj":[["g",{"obj":[["a",{"i":"1"}],["",{"opaque":""}]]}]]}`, "a group has no end"},
		"edition 2023":            {`edition="2023"; message A { int32 a = 1; repeated int32 r = 2; A d = 3 [features.message_encoding = DELIMITED]; }`, "\x12\x02\x01\x02\x1b\x08\x07\x1c", `{"obj":[["r",[{"i":"1"},{"i":"2"}]],["d",{"obj":[["a",{"i":"7"}]]}]]}`, ""},
	} {
		tree := protobufTree(t, c.schema, c.in)
		if got := show(asExpect(open(tree))); got != c.want || tree.Info().Reason != c.reason {
			t.Errorf("%s: %s (%s), want %s", name, got, tree.Info().Reason, c.want)
		}
	}
}
