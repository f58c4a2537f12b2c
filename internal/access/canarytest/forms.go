package canarytest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf16"
)

// forms are those in which a string may stand somewhere.
type forms struct {
	caseless [][]byte // looked for in lower case
	exact    [][]byte
}

func (s forms) in(b, lower []byte) bool {
	for _, form := range s.caseless {
		if bytes.Contains(lower, form) {
			return true
		}
	}
	for _, form := range s.exact {
		if bytes.Contains(b, form) {
			return true
		}
	}
	return false
}

func formsOf(text string) (s forms) {
	plain := bytes.ToLower([]byte(text))
	s.caseless = append(s.caseless, plain, wide(string(plain), 0), wide(string(plain), 1), []byte(hex.EncodeToString([]byte(text))))
	// Lists of bytes for people have spaces between, and ends of lines: some eight of sixteen bytes stand beside each other.
	window := min(len(text), 8)
	for at := range len(text) - window + 1 {
		s.caseless = append(s.caseless, spaced(text[at:at+window]))
	}
	for shift := range 3 {
		whole := append(bytes.Repeat([]byte{'-'}, shift), text...)
		encoded := base64.StdEncoding.EncodeToString(whole)
		from, to := (shift*8+5)/6, len(whole)*8/6
		s.exact = append(s.exact, []byte(encoded[from:to]))
	}
	return s
}

// wide is a text in UTF-16, of the given byte of each unit first: 0 the higher one, 1 the lower one.
func wide(text string, first int) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		two := []byte{byte(u >> 8), byte(u)}
		b = append(b, two[first], two[1-first])
	}
	return b
}

func spaced(text string) []byte {
	var b []byte
	for i := range len(text) {
		if i > 0 {
			b = append(b, ' ')
		}
		b = hex.AppendEncode(b, []byte{text[i]})
	}
	return b
}
