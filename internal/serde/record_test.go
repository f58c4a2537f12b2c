package serde

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

const orderAvro = `{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"string","confluent:tags":["PII"]},{"name":"n","type":["null","long"]}]}`

const orderProto = `syntax = "proto3"; package shop; import "confluent/meta.proto";
message Other { int32 a = 1; message Inner { string x = 1; } }
message Order { string id = 1 [(confluent.field_meta).tags = "PII"]; int64 n = 2; map<string, Other> by = 3; message Line { string sku = 1; } repeated Line lines = 4; }`

// registry is a Schemas of a test.
type registry map[event.SchemaID]event.SchemaText

func (r registry) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	if id.Number == 666 {
		return event.SchemaText{}, fmt.Errorf("asking: %w", &event.RegistryError{Why: "connection refused"})
	}
	t, ok := r[id]
	if !ok {
		return t, fmt.Errorf("looking: %w", event.ErrNoSchema)
	}
	t.ID = id
	return t, nil
}

const guid = "89791762-2336-4186-9674-299b90a802e2"

func shop() registry {
	avro := event.SchemaText{Language: event.LanguageAvro, Text: orderAvro, Subject: "orders-value", Version: 3}
	proto := event.SchemaText{Language: event.LanguageProtobuf, Text: orderProto}
	object := event.SchemaText{Language: event.LanguageJSON, Text: `{"title":"Order","properties":{"id":{"type":"string","confluent:tags":["PII"]}}}`}
	return registry{
		{Registry: event.RegistryConfluent, Number: 1}:                             avro,
		{Registry: event.RegistryConfluent, Number: 2}:                             proto,
		{Registry: event.RegistryConfluent, Number: 3}:                             object,
		{Registry: event.RegistryConfluent, Number: 4}:                             {Language: event.LanguageAvro, Text: "{"},
		{Registry: event.RegistryConfluent, GUID: guid}:                            avro,
		{Registry: event.RegistryApicurio, Number: 1}:                              avro,
		{Registry: event.RegistryApicurio, Number: 2}:                              proto,
		{Registry: event.RegistryApicurio, Kind: event.IDGlobal, Number: 1}:        avro,
		{Registry: event.RegistryApicurio, Kind: event.IDContent, Number: 1 << 40}: proto,
	}
}

const guidBytes = "\x89\x79\x17\x62\x23\x36\x41\x86\x96\x74\x29\x9b\x90\xa8\x02\xe2"

func header(name, value string) Header {
	return Header{Name: name, Value: event.NewPayload([]byte(value))}
}

