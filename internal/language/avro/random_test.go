package avro

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

// schemas makes random schemas out of few names, so that unrelated ones have much in common, and near relatives of them. Most of them
// parse.
type schemas struct {
	*rand.Rand
	names []string // defined in the schema that is being made, full
	knots bool     // types refer to each other a lot
	tame  bool     // nothing that is refused on purpose, or that Avro's own texts do not keep
}

func newSchemas(seed uint64) *schemas {
	return &schemas{Rand: rand.New(rand.NewPCG(seed, 7))}
}

func (s *schemas) one(n int) bool { return s.IntN(n) == 0 }

func pick[T any](s *schemas, list ...T) T { return list[s.IntN(len(list))] }

func text(s string) *jsonValue        { return &jsonValue{kind: jsonText, text: s} }
func whole(n int64) *jsonValue        { return &jsonValue{kind: jsonInt, whole: n} }
func list(v ...*jsonValue) *jsonValue { return &jsonValue{kind: jsonArray, items: v} }
func object(pairs ...any) *jsonValue {
	v := &jsonValue{kind: jsonObject}
	for i := 0; i < len(pairs); i += 2 {
		v.put(pairs[i].(string), pairs[i+1].(*jsonValue))
	}
	return v
}

// schema makes a schema's text.
func (s *schemas) schema() *jsonValue {
	s.names = nil
	if s.one(4) {
		return s.typ(3, "")
	}
	return s.record(3, "")
}

func (s *schemas) primitive() *jsonValue {
	name := pick(s, "null", "boolean", "int", "long", "float", "double", "bytes", "string", "int", "string")
	if !s.one(6) {
		return text(name)
	}
	v := object("type", text(name))
	if s.one(2) {
		v.put("logicalType", text(pick(s, "date", "timestamp-millis", "timestamp-micros", "uuid", "decimal", "unheard-of")))
		v.put("precision", whole(int64(s.IntN(12))))
		if s.one(2) {
			v.put("scale", whole(int64(s.IntN(4))))
		}
	}
	if s.one(3) {
		v.put(pick(s, "unit", "default", "confluent:tags"), s.json(2))
	}
	return v
}

func (s *schemas) typ(depth int, space string) *jsonValue {
	choice := s.IntN(20)
	if depth <= 0 {
		choice = s.IntN(10)
	}
	if s.knots && len(s.names) > 0 && s.one(2) {
		choice = 9
	}
	switch {
	case choice < 7:
		return s.primitive()
	case choice < 8:
		return s.enum(space)
	case choice < 9:
		return s.fixed(space)
	case choice < 10:
		if len(s.names) == 0 {
			return s.primitive()
		}
		name := pick(s, s.names...)
		if n := splitName(name, ""); n.space == space && s.one(2) {
			name = n.short
		}
		if s.one(8) {
			return object("type", text(name), "extra", whole(1))
		}
		return text(name)
	case choice < 12:
		return object("type", text("array"), "items", s.typ(depth-1, space))
	case choice < 13:
		return object("type", text("map"), "values", s.typ(depth-1, space))
	case choice < 16:
		return s.union(depth-1, space)
	default:
		return s.record(depth-1, space)
	}
}

func (s *schemas) union(depth int, space string) *jsonValue {
	v := list()
	seen := map[string]bool{}
	for range s.IntN(4) {
		b := s.typ(depth, space)
		key := string(writeJSON(nil, b))
		if b.kind == jsonObject {
			name, _ := b.textOf("type")
			if own, ok := b.textOf("name"); ok {
				name += own
			}
			key = `"` + name + `"`
		}
		if !seen[key] && (b.kind != jsonArray || !s.tame && s.one(40)) || !s.tame && s.one(60) {
			seen[key] = true
			v.items = append(v.items, b)
		}
	}
	if s.one(3) && !seen[`"null"`] {
		v.items = slices.Insert(v.items, s.IntN(len(v.items)+1), text("null"))
	}
	return v
}

// name gives a named type its names. It returns the namespace that its fields are in.
func (s *schemas) name(v *jsonValue, space string) string {
	var n typeName
	for range 12 {
		n = typeName{pick(s, "A", "B", "C", "D", "E"), space}
		if s.one(4) {
			n.space = pick(s, "", "n", "m.o")
		}
		if s.tame && n.space == "" {
			n.space = "n" // a type without a namespace within one that has one is ambiguous in Avro's canonical text
		}
		if !slices.Contains(s.names, n.full()) || !s.tame && s.one(30) {
			break
		}
		n.short += strconv.Itoa(s.IntN(90))
	}
	switch {
	case n.space == space:
		v.put("name", text(n.short))
	case n.space != "" && s.one(2):
		v.put("name", text(n.full()))
	default:
		v.put("name", text(n.short))
		v.put("namespace", text(n.space))
	}
	if s.one(6) {
		v.put("aliases", list(text(pick(s, "A", "B", "n.A", "m.o.B"))))
		if !s.tame && s.one(8) {
			v.put("aliases", list(text(".C")))
		}
	}
	if s.one(8) {
		v.put("doc", text(pick(s, "about", "", "\"ß\\\n\u0001")))
	}
	if s.one(12) {
		v.put(pick(s, "owner", "logicalType"), s.json(2))
	}
	s.names = append(s.names, n.full())
	return n.space
}

