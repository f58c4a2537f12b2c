package impact

import (
	"encoding/json"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// looksAvro tells an Avro schema from a JSON Schema: its type is one of Avro's own words.
func looksAvro(text string) bool {
	var head struct {
		Type   any `json:"type"`
		Fields any `json:"fields"`
		Schema any `json:"$schema"`
		Props  any `json:"properties"`
	}
	if json.Unmarshal([]byte(text), &head) != nil || head.Schema != nil || head.Props != nil {
		return false
	}
	switch head.Type {
	case "record", "error", "enum", "fixed", "map", "bytes", "int", "long", "float", "double":
		return true
	}
	return head.Fields != nil
}

// avroForms reads Avro schemas. A name is the same Form wherever it stands, so that types may contain themselves.
type avroForms map[string]*browse.Form

// avroForm is what records of an Avro schema look like.
func avroForm(text string, refs []language.Referenced) *browse.Form {
	named := avroForms{}
	for _, r := range refs {
		var v any
		if json.Unmarshal([]byte(r.Text), &v) == nil {
			named.of(v, "")
		}
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return named.of(strings.Trim(strings.TrimSpace(text), `"`), "")
	}
	return named.of(v, "")
}

var avroScalars = map[string]browse.FormKind{
	"null": browse.FormNull, "boolean": browse.FormBool, "int": browse.FormInt, "long": browse.FormLong, "float": browse.FormFloat, "double": browse.FormDouble,
	"bytes": browse.FormBytes, "string": browse.FormText,
}

func (n avroForms) of(v any, space string) *browse.Form {
	switch x := v.(type) {
	case string:
		if k, ok := avroScalars[x]; ok {
			return &browse.Form{Kind: k, Type: x}
		}
		if f := n[fullName(x, space)]; f != nil {
			return f
		}
		if f := n[x]; f != nil {
			return f
		}
		return unknownForm("the type " + x)
	case []any:
		u := &browse.Form{Kind: browse.FormUnion}
		for _, b := range x {
			f := n.of(b, space)
			u.Branches = append(u.Branches, f)
			u.Null = u.Null || f.Kind == browse.FormNull
		}
		return u
	case map[string]any:
		return n.object(x, space)
	}
	return unknownForm("a type that is no type")
}

func (n avroForms) object(x map[string]any, space string) *browse.Form {
	typ, isText := x["type"].(string)
	if !isText {
		return n.of(x["type"], space)
	}
	switch typ {
	case "record", "error", "enum", "fixed":
	case "array":
		return &browse.Form{Kind: browse.FormList, Items: n.of(x["items"], space), Type: typ}
	case "map":
		return &browse.Form{Kind: browse.FormMap, Items: n.of(x["values"], space), Type: typ}
	default:
		return n.of(typ, space)
	}
	name, _ := x["name"].(string)
	if s, ok := x["namespace"].(string); ok {
		space = s
	}
	full := fullName(name, space)
	if i := strings.LastIndexByte(full, '.'); i >= 0 {
		space = full[:i]
	}
	f := &browse.Form{Type: full}
	n[full] = f
	switch typ {
	case "enum":
		f.Kind, f.Symbols = browse.FormEnum, texts(x["symbols"])
		_, f.Other = x["default"]
	case "fixed":
		size, _ := x["size"].(float64)
		f.Kind, f.Size = browse.FormFixed, int(size)
	default:
		f.Kind = browse.FormRecord
		fields, _ := x["fields"].([]any)
		for _, one := range fields {
			field, _ := one.(map[string]any)
			name, _ := field["name"].(string)
			_, hasDefault := field["default"]
			f.Fields = append(f.Fields, browse.FormField{Name: name, Aliases: texts(field["aliases"]), Of: n.of(field["type"], space), Required: true, Default: hasDefault})
		}
	}
	return f
}

func fullName(name, space string) string {
	if space == "" || strings.ContainsRune(name, '.') {
		return name
	}
	return space + "." + name
}

func texts(v any) (out []string) {
	list, _ := v.([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
