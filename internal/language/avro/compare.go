package avro

import (
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/language"
)

// What differs without breaking a reader, going from the writer's schema to the reader's.
const (
	fieldAdded         = "FIELD_ADDED"
	fieldRemoved       = "FIELD_REMOVED"
	fieldRenamed       = "FIELD_RENAMED"
	fieldsReordered    = "FIELDS_REORDERED"
	typePromoted       = "TYPE_PROMOTED"
	typeRenamed        = "TYPE_RENAMED"
	namespaceChanged   = "NAMESPACE_CHANGED"
	logicalTypeChanged = "LOGICAL_TYPE_CHANGED" // breaks in profile strict
	symbolAdded        = "ENUM_SYMBOL_ADDED"
	symbolRemoved      = "ENUM_SYMBOL_REMOVED"
	symbolsReordered   = "ENUM_SYMBOLS_REORDERED"
	branchAdded        = "UNION_BRANCH_ADDED"
	branchesReordered  = "UNION_BRANCHES_REORDERED"
	unionOpened        = "TYPE_BECAME_UNION"
	unionClosed        = "UNION_BECAME_TYPE"
	defaultAdded       = "DEFAULT_ADDED"
	defaultRemoved     = "DEFAULT_REMOVED"
	defaultChanged     = "DEFAULT_CHANGED"
	docChanged         = "DOC_CHANGED"
	aliasesChanged     = "ALIASES_CHANGED"
	tagsChanged        = "TAGS_CHANGED"
	propertyChanged    = "PROPERTY_CHANGED"
	sortOrderChanged   = "SORT_ORDER_CHANGED"
)

// compare gives Avro's incompatibilities first, then what else breaks, then what does not.
func compare(r, w *node, strict bool) ([]language.Difference, error) {
	j := &judge{memo: map[[2]*node]*outcome{}}
	verdict, err := j.verdict(r, w)
	if err != nil {
		return nil, err
	}
	c := &comparison{judge: j, strict: strict, seen: map[[2]*node]bool{}, told: map[[2]string]bool{}}
	for _, m := range verdict {
		c.breaks(m)
	}
	c.incompatible = len(verdict) > 0
	if j.ambiguous == nil { // otherwise nothing more is known
		told := len(c.out)
		c.walk(r, w, nil, nil)
		if j.err != nil { // of what was told, only Avro's verdict is certain
			if strict {
				return nil, j.err
			}
			c.out = c.out[:told]
		}
	}
	slices.SortStableFunc(c.out, func(a, b language.Difference) int {
		switch {
		case a.Breaking == b.Breaking:
			return 0
		case a.Breaking:
			return -1
		}
		return 1
	})
	return c.out, nil
}

// comparison walks what a reader's and a writer's schema have in common, each pair of types once.
type comparison struct {
	judge        *judge
	strict       bool
	incompatible bool
	seen         map[[2]*node]bool
	told         map[[2]string]bool // kinds and pointers of what breaks
	out          []language.Difference
}

// breaks tells an incompatibility once.
func (c *comparison) breaks(m *mismatch) {
	key := [2]string{m.kind, m.at.pointer()}
	if c.told[key] {
		return
	}
	c.told[key] = true
	message, advice := c.words(m, 0)
	c.out = append(c.out, language.Difference{Kind: m.kind, Pointer: key[1], Field: m.path.path(), Breaking: true, Message: message, Advice: advice})
}

// behind tells an incompatibility that the walk finds: what is behind a branch that is missing. Avro's verdict holds the others already.
func (c *comparison) behind(m mismatch) {
	if c.incompatible {
		c.breaks(&m)
	}
}

func (c *comparison) tell(kind string, at, path *place, message string) {
	c.out = append(c.out, language.Difference{Kind: kind, Pointer: at.pointer(), Field: path.path(), Message: message})
}

func (c *comparison) walk(r, w *node, at, path *place) {
	if !r.kind.primitive() || !w.kind.primitive() {
		pair := [2]*node{r, w}
		if c.seen[pair] {
			return
		}
		c.seen[pair] = true
	}
	switch {
	case r.kind == kindUnion || w.kind == kindUnion:
		c.unions(r, w, at, path)
		return
	case r.kind != w.kind && !(r.kind.primitive() && reads(r.kind, w.kind)):
		c.behind(mismatch{kind: typeMismatch, at: at, path: path, reader: r, writer: w})
		return
	case r.kind != w.kind:
		c.tell(typePromoted, at, path, article(w.kind.String())+" is read as "+article(r.kind.String()))
	}
	if r.meant() != w.meant() {
		c.logical(r, w, at, path)
		c.props(r.props, w.props, at, path, "logicalType", "precision", "scale")
	} else {
		c.props(r.props, w.props, at, path)
	}
	switch r.kind {
	case kindArray:
		c.walk(r.items, w.items, at.below("items"), path.below("[]"))
	case kindMap:
		c.walk(r.items, w.items, at.below("values"), path.below("{}"))
	case kindFixed, kindEnum, kindRecord:
		c.named(r, w, at, path)
	}
}

