package jsonschema

import (
	"math/big"
	"strconv"
)

func arrayRules(r, w *shape, j judge) {
	limitRules("MAX_ITEMS", "maxItems", rat(r.from.MaxItems), rat(w.from.MaxItems), true, r, w, j)
	limitRules("MIN_ITEMS", "minItems", rat(r.from.MinItems), rat(w.from.MinItems), false, r, w, j)
	switch {
	case r.from.UniqueItems == w.from.UniqueItems:
	case r.from.UniqueItems:
		j.note(finding{kind: "UNIQUE_ITEMS_ADDED", breaking: true, at: r, keyword: "/uniqueItems", say: "the reader wants items that differ, the writer does not"})
	default:
		j.note(finding{kind: "UNIQUE_ITEMS_REMOVED", at: w, keyword: "/uniqueItems", say: "only the writer's items have to differ"})
	}
	switch {
	case r.items == nil && w.items == nil:
	case r.items == nil:
		j.note(finding{kind: "SCHEMA_REMOVED", at: w, keyword: "/items", field: "[]", say: "the reader does not say what items are"})
	case w.items == nil:
		j.note(finding{kind: "SCHEMA_ADDED", breaking: true, at: r, keyword: "/items", field: "[]", say: "the reader says what all items are, the writer does not"})
	default:
		j.descend(r.items, w.items, "[]")
	}
	tupleRules(r, w, j)
	additionalRules("ITEMS", "/additionalItems", "[]", r, w, j)
	f := finding{kind: "CONTAINS_CHANGED", say: "contains differs"}
	hiddenPair(r.contains, w.contains, r, "/contains", j, f)
	if r.contains != nil && r.from.MaxContains != nil && w.contains != nil {
		hiddenPair(w.contains, r.contains, r, "/contains", j, f)
	}
	if r.contains != nil {
		unseen := unseenLimits{j}
		limitRules("MIN_CONTAINS", "minContains", orOne(r.from.MinContains), orOne(w.from.MinContains), false, r, w, unseen)
		limitRules("MAX_CONTAINS", "maxContains", rat(r.from.MaxContains), rat(w.from.MaxContains), true, r, w, unseen)
	}
	unevaluatedRules("UNEVALUATED_ITEMS_CHANGED", "/unevaluatedItems", r, w, len(w.tuple) != len(r.tuple), j)
}

// tupleRules compares items by their places. Items that one side alone lists are judged by the content model of the other.
func tupleRules(r, w *shape, j judge) {
	both := min(len(r.tuple), len(w.tuple))
	for i := range both {
		j.descend(r.tuple[i], w.tuple[i], "[]")
	}
	for i := both; i < len(r.tuple); i++ {
		mine := r.tuple[i]
		f := finding{at: mine, field: "[]", args: []any{strconv.Itoa(i)}}
		switch {
		case w.closed:
			f.kind, f.say = "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL", "item %s was added to a closed content model: the writer's tuple ends before it"
		case w.additional != nil && j.ask(mine, w.additional):
			f.kind, f.say = "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "item %s was added to a partially open content model: all that the writer's additional items may be fits"
		case w.additional != nil:
			f.kind, f.breaking, f.say = "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", true, "item %s was added to a partially open content model: the writer's additional items may be what does not fit"
		case mine.kind == anything:
			f.kind, f.say = "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", "item %s was added to an open content model and may be anything"
		default:
			f.kind, f.breaking, f.say = "ITEM_ADDED_TO_OPEN_CONTENT_MODEL", true, "item %s was added to an open content model: the writer's array may have anything at that place"
		}
		j.note(f)
	}
	for i := both; i < len(w.tuple); i++ {
		theirs := w.tuple[i]
		f := finding{at: theirs, field: "[]", args: []any{strconv.Itoa(i)}}
		switch {
		case r.closed && theirs.kind == nothing:
			f.kind, f.say = "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", "item %s was removed from a closed content model; the writer's array could not have it"
		case r.closed:
			f.kind, f.breaking, f.say = "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", true, "item %s was removed from a closed content model: the reader's tuple ends before it"
		case r.additional != nil && j.ask(r.additional, theirs):
			f.kind, f.say = "ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "item %s was removed from a partially open content model: the reader's additional items may be all that it was"
		case r.additional != nil:
			f.kind, f.breaking, f.say = "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", true, "item %s was removed from a partially open content model: the reader's additional items may not be all that it was"
		default:
			f.kind, f.say = "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL", "item %s was removed from an open content model"
		}
		j.note(f)
	}
}

// unseenLimits is a judge for bounds that Confluent's rules do not look at.
type unseenLimits struct{ judge }

func (u unseenLimits) note(f finding) {
	f.breaking = f.breaking && u.strict()
	u.judge.note(f)
}

func orOne(n *int) *big.Rat {
	if n == nil {
		return big.NewRat(1, 1)
	}
	return rat(n)
}
