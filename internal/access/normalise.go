package access

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Normaliser makes spellings of one value the same before a token is made of it.
type Normaliser string

// The normalisers.
const (
	NormaliseNone   Normaliser = ""       // NFC
	NormaliseEmail  Normaliser = "email"  // without space around it, in lower case
	NormaliseDigits Normaliser = "digits" // digits alone
	NormalisePhone  Normaliser = "phone"  // digits behind a plus; 00 before them is one

	normaliseExactly Normaliser = "exactly" // as it is, for keys: no policy names it
)

// Valid tells whether there is such a normaliser.
func (n Normaliser) Valid() bool {
	switch n {
	case NormaliseNone, NormaliseEmail, NormaliseDigits, NormalisePhone:
		return true
	}
	return false
}

// Of gives the spelling that stands for all.
func (n Normaliser) Of(text string) string {
	switch n {
	case NormaliseEmail:
		return strings.ToLower(strings.TrimSpace(norm.NFC.String(text)))
	case normaliseExactly:
		return text
	case NormaliseDigits:
		return digitsOf(text)
	case NormalisePhone:
		d := digitsOf(text)
		switch trimmed := strings.TrimSpace(text); {
		case strings.HasPrefix(trimmed, "+"):
			return "+" + d
		case strings.HasPrefix(d, "00"):
			return "+" + d[2:]
		}
		return d
	}
	return norm.NFC.String(text)
}

func digitsOf(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}
