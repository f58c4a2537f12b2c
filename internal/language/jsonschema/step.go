package jsonschema

// step goes through the rules of one pair: what the reader's shape r says against the writer's w.
func step(r, w *shape, j judge) {
	if r == w || j.late() {
		return
	}
	annotations(r, w, j)
	switch {
	case r.kind == anything:
		if w.kind != anything {
			j.note(finding{kind: "TYPE_EXTENDED", at: r, say: "the reader takes any value"})
		}
	case w.kind == nothing:
		if r.kind != nothing {
			j.note(finding{kind: "TYPE_EXTENDED", at: r, say: "the writer could write nothing here"})
		}
	case r.kind == combined || w.kind == combined:
		combinations(r, w, j)
	case r.kind != w.kind:
		j.note(typeChanged(r, w))
	default:
		sameKind(r, w, j)
	}
}

func typeChanged(r, w *shape) finding {
	f := finding{kind: "TYPE_CHANGED", breaking: true, at: r, say: "the writer's type is %s, the reader's %s", args: []any{w.name, r.name}}
	switch {
	case r.kind == nothing:
		f.say, f.args = "the reader takes no value here", nil
	case w.kind == anything:
		f.say, f.args = "the writer may write values of any type, the reader reads %s", []any{r.name}
	case r.name == w.name:
		f.say, f.args = "what the writer may write and what the reader reads are said in different ways (%s), and are not seen to fit", []any{w.name}
	}
	return f
}

// annotations say nothing of values.
func annotations(r, w *shape, j judge) {
	if !r.main || !w.main {
		return
	}
	if r.title != w.title {
		j.note(finding{kind: "TITLE_CHANGED", at: r, say: "the titles differ"})
	}
	if r.doc != w.doc {
		j.note(finding{kind: "DESCRIPTION_CHANGED", at: r, say: "the descriptions differ"})
	}
	if r.standard != w.standard {
		j.note(finding{kind: "DEFAULT_CHANGED", at: r, say: "the defaults differ"})
	}
	if r.from.ID != w.from.ID {
		j.note(finding{kind: "ID_CHANGED", at: r, say: "the identifiers differ"})
	}
}

func sameKind(r, w *shape, j judge) {
	switch r.kind {
	case texts, numbers, objects, arrays:
		if r.typed && !w.typed {
			hidden(j, finding{kind: "TYPE_NARROWED", at: r, say: "the writer's schema does not say the type, so that values of other types are valid; the reader's does"})
		}
	}
	switch r.kind {
	case texts:
		textRules(r, w, j)
	case numbers:
		numberRules(r, w, j)
	case objects:
		objectRules(r, w, j)
	case arrays:
		arrayRules(r, w, j)
	case enums:
		enumRules(r, w, j)
	case negated:
		notRules(r, w, j)
	case conditional:
		conditionRules(r, w, j)
	}
}

// hidden notes what Confluent's rules do not look at: it breaks under strict alone.
func hidden(j judge, f finding) {
	f.breaking = j.strict()
	j.note(f)
}

// hiddenPair notes a part that the reader has to read and that Confluent's rules do not look at.
func hiddenPair(r, w, at *shape, keyword string, j judge, f finding) {
	if r == nil {
		return
	}
	f.at, f.keyword = at, keyword
	if w == nil {
		hidden(j, f)
		return
	}
	if !j.ask(r, w) {
		hidden(j, f)
		if j.strict() {
			j.explain(r, w, "")
		}
	}
}

func enumRules(r, w *shape, j judge) {
	lacks := func(some, other *shape) (missing int) {
		have := map[string]bool{}
		for _, v := range some.values {
			have[v.key] = true
		}
		for _, v := range other.values {
			if !have[v.key] {
				missing++
			}
		}
		return missing
	}
	lost, added := lacks(r, w), lacks(w, r)
	f := finding{at: r, keyword: "/enum"}
	if r.fixed {
		f.keyword = "/const"
	}
	switch {
	case lost == 0 && added == 0:
		return
	case lost == 0:
		f.kind, f.say, f.args = "ENUM_ARRAY_EXTENDED", "the reader knows %d values more", []any{added}
	case r.fixed && w.fixed:
		f.kind, f.breaking, f.say = "CONST_CHANGED", true, "the constants differ"
	case added == 0:
		f.kind, f.breaking, f.say, f.args = "ENUM_ARRAY_NARROWED", true, "the reader does not know %d of the writer's values", []any{lost}
	default:
		f.kind, f.breaking, f.say, f.args = "ENUM_ARRAY_CHANGED", true, "the reader does not know %d of the writer's values, and %d that the writer lacks", []any{lost, added}
	}
	j.note(f)
}

// notRules: what the reader excludes, the writer has to exclude too.
func notRules(r, w *shape, j judge) {
	fits, wider := j.ask(w.inner, r.inner), j.ask(r.inner, w.inner)
	f := finding{at: r, keyword: "/not"}
	switch {
	case fits && wider:
		return
	case fits:
		f.kind, f.say = "NOT_TYPE_NARROWED", "the reader excludes less"
	case wider:
		f.kind, f.breaking, f.say = "NOT_TYPE_EXTENDED", true, "the reader excludes more"
	default:
		f.kind, f.breaking, f.say = "NOT_TYPE_CHANGED", true, "the reader excludes something else"
	}
	j.note(f)
}

func conditionRules(r, w *shape, j judge) {
	f := finding{kind: "CONDITIONAL_CHANGED", say: "if, then or else differ, and values that the writer's allows may not be valid for the reader"}
	hiddenPair(r.when[0], w.when[0], r, "/if", j, f)
	hiddenPair(w.when[0], r.when[0], r, "/if", j, f)
	hiddenPair(r.when[1], w.when[1], r, "/then", j, f)
	hiddenPair(r.when[2], w.when[2], r, "/else", j, f)
}
