package query

import (
	"strings"
)

// route is a parsed path: what one invocation did inside the chain (grammar: spec/recording.md, section 3.1).
type route struct {
	text   string
	root   rootKind
	visits []visit // in the order in which records entered operators; visits[0] is the root unless it is rootNone
	outs   []emission
	wrote  []emission // external writes; output is 0
	emits  int
	writes int
	cut    bool
}

type rootKind uint8

const (
	rootNone    rootKind = iota // belongs to no operator
	rootRecord                  // a record entered
	rootControl                 // a watermark, status or marker entered
)

// emission is a record that left on an output.
type emission struct {
	visit  int // that emitted it, -1 = what belongs to no operator
	output int
	step   int // steps of the path before it: records that entered chained operators, emissions and writes
}

// visit is one record (or watermark) entering one operator.
type visit struct {
	operator int
	parent   int // index into visits, -1 = the root
	passed   int // records passed to chained operators
	emitted  int
	written  int
}

func (v visit) gaveOut() int { return v.passed + v.emitted + v.written }

// maxVisits bounds what is kept of a hostile path; the recorder cuts at 96 steps.
const maxVisits = 4096

// parsePath reads a path. ok is false when the text does not follow the grammar.
func parsePath(text string) (r route, ok bool) {
	r.text = text
	s, cut := strings.CutSuffix(text, "…")
	s = strings.TrimRight(s, " ")
	r.cut = cut
	i := 0
	open := -1 // the visit whose steps are being read
	switch {
	case strings.HasPrefix(s, "~"):
		i = 1
	default:
		n, width := number(s)
		if width == 0 {
			return r, false
		}
		i, r.root = width, rootRecord
		if i < len(s) && s[i] == 'w' {
			i, r.root = i+1, rootControl
		}
		r.visits = append(r.visits, visit{operator: n, parent: -1})
		open = 0
	}
	if i == len(s) {
		return r, cut
	}
	if s[i] != '(' {
		return r, false
	}
	i++
	depth, steps := 1, 0
	for i < len(s) && depth > 0 {
		switch c := s[i]; {
		case c == ')':
			i++
			depth--
			if open >= 0 {
				open = r.visits[open].parent
			}
		case c == '!':
			i++
			r.writes++
			r.wrote = append(r.wrote, emission{open, 0, steps})
			steps++
			if open >= 0 {
				r.visits[open].written++
			}
		case c == '>':
			width := outputWidth(s[i+1:])
			if width == 0 {
				return r, cut && i+1 == len(s)
			}
			output, _ := number(s[i+1 : i+1+width])
			r.outs = append(r.outs, emission{open, output, steps})
			steps++
			i += 1 + width
			if i < len(s) && s[i] == ',' {
				i++
			}
			r.emits++
			if open >= 0 {
				r.visits[open].emitted++
			}
		default:
			n, width := number(s[i:])
			if width == 0 || len(r.visits) >= maxVisits {
				return r, false
			}
			i += width
			if i == len(s) {
				return r, cut // cut inside a number
			}
			if s[i] != '(' {
				return r, false
			}
			i++
			depth++
			steps++
			if open >= 0 {
				r.visits[open].passed++
			}
			r.visits = append(r.visits, visit{operator: n, parent: open})
			open = len(r.visits) - 1
		}
	}
	return r, i == len(s) && (depth == 0 || cut)
}

// number reads the decimal number at the beginning of s; width 0 = none, or too large.
func number(s string) (n, width int) {
	for width < len(s) && s[width] >= '0' && s[width] <= '9' {
		if width == 6 {
			return 0, 0
		}
		n = n*10 + int(s[width]-'0')
		width++
	}
	return n, width
}

// outputWidth is the number of digits of the output index at the beginning of s. A comma separates it from the index of an
// operator that follows; without one (>01( is output 0, then operator 1) the shortest reading is taken in which the
// operator's index has no leading zero.
func outputWidth(s string) int {
	_, width := number(s)
	if width < 2 || width == len(s) || s[width] != '(' {
		return width
	}
	for w := 1; w < width; w++ {
		if s[w] != '0' {
			return w
		}
	}
	return 0
}
