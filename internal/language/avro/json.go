package avro

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/language"
)

// jsonKind is what a JSON value is. Numbers are told apart as Jackson tells them apart, since defaults are checked by it.
type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonText
	jsonInt    // fits 32 bits
	jsonLong   // fits 64 bits
	jsonBig    // whole, and does not
	jsonDouble // has a fraction or an exponent
	jsonArray
	jsonObject
)

// jsonValue is a JSON value that remembers where it stands and the order of its members.
type jsonValue struct {
	kind    jsonKind
	flag    bool
	text    string  // of a text; the digits of a jsonBig
	whole   int64   // of a jsonInt and jsonLong
	double  float64 // of a jsonDouble
	items   []*jsonValue
	members []jsonMember
	lookup  map[string]int // of members, once they are many
	at      int            // byte of the text
}

type jsonMember struct {
	name  string
	value *jsonValue
}

// member gives a member's value, nil without one or if v is no object.
func (v *jsonValue) member(name string) *jsonValue {
	if v.lookup != nil {
		if i, ok := v.lookup[name]; ok {
			return v.members[i].value
		}
		return nil
	}
	for i := range v.members {
		if v.members[i].name == name {
			return v.members[i].value
		}
	}
	return nil
}

// textOf gives a member that is a text.
func (v *jsonValue) textOf(name string) (string, bool) {
	if m := v.member(name); m != nil && m.kind == jsonText {
		return m.text, true
	}
	return "", false
}

// equalJSON is equality as Jackson has it: 1 and 1.0 differ, the order of members does not matter.
func equalJSON(a, b *jsonValue) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case jsonBool:
		return a.flag == b.flag
	case jsonText, jsonBig:
		return a.text == b.text
	case jsonInt, jsonLong:
		return a.whole == b.whole
	case jsonDouble:
		return math.Float64bits(a.double) == math.Float64bits(b.double)
	case jsonArray:
		if len(a.items) != len(b.items) {
			return false
		}
		for i := range a.items {
			if !equalJSON(a.items[i], b.items[i]) {
				return false
			}
		}
	case jsonObject:
		if len(a.members) != len(b.members) {
			return false
		}
		for _, m := range a.members {
			if o := b.member(m.name); o == nil || !equalJSON(m.value, o) {
				return false
			}
		}
	}
	return true
}

// mostDigits is Jackson's limit of a number.
const mostDigits = 1000

// jsonReader reads what Jackson reads for Avro: JSON with comments as Java has them, the last of equal members winning in the place of
// the first.
type jsonReader struct {
	in  string
	pos int
}

// readJSON reads the one value of a text. Errors are *language.SyntaxError and language.ErrTooLarge.
func readJSON(text string) (*jsonValue, error) {
	if !utf8.ValidString(text) {
		return nil, &language.SyntaxError{Message: "the text is not UTF-8"}
	}
	r := &jsonReader{in: text}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	// What follows is trimmed as Java trims; a comment is more than that.
	for r.pos < len(r.in) && r.in[r.pos] <= ' ' {
		r.pos++
	}
	if r.pos < len(r.in) {
		return nil, r.fail("the text goes on after the schema")
	}
	return v, nil
}

func (r *jsonReader) fail(message string) error { return syntaxAt(r.in, r.pos, "", message) }

// syntaxAt says that the byte at of a text is where it stops being a schema.
func syntaxAt(text string, at int, pointer, message string) error {
	before := text[:min(at, len(text))]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return &language.SyntaxError{Line: line + 1, Column: column + 1, Pointer: pointer, Message: message}
}

func (r *jsonReader) space() error {
	for r.pos < len(r.in) {
		switch r.in[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		case '/':
			rest := r.in[r.pos:]
			switch {
			case strings.HasPrefix(rest, "//"):
				if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
					r.pos += end
				} else {
					r.pos = len(r.in)
				}
			case strings.HasPrefix(rest, "/*"):
				end := strings.Index(rest[2:], "*/")
				if end < 0 {
					return r.fail("the comment does not end")
				}
				r.pos += end + 4
			default:
				return r.fail("a / begins nothing here")
			}
		default:
			return nil
		}
	}
	return nil
}

func (r *jsonReader) value(depth int) (*jsonValue, error) {
	if err := r.space(); err != nil {
		return nil, err
	}
	if r.pos >= len(r.in) {
		return nil, r.fail("the text ends where a value is due")
	}
	v := &jsonValue{at: r.pos}
	switch c := r.in[r.pos]; {
	case c == '{' || c == '[':
		if depth >= language.MostNesting {
			return nil, language.ErrTooLarge
		}
		if c == '[' {
			return v, r.array(v, depth)
		}
		return v, r.object(v, depth)
	case c == '"':
		s, err := r.text()
		v.kind, v.text = jsonText, s
		return v, err
	case c == '-' || c >= '0' && c <= '9':
		return v, r.number(v)
	}
	for _, word := range []struct {
		name string
		kind jsonKind
		flag bool
	}{{"null", jsonNull, false}, {"true", jsonBool, true}, {"false", jsonBool, false}} {
		if strings.HasPrefix(r.in[r.pos:], word.name) {
			r.pos += len(word.name)
			v.kind, v.flag = word.kind, word.flag
			return v, nil
		}
	}
	return nil, r.fail("this is no JSON")
}

