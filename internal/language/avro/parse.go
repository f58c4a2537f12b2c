package avro

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// parser reads texts one after the other, each knowing the named types of those before it, as Java's Schema.Parser does (Avro 1.12.1).
type parser struct {
	names    nameRule
	defaults bool // are checked
	known    map[string]*node
	order    []*node // of known, as they were completed
	cycles   bool    // some text referred to a type before its definition ended

	looksInside bool // some default has the fields of a record

	// Of the text that is being read.
	text    string
	waiting []reference // to types that were not known yet
	unions  []unionPlace
	fields  []*field
	added   bool // named types became known
}

type unionPlace struct {
	union  *node
	at     *place
	offset int
}

// reference is a slot that holds a stand-in until its type is known.
type reference struct {
	slot   **node
	at     *place
	offset int
}

func newParser(names nameRule, defaults bool) *parser {
	return &parser{names: names, defaults: defaults, known: map[string]*node{}}
}

// parse reads one text and settles all that it refers to.
func (p *parser) parse(text string) (*node, error) {
	p.text, p.waiting, p.unions, p.fields, p.added = text, nil, nil, nil, false
	v, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	var root *node
	if err := p.into(&root, v, "", nil); err != nil {
		return nil, err
	}
	if root.forward != "" {
		return nil, p.undefined(p.waiting[0])
	}
	if err := p.settle(); err != nil {
		return nil, err
	}
	if root.kind.named() {
		return p.known[root.fullName()], nil
	}
	return root, nil
}

func (p *parser) fail(v *jsonValue, at *place, format string, args ...any) error {
	return p.failAt(v.at, at, format, args...)
}

func (p *parser) failAt(offset int, at *place, format string, args ...any) error {
	pointer := ""
	if at != nil {
		pointer = at.pointer()
	}
	return syntaxAt(p.text, offset, pointer, fmt.Sprintf(format, args...))
}

func (p *parser) undefined(r reference) error {
	return p.failAt(r.offset, r.at, "%s is no type that is known: define it in the schema, or refer to the schema that does", quoted((*r.slot).forward))
}

// quoted is a name for a message, shortened.
func quoted(name string) string {
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "") + "…"
	}
	return strconv.Quote(name)
}

// into reads a type into a slot. space is the namespace that short names are in.
func (p *parser) into(slot **node, v *jsonValue, space string, at *place) error {
	n, err := p.typeOf(v, space, at)
	if err != nil {
		return err
	}
	*slot = n
	if n.forward != "" {
		p.waiting = append(p.waiting, reference{slot, at, v.at})
		p.cycles = true
	}
	return nil
}

func (p *parser) typeOf(v *jsonValue, space string, at *place) (*node, error) {
	switch v.kind {
	case jsonText:
		return p.find(v.text, space), nil
	case jsonArray:
		return p.union(v, space, at)
	case jsonObject:
	default:
		return nil, p.fail(v, at, "a type is a name, an object or a list of types")
	}
	name, ok := v.textOf("type")
	if !ok {
		return nil, p.fail(v, at, `a type's object needs the member "type", a text`)
	}
	n := &node{}
	switch name {
	case "record", "error":
		return p.record(v, space, at)
	case "enum", "fixed":
		return p.small(v, name, space, at)
	case "array", "map":
		n.kind = kindArray
		member := "items"
		if name == "map" {
			n.kind, member = kindMap, "values"
		}
		inner := v.member(member)
		if inner == nil {
			return nil, p.fail(v, at, "type %s needs the member %q", name, member)
		}
		if err := p.into(&n.items, inner, space, at.below(member)); err != nil {
			return nil, err
		}
	default:
		k, ok := primitives[name]
		if !ok {
			return p.find(name, space), nil
		}
		n.kind = k
	}
	return n, p.takeProps(n, v, at)
}

// find gives a primitive, a type that is known, or a stand-in for one that may follow.
func (p *parser) find(name, space string) *node {
	if k, ok := primitives[name]; ok {
		return &node{kind: k}
	}
	full := name
	if space != "" && !strings.Contains(name, ".") {
		full = space + "." + name
	}
	if n := p.known[full]; n != nil {
		return n
	}
	if n := p.known[name]; n != nil {
		return n
	}
	if full == "" {
		full = "." // names nothing either
	}
	return &node{kind: kindRecord, forward: full}
}

func (p *parser) union(v *jsonValue, space string, at *place) (*node, error) {
	n := &node{kind: kindUnion, branches: make([]*node, len(v.items))}
	for i, item := range v.items {
		if err := p.into(&n.branches[i], item, space, at.below(strconv.Itoa(i))); err != nil {
			return nil, err
		}
		if n.branches[i].kind == kindUnion {
			return nil, p.fail(item, at.below(strconv.Itoa(i)), "a union does not hold a union: list its types in the outer one")
		}
	}
	u := unionPlace{n, at, v.at}
	p.unions = append(p.unions, u)
	return n, p.distinct(u)
}

