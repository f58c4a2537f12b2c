package access

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// LanguageOf is the one that a file is written in, by its name; Java when it says nothing.
func LanguageOf(file string) Language {
	switch {
	case strings.HasSuffix(file, ".kt"), strings.HasSuffix(file, ".kts"):
		return Kotlin
	case strings.HasSuffix(file, ".scala"):
		return Scala
	}
	return Java
}

// isProgram tells whether the language is one that people write jobs in.
func (l *lexer) isProgram() bool { return l.language == Java || l.nests() }

// nests tells whether comments, and literals in literals, lie within each other.
func (l *lexer) nests() bool { return l.language == Kotlin || l.language == Scala }

// symbol tells whether the quote begins a name of Scala, as 'name, and not a character.
func (l *lexer) symbol(i int) bool {
	first, size := utf8.DecodeRuneInString(l.text[i+1:])
	return l.language == Scala && unicode.IsLetter(first) && !strings.HasPrefix(l.text[i+1+size:], "'")
}

// programLiteralEnd is literalEnd where backslashes, three quotes and expressions within mean something.
func (l *lexer) programLiteralEnd(i int) int {
	end := l.text[i : i+1]
	if strings.HasPrefix(l.text[i:], `"""`) {
		end = `"""`
	}
	raw := len(end) == 3 && l.nests()
	before, _ := utf8.DecodeLastRuneInString(l.text[:i])
	templates := l.language == Kotlin || l.language == Scala && (unicode.IsLetter(before) || unicode.IsDigit(before))
	for j := i + len(end); j < len(l.text); {
		rest := l.text[j:]
		switch {
		case rest[0] == '\\' && !raw:
			j += 2
		case templates && l.language == Scala && strings.HasPrefix(rest, "$$"): // one of the text
			j += 2
		case templates && strings.HasPrefix(rest, "${"):
			j = l.templateEnd(j + 2)
		case strings.HasPrefix(rest, end):
			for j += len(end); raw && strings.HasPrefix(l.text[j:], `"`); j++ { // quotes before the last three are of the text
			}
			return j
		default:
			j++
		}
	}
	return len(l.text)
}

// templateEnd is behind the brace that ends an expression in a literal.
func (l *lexer) templateEnd(i int) int {
	for depth := 1; i < len(l.text); {
		if end := l.commentEnd(i); end > i {
			i = end
			continue
		}
		switch c := l.text[i]; {
		case c == '"' || c == '\'' && !l.symbol(i):
			i = l.programLiteralEnd(i)
			continue
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(l.text)
}

// nestedEnd is behind the comment that a text begins with.
func nestedEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			depth++
			i += 2
		case strings.HasPrefix(text[i:], "*/"):
			i += 2
			if depth--; depth == 0 {
				return i
			}
		default:
			i++
		}
	}
	return len(text)
}
