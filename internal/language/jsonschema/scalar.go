package jsonschema

import "math/big"

// limitRules compares one bound. upper: a larger one is looser.
func limitRules(kind, keyword string, r, w *big.Rat, upper bool, at, other *shape, j judge) {
	if r == nil && w == nil {
		return
	}
	f := finding{at: at, keyword: "/" + keyword}
	looser, tighter := "_DECREASED", "_INCREASED"
	if upper {
		looser, tighter = tighter, looser
	}
	switch {
	case r == nil:
		f.at, f.kind, f.say = other, kind+"_REMOVED", keyword+" is left out by the reader"
	case w == nil:
		f.kind, f.breaking, f.say = kind+"_ADDED", true, "only the reader says "+keyword
	default:
		c := r.Cmp(w)
		if c == 0 {
			return
		}
		if (c > 0) == upper {
			f.kind, f.say = kind+looser, "the reader's "+keyword+" is looser"
		} else {
			f.kind, f.breaking, f.say = kind+tighter, true, "the reader's "+keyword+" is tighter"
		}
	}
	j.note(f)
}

func rat(n *int) *big.Rat {
	if n == nil {
		return nil
	}
	return big.NewRat(int64(*n), 1)
}

func textRules(r, w *shape, j judge) {
	limitRules("MAX_LENGTH", "maxLength", rat(r.from.MaxLength), rat(w.from.MaxLength), true, r, w, j)
	limitRules("MIN_LENGTH", "minLength", rat(r.from.MinLength), rat(w.from.MinLength), false, r, w, j)
	switch rp, wp := patternText(r), patternText(w); {
	case rp == wp:
	case rp == "":
		j.note(finding{kind: "PATTERN_REMOVED", at: w, keyword: "/pattern", say: "the pattern is left out by the reader"})
	case wp == "":
		j.note(finding{kind: "PATTERN_ADDED", breaking: true, at: r, keyword: "/pattern", say: "only the reader says a pattern"})
	default:
		j.note(finding{kind: "PATTERN_CHANGED", breaking: true, at: r, keyword: "/pattern", say: "the patterns differ"})
	}
	if r.format != w.format {
		f := finding{kind: "FORMAT_CHANGED", at: r, keyword: "/format", say: "the formats differ"}
		if r.format == "" {
			j.note(finding{kind: "FORMAT_REMOVED", at: w, keyword: "/format", say: "the format is left out by the reader"})
		} else {
			hidden(j, f)
		}
	}
	if r.content != w.content && r.content != "" {
		hidden(j, finding{kind: "CONTENT_CHANGED", at: r, say: "contentEncoding or contentMediaType differ"})
	}
}

func patternText(s *shape) string {
	if s.from.Pattern == nil {
		return ""
	}
	return s.from.Pattern.String()
}

func numberRules(r, w *shape, j judge) {
	switch {
	case r.integer && !w.integer:
		j.note(finding{kind: "TYPE_NARROWED", breaking: true, at: r, keyword: "/type", say: "the writer may write any number, the reader reads integers only"})
	case w.integer && !r.integer:
		j.note(finding{kind: "TYPE_EXTENDED", at: r, keyword: "/type", say: "the writer writes integers, the reader reads any number"})
	}
	four := r.from.DraftVersion == 4 && w.from.DraftVersion == 4
	boundRules("MAXIMUM", "maximum", "exclusiveMaximum", boundOf(r.from.Maximum, r.from.ExclusiveMaximum, four), boundOf(w.from.Maximum, w.from.ExclusiveMaximum, four), true, r, w, j)
	boundRules("MINIMUM", "minimum", "exclusiveMinimum", boundOf(r.from.Minimum, r.from.ExclusiveMinimum, four), boundOf(w.from.Minimum, w.from.ExclusiveMinimum, four), false, r, w, j)
	multipleRules(r, w, j)
}

// bound is what a schema says of one end of its numbers.
type bound struct {
	limit, exclusive *big.Rat // two keywords, each for itself
	open             bool     // limit itself is not allowed, as draft 4 says it
}

// boundOf undoes what the compiler makes of draft 4, where exclusiveMaximum is a property of maximum and no bound of its own; between drafts
// both are bounds of their own.
func boundOf(limit, exclusive *big.Rat, four bool) bound {
	if four && exclusive != nil {
		return bound{limit: exclusive, open: true}
	}
	return bound{limit: limit, exclusive: exclusive}
}

func boundRules(kind, keyword, exclusive string, mine, theirs bound, upper bool, r, w *shape, j judge) {
	limitRules(kind, keyword, mine.limit, theirs.limit, upper, r, w, j)
	limitRules("EXCLUSIVE_"+kind, exclusive, mine.exclusive, theirs.exclusive, upper, r, w, j)
	if mine.open == theirs.open || mine.limit == nil || theirs.limit == nil || mine.limit.Cmp(theirs.limit) != 0 {
		return
	}
	if mine.open {
		j.note(finding{kind: "EXCLUSIVE_" + kind + "_ADDED", breaking: true, at: r, keyword: "/" + exclusive, say: "only the reader excludes the bound itself"})
		return
	}
	j.note(finding{kind: "EXCLUSIVE_" + kind + "_REMOVED", at: w, keyword: "/" + exclusive, say: "the reader allows the bound itself"})
}

func multipleRules(r, w *shape, j judge) {
	mine, theirs := r.from.MultipleOf, w.from.MultipleOf
	f := finding{at: r, keyword: "/multipleOf"}
	switch {
	case mine == nil && theirs == nil:
		return
	case mine == nil:
		f.at, f.kind, f.say = w, "MULTIPLE_OF_REMOVED", "multipleOf is left out by the reader"
	case theirs == nil:
		f.kind, f.breaking, f.say = "MULTIPLE_OF_ADDED", true, "only the reader says multipleOf"
	case mine.Cmp(theirs) == 0:
		return
	case mine.Sign() != 0 && new(big.Rat).Quo(theirs, mine).IsInt():
		f.kind, f.say = "MULTIPLE_OF_REDUCED", "the writer's multipleOf is a multiple of the reader's"
	case theirs.Sign() != 0 && new(big.Rat).Quo(mine, theirs).IsInt():
		f.kind, f.breaking, f.say = "MULTIPLE_OF_EXPANDED", true, "the reader's multipleOf is a multiple of the writer's"
	default:
		f.kind, f.breaking, f.say = "MULTIPLE_OF_CHANGED", true, "the reader's multipleOf is no divisor of the writer's"
	}
	j.note(f)
}
