package jsonschema

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	compiler "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/sightglass/sightglass/internal/language"
)

// Where schemas stand that say nothing of their own place. Relative names of references resolve against it.
const (
	place     = "registry:///"
	rootPlace = place + "schema"
)

// library holds the texts that one schema may refer to, by the URIs under which the compiler asks for them.
type library struct {
	source  string
	root    *value
	rootID  string
	names   []string // of references, in order
	texts   []string
	values  []*value
	loaded  map[string]*value // by the URI that it was asked for
	missing string            // the URI that nothing was given for
}

func newLibrary(source string, root *value, refs []language.Referenced) (*library, error) {
	l := &library{source: source, root: root, loaded: map[string]*value{}}
	for _, name := range []string{"$id", "id"} {
		if id := root.member(name); id != nil && id.kind == text && l.rootID == "" {
			l.rootID = strings.TrimSuffix(id.literal, "#")
		}
	}
	for _, r := range refs {
		v, err := readText(r.Text)
		if err != nil {
			return nil, inReference(r.Name, err)
		}
		l.names, l.texts, l.values = append(l.names, r.Name), append(l.texts, r.Text), append(l.values, v)
	}
	return l, nil
}

func inReference(name string, err error) error {
	var at *language.SyntaxError
	if errors.As(err, &at) {
		moved := *at
		moved.Message = fmt.Sprintf("in the reference %q: %s", name, at.Message)
		return &moved
	}
	return fmt.Errorf("reference %q: %w", name, err)
}

// Load finds the text for a URI: by its whole name, by a name relative to the root, or by the end of its path.
func (l *library) Load(uri string) (any, error) {
	v := l.find(uri)
	if v == nil {
		l.missing = uri
		return nil, errors.New("not among the references")
	}
	l.loaded[uri] = v
	return withoutUnknownDraft(asRegistriesTake(v.plain(), false)), nil
}

func (l *library) find(uri string) *value {
	if uri == rootPlace || uri == l.rootID {
		return l.root
	}
	for i, name := range l.names {
		bare := strings.TrimSuffix(name, "#")
		if bare == uri || place+strings.TrimPrefix(bare, "/") == uri || joined(l.rootID, bare) == uri {
			return l.values[i]
		}
	}
	for i, name := range l.names {
		if strings.HasSuffix(uri, "/"+strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/")) {
			return l.values[i]
		}
	}
	for i := range l.names {
		for _, key := range []string{"$id", "id"} {
			if id := l.values[i].member(key); id != nil && id.kind == text && strings.TrimSuffix(id.literal, "#") == uri {
				return l.values[i]
			}
		}
	}
	return nil
}

func joined(base, name string) string {
	b, err := url.Parse(base)
	if err != nil || base == "" {
		return ""
	}
	n, err := url.Parse(name)
	if err != nil {
		return ""
	}
	return b.ResolveReference(n).String()
}

// withoutUnknownDraft drops a $schema that names no draft: registries take such schemas as draft 7.
func withoutUnknownDraft(doc any) any {
	members, ok := doc.(map[string]any)
	if !ok {
		return doc
	}
	name, ok := members["$schema"].(string)
	if !ok {
		return doc
	}
	for _, draft := range []string{"draft-04", "draft-06", "draft-07", "draft/2019-09", "draft/2020-12"} {
		bare := strings.TrimSuffix(name, "#")
		if bare == "http://json-schema.org/"+draft+"/schema" || bare == "https://json-schema.org/"+draft+"/schema" {
			return doc
		}
	}
	delete(members, "$schema")
	return doc
}

// asRegistriesTake drops what the drafts forbid and registries have taken for years, as schemas say it by habit: "required": true in a property, which
// means nothing since draft 4, and values that an enum lists twice. names: the members are names of properties or definitions, not keywords.
func asRegistriesTake(doc any, names bool) any {
	switch v := doc.(type) {
	case []any:
		for i := range v {
			v[i] = asRegistriesTake(v[i], false)
		}
	case map[string]any:
		for name, member := range v {
			if names {
				v[name] = asRegistriesTake(member, false)
				continue
			}
			switch name {
			case "const", "default", "examples":
			case "required":
				if _, habit := member.(bool); habit {
					delete(v, name)
				}
			case "enum":
				if list, ok := member.([]any); ok {
					v[name] = withoutRepetition(list)
				}
			case "properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas":
				v[name] = asRegistriesTake(member, true)
			default:
				v[name] = asRegistriesTake(member, false)
			}
		}
	}
	return doc
}

