package jsonschema

import (
	"slices"
	"sort"
	"strings"

	compiler "github.com/santhosh-tekuri/jsonschema/v6"
)

// shapes builds the shapes of one library, each once.
type shapes struct {
	library *library
	known   map[*compiler.Schema]*shape
}

func newShapes(l *library) *shapes {
	return &shapes{library: l, known: map[*compiler.Schema]*shape{}}
}

// of is the shape of a compiled schema, with all that it leads to.
func (b *shapes) of(root *compiler.Schema) *shape {
	s := b.shape(root)
	done := map[*shape]bool{}
	for _, k := range reachable(root) {
		b.shape(k).describe(done)
	}
	return s
}

// sole follows schemas that say nothing but that they are another one.
func sole(s *compiler.Schema) *compiler.Schema {
	for {
		only := lists(s)
		switch {
		case len(only) != 1 || len(only[0]) != 1 || hasOwn(s):
			return s
		default:
			s = only[0][0]
		}
	}
}

// lists are the schemas that s refers to or combines, a list for each keyword.
func lists(s *compiler.Schema) [][]*compiler.Schema {
	var out [][]*compiler.Schema
	if s.Ref != nil {
		out = append(out, []*compiler.Schema{s.Ref})
	}
	if s.RecursiveRef != nil {
		out = append(out, []*compiler.Schema{s.RecursiveRef})
	}
	if s.DynamicRef != nil && s.DynamicRef.Ref != nil {
		out = append(out, []*compiler.Schema{s.DynamicRef.Ref})
	}
	for _, l := range [][]*compiler.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		if len(l) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// hasOwn says whether a schema says anything beside what it refers to and combines.
func hasOwn(s *compiler.Schema) bool {
	return s.Bool != nil || s.Types != nil || s.Enum != nil || s.Const != nil || s.Not != nil || s.If != nil || len(sniffed(s)) > 0
}

// sniffed lists the types that a schema without a type says something of.
func sniffed(s *compiler.Schema) []shapeKind {
	var list []shapeKind
	if s.Properties != nil || len(s.Required) > 0 || s.MinProperties != nil || s.MaxProperties != nil || s.Dependencies != nil ||
		s.DependentRequired != nil || s.DependentSchemas != nil || s.PatternProperties != nil || s.AdditionalProperties != nil ||
		s.PropertyNames != nil || s.UnevaluatedProperties != nil {
		list = append(list, objects)
	}
	if s.Items != nil || s.Items2020 != nil || s.PrefixItems != nil || s.AdditionalItems != nil || s.MinItems != nil || s.MaxItems != nil ||
		s.UniqueItems || s.Contains != nil || s.UnevaluatedItems != nil {
		list = append(list, arrays)
	}
	if s.MinLength != nil || s.MaxLength != nil || s.Pattern != nil || s.Format != nil || s.ContentEncoding != nil || s.ContentMediaType != nil {
		list = append(list, texts)
	}
	if s.Minimum != nil || s.Maximum != nil || s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil || s.MultipleOf != nil {
		list = append(list, numbers)
	}
	return list
}

func (b *shapes) shape(s *compiler.Schema) *shape {
	s = sole(s)
	if known := b.known[s]; known != nil {
		return known
	}
	top := &shape{from: s, main: true}
	b.known[s] = top
	at, pointer := b.library.located(s)
	top.pointer = pointer
	top.title, top.doc = s.Title, s.Description
	if s.Default != nil {
		top.standard = exact(*s.Default)
	}
	top.tags = tagsOf(at)
	b.fill(top, at)
	return top
}

// fill makes the parts of what a schema says, and the shape that one of them or all of them are.
func (b *shapes) fill(top *shape, at *value) {
	s := top.from
	if s.Bool != nil {
		top.kind = nothing
		if *s.Bool {
			top.kind = anything
		}
		return
	}
	var parts []func(into *shape)
	add := func(part func(*shape)) { parts = append(parts, part) }
	if s.Types != nil {
		add(b.types(s, at))
	} else {
		for _, k := range sniffed(s) {
			add(func(into *shape) { b.typed(into, k, at) })
		}
	}
	if s.Enum != nil {
		add(func(into *shape) { into.kind, into.values = enums, allowedValues(s.Enum.Values) })
	}
	if s.Const != nil {
		add(func(into *shape) { into.kind, into.values, into.fixed = enums, allowedValues([]any{*s.Const}), true })
	}
	for _, r := range refsOf(s) {
		add(func(into *shape) { b.combine(into, all, []*compiler.Schema{r}) })
	}
	for i, l := range [][]*compiler.Schema{s.AllOf, s.OneOf, s.AnyOf} {
		if len(l) > 0 {
			add(func(into *shape) { b.combine(into, criterion(i), l) })
		}
	}
	if s.Not != nil {
		add(func(into *shape) { into.kind, into.inner = negated, b.shape(s.Not) })
	}
	if s.If != nil {
		add(func(into *shape) {
			into.kind = conditional
			for i, k := range []*compiler.Schema{s.If, s.Then, s.Else} {
				if k != nil {
					into.when[i] = b.shape(k)
				}
			}
		})
	}
	switch len(parts) {
	case 0:
		top.kind = anything
	case 1:
		parts[0](top)
	default:
		top.kind, top.criterion = combined, all
		for _, part := range parts {
			p := &shape{from: s, pointer: top.pointer}
			part(p)
			if p.kind == combined && len(p.parts) == 1 {
				p = p.parts[0]
			}
			top.parts = append(top.parts, p)
		}
	}
}

// refsOf lists what a schema refers to beside what it says itself.
func refsOf(s *compiler.Schema) []*compiler.Schema {
	var list []*compiler.Schema
	if s.Ref != nil {
		list = append(list, s.Ref)
	}
	if s.RecursiveRef != nil {
		list = append(list, s.RecursiveRef)
	}
	if s.DynamicRef != nil && s.DynamicRef.Ref != nil {
		list = append(list, s.DynamicRef.Ref)
	}
	return list
}

func (b *shapes) combine(into *shape, c criterion, list []*compiler.Schema) {
	into.kind, into.criterion = combined, c
	for _, s := range list {
		into.parts = append(into.parts, b.shape(s))
	}
}

// types is the shape of a type, or an anyOf of the shapes of several.
func (b *shapes) types(s *compiler.Schema, at *value) func(*shape) {
	named := s.Types.ToStrings()
	single := func(name string) func(*shape) {
		return func(into *shape) {
			into.integer = name == "integer"
			into.typed = true
			kind := map[string]shapeKind{"null": nulls, "boolean": booleans, "number": numbers, "integer": numbers, "string": texts, "array": arrays,
				"object": objects}[name]
			b.typed(into, kind, at)
		}
	}
	if len(named) == 1 {
		return single(named[0])
	}
	return func(into *shape) {
		into.kind, into.criterion = combined, some
		for _, name := range named {
			p := &shape{from: s, pointer: into.pointer}
			single(name)(p)
			into.parts = append(into.parts, p)
		}
	}
}

// typed fills in what a schema says of values of one type.
func (b *shapes) typed(into *shape, kind shapeKind, at *value) {
	into.kind = kind
	s := into.from
	switch kind {
	case texts:
		if s.Format != nil {
			into.format = s.Format.Name
		}
		if f := at.member("format"); f != nil && f.kind == text { // also those that the compiler does not know
			into.format = f.literal
		}
		for _, name := range []string{"contentEncoding", "contentMediaType"} {
			if c := at.member(name); c != nil && c.kind == text {
				into.content += name + " " + c.literal + "\n"
			}
		}
	case objects:
		b.object(into, at)
	case arrays:
		b.array(into)
	}
}

func (b *shapes) object(into *shape, at *value) {
	s := into.from
	into.required = slices.Compact(slices.Sorted(slices.Values(s.Required)))
	listed := at.member("properties")
	names := sortedNames(s.Properties)
	if listed != nil && len(listed.names) == len(names) {
		names = listed.names
	}
	into.places = make(map[string]int, len(names))
	for _, name := range names {
		own := s.Properties[name]
		if own == nil {
			continue
		}
		p := property{name: name, shape: b.shape(own), required: into.requires(name), doc: own.Description}
		value := listed.member(name)
		p.tags = tagsOf(value)
		if d := value.member("default"); d != nil {
			p.standard, p.preset = true, d.compact(false)
		}
		p.standard = p.standard || p.shape.from.Default != nil
		into.places[name] = len(into.properties)
		into.properties = append(into.properties, p)
	}
	for _, p := range sortedPatterns(s) {
		into.patterns = append(into.patterns, patterned{p, b.shape(s.PatternProperties[p])})
	}
	into.additional, into.closed = b.rest(s.AdditionalProperties)
	if s.AdditionalProperties == nil && s.UnevaluatedProperties != nil { // the registry takes it for the content model, since 8.3
		into.additional, into.closed = b.rest(s.UnevaluatedProperties)
	}
	into.depends, into.dependents = map[string][]string{}, map[string]*shape{}
	for _, name := range sortedNames(s.Dependencies) {
		switch d := s.Dependencies[name].(type) {
		case []string:
			into.depends[name] = d
		case *compiler.Schema:
			into.dependents[name] = b.shape(d)
		}
	}
	for _, name := range sortedNames(s.DependentRequired) {
		into.depends[name] = s.DependentRequired[name]
	}
	for _, name := range sortedNames(s.DependentSchemas) {
		into.dependents[name] = b.shape(s.DependentSchemas[name])
	}
	into.names = b.optional(s.PropertyNames)
	into.unevaluated = b.optional(s.UnevaluatedProperties)
}

func (b *shapes) optional(s *compiler.Schema) *shape {
	if s == nil {
		return nil
	}
	if found := b.shape(s); found.from.Bool == nil || !*found.from.Bool {
		return found
	}
	return nil
}

// rest is what additional properties or items may be: a shape, nothing, or anything (nil, false).
func (b *shapes) rest(keyword any) (shape *shape, closed bool) {
	switch k := keyword.(type) {
	case bool:
		return nil, !k
	case *compiler.Schema:
		if k == nil {
			return nil, false
		}
		if bare := sole(k); bare.Bool != nil {
			return nil, !*bare.Bool
		}
		return b.shape(k), false
	}
	return nil, false
}

func (b *shapes) array(into *shape) {
	s := into.from
	var behind any
	var tuple []*compiler.Schema
	switch items := s.Items.(type) {
	case *compiler.Schema:
		into.items = b.optional(items)
	case []*compiler.Schema:
		tuple, behind = items, s.AdditionalItems
	}
	if len(s.PrefixItems) > 0 {
		tuple, behind = s.PrefixItems, s.Items2020
	} else if s.Items2020 != nil {
		into.items = b.optional(s.Items2020)
	}
	for _, t := range tuple {
		into.tuple = append(into.tuple, b.shape(t))
	}
	into.additional, into.closed = b.rest(behind)
	into.contains = b.optional(s.Contains)
	into.unevaluated = b.optional(s.UnevaluatedItems)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func sortedPatterns(s *compiler.Schema) []compiler.Regexp {
	var list []compiler.Regexp
	for p := range s.PatternProperties {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b compiler.Regexp) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// tagsOf reads Confluent's tags of a part.
func tagsOf(at *value) []string {
	var list []string
	if tags := at.member("confluent:tags"); tags != nil && tags.kind == array {
		for _, t := range tags.items {
			if t.kind == text {
				list = append(list, t.literal)
			}
		}
	}
	return list
}