func TestRecordsAreRecognised(t *testing.T) {
	long := func(v uint64) string { return string(binary.BigEndian.AppendUint64(nil, v)) }
	avroBody, protoBody := "\x06o-1\x02\x54", "\x0a\x03o-1\x10\x2a"
	order := `{"obj":[["id","o-1"],["n",{"i":"42"}]]}`
	for name, c := range map[string]struct {
		in       string
		headers  []Header
		decoder  string
		format   event.PayloadFormat
		typ      string
		want     string
		fallback string
		reason   string
		offers   []string
	}{
		"confluent avro":             {in: "\x00\x00\x00\x00\x01" + avroBody, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"confluent guid":             {in: "\x01" + guidBytes + avroBody, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"confluent header":           {in: avroBody, headers: []Header{header("__value_schema_id", "\x01"+guidBytes)}, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"confluent header with id":   {in: avroBody, headers: []Header{header("__value_schema_id", "\x00\x00\x00\x00\x01")}, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"a key's header":             {in: "hi", headers: []Header{header("__key_schema_id", "\x01"+guidBytes)}, decoder: "text", format: "text", typ: "text", want: `"hi"`, offers: []string{"int"}},
		"confluent protobuf":         {in: "\x00\x00\x00\x00\x02\x02\x02" + protoBody, decoder: "schema", format: "protobuf", typ: "shop.Order", want: order},
		"confluent first message":    {in: "\x00\x00\x00\x00\x02\x00\x08\x07", decoder: "schema", format: "protobuf", typ: "shop.Other", want: `{"obj":[["a",{"i":"7"}]]}`, offers: []string{"int", "float"}},
		"confluent nested message":   {in: "\x00\x00\x00\x00\x02\x04\x02\x00\x0a\x01s", decoder: "schema", format: "protobuf", typ: "shop.Order.Line", want: `{"obj":[["sku","s"]]}`},
		"confluent no such message":  {in: "\x00\x00\x00\x00\x02\x02\x12\x0a\x01s", decoder: "schema", format: "protobuf", want: `{"opaque":""}`, reason: "its message is not in the schema"},
		"confluent json":             {in: "\x00\x00\x00\x00\x03{\"id\":\"o-1\"}", decoder: "schema", format: "json", typ: "object", want: `{"obj":[["id","o-1"]]}`},
		"confluent json, not json":   {in: "\x00\x00\x00\x00\x03{\"id\":", decoder: "schema", format: "json", want: `{"obj":[["id",{"opaque":""}]]}`, reason: "the text ends early", typ: "object"},
		"confluent broken schema":    {in: "\x00\x00\x00\x00\x04" + avroBody, decoder: "schema", format: "avro", typ: "schema 4", want: `{"opaque":"schema 4"}`, fallback: "it could not be read by its schema", reason: "not a usable Avro schema: not JSON"},
		"registry down":              {in: "\x00\x00\x00\x02\x9a{\"id\":\"o-1\"}", decoder: "schema", format: "bytes", typ: "schema 666", want: `{"opaque":"schema 666"}`, fallback: "it could not be read by its schema", reason: "the registry cannot be reached: connection refused"},
		"unknown id":                 {in: "\x00\x00\x00\x00\x09" + avroBody, decoder: "bytes", format: "bytes", typ: "schema 9", want: `{"opaque":"schema 9"}`, fallback: "the registry has no schema 9, which a head of five bytes names", reason: "the registry has no schema 9"},
		"unknown id before json":     {in: "\x00\x00\x00\x00\x09{\"id\":1}", decoder: "json", format: "json", typ: "object", want: `{"obj":[["id",{"i":"1"}]]}`, fallback: "the registry has no schema 9, which a head of five bytes names"},
		"apicurio avro":              {in: "\x00" + long(1) + avroBody, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"apicurio protobuf":          {in: "\x00" + long(2) + "\x07\x0a\x05Order" + protoBody, decoder: "schema", format: "protobuf", typ: "shop.Order", want: order},
		"apicurio header":            {in: avroBody, headers: []Header{header("apicurio.value.globalId", long(1))}, decoder: "schema", format: "avro", typ: "shop.Order", want: order},
		"apicurio header, json form": {in: `{"id":"o-1"}`, headers: []Header{header("apicurio.value.globalId", long(1)), header("apicurio.value.encoding", "JSON")}, decoder: "schema", format: "json", typ: "object", want: `{"obj":[["id","o-1"]]}`},
		"apicurio header, class":     {in: protoBody, headers: []Header{header("apicurio.value.contentId", long(1<<40)), header("apicurio.value.msgType", "com.shop.Protos$Order")}, decoder: "schema", format: "protobuf", typ: "shop.Order", want: order},
		"long":                       {in: long(42), decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"000000000000002a"}`, fallback: "", offers: []string{"int", "float"}},
		"long above 2^32":            {in: long(42 << 32), decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"0000002a00000000"}`, fallback: "the registry has no schema 10752, which a head of five bytes names", offers: []string{"int", "float"}},
		"int":                        {in: "\x00\x00\x00\x2a", decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"0000002a"}`, offers: []string{"int", "float"}},
		"four letters":               {in: "abcd", decoder: "text", format: "text", typ: "text", want: `"abcd"`, offers: []string{"int", "float"}},
		"uuid":                       {in: guidBytes, decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"8979176223364186967429` + `9b90a802e2"}`, offers: []string{"uuid"}},
		"msgpack":                    {in: "\x82\xa2id\xa3o-1\xa1n\x2a", decoder: "msgpack", format: "msgpack", typ: "map", want: order},
		"cbor":                       {in: "\xa2\x62id\x63o-1\x61n\x18\x2a", decoder: "cbor", format: "cbor", typ: "map", want: order},
		"almost msgpack":             {in: "\x82\xa2id\xa3o-1\xa1n", decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"82a26964a36f2d31a16e"}`},
		"protobuf is offered":        {in: "\x0a\x03o-1\x10\x2a", decoder: "bytes", format: "bytes", typ: "bytes", want: `{"hex":"0a036f2d31102a"}`, offers: []string{"protobuf"}},
		"json":                       {in: `{"id":"o-1"}`, decoder: "json", format: "json", typ: "object", want: `{"obj":[["id","o-1"]]}`},
	} {
		d := NewRecordDecoder(shop(), Limits{})
		for range 2 { // the second time from the cache
			got := d.Decode(context.Background(), PartValue, event.NewPayload([]byte(c.in)), Wish{Headers: c.headers})
			info := got.Tree.Info()
			if got.Decoder != c.decoder || info.Format != c.format || info.Type != c.typ || got.Fallback != c.fallback || info.Reason != c.reason || !slices.Equal(got.Offers, c.offers) {
				t.Errorf("%s: %s %q %q, offers %q, %+v", name, got.Decoder, got.Fallback, info.Reason, got.Offers, info)
			}
			if tree := show(asExpect(open(got.Tree))); tree != c.want {
				t.Errorf("%s: decoded %s, want %s", name, tree, c.want)
			}
			rangesAreSound(t, name, got.Tree)
		}
	}
}

// A key that is a number begins like a value of one of the first schemas.
func TestNumbersAreNotTakenForHeads(t *testing.T) {
	d := NewRecordDecoder(shop(), Limits{})
	p := event.NewPayload(binary.BigEndian.AppendUint64(nil, 1<<24+12345))
	got := d.Decode(context.Background(), PartKey, p, Wish{})
	if got.Decoder != DecoderBytes || got.Fallback != "the bytes do not fit schema 1, which a head of five bytes names" || !slices.Equal(got.Offers, []string{DecoderInt, DecoderFloat}) {
		t.Errorf("%+v", got)
	}
	if got := d.Decode(context.Background(), PartKey, p, Wish{Decoder: DecoderSchema}); open(got.Tree).Kind != event.NodeOpaque {
		t.Errorf("asked for: %+v", got)
	}
	fits := d.Decode(context.Background(), PartKey, event.NewPayload([]byte("\x00\x00\x00\x00\x01\x02a\x00")), Wish{})
	if fits.Decoder != DecoderSchema || !slices.Equal(fits.Offers, []string{DecoderInt, DecoderFloat}) {
		t.Errorf("bytes that fit: %+v", fits)
	}
}

func TestCompiledSchemasAreBounded(t *testing.T) {
	c := newSchemaCache(shop())
	id := event.SchemaID{Registry: event.RegistryConfluent, Number: 1}
	c.texts = maxSchemaTexts
	c.known[event.SchemaID{Number: 99}] = schemaEntry{size: maxSchemaTexts}
	if e := c.entry(context.Background(), id); e.s == nil || len(c.known) != 1 || c.texts != len(orderAvro) {
		t.Errorf("%d schemas of %d bytes are kept", len(c.known), c.texts)
	}
}

func TestRecordsSayTheirSchema(t *testing.T) {
	d := NewRecordDecoder(shop(), Limits{})
	got := d.Decode(context.Background(), PartValue, event.NewPayload([]byte("\x00\x00\x00\x00\x01\x06o-1\x00")), Wish{})
	want := event.SchemaInfo{ID: event.SchemaID{Registry: event.RegistryConfluent, Number: 1}, Language: event.LanguageAvro, Subject: "orders-value", Version: 3}
	if got.Tree.Info().Schema != want {
		t.Errorf("%+v", got.Tree.Info().Schema)
	}
	tags, whole := got.Schema.Tags()
	if !whole || !reflect.DeepEqual(tags, []Tagged{{"id", []string{"PII"}}}) {
		t.Errorf("%+v, %v", tags, whole)
	}
}

func TestWishes(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		wish Wish
		want string
		ok   bool
	}{
		"int of 8":           {"\xff\xff\xff\xff\xff\xff\xff\xfe", Wish{Decoder: DecoderInt}, `{"i":"-2"}`, true},
		"int of 2":           {"\xff\xfe", Wish{Decoder: DecoderInt}, `{"i":"-2"}`, true},
		"int of 3":           {"\xff\xff\xfe", Wish{Decoder: DecoderInt}, `{"opaque":"int"}`, false},
		"float of 4":         {"\x3f\xc0\x00\x00", Wish{Decoder: DecoderFloat}, `{"f32":"3fc00000"}`, true},
		"uuid":               {guidBytes, Wish{Decoder: DecoderUUID}, `"` + guid + `"`, true},
		"text":               {"a\x00b", Wish{Decoder: DecoderText}, `"a\u0000b"`, true},
		"text that is none":  {"a\xff", Wish{Decoder: DecoderText}, "\"a\ufffd\"", false},
		"json that is none":  {"abc", Wish{Decoder: DecoderJSON}, `{"opaque":""}`, false},
		"bytes":              {"abc", Wish{Decoder: DecoderBytes}, `{"hex":"616263"}`, true},
		"avro of nothing":    {"\x06o-1\x00", Wish{Decoder: DecoderAvro}, `{"opaque":""}`, false},
		"protobuf, guessed":  {"\x0a\x03o-1\x10\x2a", Wish{Decoder: DecoderProtobuf}, `{"obj":[["#1","o-1"],["#2",{"i":"42"}]]}`, false},
		"msgpack scalar":     {"\xcd\x01\x00", Wish{Decoder: DecoderMsgpack}, `{"i":"256"}`, true},
		"cbor left over":     {"\x01\x01", Wish{Decoder: DecoderCBOR}, `{"i":"1"}`, false},
		"schema":             {"abc", Wish{Decoder: DecoderSchema}, `{"opaque":""}`, false},
		"unknown":            {"abc", Wish{Decoder: "rot13"}, `{"opaque":""}`, false},
		"a head by schema":   {"\x00\x00\x00\x00\x01\x06o-1\x00", Wish{Decoder: DecoderSchema}, `{"obj":[["id","o-1"],["n",null]]}`, true},
		"an unknown head":    {"\x00\x00\x00\x00\x63\x06o-1\x00", Wish{Decoder: DecoderSchema}, `{"opaque":""}`, false},
		"a head read as int": {"\x00\x00\x00\x00\x01\x06o-", Wish{Decoder: DecoderInt}, `{"i":"17198893"}`, true},
	} {
		got := NewRecordDecoder(shop(), Limits{}).Decode(context.Background(), PartValue, event.NewPayload([]byte(c.in)), c.wish)
		if tree := show(asExpect(open(got.Tree))); tree != c.want || (got.Tree.Info().Reason == "") != c.ok {
			t.Errorf("%s: decoded %s, %q", name, tree, got.Tree.Info().Reason)
		}
	}
}

func TestPartsWithoutBytes(t *testing.T) {
	d := NewRecordDecoder(nil, Limits{Bytes: 10})
	if got := d.Decode(context.Background(), PartValue, event.Payload{}, Wish{}); open(got.Tree).Kind != event.NodeNull || got.Tree.Info().Reason != "" {
		t.Errorf("a tombstone: %+v", got.Tree.Info())
	}
	if got := d.Decode(context.Background(), PartValue, event.NewPayload(make([]byte, 11)), Wish{Decoder: DecoderBytes}); open(got.Tree).Kind != event.NodeOpaque {
		t.Errorf("too long: %+v", got.Tree.Info())
	}
	got := d.Decode(context.Background(), PartValue, event.NewPayload([]byte("\x00\x00\x00\x00\x07\xff")), Wish{})
	if got.Fallback != "no registry is set up: schema 7, which a head of five bytes names, is not known" || open(got.Tree).Kind != event.NodeScalar {
		t.Errorf("without a registry: %+v", got)
	}
}

func TestBrokenSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		text event.SchemaText
		want error
	}{
		"avro":                {event.SchemaText{Language: event.LanguageAvro, Text: "{"}, errSchema},
		"avro reference":      {event.SchemaText{Language: event.LanguageAvro, Text: `"string"`, References: []event.SchemaReference{{Text: "{"}}}, errSchema},
		"protobuf":            {event.SchemaText{Language: event.LanguageProtobuf, Text: "message {"}, errProtobuf},
		"protobuf no message": {event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3";`}, errProtobuf},
		"protobuf no import":  {event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3"; import "a.proto"; message A {}`}, errProtobuf},
		"protobuf own import": {event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3"; import "the-schema.proto"; message A {}`}, errProtobuf},
		"json":                {event.SchemaText{Language: event.LanguageJSON, Text: "7"}, errJSONSchema},
		"language":            {event.SchemaText{Language: "xsd"}, errLanguage},
	} {
		if _, err := CompileSchema(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