func (s *schemas) enum(space string) *jsonValue {
	v := object("type", text("enum"))
	s.name(v, space)
	v.put("symbols", s.symbols())
	if s.one(3) {
		v.put("default", text(pick(s, "X", "Y", "Z")))
		if symbols := v.member("symbols").items; s.tame || !s.one(6) {
			v.put("default", pick(s, symbols...))
		}
	}
	return v
}

func (s *schemas) symbols() *jsonValue {
	v := list()
	for _, x := range []string{"X", "Y", "Z", "W"} {
		if s.one(2) {
			v.items = append(v.items, text(x))
		}
	}
	if len(v.items) == 0 {
		v.items = append(v.items, text("X"))
	}
	return v
}

func (s *schemas) fixed(space string) *jsonValue {
	v := object("type", text("fixed"))
	s.name(v, space)
	v.put("size", whole(int64(pick(s, 0, 1, 12, 16))))
	return v
}

func (s *schemas) record(depth int, space string) *jsonValue {
	v := object("type", text("record"))
	space = s.name(v, space)
	fields := list()
	for range s.IntN(5) {
		fields.items = append(fields.items, s.field(depth, space, fields))
	}
	v.put("fields", fields)
	return v
}

func (s *schemas) field(depth int, space string, others *jsonValue) *jsonValue {
	name := pick(s, "a", "b", "c", "d", "e", "f")
	for slices.ContainsFunc(others.items, func(o *jsonValue) bool { n, _ := o.textOf("name"); return n == name }) {
		if !s.tame && s.one(40) {
			break
		}
		name += pick(s, "x", "y")
	}
	typ := s.typ(depth, space)
	v := object("name", text(name), "type", typ)
	if s.one(3) {
		v.put("default", s.value(typ, 3))
		if !s.tame && s.one(12) {
			v.put("default", s.json(2))
		}
	}
	if s.one(6) {
		v.put("aliases", list(text(pick(s, "a", "b", "c", "d"))))
	}
	if s.one(10) {
		v.put("doc", text("of a field"))
	}
	if s.one(15) {
		v.put("order", text(pick(s, "ascending", "descending", "ignore", "IGNORE")))
	}
	if s.one(12) {
		v.put(pick(s, "unit", "logicalType", "confluent:tags"), s.json(1))
	}
	return v
}

// value makes a default of a type as it stands in the text: names are looked up nowhere, they get anything.
func (s *schemas) value(typ *jsonValue, depth int) *jsonValue {
	if typ == nil {
		return s.json(1) // of a field that lost its type
	}
	name := typ.text
	if typ.kind == jsonArray {
		if len(typ.items) == 0 {
			return s.json(1)
		}
		return s.value(pick(s, typ.items...), depth)
	}
	if typ.kind == jsonObject {
		name, _ = typ.textOf("type")
	}
	switch name {
	case "null":
		return &jsonValue{kind: jsonNull}
	case "boolean":
		return &jsonValue{kind: jsonBool, flag: s.one(2)}
	case "int":
		return whole(int64(s.IntN(100)))
	case "long":
		return &jsonValue{kind: jsonLong, whole: 1 << 40}
	case "float", "double":
		return pick(s, whole(3), &jsonValue{kind: jsonDouble, double: s.NormFloat64() * 1e5}, &jsonValue{kind: jsonDouble, double: 1e10},
			text("1.5"), text("NaN"), text(" -Infinity "), &jsonValue{kind: jsonDouble, double: 1e-7})
	case "bytes", "string", "fixed":
		return text(pick(s, "", "\u00ff", "some text", "ü€"))
	case "enum":
		return pick(s, typ.member("symbols").items...)
	case "array":
		v := list()
		for range s.IntN(3) {
			v.items = append(v.items, s.value(typ.member("items"), depth-1))
		}
		return v
	case "map":
		v := object()
		for range s.IntN(3) {
			v.put(pick(s, "k", "l"), s.value(typ.member("values"), depth-1))
		}
		return v
	case "record":
		v := object()
		for _, f := range typ.member("fields").items {
			if n, _ := f.textOf("name"); f.member("default") == nil || s.one(2) {
				v.put(n, s.value(f.member("type"), depth-1))
			}
		}
		return v
	}
	return pick(s, object(), &jsonValue{kind: jsonNull}, text("X"))
}

// json makes any JSON.
func (s *schemas) json(depth int) *jsonValue {
	switch s.IntN(11) {
	case 0:
		return &jsonValue{kind: jsonNull}
	case 1:
		return &jsonValue{kind: jsonBool, flag: true}
	case 2:
		return &jsonValue{kind: jsonDouble, double: s.NormFloat64()}
	case 3:
		return &jsonValue{kind: jsonLong, whole: -1 << 45}
	case 4:
		if s.one(4) {
			return &jsonValue{kind: jsonBig, text: "123456789012345678901234567890"}
		}
		return whole(-5)
	case 5:
		if depth > 0 {
			return list(s.json(depth-1), s.json(depth-1))
		}
	case 6:
		if depth > 0 {
			return object("x", s.json(depth-1), "type", s.json(depth-1))
		}
	}
	return text(pick(s, "PII", "", "date", "ß"))
}
