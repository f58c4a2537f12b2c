package replay

import (
	"regexp"
	"strings"
)

// label is a variable's name as one reads it in the source.
type label struct {
	name   string
	depth  int  // of functions that were put in around it
	hidden bool // a compiler's own
}

// captured is what Scala calls what a closure takes with it.
var captured = regexp.MustCompile(`^([^$].*)\$[0-9]+$`)

// labels names variables as the source does. Where two would have one name, they stay as they are.
func (m *Method) label() {
	m.labels = make([]label, len(m.names))
	kotlin, scala := strings.HasSuffix(m.Source, ".kt") || strings.HasSuffix(m.Source, ".kts"), strings.HasSuffix(m.Source, ".scala")
	taken := make(map[label]bool)
	for i, name := range m.names {
		m.labels[i].name = name
		if kotlin {
			m.labels[i].name, m.labels[i].depth = cutDepth(name)
			m.labels[i].hidden = strings.HasPrefix(name, inlineFunction) || strings.HasPrefix(name, inlineBlock)
		}
		taken[m.labels[i]] = true
	}
	for i := range m.labels {
		l := m.labels[i]
		switch {
		case kotlin:
			l.name = kotlinName(l.name, func(name string) bool { return taken[label{name: name, depth: l.depth}] })
		case scala:
			l.name = m.scalaName(l.name)
		}
		if l.name != m.labels[i].name && !taken[l] {
			taken[l] = true
			m.labels[i] = l
		}
	}
}

func kotlinName(name string, has func(string) bool) string {
	switch {
	case name == "this_": // the object of a function that was put in
		return "this"
	case strings.HasPrefix(name, "$this$"): // the object of an extension
		if has("this") || has("this_") {
			return "this@" + name[len("$this$"):]
		}
		return "this"
	case strings.HasPrefix(name, "$") && strings.LastIndexByte(name, '$') == 0: // what a lambda takes with it
		return name[1:]
	}
	return name
}

func (m *Method) scalaName(name string) string {
	if name == "$this" {
		return "this"
	}
	if found := captured.FindStringSubmatch(name); found != nil && strings.Contains(m.Name, "$") && found[1] != "x" {
		return found[1]
	}
	return name
}

// boxes are where compilers keep a variable that a closure changes.
var boxes = map[string]string{"Boolean": "Z", "Byte": "B", "Char": "C", "Short": "S", "Int": "I", "Long": "J", "Float": "F", "Double": "D", "Object": ""}

// boxed gives the descriptor of what is in such a box, by the box's own.
func boxed(descriptor string) (string, bool) {
	name, ok := strings.CutPrefix(descriptor, "Lkotlin/jvm/internal/Ref$")
	if !ok {
		name, ok = strings.CutPrefix(descriptor, "Lscala/runtime/")
		name = strings.TrimPrefix(name, "Volatile")
	}
	name, isRef := strings.CutSuffix(name, "Ref;")
	of, known := boxes[name]
	return of, ok && isRef && known
}
