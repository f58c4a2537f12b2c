package protobuf

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/language"
)

// schema is a compiled file.
type schema struct {
	text              string
	file              linker.File
	canonical, normal string

	fieldsOnce sync.Once
	fields     []language.Field
}

func (s *schema) Kind() language.Kind { return language.Protobuf }
func (s *schema) Text() string        { return s.text }

// Canonical is the file printed from its descriptor: without comments, in its own order, with the full names of types.
func (s *schema) Canonical() string { return s.canonical }

// Normal has imports, options, reserved numbers, and the fields of messages in one order. Messages and values of enums keep theirs: records tell
// messages by their places, and an enum's first value is its default.
func (s *schema) Normal() string { return s.normal }

// Fields lists the fields of the file's first message, which records have unless they say another. Types of google/protobuf and Confluent's
// decimal are values, and are not looked into.
func (s *schema) Fields() []language.Field {
	s.fieldsOnce.Do(func() {
		l := lister{file: s.file, inside: map[protoreflect.FullName]bool{}}
		if s.file.Messages().Len() > 0 {
			l.message(s.file.Messages().Get(0), "")
		}
		s.fields = l.list
	})
	return slices.Clone(s.fields)
}

type lister struct {
	file   linker.File
	list   []language.Field
	inside map[protoreflect.FullName]bool
}

func (l *lister) message(m protoreflect.MessageDescriptor, path string) {
	if l.inside[m.FullName()] || isValue(m) {
		return
	}
	l.inside[m.FullName()] = true
	for i := range m.Fields().Len() {
		l.field(m.Fields().Get(i), path)
	}
	delete(l.inside, m.FullName())
}

// isValue says that records show a message as a value.
func isValue(m protoreflect.MessageDescriptor) bool {
	pkg := m.ParentFile().Package()
	return pkg == "google.protobuf" || m.FullName() == "confluent.type.Decimal"
}

func (l *lister) field(f protoreflect.FieldDescriptor, path string) {
	if len(l.list) >= mostFields {
		return
	}
	out := language.Field{Path: join(path, string(f.Name())), Type: typeOf(f)}
	out.Optional = f.Cardinality() == protoreflect.Optional && f.HasPresence()
	out.Doc, out.Tags = metaOf(f.Options())
	if comment := strings.TrimSpace(f.ParentFile().SourceLocations().ByDescriptor(f).LeadingComments); comment != "" && out.Doc == "" {
		out.Doc = comment
	}
	if f.HasDefault() {
		out.Default = defaultOf(f)
	}
	value := f
	switch {
	case f.IsMap():
		value = f.MapValue()
		l.list = append(l.list, out)
		out = language.Field{Path: out.Path + "{}", Type: typeOf(value)}
	case f.IsList():
		l.list = append(l.list, out)
		out = language.Field{Path: out.Path + "[]", Type: strings.TrimPrefix(out.Type, "repeated ")}
	}
	if e := value.Enum(); e != nil {
		for i := range e.Values().Len() {
			out.Values = append(out.Values, string(e.Values().Get(i).Name()))
		}
	}
	l.list = append(l.list, out)
	if m := value.Message(); m != nil {
		l.message(m, out.Path)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// typeOf is a field's type as .proto files say it, without the dot before full names.
func typeOf(f protoreflect.FieldDescriptor) string {
	name := f.Kind().String()
	switch {
	case f.IsMap():
		return "map<" + typeOf(f.MapKey()) + ", " + typeOf(f.MapValue()) + ">"
	case f.Message() != nil:
		name = string(f.Message().FullName())
	case f.Enum() != nil:
		name = string(f.Enum().FullName())
	}
	if f.IsList() {
		return "repeated " + name
	}
	return name
}

func defaultOf(f protoreflect.FieldDescriptor) string {
	v := f.Default().Interface()
	if e := f.DefaultEnumValue(); e != nil {
		v = string(e.Name())
	}
	if b, ok := v.([]byte); ok {
		v = string(b)
	}
	out, err := json.Marshal(v)
	if err != nil { // nan and inf, of which JSON knows nothing
		out, _ = json.Marshal(f.Default().String())
	}
	return string(out)
}

// metaField is the number of Confluent's options file_meta, message_meta and field_meta; the others are those of their fields.
const (
	metaField protowire.Number = 1088
	metaDoc   protowire.Number = 1
	metaTags  protowire.Number = 3
)

// metaOf reads doc and tags of Confluent's options out of the options' own bytes, in which they stand whether or not the extension is known.
func metaOf(options protoreflect.ProtoMessage) (doc string, tags []string) {
	if options == nil || !options.ProtoReflect().IsValid() {
		return "", nil
	}
	b, err := proto.Marshal(options)
	if err != nil {
		return "", nil
	}
	eachField(b, metaField, func(meta []byte) {
		eachField(meta, metaDoc, func(d []byte) { doc = string(d) })
		eachField(meta, metaTags, func(tag []byte) {
			if t := string(tag); t != "" && !slices.Contains(tags, t) {
				tags = append(tags, t)
			}
		})
	})
	return doc, tags
}

// eachField calls found with the content of every field of that number that has a length.
func eachField(b []byte, number protowire.Number, found func([]byte)) {
	for len(b) > 0 {
		n, wire, size := protowire.ConsumeTag(b)
		if size < 0 {
			return
		}
		b = b[size:]
		if n == number && wire == protowire.BytesType {
			if v, size := protowire.ConsumeBytes(b); size >= 0 {
				found(v)
			}
		}
		if size = protowire.ConsumeFieldValue(n, wire, b); size < 0 {
			return
		}
		b = b[size:]
	}
}