// distinct refuses a union that has a type twice. Stand-ins are looked at again once they are settled.
func (p *parser) distinct(u unionPlace) error {
	seen := make(map[string]bool, len(u.union.branches))
	for _, b := range u.union.branches {
		if b.forward != "" {
			continue
		}
		if name := b.fullName(); seen[name] {
			return p.failAt(u.offset, u.at, "the union has %s twice", quoted(name))
		}
		seen[b.fullName()] = true
	}
	return nil
}

// named reads name, namespace and doc.
func (p *parser) named(n *node, v *jsonValue, space string, at *place) error {
	if own, ok := v.textOf("namespace"); ok {
		space = own
	}
	name, ok := v.textOf("name")
	if !ok {
		return p.fail(v, at, "%s needs a name", article(n.kind.String()))
	}
	n.name = splitName(name, space)
	if why := p.names.check(n.name.short); why != "" {
		return p.fail(v.member("name"), at, "name %s %s", quoted(n.name.short), why)
	}
	if _, ok := primitives[n.name.full()]; ok {
		return p.fail(v.member("name"), at, "a type is not named after the primitive %s", n.name.full())
	}
	if n.name.space != "" && p.names == namesStrict {
		for _, part := range strings.Split(n.name.space, ".") {
			if why := p.names.check(part); why != "" {
				return p.fail(v, at, "namespace %s: %s %s", quoted(n.name.space), quoted(part), why)
			}
		}
	}
	n.doc = docOf(v)
	return nil
}

func docOf(v *jsonValue) *string {
	if doc, ok := v.textOf("doc"); ok {
		return &doc
	}
	return nil
}

// complete takes what every named type may have, and makes it known.
func (p *parser) complete(n *node, v *jsonValue, at *place) error {
	if err := p.takeProps(n, v, at); err != nil {
		return err
	}
	aliases, err := p.aliases(v, at)
	if err != nil {
		return err
	}
	for _, a := range aliases {
		name := splitName(a, n.name.space)
		if why := p.names.check(name.short); why != "" && p.names == namesStrict {
			return p.fail(v.member("aliases"), at.below("aliases"), "alias %s %s", quoted(a), why)
		}
		if !slices.Contains(n.aliases, name) {
			n.aliases = append(n.aliases, name)
		}
	}
	full := n.fullName()
	if other := p.known[full]; other != nil {
		if !(&equality{}).same(other, n) {
			return p.fail(v, at, "%s is defined already, and differently", quoted(full))
		}
		return nil
	}
	p.known[full] = n
	p.order = append(p.order, n)
	p.added = true
	return nil
}

func (p *parser) record(v *jsonValue, space string, at *place) (*node, error) {
	kindText, _ := v.textOf("type")
	n := &node{kind: kindRecord, failure: kindText == "error"}
	if err := p.named(n, v, space, at); err != nil {
		return nil, err
	}
	list := v.member("fields")
	if list == nil || list.kind != jsonArray {
		return nil, p.fail(v, at, "record %s needs a list of fields", quoted(n.fullName()))
	}
	n.byName = make(map[string]*field, len(list.items))
	n.fields = make([]*field, 0, len(list.items))
	for i, item := range list.items {
		f, err := p.field(n, item, at.below("fields").below(strconv.Itoa(i)))
		if err != nil {
			return nil, err
		}
		if n.byName[f.name] != nil {
			return nil, p.fail(item, f.at, "record %s has the field %s twice", quoted(n.fullName()), quoted(f.name))
		}
		f.index = i
		n.byName[f.name] = f
		n.fields = append(n.fields, f)
	}
	return n, p.complete(n, v, at)
}

// Members that are no custom properties.
var (
	typeMembers  = []string{"doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"}
	fieldMembers = []string{"default", "doc", "name", "order", "type", "aliases"}
)

