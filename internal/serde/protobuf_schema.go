package serde

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sightglass/sightglass/internal/event"
)

var errProtobuf = errors.New("not a usable Protobuf schema")

// protoFile is a parsed .proto file with all that it imports.
type protoFile struct {
	messages []*protoMessage // of the file itself, in order
	byName   map[string]*protoMessage
}

// protoMessage is a message type. Types that contain themselves are cycles of pointers.
type protoMessage struct {
	name    string
	fields  map[int]*protoField
	ordered []*protoField   // as declared
	nested  []*protoMessage // as declared, without the entries of maps
	known   wellKnown       // nil for types that are shown as they are
	entry   bool            // of a map
	tags    []string
}

type protoField struct {
	place    int // in ordered
	number   int
	name     string
	kind     protoreflect.Kind
	list     bool // or a map
	presence bool // the bytes tell an absent field from one that has its default
	required bool
	message  *protoMessage
	enum     *protoEnum
	tags     []string
	typ      string
	oneof    int // 1 and above: fields of one number exclude each other
}

type protoEnum struct {
	name  string
	names map[int32]string
}

func (f *protoField) entry() bool { return f.message != nil && f.message.entry }

// first is the message that values have unless they say another.
func (f *protoFile) first() *protoMessage { return f.messages[0] }

// named finds a message by its full name, or by its last part among those of the file itself; nil when there is none.
func (f *protoFile) named(name string) *protoMessage {
	if m := f.byName[name]; m != nil {
		return m
	}
	for _, m := range f.messages {
		if m.name[strings.LastIndexByte(m.name, '.')+1:] == name {
			return m
		}
	}
	return nil
}

// indexed finds the message at a path of places: the first in the file, the others each in the message before.
func (f *protoFile) indexed(path []int) *protoMessage {
	level := f.messages
	var m *protoMessage
	for _, i := range path {
		if i < 0 || i >= len(level) {
			return nil
		}
		m = level[i]
		level = m.nested
	}
	return m
}

const (
	maxProtoNesting = 100 // braces
	protoTimeout    = 10 * time.Second
	rootProto       = "the-schema.proto"
)

// The files that registries know without references, beside those of google/protobuf.
var builtinProtos = map[string]string{
	"confluent/meta.proto": `syntax = "proto3"; package confluent; import "google/protobuf/descriptor.proto";
message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
extend google.protobuf.FileOptions { Meta file_meta = 1088; }
extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
	"confluent/type/decimal.proto": `syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
}

// metaField is the number of confluent's options file_meta, message_meta and field_meta; metaTags that of their tags.
const (
	metaField protowire.Number = 1088
	metaTags  protowire.Number = 3
)

// parseProtobuf reads a .proto text. References are the files that it imports, by the paths that it imports them by.
func parseProtobuf(text string, references []event.SchemaReference) (*protoFile, error) {
	files := map[string]string{rootProto: text}
	for _, r := range references {
		files[r.Name] = r.Text
	}
	for path, builtin := range builtinProtos {
		if _, own := files[path]; !own {
			files[path] = builtin
		}
	}
	for _, text := range files {
		if bracesDeeperThan(text, maxProtoNesting) {
			return nil, fmt.Errorf("%w: nested too deep", errProtobuf)
		}
	}
	fd, err := linkProtobuf(files)
	if err != nil {
		return nil, err
	}
	b := protoBuilder{file: &protoFile{byName: map[string]*protoMessage{}}, enums: map[protoreflect.FullName]*protoEnum{}}
	if b.file.messages = b.all(fd.Messages()); b.full {
		return nil, fmt.Errorf("%w: too many types", errProtobuf)
	}
	if len(b.file.messages) == 0 {
		return nil, fmt.Errorf("%w: it declares no message", errProtobuf)
	}
	return b.file, nil
}

