package avro

import "slices"

// clone copies a tree, so that it can be changed.
func clone(v *jsonValue) *jsonValue {
	c := *v
	c.items = nil
	c.members, c.lookup = nil, nil
	for _, item := range v.items {
		c.items = append(c.items, clone(item))
	}
	for _, m := range v.members {
		c.put(m.name, clone(m.value))
	}
	return &c
}

// relative is a schema with some changes, as people and accidents make them.
func (s *schemas) relative(of *jsonValue) *jsonValue {
	v := clone(of)
	for range 1 + s.IntN(3) {
		var types, fields []*jsonValue
		collect(v, &types, &fields)
		if len(fields) > 0 && s.one(2) {
			s.changeField(pick(s, fields...))
		} else if len(types) > 0 {
			s.changeType(pick(s, types...))
		}
	}
	return v
}

// collect finds the types and fields of a text.
func collect(v *jsonValue, types, fields *[]*jsonValue) {
	if v == nil {
		return
	}
	*types = append(*types, v)
	switch v.kind {
	case jsonArray:
		for _, b := range v.items {
			collect(b, types, fields)
		}
	case jsonObject:
		collect(v.member("items"), types, fields)
		collect(v.member("values"), types, fields)
		if list := v.member("fields"); list != nil {
			for _, f := range list.items {
				*fields = append(*fields, f)
				collect(f.member("type"), types, fields)
			}
		}
	}
}

func (s *schemas) drop(v *jsonValue, name string) {
	v.members = slices.DeleteFunc(slices.Clone(v.members), func(m jsonMember) bool { return m.name == name })
	v.lookup = nil
}

func (s *schemas) changeField(f *jsonValue) {
	typ := f.member("type")
	if typ == nil {
		return
	}
	switch s.IntN(9) {
	case 0:
		name, _ := f.textOf("name")
		f.put("name", text(name+"2"))
		if !s.one(3) {
			f.put("aliases", list(text(name)))
		}
	case 1:
		s.drop(f, "default")
	case 2:
		f.put("default", s.value(typ, 3))
	case 3:
		if typ.kind != jsonArray {
			f.put("type", list(text("null"), typ))
			s.drop(f, "default")
			f.put("default", &jsonValue{kind: jsonNull})
		} else {
			f.put("type", s.typ(1, ""))
		}
	case 4:
		if typ.kind == jsonArray && len(typ.items) > 0 {
			f.put("type", pick(s, typ.items...))
		}
	case 5:
		f.put("type", s.typ(2, ""))
	case 6:
		f.put("doc", text("changed"))
	case 7:
		f.put("aliases", list(text(pick(s, "a", "b", "c", "d")), text(pick(s, "a", "b", "c"))))
	default:
		s.drop(f, pick(s, "doc", "aliases", "type", "name", "order", "doc", "doc", "doc"))
	}
}

func (s *schemas) changeType(v *jsonValue) {
	switch v.kind {
	case jsonText:
		if k, ok := primitives[v.text]; ok {
			v.text = pick(s, "long", "float", "double", "string", "bytes", k.String())
		}
		return
	case jsonArray:
		switch s.IntN(3) {
		case 0:
			v.items = append(v.items, s.typ(1, ""))
		case 1:
			if len(v.items) > 0 {
				v.items = v.items[:len(v.items)-1]
			}
		default:
			s.Shuffle(len(v.items), func(i, j int) { v.items[i], v.items[j] = v.items[j], v.items[i] })
		}
		return
	}
	if name, ok := v.textOf("name"); ok && s.one(3) {
		switch s.IntN(4) {
		case 0:
			v.put("name", text(pick(s, "A", "B", "C", "n.A", "m.o.B")))
		case 1:
			v.put("namespace", text(pick(s, "n", "m.o", "")))
		case 2:
			v.put("aliases", list(text(name), text("n."+name)))
			v.put("name", text("Renamed"))
		default:
			v.put("doc", text("changed"))
		}
		return
	}
	switch name, _ := v.textOf("type"); name {
	case "enum":
		v.put("symbols", s.symbols())
		if s.one(2) {
			s.drop(v, "default")
		}
	case "fixed":
		v.put("size", whole(int64(pick(s, 1, 12, 16))))
	case "array":
		if s.one(3) {
			v.put("type", text("map"))
			v.put("values", v.member("items"))
		}
	case "record":
		list := v.member("fields")
		if list == nil {
			return
		}
		switch n := len(list.items); {
		case n > 0 && s.one(2):
			i := s.IntN(n)
			list.items = append(slices.Clone(list.items[:i]), list.items[i+1:]...)
		case n > 1 && s.one(3):
			list.items = append(slices.Clone(list.items[1:]), list.items[0])
		default:
			list.items = append(slices.Clone(list.items), s.field(1, "", list))
		}
	default:
		if k, ok := primitives[name]; ok {
			v.put("type", text(pick(s, "long", "double", "string", k.String())))
		}
	}
}
