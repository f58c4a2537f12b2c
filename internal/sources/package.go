package sources

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Package reads which package a text of Kotlin or Scala declares at its beginning, "" = none. Scala's may come in parts, one clause each.
func Package(file string, text []byte) string {
	r := reader{strings.TrimPrefix(string(text), "\uFEFF")}
	var parts []string
	for {
		r.space()
		switch {
		case r.annotation():
		case r.word("package"):
			name := r.name()
			if name == "" || name == "object" { // a package object: the name that follows is of an object
				return strings.Join(parts, ".")
			}
			parts = append(parts, name)
			if !isScala(file) {
				return name
			}
		case len(parts) > 0 && strings.HasPrefix(r.rest, "{"), strings.HasPrefix(r.rest, ";"):
			r.rest = r.rest[1:]
		default:
			return strings.Join(parts, ".")
		}
	}
}

// reader reads the beginning of a text.
type reader struct{ rest string }

// space passes over blanks and comments, which nest.
func (r *reader) space() {
	for {
		r.rest = strings.TrimLeftFunc(r.rest, unicode.IsSpace)
		switch {
		case strings.HasPrefix(r.rest, "//"), strings.HasPrefix(r.rest, "#!"):
			_, r.rest, _ = strings.Cut(r.rest, "\n")
		case strings.HasPrefix(r.rest, "/*"):
			r.comment()
		default:
			return
		}
	}
}

func (r *reader) comment() {
	for depth := 0; r.rest != ""; {
		switch {
		case strings.HasPrefix(r.rest, "/*"):
			depth++
			r.rest = r.rest[2:]
		case strings.HasPrefix(r.rest, "*/"):
			r.rest = r.rest[2:]
			if depth--; depth == 0 {
				return
			}
		default:
			r.rest = r.rest[1:]
		}
	}
}

// annotation passes over one of a file: @file:JvmName("Jobs").
func (r *reader) annotation() bool {
	if !strings.HasPrefix(r.rest, "@file:") {
		return false
	}
	depth, quoted := 0, false
	for i, c := range r.rest {
		switch {
		case c == '"' && (i == 0 || r.rest[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && unicode.IsSpace(c):
			r.rest = r.rest[i:]
			return true
		}
	}
	r.rest = ""
	return true
}

// word passes over a word that stands there, whole.
func (r *reader) word(w string) bool {
	rest, ok := strings.CutPrefix(r.rest, w)
	if next, _ := utf8.DecodeRuneInString(rest); !ok || !unicode.IsSpace(next) {
		return false
	}
	r.rest = rest
	return true
}

// name reads a name with dots; parts may stand in backticks.
func (r *reader) name() string {
	r.space()
	end := strings.IndexFunc(r.rest, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("._$`-", c)
	})
	if end < 0 {
		end = len(r.rest)
	}
	name := strings.ReplaceAll(r.rest[:end], "`", "")
	r.rest = r.rest[end:]
	return name
}
