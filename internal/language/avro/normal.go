package avro

import (
	"maps"
	"slices"
	"strconv"
)

// normalise writes a type as Confluent's AvroSchemaUtils.toNormalizedString does: full names, members and properties in one order,
// defaults as their type has them, the order of a field always there. Confluent registers the canonical text of it.
//
// It differs where Confluent's text would mean another schema. Confluent drops a default that is not of the first branch of its union or is a
// number beyond 64 bits, writes ? for characters of bytes beyond U+00FF, and puts a type without a namespace into that of the record around
// it. Here all of them stay as they are.
func normalise(root *node, known map[string]bool) string {
	w := &normalWriter{canonicalWriter{known: known}}
	w.typ(root, "")
	return string(w.b)
}

type normalWriter struct{ canonicalWriter }

func (w *normalWriter) typ(n *node, space string) {
	switch {
	case n.kind == kindUnion:
		w.raw("[")
		for i, b := range n.branches {
			if i > 0 {
				w.raw(",")
			}
			w.typ(b, space)
		}
		w.raw("]")
	case n.kind.named():
		full := n.fullName()
		if w.known[full] {
			w.text(full)
			return
		}
		w.known[full] = true
		w.named(n, space)
	case n.kind == kindArray || n.kind == kindMap:
		w.raw(`{"type":"` + n.kind.String() + `","`)
		if n.kind == kindArray {
			w.raw(`items":`)
		} else {
			w.raw(`values":`)
		}
		w.typ(n.items, space)
		w.sorted(n.logicalProps())
		w.raw("}")
	case len(n.props) == 0:
		w.text(n.kind.String())
	default:
		w.raw(`{"type":"` + n.kind.String() + `"`)
		w.sorted(n.logicalProps())
		w.raw("}")
	}
}

func (w *normalWriter) named(n *node, space string) {
	w.raw(`{"name":`)
	w.text(n.fullName())
	if n.name.space == "" && space != "" {
		w.raw(`,"namespace":""`)
	}
	w.raw(`,"type":"` + n.kind.String() + `"`)
	switch n.kind {
	case kindFixed:
		w.raw(`,"size":` + strconv.FormatInt(n.size, 10))
	case kindEnum:
		w.raw(`,"symbols":`)
		w.texts(n.symbols)
	case kindRecord:
		w.raw(`,"fields":[`)
		for i, f := range n.fields {
			if i > 0 {
				w.raw(",")
			}
			w.field(f, n.name.space)
		}
		w.raw("]")
	}
	if n.doc != nil && *n.doc != "" {
		w.doc(n.doc)
	}
	w.aliases(n.aliasNames())
	if n.fallback != "" {
		w.raw(`,"default":`)
		w.text(n.fallback)
	}
	w.sorted(n.logicalProps())
	w.raw("}")
}

func (w *normalWriter) field(f *field, space string) {
	w.raw(`{"name":`)
	w.text(f.name)
	w.raw(`,"type":`)
	w.typ(f.typ, space)
	switch f.order {
	case "":
		w.raw(`,"order":"ASCENDING"`)
	case "descending":
		w.raw(`,"order":"DESCENDING"`)
	default:
		w.raw(`,"order":"IGNORE"`)
	}
	w.doc(f.doc)
	w.aliases(f.aliases)
	if f.preset != nil {
		w.raw(`,"default":`)
		w.b = writeJSON(w.b, sortedJSON(typedDefault(f.typ, f.preset)))
	}
	w.sorted(nil, f.props)
	w.raw("}")
}

func (w *normalWriter) aliases(names []string) {
	if len(names) > 0 {
		w.raw(`,"aliases":`)
		w.texts(slices.Sorted(slices.Values(names)))
	}
}

// logicalProps are properties of a type, those of its logical type apart from the others: these come first.
func (n *node) logicalProps() (first, rest []jsonMember) {
	if n.logical.name == "" {
		return nil, n.props
	}
	for _, name := range []string{"logicalType", "precision", "scale"} {
		p := prop(n.props, name)
		if p == nil || name != "logicalType" && n.logical.name != "decimal" || name == "scale" && n.logical.scale == 0 {
			continue
		}
		first = append(first, jsonMember{name, p})
	}
	for _, m := range n.props {
		if prop(first, m.name) == nil {
			rest = append(rest, m)
		}
	}
	return first, rest
}

func (w *normalWriter) sorted(first, rest []jsonMember) {
	w.props(first)
	values := make(map[string]*jsonValue, len(rest))
	for _, m := range rest {
		values[m.name] = m.value
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.props([]jsonMember{{name, sortedJSON(values[name])}})
	}
}

// sortedJSON is v with the members of objects by their names.
func sortedJSON(v *jsonValue) *jsonValue {
	switch v.kind {
	case jsonArray:
		out := &jsonValue{kind: jsonArray}
		for _, item := range v.items {
			out.items = append(out.items, sortedJSON(item))
		}
		return out
	case jsonObject:
		out := &jsonValue{kind: jsonObject}
		for _, m := range v.members {
			out.members = append(out.members, jsonMember{m.name, sortedJSON(m.value)})
		}
		slices.SortFunc(out.members, func(a, b jsonMember) int {
			switch {
			case a.name < b.name:
				return -1
			case a.name > b.name:
				return 1
			}
			return 0
		})
		return out
	}
	return v
}

// typedDefault gives numbers the form that their type has: 1 of a double is 1.0.
func typedDefault(n *node, v *jsonValue) *jsonValue {
	switch {
	case n.kind == kindUnion && len(n.branches) > 0:
		return typedDefault(n.branches[0], v)
	case n.kind == kindFloat || n.kind == kindDouble:
		switch v.kind {
		case jsonInt, jsonLong:
			v = &jsonValue{kind: jsonDouble, double: float64(v.whole)}
		case jsonDouble:
		default:
			return v
		}
		if n.kind == kindFloat {
			short, _ := strconv.ParseFloat(strconv.FormatFloat(v.double, 'g', -1, 32), 64)
			v = &jsonValue{kind: jsonDouble, double: short}
		}
	case n.kind == kindArray && v.kind == jsonArray:
		out := &jsonValue{kind: jsonArray}
		for _, item := range v.items {
			out.items = append(out.items, typedDefault(n.items, item))
		}
		return out
	case n.kind == kindMap && v.kind == jsonObject, n.kind == kindRecord && v.kind == jsonObject:
		out := &jsonValue{kind: jsonObject}
		for _, m := range v.members {
			value := m.value
			if n.kind == kindMap {
				value = typedDefault(n.items, value)
			} else if f := n.byName[m.name]; f != nil {
				value = typedDefault(f.typ, value)
			}
			out.members = append(out.members, jsonMember{m.name, value})
		}
		return out
	}
	return v
}