func (r *jsonReader) array(v *jsonValue, depth int) error {
	v.kind = jsonArray
	r.pos++
	for {
		if err := r.space(); err != nil {
			return err
		}
		if r.pos < len(r.in) && r.in[r.pos] == ']' && len(v.items) == 0 {
			r.pos++
			return nil
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
		if done, err := r.next(']'); done || err != nil {
			return err
		}
	}
}

func (r *jsonReader) object(v *jsonValue, depth int) error {
	v.kind = jsonObject
	r.pos++
	for {
		if err := r.space(); err != nil {
			return err
		}
		if r.pos >= len(r.in) {
			return r.fail("the object does not end")
		}
		if r.in[r.pos] == '}' && len(v.members) == 0 {
			r.pos++
			return nil
		}
		if r.in[r.pos] != '"' {
			return r.fail("a member's name in quotes is due here")
		}
		name, err := r.text()
		if err != nil {
			return err
		}
		if err := r.space(); err != nil {
			return err
		}
		if r.pos >= len(r.in) || r.in[r.pos] != ':' {
			return r.fail("a colon is due here")
		}
		r.pos++
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		v.put(name, value)
		if done, err := r.next('}'); done || err != nil {
			return err
		}
	}
}

// put replaces a member of the same name, or appends one.
func (v *jsonValue) put(name string, value *jsonValue) {
	if v.lookup == nil && len(v.members) == 16 {
		v.lookup = make(map[string]int, 64)
		for i := range v.members {
			v.lookup[v.members[i].name] = i
		}
	}
	if v.lookup != nil {
		if i, ok := v.lookup[name]; ok {
			v.members[i].value = value
			return
		}
		v.lookup[name] = len(v.members)
	} else {
		for i := range v.members {
			if v.members[i].name == name {
				v.members[i].value = value
				return
			}
		}
	}
	v.members = append(v.members, jsonMember{name, value})
}

// next passes a comma, or the end of what it is in.
func (r *jsonReader) next(end byte) (done bool, err error) {
	if err := r.space(); err != nil {
		return false, err
	}
	if r.pos < len(r.in) {
		switch r.in[r.pos] {
		case ',':
			r.pos++
			return false, nil
		case end:
			r.pos++
			return true, nil
		}
	}
	return false, r.fail("a comma or " + string(rune(end)) + " is due here")
}

func (r *jsonReader) text() (string, error) {
	r.pos++
	start := r.pos
	var b []byte // once there was an escape
	for r.pos < len(r.in) {
		switch c := r.in[r.pos]; {
		case c == '"':
			s := r.in[start:r.pos]
			r.pos++
			if b != nil {
				return string(append(b, s...)), nil
			}
			return s, nil
		case c < ' ':
			return "", r.fail("a text does not hold control characters; escape them")
		case c != '\\':
			r.pos++
		default:
			b = append(b, r.in[start:r.pos]...)
			var err error
			if b, err = r.escape(b); err != nil {
				return "", err
			}
			start = r.pos
		}
	}
	return "", r.fail("the text does not end")
}

// escape passes a backslash with what belongs to it. Half of a pair alone becomes U+FFFD.
func (r *jsonReader) escape(b []byte) ([]byte, error) {
	if r.pos+1 >= len(r.in) {
		return nil, r.fail("the text does not end")
	}
	if b == nil {
		b = []byte{}
	}
	c := r.in[r.pos+1]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		r.pos += 2
		return append(b, "\"\\/\b\f\n\r\t"[i]), nil
	}
	first, ok := r.unicode(r.pos)
	if !ok {
		return nil, r.fail("this is no escape of JSON")
	}
	r.pos += 6
	if utf16.IsSurrogate(first) {
		if second, ok := r.unicode(r.pos); ok {
			if whole := utf16.DecodeRune(first, second); whole != utf8.RuneError {
				r.pos += 6
				return utf8.AppendRune(b, whole), nil
			}
		}
	}
	return utf8.AppendRune(b, first), nil
}

func (r *jsonReader) unicode(at int) (rune, bool) {
	if at+6 > len(r.in) || r.in[at:at+2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(r.in[at+2:at+6], 16, 16)
	return rune(n), err == nil
}

func (r *jsonReader) digits() int {
	start := r.pos
	for r.pos < len(r.in) && r.in[r.pos] >= '0' && r.in[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

func (r *jsonReader) number(v *jsonValue) error {
	start := r.pos
	if r.in[r.pos] == '-' {
		r.pos++
	}
	zero := r.pos < len(r.in) && r.in[r.pos] == '0'
	if n := r.digits(); n == 0 || n > 1 && zero {
		return r.fail("this is no number of JSON")
	}
	whole := true
	if r.pos < len(r.in) && r.in[r.pos] == '.' {
		whole = false
		r.pos++
		if r.digits() == 0 {
			return r.fail("a digit is due after the point")
		}
	}
	if r.pos < len(r.in) && (r.in[r.pos] == 'e' || r.in[r.pos] == 'E') {
		whole = false
		r.pos++
		if r.pos < len(r.in) && (r.in[r.pos] == '+' || r.in[r.pos] == '-') {
			r.pos++
		}
		if r.digits() == 0 {
			return r.fail("a digit is due in the exponent")
		}
	}
	raw := r.in[start:r.pos]
	if len(raw) > mostDigits {
		r.pos = start
		return r.fail("the number has more than 1000 digits")
	}
	if !whole {
		v.kind = jsonDouble
		v.double, _ = strconv.ParseFloat(raw, 64) // beyond the range it is infinite, as it is for Java
		return nil
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err != nil:
		b, _ := new(big.Int).SetString(raw, 10)
		v.kind, v.text = jsonBig, b.String()
	case n >= math.MinInt32 && n <= math.MaxInt32:
		v.kind, v.whole = jsonInt, n
	default:
		v.kind, v.whole = jsonLong, n
	}
	return nil
}
