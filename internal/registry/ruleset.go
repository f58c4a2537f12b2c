package registry

import (
	"hash"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Rule is one rule of a rule set; clients carry it out.
type Rule struct {
	Name      string            `json:"name,omitempty"`
	Doc       string            `json:"doc,omitempty"`
	Kind      string            `json:"kind,omitempty"` // TRANSFORM, CONDITION
	Mode      string            `json:"mode,omitempty"` // WRITE, READ, WRITEREAD; UPGRADE, DOWNGRADE, UPDOWN
	Type      string            `json:"type,omitempty"` // CEL, JSONATA, ENCRYPT …
	Tags      []string          `json:"tags,omitempty"`
	Params    map[string]string `json:"params,omitempty"`
	Expr      string            `json:"expr,omitempty"`
	OnSuccess string            `json:"onSuccess,omitempty"`
	OnFailure string            `json:"onFailure,omitempty"`
	Disabled  bool              `json:"disabled,omitempty"`
}

// RuleSet is what clients have to do with records of a schema.
type RuleSet struct {
	Migration []Rule `json:"migrationRules,omitempty"`
	Domain    []Rule `json:"domainRules,omitempty"`
	Encoding  []Rule `json:"encodingRules,omitempty"`
}

// normal fills in the defaults and sorts what means nothing by its order, as Confluent's clients do.
func (s *RuleSet) normal() *RuleSet {
	if s == nil {
		return nil
	}
	all := func(rules []Rule) (out []Rule) {
		for _, r := range rules {
			if r.Kind == "" {
				r.Kind = "TRANSFORM"
			}
			if r.Mode == "" {
				r.Mode = "WRITEREAD"
			}
			r.Tags = sortedSet(r.Tags)
			out = append(out, r)
		}
		return out
	}
	return &RuleSet{all(s.Migration), all(s.Domain), all(s.Encoding)}
}

// ruleKinds is where a mode is legal.
var ruleModes = map[string][]string{
	"Migration": {"UPGRADE", "DOWNGRADE", "UPDOWN"},
	"Domain":    {"WRITE", "READ", "WRITEREAD"},
	"Encoding":  {"WRITE", "READ", "WRITEREAD"},
}

// check refuses rule sets that clients could not carry out. CodeRuleSet.
func (s *RuleSet) check() error {
	if s == nil {
		return nil
	}
	for _, part := range []struct {
		name  string
		rules []Rule
	}{{"Migration", s.Migration}, {"Domain", s.Domain}, {"Encoding", s.Encoding}} {
		seen := map[string]bool{}
		for i := range part.rules {
			r := &part.rules[i]
			switch {
			case !ruleName(r.Name):
				return refuse(CodeRuleSet, "Invalid ruleset: a rule wants a name of letters, digits and _ that begins with no digit, not '%s'", shortened(r.Name))
			case seen[r.Name]:
				return refuse(CodeRuleSet, "Invalid ruleset: Found rule with duplicate name '%s'", shortened(r.Name))
			case r.Type == "":
				return refuse(CodeRuleSet, "Invalid ruleset: rule '%s': Missing rule type", shortened(r.Name))
			case r.Kind != "TRANSFORM" && r.Kind != "CONDITION":
				return refuse(CodeRuleSet, "Invalid ruleset: rule '%s': kind is TRANSFORM or CONDITION", shortened(r.Name))
			case !slices.Contains(ruleModes[part.name], r.Mode):
				return refuse(CodeRuleSet, "Invalid ruleset: rule '%s': %s rules can only be %s", shortened(r.Name), part.name, strings.Join(ruleModes[part.name], ", "))
			}
			seen[r.Name] = true
		}
	}
	return nil
}

func ruleName(s string) bool {
	for i, c := range s {
		if !unicode.IsLetter(c) && c != '_' && (i == 0 || !unicode.IsDigit(c)) {
			return false
		}
	}
	return s != ""
}

// mergeRules gives the rules of both; of two with one name that of over.
func mergeRules(base, over *RuleSet) *RuleSet {
	switch {
	case base == nil:
		return over
	case over == nil:
		return base
	}
	both := func(old, given []Rule) []Rule {
		if len(given) == 0 {
			return old
		}
		kept := slices.DeleteFunc(slices.Clone(old), func(r Rule) bool {
			return slices.ContainsFunc(given, func(o Rule) bool { return o.Name == r.Name })
		})
		return append(kept, given...)
	}
	return &RuleSet{both(base.Migration, over.Migration), both(base.Domain, over.Domain), both(base.Encoding, over.Encoding)}
}

func (s *RuleSet) equal(o *RuleSet) bool { return text(s.normal()) == text(o.normal()) }

// put adds the rule to Confluent's hash.
func (r *Rule) put(h hash.Hash) {
	put(h, r.Name, r.Doc, r.Kind, r.Mode, r.Type)
	put(h, sortedSet(r.Tags)...)
	for _, k := range slices.Sorted(maps.Keys(r.Params)) {
		put(h, k, r.Params[k])
	}
	put(h, r.Expr, r.OnSuccess, r.OnFailure)
	if r.Disabled {
		h.Write([]byte{1})
	}
}
