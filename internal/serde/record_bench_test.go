package serde

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	peercbor "github.com/fxamacker/cbor/v2"
	peeravro "github.com/hamba/avro/v2"
	peermsgpack "github.com/vmihailenco/msgpack/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sightglass/sightglass/internal/event"
)

// order407 is a record of 407 bytes as shops write them.
const order407 = `{"id":"o-45","status":"PAID","created":"2026-08-01T14:02:11.482Z","customer":{"id":"c-2041","email":"ada.lovelace@example.com","name":"Ada Lovelace",` +
	`"phone":"+44 20 7946 0958"},"payment":{"method":"card","pan":"4111111111111111","amount":129.95},"items":[{"sku":"sku-81","qty":2,"price":49.95},` +
	`{"sku":"sku-17","qty":1,"price":30.05}],"address":{"street":"12 St James's Sq","city":"London","zip":"SW1Y 4JH"}}`

// fields20 is an Avro schema and a Protobuf schema of the same 20 fields, with a value.
func fields20() (avro, proto string, v map[string]any) {
	v = map[string]any{}
	var a, p []string
	for i := range 20 {
		name := fmt.Sprintf("field_%d", i)
		switch i % 4 {
		case 0:
			v[name] = fmt.Sprintf("value of %d", i)
			a, p = append(a, `{"name":"`+name+`","type":"string"}`), append(p, fmt.Sprintf("string %s = %d;", name, i+1))
		case 1:
			v[name] = int64(i) * 1_000_000
			a, p = append(a, `{"name":"`+name+`","type":["null","long"]}`), append(p, fmt.Sprintf("int64 %s = %d;", name, i+1))
		case 2:
			v[name] = float64(i) / 3
			a, p = append(a, `{"name":"`+name+`","type":"double"}`), append(p, fmt.Sprintf("double %s = %d;", name, i+1))
		case 3:
			v[name] = i%8 == 3
			a, p = append(a, `{"name":"`+name+`","type":"boolean"}`), append(p, fmt.Sprintf("bool %s = %d;", name, i+1))
		}
	}
	return `{"type":"record","name":"Wide","fields":[` + strings.Join(a, ",") + `]}`, `syntax = "proto3"; message Wide { ` + strings.Join(p, " ") + ` }`, v
}

func BenchmarkRecord(b *testing.B) {
	avroText, protoText, v := fields20()
	avroBytes, err := peeravro.Marshal(peeravro.MustParse(avroText), v)
	if err != nil {
		b.Fatal(err)
	}
	md := linked(b, protoText)
	m := dynamicpb.NewMessage(md)
	fill(&values{Rand: rand.New(rand.NewPCG(1, 1))}, m, 1)
	protoBytes, err := proto.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	cborBytes, err := peercbor.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	var packed bytes.Buffer
	if err := peermsgpack.NewEncoder(&packed).Encode(v); err != nil {
		b.Fatal(err)
	}
	schemas := registry{
		{Registry: event.RegistryConfluent, Number: 1}: {Language: event.LanguageAvro, Text: avroText},
		{Registry: event.RegistryConfluent, Number: 2}: {Language: event.LanguageProtobuf, Text: protoText},
	}
	d := NewRecordDecoder(schemas, Limits{})
	for _, c := range []struct {
		name    string
		payload []byte
		decoder string
	}{
		{"json of 407 bytes", []byte(order407), DecoderJSON},
		{"avro of 20 fields", append([]byte("\x00\x00\x00\x00\x01"), avroBytes...), DecoderSchema},
		{"protobuf of 20 fields", append([]byte("\x00\x00\x00\x00\x02\x00"), protoBytes...), DecoderSchema},
		{"msgpack of 20 fields", packed.Bytes(), DecoderMsgpack},
		{"cbor of 20 fields", cborBytes, DecoderCBOR},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := event.NewPayload(c.payload)
			b.SetBytes(int64(len(c.payload)))
			b.ReportAllocs()
			for b.Loop() {
				got := d.Decode(context.Background(), PartValue, p, Wish{})
				if got.Decoder != c.decoder || got.Tree.Info().Reason != "" {
					b.Fatalf("%s: %s", got.Decoder, got.Tree.Info().Reason)
				}
			}
		})
	}
}
