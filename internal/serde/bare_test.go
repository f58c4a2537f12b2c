package serde

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
)

// bare reads a value by a schema without the head that names it: what is behind a head is read the same way.
func bare(d *RecordDecoder, b []byte, s *Schema) Decoded {
	p := event.NewPayload(b)
	r := &reading{d: d, ctx: context.Background(), part: PartValue, p: p, b: b}
	out := Decoded{Decoder: DecoderSchema, Schema: s}
	switch {
	case s.proto != nil:
		m := s.proto.first()
		out.Tree = r.by(protoValue{t: m, file: s.proto}, 0, event.FormatProtobuf, m.name)
	case s.avro != nil:
		out.Tree = r.by(avro{s.avro, false}, 0, event.FormatAvro, s.name)
	default:
		out.Tree = r.jsonFrom(0)
	}
	return out
}