// linkProtobuf compiles the root file. The compiler's own messages quote the schema, so of them the place alone is kept.
func linkProtobuf(files map[string]string) (linker.File, error) {
	ctx, cancel := context.WithTimeout(context.Background(), protoTimeout)
	defer cancel()
	var missing atomic.Bool // the compiler may still be at work when it was given up
	sources := protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(files)})
	c := protocompile.Compiler{
		MaxParallelism: 1,
		Resolver: protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
			found, err := sources.FindFileByPath(path)
			if err != nil {
				missing.Store(true)
			}
			return found, err
		}),
		Reporter: reporter.NewReporter(nil, nil),
	}
	linked, err := c.Compile(ctx, rootProto)
	var at reporter.ErrorWithPos
	switch {
	case missing.Load() && err != nil:
		return nil, fmt.Errorf("%w: it imports a file that the registry does not list among its references", errProtobuf)
	case errors.As(err, &at):
		return nil, fmt.Errorf("%w: a mistake at line %d", errProtobuf, at.GetPosition().Line)
	case err != nil || len(linked) != 1:
		return nil, errProtobuf
	}
	return linked[0], nil
}

// bracesDeeperThan tells whether braces or brackets nest deeper than most; the compiler recurses once per level.
func bracesDeeperThan(text string, most int) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			if depth++; depth > most {
				return true
			}
		case '}', ']':
			depth = max(depth-1, 0)
		}
	}
	return false
}

// protoBuilder turns linked descriptors into types with what decoding needs.
type protoBuilder struct {
	file  *protoFile
	enums map[protoreflect.FullName]*protoEnum
	full  bool
}

// all builds the messages of a level, without the entries of maps: the places that records tell do not count them.
func (b *protoBuilder) all(ms protoreflect.MessageDescriptors) []*protoMessage {
	var out []*protoMessage
	for i := range ms.Len() {
		if !ms.Get(i).IsMapEntry() {
			out = append(out, b.message(ms.Get(i)))
		}
	}
	return out
}

func (b *protoBuilder) message(md protoreflect.MessageDescriptor) *protoMessage {
	name := string(md.FullName())
	if m := b.file.byName[name]; m != nil {
		return m
	}
	m := &protoMessage{name: name, entry: md.IsMapEntry(), known: wellKnownTypes[name], tags: metaTagsOf(md.Options())}
	if b.full = b.full || len(b.file.byName) >= maxSchemaTypes; b.full {
		return m
	}
	b.file.byName[name] = m
	fs := md.Fields()
	m.fields = make(map[int]*protoField, fs.Len())
	for i := range fs.Len() {
		f := b.field(fs.Get(i), i)
		m.fields[f.number] = f
		m.ordered = append(m.ordered, f)
	}
	m.nested = b.all(md.Messages())
	return m
}

func (b *protoBuilder) field(fd protoreflect.FieldDescriptor, place int) *protoField {
	f := &protoField{place: place, number: int(fd.Number()), name: string(fd.Name()), kind: fd.Kind(), list: fd.Cardinality() == protoreflect.Repeated,
		presence: fd.HasPresence(), required: fd.Cardinality() == protoreflect.Required, typ: fd.Kind().String(), tags: metaTagsOf(fd.Options())}
	if o := fd.ContainingOneof(); o != nil {
		f.oneof = o.Index() + 1
	}
	if md := fd.Message(); md != nil {
		f.message = b.message(md)
		f.typ = f.message.name
	}
	if ed := fd.Enum(); ed != nil {
		f.enum = b.enum(ed)
		f.typ = f.enum.name
	}
	return f
}

func (b *protoBuilder) enum(ed protoreflect.EnumDescriptor) *protoEnum {
	if e := b.enums[ed.FullName()]; e != nil {
		return e
	}
	e := &protoEnum{name: string(ed.FullName()), names: make(map[int32]string, ed.Values().Len())}
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		if n := int32(v.Number()); e.names[n] == "" { // of aliases the first
			e.names[n] = string(v.Name())
		}
	}
	b.enums[ed.FullName()] = e
	return e
}

// metaTagsOf reads the tags of Confluent's options out of the options' own bytes, in which they stand whether or not the
// compiler knows the extension.
func metaTagsOf(options protoreflect.ProtoMessage) (tags []string) {
	if options == nil || !options.ProtoReflect().IsValid() {
		return nil
	}
	b, err := proto.Marshal(options)
	if err != nil {
		return nil
	}
	eachField(b, metaField, func(meta []byte) {
		eachField(meta, metaTags, func(tag []byte) {
			if t := string(tag); t != "" && !slices.Contains(tags, t) {
				tags = append(tags, t)
			}
		})
	})
	return tags
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
