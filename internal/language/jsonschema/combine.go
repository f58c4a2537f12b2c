package jsonschema

// combinations compares shapes of which at least one has parts.
func combinations(r, w *shape, j judge) {
	if v, counting := j.(*verdicts); counting {
		if weight := max(len(r.parts), 1) * max(len(w.parts), 1); weight > v.weight {
			v.weight, v.heaviest = weight, r
			if r.kind != combined {
				v.heaviest = w
			}
		}
	}
	switch {
	case w.kind != combined:
		intoParts(r, w, j)
	case r.kind != combined:
		fromParts(r, w, j)
	case r.criterion == w.criterion || r.criterion == some:
		matched(r, w, j)
	default:
		changedCriterion(r, w, j)
	}
}

// readers asks which of the reader's parts read all that the writer's shape allows, and gives the first.
func readers(r, w *shape, j judge) *shape {
	var first *shape
	for _, p := range r.parts {
		if j.ask(p, w) && first == nil {
			first = p
		}
	}
	return first
}

// writers asks which of the writer's parts are read by all of the reader's shape, and gives the first.
func writers(r, w *shape, j judge) *shape {
	var first *shape
	for _, p := range w.parts {
		if j.ask(r, p) && first == nil {
			first = p
		}
	}
	return first
}

// intoParts: the reader alone has parts.
func intoParts(r, w *shape, j judge) {
	fit := readers(r, w, j)
	switch {
	case fit != nil && r.criterion != all:
		j.note(finding{kind: "SUM_TYPE_EXTENDED", at: r, say: "the reader's %s has a branch that reads all of the writer's", args: []any{r.criterion}})
		j.descend(fit, w, "")
	case fit != nil:
		j.note(finding{kind: "PRODUCT_TYPE_EXTENDED", breaking: true, at: r, say: "the reader adds constraints of another kind to the writer's %s", args: []any{w.name}})
	default:
		j.note(typeChanged(r, w))
		for _, p := range r.parts {
			if p.kind == w.kind {
				j.explain(p, w, "")
				return
			}
		}
	}
}

// fromParts: the writer alone has parts.
func fromParts(r, w *shape, j judge) {
	fit := writers(r, w, j)
	switch {
	case fit != nil && w.criterion == all:
		j.note(finding{kind: "PRODUCT_TYPE_NARROWED", at: r, say: "the reader has fewer constraints than the writer's allOf"})
		j.descend(r, fit, "")
	case fit != nil:
		j.note(finding{kind: "SUM_TYPE_NARROWED", breaking: true, at: r, say: "the writer may write %s, the reader reads only %s", args: []any{w.name, r.name}})
	default:
		j.note(typeChanged(r, w))
		for _, p := range w.parts {
			if p.kind == r.kind && w.criterion == all {
				j.explain(r, p, "")
				return
			}
		}
	}
}

// changedCriterion: one side says allOf where the other says oneOf or anyOf, or oneOf where the writer says anyOf.
func changedCriterion(r, w *shape, j judge) {
	branch, part := readers(r, w, j), writers(r, w, j)
	switch {
	case branch != nil && r.criterion != all:
		j.note(finding{kind: "SUM_TYPE_EXTENDED", at: r, say: "the reader's %s has a branch that reads all of the writer's", args: []any{r.criterion}})
		j.descend(branch, w, "")
	case part != nil && w.criterion == all:
		j.note(finding{kind: "PRODUCT_TYPE_NARROWED", at: r, say: "the reader has fewer constraints than the writer's allOf"})
		j.descend(r, part, "")
	default:
		j.note(finding{kind: "COMBINED_TYPE_CHANGED", breaking: true, at: r, say: "the writer says %s, the reader %s", args: []any{w.criterion, r.criterion}})
	}
}

// matched pairs the parts of both sides so that as many as possible fit, each with one of its own.
func matched(r, w *shape, j judge) {
	if r.criterion != w.criterion {
		j.note(finding{kind: "COMBINED_TYPE_EXTENDED", at: r, say: "the writer says %s, the reader anyOf", args: []any{w.criterion}})
	}
	mine, theirs := len(r.parts), len(w.parts)
	switch {
	case mine > theirs && r.criterion == all:
		j.note(finding{kind: "PRODUCT_TYPE_EXTENDED", breaking: true, at: r, say: "the reader's allOf has %d parts, the writer's %d", args: []any{mine, theirs}})
	case mine > theirs:
		j.note(finding{kind: "SUM_TYPE_EXTENDED", at: r, say: "the reader's %s has %d branches, the writer's %d", args: []any{r.criterion, mine, theirs}})
	case mine < theirs && w.criterion == all:
		j.note(finding{kind: "PRODUCT_TYPE_NARROWED", at: r, say: "the reader has %d parts, the writer's allOf %d", args: []any{mine, theirs}})
	case mine < theirs:
		j.note(finding{kind: "SUM_TYPE_NARROWED", breaking: true, at: r, say: "the reader's %s has %d branches, the writer's %d", args: []any{r.criterion, mine, theirs}})
	}
	fits := make([][]int, mine)
	for i, p := range r.parts {
		for k, q := range w.parts {
			if j.late() {
				return
			}
			if j.ask(p, q) {
				fits[i] = append(fits[i], k)
			}
		}
	}
	with := matching(fits, theirs, j.late)
	count := 0
	taken := make([]bool, theirs)
	for i, k := range with {
		if k >= 0 {
			count++
			taken[k] = true
			j.descend(r.parts[i], w.parts[k], "")
		}
	}
	if count >= min(mine, theirs) {
		return
	}
	if mine >= theirs || r.criterion == all {
		j.note(finding{kind: "COMBINED_TYPE_SUBSCHEMAS_CHANGED", breaking: true, at: r, say: "of the writer's %d parts of %s only %d have one of the reader's that reads them",
			args: []any{theirs, w.criterion, count}})
	} else {
		j.note(finding{kind: "COMBINED_TYPE_SUBSCHEMAS_CHANGED", breaking: true, at: r, say: "of the reader's %d parts of %s only %d read one of the writer's",
			args: []any{mine, r.criterion, count}})
	}
	explainRest(r, w, with, taken, j)
}

// explainRest goes into the parts that fit none, two and two of one kind.
func explainRest(r, w *shape, with []int, taken []bool, j judge) {
	for i, k := range with {
		if k >= 0 {
			continue
		}
		for n, q := range w.parts {
			if !taken[n] && q.kind == r.parts[i].kind && q.kind != combined {
				taken[n] = true
				j.explain(r.parts[i], q, "")
				break
			}
		}
	}
}

// matching is a maximum bipartite matching by augmenting paths: for each on the left the one on the right, or -1. fits lists for each on the left
// those on the right that fit. late ends the search early.
func matching(fits [][]int, right int, late func() bool) []int {
	with := make([]int, len(fits))
	of := make([]int, right)
	for i := range with {
		with[i] = -1
	}
	for k := range of {
		of[k] = -1
	}
	seen := make([]int, right)
	var augment func(i, round int) bool
	augment = func(i, round int) bool {
		for _, k := range fits[i] {
			if seen[k] == round || late() {
				continue
			}
			seen[k] = round
			if of[k] < 0 || augment(of[k], round) {
				of[k], with[i] = i, k
				return true
			}
		}
		return false
	}
	for i := range fits {
		augment(i, i+1)
	}
	return with
}
