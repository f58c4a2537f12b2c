package avro

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// nameRule says which names are taken.
type nameRule uint8

const (
	namesStrict  nameRule = iota // as the specification has them
	namesLetters                 // letters and digits of any script, as Avro took them before
)

// check says what is wrong with a name, or nothing.
func (r nameRule) check(name string) string {
	if name == "" {
		return "is empty"
	}
	for i, c := range name {
		letter, digit := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		if r == namesLetters && c <= 0xFFFF { // Java looks at halves of what is beyond
			letter, digit = unicode.IsLetter(c), unicode.IsDigit(c)
		}
		if !letter && c != '_' && !(digit && i > 0) {
			return "has to be of letters, digits and underscores, and not begin with a digit"
		}
	}
	return ""
}

var javaDouble = regexp.MustCompile(`^([+-]?)(?:(NaN)|(Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+)[fFdD]?)$`)

// parseDouble reads a text as Java's Double.parseDouble does: a default of a float may be such a text.
func parseDouble(s string) (float64, bool) {
	m := javaDouble.FindStringSubmatch(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
	switch {
	case m == nil:
		return 0, false
	case m[2] != "":
		m[1], m[4] = "", "NaN"
	case m[3] != "":
		m[4] = "Inf"
	}
	f, _ := strconv.ParseFloat(m[1]+m[4], 64)
	return f, true
}
