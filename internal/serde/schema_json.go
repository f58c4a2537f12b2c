package serde

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

var errJSONSchema = errors.New("not a usable JSON schema")

// jsonSchema is a JSON Schema with what it refers to. Values are not checked against it: of a schema only the tags and the name are
// used, JSON says the rest itself.
type jsonSchema struct {
	p    *tagPaths
	docs map[string]any // by URL; "" is the schema itself
}

// jsonSchema walks a schema and returns its title.
func (p *tagPaths) jsonSchema(text string, references []event.SchemaReference) (string, error) {
	j := jsonSchema{p: p, docs: map[string]any{}}
	for _, r := range references {
		doc, err := parseJSONSchema(r.Text)
		if err != nil {
			return "", fmt.Errorf("a reference: %w", err)
		}
		j.docs[r.Name] = doc
		if m, ok := doc.(map[string]any); ok {
			if id, ok := m["$id"].(string); ok && id != "" {
				j.docs[strings.TrimSuffix(id, "#")] = doc
			}
		}
	}
	root, err := parseJSONSchema(text)
	if err != nil {
		return "", err
	}
	j.docs[""] = root
	j.place(root, "", nil, 0)
	if m, ok := root.(map[string]any); ok {
		if title, ok := m["title"].(string); ok && title != "" {
			return title, nil
		}
	}
	return "json", nil
}

func parseJSONSchema(text string) (doc any, err error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%w: not JSON", errJSONSchema)
	}
	switch doc.(type) {
	case map[string]any, bool:
		return doc, nil
	}
	return nil, fmt.Errorf("%w: neither an object nor a truth value", errJSONSchema)
}

// place walks what a schema says of one place. base is the document that it stands in, within are the references that led here, nested
// the keywords that did not lead further down.
func (j *jsonSchema) place(schema any, base string, within []string, nested int) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	if j.p.spent() || nested > maxTagDepth {
		j.p.full = true
		return
	}
	j.p.at(schemaTags(s))
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		if ref, ok := s[keyword].(string); ok {
			j.reference(ref, base, within, nested)
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		branches, _ := s[keyword].([]any)
		for _, b := range branches {
			j.place(b, base, within, nested+1)
		}
	}
	for _, keyword := range []string{"if", "then", "else", "not"} {
		j.place(s[keyword], base, within, nested+1)
	}
	j.members(s, base, within)
	j.elements(s, base, within)
}

func (j *jsonSchema) members(s map[string]any, base string, within []string) {
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		j.p.below(memberStep(name), func() { j.place(properties[name], base, within, 0) })
	}
	patterns, _ := s["patternProperties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(patterns)) {
		j.p.below(".*", func() { j.place(patterns[name], base, within, 0) })
	}
	for _, keyword := range []string{"additionalProperties", "unevaluatedProperties"} {
		if s[keyword] != nil {
			j.p.below(".*", func() { j.place(s[keyword], base, within, 0) })
		}
	}
	dependent, _ := s["dependentSchemas"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(dependent)) {
		j.place(dependent[name], base, within, 1)
	}
}

func (j *jsonSchema) elements(s map[string]any, base string, within []string) {
	for _, keyword := range []string{"items", "additionalItems", "prefixItems", "contains", "unevaluatedItems"} {
		each, many := s[keyword].([]any)
		if !many {
			each = []any{s[keyword]}
		}
		for _, e := range each {
			if e != nil {
				j.p.below("[]", func() { j.place(e, base, within, 0) })
			}
		}
	}
}

// reference goes on where ref points to. One that leads nowhere leaves the list of tags incomplete.
func (j *jsonSchema) reference(ref, base string, within []string, nested int) {
	url, pointer, _ := strings.Cut(ref, "#")
	if url == "" {
		url = base
	}
	target, ok := j.docs[url]
	if ok {
		target, ok = pointed(target, pointer)
	}
	if !ok {
		j.p.full = true
		return
	}
	inside(j.p, within, url+"#"+pointer, func(within []string) { j.place(target, url, within, nested+1) })
}

// pointed follows a JSON pointer (RFC 6901), or finds the schema with that anchor among the definitions.
func pointed(doc any, pointer string) (any, bool) {
	if pointer != "" && pointer[0] != '/' {
		m, _ := doc.(map[string]any)
		for _, keyword := range []string{"$defs", "definitions"} {
			defs, _ := m[keyword].(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(defs)) {
				if d, ok := defs[name].(map[string]any); ok && (d["$anchor"] == pointer || d["$dynamicAnchor"] == pointer || d["$id"] == "#"+pointer) {
					return d, true
				}
			}
		}
		return nil, false
	}
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		switch d := doc.(type) {
		case map[string]any:
			next, ok := d[step]
			if !ok {
				return nil, false
			}
			doc = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(d) {
				return nil, false
			}
			doc = d[i]
		default:
			return nil, false
		}
	}
	return doc, true
}
