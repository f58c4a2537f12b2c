package serde

import (
	"encoding/binary"
	"math"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/event"
)

// The wire types of Protobuf (Protocol Buffers, Encoding).
const (
	wireVarint = 0
	wire64     = 1
	wireLength = 2
	wireGroup  = 3
	wireEnd    = 4
	wire32     = 5
)

// defaultReason marks a field that the bytes leave out because it has its default, which is how proto3 writes it.
const defaultReason = "not in the bytes: the default"

// protoValue reads the message that fills an area, by a type or, with a nil type, by guessing. Fields of Protobuf are not in the bytes
// under their names, so a field that the type does not have is called by its number: #7.
type protoValue struct {
	t    *protoMessage
	file *protoFile // finds what an Any holds; nil when there is none
	end  int        // number of the group that the message is, 0 for a message with a length
}

func (v protoValue) decode(in *input, n *event.Node) {
	n.Kind, n.Type = event.NodeObject, "message?"
	if v.t != nil {
		n.Type = v.t.name
		if v.t.known != nil && v.end == 0 && v.t.known(v, in, n) {
			return
		}
	}
	v.members(in, n)
}

func (v protoValue) members(in *input, n *event.Node) {
	m := protoMembers{v: v, in: in, n: n}
	if v.t != nil {
		m.at = make([]int32, len(v.t.ordered))
		n.Items = make([]event.Node, 0, min(len(v.t.ordered), (in.end-in.pos)/2, 64)) // a field takes two bytes
		in.left.nodes -= len(v.t.ordered) / 64                                        // empty messages of wide types are not free
	}
	for in.pos < in.end && !in.stopped() {
		tag := in.uvarint()
		number, wire := tag>>3, int(tag&7)
		switch {
		case in.stopped():
		case number == 0 || number > 1<<29-1:
			in.stop("a field number that Protobuf does not have")
		case wire == wireEnd && v.end != 0 && number == uint64(v.end):
			m.finish()
			return
		case wire == wireEnd || wire > wire32:
			in.stop("a wire type that Protobuf does not have")
		default:
			m.field(int(number), wire)
		}
	}
	if v.end != 0 {
		in.stop("a group has no end")
	}
	m.finish()
}

// protoMembers gathers the fields of one message: occurrences of a repeated field may lie apart.
type protoMembers struct {
	v     protoValue
	in    *input
	n     *event.Node
	at    []int32     // item of a field of the type + 1, by its place; 0 = not seen
	other map[int]int // item of a field that the type does not have
}

func (m *protoMembers) field(number, wire int) {
	var f *protoField
	if m.v.t != nil {
		f = m.v.t.fields[number]
	}
	switch {
	case f == nil, !f.fits(wire):
		m.unknown(number, wire, f != nil)
	case f.list:
		m.repeated(f, wire)
	default:
		m.single(f, wire)
	}
}

// fits tells whether a field of the type can be written so; the packed form of numbers is read whatever the type says.
func (f *protoField) fits(wire int) bool {
	own := wireOf(f.kind)
	return wire == own || wire == wireLength && f.list && own != wireLength && own != wireGroup
}

func wireOf(k protoreflect.Kind) int {
	switch k {
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return wire64
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return wire32
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return wireLength
	case protoreflect.GroupKind:
		return wireGroup
	}
	return wireVarint
}

// single reads a field that is there once. Of several the last counts; messages are merged, as Protobuf has it.
func (m *protoMembers) single(f *protoField, wire int) {
	if i := m.at[f.place]; i > 0 {
		again := event.Node{Name: f.name}
		m.value(f, &again)
		n := &m.n.Items[i-1]
		if n.Kind == event.NodeObject && again.Kind == event.NodeObject && f.message.known == nil {
			m.in.left.nodes -= len(n.Items) / 8 // looking for what is merged is not free either
			mergeMessages(n, &again)
			return
		}
		if *n = again; n.Reason == "" {
			n.Reason = "occurs more than once, the last counts"
		}
		return
	}
	if i := m.excluded(f); i > 0 {
		m.at[f.place] = i
		m.n.Items[i-1] = event.Node{Name: f.name}
		m.value(f, &m.n.Items[i-1])
		return
	}
	m.n.Items = append(m.n.Items, event.Node{Name: f.name})
	m.at[f.place] = int32(len(m.n.Items))
	m.value(f, &m.n.Items[len(m.n.Items)-1])
}

// mergeMessages adds the fields of again to n: lists grow, messages are merged, of others the last counts.
func mergeMessages(n, again *event.Node) {
	n.Len = again.Off + again.Len - n.Off
	places := make(map[string]int, len(n.Items))
	for i := range n.Items {
		places[n.Items[i].Name] = i
	}
	for _, item := range again.Items {
		i, both := places[item.Name]
		if !both {
			n.Items = append(n.Items, item)
			continue
		}
		old := &n.Items[i]
		switch {
		case item.Reason == defaultReason:
		case old.Kind == event.NodeObject && item.Kind == event.NodeObject:
			mergeMessages(old, &item)
		case old.Kind == item.Kind && (item.Kind == event.NodeList || item.Kind == event.NodeMap):
			old.Items, old.Len = append(old.Items, item.Items...), item.Off+item.Len-old.Off
		default:
			*old = item
		}
	}
}