func withoutRepetition(list []any) []any {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(v any) bool {
		key := exact(v)
		again := seen[key]
		seen[key] = true
		return again
	})
}

// opaque is a pattern of ECMA 262 that Go cannot run, as one that looks ahead. It is compared by its text and matches nothing.
type opaque string

func (o opaque) String() string        { return string(o) }
func (opaque) MatchString(string) bool { return false }

func compilePattern(pattern string) (compiler.Regexp, error) {
	re, err := regexp.Compile(pattern)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		switch bad.Code {
		case syntax.ErrInvalidPerlOp, syntax.ErrInvalidEscape, syntax.ErrInvalidRepeatSize, syntax.ErrInvalidRepeatOp, syntax.ErrInvalidNamedCapture:
			return opaque(pattern), nil
		}
	}
	if err != nil {
		return nil, err
	}
	return re, nil
}

func (l *library) compile() (s *compiler.Schema, err error) {
	defer func() { // a schema that the compiler did not foresee is a mistake of the schema, for whoever registers it
		if recover() != nil {
			s, err = nil, &language.SyntaxError{Message: "the schema cannot be compiled"}
		}
	}()
	c := compiler.NewCompiler()
	c.DefaultDraft(compiler.Draft7)
	c.UseRegexpEngine(compilePattern)
	c.UseLoader(l)
	s, err = c.Compile(rootPlace)
	if err != nil {
		return nil, l.mistake(err)
	}
	return s, nil
}

// mistake says a compiler's error without quoting values of the schema.
func (l *library) mistake(err error) error {
	var invalid *compiler.SchemaValidationError
	if errors.As(err, &invalid) {
		var cause *compiler.ValidationError
		if errors.As(invalid.Err, &cause) {
			for len(cause.Causes) > 0 {
				cause = cause.Causes[0]
			}
			return l.placed(invalid.URL, cause.InstanceLocation, broken(cause.ErrorKind))
		}
	}
	var pattern *compiler.InvalidRegexError
	var pointer *compiler.JSONPointerNotFoundError
	var anchor *compiler.AnchorNotFoundError
	var draft *compiler.UnsupportedDraftError
	var twice *compiler.DuplicateIDError
	switch {
	case l.missing != "":
		return &language.SyntaxError{Message: fmt.Sprintf("it refers to %q, which is not among its references: register that schema and list it there by this name", l.missing)}
	case errors.As(err, &pattern):
		return &language.SyntaxError{Message: "a pattern is no regular expression"}
	case errors.As(err, &pointer), errors.As(err, &anchor):
		return &language.SyntaxError{Message: "a $ref leads to a part that is not there"}
	case errors.As(err, &draft):
		return &language.SyntaxError{Message: "a $schema names a draft that is not known"}
	case errors.As(err, &twice):
		return &language.SyntaxError{Message: "two parts have the same $id"}
	}
	return &language.SyntaxError{Message: "an $id, $anchor or $ref is not a valid URI, or leads to something that is no schema"}
}

func broken(k compiler.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return fmt.Sprintf("this is of type %s; the draft wants %s", k.Got, strings.Join(k.Want, " or "))
	case *kind.Enum:
		return "this is none of the values that the draft knows"
	case *kind.Format:
		return fmt.Sprintf("this is no valid %s", k.Want)
	}
	if path := k.KeywordPath(); len(path) > 0 {
		return fmt.Sprintf("this does not satisfy the draft's rule %q", path[len(path)-1])
	}
	return "this is not valid in the schema's draft"
}

func (l *library) placed(uri string, steps []string, message string) error {
	uri, _, _ = strings.Cut(uri, "#")
	pointer := pointerOf(steps)
	v := l.loaded[uri]
	at := v.at(steps)
	if at == nil {
		return &language.SyntaxError{Pointer: pointer, Message: message}
	}
	if v == l.root {
		return at.mistake(l.source, pointer, message)
	}
	for i := range l.values {
		if l.values[i] == v {
			return inReference(l.names[i], at.mistake(l.texts[i], pointer, message))
		}
	}
	return &language.SyntaxError{Pointer: pointer, Message: message}
}

