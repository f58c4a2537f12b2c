package arch

import (
	"fmt"
	"path"
	"strings"
	"unicode"
)

var banned = map[string]bool{
	"util": true, "utils": true, "common": true, "helper": true, "helpers": true, "misc": true, "shared": true,
	"manager": true, "v2": true, "new": true, "fix": true, "sweep": true,
}

// CheckName tells which part of a path's last name says nothing, or "". Names are split at dashes, dots, underscores and
// where the case changes.
func CheckName(file string) string {
	for _, w := range words(path.Base(file)) {
		if banned[w] {
			return fmt.Sprintf("%s: the name %q says nothing; name the subject (style: names)", file, w)
		}
	}
	return ""
}

func words(name string) (out []string) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	lower := false
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			lower = false
			continue
		}
		if unicode.IsUpper(r) && lower {
			flush()
		}
		lower = !unicode.IsUpper(r)
		b.WriteRune(r)
	}
	flush()
	return out
}

// Limits of a source file, in lines.
const (
	explainAbove = 500
	exemptAbove  = 800
)

// CheckSize tells what a source file of that many lines lacks, or "". head is the beginning of the file: past 500 lines it must
// hold a comment "Size: <why>"; past 800 the section large of doors.txt must name the file.
func (t *Table) CheckSize(file, head string, lines int) string {
	switch {
	case lines <= explainAbove || strings.Contains(head, "Code generated") || strings.Contains(head, "auto-generated"):
		return ""
	case !strings.Contains(head, "Size: "):
		return fmt.Sprintf(`%s has %d lines: split it by subject, or let its head say why ("Size: …")`, file, lines)
	case lines > exemptAbove && t.Large[file] == "":
		return fmt.Sprintf("%s has %d lines and no line in the section large of doors.txt", file, lines)
	}
	return ""
}
