package junit

import (
	"strings"
	"unicode"
)

// maxComment is how many characters of a value stand in a comment of a Java source.
const maxComment = 100

// comment makes text safe within a comment of a Java source, where the compiler would take backslashes with a u for characters, and
// the end of a comment for its end.
func comment(text string, most int) string {
	text = line(text)
	text = strings.ReplaceAll(text, `\u`, `\ u`)
	text = strings.ReplaceAll(text, "*/", "* /")
	if r := []rune(text); most > 0 && len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}

// doc is comment for a doc comment, whose text is HTML with tags of its own.
func doc(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;").Replace(comment(text, 0))
}

// line keeps text on its line.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// property escapes a value for java.util.Properties.
func property(text string) string {
	return strings.NewReplacer(`\`, `\\`).Replace(line(text))
}