func (p *parser) field(record *node, v *jsonValue, at *place) (*field, error) {
	name, ok := v.textOf("name")
	if !ok {
		return nil, p.fail(v, at, "a field needs a name")
	}
	f := &field{name: name, doc: docOf(v), at: at, offset: v.at}
	typ := v.member("type")
	if typ == nil {
		return nil, p.fail(v, at, "field %s needs a type", quoted(name))
	}
	if err := p.into(&f.typ, typ, record.name.space, at.below("type")); err != nil {
		return nil, err
	}
	if order := v.member("order"); order != nil {
		switch strings.ToUpper(order.text) {
		case "ASCENDING":
		case "DESCENDING":
			f.order = "descending"
		case "IGNORE":
			f.order = "ignore"
		default:
			return nil, p.fail(order, at.below("order"), "order is ascending, descending or ignore")
		}
	}
	f.preset = v.member("default")
	if f.preset != nil && f.preset.kind == jsonText && (f.typ.kind == kindFloat || f.typ.kind == kindDouble) {
		double, ok := parseDouble(f.preset.text)
		if !ok {
			return nil, p.fail(f.preset, at.below("default"), "the default of field %s is no number", quoted(name))
		}
		f.preset = &jsonValue{kind: jsonDouble, double: double, at: f.preset.at}
	}
	if why := p.names.check(name); why != "" {
		return nil, p.fail(v.member("name"), at, "name %s %s", quoted(name), why)
	}
	if p.defaults && f.preset != nil && !(&defaultCheck{}).valid(f.typ, f.preset) {
		return nil, p.badDefault(f)
	}
	for _, m := range v.members {
		if !slices.Contains(fieldMembers, m.name) {
			f.props = append(f.props, m)
		}
	}
	var err error
	if f.aliases, err = p.aliases(v, at); err != nil {
		return nil, err
	}
	p.fields = append(p.fields, f)
	return f, nil
}

func (p *parser) badDefault(f *field) error {
	return p.failAt(f.preset.at, f.at.below("default"), "the default of field %s does not fit its type, %s", quoted(f.name), article(f.typ.kind.String()))
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) && !strings.HasPrefix(noun, "union") {
		return "an " + noun
	}
	return "a " + noun
}

// aliases reads a list of names, without doubles.
func (p *parser) aliases(v *jsonValue, at *place) ([]string, error) {
	list := v.member("aliases")
	if list == nil {
		return nil, nil
	}
	if list.kind != jsonArray {
		return nil, p.fail(list, at.below("aliases"), "aliases are a list of names")
	}
	var out []string
	seen := map[string]bool{}
	for _, a := range list.items {
		if a.kind != jsonText {
			return nil, p.fail(a, at.below("aliases"), "an alias is a name")
		}
		if !seen[a.text] {
			seen[a.text] = true
			out = append(out, a.text)
		}
	}
	return out, nil
}

// small reads an enum or a fixed.
func (p *parser) small(v *jsonValue, name, space string, at *place) (*node, error) {
	n := &node{kind: kindEnum}
	if name == "fixed" {
		n.kind = kindFixed
	}
	if err := p.named(n, v, space, at); err != nil {
		return nil, err
	}
	if n.kind == kindFixed {
		size := v.member("size")
		if size == nil || size.kind != jsonInt || size.whole < 0 || size.whole > math.MaxInt32-8 {
			return nil, p.fail(v, at, "fixed %s needs a size, a number of bytes", quoted(n.fullName()))
		}
		n.size = size.whole
		return n, p.complete(n, v, at)
	}
	list := v.member("symbols")
	if list == nil || list.kind != jsonArray {
		return nil, p.fail(v, at, "enum %s needs a list of symbols", quoted(n.fullName()))
	}
	n.known = make(map[string]bool, len(list.items))
	for i, s := range list.items {
		where := at.below("symbols").below(strconv.Itoa(i))
		if s.kind != jsonText {
			return nil, p.fail(s, where, "a symbol is a name")
		}
		if why := p.names.check(s.text); why != "" {
			return nil, p.fail(s, where, "symbol %s %s", quoted(s.text), why)
		}
		if n.known[s.text] {
			return nil, p.fail(s, where, "enum %s has the symbol %s twice", quoted(n.fullName()), quoted(s.text))
		}
		n.known[s.text] = true
		n.symbols = append(n.symbols, s.text)
	}
	if preset, ok := v.textOf("default"); ok {
		if !n.known[preset] {
			return nil, p.fail(v.member("default"), at.below("default"), "the default %s of enum %s is none of its symbols", quoted(preset), quoted(n.fullName()))
		}
		n.fallback = preset
	}
	return n, p.complete(n, v, at)
}

// takeProps takes the custom properties of a type, and what it means by them.
func (p *parser) takeProps(n *node, v *jsonValue, at *place) error {
	for _, m := range v.members {
		if slices.Contains(typeMembers, m.name) || n.kind == kindEnum && m.name == "default" {
			continue
		}
		// Java copies these types when it settles references, and cannot copy such a number.
		if (n.kind == kindRecord || n.kind == kindArray || n.kind == kindMap) && hasBig(m.value) {
			return p.fail(m.value, at.below(m.name), "property %s holds a number beyond 64 bits", quoted(m.name))
		}
		n.props = append(n.props, m)
	}
	n.logical = logicalOf(n)
	return nil
}

func hasBig(v *jsonValue) bool {
	return v.kind == jsonBig || slices.ContainsFunc(v.items, hasBig) ||
		slices.ContainsFunc(v.members, func(m jsonMember) bool { return hasBig(m.value) })
}