var escaping = strings.NewReplacer("~", "~0", "/", "~1")
var unescaping = strings.NewReplacer("~1", "/", "~0", "~")

func pointerOf(steps []string) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteByte('/')
		b.WriteString(escaping.Replace(s))
	}
	return b.String()
}

// located takes a compiled schema's location apart: the value that it stands for, and its pointer; of other texts than the root's with
// their URI before it.
func (l *library) located(s *compiler.Schema) (*value, string) {
	uri, fragment, _ := strings.Cut(s.Location, "#")
	if decoded, err := url.PathUnescape(fragment); err == nil {
		fragment = decoded
	}
	v, pointer := l.loaded[uri], fragment
	if uri != rootPlace {
		pointer = strings.TrimPrefix(uri, place) + "#" + fragment
	}
	if fragment == "" {
		return v, pointer
	}
	steps := strings.Split(strings.TrimPrefix(fragment, "/"), "/")
	for i := range steps {
		steps[i] = unescaping.Replace(steps[i])
	}
	return v.at(steps), pointer
}

// endlessIn finds a part that refers to itself without going into a part of the value: no validator could ever finish it.
func endlessIn(l *library, root *compiler.Schema) error {
	const inside, finished = 1, 2
	state := map[*compiler.Schema]int{}
	var visit func(s *compiler.Schema) *compiler.Schema
	visit = func(s *compiler.Schema) *compiler.Schema {
		switch state[s] {
		case inside:
			return s
		case finished:
			return nil
		}
		state[s] = inside
		for _, next := range inPlace(s) {
			if found := visit(next); found != nil {
				return found
			}
		}
		state[s] = finished
		return nil
	}
	for _, s := range reachable(root) {
		if found := visit(s); found != nil {
			at, pointer := l.located(found)
			message := "it refers to itself without going into a property or an item"
			if at != nil && strings.HasPrefix(found.Location, rootPlace+"#") {
				return at.mistake(l.source, pointer, message)
			}
			return &language.SyntaxError{Pointer: pointer, Message: message}
		}
	}
	return nil
}

// reachable lists all schemas that the root leads to.
func reachable(root *compiler.Schema) []*compiler.Schema {
	seen := map[*compiler.Schema]bool{root: true}
	list := []*compiler.Schema{root}
	for i := 0; i < len(list); i++ {
		for _, next := range append(inPlace(list[i]), inParts(list[i])...) {
			if !seen[next] {
				seen[next] = true
				list = append(list, next)
			}
		}
	}
	return list
}

// inPlace lists the schemas that a schema applies to the same value.
func inPlace(s *compiler.Schema) []*compiler.Schema {
	var list []*compiler.Schema
	add := func(some ...*compiler.Schema) {
		for _, one := range some {
			if one != nil {
				list = append(list, one)
			}
		}
	}
	add(s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else)
	if s.DynamicRef != nil {
		add(s.DynamicRef.Ref)
	}
	add(s.AllOf...)
	add(s.AnyOf...)
	add(s.OneOf...)
	for _, name := range sortedNames(s.DependentSchemas) {
		add(s.DependentSchemas[name])
	}
	for _, name := range sortedNames(s.Dependencies) {
		if d, ok := s.Dependencies[name].(*compiler.Schema); ok {
			add(d)
		}
	}
	return list
}

// inParts lists the schemas that a schema applies to parts of a value.
func inParts(s *compiler.Schema) []*compiler.Schema {
	var list []*compiler.Schema
	add := func(some ...any) {
		for _, one := range some {
			switch one := one.(type) {
			case *compiler.Schema:
				if one != nil {
					list = append(list, one)
				}
			case []*compiler.Schema:
				list = append(list, one...)
			}
		}
	}
	for _, name := range sortedNames(s.Properties) {
		add(s.Properties[name])
	}
	for _, p := range sortedPatterns(s) {
		add(s.PatternProperties[p])
	}
	add(s.PropertyNames, s.AdditionalProperties, s.UnevaluatedProperties, s.Contains, s.Items, s.AdditionalItems, s.PrefixItems, s.Items2020,
		s.UnevaluatedItems, s.ContentSchema)
	return list
}
