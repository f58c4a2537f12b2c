package protobuf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/types/descriptorpb"
)

// printer writes a file as .proto text from its descriptor, so that equal files have equal texts however they were written: without comments and
// with the full names of types. What a text has none of its own, it does not invent: names in JSON, for one, are printed where they are not the
// usual ones.
type printer struct {
	resolver linker.Resolver
	normal   bool // as schema.Normal says
	out      strings.Builder
	depth    int
	syntax   string
}

func (p *printer) line(format string, args ...any) {
	p.out.WriteString(strings.Repeat("  ", p.depth))
	fmt.Fprintf(&p.out, format, args...)
	p.out.WriteByte('\n')
}

// block writes a line, what inside writes one step to the right, and a brace.
func (p *printer) block(head string, inside func()) {
	p.line("%s {", head)
	p.depth++
	inside()
	p.depth--
	p.line("}")
}

// sorted gives a list in one order where the text is a normal one.
func sorted[T any](p *printer, list []T, by func(a, b T) int) []T {
	if !p.normal {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, by)
	return list
}

func (p *printer) file(from linker.File) string {
	f := protoutil.ProtoFromFileDescriptor(from)
	p.out.Reset()
	p.syntax = f.GetSyntax()
	switch p.syntax {
	case "":
		p.syntax = "proto2"
		p.line(`syntax = "proto2";`)
	case "editions":
		p.line(`edition = "%s";`, strings.TrimPrefix(f.GetEdition().String(), "EDITION_"))
	default:
		p.line(`syntax = "%s";`, p.syntax)
	}
	if f.Package != nil {
		p.line("package %s;", f.GetPackage())
	}
	p.imports(f)
	p.optionLines(f.GetOptions())
	for _, e := range f.GetEnumType() {
		p.enum(e)
	}
	for _, m := range f.GetMessageType() {
		p.message(m)
	}
	p.extensions(f.GetExtension(), nil)
	for _, s := range f.GetService() {
		p.service(s)
	}
	return p.out.String()
}

func (p *printer) imports(f *descriptorpb.FileDescriptorProto) {
	how := make(map[string]string, len(f.GetDependency()))
	for _, i := range f.GetPublicDependency() {
		how[f.GetDependency()[i]] = "public "
	}
	for _, i := range f.GetWeakDependency() {
		how[f.GetDependency()[i]] = "weak "
	}
	for _, path := range sorted(p, f.GetDependency(), strings.Compare) {
		p.line("import %s%s;", how[path], quoted(path))
	}
}

func (p *printer) message(m *descriptorpb.DescriptorProto) {
	p.block("message "+m.GetName(), func() { p.inside(m) })
}

// inside writes what stands between the braces of a message.
func (p *printer) inside(m *descriptorpb.DescriptorProto) {
	p.optionLines(m.GetOptions())
	p.reserved(m)
	for _, r := range sorted(p, m.GetExtensionRange(), func(a, b *descriptorpb.DescriptorProto_ExtensionRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	}) {
		p.line("extensions %s%s;", span(r.GetStart(), r.GetEnd()-1, mostNumber), p.optionList(r.GetOptions(), nil))
	}
	entries := map[string]*descriptorpb.DescriptorProto{}
	groups := map[string]*descriptorpb.DescriptorProto{}
	for _, n := range m.GetNestedType() {
		entries[n.GetName()] = n
	}
	for _, f := range slices.Concat(m.GetField(), m.GetExtension()) {
		if f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
			name := f.GetTypeName()[strings.LastIndexByte(f.GetTypeName(), '.')+1:]
			groups[name] = entries[name]
		}
	}
	for _, e := range m.GetEnumType() {
		p.enum(e)
	}
	for _, n := range m.GetNestedType() {
		if groups[n.GetName()] == nil && !n.GetOptions().GetMapEntry() {
			p.message(n)
		}
	}
	p.fields(m, entries, groups)
	p.extensions(m.GetExtension(), groups)
}

// fields writes fields in order; a oneof stands where its first field does.
func (p *printer) fields(m *descriptorpb.DescriptorProto, entries, groups map[string]*descriptorpb.DescriptorProto) {
	byNumber := func(a, b *descriptorpb.FieldDescriptorProto) int { return cmp.Compare(a.GetNumber(), b.GetNumber()) }
	list := sorted(p, m.GetField(), byNumber)
	written := map[int32]bool{}
	for _, f := range list {
		if f.OneofIndex == nil || f.GetProto3Optional() {
			p.field(f, entries, groups)
			continue
		}
		i := f.GetOneofIndex()
		if written[i] || int(i) >= len(m.GetOneofDecl()) {
			continue
		}
		written[i] = true
		one := m.GetOneofDecl()[i]
		p.block("oneof "+one.GetName(), func() {
			p.optionLines(one.GetOptions())
			for _, g := range list {
				if g.OneofIndex != nil && g.GetOneofIndex() == i {
					p.field(g, entries, groups)
				}
			}
		})
	}
}

const mostNumber = 1<<29 - 1

// span is a range of numbers, both ends in it.
func span(first, last, most int32) string {
	switch {
	case last >= most:
		return fmt.Sprintf("%d to max", first)
	case last > first:
		return fmt.Sprintf("%d to %d", first, last)
	}
	return fmt.Sprint(first)
}

