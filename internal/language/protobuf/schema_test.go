package protobuf

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestMistakesHaveAPlace(t *testing.T) {
	for _, c := range []struct {
		name, text string
		line, col  int
		says       string
	}{
		{"no .proto", "message M {\n  int32 a == 1;\n}", 2, 12, "syntax error"},
		{"an unknown type", "syntax = \"proto3\";\nmessage M {\n  Foo a = 1;\n}", 3, 3, "Foo"},
		{"a number twice", "syntax = \"proto3\"; message M { int32 a = 1; int32 b = 1; }", 1, 55, "1"},
		{"a missing import", "syntax = \"proto3\";\nimport \"other.proto\";", 2, 8, `"other.proto", which is not among its references`},
		{"empty", " \n", 0, 0, "empty"},
		{"JSON", `{"type": "string"}`, 1, 1, "syntax error"},
		{"neither", "AAAA", 1, 1, "syntax error"},
	} {
		_, err := Language{}.Parse(c.text, nil)
		var at *language.SyntaxError
		if !errors.Is(err, language.ErrSyntax) || !errors.As(err, &at) {
			t.Errorf("%s: %v, want a syntax error", c.name, err)
			continue
		}
		if at.Line != c.line || at.Column != c.col || !strings.Contains(at.Message, c.says) {
			t.Errorf("%s: line %d, column %d: %s", c.name, at.Line, at.Column, at.Message)
		}
	}
	_, err := Language{}.Parse(`syntax = "proto3"; import "a.proto";`, []language.Referenced{{Name: "a.proto", Text: "syntax = \"proto3\";\nmessage {}"}})
	var at *language.SyntaxError
	if !errors.As(err, &at) || at.Line != 2 || !strings.Contains(at.Message, `in the reference "a.proto"`) {
		t.Errorf("a mistake in a reference: %v", err)
	}
	_, err = Language{}.Parse(`syntax = "proto3"; import "a.proto";`, []language.Referenced{
		{Name: "a.proto", Text: `syntax = "proto3"; import "b.proto";`}, {Name: "b.proto", Text: `syntax = "proto3"; import "a.proto";`}})
	if !errors.Is(err, language.ErrSyntax) || !strings.Contains(err.Error(), "cycle") {
		t.Errorf("a circle of imports: %v", err)
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string {
		return `syntax = "proto3"; ` + strings.Repeat("message M {", n) + strings.Repeat("}", n)
	}
	for name, text := range map[string]string{"nesting": nested(101), "size": "// " + strings.Repeat("x", language.MostBytes)} {
		if _, err := (Language{}).Parse(text, nil); !errors.Is(err, language.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	parse(t, nested(31)) // the compiler takes no more
	inner := &descriptorpb.DescriptorProto{Name: proto.String("M")}
	for range 101 {
		inner = &descriptorpb.DescriptorProto{Name: proto.String("M"), NestedType: []*descriptorpb.DescriptorProto{inner}}
	}
	deep := &descriptorpb.FileDescriptorProto{Name: proto.String("x"), MessageType: []*descriptorpb.DescriptorProto{inner}}
	if _, err := (Language{}).Parse(base64Of(t, deep), nil); !errors.Is(err, language.ErrTooLarge) {
		t.Errorf("nesting in a descriptor: %v, want ErrTooLarge", err)
	}
}

func base64Of(t testing.TB, m proto.Message) string {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

const order = `
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto"; // when
import "confluent/meta.proto";
import "confluent/type/decimal.proto";
option java_package = "com.shop";
// An order.
message Order {
  option (confluent.message_meta) = { doc: "an order", tags: "A" };
  reserved 20, 30 to 40; reserved "old";
  // of the
  // order
  int64 id = 1 [(confluent.field_meta).tags = "PII", (confluent.field_meta) .params = { key: "k" value: "v\"\n" }];
  oneof pay { string iban = 3; Card card = 4; }
  repeated Item items = 2 [deprecated = true];
  map<string, int32> labels = 5;
  optional string note = 6 [json_name = "remark"];
  google.protobuf.Timestamp at = 7;
  State state = 8;
  confluent.type.Decimal total = 9;
  message Card { string number = 1; }
  enum State { NEW = 0; PAID = 5 [deprecated = true]; reserved 7 to max; }
}
message Item { string sku = 1; repeated Item parts = 2; }
service Orders { rpc Get (Order) returns (stream Item) { option deprecated = true; } rpc Put (Order) returns (Item); }
`

const orderCanonical = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "confluent/meta.proto";
import "confluent/type/decimal.proto";
option java_package = "com.shop";
message Order {
  option (.confluent.message_meta) = { doc: "an order" tags: "A" };
  reserved 20, 30 to 40;
  reserved "old";
  enum State {
    reserved 7 to max;
    NEW = 0;
    PAID = 5 [deprecated = true];
  }
  message Card {
    string number = 1;
  }
  int64 id = 1 [(.confluent.field_meta) = { params { key: "k" value: "v\"\n" } tags: "PII" }];
  oneof pay {
    string iban = 3;
    .shop.Order.Card card = 4;
  }
  repeated .shop.Item items = 2 [deprecated = true];
  map<string, int32> labels = 5;
  optional string note = 6 [json_name = "remark"];
  .google.protobuf.Timestamp at = 7;
  .shop.Order.State state = 8;
  .confluent.type.Decimal total = 9;
}
message Item {
  string sku = 1;
  repeated .shop.Item parts = 2;
}
service Orders {
  rpc Get (.shop.Order) returns (stream .shop.Item) {
    option deprecated = true;
  }
  rpc Put (.shop.Order) returns (.shop.Item);
}
`

func TestCanonicalAndNormal(t *testing.T) {
	s := parse(t, order)
	if got := s.Canonical(); got != orderCanonical {
		t.Errorf("canonical:\n%s", got)
	}
	again := parse(t, s.Canonical())
	if again.Canonical() != s.Canonical() || again.Normal() != s.Normal() {
		t.Errorf("the canonical text is not its own:\n%s", again.Canonical())
	}
	normal := s.Normal()
	if !(strings.Index(normal, `"confluent/meta.proto"`) < strings.Index(normal, `"google/protobuf`)) || !(strings.Index(normal, "items = 2") < strings.Index(normal, "oneof pay")) {
		t.Errorf("normal:\n%s", normal)
	}
	moved := strings.Replace(order, "  State state = 8;\n", "", 1)
	moved = strings.Replace(moved, "  repeated Item items", "  State state = 8;\n  repeated Item items", 1)
	if m := parse(t, moved); m.Canonical() == s.Canonical() || m.Normal() != s.Normal() {
		t.Error("the order of fields matters to the canonical text and not to the normal one")
	}
}

func TestPrintedTextsParseToThemselves(t *testing.T) {
	for name, text := range map[string]string{
		"proto2": `syntax = "proto2"; package a.b; message M { optional group G = 1 { required int32 x = 1 [default = -5]; } repeated int32 p = 2 [packed = true];
			optional string s = 3 [default = "a\"\n\001é"]; optional bytes b = 4 [default = "\xff\"\\"]; optional float f = 5 [default = inf]; optional E e = 6 [default = B];
			optional double d = 7 [default = 1e300]; optional bool o = 8 [default = true]; extensions 100 to 199, 1000 to max; oneof one { int32 y = 9; group H = 10 { } } }
			enum E { option allow_alias = true; A = 1; B = 1; C = -7; } extend M { optional int32 more = 100; repeated group X = 101 { optional int32 z = 1; } } message N { extend M { optional N n = 102; } }`,
		"no syntax":      `message M { optional int32 a = 1; }`,
		"editions":       `edition = "2023"; option features.field_presence = IMPLICIT; message M { int32 a = 1 [features.field_presence = EXPLICIT]; N n = 2 [features.message_encoding = DELIMITED]; reserved foo; message N { } } enum E { option features.enum_type = CLOSED; A = 1; reserved bar; }`,
		"names in JSON":  `syntax = "proto3"; message M { int32 a_b = 1; int32 a_1c = 2; int32 _x = 3; int32 eF = 4; int32 c__d = 5; int32 g_H = 6; int32 i_ = 7; }`,
		"own options":    `syntax = "proto3"; import "google/protobuf/descriptor.proto"; message O { repeated int32 l = 1; O o = 2; map<string, O> m = 3; bytes b = 4; double d = 5; E e = 6; } enum E { Z = 0; Y = 1; } extend google.protobuf.FieldOptions { O opt = 50000; repeated string many = 50001; } message M { int32 a = 1 [(opt) = { l: [1, 2] o { d: -1.5 } m { key: "k" value { e: Y } } b: "\000\377" }, (many) = "x", (many) = "y"]; }`,
		"a sole file":    `syntax = "proto3";`,
		"public imports": `syntax = "proto3"; import public "google/protobuf/any.proto"; message M { google.protobuf.Any a = 1; }`,
	} {
		s := parse(t, text)
		for _, printed := range []string{s.Canonical(), s.Normal()} {
			again, err := Language{}.Parse(printed, nil)
			if err != nil {
				t.Errorf("%s: %v in\n%s", name, err, printed)
				continue
			}
			if again.Normal() != s.Normal() || printed == s.Canonical() && again.Canonical() != printed {
				t.Errorf("%s: another text:\n%s\nthan\n%s", name, again.Canonical(), printed)
			}
			if list := compare(t, again, s, language.Rules{Profile: language.Strict}); len(list) != 0 {
				t.Errorf("%s: differs:\n%s", name, languagetest.Shown(list))
			}
		}
		fd := protoutil.ProtoFromFileDescriptor(s.(*schema).file)
		fd.SourceCodeInfo = nil
		serialized, err := Language{}.Parse(base64Of(t, fd), nil)
		if err != nil || serialized.Canonical() != s.Canonical() || serialized.Normal() != s.Normal() {
			t.Errorf("%s: in base64 it is another file: %v", name, err)
		}
	}
}

func TestSerializedReferences(t *testing.T) {
	item := parse(t, `syntax = "proto3"; package shop; message Item { string sku = 1; }`)
	text := base64Of(t, protoutil.ProtoFromFileDescriptor(item.(*schema).file))
	s := parse(t, `syntax = "proto3"; import "item.proto"; message M { shop.Item a = 1; }`, language.Referenced{Name: "item.proto", Text: text})
	if got := languagetest.Fields(s.Fields()); got != "a shop.Item?; a.sku string" {
		t.Error(got)
	}
	_, err := Language{}.Parse(text, []language.Referenced{{Name: "x", Text: "AAAA"}})
	if !errors.Is(err, language.ErrSyntax) && err != nil {
		t.Error(err)
	}
}

func TestOptionsOfFilesThatAreNotGiven(t *testing.T) {
	build := func(tag string) language.Schema {
		s := parse(t, `syntax = "proto3"; import "confluent/meta.proto"; message M { int32 a = 1 [(confluent.field_meta).tags = "`+tag+`"]; }`)
		fd := protoutil.ProtoFromFileDescriptor(s.(*schema).file)
		fd.Dependency = nil
		return parse(t, base64Of(t, fd))
	}
	a, b := build("PII"), build("SECRET")
	if a.Canonical() == b.Canonical() {
		t.Error("files that differ in an option that is not known have one text")
	}
	if f := a.Fields(); len(f) != 1 || len(f[0].Tags) != 1 || f[0].Tags[0] != "PII" {
		t.Errorf("%+v", f)
	}
}

func TestFields(t *testing.T) {
	list := parse(t, order).Fields()
	const want = "id int64; iban string?; card shop.Order.Card?; card.number string; items repeated shop.Item; items[] shop.Item; items[].sku string; " +
		"items[].parts repeated shop.Item; items[].parts[] shop.Item; labels map<string, int32>; labels{} int32; note string?; at google.protobuf.Timestamp?; " +
		"state shop.Order.State; total confluent.type.Decimal?"
	if got := languagetest.Fields(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if list[0].Doc != "of the\n order" || len(list[0].Tags) != 1 || list[0].Tags[0] != "PII" {
		t.Errorf("%+v", list[0])
	}
	if got := strings.Join(list[13].Values, ","); got != "NEW,PAID" {
		t.Error(got)
	}
	two := parse(t, `syntax = "proto2"; message M { optional string s = 1 [default = "x\"y"]; optional double d = 2 [default = nan]; required E e = 3 [default = B]; } enum E { A = 0; B = 1; }`).Fields()
	if two[0].Default != `"x\"y"` || two[1].Default != `"NaN"` || two[2].Default != `"B"` || two[2].Optional || !two[0].Optional {
		t.Errorf("%+v", two)
	}
	if got := parse(t, `syntax = "proto3"; enum E { A = 0; }`).Fields(); len(got) != 0 {
		t.Errorf("a file without messages: %+v", got)
	}
}

func TestImportsAreLookedInto(t *testing.T) {
	const text = `syntax = "proto3"; package shop; import "item.proto"; message Order { repeated Item items = 1; }`
	item := func(field string) language.Referenced {
		return language.Referenced{Name: "item.proto", Text: `syntax = "proto3"; package shop; message Item { ` + field + ` }`}
	}
	a, b := parse(t, text, item("string sku = 1;")), parse(t, text, item("int32 sku = 1;"))
	list := compare(t, a, b, language.Rules{})
	if !language.Breaking(list) || list[0].Field != "items[].sku" || list[0].Pointer != "shop.Item.sku" {
		t.Errorf("the import differs: %s", languagetest.Shown(list))
	}
	whole := parse(t, `syntax = "proto3"; package shop; message Order { repeated Item items = 1; } message Item { string sku = 1; }`)
	if list := compare(t, a, whole, language.Rules{}); language.Breaking(list) || len(list) != 1 || list[0].Kind != "MESSAGE_MOVED" {
		t.Errorf("a message moved into an import: %s", languagetest.Shown(list))
	}
	for path := range builtin {
		parse(t, `syntax = "proto3"; import "`+path+`";`)
	}
}

func TestPackageOfTheProfile(t *testing.T) {
	a := parse(t, `syntax = "proto3"; package a; message M { N n = 1; message N { int32 x = 1; } }`)
	b := parse(t, `syntax = "proto3"; package b; message M { N n = 1; message N { int32 x = 1; } }`)
	if list := compare(t, a, b, language.Rules{Profile: language.Confluent74}); language.Breaking(list) || len(list) != 1 {
		t.Errorf("7.4: %s", languagetest.Shown(list))
	}
	if list := compare(t, a, b, language.Rules{}); !language.Breaking(list) || len(list) != 1 || list[0].Advice == "" {
		t.Errorf("8.3: %s", languagetest.Shown(list))
	}
}

// Messages that share messages make many paths of few types.
func TestSharedMessagesDoNotMultiply(t *testing.T) {
	build := func(last string) string {
		var b strings.Builder
		b.WriteString(`syntax = "proto3"; `)
		for i := range 40 {
			fmt.Fprintf(&b, "message M%d { M%d a = 1; M%d b = 2; }\n", i, i+1, i+1)
		}
		return b.String() + "message M40 { " + last + " x = 1; }"
	}
	a, b := parse(t, build("int32")), parse(t, build("int64"))
	if list := compare(t, a, b, language.Rules{}); language.Breaking(list) || len(list) == 0 || len(list) > mostOthers {
		t.Errorf("int64 to int32: %d differences", len(list))
	}
	list := compare(t, a, parse(t, build("string")), language.Rules{})
	if !language.Breaking(list) || len(list) > mostBreaking || !strings.HasPrefix(list[0].Field, "a.a.a.") {
		t.Errorf("string to int32: %d differences", len(list))
	}
	if got := len(a.Fields()); got != mostFields {
		t.Errorf("%d fields, want the most there may be", got)
	}
}

func TestBreakingKindsHaveAdvice(t *testing.T) {
	for kind, a := range advice {
		if a == "" {
			t.Errorf("%s has empty advice", kind)
		}
	}
	list := compare(t, parse(t, `message M { optional int32 a = 1; }`), parse(t, `message M { optional string a = 1; } message N { }`), language.Rules{})
	for _, d := range list {
		if d.Breaking && d.Advice == "" {
			t.Errorf("%s has no advice", d.Kind)
		}
	}
}

func TestOtherLanguagesAreRefused(t *testing.T) {
	if _, err := (Language{}).Compare(parse(t, order), nil, language.Rules{}); err == nil {
		t.Error("want an error")
	}
}

func TestSchemasAreSafeForConcurrentUse(t *testing.T) {
	a, b := parse(t, wide(50, "int32")), parse(t, wide(50, "int64"))
	languagetest.SafeForConcurrentUse(t, Language{}, a, b, 100)
}

// wide has n fields, each of a message of its own with one field.
func wide(n int, typ string) string {
	var b strings.Builder
	b.WriteString("syntax = \"proto3\";\nmessage Wide {\n")
	for i := range n {
		fmt.Fprintf(&b, "  // of the field\n  M%d field%d = %d;\n  message M%d { %s v = 1; }\n", i, i, i+1, i, typ)
	}
	return b.String() + "}"
}

func BenchmarkCompare500Fields(b *testing.B) {
	r, w := parse(b, wide(500, "int64")), parse(b, wide(500, "int32"))
	languagetest.BenchmarkCompare(b, Language{}, r, w)
}

func BenchmarkParse500Fields(b *testing.B) {
	languagetest.BenchmarkParse(b, Language{}, wide(500, "int64"))
}
