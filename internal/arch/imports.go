package arch

import (
	"fmt"
	"strings"
)

const module = "github.com/sightglass/sightglass"

const sealedPackage = "internal/event/sealed"

// CheckRows reports lines of the table that let a room import its own row or a higher one, or a room without a line.
func (t *Table) CheckRows() (wrong []string) {
	row := map[string]int{}
	for _, r := range t.Rooms {
		if _, twice := row[r.Path]; twice {
			wrong = append(wrong, fmt.Sprintf("doors.txt has two lines for %s", r.Path))
		}
		row[r.Path] = r.Row
	}
	for _, r := range t.Rooms {
		for _, m := range r.May {
			switch below, known := row[m]; {
			case !known:
				wrong = append(wrong, fmt.Sprintf("%s: has no line for %s", r.Line, m))
			case below <= r.Row:
				wrong = append(wrong, fmt.Sprintf("%s: %s is not in a lower row", r.Line, m))
			}
		}
	}
	return wrong
}

// CheckImport tells why pkg (a folder of the repository, slash-separated) must not import path, or "". test says that the
// import stands in a _test.go file: those may also use rooms of lower rows and the packages of the section tests.
func (t *Table) CheckImport(pkg, path string, test bool) string {
	inner, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return t.checkContained(pkg, path)
	}
	if inner == pkg || t.Debt[pkg+" "+inner] != "" {
		return ""
	}
	if inner == sealedPackage {
		for _, s := range t.Sealed {
			if s == pkg {
				return ""
			}
		}
		return fmt.Sprintf("%s imports %s, the key that opens payloads; the section sealed of doors.txt does not name it", pkg, inner)
	}
	from, known := t.Room(pkg)
	if !known {
		return fmt.Sprintf("doors.txt has no line for %s", pkg)
	}
	to, known := t.Room(inner)
	if !known {
		return fmt.Sprintf("doors.txt has no line for %s, which %s imports", inner, pkg)
	}
	if from.Path == to.Path || from.may(to.Path) {
		return ""
	}
	if test && (t.isTest(to) || to.Row > from.Row || t.isTest(from)) {
		return ""
	}
	return fmt.Sprintf("%s imports %s, which its line forbids: %q", pkg, inner, from.Line)
}

func (t *Table) isTest(r Room) bool {
	for _, x := range t.Tests {
		if x.Path == r.Path {
			return true
		}
	}
	return false
}

func (t *Table) checkContained(pkg, path string) string {
	for prefix, rooms := range t.Contained {
		if path != prefix && !strings.HasPrefix(path, prefix+"/") && !strings.HasPrefix(path, prefix+".") {
			continue
		}
		for _, r := range rooms {
			if pkg == r || strings.HasPrefix(pkg, r+"/") {
				return ""
			}
		}
		return fmt.Sprintf("%s imports %s, which belongs to %s alone", pkg, path, strings.Join(rooms, " and "))
	}
	return ""
}
