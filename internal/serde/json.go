package serde

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// jsonText reads RFC 8259 text and keeps the byte range of every value, which encoding/json does not give.
// Integers that fit an int64 are ValueInt; every other number keeps its text as ValueDecimal, so nothing is rounded.
type jsonText struct {
	in  *input
	end bool // the text stopped because the bytes ended
}

// document reads the whole area: one value, white space around it.
func (j *jsonText) document(n *event.Node) {
	j.space()
	j.value(n)
	j.space()
	if !j.in.stopped() && j.in.pos < j.in.end {
		j.in.stop("more text after the value")
	}
}

func (j *jsonText) space() {
	for j.in.pos < j.in.end {
		switch j.in.b[j.in.pos] {
		case ' ', '\t', '\n', '\r':
			j.in.pos++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end. A zero byte is no JSON either.
func (j *jsonText) peek() byte {
	if j.in.pos < j.in.end {
		return j.in.b[j.in.pos]
	}
	return 0
}

// wrong stops with a syntax error.
func (j *jsonText) wrong(what string) {
	if j.in.pos >= j.in.end {
		j.end = true
		what = "the text ends early"
	}
	j.in.stop(what)
}

func (j *jsonText) value(n *event.Node) {
	n.Off = j.in.pos
	if !j.in.enter(n) {
		return
	}
	switch c := j.peek(); {
	case c == '{':
		j.object(n)
	case c == '[':
		j.array(n)
	case c == '"':
		n.Type = "string"
		if p, raw := j.quoted(); !j.in.stopped() {
			j.text(n, p, raw)
		}
	case c == '-' || c >= '0' && c <= '9':
		j.number(n)
	case c == 't' && j.word("true"), c == 'f' && j.word("false"):
		n.Type = "boolean"
		setScalar(n, event.BoolValue(c == 't'))
	case c == 'n' && j.word("null"):
		n.Kind = event.NodeNull
	default:
		j.wrong("no JSON value")
	}
	j.in.leave(n)
}

func (j *jsonText) word(w string) bool {
	if j.in.end-j.in.pos < len(w) || string(j.in.b[j.in.pos:j.in.pos+len(w)]) != w {
		return false
	}
	j.in.pos += len(w)
	return true
}

func (j *jsonText) object(n *event.Node) {
	n.Kind, n.Type = event.NodeObject, "object"
	n.Items = make([]event.Node, 0, 4)
	j.in.pos++
	for j.space(); j.peek() != '}'; j.space() {
		if len(n.Items) > 0 && !j.comma() {
			return
		}
		if j.peek() != '"' {
			j.wrong("no member name")
			return
		}
		p, raw := j.quoted()
		var member event.Node
		j.text(&member, p, raw)
		j.space()
		if j.in.stopped() {
			return
		}
		if j.peek() != ':' {
			j.wrong("no colon after a member name")
			return
		}
		j.in.pos++
		j.space()
		n.Items = append(n.Items, event.Node{Name: member.Value.Raw()})
		j.value(&n.Items[len(n.Items)-1])
		if j.in.stopped() {
			return
		}
	}
	j.in.pos++
}

func (j *jsonText) array(n *event.Node) {
	n.Kind, n.Type = event.NodeList, "array"
	n.Items = make([]event.Node, 0, 2)
	j.in.pos++
	for j.space(); j.peek() != ']'; j.space() {
		if len(n.Items) > 0 && !j.comma() {
			return
		}
		n.Items = append(n.Items, event.Node{})
		j.value(&n.Items[len(n.Items)-1])
		if j.in.stopped() {
			return
		}
	}
	j.in.pos++
}

func (j *jsonText) comma() bool {
	if j.peek() != ',' {
		j.wrong("no comma between values")
		return false
	}
	j.in.pos++
	j.space()
	return true
}

// quoted passes a string and returns what stands between the quotes; raw says that it holds no escapes.
func (j *jsonText) quoted() (p []byte, raw bool) {
	b, start := j.in.b, j.in.pos+1
	raw = true
	for i := start; i < j.in.end; i++ {
		switch c := b[i]; {
		case c == '"':
			j.in.pos = i + 1
			return b[start:i], raw
		case c == '\\':
			raw = false
			i++
		case c < 0x20:
			j.in.stop("a control character in a string")
			return nil, false
		}
	}
	j.end = true
	j.in.stop("the text ends early")
	return nil, false
}

// text makes n the string p.
func (j *jsonText) text(n *event.Node, p []byte, raw bool) {
	if j.in.stopped() {
		return
	}
	if !raw {
		if p = unescape(p); p == nil {
			j.in.stop("a wrong escape in a string")
			return
		}
	}
	j.in.setText(n, event.ValueString, p)
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape resolves the escapes of p; nil when one is wrong. A lone surrogate becomes U+FFFD.
func unescape(p []byte) []byte {
	out := make([]byte, 0, len(p))
	for i := 0; i < len(p); i++ {
		if p[i] != '\\' {
			out = append(out, p[i])
			continue
		}
		i++
		if i == len(p) {
			return nil
		}
		if p[i] != 'u' {
			c := escapes[p[i]]
			if c == 0 {
				return nil
			}
			out = append(out, c)
			continue
		}
		r, ok := hex4(p, i+1)
		if !ok {
			return nil
		}
		i += 4
		if utf16.IsSurrogate(r) {
			low, isHex := rune(0), false
			if i+2 < len(p) && p[i+1] == '\\' && p[i+2] == 'u' {
				low, isHex = hex4(p, i+3)
			}
			if both := utf16.DecodeRune(r, low); isHex && both != utf8.RuneError {
				r = both
				i += 6
			} else {
				r = utf8.RuneError
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

func hex4(p []byte, at int) (rune, bool) {
	if at+4 > len(p) {
		return 0, false
	}
	var r rune
	for _, c := range p[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func (j *jsonText) digits() bool {
	start := j.in.pos
	for c := j.peek(); c >= '0' && c <= '9'; c = j.peek() {
		j.in.pos++
	}
	return j.in.pos > start
}

func (j *jsonText) number(n *event.Node) {
	start, whole := j.in.pos, true
	if j.peek() == '-' {
		j.in.pos++
	}
	if j.peek() == '0' {
		j.in.pos++
	} else if !j.digits() {
		j.wrong("a number without digits")
		return
	}
	if j.peek() == '.' {
		whole = false
		j.in.pos++
		if !j.digits() {
			j.wrong("a number without digits after the point")
			return
		}
	}
	if c := j.peek(); c == 'e' || c == 'E' {
		whole = false
		j.in.pos++
		if c := j.peek(); c == '+' || c == '-' {
			j.in.pos++
		}
		if !j.digits() {
			j.wrong("a number without digits in its exponent")
			return
		}
	}
	p := j.in.b[start:j.in.pos]
	n.Type = "number"
	if whole && len(p) <= 20 && string(p) != "-0" {
		if i, err := strconv.ParseInt(string(p), 10, 64); err == nil {
			setScalar(n, event.IntValue(i))
			return
		}
	}
	j.in.setText(n, event.ValueDecimal, p)
}
