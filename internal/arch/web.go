package arch

import (
	"fmt"
	"path"
	"strings"
)

// CheckWebImport tells why file (below web/) must not import what it names, or "". Packages of npm are not looked at; files
// outside the folders of the section web (the entry file) may import everything.
func (t *Table) CheckWebImport(file, imported string) string {
	var target string
	switch {
	case strings.HasPrefix(imported, "."):
		target = path.Join(path.Dir(file), imported)
	case strings.HasPrefix(imported, "@/"):
		target = "src/" + imported[2:]
	default:
		return ""
	}
	from, known := longest(t.Web, file)
	if !known {
		return ""
	}
	to, known := longest(t.Web, target)
	if !known {
		return fmt.Sprintf("imports %s, a folder without a line in the section web of doors.txt", target)
	}
	if from.Path == to.Path {
		if from.Path == "src/panels" && panel(file) != panel(target) {
			return fmt.Sprintf("imports %s: panels never import panels", target)
		}
		return ""
	}
	if from.may(to.Path) {
		return ""
	}
	return fmt.Sprintf("imports %s, which its line forbids: %q", target, from.Line)
}

// panel is the folder of a panel: the first name below src/panels.
func panel(file string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(file, "src/panels/"), "/")
	return strings.TrimSuffix(name, path.Ext(name))
}
