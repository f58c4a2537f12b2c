package serde

import (
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// sequence is a list, set or array: i32 count, elements.
type sequence struct {
	typ   string
	item  codec
	least int // bytes that every element takes
}

func (s sequence) decode(in *input, n *event.Node) {
	count := in.count(s.least)
	n.Kind, n.Type, n.Items = event.NodeList, s.typ, in.items(count)
	for i := 0; i < count && !in.stopped(); i++ {
		n.Items = append(n.Items, event.Node{})
		in.read(s.item, &n.Items[i])
	}
	notDecoded(in, n, count, "element")
}

// notDecoded says in n how many of its count members are missing after a stop.
func notDecoded(in *input, n *event.Node, count int, what string) {
	missing := count - len(n.Items)
	if !in.stopped() || missing <= 0 {
		return
	}
	if missing > 1 {
		what += "s"
	}
	n.Reason = strconv.Itoa(missing) + " more " + what + " could not be located"
}

// nullable is a bool that says whether the value is null, then the value.
func nullable(d *event.Descriptor) codec { return flagged{typ: typeName(d), item: compile(d)} }

func typeName(d *event.Descriptor) string {
	if d == nil {
		return ""
	}
	return d.TypeName()
}

// null is a value that takes no bytes.
type null struct{ typ string }

func (z null) decode(_ *input, n *event.Node) { n.Kind, n.Type = event.NodeNull, z.typ }

// flagged is a bool in front of a value: an Option (present) or a nullable value, whose null may be padded.
type flagged struct {
	typ     string
	item    codec
	present bool // the flag says that there is a value, not that there is none
	padding int
}

func (f flagged) decode(in *input, n *event.Node) {
	if in.bool() == f.present {
		f.item.decode(in, n)
		return
	}
	n.Kind, n.Type = event.NodeNull, f.typ
	in.take(f.padding)
}

// mapping is i32 count, then per entry: key, bool value is null, [value].
type mapping struct {
	typ        string
	key, value codec
}

func (m mapping) decode(in *input, n *event.Node) {
	count := in.count(1)
	n.Kind, n.Type, n.Items = event.NodeMap, m.typ, in.items(count)
	for i := 0; i < count && !in.stopped(); i++ {
		n.Items = append(n.Items, event.Node{})
		in.read(pair{m.key, m.value}, &n.Items[i])
	}
	notDecoded(in, n, count, "entry")
}

// pair is an entry of a map.
type pair struct{ key, value codec }

func (p pair) decode(in *input, n *event.Node) {
	n.Kind, n.Items = event.NodeEntry, make([]event.Node, 1, 2)
	n.Items[0].Name = "key"
	in.read(p.key, &n.Items[0])
	if in.stopped() {
		return
	}
	n.Items = append(n.Items, event.Node{Name: "value"})
	in.read(p.value, &n.Items[1])
}

// fields is a tuple or case class: its fields in order.
type fields struct {
	typ    string
	fields []namedCodec
	filler bool // one byte stands for no fields (Tuple0)
}

func (f fields) decode(in *input, n *event.Node) {
	n.Kind, n.Type, n.Items = event.NodeObject, f.typ, in.items(len(f.fields))
	if f.filler {
		in.u8()
	}
	for i, m := range f.fields {
		if in.stopped() {
			break
		}
		n.Items = append(n.Items, event.Node{Name: m.name})
		in.read(m.codec, &n.Items[i])
	}
	notDecoded(in, n, len(f.fields), "field")
}

// either is a tag byte and one of two values, shown as an object with one member.
type either struct {
	typ          string
	l, r         codec
	lTag, rTag   uint8
	lName, rName string
}

func (e either) decode(in *input, n *event.Node) {
	n.Type = e.typ
	tag := in.u8()
	if in.stopped() {
		return
	}
	c, name := e.r, e.rName
	switch tag {
	case e.lTag:
		c, name = e.l, e.lName
	case e.rTag:
	default:
		in.stop("tag " + strconv.Itoa(int(tag)) + " names neither side")
		return
	}
	n.Kind, n.Items = event.NodeObject, []event.Node{{Name: name}}
	in.read(c, &n.Items[0])
}

// primArray is an array of a primitive type. byte[] is shown as bytes and char[] as text.
type primArray struct {
	typ, of string
	item    scalar
	width   int
}

var primWidths = map[string]int{
	event.SerBool: 1, event.SerByte: 1, event.SerShort: 2, event.SerChar: 2,
	event.SerInt: 4, event.SerLong: 8, event.SerFloat: 4, event.SerDouble: 8,
}

func (a primArray) decode(in *input, n *event.Node) {
	count := in.count(a.width)
	n.Type = a.typ
	switch a.of {
	case event.SerByte:
		in.setBytes(n, in.take(count))
		return
	case event.SerChar:
		if !in.copyText(3 * count) {
			return
		}
		units := make([]uint16, count)
		for i := range units {
			units[i] = in.u16()
		}
		runes := utf16.Decode(units)
		if slices.Contains(runes, utf8.RuneError) && !slices.Contains(units, uint16(utf8.RuneError)) {
			n.Reason = halfPair
		}
		setScalar(n, event.TextValue(event.ValueString, string(runes)))
		return
	}
	n.Kind, n.Items = event.NodeList, in.items(count)
	for i := 0; i < count && !in.stopped(); i++ {
		n.Items = append(n.Items, event.Node{})
		in.read(a.item, &n.Items[i])
	}
	notDecoded(in, n, count, "element")
}

// ttl is a state value with the time of its last access.
type ttl struct {
	typ   string
	value codec
}

func (t ttl) decode(in *input, n *event.Node) {
	n.Kind, n.Type = event.NodeObject, "TtlValue<"+t.typ+">"
	n.Items = append(make([]event.Node, 0, 2), event.Node{Name: "lastAccess"})
	in.read(scalar{"Long", readMillis(event.ValueInstant)}, &n.Items[0])
	if in.stopped() {
		return
	}
	n.Items = append(n.Items, event.Node{Name: "value"})
	in.read(t.value, &n.Items[1])
}
