package access

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Language says how literals of a text are written.
type Language string

// The languages. A description is the planner's text about an operator.
const (
	SQL         Language = "sql"
	Java        Language = "java"
	Kotlin      Language = "kotlin"
	Scala       Language = "scala"
	Description Language = "description"
)

// Source is a masked text of a program: a statement, a description, generated code. Its structure is shown to everybody who may
// read the recording; literals and comments are data of somebody.
type Source struct {
	Language Language `json:"language" enum:"sql,java,kotlin,scala,description"`
	Text     string   `json:"text"`
	Size     int      `json:"size" doc:"Bytes that the text had when it was recorded."`
	Masked   []Masked `json:"masked" doc:"What was hidden: literals and comments."`
}

// literalPath is what plans are asked about literals and comments under.
var literalPath = Path{"literal"}

// Source renders a text for who.
func (p *Policy) Source(who Principal, what Subject, text event.Payload, language Language) Source {
	return sourceUnder(p.Plan(who, what), text, language)
}

func sourceUnder(plan Plan, text event.Payload, language Language) Source {
	raw := strings.ToValidUTF8(string(text.Open(sealed.Take())), "\uFFFD")
	s := Source{Language: language, Text: raw, Size: text.Size(), Masked: []Masked{}}
	t := plan.Leaf(literalPath, event.TextValue(event.ValueString, raw))
	if t.Mask == Clear {
		return s
	}
	if t.Mask == "" {
		t.Mask = Redact
	}
	l := lexer{text: raw, language: language}
	l.run()
	s.Text = l.out.String()
	if l.hidden {
		s.Size = sizeClass(s.Size)
		s.Masked = append(s.Masked, Masked{Path: literalPath.Text(), Class: t.Class, Action: t.Mask})
	}
	return s
}

// lexer copies a text without its literals and comments. Lines stay what they are, so that numbers of lines still fit.
type lexer struct {
	text     string
	language Language
	out      strings.Builder
	hidden   bool
}

func (l *lexer) run() {
	for i := l.prefix(); i < len(l.text); {
		end := i
		switch c := l.text[i]; {
		case c == '\'' && l.window(i):
			end = i + len("'w$")
			l.out.WriteString(l.text[i:end])
		case c == '\'' && l.symbol(i):
			end = l.wordEnd(i + 1)
			l.out.WriteString(l.text[i:end])
		case c == '\'' || c == '"' && l.isProgram():
			end = l.literalEnd(i)
			l.hide(l.text[i:end], string(c)+"***"+string(c))
		case c == '"' || c == '`':
			end = l.literalEnd(i) // a name
			l.out.WriteString(l.text[i:end])
		case l.commentEnd(i) > i:
			end = l.commentEnd(i)
			l.hide(l.text[i:end], l.text[i:i+2]+" ***"+closing(l.text[i:end]))
		case c >= '0' && c <= '9':
			end = l.wordEnd(i)
			l.hide(l.text[i:end], "0")
		default:
			if end = l.wordEnd(i); end == i {
				_, size := utf8.DecodeRuneInString(l.text[i:])
				end += size
			}
			l.out.WriteString(l.text[i:end])
		}
		i = end
	}
}

// prefix writes the number of the planner's node that a description begins with: [12]:Calc(…).
func (l *lexer) prefix() int {
	if l.language != Description || !strings.HasPrefix(l.text, "[") {
		return 0
	}
	end := strings.Index(l.text, "]:")
	if end < 0 || strings.Trim(l.text[1:end], "0123456789") != "" {
		return 0
	}
	l.out.WriteString(l.text[:end])
	return end
}

// windowBefore is what stands before 'w$, the planner's name of a window: the window itself, and properties of it.
var windowBefore = []string{"GroupWindow(", "start(", "end(", "rowtime(", "proctime("}

// window tells whether the quote belongs to 'w$. A literal may begin so too: it is the name only where the planner writes names.
func (l *lexer) window(i int) bool {
	rest, named := strings.CutPrefix(l.text[i:], "'w$")
	if l.language != Description || !named || rest == "" || rest[0] != ')' && rest[0] != ',' {
		return false
	}
	return slices.ContainsFunc(windowBefore, func(s string) bool { return strings.HasSuffix(l.text[:i], s) })
}

func (l *lexer) hide(what, with string) {
	l.hidden = true
	l.out.WriteString(with)
	l.out.WriteString(strings.Repeat("\n", strings.Count(what, "\n")))
}

// literalEnd is behind the quote that ends what begins at i.
func (l *lexer) literalEnd(i int) int {
	if l.isProgram() {
		return l.programLiteralEnd(i)
	}
	quote := l.text[i]
	for j := i + 1; j < len(l.text); j++ {
		switch {
		case l.text[j] == quote && j+1 < len(l.text) && l.text[j+1] == quote:
			j++
		case l.text[j] == quote:
			return j + 1
		}
	}
	return len(l.text)
}

// commentEnd is behind the comment that begins at i, or i when none does. Hints of SQL look like comments and are none.
func (l *lexer) commentEnd(i int) int {
	rest := l.text[i:]
	line := "--"
	if l.isProgram() {
		line = "//"
	}
	switch {
	case l.language == Description, strings.HasPrefix(rest, "/*+") && l.language == SQL:
		return i
	case strings.HasPrefix(rest, line):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return i + end
		}
		return len(l.text)
	case strings.HasPrefix(rest, "/*") && l.nests():
		return i + nestedEnd(rest)
	case strings.HasPrefix(rest, "/*"):
		if end := strings.Index(rest[2:], "*/"); end >= 0 {
			return i + 2 + end + 2
		}
		return len(l.text)
	}
	return i
}

func closing(comment string) string {
	if strings.HasPrefix(comment, "/*") {
		return " */"
	}
	return ""
}

// wordEnd is behind the name or number that begins at i. A number ends with its last digit, letter or dot before one: 1.5e3, 10L.
func (l *lexer) wordEnd(i int) int {
	number := l.text[i] >= '0' && l.text[i] <= '9'
	for i < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[i:])
		dot := number && r == '.' && i+1 < len(l.text) && l.text[i+1] >= '0' && l.text[i+1] <= '9'
		if r != '_' && r != '$' && !dot && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i += size
	}
	return i
}
