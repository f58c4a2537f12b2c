package cli

import (
	"strings"
	"unicode/utf8"
)

// column is one column of a table.
type column struct {
	head  string
	right bool // numbers
	wide  bool // with -o wide only
	flex  bool // shortened when the terminal is too narrow
	style func(string) style
}

// style is a colour, as a parameter of the terminal's SGR sequence.
type style string

const (
	plainStyle style = ""
	dim        style = "2"
	bold       style = "1"
	red        style = "31"
	green      style = "32"
	amber      style = "33"
	blue       style = "34"
)

// table collects rows and prints them as the output wants.
type table struct {
	columns []column
	rows    [][]string
}

func newTable(columns ...column) *table { return &table{columns: columns} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes the table: aligned for a terminal, tab-separated otherwise. On a terminal at most most rows are shown (0 = all);
// print says how many were left out.
func (t *table) print(a *app, most int) (left int) {
	keep := make([]int, 0, len(t.columns))
	for i, c := range t.columns {
		if !c.wide || a.format == "wide" {
			keep = append(keep, i)
		}
	}
	if !a.Terminal {
		t.tabbed(a, keep)
		return 0
	}
	rows := t.rows
	if most > 0 && len(rows) > most {
		rows, left = rows[:most], len(rows)-most
	}
	widths := t.widths(keep, rows)
	t.fit(keep, widths, a.Width)
	var b strings.Builder
	for k, i := range keep {
		b.WriteString(a.paint(dim, pad(t.columns[i].head, widths[k], t.columns[i].right, k == len(keep)-1)))
		if k < len(keep)-1 {
			b.WriteString("  ")
		}
	}
	b.WriteByte('\n')
	for _, row := range rows {
		for k, i := range keep {
			cell, last := shorten(clean(row[i]), widths[k]), k == len(keep)-1
			text := pad(cell, widths[k], t.columns[i].right, last)
			if s := t.columns[i].style; s != nil {
				text = a.paint(s(row[i]), text)
			}
			b.WriteString(text)
			if !last {
				b.WriteString("  ")
			}
		}
		b.WriteByte('\n')
	}
	a.say("%s", strings.TrimSuffix(b.String(), "\n"))
	return left
}

func (t *table) tabbed(a *app, keep []int) {
	line := func(cell func(int) string) {
		cells := make([]string, len(keep))
		for k, i := range keep {
			cells[k] = clean(cell(i))
		}
		a.say("%s", strings.Join(cells, "\t"))
	}
	line(func(i int) string { return t.columns[i].head })
	for _, row := range t.rows {
		line(func(i int) string { return row[i] })
	}
}

func (t *table) widths(keep []int, rows [][]string) []int {
	widths := make([]int, len(keep))
	for k, i := range keep {
		widths[k] = utf8.RuneCountInString(t.columns[i].head)
		for _, row := range rows {
			widths[k] = max(widths[k], utf8.RuneCountInString(clean(row[i])))
		}
	}
	return widths
}

// minFlex is the width that a shortened column keeps.
const minFlex = 12

// fit takes width from the flexible columns, widest first, until the table fits.
func (t *table) fit(keep, widths []int, width int) {
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for total > width && width > 0 {
		widest := -1
		for k, i := range keep {
			if t.columns[i].flex && widths[k] > minFlex && (widest < 0 || widths[k] > widths[widest]) {
				widest = k
			}
		}
		if widest < 0 {
			return
		}
		cut := min(total-width, widths[widest]-minFlex)
		widths[widest] -= cut
		total -= cut
	}
}

// clean keeps a cell on its line: control characters of a name could write to the terminal otherwise.
func clean(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
}

func shorten(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	r := []rune(s)
	return string(r[:width-1]) + "…"
}

func pad(s string, width int, right, last bool) string {
	n := max(0, width-utf8.RuneCountInString(s))
	switch {
	case right:
		return strings.Repeat(" ", n) + s
	case last:
		return s
	}
	return s + strings.Repeat(" ", n)
}

func (a *app) paint(s style, text string) string {
	if s == plainStyle || !a.Colour {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
