package access

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// line renders a masked tree as one line of at most runes characters, ending in … when it is longer. It holds no line
// breaks, control characters or marks that turn the direction of text, so it is safe on a terminal.
func line(n *Node, runes int) string {
	if n == nil {
		return ""
	}
	w := liner{left: runes, b: make([]byte, 0, min(runes, 256))}
	w.node(n, true)
	return string(w.b)
}

// NodeLine renders a part of a view as it stands in the line of the whole.
func NodeLine(n *Node) string {
	const runes = 80
	w := liner{left: runes}
	w.node(n, false)
	return string(w.b)
}

// liner writes until left is used up; a rune more makes the last one the ellipsis.
type liner struct {
	b    []byte
	last int // where the last rune begins
	left int
	full bool
}

func (w *liner) rune(r rune) {
	if w.full {
		return
	}
	if w.left == 0 {
		w.b = append(w.b[:w.last], "…"...)
		w.full = true
		return
	}
	w.last = len(w.b)
	w.b = utf8.AppendRune(w.b, r)
	w.left--
}

func (w *liner) plain(s string) { w.text(s, false) }

// quoted writes s between quotes, with quotes and backslashes in it marked.
func (w *liner) quoted(s string) {
	w.rune('"')
	w.text(s, true)
	w.rune('"')
}

// text writes s, runs of harmless ASCII at once.
func (w *liner) text(s string, quoted bool) {
	for s != "" && !w.full {
		run := 0
		for run < len(s) && s[run] >= 0x20 && s[run] < 0x7f && (!quoted || s[run] != '"' && s[run] != '\\') {
			run++
		}
		if run = min(run, w.left); run > 0 {
			w.b = append(w.b, s[:run]...)
			w.last = len(w.b) - 1
			w.left -= run
			s = s[run:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		w.escaped(r, quoted)
		s = s[size:]
	}
}

func (w *liner) escaped(r rune, quoted bool) {
	switch {
	case r == '\n':
		w.pair('n')
	case r == '\t':
		w.pair('t')
	case r == '\r':
		w.pair('r')
	case quoted && (r == '"' || r == '\\'):
		w.pair(r)
	case unsafeRune(r):
		for _, c := range `\u{` + strconv.FormatInt(int64(r), 16) + `}` {
			w.rune(c)
		}
	default:
		w.rune(r)
	}
}

func (w *liner) pair(r rune) {
	w.rune('\\')
	w.rune(r)
}

// unsafeRune reports control and format characters and other line ends. Joiners stay: scripts and emoji need them.
func unsafeRune(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func (w *liner) node(n *Node, root bool) {
	switch n.Kind {
	case kindObject:
		if root || n.Value != "+I" {
			w.plain(n.Value)
		}
		w.items(n.Items, '{', '}', true)
	case kindList:
		w.items(n.Items, '[', ']', false)
	case kindMap:
		w.items(n.Items, '{', '}', false)
	case kindEntry:
		w.entry(n)
	case kindNull:
		w.plain("null")
	case kindString:
		if root {
			w.plain(n.Value)
			return
		}
		w.quoted(n.Value)
	case kindBytes:
		w.hex(n.Value)
	case kindOpaque:
		w.opaque(n)
	case kindCut:
		w.rune('…')
	default:
		w.plain(n.Value)
	}
}

func (w *liner) items(items []Node, open, end rune, named bool) {
	w.rune(open)
	for i := range items {
		if w.full {
			return
		}
		if i > 0 {
			w.plain(", ")
		}
		if named && !ends(&items[i]) {
			w.name(items[i].Name)
			w.plain(": ")
		}
		w.node(&items[i], false)
	}
	w.rune(end)
}

// ends reports a node that stands for the rest of an object and has no name of its own.
func ends(n *Node) bool { return n.Name == "" && (n.Kind == kindOpaque || n.Kind == kindCut) }

// name writes plain names bare and others in quotes.
func (w *liner) name(s string) {
	if s == "" {
		w.quoted(s)
		return
	}
	for _, r := range s {
		if r >= 'a' && r <= 'z' {
			continue
		}
		if r != '_' && r != '-' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			w.quoted(s)
			return
		}
	}
	w.plain(s)
}

func (w *liner) entry(n *Node) {
	for i := range n.Items {
		if i > 0 {
			w.plain(": ")
		}
		w.node(&n.Items[i], false)
	}
}

func (w *liner) hex(s string) {
	const digits = "0123456789abcdef"
	w.plain("0x")
	for i := 0; i < len(s) && !w.full; i++ {
		w.rune(rune(digits[s[i]>>4]))
		w.rune(rune(digits[s[i]&15]))
	}
}

// opaque writes <shop.Order: why, 123 B>.
func (w *liner) opaque(n *Node) {
	w.rune('<')
	if n.Type != "" {
		w.plain(n.Type)
		w.plain(": ")
	}
	w.plain(n.Reason)
	if n.Len > 0 {
		w.plain(", " + strconv.Itoa(n.Len) + " B")
	}
	w.rune('>')
}
