package serde

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/event"
)

// wellKnown reads a message that stands for a value into n, from the area that it fills. false: it is not in the form that it should
// have, nothing was read, and it is shown field by field.
type wellKnown func(v protoValue, in *input, n *event.Node) bool

// wellKnownTypes are the types of google/protobuf with a form of their own in JSON, and Confluent's decimal.
var wellKnownTypes = map[string]wellKnown{
	"google.protobuf.Timestamp":   readTimestamp,
	"google.protobuf.Duration":    readDuration,
	"google.protobuf.Any":         readAny,
	"google.protobuf.Struct":      readSoleField,
	"google.protobuf.ListValue":   readSoleField,
	"google.protobuf.Value":       readOneOf,
	"google.protobuf.BoolValue":   readWrapper,
	"google.protobuf.Int32Value":  readWrapper,
	"google.protobuf.Int64Value":  readWrapper,
	"google.protobuf.UInt32Value": readWrapper,
	"google.protobuf.UInt64Value": readWrapper,
	"google.protobuf.FloatValue":  readWrapper,
	"google.protobuf.DoubleValue": readWrapper,
	"google.protobuf.StringValue": readWrapper,
	"google.protobuf.BytesValue":  readWrapper,
	"confluent.type.Decimal":      readProtoDecimal,
}

// protoPart is the last occurrence of a field of a small message.
type protoPart struct {
	seen     bool
	wire     int
	number   uint64 // of a varint
	off, end int    // of the content behind tag and length
	start    int    // of the value behind the tag
}

// parts looks at the fields 1 to 6 of the message that fills the area, without reading on. ok is false when it holds anything else.
func (in *input) parts() (p [7]protoPart, ok bool) {
	look := input{b: in.b, pos: in.pos, end: in.end, left: new(allowance)}
	for look.pos < look.end {
		tag := look.uvarint()
		number := tag >> 3
		if number < 1 || number > 6 {
			return p, false
		}
		f := protoPart{seen: true, wire: int(tag & 7), start: look.pos, off: look.pos}
		switch f.wire {
		case wireVarint:
			f.number = look.uvarint()
		case wire64:
			look.take(8)
		case wire32:
			look.take(4)
		case wireLength:
			size := look.protoLength()
			f.off = look.pos
			look.take(size)
		default:
			return p, false
		}
		if look.stopped() {
			return p, false
		}
		f.end = look.pos
		p[number] = f
	}
	return p, true
}

// only tells whether every field that is there has the wire type at its place; -1 = it may not be there.
func only(p *[7]protoPart, wires ...int) bool {
	for i := 1; i < len(p); i++ {
		if p[i].seen && (i > len(wires) || p[i].wire != wires[i-1]) {
			return false
		}
	}
	return true
}

func readTimestamp(_ protoValue, in *input, n *event.Node) bool {
	p, ok := in.parts()
	if !ok || !only(&p, wireVarint, wireVarint) {
		return false
	}
	in.pos = in.end
	setInstant(n, event.ValueInstant, int64(p[1].number), int64(int32(p[2].number)))
	return true
}

func readDuration(_ protoValue, in *input, n *event.Node) bool {
	p, ok := in.parts()
	if !ok || !only(&p, wireVarint, wireVarint) {
		return false
	}
	second, nano := int64(p[1].number), int64(int32(p[2].number))
	if second > 0 && nano < 0 || second < 0 && nano > 0 || nano <= -1_000_000_000 || nano >= 1_000_000_000 {
		return false
	}
	in.pos = in.end
	setTime(n, event.ValueDuration, durationText(second, nano))
	return true
}

// durationText is an ISO 8601 duration of seconds and nanoseconds with one sign.
func durationText(second, nano int64) string {
	sign, s, f := "", uint64(second), uint64(nano)
	if second < 0 || nano < 0 {
		sign, s, f = "-", -s, -f
	}
	text := sign + "PT" + strconv.FormatUint(s, 10)
	if f != 0 {
		text += strings.TrimRight("."+string(pad(nil, int64(f), 9)), "0")
	}
	return text + "S"
}