func (c *comparison) logical(r, w *node, at, path *place) {
	before, after := w.meant(), r.meant()
	message := "the writer means " + before + ", the reader " + after
	switch {
	case before == "":
		message = "the writer means a plain " + w.kind.String() + ", the reader " + after
	case after == "":
		message = "the writer means " + before + ", the reader a plain " + r.kind.String()
	}
	d := language.Difference{Kind: logicalTypeChanged, Pointer: at.pointer(), Field: path.path(), Breaking: c.strict,
		Message: message + ": values are read without an error, and mean something else"}
	if c.strict {
		d.Advice = "add a field of the new type, and leave this one as it is"
	}
	c.out = append(c.out, d)
}

func (c *comparison) named(r, w *node, at, path *place) {
	switch {
	case !sameName(r, w):
		c.behind(mismatch{kind: nameMismatch, at: at.below("name"), path: path, reader: r, writer: w})
	case r.name.short != w.name.short:
		c.tell(typeRenamed, at.below("name"), path, w.kind.String()+" "+w.fullName()+" is "+r.fullName()+" now, and read by its alias")
	case r.name.space != w.name.space:
		c.tell(namespaceChanged, at.below("namespace"), path, w.kind.String()+" "+w.fullName()+" is "+r.fullName()+" now")
	}
	if r.failure != w.failure {
		c.tell(propertyChanged, at.below("type"), path, "one of record and error became the other")
	}
	c.docs(r.doc, w.doc, at, path)
	if !slices.Equal(r.aliasNames(), w.aliasNames()) {
		c.tell(aliasesChanged, at.below("aliases"), path, "aliases of "+r.kind.String()+" "+r.fullName()+" changed")
	}
	switch r.kind {
	case kindFixed:
		if r.size != w.size {
			c.behind(mismatch{kind: fixedSizeMismatch, at: at.below("size"), path: path, reader: r, writer: w})
		}
	case kindEnum:
		c.enum(r, w, at, path)
	case kindRecord:
		c.record(r, w, at.below("fields"), path)
	}
}

func (c *comparison) enum(r, w *node, at, path *place) {
	here := at.below("symbols")
	removed, added := lacking(r, w), lacking(w, r)
	switch {
	case len(removed) > 0 && r.fallback == "":
		c.behind(mismatch{kind: missingEnumSymbols, at: here, path: path, reader: r, writer: w, symbols: removed})
	case len(removed) > 0:
		c.tell(symbolRemoved, here, path, "enum "+r.fullName()+" lost "+some(removed)+", read as "+r.fallback)
	}
	if len(added) > 0 {
		c.tell(symbolAdded, here, path, "enum "+r.fullName()+" got "+some(added))
	}
	if len(removed) == 0 && len(added) == 0 && !slices.Equal(r.symbols, w.symbols) {
		c.tell(symbolsReordered, here, path, "symbols of enum "+r.fullName()+" are in another order")
	}
	c.preset(defaultOf(r.fallback), defaultOf(w.fallback), at, path, "enum "+r.fullName())
}

// defaultOf makes a default of an enum comparable with those of fields.
func defaultOf(symbol string) *jsonValue {
	if symbol == "" {
		return nil
	}
	return &jsonValue{kind: jsonText, text: symbol}
}

func (c *comparison) record(r, w *node, at, path *place) {
	used := make(map[*field]bool, len(r.fields))
	last, reordered := -1, false
	for _, f := range r.fields {
		here, below := at.below(strconv.Itoa(f.index)), path.below(f.name)
		written, clear := writtenAs(f, w)
		switch {
		case !clear:
		case written != nil:
			used[written] = true
			reordered = reordered || written.index < last
			last = max(last, written.index)
			c.field(f, written, here, below)
		case f.preset != nil:
			c.tell(fieldAdded, here, below, "field "+f.name+" is new: what the writer wrote is read with its default")
		case f.typ.kind == kindEnum && f.typ.fallback != "":
			c.behind(mismatch{kind: typeMismatch, at: here.below("type"), path: below, reader: f.typ, writer: w, field: f})
		default:
			c.behind(mismatch{kind: missingDefault, at: here, path: below, reader: r, writer: w, field: f})
		}
	}
	for _, f := range w.fields {
		if !used[f] {
			c.tell(fieldRemoved, at.below(strconv.Itoa(f.index)), path.below(f.name), "field "+f.name+" is gone: what the writer wrote in it is not read")
		}
	}
	if reordered {
		c.tell(fieldsReordered, at, path, "fields of record "+r.fullName()+" are in another order")
	}
}

