package probe

import "github.com/sightglass/sightglass/internal/serde"

// protoKnown reads a message that trees show as a value. done is false when it is not in the form that it should have: then nothing was read,
// and it is shown field by field.
func (r *run) protoKnown(t *protoType, level int, x *cell) (done, ok bool) {
	switch t.known {
	case knownAny:
		r.fault(FaultUnread, r.pos)
		return r.protoUnread(t, level, x)
	case knownOther:
		if t.w != nil {
			r.fault(FaultUnread, r.pos)
		}
		return r.protoUnread(t, level, x)
	}
	parts, whole := r.protoParts()
	if !whole {
		return false, false
	}
	second, nano := int64(parts[1].number), int32(parts[2].number)
	at := r.pos
	switch t.known {
	case knownTimestamp, knownDuration:
		if !only(&parts, wireVarint, wireVarint) {
			return false, false
		}
		x.typ = typTimestamp
		if t.known == knownDuration {
			x.typ = typDuration
			if second > 0 && nano < 0 || second < 0 && nano > 0 || nano <= -1_000_000_000 || nano >= 1_000_000_000 {
				return false, false
			}
		} else if nano < 0 || nano >= 1_000_000_000 {
			r.fault(FaultRange, at)
		}
		x.kind, x.bits, x.extra = Time, uint64(second), nano
	case knownDecimal:
		if !only(&parts, wireLength, wireVarint, wireVarint) {
			return false, false
		}
		x.kind, x.extra = Decimal, int32(parts[3].number)
		x.off, x.end = int32(parts[1].off), int32(parts[1].end)
		if x.end-x.off > serde.MostDecimalBytes {
			x.kind = Opaque
			r.fault(FaultNumber, at)
		}
		r.pos = len(r.b)
		return true, true
	default:
		f := t.field(1)
		if f == nil || !only(&parts, f.wire) {
			return false, false
		}
		if !parts[1].seen {
			x.kind, x.flags, x.off = zeroKind(f), byDefault, int32(len(r.b))
			break
		}
		whole := r.b
		r.b, r.pos = whole[:parts[1].end], parts[1].start
		if ok := r.protoScalar(f, 0, x); !ok {
			return true, false
		}
		r.b, r.pos = whole, len(whole)
		return true, true
	}
	x.end = int32(len(r.b))
	r.pos = len(r.b)
	return true, true
}

// protoUnread checks a message that only trees read.
func (r *run) protoUnread(t *protoType, level int, x *cell) (done, ok bool) {
	x.kind = Opaque
	return true, r.protoMembers(t.bare, 0, level, false)
}

// protoPart is the last occurrence of a field of a small message.
type protoPart struct {
	seen     bool
	wire     uint8
	number   uint64 // of a varint
	off, end int    // of the content behind tag and length
	start    int    // of the value behind the tag
}

// protoParts looks at the fields 1 to 6 of the message that fills the bytes, without reading on. ok is false when it holds anything else.
func (r *run) protoParts() (p [7]protoPart, ok bool) {
	b, pos := r.b, r.pos
	for pos < len(b) {
		tag, n := uvarintAt(b[pos:])
		number := tag >> 3
		if n == 0 || number < 1 || number > 6 {
			return p, false
		}
		pos += n
		f := protoPart{seen: true, wire: uint8(tag & 7), start: pos, off: pos}
		switch f.wire {
		case wireVarint:
			if f.number, n = uvarintAt(b[pos:]); n == 0 {
				return p, false
			}
			pos += n
		case wire64:
			pos += 8
		case wire32:
			pos += 4
		case wireLength:
			size, n := uvarintAt(b[pos:])
			if n == 0 || size > uint64(len(b)-pos-n) {
				return p, false
			}
			f.off = pos + n
			pos += n + int(size)
		default:
			return p, false
		}
		if pos > len(b) {
			return p, false
		}
		f.end = pos
		p[number] = f
	}
	return p, true
}

// uvarintAt is run.uvarint of the front of b; n is 0 when there is none.
func uvarintAt(b []byte) (v uint64, n int) {
	for i := range min(len(b), 10) {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// only tells whether every field that is there has the wire type at its place.
func only(p *[7]protoPart, wires ...uint8) bool {
	for i := 1; i < len(p); i++ {
		if p[i].seen && (i > len(wires) || p[i].wire != wires[i-1]) {
			return false
		}
	}
	return true
}
