package protobuf

import (
	"encoding/base64"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sightglass/sightglass/internal/language"
)

func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, typ string) *descriptorpb.FieldDescriptorProto {
	f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, Type: &kind, Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	if typ != "" {
		f.TypeName = &typ
	}
	return f
}

func inBase64(t *testing.T, fd *descriptorpb.FileDescriptorProto) string {
	t.Helper()
	raw, err := proto.Marshal(fd)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// Clients register the descriptors that protoc put into generated code, which have no names for JSON: they are the same files as those in text.
func TestDescriptorsOfGeneratedCodeAreTheSameFiles(t *testing.T) {
	const number, message = descriptorpb.FieldDescriptorProto_TYPE_INT32, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	item := &descriptorpb.FileDescriptorProto{Name: proto.String("any/item.proto"), Package: proto.String("shop"), Syntax: proto.String("proto3"), MessageType: []*descriptorpb.DescriptorProto{
		{Name: proto.String("Item"), Field: []*descriptorpb.FieldDescriptorProto{field("stock_number", 1, number, ""), field("n", 2, number, "")}},
	}}
	order := &descriptorpb.FileDescriptorProto{
		Name: proto.String("any/order.proto"), Package: proto.String("shop"), Syntax: proto.String("proto3"), Dependency: []string{"shop/item.proto", "google/protobuf/timestamp.proto"},
		MessageType: []*descriptorpb.DescriptorProto{{
			Name:       proto.String("Order"),
			Field:      []*descriptorpb.FieldDescriptorProto{field("first_item", 1, message, ".shop.Item"), field("at", 2, message, ".google.protobuf.Timestamp"), field("in", 3, message, ".shop.Order.Inner")},
			NestedType: []*descriptorpb.DescriptorProto{{Name: proto.String("Inner"), Field: []*descriptorpb.FieldDescriptorProto{field("a_1", 1, number, ""), field("b_b", 2, number, "")}}},
		}},
	}
	const itemText = `syntax = "proto3"; package shop; message Item { int32 stock_number = 1; int32 n = 2; }`
	const orderText = `syntax = "proto3"; package shop; import "shop/item.proto"; import "google/protobuf/timestamp.proto";
		message Order { Item first_item = 1; google.protobuf.Timestamp at = 2; Inner in = 3; message Inner { int32 a_1 = 1; int32 b_b = 2; } }`
	whole := func(order, item string) language.Schema {
		s, err := Language{}.Parse(order, []language.Referenced{{Name: "shop/item.proto", Text: item}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	got, want := whole(inBase64(t, order), inBase64(t, item)), whole(orderText, itemText)
	if got.Canonical() != want.Canonical() {
		t.Errorf("want\n%s\ngot\n%s", want.Canonical(), got.Canonical())
	}
	if list := compare(t, got, want, language.Rules{Profile: language.Strict}); len(list) != 0 {
		t.Errorf("they differ: %v", list)
	}
	// A name that was given stays, and two that are one are still refused.
	item.MessageType[0].Field[0].JsonName = proto.String("n")
	if _, err := (Language{}).Parse(inBase64(t, item), nil); err == nil {
		t.Error("two fields have one name in JSON")
	}
}
