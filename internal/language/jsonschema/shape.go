package jsonschema

import (
	"slices"
	"strings"

	compiler "github.com/santhosh-tekuri/jsonschema/v6"
)

// shapeKind is what a shape is of: one type, a list of values, or several shapes together.
type shapeKind byte

const (
	anything shapeKind = iota // {} or true
	nothing                   // false
	texts
	numbers
	objects
	arrays
	booleans
	nulls
	enums
	negated
	conditional
	combined
)

// criterion says how many parts of a combined shape a value has to fit.
type criterion byte

const (
	all criterion = iota
	one
	some
)

func (c criterion) String() string { return [...]string{"allOf", "oneOf", "anyOf"}[c] }

// shape is a schema as the rules of compatibility look at it. A schema that says things of several kinds is a combined shape: with a type and an
// enum it is an allOf of both, with a list of types an anyOf of one shape for each. A $ref is what it leads to.
type shape struct {
	from    *compiler.Schema
	pointer string
	kind    shapeKind
	main    bool // stands for all of from, not for a part of what it says

	criterion criterion
	parts     []*shape

	typed   bool // from says the type; otherwise values of other types are valid
	integer bool
	values  []allowedValue // of an enum
	fixed   bool           // a const
	inner   *shape         // what a negated shape excludes
	when    [3]*shape      // if, then, else

	properties []property
	places     map[string]int // in properties
	required   []string       // in order of names
	patterns   []patterned
	depends    map[string][]string
	dependents map[string]*shape
	names      *shape

	tuple       []*shape
	items       *shape // of arrays that are no tuples
	contains    *shape
	additional  *shape // of objects, and of arrays behind the tuple; nil where anything goes
	closed      bool   // nothing additional
	unevaluated *shape

	title, doc string
	standard   string // JSON of the default
	format     string
	content    string // encoding and media type of texts that hold something else
	tags       []string

	// What fields of the shape are called.
	name    string
	null    bool
	allowed []string
}

type property struct {
	name     string
	shape    *shape
	required bool
	standard bool // it has a default
	doc      string
	tags     []string
	preset   string // JSON of the default
}

type patterned struct {
	pattern compiler.Regexp
	shape   *shape
}

type allowedValue struct {
	key   string // equal for equal values
	shown string
}

// open says that objects or tuples may have more than is listed, of any type.
func (s *shape) open() bool { return !s.closed && s.additional == nil && len(s.patterns) == 0 }

// covering lists the shapes that a property without an entry of its own has to fit; none where the content model says nothing of it.
func (s *shape) covering(name string) []*shape {
	var list []*shape
	for _, p := range s.patterns {
		if p.pattern.MatchString(name) {
			list = append(list, p.shape)
		}
	}
	if len(list) == 0 && s.additional != nil {
		list = append(list, s.additional)
	}
	return list
}

func (s *shape) requires(name string) bool {
	_, found := slices.BinarySearch(s.required, name)
	return found
}

// describe works out what fields of that shape are called. Shapes in place never lead back to themselves (endlessIn).
func (s *shape) describe(done map[*shape]bool) {
	if done[s] {
		return
	}
	done[s] = true
	s.null = s.kind == nulls
	s.name = s.kindName()
	for _, v := range s.values {
		s.allowed = append(s.allowed, v.shown)
	}
	if s.kind != combined {
		return
	}
	var names []string
	enum := false
	for _, p := range s.parts {
		p.describe(done)
		s.null = s.null || p.null && s.criterion != all
		enum = enum || p.name == "enum"
		if s.allowed == nil {
			s.allowed = p.allowed
		}
		quiet := p.kind == nulls || p.kind == negated || p.kind == conditional || s.criterion == all && p.name == "any"
		if !quiet && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	switch {
	case len(names) == 0:
		s.name = "any"
	case s.criterion == all && enum:
		s.name = "enum"
	case s.criterion == all:
		s.name = names[0]
	default:
		s.name = strings.Join(names[:min(len(names), 8)], "|")
	}
}

// kindName is the type as people of the language call it.
func (s *shape) kindName() string {
	switch s.kind {
	case nothing:
		return "never"
	case texts:
		if s.format != "" {
			return "string(" + s.format + ")"
		}
		return "string"
	case numbers:
		if s.integer {
			return "integer"
		}
		return "number"
	case objects:
		return "object"
	case arrays:
		return "array"
	case booleans:
		return "boolean"
	case nulls:
		return "null"
	case enums:
		return "enum"
	}
	return "any"
}
