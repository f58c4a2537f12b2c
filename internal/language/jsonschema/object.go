package jsonschema

import "slices"

// objectRules compares objects. A property that one side alone lists is judged by the content model of the other: the writer's for one that was
// added, the reader's for one that was removed.
func objectRules(r, w *shape, j judge) {
	limitRules("MAX_PROPERTIES", "maxProperties", rat(r.from.MaxProperties), rat(w.from.MaxProperties), true, r, w, j)
	limitRules("MIN_PROPERTIES", "minProperties", rat(r.from.MinProperties), rat(w.from.MinProperties), false, r, w, j)
	for _, mine := range r.properties {
		if at, both := w.places[mine.name]; both {
			requiredRules(r, w, mine, w.properties[at], j)
			j.descend(mine.shape, w.properties[at].shape, mine.name)
		} else {
			addedRules(r, w, mine, j)
		}
	}
	for _, theirs := range w.properties {
		if _, both := r.places[theirs.name]; !both {
			removedRules(r, w, theirs, j)
		}
	}
	additionalRules("PROPERTIES", "/additionalProperties", "{}", r, w, j)
	dependencyRules(r, w, j)
	unseenObjectRules(r, w, j)
}

func requiredRules(r, w *shape, mine, theirs property, j judge) {
	switch {
	case mine.required == theirs.required:
	case theirs.required:
		j.note(finding{kind: "REQUIRED_ATTRIBUTE_REMOVED", at: w, keyword: "/required", field: mine.name, say: "the property is required by the writer's schema alone"})
	case mine.standard:
		hidden(j, finding{kind: "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED", at: r, keyword: "/required", field: mine.name,
			say: "the reader requires the property, which has a default; the writer may leave it out"})
	default:
		j.note(finding{kind: "REQUIRED_ATTRIBUTE_ADDED", breaking: true, at: r, keyword: "/required", field: mine.name,
			say: "the reader requires the property, the writer may leave it out"})
	}
}

// addedRules: the reader lists a property that the writer does not.
func addedRules(r, w *shape, p property, j judge) {
	f := finding{at: r, keyword: "/properties/" + escaping.Replace(p.name), field: p.name}
	bare := p.required && !p.standard
	if w.open() {
		switch {
		case p.shape.kind == anything:
			f.kind, f.say = "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL",
				"the property was added to an open content model: the writer's object may have any other properties; as it may be anything, all that they hold fits"
			if p.required {
				f.say += "; but it is required, and the writer may leave it out"
				hidden(j, f)
				return
			}
		case bare:
			f.kind, f.breaking, f.say = "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", true,
				"a required property without a default was added to an open content model: the writer's object need not have it, or may have it with values of any kind"
		default:
			f.kind = "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"
			if p.required {
				f.kind = "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL"
			}
			f.breaking, f.say = !j.lenient() || j.strict(),
				"the property was added to an open content model: the writer's object may have any other properties, so it may have this one with values that do not fit"
		}
		j.note(f)
		return
	}
	covering := w.covering(p.name)
	for _, c := range covering {
		if j.ask(p.shape, c) {
			f.kind, f.breaking, f.say = "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", false,
				"the property was added to a partially open content model: all that the writer's additionalProperties or patternProperties allow it to hold fits"
			break
		}
		f.kind, f.breaking, f.say = "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", true,
			"the property was added to a partially open content model: the writer's additionalProperties or patternProperties allow it to hold what does not fit"
	}
	if len(covering) > 0 {
		for _, c := range covering[1:] {
			j.ask(p.shape, c)
		}
		j.note(f)
		if f.breaking {
			j.explain(p.shape, covering[0], p.name)
		}
	}
	f.breaking = false
	switch {
	case bare:
		f.kind, f.breaking, f.say = "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", true,
			"a required property without a default was added to a content model that is not open: the writer's object does not have it, or may leave it out"
		j.note(f)
	case p.required:
		f.kind, f.say = "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL",
			"a required property with a default was added to a content model that is not open: the writer's object does not have it, or may leave it out"
		hidden(j, f)
	case len(covering) == 0:
		f.kind, f.say = "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", "an optional property was added to a closed content model: the writer's object cannot have it"
		if !w.closed && p.shape.kind != anything {
			f.say = "an optional property was added to a content model with patternProperties, none of which fits its name: the writer's object may have it with values of any kind"
			hidden(j, f)
			return
		}
		j.note(f)
	}
}

// removedRules: the writer lists a property that the reader does not.
func removedRules(r, w *shape, p property, j judge) {
	f := finding{at: w, keyword: "/properties/" + escaping.Replace(p.name), field: p.name}
	covering := r.covering(p.name)
	covered := true
	for _, c := range covering {
		if !j.ask(c, p.shape) {
			covered = false
		}
	}
	lenient := j.lenient() && !j.strict()
	switch {
	case r.open():
		f.kind, f.say = "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", "the property was removed from an open content model: the reader's object may have any other properties"
	case len(covering) > 0 && covered:
		f.kind, f.say = "PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
			"the property was removed from a partially open content model: the reader's additionalProperties or patternProperties allow all that it may hold"
	case len(covering) > 0:
		f.kind, f.breaking, f.say = "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", !lenient,
			"the property was removed from a partially open content model: the reader's additionalProperties or patternProperties do not allow all that it may hold"
	case p.shape.kind == nothing:
		f.kind, f.say = "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", "the property was removed from a closed content model; the writer's object could not have it"
	default:
		f.kind, f.breaking, f.say = "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", !lenient,
			"the property was removed from a closed content model: the reader's object may have no other properties than those listed"
	}
	j.note(f)
	if f.breaking {
		for _, c := range covering {
			j.explain(c, p.shape, p.name)
		}
	}
}

