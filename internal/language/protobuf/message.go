package protobuf

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// message compares two messages that stand at one path, with all that their fields lead to.
func (c *comparison) message(r, w protoreflect.MessageDescriptor, path string) {
	pair := messages{r.FullName(), w.FullName()}
	if c.inside[pair] || c.quiet[pair] || c.breaking >= mostBreaking || len(c.list)-c.breaking >= mostOthers && c.seen[pair] {
		return
	}
	before := len(c.list)
	c.inside[pair], c.seen[pair] = true, true
	c.removed(r, w, path)
	c.oneofs(r, w, path)
	for i := range r.Fields().Len() {
		mine := r.Fields().Get(i)
		if theirs := w.Fields().ByNumber(mine.Number()); theirs != nil {
			c.field(mine, theirs, join(path, string(mine.Name())))
		} else {
			c.added(mine, w, path)
		}
	}
	delete(c.inside, pair)
	if len(c.list) == before {
		c.quiet[pair] = true
	}
}

// oneof is the oneof of a field; nil for those that stand for optional alone.
func oneof(f protoreflect.FieldDescriptor) protoreflect.OneofDescriptor {
	if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
		return o
	}
	return nil
}

// kept is the oneof of that name, nil where there is none.
func kept(m protoreflect.MessageDescriptor, o protoreflect.OneofDescriptor) protoreflect.OneofDescriptor {
	if found := m.Oneofs().ByName(o.Name()); found != nil && !found.IsSynthetic() {
		return found
	}
	return nil
}

// removed notes the writer's fields that the reader lacks, and those that left a oneof that is still there.
func (c *comparison) removed(r, w protoreflect.MessageDescriptor, path string) {
	for i := range w.Fields().Len() {
		theirs := w.Fields().Get(i)
		mine := r.Fields().ByNumber(theirs.Number())
		field := join(path, string(theirs.Name()))
		if o := oneof(theirs); o != nil && kept(r, o) != nil && (mine == nil || oneof(mine) == nil || oneof(mine).Name() != o.Name()) {
			c.note("ONEOF_FIELD_REMOVED", true, theirs.FullName(), field, "the field is no longer in the oneof %s, which is still there: what the writer had in it is lost, or is set beside it", o.Name())
			continue
		}
		if mine != nil {
			continue
		}
		if theirs.Cardinality() == protoreflect.Required {
			c.note("REQUIRED_FIELD_REMOVED", true, theirs.FullName(), field, "the writer's required field %d is not in the reader's message", theirs.Number())
			continue
		}
		c.note("FIELD_REMOVED", false, theirs.FullName(), field, "the writer's field %d is not in the reader's message", theirs.Number())
		if c.strict() && !c.rules.ReaderIsOlder && !reserves(r, theirs) {
			c.note("FIELD_REMOVED_WITHOUT_RESERVED", true, theirs.FullName(), field, "the number %d and the name of the removed field are not reserved", theirs.Number())
		}
		if c.strict() && c.rules.ReaderIsOlder {
			c.reused(theirs, r, field)
		}
	}
}

// added notes a field that the writer lacks.
func (c *comparison) added(mine protoreflect.FieldDescriptor, w protoreflect.MessageDescriptor, path string) {
	field := join(path, string(mine.Name()))
	switch {
	case mine.Cardinality() == protoreflect.Required:
		c.note("REQUIRED_FIELD_ADDED", true, mine.FullName(), field, "the reader requires the field %d, which the writer does not have", mine.Number())
	case oneof(mine) != nil && kept(w, oneof(mine)) != nil:
		c.note("ONEOF_FIELD_ADDED", false, mine.FullName(), field, "the writer's oneof %s does not have the field %d", oneof(mine).Name(), mine.Number())
	default:
		c.note("FIELD_ADDED", false, mine.FullName(), field, "the writer does not have the field %d", mine.Number())
	}
	if c.strict() && !c.rules.ReaderIsOlder {
		c.reused(mine, w, field)
	}
	if c.strict() && c.rules.ReaderIsOlder && !reserves(w, mine) {
		c.note("FIELD_REMOVED_WITHOUT_RESERVED", true, mine.FullName(), field, "the number %d and the name of the removed field are not reserved", mine.Number())
	}
}

// reused notes a field of the newer message whose number or name the older one reserves.
func (c *comparison) reused(f protoreflect.FieldDescriptor, older protoreflect.MessageDescriptor, path string) {
	if older.ReservedRanges().Has(f.Number()) {
		c.note("FIELD_NUMBER_REUSED", true, f.FullName(), path, "the number %d was reserved", f.Number())
	}
	if older.ReservedNames().Has(f.Name()) {
		c.note("FIELD_NAME_REUSED", true, f.FullName(), path, "the name of the field was reserved")
	}
}

func reserves(m protoreflect.MessageDescriptor, f protoreflect.FieldDescriptor) bool {
	return m.ReservedRanges().Has(f.Number()) && m.ReservedNames().Has(f.Name())
}

