package probe

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/serde"
)

func (r *run) avroDocument() {
	if !r.count(1) || !r.avro(0, 1) {
		return
	}
	if r.pos < len(r.b) {
		r.fault(FaultLeftOver, r.pos)
	}
}

// uvarint reads 7 bits per byte, lowest first, of at most ten bytes; what is beyond 64 bits is dropped, as trees do.
func (r *run) uvarint() (uint64, bool) {
	b, i := r.b, r.pos
	if i < len(b) && b[i] < 0x80 {
		r.pos = i + 1
		return uint64(b[i]), true
	}
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		if i >= len(b) {
			r.pos = i
			return 0, r.stop(whyEnds)
		}
		c := b[i]
		i++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.pos = i
			return v, true
		}
	}
	r.pos = i
	return 0, r.stop("a number has too many bytes")
}

// zigzag reads Avro's signed number.
func (r *run) zigzag() (int64, bool) {
	u, ok := r.uvarint()
	return int64(u>>1) ^ -int64(u&1), ok
}

// take passes n bytes and gives the place of the first.
func (r *run) take(n int) (at int, ok bool) {
	if n > len(r.b)-r.pos {
		return r.pos, r.stop(whyEnds)
	}
	at = r.pos
	r.pos += n
	return at, true
}

// avroLength reads the length of a text or bytes.
func (r *run) avroLength() (int, bool) {
	n, ok := r.zigzag()
	if ok && (n < 0 || n > math.MaxInt32) {
		return 0, r.stop("a length is out of range")
	}
	return int(n), ok
}

// avro runs the code from pc on to its end, for a value at a level of nesting.
func (r *run) avro(pc int32, level int) bool {
	for {
		i := &r.program.code[pc]
		pc++
		var x cell
		switch i.op {
		case opEnd:
			return true
		case opSkip:
			if _, ok := r.take(int(i.size)); !ok {
				return false
			}
			continue
		case opRecord:
			if i.size > 0 && level+int(i.level)+1 > r.depth {
				return r.stop(whyDepth)
			}
			if !r.count(int(i.size)) {
				return false
			}
			x = cell{kind: Object, off: int32(r.pos), bits: uint64(i.size)}
		case opCall:
			if !r.avro(i.to, level+int(i.level)) {
				return false
			}
			continue
		case opUnion:
			n, ok := r.zigzag()
			if !ok {
				return false
			}
			if n < 0 || n >= int64(i.size) || r.program.branches[int(i.to)+int(n)] < 0 {
				return r.stop("a union branch that the schema does not have")
			}
			if !r.avro(r.program.branches[int(i.to)+int(n)], level) {
				return false
			}
			continue
		case opArray, opMap:
			if !r.avroBlocks(i, level+int(i.level), &x) {
				return false
			}
		default:
			if !r.avroScalar(i, &x) {
				return false
			}
		}
		if i.slot >= 0 {
			x.typ = i.typ
			r.set(i.slot, x)
		}
	}
}

// avroScalar reads a value that holds no others.
func (r *run) avroScalar(i *instr, x *cell) bool {
	x.off = int32(r.pos)
	at, ok := r.pos, true
	switch i.op {
	case opNull:
		x.kind = Null
	case opBool:
		if at, ok = r.take(1); !ok {
			return false
		}
		x.kind = Bool
		if c := r.b[at]; c != 0 {
			x.bits = 1
			if c > 1 {
				r.fault(FaultRange, at)
			}
		}
	case opInt, opLong:
		n, ok := r.zigzag()
		if !ok {
			return false
		}
		if i.op == opInt && n != int64(int32(n)) {
			r.fault(FaultRange, at)
			n = int64(int32(n))
		}
		x.kind, x.bits = Int, uint64(n)
		if unit := r.program.types[i.typ].unit; unit != NoUnit {
			x.kind = Time
			if unit == DayMillis && uint64(n) >= 86_400_000 || unit == DayMicros && uint64(n) >= 86_400_000_000 {
				r.fault(FaultRange, at)
			}
		}
	case opFloat:
		if at, ok = r.take(4); !ok {
			return false
		}
		x.kind, x.bits = Float32, uint64(binary.LittleEndian.Uint32(r.b[at:]))
	case opDouble:
		if at, ok = r.take(8); !ok {
			return false
		}
		x.kind, x.bits = Float64, binary.LittleEndian.Uint64(r.b[at:])
	case opEnum:
		n, ok := r.zigzag()
		if !ok {
			return false
		}
		x.kind, x.bits, x.extra = Enum, uint64(n), int32(n)
		if n < 0 || n >= int64(i.size) {
			x.extra = -1
			r.fault(FaultSymbol, at)
		}
	default:
		return r.avroContent(i, x)
	}
	x.end = int32(r.pos)
	return true
}

// avroContent reads text, bytes and fixed.
func (r *run) avroContent(i *instr, x *cell) bool {
	n, ok := int(i.size), true
	if i.op != opFixed {
		if n, ok = r.avroLength(); !ok {
			return false
		}
	}
	at, ok := r.take(n)
	if !ok {
		return false
	}
	x.off, x.end, x.kind = int32(at), int32(r.pos), Bytes
	if i.op == opText {
		x.kind = Text
		if !utf8.Valid(r.b[at:r.pos]) {
			x.flags = badUTF8
			r.fault(FaultUTF8, at)
		}
		return true
	}
	t := &r.program.types[i.typ]
	switch logical := t.avro.Logical(); {
	case logical == "":
	case logical == "decimal":
		x.kind = Decimal
		if n > serde.MostDecimalBytes {
			x.kind = Opaque
			r.fault(FaultNumber, at)
		}
	case logical == "duration" && n == 12:
		x.kind = Time
	case logical == "uuid" && n == 16:
		x.kind, x.flags = Text, uuidBytes
	}
	return true
}

// avroBlocks reads an array or a map: blocks of a count and as many items, ended by a count of 0. After a negative count the size of the block
// follows, by which it could be passed over; but then nobody knew whether it is what the schema says.
func (r *run) avroBlocks(i *instr, level int, x *cell) bool {
	x.kind, x.off = List, int32(r.pos)
	each := 1
	if i.op == opMap {
		x.kind, each = Map, 3 // the entry, its key, its value
	}
	var opens []int32
	keySlot := int32(-1)
	if i.w != nil {
		if opens = i.w.elements; i.op == opMap {
			if opens = i.w.entries; i.w.key != nil {
				keySlot = i.w.key.slot
			}
		}
	}
	for {
		n, ok := r.zigzag()
		if !ok {
			return false
		}
		if n < 0 {
			if _, ok = r.zigzag(); !ok {
				return false
			}
			n = -n
		}
		if n == 0 {
			return true
		}
		down := 1
		if i.op == opMap {
			down = 2
		}
		if level+down > r.depth {
			return r.stop(whyDepth)
		}
		for count := uint64(n); count > 0; count-- {
			if !r.count(each) {
				return false
			}
			r.open(opens)
			x.bits++
			if i.op == opMap && !r.avroKey(keySlot) {
				return false
			}
			if !r.avro(i.to, level+down) {
				return false
			}
		}
	}
}

func (r *run) avroKey(slot int32) bool {
	n, ok := r.avroLength()
	if !ok {
		return false
	}
	at, ok := r.take(n)
	if !ok {
		return false
	}
	x := cell{kind: Text, off: int32(at), end: int32(r.pos)}
	if !utf8.Valid(r.b[at:r.pos]) {
		x.flags = badUTF8
		r.fault(FaultUTF8, at)
	}
	if slot >= 0 {
		r.set(slot, x)
	}
	return true
}
