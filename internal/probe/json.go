package probe

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/serde"
)

// JSON is read in one pass over its bytes. Every value is checked in full; of those that are not wanted nothing is kept.

func (r *run) jsonDocument(w *want) {
	r.space()
	if !r.count(1) || !r.jsonValue(w, 1) {
		return
	}
	r.space()
	if r.pos < len(r.b) {
		r.stop("more text after the value")
	}
}

func (r *run) space() {
	for r.pos < len(r.b) && r.b[r.pos] <= ' ' {
		switch r.b[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end: no JSON has it outside of strings.
func (r *run) peek() byte {
	if r.pos < len(r.b) {
		return r.b[r.pos]
	}
	return 0
}

// wrong stops with a mistake, or because the text ends.
func (r *run) wrong(what string) bool {
	if r.pos >= len(r.b) {
		what = "the text ends early"
	}
	return r.stop(what)
}

// jsonValue reads a value at a level of nesting; the root is at 1. w is nil for what nobody wants. The value was counted.
func (r *run) jsonValue(w *want, level int) bool {
	if level > r.depth {
		return r.stop(whyDepth)
	}
	x := cell{off: int32(r.pos)}
	switch c := r.peek(); c {
	case '{':
		x.kind = Object
		if !r.jsonObject(w, level, &x) {
			return false
		}
	case '[':
		x.kind = List
		if !r.jsonArray(w, level, &x) {
			return false
		}
	case '"':
		x.kind = Text
		if !r.jsonString(&x) {
			return false
		}
	case 't', 'f', 'n':
		if !r.jsonWord(c, &x) {
			return false
		}
	default:
		if c != '-' && (c < '0' || c > '9') {
			return r.wrong("no JSON value")
		}
		if !r.jsonNumber(&x) {
			return false
		}
	}
	if w != nil && w.slot >= 0 {
		if x.kind != Text {
			x.end = int32(r.pos)
		}
		r.set(w.slot, x)
	}
	return true
}

var (
	wordTrue  = []byte("true")
	wordFalse = []byte("false")
	wordNull  = []byte("null")
)

func (r *run) jsonWord(c byte, x *cell) bool {
	word := wordNull
	switch c {
	case 't':
		word, x.kind, x.bits = wordTrue, Bool, 1
	case 'f':
		word, x.kind = wordFalse, Bool
	default:
		x.kind = Null
	}
	if !bytes.HasPrefix(r.b[r.pos:], word) {
		return r.wrong("no JSON value")
	}
	r.pos += len(word)
	return true
}

func (r *run) jsonObject(w *want, level int, x *cell) bool {
	r.pos++
	r.space()
	if r.peek() == '}' {
		r.pos++
		return true
	}
	var object uint32
	if w != nil && len(w.kids) > 0 {
		r.epoch++
		object = r.epoch
	}
	for {
		if r.peek() != '"' {
			return r.wrong("no member name")
		}
		name := cell{off: int32(r.pos)}
		if !r.jsonString(&name) {
			return false
		}
		r.space()
		if r.peek() != ':' {
			return r.wrong("no colon after a member name")
		}
		r.pos++
		r.space()
		var member *want
		if object != 0 {
			if member = w.member(r.memberName(&name)); member != nil {
				r.enter(member, object, int(name.off))
			}
		}
		x.bits++
		if !r.count(1) || !r.jsonValue(member, level+1) {
			return false
		}
		r.space()
		switch r.peek() {
		case ',':
			r.pos++
			r.space()
		case '}':
			r.pos++
			return true
		default:
			return r.wrong("no comma between values")
		}
	}
}

// memberName is a name as trees have it.
func (r *run) memberName(name *cell) []byte {
	raw := r.b[name.off:name.end]
	if name.flags == 0 {
		return raw
	}
	if name.flags&escaped != 0 {
		r.name = serde.UnescapeJSON(r.name[:0], raw)
	} else {
		r.name = append(r.name[:0], string([]rune(string(raw)))...)
	}
	return r.name
}

func (r *run) jsonArray(w *want, level int, x *cell) bool {
	r.pos++
	r.space()
	if r.peek() == ']' {
		r.pos++
		return true
	}
	var elem *want
	if w != nil {
		elem = w.elem
	}
	for {
		if elem != nil {
			r.open(w.elements)
		}
		x.bits++
		if !r.count(1) || !r.jsonValue(elem, level+1) {
			return false
		}
		r.space()
		switch r.peek() {
		case ',':
			r.pos++
			r.space()
		case ']':
			r.pos++
			return true
		default:
			return r.wrong("no comma between values")
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// jsonString passes a string; x is given what stands between the quotes, and flags.
func (r *run) jsonString(x *cell) bool {
	b, i := r.b, r.pos+1
	x.off = int32(i)
	var all uint64 // of bytes that were passed eight at a time
	for {
		// Eight bytes at a time to the first quote, backslash or control character (Hacker's Delight, 6-1: the lowest hit is exact).
		for i+8 <= len(b) {
			v := binary.LittleEndian.Uint64(b[i:])
			q, e := v^(ones*'"'), v^(ones*'\\')
			hit := ((q-ones)&^q | (e-ones)&^e | (v-ones*0x20)&^v) & highs
			if hit != 0 {
				n := bits.TrailingZeros64(hit) >> 3
				all |= v & (1<<(8*n) - 1)
				i += n
				break
			}
			all |= v
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 {
			all |= uint64(b[i])
			i++
		}
		if i >= len(b) {
			r.pos = i
			return r.stop("the text ends early")
		}
		switch b[i] {
		case '"':
			x.end = int32(i)
			if all&highs != 0 && !utf8.Valid(b[x.off:i]) {
				x.flags |= badUTF8
				r.fault(FaultUTF8, int(x.off))
			}
			r.pos = i + 1
			return true
		case '\\':
			x.flags |= escaped
			n := escapeSize(b[i:])
			if n == 0 {
				r.pos = i
				return r.stop("a wrong escape in a string")
			}
			i += n
		default:
			r.pos = i
			return r.stop("a control character in a string")
		}
	}
}

// escapeSize is how many bytes the escape at the front of b takes, 0 = it is none.
func escapeSize(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (r *run) digits() int {
	b, start := r.b, r.pos
	i := start
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	r.pos = i
	return i - start
}

// jsonNumber reads a number: an Int if it is whole and fits, else a Decimal, which keeps its text.
func (r *run) jsonNumber(x *cell) bool {
	x.kind = Decimal
	negative := r.peek() == '-'
	if negative {
		r.pos++
	}
	first, n := r.pos, 0
	if r.peek() == '0' {
		r.pos++
		n = 1
	} else if n = r.digits(); n == 0 {
		return r.wrong("a number without digits")
	}
	whole := true
	if r.peek() == '.' {
		whole = false
		r.pos++
		if r.digits() == 0 {
			return r.wrong("a number without digits after the point")
		}
	}
	if r.peek()|0x20 == 'e' {
		whole = false
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		if r.digits() == 0 {
			return r.wrong("a number without digits in its exponent")
		}
	}
	if !whole || n > 19 {
		return true
	}
	var u uint64
	for _, c := range r.b[first : first+n] {
		u = u*10 + uint64(c-'0')
	}
	switch {
	case !negative && u <= math.MaxInt64:
		x.kind, x.bits = Int, u
	case negative && u > 0 && u <= 1<<63:
		x.kind, x.bits = Int, -u
	}
	return true
}