// oneofs notes fields that came to exclude each other: of fields that were set at once, a reader keeps the last.
func (c *comparison) oneofs(r, w protoreflect.MessageDescriptor, path string) {
	for i := range r.Oneofs().Len() {
		mine := r.Oneofs().Get(i)
		if mine.IsSynthetic() {
			continue
		}
		theirs := kept(w, mine)
		if theirs == nil {
			c.note("ONEOF_ADDED", false, mine.FullName(), "", "the writer has no oneof %s", mine.Name())
		}
		var from []protoreflect.FullName // what could be set at once before
		for k := range mine.Fields().Len() {
			f := mine.Fields().Get(k)
			before := w.Fields().ByNumber(f.Number())
			if before == nil || theirs != nil && oneof(before) == theirs {
				continue
			}
			if theirs != nil {
				c.note("FIELD_MOVED_TO_EXISTING_ONEOF", true, f.FullName(), join(path, string(f.Name())), "the writer may set the field %d and one of the oneof %s at once", f.Number(), mine.Name())
				continue
			}
			group := before.FullName()
			if o := oneof(before); o != nil {
				group = o.FullName()
			}
			if !slices.Contains(from, group) {
				from = append(from, group)
			}
		}
		if len(from) > 1 {
			c.note("MULTIPLE_FIELDS_MOVED_TO_ONEOF", true, mine.FullName(), "", "the writer may set %d fields at once that the oneof %s has one of", len(from), mine.Name())
		}
	}
	for i := range w.Oneofs().Len() {
		if o := w.Oneofs().Get(i); !o.IsSynthetic() && kept(r, o) == nil {
			c.note("ONEOF_REMOVED", false, o.FullName(), "", "the reader has no oneof %s", o.Name())
		}
	}
}

// scalarGroups are the kinds that read each other's bytes.
var scalarGroups = map[protoreflect.Kind]int{
	protoreflect.Int32Kind: 1, protoreflect.Int64Kind: 1, protoreflect.Uint32Kind: 1, protoreflect.Uint64Kind: 1, protoreflect.BoolKind: 1, protoreflect.EnumKind: 1,
	protoreflect.Sint32Kind: 2, protoreflect.Sint64Kind: 2,
	protoreflect.StringKind: 3, protoreflect.BytesKind: 3,
	protoreflect.Fixed32Kind: 4, protoreflect.Sfixed32Kind: 4,
	protoreflect.Fixed64Kind: 5, protoreflect.Sfixed64Kind: 5,
	protoreflect.FloatKind: 6, protoreflect.DoubleKind: 7,
}

// field compares two fields of one number.
func (c *comparison) field(r, w protoreflect.FieldDescriptor, path string) {
	if r.Name() != w.Name() {
		c.note("FIELD_NAME_CHANGED", c.strict(), r.FullName(), path, "the writer calls the field %d %s, the reader %s", r.Number(), w.Name(), r.Name())
	}
	if r.Cardinality() == protoreflect.Required && w.Cardinality() != protoreflect.Required {
		c.note("REQUIRED_FIELD_ADDED", true, r.FullName(), path, "the reader requires the field %d, the writer may leave it out", r.Number())
	}
	if r.IsMap() && w.IsMap() {
		c.value(r.MapKey(), w.MapKey(), r, path+"{}")
		c.value(r.MapValue(), w.MapValue(), r, path+"{}")
		return
	}
	if r.IsMap() != w.IsMap() {
		c.note("FIELD_KIND_CHANGED", true, r.FullName(), path, "the field is a map for one side and %s for the other", typeOf(map[bool]protoreflect.FieldDescriptor{true: w, false: r}[r.IsMap()]))
		return
	}
	if r.IsList() != w.IsList() {
		c.label(r, w, path)
	}
	if r.IsList() {
		path += "[]"
	}
	c.value(r, w, r, path)
}

// label notes that one side repeats the field. Numbers are packed where they repeat; of texts and messages the last one counts.
func (c *comparison) label(r, w protoreflect.FieldDescriptor, path string) {
	say := "the writer repeats the field %d, the reader does not"
	if r.IsList() {
		say = "the reader repeats the field %d, the writer does not"
	}
	switch {
	case r.Message() != nil || w.Message() != nil:
		c.note("FIELD_MESSAGE_LABEL_CHANGED", false, r.FullName(), path, say, r.Number())
	case scalarGroups[r.Kind()] == 3 && scalarGroups[w.Kind()] == 3:
		c.note("FIELD_STRING_OR_BYTES_LABEL_CHANGED", false, r.FullName(), path, say, r.Number())
	default:
		c.note("FIELD_NUMERIC_LABEL_CHANGED", true, r.FullName(), path, say, r.Number())
	}
}

// value compares what two fields hold; at is the field that the difference is said of.
func (c *comparison) value(r, w, at protoreflect.FieldDescriptor, path string) {
	mine, theirs := scalarGroups[r.Kind()], scalarGroups[w.Kind()]
	switch {
	case r.Kind() != w.Kind() && (mine == 0 || theirs == 0):
		c.note("FIELD_KIND_CHANGED", true, at.FullName(), path, "the writer's type is %s, the reader's %s", typeOf(w), typeOf(r))
	case mine != theirs:
		c.note("FIELD_SCALAR_KIND_CHANGED", true, at.FullName(), path, "the writer's type is %s, the reader's %s, which reads other bytes", typeOf(w), typeOf(r))
	case r.Message() != nil:
		if c.same(r.Message(), w.Message()) {
			c.message(r.Message(), w.Message(), path)
		} else {
			c.note("FIELD_NAMED_TYPE_CHANGED", true, at.FullName(), path, "the writer's type is %s, the reader's %s", typeOf(w), typeOf(r))
		}
	case r.Enum() != nil && w.Enum() != nil:
		if !c.same(r.Enum(), w.Enum()) {
			c.note("FIELD_ENUM_TYPE_CHANGED", c.strict(), at.FullName(), path, "the writer's enum is %s, the reader's %s", typeOf(w), typeOf(r))
		}
		c.enum(r.Enum(), w.Enum(), path)
	case r.Kind() != w.Kind():
		c.note("FIELD_SCALAR_TYPE_CHANGED", false, at.FullName(), path, "the writer's type is %s, the reader's %s, which reads the same bytes", typeOf(w), typeOf(r))
	}
}