func (p *printer) reserved(m *descriptorpb.DescriptorProto) {
	var spans []string
	for _, r := range sorted(p, m.GetReservedRange(), func(a, b *descriptorpb.DescriptorProto_ReservedRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	}) {
		spans = append(spans, span(r.GetStart(), r.GetEnd()-1, mostNumber))
	}
	p.reservedLines(spans, m.GetReservedName())
}

func (p *printer) reservedLines(spans, names []string) {
	if len(spans) > 0 {
		p.line("reserved %s;", strings.Join(spans, ", "))
	}
	if len(names) == 0 {
		return
	}
	names = slices.Clone(sorted(p, names, strings.Compare))
	for i, n := range names {
		if p.syntax != "editions" {
			names[i] = quoted(n)
		}
	}
	p.line("reserved %s;", strings.Join(names, ", "))
}

func (p *printer) field(f *descriptorpb.FieldDescriptorProto, entries, groups map[string]*descriptorpb.DescriptorProto) {
	label := ""
	switch {
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		label = "repeated "
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED && p.syntax != "editions":
		label = "required "
	case f.GetProto3Optional(), p.syntax == "proto2" && f.OneofIndex == nil:
		label = "optional "
	}
	short := f.GetTypeName()[strings.LastIndexByte(f.GetTypeName(), '.')+1:]
	options := p.optionList(f.GetOptions(), p.pseudoOptions(f))
	if entry := entries[short]; entry.GetOptions().GetMapEntry() && f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED && len(entry.GetField()) == 2 {
		p.line("map<%s, %s> %s = %d%s;", typeName(entry.GetField()[0]), typeName(entry.GetField()[1]), f.GetName(), f.GetNumber(), options)
		return
	}
	if group := groups[short]; group != nil && f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
		p.block(fmt.Sprintf("%sgroup %s = %d%s", label, short, f.GetNumber(), options), func() { p.inside(group) })
		return
	}
	p.line("%s%s %s = %d%s;", label, typeName(f), f.GetName(), f.GetNumber(), options)
}

func typeName(f *descriptorpb.FieldDescriptorProto) string {
	if f.GetTypeName() != "" {
		return f.GetTypeName()
	}
	return strings.ToLower(strings.TrimPrefix(f.GetType().String(), "TYPE_"))
}

// pseudoOptions are what .proto texts write among the options, though descriptors do not.
func (p *printer) pseudoOptions(f *descriptorpb.FieldDescriptorProto) []option {
	var list []option
	if f.DefaultValue != nil {
		value := f.GetDefaultValue()
		switch f.GetType() {
		case descriptorpb.FieldDescriptorProto_TYPE_STRING:
			value = quoted(value)
		case descriptorpb.FieldDescriptorProto_TYPE_BYTES: // its escapes are already there, quotation marks too
			value = `"` + value + `"`
		}
		list = append(list, option{"default", value})
	}
	if f.JsonName != nil && f.GetJsonName() != usualJSONName(f.GetName()) && f.Extendee == nil {
		list = append(list, option{"json_name", quoted(f.GetJsonName())})
	}
	return list
}

// usualJSONName is the name in JSON of a field that says none: in camel case.
func usualJSONName(name string) string {
	var b strings.Builder
	up := false
	for _, c := range []byte(name) {
		switch {
		case c == '_':
			up = true
			continue
		case up && c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		up = false
		b.WriteByte(c)
	}
	return b.String()
}

func (p *printer) enum(e *descriptorpb.EnumDescriptorProto) {
	p.block("enum "+e.GetName(), func() {
		p.optionLines(e.GetOptions())
		var spans []string
		const most = 1<<31 - 1
		for _, r := range sorted(p, e.GetReservedRange(), func(a, b *descriptorpb.EnumDescriptorProto_EnumReservedRange) int {
			return cmp.Compare(a.GetStart(), b.GetStart())
		}) {
			spans = append(spans, span(r.GetStart(), r.GetEnd(), most))
		}
		p.reservedLines(spans, e.GetReservedName())
		for _, v := range e.GetValue() {
			p.line("%s = %d%s;", v.GetName(), v.GetNumber(), p.optionList(v.GetOptions(), nil))
		}
	})
}

// extensions writes extend blocks: fields that follow each other and extend one message stand in one.
func (p *printer) extensions(list []*descriptorpb.FieldDescriptorProto, groups map[string]*descriptorpb.DescriptorProto) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].GetExtendee() == list[0].GetExtendee() {
			n++
		}
		p.block("extend "+list[0].GetExtendee(), func() {
			for _, f := range list[:n] {
				p.field(f, nil, groups)
			}
		})
		list = list[n:]
	}
}

func (p *printer) service(s *descriptorpb.ServiceDescriptorProto) {
	p.block("service "+s.GetName(), func() {
		p.optionLines(s.GetOptions())
		for _, m := range s.GetMethod() {
			stream := map[bool]string{true: "stream "}
			head := fmt.Sprintf("rpc %s (%s%s) returns (%s%s)", m.GetName(), stream[m.GetClientStreaming()], m.GetInputType(), stream[m.GetServerStreaming()], m.GetOutputType())
			if options := p.options(m.GetOptions()); len(options) > 0 {
				p.block(head, func() { p.optionLines(m.GetOptions()) })
			} else {
				p.line("%s;", head)
			}
		}
	})
}
