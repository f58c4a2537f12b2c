package probe

import (
	"encoding/binary"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func (r *run) protoDocument() {
	t := r.program.message
	x := cell{kind: Object}
	if !r.count(1) || !r.protoValue(t, 1, &x) {
		return
	}
	if t.w.slot >= 0 {
		x.end = int32(r.pos)
		r.set(t.w.slot, x)
	}
}

// protoValue reads the message that fills the rest of the bytes, as a tree shows it; x is what it is.
func (r *run) protoValue(t *protoType, level int, x *cell) bool {
	if t.known != notKnown {
		if done, ok := r.protoKnown(t, level, x); done {
			return ok
		}
	}
	x.kind = Object
	return r.protoMembers(t, 0, level, false)
}

// protoMembers reads the fields of a message, up to the end of the bytes or of its group. t is nil for a group that the schema does not have.
func (r *run) protoMembers(t *protoType, group int32, level int, inGroup bool) bool {
	base := len(r.seen)
	if t != nil {
		if !r.count(t.room) {
			return false
		}
		for range t.words {
			r.seen = append(r.seen, 0)
		}
	}
	for r.pos < len(r.b) {
		at := r.pos
		tag, ok := r.uvarint()
		if !ok {
			return false
		}
		number, wire := tag>>3, uint8(tag&7)
		switch {
		case number == 0 || number > 1<<29-1:
			r.pos = at
			return r.stop("a field number that Protobuf does not have")
		case wire == wireEnd && inGroup && number == uint64(group):
			return r.protoFinish(t, base, level)
		case wire == wireEnd || wire > wire32:
			r.pos = at
			return r.stop("a wire type that Protobuf does not have")
		}
		var f *protoField
		if t != nil {
			f = t.field(number)
		}
		switch {
		case f != nil && f.fits(wire):
			if ok = r.protoField(t, f, wire, base, level, at); !ok {
				return false
			}
			continue
		case f != nil:
			r.fault(FaultForm, at)
		default:
			r.fault(FaultUnknown, at)
		}
		if !r.protoUnknown(int32(number), wire, level+1) {
			return false
		}
	}
	if inGroup {
		return r.stop("a group has no end")
	}
	return r.protoFinish(t, base, level)
}

// protoUnknown passes a field of which nothing but the wire type is known.
func (r *run) protoUnknown(number int32, wire uint8, level int) bool {
	if level > r.depth {
		return r.stop(whyDepth)
	}
	if !r.count(1) {
		return false
	}
	ok := true
	switch wire {
	case wireVarint:
		_, ok = r.uvarint()
	case wire64:
		_, ok = r.take(8)
	case wire32:
		_, ok = r.take(4)
	case wireLength:
		_, _, ok = r.protoContent()
	default:
		ok = r.protoMembers(nil, number, level, true)
	}
	return ok
}

// protoContent passes what has a length in front.
func (r *run) protoContent() (from, to int, ok bool) {
	size, ok := r.uvarint()
	if !ok {
		return 0, 0, false
	}
	if size > uint64(len(r.b)-r.pos) {
		return 0, 0, r.stop(whyEnds)
	}
	from = r.pos
	r.pos += int(size)
	return from, r.pos, true
}

// protoField reads one occurrence of a field in a form that it can have.
func (r *run) protoField(t *protoType, f *protoField, wire uint8, base, level, at int) bool {
	word, bit := &r.seen[base+int(f.place>>6)], uint64(1)<<(f.place&63)
	if f.list {
		first := *word&bit == 0
		*word |= bit
		return r.protoRepeated(f, wire, level, first)
	}
	if *word&bit != 0 {
		switch {
		case f.message != nil && f.message.known == notKnown:
			r.fault(FaultMerged, at)
		default:
			r.fault(FaultTwice, at)
			if f.w != nil {
				r.takeBack(f.w)
			}
		}
	} else {
		*word |= bit
		if f.w != nil {
			for i, s := range f.w.truncates {
				r.from[f.w.from+int32(i)] = int32(len(r.lists[s]))
			}
		}
		if f.oneof != 0 {
			r.protoExclude(t, f, base, at)
		}
	}
	if level+1 > r.depth {
		return r.stop(whyDepth)
	}
	x := cell{typ: f.typ}
	if !r.count(1) || !r.protoScalar(f, level+1, &x) {
		return false
	}
	if f.slot >= 0 {
		r.set(f.slot, x)
	}
	return true
}

// protoExclude takes back the other field of the same oneof that was there before.
func (r *run) protoExclude(t *protoType, f *protoField, base, at int) {
	for _, g := range t.fields {
		word, bit := &r.seen[base+int(g.place>>6)], uint64(1)<<(g.place&63)
		if g == f || g.oneof != f.oneof || *word&bit == 0 {
			continue
		}
		*word &^= bit
		r.fault(FaultTwice, at)
		if g.w != nil {
			r.takeBack(g.w)
		}
	}
}

// protoRepeated reads an element, or a block of them. The list is a value of its own.
func (r *run) protoRepeated(f *protoField, wire uint8, level int, first bool) bool {
	if level+1 > r.depth {
		return r.stop(whyDepth)
	}
	if first && !r.count(1) {
		return false
	}
	if f.slot >= 0 {
		r.protoList(f)
	}
	if wire != wireLength || f.wire == wireLength {
		return r.protoElement(f, level+2)
	}
	from, end, ok := r.protoContent()
	if !ok {
		return false
	}
	whole := r.b
	r.b, r.pos = whole[:end], from
	for r.pos < end {
		if !r.protoElement(f, level+2) {
			return false
		}
	}
	r.b = whole
	return true
}

// protoList makes the cell of a list or map what it is, unless an occurrence before did.
func (r *run) protoList(f *protoField) {
	c := r.last(f.slot)
	if c.kind != List && c.kind != Map {
		*c = cell{kind: List, off: int32(r.pos), typ: f.typ}
		if f.message != nil && f.message.entry {
			c.kind = Map
		}
	}
}

// last is the cell of a path that set would write.
func (c *cells) last(slot int32) *cell {
	if c.program.repeated[slot] {
		return &c.lists[slot][len(c.lists[slot])-1]
	}
	return &c.one[slot]
}

func (r *run) protoElement(f *protoField, level int) bool {
	if level > r.depth {
		return r.stop(whyDepth)
	}
	if f.slot >= 0 {
		c := r.last(f.slot)
		c.bits++
		c.end = int32(r.pos)
	}
	if f.w != nil {
		if f.message != nil && f.message.entry {
			r.open(f.w.entries)
		} else {
			r.open(f.w.elements)
		}
	}
	x := cell{typ: f.typ}
	if !r.count(1) || !r.protoScalar(f, level, &x) {
		return false
	}
	if f.elemSlot >= 0 {
		r.set(f.elemSlot, x)
	}
	return true
}

// protoFinish gives fields that are not there their defaults.
func (r *run) protoFinish(t *protoType, base, level int) bool {
	if t == nil {
		return true
	}
	missing := 0
	for _, f := range t.fields {
		seen := r.seen[base+int(f.place>>6)]>>(f.place&63)&1 != 0
		if seen || f.list {
			continue
		}
		if f.required {
			r.fault(FaultRequired, r.pos)
		}
		if !f.presence {
			missing++
		}
		if f.slot < 0 || f.presence && !t.entry {
			continue
		}
		// An occurrence of the message before may have had the field.
		if c := r.last(f.slot); c.kind == Missing || c.flags&byDefault != 0 {
			*c = cell{kind: zeroKind(f), flags: byDefault, off: int32(r.pos), end: int32(r.pos), typ: f.typ}
		}
	}
	r.seen = r.seen[:base]
	return r.count(missing)
}

// zeroKind is the kind of what a field has that is not in the bytes; all of its bits are 0.
func zeroKind(f *protoField) Kind {
	switch f.kind {
	case protoreflect.BoolKind:
		return Bool
	case protoreflect.StringKind:
		return Text
	case protoreflect.BytesKind:
		return Bytes
	case protoreflect.EnumKind:
		return Enum
	case protoreflect.DoubleKind:
		return Float64
	case protoreflect.FloatKind:
		return Float32
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		return Uint
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return Object
	}
	return Int
}

// protoScalar reads one value of a field: behind its tag, or inside a packed block.
func (r *run) protoScalar(f *protoField, level int, x *cell) bool {
	x.off = int32(r.pos)
	switch f.kind {
	case protoreflect.MessageKind:
		from, end, ok := r.protoContent()
		if !ok {
			return false
		}
		whole := r.b
		r.b, r.pos = whole[:end], from
		if f.message.entry {
			ok = r.protoMembers(f.message, 0, level, false)
		} else {
			ok = r.protoValue(f.message, level, x)
		}
		if !ok {
			return false
		}
		r.b, r.pos = whole, end
		return true
	case protoreflect.GroupKind:
		x.kind = Object
		if !r.protoMembers(f.message, f.number, level, true) {
			return false
		}
	case protoreflect.StringKind, protoreflect.BytesKind:
		from, end, ok := r.protoContent()
		if !ok {
			return false
		}
		x.kind, x.off = Bytes, int32(from)
		if f.kind == protoreflect.StringKind {
			x.kind = Text
			if !utf8.Valid(r.b[from:end]) {
				x.flags = badUTF8
				r.fault(FaultUTF8, from)
			}
		}
	default:
		return r.protoNumber(f, x)
	}
	x.end = int32(r.pos)
	return true
}

func (r *run) protoNumber(f *protoField, x *cell) bool {
	at, ok := r.pos, true
	var u uint64
	switch f.wire {
	case wire32:
		if at, ok = r.take(4); ok {
			u = uint64(binary.LittleEndian.Uint32(r.b[at:]))
		}
	case wire64:
		if at, ok = r.take(8); ok {
			u = binary.LittleEndian.Uint64(r.b[at:])
		}
	default:
		u, ok = r.uvarint()
	}
	if !ok {
		return false
	}
	x.kind, x.bits, x.end = Int, u, int32(r.pos)
	switch f.kind {
	case protoreflect.BoolKind:
		x.kind, x.bits = Bool, min(u, 1)
	case protoreflect.Int32Kind, protoreflect.Sfixed32Kind:
		x.bits = uint64(int64(int32(u)))
	case protoreflect.Sint32Kind:
		v := uint32(u)
		x.bits = uint64(int64(int32(v>>1) ^ -int32(v&1)))
	case protoreflect.Sint64Kind:
		x.bits = uint64(int64(u>>1) ^ -int64(u&1))
	case protoreflect.Uint32Kind:
		x.kind, x.bits = Uint, uint64(uint32(u))
	case protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		x.kind = Uint
	case protoreflect.FloatKind:
		x.kind = Float32
	case protoreflect.DoubleKind:
		x.kind = Float64
	case protoreflect.EnumKind:
		x.kind, x.extra, x.bits = Enum, int32(u), uint64(int64(int32(u)))
		if _, known := f.symbols[x.extra]; !known {
			r.fault(FaultSymbol, at)
		}
	}
	return true
}
