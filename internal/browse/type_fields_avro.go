package browse

import (
	"encoding/json"
	"fmt"
	"strings"
)

func digits(p, s int) string { return fmt.Sprintf("(%d,%d)", p, s) }

// avroFields are the fields of a type that a serializer has as an Avro schema. A schema that cannot be read has none: its job could not read by it either.
func avroFields(schema string) []TypeField {
	var top any
	if json.Unmarshal([]byte(schema), &top) != nil {
		return nil
	}
	w := &avroWalk{named: make(map[string]map[string]any)}
	w.at("", top, "", 0)
	return w.found
}

type avroWalk struct {
	found []TypeField
	named map[string]map[string]any
	open  []string // records around
}

func (w *avroWalk) at(path string, t any, space string, depth int) {
	if depth > mostTypeDepth || len(w.found) >= mostTypeFields {
		return
	}
	switch t := t.(type) {
	case string:
		if def := w.named[full(t, space)]; def != nil {
			w.at(path, def, space, depth)
		}
	case []any:
		for _, branch := range t {
			w.at(path, branch, space, depth)
		}
	case map[string]any:
		switch t["type"] {
		case "record", "error":
			w.record(path, t, space, depth)
		case "array":
			w.at(path+"[]", t["items"], space, depth+1)
		case "map":
			w.at(path+"{}", t["values"], space, depth+1)
		default:
			if inner, ok := t["type"].(map[string]any); ok {
				w.at(path, inner, space, depth)
			}
		}
	}
}

func (w *avroWalk) record(path string, t map[string]any, space string, depth int) {
	name, _ := t["name"].(string)
	if s, ok := t["namespace"].(string); ok {
		space = s
	}
	name = full(name, space)
	w.named[name] = t
	for _, open := range w.open {
		if open == name {
			return // it contains itself
		}
	}
	w.open = append(w.open, name)
	defer func() { w.open = w.open[:len(w.open)-1] }()
	fields, _ := t["fields"].([]any)
	for _, f := range fields {
		m, ok := f.(map[string]any)
		if !ok || len(w.found) >= mostTypeFields {
			continue
		}
		name, _ := m["name"].(string)
		at := joinPath(path, PathName(name))
		w.found = append(w.found, TypeField{at, avroTypeName(m["type"])})
		w.at(at, m["type"], space, depth+1)
	}
}

func full(name, space string) string {
	if space == "" || strings.Contains(name, ".") {
		return name
	}
	return space + "." + name
}

// avroTypeName is a type as people of the language call it; of a union with null the other branch.
func avroTypeName(t any) string {
	switch t := t.(type) {
	case string:
		return t
	case []any:
		var names []string
		for _, b := range t {
			if n := avroTypeName(b); n != "null" {
				names = append(names, n)
			}
		}
		return strings.Join(names, " | ")
	case map[string]any:
		if logical, ok := t["logicalType"].(string); ok {
			if p, ok := t["precision"].(float64); ok && logical == "decimal" {
				s, _ := t["scale"].(float64)
				return "decimal" + digits(int(p), int(s))
			}
			return logical
		}
		return avroTypeName(t["type"])
	}
	return ""
}
