package serde

import (
	"context"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// RecordPart is a part of a Kafka record.
type RecordPart string

// The parts.
const (
	PartKey    RecordPart = "key"
	PartValue  RecordPart = "value"
	PartHeader RecordPart = "header" // the value of one header
)

// Names of decoders: what a reader may ask for, and what Decoded says that was used.
const (
	DecoderAuto     = "auto"
	DecoderSchema   = "schema"   // by the schema whose id the record carries
	DecoderJSON     = "json"     // RFC 8259
	DecoderText     = "text"     // UTF-8
	DecoderAvro     = "avro"     // a container file
	DecoderProtobuf = "protobuf" // a bare message, by guessing
	DecoderMsgpack  = "msgpack"
	DecoderCBOR     = "cbor"
	DecoderInt      = "int"   // a signed big-endian number of 1, 2, 4 or 8 bytes, as Kafka's own serializers write it
	DecoderFloat    = "float" // IEEE 754, big-endian, 4 or 8 bytes
	DecoderUUID     = "uuid"  // 16 bytes
	DecoderBytes    = "bytes"
)

// Decoders lists what a reader may ask for.
func Decoders() []string {
	return []string{DecoderAuto, DecoderSchema, DecoderJSON, DecoderText, DecoderAvro, DecoderProtobuf, DecoderMsgpack, DecoderCBOR,
		DecoderInt, DecoderFloat, DecoderUUID, DecoderBytes}
}

// Wish says what a reader of a record wants. The zero Wish is DecoderAuto of a record without headers.
type Wish struct {
	Decoder string   // "" = DecoderAuto
	Headers []Header // of the whole record: they may carry the schema's id
}

// Decoded is a part of a record and how it was read.
type Decoded struct {
	Tree     event.Tree
	Decoder  string   // what read it; DecoderBytes when nothing could
	Fallback string   // why a format that the bytes or headers hint at was left, "" when there was no hint; no payload content
	Offers   []string // decoders that would read the bytes whole as well, and that were not taken because nothing says so
	Schema   *Schema  // that it was read by; nil when by none
	Down     bool     // the registry could not be asked for the schema that it names: later it may be read otherwise
}

// RecordDecoder decodes keys, values and headers of Kafka records (spec/serializers.md, section 6). It may be used by many goroutines
// at once. The same bytes, headers, schemas and wish always give the same answer.
type RecordDecoder struct {
	schemas *schemaCache
	limits  Limits
}

// NewRecordDecoder makes a decoder. schemas may be nil: then no schema is known.
func NewRecordDecoder(schemas Schemas, l Limits) *RecordDecoder {
	return &RecordDecoder{schemas: newSchemaCache(schemas), limits: l.OrDefaults()}
}

// Decode decodes one part of a record. It never fails: what cannot be read is a node with its reason. ctx is for the schemas only.
//
// A wish that the bytes do not fit is told by the tree, which is opaque then; nothing else is tried in its place.
func (d *RecordDecoder) Decode(ctx context.Context, part RecordPart, p event.Payload, w Wish) Decoded {
	if why := unreadable(p, d.limits); why != "" {
		if p.Null() && p.Size() == 0 { // a tombstone is a value, not a fault
			return Decoded{Tree: event.NewTree(event.Node{}, event.TreeInfo{Format: event.FormatBytes}), Decoder: DecoderBytes}
		}
		return Decoded{Tree: undecoded(p, event.FormatBytes, "", why), Decoder: DecoderBytes}
	}
	r := reading{d: d, ctx: ctx, part: part, p: p, b: p.Open(sealed.Take()), wish: w}
	if w.Decoder == "" || w.Decoder == DecoderAuto {
		return r.auto()
	}
	return r.wished()
}

// reading is one payload while it is looked at.
type reading struct {
	d    *RecordDecoder
	ctx  context.Context
	part RecordPart
	p    event.Payload
	b    []byte
	wish Wish
}

func (r *reading) input(off int) *input {
	in := newInput(r.b, r.d.limits)
	in.pos = off
	return in
}

// by decodes everything from off on with c.
func (r *reading) by(c codec, off int, f event.PayloadFormat, typ string) event.Tree {
	in := r.input(off)
	var root event.Node
	in.read(c, &root)
	if typ == "" {
		typ = root.Type
	}
	return sealRoot(in, root, r.p, f, typ)
}

// placeholder is the tree of a part that is not read, from off on.
func (r *reading) placeholder(off int, f event.PayloadFormat, typ, why string, of event.SchemaInfo) event.Tree {
	n := event.Node{Kind: event.NodeOpaque, Type: typ, Off: off, Len: len(r.b) - off, Reason: why}
	return event.NewTree(n, event.TreeInfo{Format: f, Type: typ, Size: r.p.Size(), Reason: why, Schema: of})
}

// auto tries formats in an order in which a later one cannot be taken for an earlier one: heads of registries are known by their
// schema, JSON and text by their grammar, container files by their mark, MessagePack and CBOR by being a map or list that ends where
// the bytes end. Bare numbers are never guessed.
func (r *reading) auto() Decoded {
	var fallback string
	heads := r.heads()
	for i := range heads {
		done, out := r.headed(&heads[i])
		if done {
			return out
		}
		if fallback == "" {
			fallback = out.Fallback
		}
	}
	if t, ok := detectJSON(r.p, r.b, 0, r.d.limits); ok {
		return Decoded{Tree: t, Decoder: DecoderJSON, Fallback: fallback}
	}
	if t := plain(r.p, r.b); t.Info().Format == event.FormatText {
		return Decoded{Tree: t, Decoder: DecoderText, Fallback: fallback, Offers: r.offers()}
	}
	if hasContainerMagic(r.b) {
		return Decoded{Tree: r.by(avroContainer{}, 0, event.FormatAvro, ""), Decoder: DecoderAvro, Fallback: fallback}
	}
	for _, c := range []struct {
		name   string
		format event.PayloadFormat
		codec  codec
	}{{DecoderMsgpack, event.FormatMsgpack, msgpack{}}, {DecoderCBOR, event.FormatCBOR, cbor{}}} {
		if t, ok := r.selfDescribing(c.codec, c.format); ok {
			return Decoded{Tree: t, Decoder: c.name, Fallback: fallback, Offers: r.offers()}
		}
	}
	out := Decoded{Decoder: DecoderBytes, Fallback: fallback, Offers: r.offers()}
	for i := range heads {
		if out.Tree = r.unknownSchema(&heads[i]); !out.Tree.Absent() {
			return out
		}
	}
	out.Tree = plain(r.p, r.b)
	return out
}

// unknownSchema is the placeholder of bytes that have a registry's head and no other explanation, where there is a registry that
// should know the id. Bytes as long as a number or a UUID have that explanation.
func (r *reading) unknownSchema(h *wireHead) event.Tree {
	if r.d.schemas.source == nil || !h.carried && numberSized(len(r.b)) { // the second: it may be a number after all
		return event.Tree{}
	}
	return r.placeholder(h.body, event.FormatBytes, "schema "+h.id.String(), "the registry has no schema "+h.id.String(), event.SchemaInfo{ID: h.id})
}

func numberSized(n int) bool { return n == 1 || n == 2 || n == 4 || n == 8 || n == 16 }

// selfDescribing takes bytes as one value of a format that tells its types, if that is a map or list with something in it which ends
// with the bytes. Of bytes as short as a number only a map with text for keys is taken.
func (r *reading) selfDescribing(c codec, f event.PayloadFormat) (event.Tree, bool) {
	if !mayBegin(r.b, f) {
		return event.Tree{}, false
	}
	in := r.input(0)
	var root event.Node
	in.read(c, &root)
	cut := r.p.Size() > r.p.Len() || in.left.full
	switch {
	case in.stopped() && !cut, !in.stopped() && in.pos < in.end, in.left.why != "" && !cut:
	case len(root.Items) == 0:
	case numberSized(len(r.b)) && root.Kind != event.NodeObject:
	case root.Kind == event.NodeObject, root.Kind == event.NodeList, root.Kind == event.NodeMap && f == event.FormatCBOR:
		return sealRoot(in, root, r.p, f, root.Type), true
	}
	return event.Tree{}, false
}

// mayBegin looks at the first byte before a whole value is read in vain.
func mayBegin(b []byte, f event.PayloadFormat) bool {
	if len(b) == 0 {
		return false
	}
	c := b[0]
	if f == event.FormatMsgpack {
		return c > 0x80 && c <= 0x9f || c >= 0xdc && c <= 0xdf
	}
	return c > 0x80 && c <= 0xbf || len(b) > 3 && b[0] == 0xd9 && b[1] == 0xd9 && b[2] == 0xf7
}

// offers lists what else would fit.
func (r *reading) offers() []string {
	if r.p.Size() > r.p.Len() {
		return nil
	}
	switch len(r.b) {
	case 1, 2:
		return []string{DecoderInt}
	case 4, 8:
		return []string{DecoderInt, DecoderFloat}
	case 16:
		return []string{DecoderUUID}
	}
	if len(r.b) > 1 && !readable(r.b, false) && looksLikeMessage(r.b) {
		return []string{DecoderProtobuf}
	}
	return nil
}

// wished decodes with what the reader asked for, and with nothing else.
func (r *reading) wished() Decoded {
	w := r.wish
	out := Decoded{Decoder: w.Decoder}
	switch w.Decoder {
	case DecoderSchema:
		return r.bySchemaOnly()
	case DecoderJSON:
		out.Tree = r.jsonFrom(0)
	case DecoderText:
		in := r.input(0)
		root := event.Node{Len: len(r.b), Type: "text"}
		in.setText(&root, event.ValueString, in.take(len(r.b)))
		in.left.note(root.Reason)
		out.Tree = sealRoot(in, root, r.p, event.FormatText, "text")
	case DecoderAvro:
		if hasContainerMagic(r.b) {
			out.Tree = r.by(avroContainer{}, 0, event.FormatAvro, "")
		} else {
			out.Tree = r.placeholder(0, event.FormatAvro, "", "no Avro container file", event.SchemaInfo{})
		}
	case DecoderProtobuf:
		out.Tree = r.bareMessage()
	case DecoderMsgpack:
		out.Tree = r.by(msgpack{}, 0, event.FormatMsgpack, "")
	case DecoderCBOR:
		out.Tree = r.by(cbor{}, 0, event.FormatCBOR, "")
	case DecoderInt, DecoderFloat, DecoderUUID:
		out.Tree = r.by(bareNumber{w.Decoder}, 0, event.FormatNumber, "")
	case DecoderBytes:
		out.Tree = r.by(rest{"bytes"}, 0, event.FormatBytes, "bytes")
	default:
		out.Decoder = DecoderBytes
		out.Tree = r.placeholder(0, event.FormatBytes, "", "a decoder that is not known", event.SchemaInfo{})
	}
	return out
}

// jsonFrom reads JSON that must be there from off on.
func (r *reading) jsonFrom(off int) event.Tree {
	in := r.input(off)
	j := jsonText{in: in}
	var root event.Node
	j.document(&root)
	return sealRoot(in, root, r.p, event.FormatJSON, root.Type)
}

// bareMessage reads Protobuf without a head, and so without a schema.
func (r *reading) bareMessage() event.Tree {
	t := r.by(protoValue{}, 0, event.FormatProtobuf, "message?")
	if t.Info().Reason == "" {
		t = withReason(t, guessedReason)
	}
	return t
}

func withSchema(t event.Tree, of event.SchemaInfo) event.Tree {
	info := t.Info()
	info.Schema = of
	return event.NewTree(*t.Open(sealed.Take()), info)
}

func withReason(t event.Tree, why string) event.Tree {
	info := t.Info()
	info.Reason = why
	return event.NewTree(*t.Open(sealed.Take()), info)
}

// bareNumber reads bytes that are a number or a UUID and nothing else.
type bareNumber struct{ as string }

func (c bareNumber) decode(in *input, n *event.Node) {
	n.Type = c.as
	size := in.end - in.pos
	switch {
	case c.as == DecoderUUID && size == 16:
		setScalar(n, event.TextValue(event.ValueString, uuidText(in.take(16))))
	case c.as == DecoderFloat && size == 4:
		setScalar(n, event.Float32Value(in.f32()))
	case c.as == DecoderFloat && size == 8:
		setScalar(n, event.Float64Value(in.f64()))
	case c.as == DecoderInt && (size == 1 || size == 2 || size == 4 || size == 8):
		shift := 64 - 8*size
		setScalar(n, event.IntValue(int64(in.beNumber(size)<<shift)>>shift))
	default:
		in.stop("of " + strconv.Itoa(size) + " bytes, which is no length of this kind")
	}
}
