package access

import (
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Part says which part of a record or of a program a payload is. Rules are for one part; no part inherits another's.
type Part string

// The parts.
const (
	PartKey       Part = "key"
	PartValue     Part = "value"
	PartHeader    Part = "header"
	PartState     Part = "state"
	PartTimer     Part = "timer"
	PartException Part = "exception"
	PartLog       Part = "log"
	PartSQL       Part = "sql"
	PartArg       Part = "arg"
	PartLocal     Part = "local"
)

// Subject is what a payload belongs to.
type Subject struct {
	Resource Resource
	Part     Part
	Tagged   *Tagged // of its schema; nil = nothing is known of tags
}

// Mask is what happens to a leaf.
type Mask string

// Masks that need nothing. The empty Mask hides as Redact does, so that a forgotten case shows nothing.
const (
	Clear  Mask = "clear"
	Redact Mask = "redact" // text ***, numbers 0, false, no bytes, times at the epoch
	Drop   Mask = "drop"   // the leaf is not there
)

// ClassUnknown is the class of what no rule names.
const ClassUnknown = "unknown"

// Treatment is a leaf's class and mask.
type Treatment struct {
	Class string
	Mask  Mask

	of *class // what makes the mask; nil: it is redacted
}

// shown is what stands in place of a value.
func (t *Treatment) shown(v event.Value) string {
	if t.of == nil {
		return redacted(v.Kind())
	}
	return t.of.of(v)
}

// Plan is a policy compiled for one principal and subject. Implementations MUST be pure and safe for use by many goroutines.
type Plan interface {
	// Leaf says what happens to the value at path. The value of a leaf that was not decoded is of kind ValueNone.
	// It is asked for every leaf but nulls, before anything looks at the leaf.
	Leaf(path Path, v event.Value) Treatment

	// Named reports whether the member name at the end of path may be shown. It is asked only where names are data
	// themselves, in JSON without a schema; a name that is not shown becomes key_1, key_2, … in order.
	Named(path Path) bool
}

// Path is the way from the root to a leaf: member names, [] for a list's element, {} for a map's value, {key} for its key, ~json for what a
// text holds that is JSON.
type Path []string

// Text writes p as rules do: items[].sku, totals{}, "odd.name".x.
func (p Path) Text() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s == elementStep || s == valueStep || s == keyStep || s == jsonStep:
			b.WriteString(s)
			continue
		case i > 0:
			b.WriteByte('.')
		}
		if strings.ContainsAny(s, `.[]{}*"~`) {
			b.WriteString(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
			continue
		}
		b.WriteString(s)
	}
	return b.String()
}

const (
	elementStep = "[]"
	valueStep   = "{}"
	keyStep     = "{key}"
)

// Plan compiles the policy for who and what. Without masking a principal sees everything or nothing of payload, depending on whether a
// role or a grant of theirs lifts all masks.
func (p *Policy) Plan(who Principal, what Subject) Plan {
	switch {
	case p.clearsOn(who, what.Resource):
		return clearPlan{}
	case p == nil || p.masking == nil || who.ID == "":
		return hiddenPlan{}
	}
	return p.plans.of(p.masking, what, p.LiftedOn(who, what.Resource), p.guesses(who))
}

// clearPlan shows everything.
type clearPlan struct{}

func (clearPlan) Leaf(Path, event.Value) Treatment { return Treatment{Class: "public", Mask: Clear} }
func (clearPlan) Named(Path) bool                  { return true }

// hiddenPlan is the default: no rule names anything.
type hiddenPlan struct{}

func (hiddenPlan) Leaf(Path, event.Value) Treatment {
	return Treatment{Class: ClassUnknown, Mask: Redact}
}
func (hiddenPlan) Named(Path) bool { return false }
