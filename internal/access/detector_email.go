package access

import "strings"

// Longest parts of an address (RFC 5321, section 4.5.3.1).
const (
	mostLocal  = 64
	mostDomain = 253
)

// findMail finds e-mail addresses, and passwords before the host of a URL. An address is what stands around an @: a local part of letters,
// digits and ._%+'-, and a domain of two labels at least whose last one is letters. Quoted local parts and domains of one label are none:
// nearly all with such a shape are something else.
func findMail(text string) kindSet {
	var hits kindSet
	for from := 0; ; {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			return hits
		}
		at += from
		start := at
		for start > 0 && isLocal(text[start-1]) && at-start <= mostLocal {
			start--
		}
		end, good := domainAt(text, at+1)
		switch {
		case urlPassword(text, at):
			hits |= 1 << kindURLPassword
		case good && at-start >= 1 && at-start <= mostLocal && text[start] != '.' && text[at-1] != '.' && !scaled(text, at+1) && !cloned(text, start, at, end):
			hits |= 1 << kindEmail
		}
		from = at + 1
	}
}

func isLocal(c byte) bool {
	return isAlnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%' || c == '\''
}

// domainAt reads a domain at i; good when it is one that mail goes to.
func domainAt(text string, i int) (end int, good bool) {
	label, dots, letters := i, 0, true
	for end = i; end < len(text) && end-i <= mostDomain; end++ {
		c := text[end]
		switch {
		case c == '.':
			if end == label || text[end-1] == '-' || end+1 == len(text) || !isAlnum(text[end+1]) {
				return end, lastLabel(text[label:end], dots, letters) // the full stop of a sentence
			}
			dots++
			label, letters = end+1, true
			continue
		case c == '-':
			if end == label {
				return end, false
			}
			continue
		case !isAlnum(c):
			return end, lastLabel(text[label:end], dots, letters)
		}
		if isDigit(c) {
			letters = false
		}
	}
	return end, end-i <= mostDomain && lastLabel(text[label:end], dots, letters)
}

// lastLabel tells whether a domain may end with label: letters, or the ASCII form of others.
func lastLabel(label string, dots int, letters bool) bool {
	return dots > 0 && len(label) >= 2 && (letters || strings.HasPrefix(strings.ToLower(label), "xn--"))
}

// scaled tells icon@2x.png, a picture for a denser screen.
func scaled(text string, i int) bool {
	return i+2 < len(text) && isDigit(text[i]) && text[i+1]|0x20 == 'x' && text[i+2] == '.'
}

// cloned tells git@host.example:path, which a repository is fetched from.
func cloned(text string, start, at, end int) bool {
	return text[start:at] == "git" && end+1 < len(text) && text[end] == ':' && !isDigit(text[end+1])
}

// urlPassword tells whether scheme://name:password stands before at.
func urlPassword(text string, at int) bool {
	colon := -1
	for i := at - 1; i > 0 && at-i < 256; i-- {
		switch c := text[i]; {
		case c == ':' && text[i+1] != '/':
			colon = i
		case c == '/':
			return colon > i && colon < at-1 && i >= 2 && text[i-1] == '/' && text[i-2] == ':'
		case c <= ' ' || c == '"' || c == '<' || c == '>':
			return false
		}
	}
	return false
}
