package impact

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
)

// jsonForms reads JSON Schemas. What it does not understand is unknown, and not taken for something else.
type jsonForms struct {
	root any
	refs map[string]*browse.Form // by what they name
}

// jsonForm is what records under a JSON Schema look like.
func jsonForm(text string) *browse.Form {
	j := jsonForms{refs: map[string]*browse.Form{}}
	if json.Unmarshal([]byte(text), &j.root) != nil {
		return unknownForm("the text")
	}
	return j.of(j.root)
}

// plainWords are the keywords that say nothing of values, or what a Form has.
var plainWords = []string{
	"$schema", "$id", "id", "$defs", "definitions", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$anchor", "$vocabulary",
	"type", "properties", "required", "items", "enum", "const", "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format", "contentEncoding",
	"contentMediaType", "connect.index", "connect.type", "confluent:tags", "javaType", "anyOf", "oneOf", "$ref",
}

func (j *jsonForms) of(v any) *browse.Form {
	switch x := v.(type) {
	case bool:
		if x {
			return &browse.Form{}
		}
		return unknownForm("a schema that takes nothing")
	case map[string]any:
		for word := range x {
			if !slices.Contains(plainWords, word) && !strings.HasPrefix(word, "x-") {
				return unknownForm("the keyword " + word)
			}
		}
		if ref, ok := x["$ref"].(string); ok {
			return j.ref(ref)
		}
		return j.object(x)
	}
	return unknownForm("a schema that is none")
}

// ref follows a reference within the text.
func (j *jsonForms) ref(to string) *browse.Form {
	if f := j.refs[to]; f != nil {
		return f
	}
	path, local := strings.CutPrefix(to, "#")
	if !local || path != "" && path[0] != '/' {
		return unknownForm("the reference " + to)
	}
	at := j.root
	for _, step := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if step == "" {
			continue
		}
		m, _ := at.(map[string]any)
		at = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	f := &browse.Form{}
	j.refs[to] = f // before what it holds, which may hold it
	*f = *j.of(at)
	return f
}

var jsonKinds = map[string]browse.FormKind{
	"null": browse.FormNull, "boolean": browse.FormBool, "integer": browse.FormInteger, "number": browse.FormNumber, "string": browse.FormText, "object": browse.FormRecord,
	"array": browse.FormList,
}

func (j *jsonForms) object(x map[string]any) *browse.Form {
	for _, word := range []string{"anyOf", "oneOf"} {
		list, ok := x[word].([]any)
		if !ok {
			continue
		}
		if x["properties"] != nil || x["type"] != nil && word == "anyOf" && x["enum"] != nil {
			return unknownForm(word + " beside other keywords")
		}
		u := &browse.Form{Kind: browse.FormUnion}
		for _, b := range list {
			f := j.of(b)
			u.Branches, u.Null = append(u.Branches, f), u.Null || f.Null || f.Kind == browse.FormNull
		}
		return u
	}
	switch typ := x["type"].(type) {
	case string:
		return j.typed(typ, x)
	case []any:
		names := texts(typ)
		rest := without(names, []string{"null"})
		if len(rest) == 1 {
			f := j.typed(rest[0], x)
			f.Null = len(rest) < len(names)
			return f
		}
		u := &browse.Form{Kind: browse.FormUnion, Null: len(rest) < len(names)}
		for _, name := range names {
			u.Branches = append(u.Branches, j.typed(name, x))
		}
		return u
	}
	switch {
	case x["properties"] != nil || x["required"] != nil:
		return j.typed("object", x)
	case x["items"] != nil:
		return j.typed("array", x)
	case x["enum"] != nil || x["const"] != nil:
		return j.typed("string", x)
	case x["minimum"] != nil || x["maximum"] != nil || x["exclusiveMinimum"] != nil || x["exclusiveMaximum"] != nil || x["minItems"] != nil || x["maxItems"] != nil || x["pattern"] != nil || x["minLength"] != nil || x["maxLength"] != nil:
		return unknownForm("bounds without a type")
	}
	return &browse.Form{}
}

