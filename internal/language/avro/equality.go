package avro

import "math"

// equality compares types as Java's Schema.equals does: a type may be defined again if it is the same. Doc, aliases and an enum's default
// do not count.
type equality struct{ seen map[[2]*node]bool }

func (e *equality) same(a, b *node) bool {
	if a == b {
		return true
	}
	if a.forward != "" || b.forward != "" || a.kind != b.kind || !sameProps(a.props, b.props) {
		return false
	}
	if a.kind.named() && a.fullName() != b.fullName() {
		return false
	}
	switch a.kind {
	case kindFixed:
		return a.size == b.size
	case kindEnum:
		if len(a.symbols) != len(b.symbols) {
			return false
		}
		for i := range a.symbols {
			if a.symbols[i] != b.symbols[i] {
				return false
			}
		}
	case kindArray, kindMap:
		return e.same(a.items, b.items)
	case kindUnion:
		if len(a.branches) != len(b.branches) {
			return false
		}
		for i := range a.branches {
			if !e.same(a.branches[i], b.branches[i]) {
				return false
			}
		}
	case kindRecord:
		pair := [2]*node{a, b}
		if e.seen[pair] {
			return true
		}
		if e.seen == nil {
			e.seen = map[[2]*node]bool{}
		}
		e.seen[pair] = true
		if len(a.fields) != len(b.fields) {
			return false
		}
		for i := range a.fields {
			if !e.sameField(a.fields[i], b.fields[i]) {
				return false
			}
		}
	}
	return true
}

func (e *equality) sameField(a, b *field) bool {
	return a.name == b.name && e.same(a.typ, b.typ) && samePreset(a.preset, b.preset) && a.order == b.order && sameProps(a.props, b.props)
}

func samePreset(a, b *jsonValue) bool {
	if a != nil && b != nil && a.kind == jsonDouble && b.kind == jsonDouble && math.IsNaN(a.double) {
		return math.IsNaN(b.double)
	}
	return equalJSON(a, b)
}

func sameProps(a, b []jsonMember) bool {
	if len(a) != len(b) {
		return false
	}
	for _, m := range a {
		if other := prop(b, m.name); other == nil || !equalJSON(m.value, other) {
			return false
		}
	}
	return true
}
