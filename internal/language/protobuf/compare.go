package protobuf

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/language"
)

// Compare gives the differences. Messages are found by their names, fields and values of enums by their numbers.
func (Language) Compare(reader, writer language.Schema, rules language.Rules) ([]language.Difference, error) {
	r, ok := reader.(*schema)
	w, ok2 := writer.(*schema)
	if !ok || !ok2 {
		return nil, errors.New("both schemas have to be Protobuf files that this package parsed")
	}
	c := &comparison{rules: rules, reader: r.file, writer: w.file, inside: map[messages]bool{}, seen: map[messages]bool{}, quiet: map[messages]bool{},
		enums: map[enums]bool{}, types: map[protoreflect.FullName]protoreflect.Descriptor{}}
	for _, f := range filesOf(r.file) {
		index(c.types, f.Messages(), f.Enums())
	}
	c.files()
	slices.SortStableFunc(c.list, func(a, b language.Difference) int {
		switch {
		case a.Breaking == b.Breaking:
			return 0
		case a.Breaking:
			return -1
		}
		return 1
	})
	return c.list, nil
}

// Differences are collected up to these numbers: types that many fields share would otherwise repeat theirs without end.
const (
	mostBreaking = 1000
	mostOthers   = 1000
)

type messages struct{ r, w protoreflect.FullName }
type enums struct{ r, w protoreflect.FullName }

// comparison is one call of Compare. Pairs of messages are gone through once for every path that leads to them.
type comparison struct {
	rules          language.Rules
	reader, writer protoreflect.FileDescriptor
	types          map[protoreflect.FullName]protoreflect.Descriptor // of the reader and all that it imports
	list           []language.Difference
	breaking       int
	inside, seen   map[messages]bool
	quiet          map[messages]bool // pairs below which nothing differs
	enums          map[enums]bool
}

func index(into map[protoreflect.FullName]protoreflect.Descriptor, ms protoreflect.MessageDescriptors, es protoreflect.EnumDescriptors) {
	for i := range ms.Len() {
		into[ms.Get(i).FullName()] = ms.Get(i)
		index(into, ms.Get(i).Messages(), ms.Get(i).Enums())
	}
	for i := range es.Len() {
		into[es.Get(i).FullName()] = es.Get(i)
	}
}

func (c *comparison) strict() bool { return c.rules.Profile == language.Strict }

// note adds a difference at a part of the reader's file, or of the writer's where the reader lacks it.
func (c *comparison) note(kind string, breaking bool, at protoreflect.FullName, field, say string, args ...any) {
	if breaking && c.breaking >= mostBreaking || !breaking && len(c.list)-c.breaking >= mostOthers {
		return
	}
	d := language.Difference{Kind: kind, Breaking: breaking, Pointer: string(at), Field: field, Message: fmt.Sprintf(say, args...)}
	if breaking {
		c.breaking++
		d.Advice = advice[kind]
	}
	c.list = append(c.list, d)
}

func (c *comparison) files() {
	r, w := c.reader, c.writer
	if r.Package() != w.Package() {
		c.note("PACKAGE_CHANGED", c.rules.Profile != language.Confluent74, r.Package(), "", "the writer's package is %q, the reader's %q", w.Package(), r.Package())
	}
	c.declared(r.Messages(), w.Messages())
	for i := range w.Messages().Len() {
		if mine := c.counterpart(w.Messages().Get(i)); mine != nil && !c.seen[messages{mine.FullName(), w.Messages().Get(i).FullName()}] {
			c.message(mine, w.Messages().Get(i), "")
		}
	}
	c.nested(w.Messages())
	c.declaredEnums(r.Enums(), w.Enums())
}

// relative is a type's name in its file, without the package.
func relative(d protoreflect.Descriptor) protoreflect.FullName {
	if pkg := d.ParentFile().Package(); pkg != "" {
		return d.FullName()[len(pkg)+1:]
	}
	return d.FullName()
}

// own says that a type is declared in the compared file itself, whatever its package is.
func own(file protoreflect.FileDescriptor, d protoreflect.Descriptor) bool {
	return d.ParentFile().Path() == file.Path()
}

// counterpart finds the reader's message for one of the writer's: by its name in the file, or by its full name where it moved into an import.
func (c *comparison) counterpart(w protoreflect.MessageDescriptor) protoreflect.MessageDescriptor {
	m, _ := c.lookUp(w).(protoreflect.MessageDescriptor)
	return m
}