// excluded gives up the place of the other field of the same oneof that was read before; 0 when there is none.
func (m *protoMembers) excluded(f *protoField) int32 {
	if f.oneof == 0 {
		return 0
	}
	for _, g := range m.v.t.ordered {
		if i := m.at[g.place]; i > 0 && g.oneof == f.oneof {
			m.at[g.place] = 0
			return i
		}
	}
	return 0
}

func (m *protoMembers) value(f *protoField, n *event.Node) {
	protoScalar{f, m.v.file}.read(m.in, n)
}

// list is the node of a repeated field, nil when there is no room for it.
func (m *protoMembers) list(f *protoField) *event.Node {
	if i := m.at[f.place]; i > 0 {
		return &m.n.Items[i-1]
	}
	m.n.Items = append(m.n.Items, event.Node{Name: f.name, Off: m.in.pos})
	m.at[f.place] = int32(len(m.n.Items))
	n := &m.n.Items[len(m.n.Items)-1]
	if !m.in.enter(n) {
		return nil
	}
	m.in.left.depth++
	n.Kind, n.Type = event.NodeList, f.typ
	if f.entry() {
		n.Kind, n.Type = event.NodeMap, "map"
	}
	return n
}

func (m *protoMembers) repeated(f *protoField, wire int) {
	n := m.list(f)
	if n == nil {
		return
	}
	m.in.left.depth--
	if wire == wireLength && wireOf(f.kind) != wireLength {
		m.packed(f, n)
	} else {
		n.Items = append(n.Items, event.Node{})
		m.value(f, &n.Items[len(n.Items)-1])
	}
	m.in.left.depth++
	n.Len = m.in.pos - n.Off
}

func (m *protoMembers) packed(f *protoField, n *event.Node) {
	size := m.in.protoLength()
	if m.in.stopped() {
		return
	}
	block := m.in.area(m.in.pos, size)
	for block.pos < block.end && !block.stopped() {
		n.Items = append(n.Items, event.Node{})
		protoScalar{f, nil}.read(block, &n.Items[len(n.Items)-1])
	}
	m.in.pos += size
}

// unknown keeps a field that the type does not have, or has in another form, and guesses what it is.
func (m *protoMembers) unknown(number, wire int, otherForm bool) {
	why := ""
	switch {
	case otherForm:
		why = "written in another form than the schema says"
	case m.v.t != nil:
		why = "not in the schema"
	}
	i, seen := m.other[number]
	if !seen {
		if m.other == nil {
			m.other = map[int]int{}
		}
		m.other[number] = len(m.n.Items)
		m.n.Items = append(m.n.Items, event.Node{Name: "#" + strconv.Itoa(number), Reason: why})
		m.guess(number, wire, &m.n.Items[len(m.n.Items)-1])
		return
	}
	n := &m.n.Items[i]
	if n.Type != repeatedGuess {
		if m.in.left.nodes > 0 { // else the next value is the cut
			m.in.left.nodes--
		}
		first := *n
		first.Name = ""
		*n = event.Node{Name: n.Name, Kind: event.NodeList, Type: repeatedGuess, Off: n.Off, Items: []event.Node{first}}
	}
	n.Items = append(n.Items, event.Node{Reason: why})
	m.in.left.depth--
	m.guess(number, wire, &n.Items[len(n.Items)-1])
	m.in.left.depth++
	n.Len = m.in.pos - n.Off
}

func (m *protoMembers) guess(number, wire int, n *event.Node) {
	m.in.read(protoGuess{number, wire}, n)
}

// finish adds the fields that have their default because they are not there, and puts all in the order of the type.
func (m *protoMembers) finish() {
	if m.v.t == nil || m.in.stopped() {
		return
	}
	missing := 0
	for i, f := range m.v.t.ordered {
		if m.at[i] == 0 && !f.presence && !f.list {
			missing++
		}
	}
	if missing == 0 {
		return
	}
	if m.in.left.nodes < missing {
		m.in.left.note("more than " + strconv.Itoa(m.in.left.maxNodes) + " values")
		m.n.Reason = "fields with their default are left out"
		return
	}
	m.in.left.nodes -= missing
	items := make([]event.Node, 0, len(m.n.Items)+missing)
	for i, f := range m.v.t.ordered {
		switch at := m.at[i]; {
		case at > 0:
			items = append(items, m.n.Items[at-1])
			m.n.Items[at-1].Name = "" // moved
		case !f.presence && !f.list:
			items = append(items, event.Node{Kind: event.NodeScalar, Name: f.name, Type: f.typ, Off: m.in.pos, Value: f.zero(), Reason: defaultReason})
		}
	}
	for i := range m.n.Items {
		if m.n.Items[i].Name != "" {
			items = append(items, m.n.Items[i])
		}
	}
	m.n.Items = items
}

// protoLength reads the length of a field and checks it against the bytes that are left.
func (in *input) protoLength() int {
	size := in.uvarint()
	if in.stopped() {
		return 0
	}
	if size > uint64(in.end-in.pos) {
		in.stop("ends early: a field is longer than the bytes left")
		return 0
	}
	return int(size)
}

