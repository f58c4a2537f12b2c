package avro

import (
	"fmt"
	"strings"
)

// named is a type as messages call it.
func named(n *node) string {
	switch {
	case n.kind.named():
		return n.kind.String() + " " + n.fullName()
	case n.kind == kindUnion:
		var names []string
		for _, b := range n.branches {
			names = append(names, named(b))
		}
		return "a union of " + some(names)
	case n.kind == kindNull:
		return "null"
	case n.logical.name != "":
		return article(n.kind.String()) + " (" + n.logical.String() + ")"
	}
	return article(n.kind.String())
}

// some lists names, the first few of many.
func some(names []string) string {
	const most = 8
	if len(names) == 0 {
		return "nothing"
	}
	if n := len(names); n > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return strings.Join(names, ", ")
}

// words says what is incompatible, and what would not be. within counts the unions around it that are told of already.
func (c *comparison) words(m *mismatch, within int) (message, advice string) {
	r, w := m.reader, m.writer
	switch m.kind {
	case nameMismatch:
		return fmt.Sprintf("%s %s is not read as %s: the names differ", w.kind, w.fullName(), r.fullName()),
			fmt.Sprintf("keep the name, or give %s the alias %q", r.name.short, w.fullName())
	case fixedSizeMismatch:
		return fmt.Sprintf("fixed %s has %d bytes where it was written, and %d where it is read", w.name.short, w.size, r.size),
			"keep the size, or add a field of a fixed with another name"
	case missingEnumSymbols:
		return fmt.Sprintf("enum %s lacks %s, which the writer may write", r.name.short, some(m.symbols)),
			fmt.Sprintf("keep the symbols, or give enum %s a default", r.name.short)
	case missingDefault:
		advice := fmt.Sprintf("give %s a default", m.field.name)
		if renamed := likelyName(m.field, r, w); renamed != "" {
			advice += fmt.Sprintf(", or the alias %q if it is that field", renamed)
		}
		return fmt.Sprintf("field %s is not in what the writer wrote, and has no default", m.field.name), advice
	case ambiguousAlias:
		return fmt.Sprintf("field %s is read from more than one field of the writer by its name and aliases", m.field.name),
			fmt.Sprintf("remove aliases of %s until one field is left", m.field.name)
	case missingBranch:
		return c.branchWords(m, within)
	}
	if m.field != nil {
		return fmt.Sprintf("field %s is not in what the writer wrote, and has no default: that of its enum stands for unknown symbols only", m.field.name),
			fmt.Sprintf("give %s a default", m.field.name)
	}
	message = fmt.Sprintf("%s is not read as %s", named(w), named(r))
	if w.kind == kindNull {
		return message, "keep a union with null"
	}
	return message, "keep " + named(w) + ", or add a field of the new type"
}

// branchWords says why no branch of a union reads a type: there is none, or the one that was meant to has something against it.
func (c *comparison) branchWords(m *mismatch, within int) (message, advice string) {
	message = fmt.Sprintf("the writer may write %s, which no type of the reader's union reads", named(m.writer))
	i, _ := c.counterpart(m.reader.branches, m.writer)
	if i < 0 || within >= 3 {
		return message, "add " + named(m.writer) + " to the union"
	}
	inner := c.judge.pair(m.reader.branches[i], m.writer, nil, nil).list()
	if len(inner) == 0 {
		return message, ""
	}
	why, advice := c.words(inner[0], within+1)
	if n := len(inner) - 1; n > 0 {
		why += fmt.Sprintf(" (and %d more)", n)
	}
	return message + ": " + why, advice
}

// mostGuessed bounds the records in which a new name is guessed.
const mostGuessed = 200

// likelyName is the writer's one field that nothing of the reader reads and that has the type of a new one.
func likelyName(f *field, r, w *node) string {
	if len(r.fields) > mostGuessed || len(w.fields) > mostGuessed {
		return ""
	}
	used := make(map[*field]bool, len(r.fields))
	for _, other := range r.fields {
		if written, _ := writtenAs(other, w); written != nil {
			used[written] = true
		}
	}
	found := ""
	for _, other := range w.fields {
		if used[other] || !alike(other.typ, f.typ) {
			continue
		}
		if found != "" {
			return ""
		}
		found = other.name
	}
	return found
}

// alike compares types by what they are called.
func alike(a, b *node) bool {
	if a.kind != b.kind || a.meant() != b.meant() || a.kind.named() && a.fullName() != b.fullName() || len(a.branches) != len(b.branches) {
		return false
	}
	for i := range a.branches {
		if !alike(a.branches[i], b.branches[i]) {
			return false
		}
	}
	return a.items == nil || alike(a.items, b.items)
}
