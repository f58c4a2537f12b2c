package arch

import (
	"errors"
	"fmt"
	"strings"
)

const (
	tableBegin = "<!-- doors: written by make docs from internal/arch/doors.txt -->\n"
	tableEnd   = "<!-- /doors -->\n"
)

// Markdown is the table of rooms as people read it, highest row first.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("| row | room | may import |\n|---|---|---|\n")
	top := 0
	if len(t.Rooms) > 0 {
		top = t.Rooms[len(t.Rooms)-1].Row
	}
	for _, r := range t.Rooms {
		may := "–"
		if len(r.May) > 0 {
			short := make([]string, len(r.May))
			for i, m := range r.May {
				short[i] = strings.TrimPrefix(m, "internal/")
			}
			may = strings.Join(short, ", ")
		}
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", top-r.Row, r.Path, may)
	}
	return b.String()
}

// Splice puts the table into a page between its two marks. It is an error when the page lacks them.
func (t *Table) Splice(page string) (string, error) {
	head, rest, ok := strings.Cut(page, tableBegin)
	_, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return "", errors.New("the page lacks the marks between which the table of doors stands")
	}
	return head + tableBegin + "\n" + t.Markdown() + "\n" + tableEnd + tail, nil
}
