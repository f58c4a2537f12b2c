package access

import "strings"

// WithoutLiterals is the source of a filter in CEL with each literal replaced by the name of its type: what somebody looked for may be
// payload, and the audit log holds none. Comments are left out; names of fields and functions stay.
func WithoutLiterals(source string) string {
	var b strings.Builder
	for i := 0; i < len(source); {
		c := source[i]
		switch {
		case c == '/' && strings.HasPrefix(source[i:], "//"):
			i = lineEnd(source, i)
		case c == '"' || c == '\'':
			b.WriteString("string")
			i = textEnd(source, i, false)
		case isDigit(c) || c == '.' && i+1 < len(source) && isDigit(source[i+1]) && !endsName(b.String()):
			end, kind := numberEnd(source, i)
			b.WriteString(kind)
			i = end
		case isNameByte(c):
			end := i
			for end < len(source) && isNameByte(source[end]) {
				end++
			}
			if prefix := strings.ToLower(source[i:end]); end < len(source) && (source[end] == '"' || source[end] == '\'') && (prefix == "r" || prefix == "b" || prefix == "br" || prefix == "rb") {
				kind := "string"
				if strings.Contains(prefix, "b") {
					kind = "bytes"
				}
				b.WriteString(kind)
				i = textEnd(source, end, strings.Contains(prefix, "r"))
				continue
			}
			b.WriteString(source[i:end])
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

func endsName(s string) bool {
	return s != "" && (isNameByte(s[len(s)-1]) || s[len(s)-1] == ')' || s[len(s)-1] == ']')
}

func lineEnd(s string, i int) int {
	if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s)
}

// textEnd is behind the literal that begins with a quote at i; one that is not closed goes on to the end.
func textEnd(s string, i int, raw bool) int {
	quote := s[i : i+1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s[i:], long) {
		quote = long
	}
	for k := i + len(quote); k < len(s); k++ {
		switch {
		case s[k] == '\\' && !raw:
			k++
		case strings.HasPrefix(s[k:], quote):
			return k + len(quote)
		}
	}
	return len(s)
}

// numberEnd is behind the number that begins at i, with its type.
func numberEnd(s string, i int) (end int, kind string) {
	kind = "int"
	hex := strings.HasPrefix(strings.ToLower(s[i:]), "0x")
	for end = i; end < len(s); end++ {
		switch c := s[end]; {
		case isDigit(c):
		case (c == 'u' || c == 'U'):
			return end + 1, "uint"
		case hex && (c == 'x' || c == 'X' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'):
		case c == '.' && !hex && end+1 < len(s) && isDigit(s[end+1]), c == 'e' || c == 'E':
			kind = "double"
		case (c == '+' || c == '-') && kind == "double" && (s[end-1] == 'e' || s[end-1] == 'E'):
		default:
			return end, kind
		}
	}
	return end, kind
}

func isNameByte(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
