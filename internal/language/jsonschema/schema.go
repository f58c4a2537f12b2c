package jsonschema

import (
	"sync"

	"github.com/sightglass/sightglass/internal/language"
)

// schema is a parsed schema. All but the fields is there from the start.
type schema struct {
	text  string
	root  *value
	shape *shape
	refs  []language.Referenced

	normal     func() string
	fieldsOnce sync.Once
	fields     []language.Field
}

func (s *schema) Kind() language.Kind { return language.JSONSchema }
func (s *schema) Text() string        { return s.text }

// Canonical is the schema without white space, in its own order.
func (s *schema) Canonical() string { return s.root.compact(false) }

// Normal has the members of all objects in the order of their names. References stay references.
func (s *schema) Normal() string { return s.normal() }

// Fields lists what values may have, as the schema says it. Of branches (anyOf, oneOf) all fields are listed, as optional ones.
func (s *schema) Fields() []language.Field {
	s.fieldsOnce.Do(func() {
		l := lister{seen: map[string]bool{}, inside: map[*shape]bool{}}
		l.inside[s.shape] = true
		l.members(s.shape, "", false)
		s.fields = l.list
	})
	return append([]language.Field(nil), s.fields...)
}

type lister struct {
	list   []language.Field
	seen   map[string]bool
	inside map[*shape]bool
	steps  int
}

// members lists the fields below a value of that shape.
func (l *lister) members(s *shape, path string, optional bool) {
	if l.steps++; l.steps > mostSteps {
		return
	}
	switch s.kind {
	case combined:
		for _, part := range s.parts {
			l.members(part, path, optional || s.criterion != all)
		}
	case objects:
		for _, p := range s.properties {
			l.field(p.shape, language.Field{Path: join(path, p.name), Optional: optional || !p.required, Doc: p.doc, Tags: p.tags, Default: p.preset})
		}
		for _, p := range s.patterns {
			l.field(p.shape, language.Field{Path: path + "{}", Optional: true})
		}
		if s.additional != nil {
			l.field(s.additional, language.Field{Path: path + "{}", Optional: true})
		}
	case arrays:
		for _, item := range s.tuple {
			l.field(item, language.Field{Path: path + "[]"})
		}
		if s.items != nil {
			l.field(s.items, language.Field{Path: path + "[]"})
		}
		if s.additional != nil {
			l.field(s.additional, language.Field{Path: path + "[]"})
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// field lists one field and what is below it. f has what its place says of it.
func (l *lister) field(s *shape, f language.Field) {
	if s.kind == nothing || len(l.list) >= mostFields {
		return
	}
	if !l.seen[f.Path] {
		l.seen[f.Path] = true
		f.Type, f.Optional, f.Values = s.name, f.Optional || s.null, s.allowed
		if f.Doc == "" {
			f.Doc = s.doc
		}
		if f.Tags == nil {
			f.Tags = s.tags
		}
		if f.Default == "" {
			f.Default = s.standard
		}
		l.list = append(l.list, f)
	}
	if l.inside[s] {
		return
	}
	l.inside[s] = true
	l.members(s, f.Path, false)
	delete(l.inside, s)
}
