package serde

import (
	"bytes"
	"context"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Way is how a record decoder reads a part of a record, told before it is read. It may be compared, and be the key of a map, by its Kind.
type Way struct {
	WayKind
	Off int // where the value begins
	id  event.SchemaID
}

// WayKind is the same for all values of one schema.
type WayKind struct {
	Format  event.PayloadFormat // json, avro or protobuf
	Schema  *Schema             // that the record names, nil for JSON that names none
	Message ProtoMessage        // of Protobuf
}

// Way tells how Decode would read a part with DecoderAuto, for who reads a few fields of it without a tree (internal/probe). ok is true only
// where that is certain if the bytes from Off on conform to the format and schema: then Decode gives their tree. Where they do not, and where
// ok is false, only Decode knows.
func (d *RecordDecoder) Way(ctx context.Context, part RecordPart, p event.Payload, headers []Header) (w Way, ok bool) {
	if unreadable(p, d.limits) != "" || p.Size() > p.Len() {
		return w, false
	}
	r := reading{d: d, ctx: ctx, part: part, p: p, b: p.Open(sealed.Take()), wish: Wish{Headers: headers}}
	heads := r.heads()
	if len(heads) == 0 {
		first := bytes.TrimLeft(r.b, " \t\r\n")
		w.Format = event.FormatJSON
		return w, len(first) > 0 && jsonBegins[first[0]]
	}
	h := &heads[0]
	e := d.schemas.entry(ctx, h.id)
	if e.s == nil || !h.carried && numberSized(len(r.b)) {
		return w, false
	}
	w.Schema, w.Off, w.id = e.s, h.body, h.id
	switch {
	case e.s.proto != nil:
		w.Format = event.FormatProtobuf
		w.Message.m, w.Off = r.messageOf(h, e.s)
		return w, w.Message.m != nil
	case e.s.avro == nil || h.asJSON:
		w.Format = event.FormatJSON
	default:
		w.Format = event.FormatAvro
	}
	return w, true
}

// Limits are those of the decoder.
func (d *RecordDecoder) Limits() Limits { return d.limits }

// Info is what a tree says that was read this way: of size bytes, and of a root that is an object.
func (w Way) Info(size int) event.TreeInfo {
	info := event.TreeInfo{Format: w.Format, Type: "object", Size: size}
	if w.Schema == nil {
		return info
	}
	info.Schema = w.Schema.info
	info.Schema.ID = w.id
	switch w.Format {
	case event.FormatAvro:
		info.Type = w.Schema.name
	case event.FormatProtobuf:
		info.Type = w.Message.m.name
	}
	return info
}
