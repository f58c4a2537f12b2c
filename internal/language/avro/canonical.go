package avro

import "strconv"

// canonical writes a type as Java's Schema.toString(references, false) does, which is what Confluent's registry keeps: no white space,
// members in Avro's order, each named type written once and by its name after that. known holds the names that are written as
// references from the start. deepest is how far it nests.
func canonical(root *node, known map[string]bool) (text string, deepest int) {
	w := &canonicalWriter{known: known}
	w.typ(root, "", 1)
	return string(w.b), w.deepest
}

type canonicalWriter struct {
	b       []byte
	known   map[string]bool
	deepest int
}

func (w *canonicalWriter) raw(s string)  { w.b = append(w.b, s...) }
func (w *canonicalWriter) text(s string) { w.b = writeText(w.b, s) }

func (w *canonicalWriter) typ(n *node, space string, depth int) {
	w.deepest = max(w.deepest, depth)
	switch {
	case n.kind.named():
		full := n.fullName()
		if w.known[full] {
			w.text(n.name.seenFrom(space))
			return
		}
		w.known[full] = true
		w.named(n, space, depth)
	case n.kind == kindUnion:
		w.raw("[")
		for i, b := range n.branches {
			if i > 0 {
				w.raw(",")
			}
			w.typ(b, space, depth+1)
		}
		w.raw("]")
	case n.kind == kindArray || n.kind == kindMap:
		w.raw(`{"type":"` + n.kind.String() + `","`)
		if n.kind == kindArray {
			w.raw(`items":`)
		} else {
			w.raw(`values":`)
		}
		w.typ(n.items, space, depth+1)
		w.props(n.props)
		w.raw("}")
	case len(n.props) == 0:
		w.text(n.kind.String())
	default:
		w.raw(`{"type":"` + n.kind.String() + `"`)
		w.props(n.props)
		w.raw("}")
	}
}

func (w *canonicalWriter) named(n *node, space string, depth int) {
	kind := n.kind.String()
	if n.failure {
		kind = "error"
	}
	w.raw(`{"type":"` + kind + `","name":`)
	w.text(n.name.short)
	if n.name.space != space {
		w.raw(`,"namespace":`)
		w.text(n.name.space)
	}
	w.doc(n.doc)
	switch n.kind {
	case kindFixed:
		w.raw(`,"size":` + strconv.FormatInt(n.size, 10))
	case kindEnum:
		w.raw(`,"symbols":`)
		w.texts(n.symbols)
		if n.fallback != "" {
			w.raw(`,"default":`)
			w.text(n.fallback)
		}
	case kindRecord:
		w.raw(`,"fields":[`)
		for i, f := range n.fields {
			if i > 0 {
				w.raw(",")
			}
			w.field(f, n.name.space, depth+2)
		}
		w.raw("]")
	}
	w.props(n.props)
	if len(n.aliases) > 0 {
		var names []string
		for _, a := range n.aliases {
			names = append(names, a.seenFrom(n.name.space))
		}
		w.raw(`,"aliases":`)
		w.texts(names)
	}
	w.raw("}")
}

func (w *canonicalWriter) field(f *field, space string, depth int) {
	w.deepest = max(w.deepest, depth)
	w.raw(`{"name":`)
	w.text(f.name)
	w.raw(`,"type":`)
	w.typ(f.typ, space, depth+1)
	w.doc(f.doc)
	if f.preset != nil {
		w.raw(`,"default":`)
		w.b = writeJSON(w.b, f.preset)
	}
	if f.order != "" {
		w.raw(`,"order":"` + f.order + `"`)
	}
	if len(f.aliases) > 0 {
		w.raw(`,"aliases":`)
		w.texts(f.aliases)
	}
	w.props(f.props)
	w.raw("}")
}

func (w *canonicalWriter) doc(doc *string) {
	if doc != nil {
		w.raw(`,"doc":`)
		w.text(*doc)
	}
}

func (w *canonicalWriter) texts(list []string) {
	w.raw("[")
	for i, s := range list {
		if i > 0 {
			w.raw(",")
		}
		w.text(s)
	}
	w.raw("]")
}

func (w *canonicalWriter) props(props []jsonMember) {
	for _, m := range props {
		w.raw(",")
		w.text(m.name)
		w.raw(":")
		w.b = writeJSON(w.b, m.value)
	}
}