func (j *jsonForms) typed(typ string, x map[string]any) *browse.Form {
	kind, ok := jsonKinds[typ]
	if !ok {
		return unknownForm("the type " + typ)
	}
	f := &browse.Form{Kind: kind, Type: typ}
	switch kind {
	case browse.FormRecord:
		j.members(f, x)
	case browse.FormList:
		f.Items = &browse.Form{}
		if items, ok := x["items"]; ok {
			f.Items = j.of(items)
		}
		if n, ok := x["minItems"].(float64); ok {
			f.Fewest = int(n)
		}
		if n, ok := x["maxItems"].(float64); ok {
			if f.Most = int(n); f.Most == 0 {
				return unknownForm("maxItems 0")
			}
		}
	case browse.FormText, browse.FormInteger, browse.FormNumber, browse.FormBool:
		j.bounds(f, x)
	}
	return f
}

func (j *jsonForms) members(f *browse.Form, x map[string]any) {
	required := texts(x["required"])
	properties, _ := x["properties"].(map[string]any)
	more := x["additionalProperties"]
	if below, ok := more.(map[string]any); ok && len(properties) == 0 && len(required) == 0 {
		f.Kind, f.Items = browse.FormMap, j.of(below)
		return
	}
	if more == false {
		f.Closed = true
	}
	for name, schema := range properties {
		f.Fields = append(f.Fields, browse.FormField{Name: name, Of: j.of(schema), Required: slices.Contains(required, name)})
	}
	for _, name := range required {
		if properties[name] == nil {
			f.Fields = append(f.Fields, browse.FormField{Name: name, Of: &browse.Form{}, Required: true})
		}
	}
	slices.SortFunc(f.Fields, func(a, b browse.FormField) int { return strings.Compare(a.Name, b.Name) })
}

func (j *jsonForms) bounds(f *browse.Form, x map[string]any) {
	if list, ok := x["enum"].([]any); ok {
		if f.Symbols = texts(list); len(f.Symbols) != len(list) && f.Kind == browse.FormText {
			for _, v := range list {
				f.Null = f.Null || v == nil
			}
		}
		if f.Kind != browse.FormText {
			*f = *unknownForm("an enum of other values than texts")
			return
		}
	}
	if c, ok := x["const"]; ok {
		s, isText := c.(string)
		if !isText {
			*f = *unknownForm("a const that is no text")
			return
		}
		f.Symbols = []string{s}
	}
	if n, ok := x["minimum"].(float64); ok {
		f.Low = &n
	}
	if n, ok := x["maximum"].(float64); ok {
		f.High = &n
	}
	// Draft 4 has true beside the bound, later drafts have a bound of its own.
	if open, ok := x["exclusiveMinimum"].(bool); ok {
		f.LowOpen = open
	} else if n, ok := x["exclusiveMinimum"].(float64); ok && (f.Low == nil || n >= *f.Low) {
		f.Low, f.LowOpen = &n, true
	}
	if open, ok := x["exclusiveMaximum"].(bool); ok {
		f.HighOpen = open
	} else if n, ok := x["exclusiveMaximum"].(float64); ok && (f.High == nil || n <= *f.High) {
		f.High, f.HighOpen = &n, true
	}
	if n, ok := x["minLength"].(float64); ok {
		f.Shortest = int(n)
	}
	if n, ok := x["maxLength"].(float64); ok {
		f.Longest = int(n)
		if n == 0 {
			*f = *unknownForm("maxLength 0")
			return
		}
	}
	if p, ok := x["pattern"].(string); ok {
		re, err := regexp.Compile(p)
		if err != nil {
			*f = *unknownForm("a pattern that RE2 does not have")
			return
		}
		f.Pattern = re
	}
}
