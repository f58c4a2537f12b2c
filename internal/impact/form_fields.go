package impact

import (
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// fieldsForm makes a form of a list of fields, as languages and recorded types tell them. Types that are not known take anything: what is not known
// of a reader is no reason to say that it breaks.
func fieldsForm(fields []language.Field) *browse.Form {
	root := &browse.Form{Kind: browse.FormRecord}
	for i := range fields {
		f := &fields[i]
		if f.Path == "" {
			continue
		}
		place(root, f.Path, f)
	}
	return root
}

// place puts a field where its path says: a.b, items[].sku, totals{}.
func place(at *browse.Form, path string, f *language.Field) {
	for {
		if rest, ok := strings.CutPrefix(path, "."); ok {
			path = rest
		}
		switch {
		case strings.HasPrefix(path, "[]"), strings.HasPrefix(path, "{}"):
			if path[0] == '[' {
				at.Kind = browse.FormList
			} else {
				at.Kind = browse.FormMap
			}
			if at.Items == nil {
				at.Items = &browse.Form{}
			}
			at, path = at.Items, path[2:]
			if path == "" {
				typed(at, f)
				return
			}
			continue
		}
		name, rest := path, ""
		if i := strings.IndexAny(path, ".[{"); i >= 0 {
			name, rest = path[:i], path[i:]
		}
		at.Kind = browse.FormRecord
		member := memberOf(at, name)
		if rest == "" {
			member.Default = f.Default != ""
			typed(member.Of, f)
			return
		}
		at, path = member.Of, rest
	}
}

func memberOf(at *browse.Form, name string) *browse.FormField {
	for i := range at.Fields {
		if at.Fields[i].Name == name {
			return &at.Fields[i]
		}
	}
	at.Fields = append(at.Fields, browse.FormField{Name: name, Of: &browse.Form{}})
	return &at.Fields[len(at.Fields)-1]
}

// kindsOfTypes are the words that languages, Java and SQL have for types.
var kindsOfTypes = map[string]browse.FormKind{
	"string": browse.FormText, "varchar": browse.FormText, "char": browse.FormText, "java.lang.string": browse.FormText, "uuid": browse.FormText,
	"int": browse.FormInt, "integer": browse.FormInt, "java.lang.integer": browse.FormInt, "int32": browse.FormInt, "sint32": browse.FormInt, "sfixed32": browse.FormInt, "short": browse.FormInt,
	"smallint": browse.FormInt, "byte": browse.FormInt, "tinyint": browse.FormInt,
	"long": browse.FormLong, "bigint": browse.FormLong, "java.lang.long": browse.FormLong, "int64": browse.FormLong, "uint32": browse.FormLong, "uint64": browse.FormLong, "sint64": browse.FormLong,
	"fixed32": browse.FormLong, "fixed64": browse.FormLong, "sfixed64": browse.FormLong,
	"float": browse.FormFloat, "java.lang.float": browse.FormFloat, "double": browse.FormDouble, "java.lang.double": browse.FormDouble, "number": browse.FormNumber, "decimal": browse.FormNumber,
	"java.math.bigdecimal": browse.FormNumber, "boolean": browse.FormBool, "bool": browse.FormBool, "java.lang.boolean": browse.FormBool,
	"bytes": browse.FormBytes, "enum": browse.FormEnum,
	"record": browse.FormRecord, "message": browse.FormRecord, "object": browse.FormRecord, "row": browse.FormRecord, "pojo": browse.FormRecord, "array": browse.FormList, "list": browse.FormList,
	"map": browse.FormMap,
}

func typed(at *browse.Form, f *language.Field) {
	at.Null, at.Type = f.Optional, f.Type
	word := strings.ToLower(f.Type)
	if i := strings.IndexAny(word, "(< "); i > 0 {
		word = word[:i]
	}
	if k, ok := kindsOfTypes[word]; ok && (at.Kind == browse.FormAny || at.Kind == k) {
		at.Kind = k
	}
	if len(f.Values) > 0 && (at.Kind == browse.FormEnum || at.Kind == browse.FormText) {
		at.Symbols = f.Values
	} else if at.Kind == browse.FormEnum {
		at.Kind = browse.FormAny
	}
	if at.Kind == browse.FormRecord && len(at.Fields) == 0 || at.Kind == browse.FormList && at.Items == nil || at.Kind == browse.FormMap && at.Items == nil {
		at.Kind = browse.FormAny // until what it holds is told
	}
}
