package serde

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// wireHead is what a record says of its schema, in front of the value or in its headers.
type wireHead struct {
	id      event.SchemaID
	body    int    // where the value begins
	carried bool   // by headers: the bytes themselves are nothing but the value
	indexes []byte // of Protobuf, carried by a header: path to the message
	class   string // of Protobuf, carried by a header: name of the message or of its class
	asJSON  bool   // an Apicurio header says that an Avro value is in its JSON form
	form    string // for people
}

// The headers that carry ids; of Apicurio key or value and what the header holds follow.
const (
	confluentKeyHeader   = "__key_schema_id"
	confluentValueHeader = "__value_schema_id"
	apicurioHeader       = "apicurio."
)

// heads lists what the record may say of its schema, surest first.
func (r *reading) heads() (out []wireHead) {
	if r.part == PartKey || r.part == PartValue {
		if h, ok := r.confluentHeader(); ok {
			return append(out, h)
		}
		if h, ok := r.apicurioHeader(); ok {
			return append(out, h)
		}
	}
	b := r.b
	switch {
	case len(b) >= 5 && b[0] == 0 && binary.BigEndian.Uint32(b[1:]) != 0:
		out = append(out, wireHead{id: event.SchemaID{Registry: event.RegistryConfluent, Number: uint64(binary.BigEndian.Uint32(b[1:]))}, body: 5,
			form: "a head of five bytes"})
	case len(b) > 9 && b[0] == 0: // the upper half of an Apicurio id is 0 in practice, and no Confluent id is
		out = append(out, wireHead{id: event.SchemaID{Registry: event.RegistryApicurio, Number: binary.BigEndian.Uint64(b[1:])}, body: 9,
			form: "a head of nine bytes"})
	case len(b) >= 17 && b[0] == 1:
		out = append(out, wireHead{id: event.SchemaID{Registry: event.RegistryConfluent, GUID: uuidText(b[1:17])}, body: 17,
			form: "a head of seventeen bytes"})
	}
	return out
}

// header is the last header of that name, as Kafka's own serializers look for it.
func (r *reading) header(name string) (event.Payload, bool) {
	for i := len(r.wish.Headers) - 1; i >= 0; i-- {
		if r.wish.Headers[i].Name == name {
			return r.wish.Headers[i].Value, true
		}
	}
	return event.Payload{}, false
}

// confluentHeader reads a header of magic 1 and a GUID, or of magic 0 and an id; of Protobuf the path to the message follows.
func (r *reading) confluentHeader() (wireHead, bool) {
	name := confluentValueHeader
	if r.part == PartKey {
		name = confluentKeyHeader
	}
	p, ok := r.header(name)
	if !ok {
		return wireHead{}, false
	}
	v := openHeader(p)
	h := wireHead{carried: true, form: "the header " + name, id: event.SchemaID{Registry: event.RegistryConfluent}}
	switch {
	case len(v) >= 17 && v[0] == 1:
		h.id.GUID, h.indexes = uuidText(v[1:17]), v[17:]
	case len(v) >= 5 && v[0] == 0:
		h.id.Number, h.indexes = uint64(binary.BigEndian.Uint32(v[1:])), v[5:]
	default:
		return wireHead{}, false
	}
	return h, true
}

// openHeader is a header that describes the record: names and ids, which are metadata.
func openHeader(p event.Payload) []byte { return p.Open(sealed.Take()) }

func (r *reading) apicurioHeader() (wireHead, bool) {
	prefix := apicurioHeader + string(r.part) + "."
	h := wireHead{carried: true, id: event.SchemaID{Registry: event.RegistryApicurio}}
	for _, kind := range []struct {
		name string
		kind event.IDKind
	}{{"contentId", event.IDContent}, {"globalId", event.IDGlobal}} {
		p, ok := r.header(prefix + kind.name)
		if v := openHeader(p); ok && len(v) == 8 {
			h.id.Kind, h.id.Number, h.form = kind.kind, binary.BigEndian.Uint64(v), "the header "+prefix+kind.name
			break
		}
	}
	if h.form == "" {
		return wireHead{}, false
	}
	if p, ok := r.header(prefix + "encoding"); ok {
		h.asJSON = strings.EqualFold(string(openHeader(p)), "JSON")
	}
	if p, ok := r.header(prefix + "msgType"); ok && p.Len() < 1000 {
		h.class = string(openHeader(p))
	}
	return h, true
}

// headed reads a value by the schema that a head names. done is false when the registry does not know it, or when bytes as long as a
// number do not fit it: then the head may be none, and out.Fallback says what was thought.
func (r *reading) headed(h *wireHead) (done bool, out Decoded) {
	e := r.d.schemas.entry(r.ctx, h.id)
	switch {
	case e.s != nil:
		out = r.bySchema(h, e.s)
		// Numbers from 2^24 on begin like the heads of a registry's first schemas.
		if !h.carried && numberSized(len(r.b)) && r.p.Size() == r.p.Len() {
			if out.Tree.Info().Reason != "" {
				return false, Decoded{Fallback: "the bytes do not fit schema " + h.id.String() + ", which " + h.form + " names"}
			}
			out.Offers = r.offers()
		}
		return true, out
	case e.why != "":
		info := e.info
		if info.Language == "" {
			info.ID = h.id
		}
		return true, Decoded{Decoder: DecoderSchema, Fallback: "it could not be read by its schema", Down: e.down,
			Tree: r.placeholder(h.body, formatOf(info.Language), "schema "+h.id.String(), e.why, info)}
	}
	why := "the registry has no schema " + h.id.String() + ", which " + h.form + " names"
	if r.d.schemas.source == nil {
		why = "no registry is set up: schema " + h.id.String() + ", which " + h.form + " names, is not known"
	}
	if h.body > 0 && beginsJSON(r.b[h.body:]) {
		if t, ok := detectJSON(r.p, r.b, h.body, r.d.limits); ok {
			return true, Decoded{Tree: withSchema(t, event.SchemaInfo{ID: h.id}), Decoder: DecoderJSON, Fallback: why}
		}
	}
	return false, Decoded{Fallback: why}
}