func (c *comparison) lookUp(w protoreflect.Descriptor) protoreflect.Descriptor {
	if own(c.writer, w) {
		name := relative(w)
		if pkg := c.reader.Package(); pkg != "" {
			name = pkg + "." + name
		}
		if found := c.types[name]; found != nil {
			return found
		}
	}
	return c.types[w.FullName()]
}

// same says that two types are one, by their names.
func (c *comparison) same(r, w protoreflect.Descriptor) bool {
	return r.FullName() == w.FullName() || own(c.reader, r) && own(c.writer, w) && relative(r) == relative(w)
}

// declared compares which messages two places declare.
func (c *comparison) declared(mine, theirs protoreflect.MessageDescriptors) {
	for i := range theirs.Len() {
		w := theirs.Get(i)
		if w.IsMapEntry() {
			continue
		}
		here := mine.ByName(w.Name())
		switch {
		case here == nil && c.counterpart(w) == nil:
			c.note("MESSAGE_REMOVED", true, w.FullName(), "", "the reader has no message of this name")
		case here == nil:
			c.note("MESSAGE_MOVED", false, w.FullName(), "", "the reader has the message in another file")
		case here.Index() != w.Index():
			c.note("MESSAGE_MOVED", false, here.FullName(), "", "the message stands at another place: %d for the writer, %d for the reader", w.Index(), here.Index())
		}
		if here != nil {
			c.declared(here.Messages(), w.Messages())
			c.declaredEnums(here.Enums(), w.Enums())
		}
	}
	for i := range mine.Len() {
		if r := mine.Get(i); !r.IsMapEntry() && theirs.ByName(r.Name()) == nil {
			c.note("MESSAGE_ADDED", false, r.FullName(), "", "the writer has no message of this name")
		}
	}
}

// nested goes through declared messages that no field leads to.
func (c *comparison) nested(theirs protoreflect.MessageDescriptors) {
	for i := range theirs.Len() {
		w := theirs.Get(i)
		if w.IsMapEntry() {
			continue
		}
		if mine := c.counterpart(w); mine != nil && !c.seen[messages{mine.FullName(), w.FullName()}] {
			c.message(mine, w, "")
		}
		c.nested(w.Messages())
	}
}

func (c *comparison) declaredEnums(mine, theirs protoreflect.EnumDescriptors) {
	for i := range theirs.Len() {
		w := theirs.Get(i)
		if r := mine.ByName(w.Name()); r != nil {
			c.enum(r, w, "")
		} else if c.lookUp(w) == nil {
			c.note("ENUM_REMOVED", false, w.FullName(), "", "the reader has no enum of this name")
		}
	}
	for i := range mine.Len() {
		if r := mine.Get(i); theirs.ByName(r.Name()) == nil {
			c.note("ENUM_ADDED", false, r.FullName(), "", "the writer has no enum of this name")
		}
	}
}

// enum compares the values of two enums, once for each pair and with the first field that has them.
func (c *comparison) enum(r, w protoreflect.EnumDescriptor, path string) {
	pair := enums{r.FullName(), w.FullName()}
	if c.enums[pair] {
		return
	}
	c.enums[pair] = true
	mine, theirs := namesOf(r), namesOf(w)
	for i := range w.Values().Len() {
		v := w.Values().Get(i)
		names, known := mine[v.Number()]
		switch {
		case !known:
			c.note("ENUM_CONST_REMOVED", c.strict() && !c.rules.ReaderIsOlder, v.FullName(), path, "the reader's enum has no value %d", v.Number())
		case !slices.Contains(names, v.Name()):
			c.note("ENUM_CONST_CHANGED", c.strict(), v.FullName(), path, "the reader's enum calls the value %d by another name", v.Number())
		}
	}
	for i := range r.Values().Len() {
		if v := r.Values().Get(i); theirs[v.Number()] == nil {
			c.note("ENUM_CONST_ADDED", c.strict() && c.rules.ReaderIsOlder, v.FullName(), path, "the writer's enum has no value %d", v.Number())
		}
	}
}

// namesOf lists the names of each number: with allow_alias there are several.
func namesOf(e protoreflect.EnumDescriptor) map[protoreflect.EnumNumber][]protoreflect.Name {
	out := map[protoreflect.EnumNumber][]protoreflect.Name{}
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		out[v.Number()] = append(out[v.Number()], v.Name())
	}
	return out
}