// protoScalar reads one value of a field: behind its tag, or inside a packed block.
type protoScalar struct {
	f    *protoField
	file *protoFile
}

// read is in.read, without the memory that a protoScalar takes as a codec.
func (s protoScalar) read(in *input, n *event.Node) {
	n.Off = in.pos
	if in.enter(n) {
		s.decode(in, n)
		in.leave(n)
	}
}

func (s protoScalar) decode(in *input, n *event.Node) {
	n.Type = s.f.typ
	switch s.f.kind {
	case protoreflect.MessageKind:
		size := in.protoLength()
		if in.stopped() {
			return
		}
		body := in.area(in.pos, size)
		if s.f.message.entry {
			s.entry(body, n)
		} else {
			protoValue{t: s.f.message, file: s.file}.decode(body, n)
		}
		body.blame(n)
		in.pos += size
	case protoreflect.GroupKind:
		protoValue{t: s.f.message, file: s.file, end: s.f.number}.decode(in, n)
	case protoreflect.StringKind:
		if p := in.take(in.protoLength()); !in.stopped() {
			in.setText(n, event.ValueString, p)
		}
	case protoreflect.BytesKind:
		if p := in.take(in.protoLength()); !in.stopped() {
			in.setBytes(n, p)
		}
	case protoreflect.EnumKind:
		s.f.setEnum(n, int32(in.uvarint()))
	default:
		setScalar(n, protoNumber(in, s.f.kind))
	}
}

func protoNumber(in *input, k protoreflect.Kind) event.Value {
	switch k {
	case protoreflect.BoolKind:
		return event.BoolValue(in.uvarint() != 0)
	case protoreflect.Int32Kind:
		return event.IntValue(int64(int32(in.uvarint())))
	case protoreflect.Int64Kind:
		return event.IntValue(int64(in.uvarint()))
	case protoreflect.Uint32Kind:
		return event.UintValue(uint64(uint32(in.uvarint())))
	case protoreflect.Uint64Kind:
		return event.UintValue(in.uvarint())
	case protoreflect.Sint32Kind:
		u := uint32(in.uvarint())
		return event.IntValue(int64(int32(u>>1) ^ -int32(u&1)))
	case protoreflect.Sint64Kind:
		return event.IntValue(in.zigzag())
	case protoreflect.Fixed32Kind:
		return event.UintValue(uint64(in.le32()))
	case protoreflect.Sfixed32Kind:
		return event.IntValue(int64(int32(in.le32())))
	case protoreflect.FloatKind:
		return event.Float32Value(math.Float32frombits(in.le32()))
	case protoreflect.Fixed64Kind:
		return event.UintValue(in.le64())
	case protoreflect.Sfixed64Kind:
		return event.IntValue(int64(in.le64()))
	}
	return event.Float64Value(math.Float64frombits(in.le64()))
}

func (in *input) le32() uint32 {
	if p := in.take(4); p != nil {
		return binary.LittleEndian.Uint32(p)
	}
	return 0
}

func (in *input) le64() uint64 {
	if p := in.take(8); p != nil {
		return binary.LittleEndian.Uint64(p)
	}
	return 0
}

func (f *protoField) setEnum(n *event.Node, number int32) {
	name, known := f.enum.names[number]
	if !known {
		name = "#" + strconv.Itoa(int(number))
		n.Reason = "a symbol that the schema does not have"
	}
	setScalar(n, event.TextValue(event.ValueEnum, name))
}

// zero is the default of a field without presence.
func (f *protoField) zero() event.Value {
	switch f.kind {
	case protoreflect.BoolKind:
		return event.BoolValue(false)
	case protoreflect.StringKind:
		return event.TextValue(event.ValueString, "")
	case protoreflect.BytesKind:
		return event.TextValue(event.ValueBytes, "")
	case protoreflect.EnumKind:
		var n event.Node
		f.setEnum(&n, 0)
		return n.Value
	case protoreflect.DoubleKind:
		return event.Float64Value(0)
	case protoreflect.FloatKind:
		return event.Float32Value(0)
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		return event.UintValue(0)
	}
	return event.IntValue(0)
}

// entry reads an entry of a map, in which key and value may be left out or stand in any order.
func (s protoScalar) entry(body *input, n *event.Node) {
	var got event.Node
	protoValue{t: s.f.message, file: s.file}.members(body, &got)
	n.Kind, n.Type, n.Items = event.NodeEntry, "", make([]event.Node, 2)
	for i, name := range []string{"key", "value"} {
		f := s.f.message.fields[i+1]
		n.Items[i] = event.Node{Name: name, Off: body.pos, Reason: defaultReason}
		if f != nil && f.message == nil {
			setScalar(&n.Items[i], f.zero())
			n.Items[i].Type = f.typ
		} else {
			n.Items[i].Kind = event.NodeObject
		}
	}
	for i := range got.Items {
		switch got.Items[i].Name {
		case "key":
			n.Items[0] = got.Items[i]
		case "value":
			n.Items[1] = got.Items[i]
		}
	}
}
