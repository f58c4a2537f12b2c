package flinkconf

import (
	"bytes"
	"fmt"
	"strings"
)

// hunk is a stretch of lines that differs. Lines keep their ends.
type hunk struct {
	At     int // line in the old content, from 0
	Before []string
	After  []string
}

// hunks compares two contents line by line. Changes of this package touch few lines, so common lines are found by looking ahead
// for the next old line that is in the new content again.
func hunks(before, after []byte) (out []hunk) {
	a, b := split(before), split(after)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
			continue
		}
		di, dj := meet(a[i:], b[j:])
		out = append(out, hunk{At: i, Before: a[i : i+di], After: b[j : j+dj]})
		i, j = i+di, j+dj
	}
	return out
}

// meet finds the nearest pair of equal lines; without one everything differs.
func meet(a, b []string) (int, int) {
	for sum := 1; sum < len(a)+len(b); sum++ {
		for i := max(0, sum-len(b)+1); i <= min(sum, len(a)-1); i++ {
			if j := sum - i; j < len(b) && a[i] == b[j] && strings.TrimSpace(a[i]) != "" {
				return i, j
			}
		}
	}
	return len(a), len(b)
}

func split(content []byte) (lines []string) {
	for line := range bytes.Lines(content) {
		lines = append(lines, string(line))
	}
	return lines
}

// contextWidth bounds lines that only show where a change is: Flink ships one of 1,000 characters.
const contextWidth = 100

// Diff shows the change with two lines around each place, - for lines that go and + for lines that come.
func (c *Change) Diff() string {
	const around = 2
	old := split(c.Before)
	var b strings.Builder
	for _, h := range hunks(c.Before, c.After) {
		from := max(0, h.At-around)
		to := min(len(old), h.At+len(h.Before)+around)
		fmt.Fprintf(&b, "%s, line %d\n", c.Path, h.At+1)
		show(&b, "  ", old[from:h.At])
		show(&b, "- ", h.Before)
		show(&b, "+ ", h.After)
		show(&b, "  ", old[h.At+len(h.Before):to])
	}
	return b.String()
}

func show(b *strings.Builder, sign string, lines []string) {
	for _, l := range lines {
		l = strings.TrimRight(l, "\r\n")
		if r := []rune(l); sign == "  " && len(r) > contextWidth {
			l = string(r[:contextWidth]) + "…"
		}
		b.WriteString(sign + l + "\n")
	}
}
