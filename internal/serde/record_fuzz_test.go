package serde

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// fuzzed decodes b with a wish; whatever comes out must be a tree whose nodes lie in the payload, and the same one twice.
func fuzzed(t *testing.T, schemas Schemas, b []byte, w Wish) Decoded {
	d := NewRecordDecoder(schemas, Limits{Nodes: 2000})
	p := event.NewPayload(b)
	return twice(t, func() Decoded { return d.Decode(context.Background(), PartValue, p, w) })
}

// fuzzedBare is fuzzed of bytes without a head.
func fuzzedBare(t *testing.T, b []byte, s *Schema) Decoded {
	d := NewRecordDecoder(nil, Limits{Nodes: 2000})
	return twice(t, func() Decoded { return bare(d, b, s) })
}

func twice(t *testing.T, decode func() Decoded) Decoded {
	got := decode()
	rangesAreSound(t, got.Decoder, got.Tree)
	again := decode()
	if got.Decoder != again.Decoder || got.Tree.Info() != again.Tree.Info() || show(asExpect(open(got.Tree))) != show(asExpect(open(again.Tree))) {
		t.Errorf("%s and %s of the same bytes", got.Decoder, again.Decoder)
	}
	return got
}

// FuzzRecord decodes any bytes with any two headers.
func FuzzRecord(f *testing.F) {
	for _, b := range []string{"\x00\x00\x00\x00\x01\x06o-1\x02\x54", "\x00\x00\x00\x00\x02\x02\x02\x0a\x03o-1\x10\x2a", "\x00\x00\x00\x00\x03{\"id\":1}",
		"\x00\x00\x00\x00\x00\x00\x00\x00\x02\x07\x0a\x05Order\x0a\x01x", "\x82\xa2id\xa3o-1\xa1n\x2a", "\xa2\x62id\x63o-1\x61n\x18\x2a", `{"a":1}`, "Obj\x01", "text"} {
		f.Add([]byte(b), []byte("\x01"+guidBytes), "__value_schema_id")
		f.Add([]byte(b), []byte("\x00\x00\x00\x00\x00\x00\x00\x01"), "apicurio.value.globalId")
	}
	schemas := shop()
	f.Fuzz(func(t *testing.T, b, head []byte, name string) {
		w := Wish{Headers: []Header{{Name: name, Value: event.NewPayload(head)}, {Name: "apicurio.value.msgType", Value: event.NewPayload(head)}}}
		fuzzed(t, schemas, b, w)
		fuzzed(t, nil, b, w)
		for _, decoder := range Decoders() {
			fuzzed(t, nil, b, Wish{Decoder: decoder})
		}
	})
}

// FuzzMsgpack decodes any bytes.
func FuzzMsgpack(f *testing.F) {
	for _, b := range []string{"\x82\xa1a\x01\x02\x93\xc0\xc2\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00", "\xd6\xff\x00\x00\x00\x01", "\xc7\x0c\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01", "\xdf\xff\xff\xff\xff\xa0", "\xc4\x02ab\xd4\x05x"} {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) { fuzzed(t, nil, b, Wish{Decoder: DecoderMsgpack}) })
}

// FuzzCBOR decodes any bytes.
func FuzzCBOR(f *testing.F) {
	for _, b := range []string{"\xa2\x61a\x01\x02\x83\xf6\xf5\xf9\x3c\x00", "\xbf\x61a\x9f\x01\xff\xff", "\xd8\x18\x43\x82\x01\x02", "\xc4\x82\x21\x19\x6a\xb3", "\xc2\x41\x05", "\x7f\x61a\x61b\xff", "\xc1\xfb\x41\xd4\x52\xd9\xec\x20\x00\x00"} {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) { fuzzed(t, nil, b, Wish{Decoder: DecoderCBOR}) })
}

// FuzzProtobuf decodes any bytes by schemas with every kind of field, and without one.
func FuzzProtobuf(f *testing.F) {
	var schemas []*Schema
	for _, text := range []string{everyKind3, everyKind2} {
		s, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: text})
		if err != nil {
			f.Fatal(err)
		}
		schemas = append(schemas, s)
	}
	for _, b := range []string{"\x18\x01\x72\x02hi\x8a\x01\x02\x18\x05", "\xaa\x01\x08\x00\x00\x00\x00\x00\x00\xf0\x3f", "\xb2\x04\x05\x0a\x01k\x10\x05", "\x2b\x08\x01\x2c", "\x33\x34\x33\x34", "\x82\x05\x04\x08\x01\x10\x02"} {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range schemas {
			fuzzedBare(t, b, s)
		}
		fuzzed(t, nil, b, Wish{Decoder: DecoderProtobuf})
	})
}

// FuzzSchema compiles any text in any language, as its own reference too, and reads bytes by it.
func FuzzSchema(f *testing.F) {
	f.Add(orderAvro, []byte("\x06o-1\x00"))
	f.Add(orderProto, []byte("\x0a\x03o-1"))
	f.Add(`{"properties":{"a":{"$ref":"#/$defs/b"}},"$defs":{"b":{"items":{"$ref":"#"},"tags":["x"]}}}`, []byte("{}"))
	f.Add(`syntax = "proto2"; message A { optional group G = 1 { repeated A a = 2; } extensions 100 to max; }`, []byte("\x0b\x12\x00\x0c"))
	f.Fuzz(func(t *testing.T, text string, b []byte) {
		for _, l := range []event.SchemaLanguage{event.LanguageAvro, event.LanguageProtobuf, event.LanguageJSON} {
			s, err := CompileSchema(event.SchemaText{Language: l, Text: text})
			if err != nil {
				continue
			}
			if tags, _ := s.Tags(); len(tags) > maxTagged {
				t.Errorf("%d tagged places", len(tags))
			}
			fuzzedBare(t, b, s)
			if name, err := json.Marshal(s.name); err != nil || len(name) == 0 {
				t.Error("a schema without a name")
			}
		}
	})
}