// additionalRules compares what objects may have beside the listed properties, and arrays behind their tuples.
func additionalRules(what, keyword, step string, r, w *shape, j judge) {
	f := finding{at: r, keyword: keyword}
	switch {
	case r.closed && w.closed:
	case r.closed:
		f.kind, f.breaking, f.say = "ADDITIONAL_"+what+"_REMOVED", true, "the reader's content model is closed, the writer's is not: it may write what the reader does not list"
		j.note(f)
	case w.closed:
		f.at, f.kind, f.say = w, "ADDITIONAL_"+what+"_ADDED", "the writer's content model is closed, the reader's is not"
		j.note(f)
	case r.additional == nil && w.additional == nil:
	case r.additional == nil:
		f.at, f.kind, f.say = w, "ADDITIONAL_"+what+"_EXTENDED", "the writer's content model is partially open, the reader's allows more"
		j.note(f)
	case w.additional == nil:
		f.kind, f.breaking, f.say = "ADDITIONAL_"+what+"_NARROWED", true, "the reader's content model is partially open, the writer's is open: it may write anything beside what it lists"
		j.note(f)
	default:
		j.descend(r.additional, w.additional, step)
	}
}

func dependencyRules(r, w *shape, j judge) {
	for _, name := range sortedNames(w.depends) {
		if _, kept := r.depends[name]; !kept {
			j.note(finding{kind: "DEPENDENCY_ARRAY_REMOVED", at: w, field: name, say: "the reader does not say what the property depends on"})
		}
	}
	for _, name := range sortedNames(r.depends) {
		mine, theirs := r.depends[name], w.depends[name]
		f := finding{at: r, field: name}
		more := slices.ContainsFunc(mine, func(n string) bool { return !slices.Contains(theirs, n) })
		less := slices.ContainsFunc(theirs, func(n string) bool { return !slices.Contains(mine, n) })
		_, had := w.depends[name]
		switch {
		case !had:
			f.kind, f.breaking, f.say = "DEPENDENCY_ARRAY_ADDED", true, "the reader wants other properties beside this one, the writer does not"
		case more && less:
			f.kind, f.breaking, f.say = "DEPENDENCY_ARRAY_CHANGED", true, "the reader wants other properties beside this one than the writer"
		case more:
			f.kind, f.breaking, f.say = "DEPENDENCY_ARRAY_EXTENDED", true, "the reader wants more properties beside this one"
		case less:
			f.kind, f.say = "DEPENDENCY_ARRAY_NARROWED", "the reader wants fewer properties beside this one"
		default:
			continue
		}
		j.note(f)
	}
	for _, name := range sortedNames(w.dependents) {
		if r.dependents[name] == nil {
			j.note(finding{kind: "DEPENDENCY_SCHEMA_REMOVED", at: w, field: name, say: "the reader does not say a schema for objects that have the property"})
		}
	}
	for _, name := range sortedNames(r.dependents) {
		if theirs := w.dependents[name]; theirs != nil {
			j.descend(r.dependents[name], theirs, "")
		} else {
			j.note(finding{kind: "DEPENDENCY_SCHEMA_ADDED", breaking: true, at: r, field: name, say: "the reader says a schema for objects that have the property, the writer does not"})
		}
	}
}

// unseenObjectRules are those that Confluent's do not have.
func unseenObjectRules(r, w *shape, j judge) {
	for _, name := range r.required {
		if _, listed := r.places[name]; !listed && !w.requires(name) {
			hidden(j, finding{kind: "REQUIRED_ATTRIBUTE_ADDED", at: r, keyword: "/required", field: name, say: "the reader requires a property that it does not list, the writer may leave it out"})
		}
	}
	for _, p := range r.patterns {
		f := finding{kind: "PATTERN_PROPERTY_CHANGED", say: "patternProperties differ, and values that the writer's allow may not be valid for the reader"}
		var theirs *shape
		for _, q := range w.patterns {
			if q.pattern.String() == p.pattern.String() {
				theirs = q.shape
			}
		}
		hiddenPair(p.shape, theirs, r, "/patternProperties", j, f)
		for _, q := range w.properties {
			if p.pattern.MatchString(q.name) {
				if _, both := r.places[q.name]; both && theirs == nil {
					hiddenPair(p.shape, q.shape, r, "/patternProperties", j, f)
				}
			}
		}
	}
	for _, p := range w.patterns {
		kept := slices.ContainsFunc(r.patterns, func(q patterned) bool { return q.pattern.String() == p.pattern.String() })
		f := finding{kind: "PATTERN_PROPERTY_REMOVED", at: r, say: "properties that a pattern of the writer allows are not allowed, or not with all their values"}
		switch {
		case kept:
		case r.closed:
			hidden(j, f)
		case r.additional != nil:
			hiddenPair(r.additional, p.shape, r, "/additionalProperties", j, f)
		}
	}
	hiddenPair(r.names, w.names, r, "/propertyNames", j, finding{kind: "PROPERTY_NAMES_CHANGED", say: "propertyNames differ"})
	unevaluatedRules("UNEVALUATED_PROPERTIES_CHANGED", "/unevaluatedProperties", r, w, len(w.properties) != len(r.properties), j)
}

// unevaluatedRules: what unevaluated… means depends on the parts around it, which are not looked at together.
func unevaluatedRules(kind, keyword string, r, w *shape, moved bool, j judge) {
	f := finding{kind: kind, say: keyword[1:] + " differs, or what is beside it"}
	hiddenPair(r.unevaluated, w.unevaluated, r, keyword, j, f)
	if r.unevaluated != nil && moved {
		f.at, f.keyword = r, keyword
		hidden(j, f)
	}
}