func (c *comparison) field(f, written *field, at, path *place) {
	if f.name != written.name {
		c.tell(fieldRenamed, at.below("name"), path, "field "+written.name+" is "+f.name+" now, and read by its alias")
	}
	c.walk(f.typ, written.typ, at.below("type"), path)
	c.preset(f.preset, written.preset, at, path, "field "+f.name)
	c.docs(f.doc, written.doc, at, path)
	if !slices.Equal(f.aliases, written.aliases) {
		c.tell(aliasesChanged, at.below("aliases"), path, "aliases of field "+f.name+" changed")
	}
	if f.order != written.order {
		c.tell(sortOrderChanged, at.below("order"), path, "records are sorted by "+f.name+" in another order")
	}
	c.props(f.props, written.props, at, path)
}

func (c *comparison) preset(r, w *jsonValue, at, path *place, what string) {
	at = at.below("default")
	switch {
	case r == nil && w == nil:
	case w == nil:
		c.tell(defaultAdded, at, path, what+" has a default now")
	case r == nil:
		c.tell(defaultRemoved, at, path, what+" has no default any more")
	case !samePreset(r, w):
		c.tell(defaultChanged, at, path, what+" has another default")
	}
}

func (c *comparison) docs(r, w *string, at, path *place) {
	if (r == nil) != (w == nil) || r != nil && *r != *w {
		c.tell(docChanged, at.below("doc"), path, "the documentation changed")
	}
}

// props compares custom properties, but for those that were told of.
func (c *comparison) props(r, w []jsonMember, at, path *place, but ...string) {
	for _, m := range r {
		if !equalJSON(m.value, prop(w, m.name)) && !slices.Contains(but, m.name) {
			c.property(m.name, at, path)
		}
	}
	for _, m := range w {
		if prop(r, m.name) == nil && !slices.Contains(but, m.name) {
			c.property(m.name, at, path)
		}
	}
}

func (c *comparison) property(name string, at, path *place) {
	if name == "confluent:tags" {
		c.tell(tagsChanged, at.below(name), path, "the tags changed")
		return
	}
	c.tell(propertyChanged, at.below(name), path, "property "+quoted(name)+" changed")
}

// unions compares where at least one side is a union: each branch of the writer with the reader's that reads it.
func (c *comparison) unions(r, w *node, at, path *place) {
	readers, writers := []*node{r}, []*node{w}
	if r.kind == kindUnion {
		readers = r.branches
	}
	if w.kind == kindUnion {
		writers = w.branches
	}
	used := map[int]bool{}
	all, last, reordered := true, -1, false
	for i, branch := range writers {
		n, ok := c.counterpart(readers, branch)
		all = all && ok
		if n < 0 {
			continue
		}
		used[n] = true
		reordered = reordered || n < last
		last = max(last, n)
		here := at
		switch {
		case r.kind == kindUnion:
			here = at.below(strconv.Itoa(n))
		case w.kind == kindUnion:
			here = at.below(strconv.Itoa(i))
		}
		c.walk(readers[n], branch, here, path)
	}
	switch {
	case r.kind != kindUnion:
		if all {
			c.tell(unionClosed, at, path, "a union is "+named(r)+" now, which reads all of its types")
		}
		return
	case w.kind != kindUnion && all:
		c.tell(unionOpened, at, path, named(w)+" is "+named(r)+" now")
		return
	}
	for n, branch := range readers {
		if !used[n] {
			c.tell(branchAdded, at.below(strconv.Itoa(n)), path, "the union takes "+named(branch)+" as well")
		}
	}
	if reordered && len(used) == len(writers) {
		c.tell(branchesReordered, at, path, "types of the union are in another order")
	}
}

// counterpart finds the branch that reads a writer's type, of several that whose type is most like it. Without one it is the branch that
// was meant to, or -1.
func (c *comparison) counterpart(readers []*node, w *node) (branch int, ok bool) {
	best, likeness := -1, 0
	for i, r := range readers {
		like := 1
		switch {
		case r.kind != w.kind && !(r.kind.primitive() && reads(r.kind, w.kind)):
			continue // is another type
		case r.kind.named() && !sameName(r, w):
			continue // or has another name
		case r.kind.named() && r.fullName() == w.fullName():
			like = 3
		case r.kind == w.kind:
			like = 2
		}
		if c.reads(r, w) {
			ok = true
			like += 10
		}
		if like > likeness {
			best, likeness = i, like
		}
	}
	return best, ok
}

// reads asks the judge about a pair that it may not have met: Java stops at the first branch that reads a type.
func (c *comparison) reads(r, w *node) bool {
	bad := c.judge.pair(r, w, nil, nil).bad
	if c.judge.ambiguous != nil {
		c.judge.ambiguous, bad = nil, true
	}
	return !bad
}
