package avro

import (
	"errors"
	"slices"
	"strconv"
)

// Avro's incompatibilities.
const (
	nameMismatch       = "NAME_MISMATCH"
	fixedSizeMismatch  = "FIXED_SIZE_MISMATCH"
	missingEnumSymbols = "MISSING_ENUM_SYMBOLS"
	missingDefault     = "READER_FIELD_MISSING_DEFAULT_VALUE"
	typeMismatch       = "TYPE_MISMATCH"
	missingBranch      = "MISSING_UNION_BRANCH"
	// ambiguousAlias is none of Avro's: Java throws, and Confluent's registry calls the schemas incompatible.
	ambiguousAlias = "AMBIGUOUS_FIELD_ALIAS"
)

// Bounds of one comparison: within them it takes about a second and 100 MB at most.
const (
	mostSteps     = 500_000
	mostRecursion = 10_000
)

var errUndecided = errors.New("the two schemas are too entangled to be compared: split the schema, or break up its largest unions")

// judge is Avro's SchemaCompatibility, step by step. Pairs of types are remembered by identity, with the places of their first visit, and
// a pair that is being looked at counts as compatible; both show in verdicts and places, so the order of steps is Java's too.
type judge struct {
	memo      map[[2]*node]*outcome
	steps     int
	depth     int
	err       error
	ambiguous *mismatch // Java would have thrown
}

// outcome of a pair: whether the reader fails, and all that it fails by. Outcomes share their parts, so that remembered ones cost nothing.
type outcome struct {
	bad   bool
	one   *mismatch
	parts []*outcome
	busy  bool
}

// mismatch is one incompatibility.
type mismatch struct {
	kind           string
	at             *place
	path           *place // of the record's field, its tokens as Field.Path has them
	reader, writer *node
	field          *field // of the reader, for a missing default
	symbols        []string
}

var fine = &outcome{}

func (o *outcome) add(part *outcome) {
	if part.bad {
		o.bad = true
		o.parts = append(o.parts, part)
	}
}

func failed(m mismatch) *outcome { return &outcome{bad: true, one: &m} }

// list gives the incompatibilities of an outcome, each once, in Java's order.
func (o *outcome) list() []*mismatch {
	var out []*mismatch
	seen := map[*outcome]bool{}
	var walk func(o *outcome)
	walk = func(o *outcome) {
		if seen[o] {
			return
		}
		seen[o] = true
		if o.one != nil {
			out = append(out, o.one)
		}
		for _, p := range o.parts {
			walk(p)
		}
	}
	walk(o)
	return out
}

// stopped says that the verdict is in already, or never will be.
func (j *judge) stopped() bool { return j.err != nil || j.ambiguous != nil }

// pair is the outcome of a reader's and a writer's type.
func (j *judge) pair(r, w *node, at, path *place) *outcome {
	if j.steps++; j.steps > mostSteps || j.depth > mostRecursion {
		j.err = errUndecided
	}
	if j.stopped() {
		return fine
	}
	// Two primitives meet in one place only.
	if r.kind.primitive() && w.kind.primitive() {
		if reads(r.kind, w.kind) {
			return fine
		}
		return failed(mismatch{kind: typeMismatch, at: at, path: path, reader: r, writer: w})
	}
	key := [2]*node{r, w}
	if o := j.memo[key]; o != nil {
		if o.busy {
			return fine
		}
		return o
	}
	o := &outcome{busy: true}
	j.memo[key] = o
	j.depth++
	j.calculate(o, r, w, at, path)
	j.depth--
	o.busy = false
	return o
}

// reads says whether a primitive can be read as another.
func reads(r, w kind) bool {
	switch r {
	case kindLong:
		return w == r || w == kindInt
	case kindFloat:
		return w == r || w == kindInt || w == kindLong
	case kindDouble:
		return w == r || w == kindInt || w == kindLong || w == kindFloat
	case kindBytes:
		return w == r || w == kindString
	case kindString:
		return w == r || w == kindBytes
	}
	return r == w
}