// readWrapper shows a wrapper as what it wraps; an empty one holds the default.
func readWrapper(v protoValue, in *input, n *event.Node) bool {
	f := v.t.fields[1]
	p, ok := in.parts()
	if f == nil || !ok || !only(&p, wireOf(f.kind)) {
		return false
	}
	if !p[1].seen {
		setScalar(n, f.zero())
		return true
	}
	value := in.area(p[1].start, p[1].end-p[1].start)
	protoScalar{f, v.file}.decode(value, n)
	n.Type = v.t.name
	value.blame(n)
	in.pos = in.end
	return true
}

// readAny shows what an Any holds, where the schema knows its type.
func readAny(v protoValue, in *input, n *event.Node) bool {
	p, ok := in.parts()
	if !ok || !only(&p, wireLength, wireLength) || in.left.nodes < 2 {
		return false
	}
	url := in.b[p[1].off:p[1].end]
	var t *protoMessage
	if v.file != nil {
		t = v.file.byName[string(url[strings.LastIndexByte(string(url), '/')+1:])]
	}
	n.Items = make([]event.Node, 2)
	n.Items[0] = event.Node{Name: "@type", Type: "string", Off: p[1].start, Len: p[1].end - p[1].start}
	in.left.nodes--
	in.setText(&n.Items[0], event.ValueString, url)
	value := in.area(p[2].off, p[2].end-p[2].off)
	n.Items[1] = event.Node{Name: "value"}
	if t != nil {
		value.read(protoValue{t: t, file: v.file}, &n.Items[1])
	} else {
		n.Items[1].Reason = "its type is not in the schema"
		value.read(rest{"bytes"}, &n.Items[1])
	}
	in.pos = in.end
	return true
}

// readSoleField shows a Struct as its map and a ListValue as its list.
func readSoleField(v protoValue, in *input, n *event.Node) bool {
	f := v.t.fields[1]
	if p, ok := in.parts(); !ok || f == nil || !only(&p, wireLength) {
		return false
	}
	var whole event.Node
	v.members(in, &whole)
	n.Kind = event.NodeList
	if f.entry() {
		n.Kind = event.NodeMap
	}
	if len(whole.Items) == 1 {
		n.Kind, n.Items, n.Reason = whole.Items[0].Kind, whole.Items[0].Items, whole.Items[0].Reason
	}
	return true
}

// readOneOf shows a Value as the one that it is.
func readOneOf(v protoValue, in *input, n *event.Node) bool {
	p, ok := in.parts()
	if !ok || !only(&p, wireVarint, wire64, wireLength, wireVarint, wireLength, wireLength) {
		return false
	}
	last := 0
	for i := range p {
		if p[i].seen && (last == 0 || p[i].start > p[last].start) {
			last = i
		}
	}
	f := v.t.fields[last]
	if f == nil {
		return false
	}
	value := in.area(p[last].start, p[last].end-p[last].start)
	if f.kind == protoreflect.EnumKind {
		n.Kind = event.NodeNull
	} else {
		value.read(protoScalar{f, v.file}, n)
	}
	in.pos = in.end
	return true
}

// readProtoDecimal shows confluent.type.Decimal as a number: two's complement, big-endian, scale.
func readProtoDecimal(_ protoValue, in *input, n *event.Node) bool {
	p, ok := in.parts()
	if !ok || !only(&p, wireLength, wireVarint, wireVarint) {
		return false
	}
	in.pos = in.end
	in.setDecimal(n, in.b[p[1].off:p[1].end], int(int32(p[3].number)))
	return true
}

// rest is all bytes of an area.
type rest struct{ typ string }

func (r rest) decode(in *input, n *event.Node) {
	n.Type = r.typ
	in.setBytes(n, in.take(in.end-in.pos))
}
