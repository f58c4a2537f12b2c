package serde

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	peercbor "github.com/fxamacker/cbor/v2"
	peeravro "github.com/hamba/avro/v2"
	peermsgpack "github.com/vmihailenco/msgpack/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sightglass/sightglass/internal/event"
)

var rewriteRecords = flag.Bool("rewrite-records", false, "let the other libraries write testdata/records.txt anew")

const recordVectors = "testdata/records.txt"

// peerVectors lets each library encode a few values, and tells what decodes them.
func peerVectors(t *testing.T) string {
	cache := &peeravro.SchemaCache{}
	if _, err := peeravro.ParseWithCache(depAvro, "", cache); err != nil {
		t.Fatal(err)
	}
	avro, err := peeravro.ParseWithCache(everyAvro, "", cache)
	if err != nil {
		t.Fatal(err)
	}
	r := &values{Rand: rand.New(rand.NewPCG(7, 7)), extra: func(v *values) any { return v.Uint64() }}
	var out bytes.Buffer
	add := func(kind string, b []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %s\n", kind, hex.EncodeToString(b))
	}
	for range 5 {
		v := r.any(2)
		b, err := peercbor.Marshal(v)
		add("cbor", b, err)
		b, err = peermsgpack.Marshal(v)
		add("msgpack", b, err)
		b, err = peeravro.Marshal(avro, avroRandom(r, 1))
		add("avro", b, err)
		for kind, text := range []string{everyKind2, everyKind3} {
			m := dynamicpb.NewMessage(linked(t, text))
			fill(r, m, 1)
			b, err = proto.MarshalOptions{Deterministic: true}.Marshal(m)
			add(fmt.Sprintf("proto%d", kind+2), b, err)
		}
	}
	return out.String()
}

// TestRecordVectors holds what bytes that other libraries wrote are shown as: one line of kind and bytes, one of the tree.
func TestRecordVectors(t *testing.T) {
	held, err := os.ReadFile(recordVectors)
	if *rewriteRecords {
		held, err = []byte(peerVectors(t)), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*Schema{}
	for kind, text := range map[string]event.SchemaText{
		"avro":   {Language: event.LanguageAvro, Text: everyAvro, References: []event.SchemaReference{{Name: "t.Dep", Text: depAvro}}},
		"proto2": {Language: event.LanguageProtobuf, Text: everyKind2}, "proto3": {Language: event.LanguageProtobuf, Text: everyKind3},
	} {
		if schemas[kind], err = CompileSchema(text); err != nil {
			t.Fatal(err)
		}
	}
	d := NewRecordDecoder(nil, Limits{})
	var out bytes.Buffer
	for line := range bytes.Lines(held) {
		kind, digits, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		if !ok || line[0] == '\t' {
			continue
		}
		b, err := hex.DecodeString(string(digits))
		if err != nil {
			t.Fatal(err)
		}
		got := d.Decode(context.Background(), PartValue, event.NewPayload(b), Wish{Decoder: string(kind)})
		if s := schemas[string(kind)]; s != nil {
			got = bare(d, b, s)
		}
		if got.Tree.Info().Reason != "" {
			t.Errorf("%s: %s", kind, got.Tree.Info().Reason)
		}
		fmt.Fprintf(&out, "%s %s\n\t%s\n", kind, digits, show(asExpect(open(got.Tree))))
	}
	if *rewriteRecords {
		if err := os.WriteFile(recordVectors, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if out.String() != string(held) {
		t.Error("values are shown otherwise than " + recordVectors + " holds")
	}
}