// beginsJSON tells whether b can only be JSON with something in it: an object or a list. Behind a head a number or a word proves nothing.
func beginsJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 1 && (b[0] == '{' || b[0] == '[')
}

func formatOf(l event.SchemaLanguage) event.PayloadFormat {
	switch l {
	case event.LanguageAvro:
		return event.FormatAvro
	case event.LanguageProtobuf:
		return event.FormatProtobuf
	case event.LanguageJSON:
		return event.FormatJSON
	}
	return event.FormatBytes
}

// bySchemaOnly is the wish to read by the schema that the record names.
func (r *reading) bySchemaOnly() Decoded {
	why := "the record does not say which schema it has"
	var id event.SchemaID
	body := 0
	for _, h := range r.heads() {
		if done, out := r.headed(&h); done {
			return out
		} else if why, id, body = out.Fallback, h.id, h.body; h.carried {
			break
		}
	}
	return Decoded{Decoder: DecoderSchema, Tree: r.placeholder(body, event.FormatBytes, "", why, event.SchemaInfo{ID: id})}
}

func (r *reading) bySchema(h *wireHead, s *Schema) Decoded {
	out := Decoded{Decoder: DecoderSchema, Schema: s}
	switch {
	case s.proto != nil:
		out.Tree = r.message(h, s)
	case s.avro == nil || h.asJSON:
		out.Tree = r.jsonFrom(h.body)
	default:
		out.Tree = r.by(avro{s.avro, false}, h.body, event.FormatAvro, s.name)
	}
	info := s.info
	info.ID = h.id
	out.Tree = withSchema(out.Tree, info)
	return out
}

// message reads a Protobuf value: which message of the schema it is stands in front of it or in the headers.
func (r *reading) message(h *wireHead, s *Schema) event.Tree {
	m, off := r.messageOf(h, s)
	if m == nil {
		return r.placeholder(h.body, event.FormatProtobuf, "", "its message is not in the schema", s.info)
	}
	in := r.input(off)
	var root event.Node
	in.read(protoValue{t: m, file: s.proto}, &root)
	return sealRoot(in, root, r.p, event.FormatProtobuf, m.name)
}

// messageOf finds the type of a Protobuf value and where the value begins; nil when the schema does not have it.
func (r *reading) messageOf(h *wireHead, s *Schema) (m *protoMessage, off int) {
	switch named, size := refName(r.b[h.body:]); {
	case named != nil && s.proto.named(string(named)) != nil:
		return s.proto.named(string(named)), h.body + size
	case h.carried && h.id.Registry == event.RegistryApicurio:
		if c := s.proto.named(h.class[strings.LastIndexAny(h.class, ".$")+1:]); c != nil {
			return c, h.body
		}
	case h.carried && len(h.indexes) > 0:
		return s.proto.indexed(messageIndexes(newInput(h.indexes, r.d.limits))), h.body
	case !h.carried:
		in := r.input(h.body)
		m = s.proto.indexed(messageIndexes(in))
		return m, in.pos
	}
	return s.proto.first(), h.body
}

// messageIndexes reads Confluent's path to a message: a count and as many places, zigzag; a count of 0 stands for the first message.
// nil when there is no path.
func messageIndexes(in *input) []int {
	count := in.zigzag()
	switch {
	case in.stopped() || count < 0 || count > int64(in.end-in.pos):
		return nil
	case count == 0:
		return []int{0}
	}
	var path []int
	for ; count > 0 && len(path) <= maxSchemaDepth; count-- {
		i := in.zigzag()
		if in.stopped() || i < 0 || i > maxSchemaTypes {
			return nil
		}
		path = append(path, int(i))
	}
	return path
}

// refName reads what Apicurio puts in front of a message: a message with a length whose only field 1 is the name. size is the number of
// bytes that it takes; nil when it is not there.
func refName(b []byte) (name []byte, size int) {
	in := input{b: b, end: len(b), left: new(allowance)}
	length := in.protoLength()
	if in.stopped() || length == 0 {
		return nil, 0
	}
	ref := in.area(in.pos, length)
	if ref.uvarint() != 1<<3|wireLength {
		return nil, 0
	}
	name = ref.take(ref.protoLength())
	if ref.stopped() || ref.pos != ref.end || len(name) == 0 {
		return nil, 0
	}
	return name, ref.end
}

func hasContainerMagic(b []byte) bool { return bytes.HasPrefix(b, containerMagic) }
