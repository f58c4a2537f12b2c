package avro

import (
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

const (
	// mostFields bounds the list of a schema whose records refer to each other in many ways.
	mostFields = 10_000
	mostDepth  = 32
	mostVisits = 100_000 // types, where branches of unions have the same paths
)

// fieldWalk lists fields. Elements of an array are listed as [] behind it, values of a map as {}.
type fieldWalk struct {
	out    []language.Field
	within map[*node]bool // records around the place
	seen   map[string]bool
	depth  int
	visits int
}

// add takes a field. Of two branches of a union that have the path, the first one's stays.
func (w *fieldWalk) add(f language.Field) {
	if len(w.out) < mostFields && !w.seen[f.Path] {
		w.seen[f.Path] = true
		w.out = append(w.out, f)
	}
}

// inside lists what is below the place of a type.
func (w *fieldWalk) inside(n *node, path string) {
	if w.visits++; w.depth >= mostDepth || w.visits > mostVisits || len(w.out) >= mostFields {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	switch n.kind {
	case kindUnion:
		for _, b := range n.branches {
			w.inside(b, path)
		}
	case kindArray, kindMap:
		if n.kind == kindArray {
			path += "[]"
		} else {
			path += "{}"
		}
		w.add(described(n.items, path))
		w.inside(n.items, path)
	case kindRecord:
		if w.within[n] {
			return
		}
		w.within[n] = true
		for _, f := range n.fields {
			at := f.name
			if path != "" {
				at = path + "." + f.name
			}
			out := described(f.typ, at)
			if f.preset != nil {
				out.Default = string(writeJSON(nil, f.preset))
			}
			if f.doc != nil {
				out.Doc = *f.doc
			}
			for _, t := range tagsOf(f.props) {
				if !slices.Contains(out.Tags, t) {
					out.Tags = append(out.Tags, t)
				}
			}
			w.add(out)
			w.inside(f.typ, at)
		}
		delete(w.within, n)
	}
}

// described is a field of a type, without what the field itself says.
func described(n *node, path string) language.Field {
	f := language.Field{Path: path, Type: n.spoken(), Tags: tagsOf(n.props)}
	if n.kind != kindUnion {
		f.Values = slices.Clone(n.symbols)
		return f
	}
	for _, b := range n.branches {
		f.Optional = f.Optional || b.kind == kindNull
		f.Values = append(f.Values, b.symbols...)
		f.Tags = append(f.Tags, tagsOf(b.props)...)
	}
	return f
}

// spoken is a type as people call it. Of a union with null it is the other type.
func (n *node) spoken() string {
	if n.kind != kindUnion {
		if n.logical.name != "" {
			return n.logical.String()
		}
		return n.kind.String()
	}
	var names []string
	for _, b := range n.branches {
		if b.kind != kindNull {
			names = append(names, b.spoken())
		}
	}
	if len(names) == 0 {
		return "null"
	}
	return strings.Join(names, " or ")
}

// tagsOf reads confluent:tags, nil without any.
func tagsOf(props []jsonMember) []string {
	list := prop(props, "confluent:tags")
	if list == nil {
		return nil
	}
	var out []string
	for _, t := range list.items {
		if t.kind == jsonText && !slices.Contains(out, t.text) {
			out = append(out, t.text)
		}
	}
	return out
}
