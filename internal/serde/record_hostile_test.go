package serde

import (
	"bytes"
	"context"
	"encoding/binary"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Records that promise more than they hold, or nest without end, cost what their bytes cost.
func TestHostileRecordsAreBounded(t *testing.T) {
	const size = 1 << 20
	proto, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3"; import "google/protobuf/any.proto"; import "google/protobuf/struct.proto";
		message A { A a = 1; repeated A r = 2; google.protobuf.Any any = 3; google.protobuf.Value v = 4; repeated sint32 p = 5; map<string, A> m = 6; ` + manyDefaults(500) + ` }`})
	if err != nil {
		t.Fatal(err)
	}
	group, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto2"; message A { optional group G = 1 { optional A a = 2; } }`})
	if err != nil {
		t.Fatal(err)
	}
	avro, err := CompileSchema(event.SchemaText{Language: event.LanguageAvro, Text: `{"type":"record","name":"A","fields":[{"name":"a","type":["A",{"type":"array","items":"null"}]}]}`})
	if err != nil {
		t.Fatal(err)
	}
	wide, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3"; message A { oneof o { int32 x = 1; int32 y = 3; } repeated A r = 2; ` +
		strings.ReplaceAll(manyDefaults(2000), "int32", "optional int32") + ` }`})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		b    []byte
		wish Wish
		bare *Schema // that it is read by, without a head
		most uint64  // bytes that may be allocated
	}{
		"msgpack array of 2^32":     {[]byte("\xdd\xff\xff\xff\xff\xc0"), Wish{Decoder: DecoderMsgpack}, nil, 1 << 16},
		"msgpack map of 2^32":       {[]byte("\xdf\xff\xff\xff\xff\xa0"), Wish{Decoder: DecoderMsgpack}, nil, 1 << 16},
		"msgpack text of 2^32":      {[]byte("\xdb\xff\xff\xff\xffab"), Wish{Decoder: DecoderMsgpack}, nil, 1 << 16},
		"msgpack nested":            {bytes.Repeat([]byte{0x91}, size), Wish{Decoder: DecoderMsgpack}, nil, 1 << 20},
		"msgpack nested in maps":    {bytes.Repeat([]byte("\x81\xa0"), size/2), Wish{Decoder: DecoderMsgpack}, nil, 1 << 20},
		"msgpack many":              {append([]byte("\xdd\x00\x0f\xff\xff"), bytes.Repeat([]byte{0xc0}, size)...), Wish{Decoder: DecoderMsgpack}, nil, 64 << 20},
		"msgpack mixed keys":        {bytes.Repeat([]byte("\x82\xa1a\x01\x05"), size/5), Wish{Decoder: DecoderMsgpack}, nil, 4 << 20},
		"cbor array of 2^64":        {[]byte("\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00"), Wish{Decoder: DecoderCBOR}, nil, 1 << 16},
		"cbor text of 2^63":         {[]byte("\x7b\x7f\xff\xff\xff\xff\xff\xff\xff\x00"), Wish{Decoder: DecoderCBOR}, nil, 1 << 16},
		"cbor nested":               {bytes.Repeat([]byte{0x9f}, size), Wish{Decoder: DecoderCBOR}, nil, 1 << 20},
		"cbor tags":                 {bytes.Repeat([]byte{0xc1}, size), Wish{Decoder: DecoderCBOR}, nil, 1 << 20},
		"cbor in cbor":              {nestedCBOR(size), Wish{Decoder: DecoderCBOR}, nil, 1 << 20},
		"cbor big number":           {append([]byte("\xc2\x5a\x00\x0f\xff\xff"), make([]byte, size)...), Wish{Decoder: DecoderCBOR}, nil, 8 << 20},
		"cbor text in pieces":       {append([]byte{0x7f}, bytes.Repeat([]byte("\x61a"), size/2)...), Wish{Decoder: DecoderCBOR}, nil, 16 << 20},
		"cbor decimal of 2^31":      {[]byte("\xc4\x82\x3a\x7f\xff\xff\xfe\x01"), Wish{Decoder: DecoderCBOR}, nil, 1 << 16},
		"protobuf nested, guessed":  {nestedProto(1, size), Wish{Decoder: DecoderProtobuf}, nil, 4 << 20},
		"protobuf groups, guessed":  {bytes.Repeat([]byte{0x0b}, size), Wish{Decoder: DecoderProtobuf}, nil, 4 << 20},
		"protobuf groups":           {bytes.Repeat([]byte("\x0b\x12\x00"), size/3), Wish{}, group, 4 << 20},
		"protobuf nested":           {nestedProto(1, size), Wish{}, proto, 16 << 20},
		"protobuf any":              {nestedProto(3, size), Wish{}, proto, 16 << 20},
		"protobuf values":           {nestedProto(4, size), Wish{}, proto, 16 << 20},
		"protobuf defaults":         {bytes.Repeat([]byte("\x12\x00"), size/2), Wish{}, proto, 64 << 20},
		"protobuf packed":           {append(binary.AppendUvarint([]byte{0x2a}, size), make([]byte, size)...), Wish{}, proto, 64 << 20},
		"protobuf merged":           {bytes.Repeat([]byte("\x0a\x02\x12\x00"), size/4), Wish{}, proto, 128 << 20},
		"protobuf unknown numbers":  {manyNumbers(size), Wish{Decoder: DecoderProtobuf}, nil, 64 << 20},
		"protobuf map":              {bytes.Repeat([]byte("\x32\x00"), size/2), Wish{}, proto, 256 << 20},
		"protobuf merged, unknown":  {mergedUnknown(), Wish{}, proto, 256 << 20},
		"protobuf wide and empty":   {bytes.Repeat([]byte("\x12\x00"), size/2), Wish{}, wide, 64 << 20},
		"protobuf one of two":       {append(manyNumbers(90_000)[:80_000], bytes.Repeat([]byte("\x08\x01\x18\x01"), size/4)...), Wish{}, wide, 64 << 20},
		"avro nested":               {make([]byte, size), Wish{}, avro, 1 << 20},
		"avro nulls":                {[]byte("\x02\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), Wish{}, avro, 64 << 20},
		"looks like all of them":    {bytes.Repeat([]byte{0x81}, size), Wish{}, nil, 8 << 20},
		"head, then nothing":        {append([]byte("\x00\x00\x00\x00\x02"), bytes.Repeat([]byte{0xff}, size)...), Wish{}, nil, 8 << 20},
		"indexes of 2^63":           {[]byte("\x00\x00\x00\x00\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Wish{}, nil, 1 << 20},
		"msgpack texts of no bytes": {append([]byte("\xdd\x00\x0f\xff\xff"), bytes.Repeat([]byte{0xa0}, size)...), Wish{}, nil, 64 << 20},
	} {
		d := NewRecordDecoder(shop(), Limits{})
		d.Decode(context.Background(), PartValue, event.NewPayload([]byte("\x00\x00\x00\x00\x02\x00")), Wish{}) // the schema is not what is measured
		p := event.NewPayload(c.b)
		var got Decoded
		start := time.Now()
		if used := allocated(func() {
			if c.bare != nil {
				got = bare(d, c.b, c.bare)
			} else {
				got = d.Decode(context.Background(), PartValue, p, c.wish)
			}
		}); used > c.most {
			t.Errorf("%s: %d bytes allocated for %d", name, used, len(c.b))
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: %s for %d bytes", name, took, len(c.b))
		}
		if name != "cbor decimal of 2^31" && name != "looks like all of them" && got.Tree.Info().Reason == "" {
			t.Errorf("%s: passes for a whole value", name)
		}
		rangesAreSound(t, name, got.Tree)
	}
}

func manyDefaults(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("int32 d" + strconv.Itoa(i))
		b.WriteString(" = ")
		b.WriteString(strconv.Itoa(100_000 + i))
		b.WriteString(";")
	}
	return b.String()
}

// nestedProto is a message in a message and so on, in a field of that number.
func nestedProto(number, size int) []byte {
	var out []byte
	var heads [][]byte
	for left := size; left > 10; {
		head := binary.AppendUvarint([]byte{byte(number<<3 | wireLength)}, uint64(left))
		heads = append(heads, head)
		left -= len(head) + 3
	}
	for _, h := range heads {
		out = append(out, h...)
	}
	return append(out, make([]byte, max(size-len(out), 0))...)
}

func nestedCBOR(size int) []byte {
	var out []byte
	for left := size; left > 10; left -= 7 {
		out = append(binary.BigEndian.AppendUint32(append(out, "\xd8\x18\x5a"...), uint32(left-7)), []byte{}...)
	}
	return append(out, make([]byte, size-len(out))...)
}

func manyNumbers(size int) []byte {
	var out []byte
	for i := 1; len(out) < size; i++ {
		out = append(binary.AppendUvarint(out, uint64(i)<<3), 1)
	}
	return out
}

// mergedUnknown is a message with very many fields that the schema does not have, and then merged with very many more.
func mergedUnknown() []byte {
	fields := manyNumbers(80_000)[64:]
	out := append(binary.AppendUvarint([]byte{0x0a}, uint64(len(fields))), fields...)
	return append(out, bytes.Repeat([]byte("\x0a\x00"), 1<<19)...)
}
