package serde

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// notUTF8 is the reason of text in which every bad byte became U+FFFD.
const notUTF8 = "is not valid UTF-8; bad bytes are replaced"

// setText makes n a scalar of kind k that holds p as text.
func (in *input) setText(n *event.Node, k event.ValueKind, p []byte) {
	if !in.copyText(len(p)) {
		return
	}
	s := in.left.arena.text(p)
	if !utf8.ValidString(s) {
		s, n.Reason = string([]rune(s)), notUTF8
	}
	n.Kind, n.Value = event.NodeScalar, event.TextValue(k, s)
}

func (in *input) setBytes(n *event.Node, p []byte) {
	if in.copyText(len(p)) {
		n.Kind, n.Value = event.NodeScalar, event.TextValue(event.ValueBytes, in.left.arena.text(p))
	}
}

// varint reads an unsigned number of 7 bits per byte, lowest first, of at most 32 bits.
func (in *input) varint() uint32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		c := in.u8()
		v |= uint32(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	in.stop("a number has too many bytes")
	return 0
}

// flinkString reads Flink's StringValue form; null is false.
func (in *input) flinkString(n *event.Node) (string, bool) {
	units := in.varint()
	if units == 0 || in.why != "" {
		return "", false
	}
	return in.codeUnits(n, int(units-1))
}

// halfPair is the reason of text in which a surrogate without its other half became U+FFFD: UTF-8 cannot hold it.
const halfPair = "holds half of a surrogate pair, shown as U+FFFD"

// codeUnits reads UTF-16 code units, each written as a varint; n is told what it shows.
func (in *input) codeUnits(n *event.Node, units int) (string, bool) {
	if units > in.end-in.pos {
		in.stop("a string is longer than the bytes left")
		return "", false
	}
	ascii := true
	for _, c := range in.b[in.pos : in.pos+units] {
		if c >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		if !in.copyText(units) {
			return "", false
		}
		return in.left.arena.text(in.take(units)), true
	}
	if !in.copyText(3 * units / 2) { // UTF-8 is never longer than 1.5 times this form
		return "", false
	}
	out := make([]byte, 0, units+units/2)
	var high rune // a high surrogate that waits for its low one
	for range units {
		u := rune(in.varint())
		if in.why != "" {
			return "", false
		}
		if high != 0 {
			if r := utf16.DecodeRune(high, u); r != utf8.RuneError {
				out, high = utf8.AppendRune(out, r), 0
				continue
			}
			out, high, n.Reason = utf8.AppendRune(out, utf8.RuneError), 0, halfPair
		}
		switch {
		case u > 0xffff:
			in.stop("a character is out of range")
			return "", false
		case u >= 0xd800 && u < 0xdc00:
			high = u
		case u >= 0xdc00 && u < 0xe000:
			out, n.Reason = utf8.AppendRune(out, utf8.RuneError), halfPair
		default:
			out = utf8.AppendRune(out, u)
		}
	}
	if high != 0 {
		out, n.Reason = utf8.AppendRune(out, utf8.RuneError), halfPair
	}
	return string(out), true
}

// javaUTF reads DataOutput.writeUTF: u16 length, modified UTF-8.
func (in *input) javaUTF() string {
	p := in.take(int(in.u16()))
	units := make([]uint16, 0, len(p))
	for i := 0; i < len(p); {
		switch c := p[i]; {
		case c < 0x80:
			units = append(units, uint16(c))
			i++
		case c&0xe0 == 0xc0 && i+1 < len(p):
			units = append(units, uint16(c&0x1f)<<6|uint16(p[i+1]&0x3f))
			i += 2
		case c&0xf0 == 0xe0 && i+2 < len(p):
			units = append(units, uint16(c&0x0f)<<12|uint16(p[i+1]&0x3f)<<6|uint16(p[i+2]&0x3f))
			i += 3
		default:
			in.stop("a class name is not modified UTF-8")
			return ""
		}
	}
	return string(utf16.Decode(units))
}
