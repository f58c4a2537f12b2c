package protobuf

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// option is one option as .proto texts write it.
type option struct{ name, value string }

// optionLines writes options a line each.
func (p *printer) optionLines(m proto.Message) {
	for _, o := range p.options(m) {
		if o.name == "" {
			p.line("// %s", o.value)
			continue
		}
		p.line("option %s = %s;", o.name, o.value)
	}
}

// optionList is options in brackets, with a space before them; empty without any.
func (p *printer) optionList(m proto.Message, first []option) string {
	list := append(first, p.options(m)...)
	var parts []string
	after := ""
	for _, o := range list {
		if o.name == "" {
			after += " /* " + o.value + " */"
			continue
		}
		parts = append(parts, o.name+" = "+o.value)
	}
	if len(parts) == 0 {
		return after
	}
	return " [" + strings.Join(parts, ", ") + "]" + after
}

// options reads an options message anew with all extensions that the file sees. One that it does not see is an option without a name: texts cannot
// say it, and it is kept as a comment, so that files that differ in it alone have different texts.
func (p *printer) options(m proto.Message) []option {
	if m == nil || !m.ProtoReflect().IsValid() {
		return nil
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil || len(b) == 0 {
		return nil
	}
	full := m.ProtoReflect().New()
	if (proto.UnmarshalOptions{Resolver: p.resolver}).Unmarshal(b, full.Interface()) != nil {
		full = m.ProtoReflect()
	}
	var list []option
	eachSet(full, func(f protoreflect.FieldDescriptor, v protoreflect.Value) {
		if full.Descriptor().FullName() == "google.protobuf.MessageOptions" && f.Name() == "map_entry" {
			return
		}
		name := string(f.Name())
		if f.IsExtension() {
			name = "(." + string(f.FullName()) + ")"
		}
		if f.IsList() {
			for i := range v.List().Len() {
				list = append(list, option{name, literal(f, v.List().Get(i))})
			}
			return
		}
		list = append(list, option{name, literal(f, v)})
	})
	if unknown := full.GetUnknown(); len(unknown) > 0 {
		list = append(list, option{value: "options of files that are not given: " + hex.EncodeToString(unknown)})
	}
	return list
}

// eachSet goes through the fields that are set, in the order of their numbers.
func eachSet(m protoreflect.Message, each func(protoreflect.FieldDescriptor, protoreflect.Value)) {
	type set struct {
		f protoreflect.FieldDescriptor
		v protoreflect.Value
	}
	var list []set
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		list = append(list, set{f, v})
		return true
	})
	slices.SortFunc(list, func(a, b set) int { return cmp.Compare(a.f.Number(), b.f.Number()) })
	for _, s := range list {
		each(s.f, s.v)
	}
}

// literal is one value as options write it.
func literal(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.StringKind:
		return quoted(v.String())
	case protoreflect.BytesKind:
		return quotedBytes(v.Bytes())
	case protoreflect.EnumKind:
		if e := f.Enum().Values().ByNumber(v.Enum()); e != nil {
			return string(e.Name())
		}
		return strconv.Itoa(int(v.Enum()))
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return floating(v.Float(), f.Kind() == protoreflect.FloatKind)
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return aggregate(v.Message())
	}
	return v.String()
}

func floating(v float64, single bool) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case single:
		return strconv.FormatFloat(v, 'g', -1, 32)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// aggregate is a message in braces, as options write it.
func aggregate(m protoreflect.Message) string {
	var parts []string
	eachSet(m, func(f protoreflect.FieldDescriptor, v protoreflect.Value) {
		name := string(f.Name())
		if f.IsExtension() {
			name = "[" + string(f.FullName()) + "]"
		} else if f.Kind() == protoreflect.GroupKind {
			name = string(f.Message().Name())
		}
		switch {
		case f.IsMap():
			var entries []string
			v.Map().Range(func(k protoreflect.MapKey, value protoreflect.Value) bool {
				entries = append(entries, fmt.Sprintf("%s { key: %s value: %s }", name, literal(f.MapKey(), k.Value()), literal(f.MapValue(), value)))
				return true
			})
			slices.Sort(entries)
			parts = append(parts, entries...)
		case f.IsList():
			for i := range v.List().Len() {
				parts = append(parts, name+": "+literal(f, v.List().Get(i)))
			}
		default:
			parts = append(parts, name+": "+literal(f, v))
		}
	})
	if len(parts) == 0 {
		return "{ }"
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// quoted writes a text with the escapes of .proto files.
func quoted(s string) string {
	if !utf8.ValidString(s) {
		return quotedBytes([]byte(s))
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func quotedBytes(s []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