func (j *judge) calculate(o *outcome, r, w *node, at, path *place) {
	switch {
	case r.kind == kindUnion && w.kind == kindUnion:
		for i, branch := range w.branches {
			if j.pair(r, branch, nil, path).bad {
				o.add(failed(mismatch{kind: missingBranch, at: at.below(strconv.Itoa(i)), path: path, reader: r, writer: branch}))
			}
		}
	case w.kind == kindUnion:
		for i, branch := range w.branches {
			o.add(j.pair(r, branch, at.below(strconv.Itoa(i)), path))
		}
	case r.kind == kindUnion:
		for _, branch := range r.branches {
			if !j.pair(branch, w, nil, path).bad {
				return
			}
		}
		o.add(failed(mismatch{kind: missingBranch, at: at, path: path, reader: r, writer: w}))
	case r.kind != w.kind:
		o.add(failed(mismatch{kind: typeMismatch, at: at, path: path, reader: r, writer: w}))
	case r.kind == kindArray:
		o.add(j.pair(r.items, w.items, at.below("items"), path.below("[]")))
	case r.kind == kindMap:
		o.add(j.pair(r.items, w.items, at.below("values"), path.below("{}")))
	default: // named types
		if !sameName(r, w) {
			o.add(failed(mismatch{kind: nameMismatch, at: at.below("name"), path: path, reader: r, writer: w}))
		}
		switch r.kind {
		case kindFixed:
			if r.size != w.size {
				o.add(failed(mismatch{kind: fixedSizeMismatch, at: at.below("size"), path: path, reader: r, writer: w}))
			}
		case kindEnum:
			if missing := lacking(r, w); len(missing) > 0 && r.fallback == "" {
				o.add(failed(mismatch{kind: missingEnumSymbols, at: at.below("symbols"), path: path, reader: r, writer: w, symbols: missing}))
			}
			j.steps += len(w.symbols)
		case kindRecord:
			j.record(o, r, w, at.below("fields"), path)
		}
	}
}

// sameName compares names without their namespaces, or a reader's alias with the writer's full name.
func sameName(r, w *node) bool {
	return r.name.short == w.name.short || len(r.aliases) > 0 && slices.Contains(r.aliasNames(), w.fullName())
}

// lacking are the writer's symbols that the reader does not have, sorted.
func lacking(r, w *node) []string {
	var out []string
	for _, s := range w.symbols {
		if !r.known[s] {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

func (j *judge) record(o *outcome, r, w *node, at, path *place) {
	for _, f := range r.fields {
		if j.steps++; j.stopped() {
			return
		}
		here, below := at.below(strconv.Itoa(f.index)), path.below(f.name)
		written, clear := writtenAs(f, w)
		switch {
		case !clear:
			j.ambiguous = &mismatch{kind: ambiguousAlias, at: here, path: below, reader: r, writer: w, field: f}
			return
		case written != nil:
			o.add(j.pair(f.typ, written.typ, here.below("type"), below))
		case f.preset != nil:
		case f.typ.kind == kindEnum && f.typ.fallback != "":
			// Java compares the enum with the whole record.
			part := j.pair(f.typ, w, here.below("type"), below)
			if list := part.list(); len(list) == 1 && list[0].at != nil && list[0].at.up == here {
				list[0].field = f
			}
			o.add(part)
		default:
			o.add(failed(mismatch{kind: missingDefault, at: here, path: below, reader: r, writer: w, field: f}))
		}
	}
}

// writtenAs finds the writer's field that a reader's is read from, nil without one. It is not clear if name and aliases lead to more than
// one, an alias that repeats the name included.
func writtenAs(f *field, w *node) (written *field, clear bool) {
	written = w.byName[f.name]
	for _, alias := range f.aliases {
		if other := w.byName[alias]; other != nil {
			if written != nil {
				return nil, false
			}
			written = other
		}
	}
	return written, true
}

// judged gives the reader's incompatibilities, as Java lists them but for doubles. None means that it reads all.
func judged(r, w *node) ([]*mismatch, error) {
	return (&judge{memo: map[[2]*node]*outcome{}}).verdict(r, w)
}

func (j *judge) verdict(r, w *node) ([]*mismatch, error) {
	o := j.pair(r, w, nil, nil)
	switch {
	case j.err != nil:
		return nil, j.err
	case j.ambiguous != nil:
		return []*mismatch{j.ambiguous}, nil
	}
	return o.list(), nil
}
