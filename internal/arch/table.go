package arch

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Table is doors.txt.
type Table struct {
	Rooms     []Room              // highest row first
	Tests     []Room              // packages that only tests import
	Sealed    []string            // rooms that may import internal/event/sealed
	Contained map[string][]string // prefix of a foreign package: rooms that may import it
	Large     map[string]string   // file: why it may pass 800 lines
	Web       []Room
	Debt      map[string]string // "importer imported": the issue that removes it
}

// Room is one line of the table.
type Room struct {
	Path string
	Row  int // rooms of one row have the same number; lower rows have higher numbers
	May  []string
	Line string // as written, for messages
}

// Room finds the room of a package: the longest path that is the package or an ancestor of it.
func (t *Table) Room(pkg string) (Room, bool) {
	return longest(append(t.Rooms[:len(t.Rooms):len(t.Rooms)], t.Tests...), pkg)
}

func longest(rooms []Room, pkg string) (best Room, found bool) {
	for _, r := range rooms {
		if (pkg == r.Path || strings.HasPrefix(pkg, r.Path+"/")) && len(r.Path) > len(best.Path) {
			best, found = r, true
		}
	}
	return best, found
}

// May reports whether a room's line names the room of imported.
func (r Room) may(imported string) bool {
	for _, m := range r.May {
		if m == imported {
			return true
		}
	}
	return false
}

// ParseTable reads doors.txt: a list of rooms, then the sections tests, sealed, contained, large, web and debt, each opened by
// its name on a line of its own. "#" opens a comment.
func ParseTable(in io.Reader) (*Table, error) {
	t := &Table{Contained: map[string][]string{}, Large: map[string]string{}, Debt: map[string]string{}}
	section, row, blank := "", 0, true
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "":
			blank = true
			continue
		case strings.HasPrefix(line, "#"):
			continue
		case section != line && isSection(line):
			section = line
			continue
		}
		if blank {
			row, blank = row+1, false
		}
		if section == "sealed" {
			t.Sealed = append(t.Sealed, strings.Fields(line)...)
			continue
		}
		head, rest, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("doors.txt, line %d: want name: rooms, got %q", n, line)
		}
		room := Room{Path: head, Row: row, May: strings.Fields(rest), Line: line}
		switch section {
		case "":
			t.Rooms = append(t.Rooms, room)
		case "tests":
			t.Tests = append(t.Tests, room)
		case "web":
			t.Web = append(t.Web, room)
		case "contained":
			t.Contained[head] = room.May
		case "large":
			t.Large[head] = strings.TrimSpace(rest)
		case "debt":
			t.Debt[head] = strings.TrimSpace(rest)
		}
	}
	return t, lines.Err()
}

func isSection(s string) bool {
	switch s {
	case "tests", "sealed", "contained", "large", "web", "debt":
		return true
	}
	return false
}
