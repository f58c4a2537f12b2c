package access

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Masking says of which class fields are, and what happens to each class. It is part of a policy.
type Masking struct {
	Classes map[string]Class // public, unknown and secret are there in any case, and may be said otherwise
	Rules   []Rule
	Keys    Keys // of tokens

	Detectors Detectors // hide what is found in fields that rules show

	// TokensForProducers shows tokens to whoever may write to a topic. They can write a guess and compare its token, so that a class of few
	// values is no secret to them: without it they see such fields redacted.
	TokensForProducers bool
}

// Class is a kind of data with what happens to it.
type Class struct {
	Rank      int // of all rules for a field the class with the highest rank holds
	Action    MaskAction
	Normalise Normaliser
	HideNull  bool
	KeyGroups KeepKeyGroups // of masks that are tokens, in files that are to run again
}

// Rule gives the fields of a part a class: those at paths, or those that their schema gives a tag.
type Rule struct {
	Topics   []string // globs of topics; empty: all
	Jobs     []string // globs of jobs; empty: all. With Topics: either
	Part     Part
	Paths    map[string]string // class by path, as pattern has it; "" = the whole value, where it is one scalar
	Tags     []string          // in place of Paths: fields with one of these tags in their schema, in any case of letters
	Class    string            // of fields with a tag
	Override bool              // holds against classes of a higher rank that have no override
}

// Tagged are the fields of one schema that have tags. A schema's is made once: plans are kept by its address.
type Tagged struct {
	Schema string // for people
	Fields []TaggedField
	Whole  bool // these are all; else any field may have a tag, and where rules go by tags none is shown

	// Added is what people call fields, in the catalog: it makes classes higher, never lower, since more people may tag than write policies.
	Added []TaggedField
}

// TaggedField is a field with what its schema calls it.
type TaggedField struct {
	Path string // as rules have it
	Tags []string
}

// Classes that are always there.
const (
	ClassPublic = "public"
	ClassSecret = "secret"
)

// builtIn are classes as they are unless a policy says otherwise. What no rule names is hidden.
var builtIn = map[string]Class{
	ClassPublic:  {Rank: 0, Action: MaskAction{Mask: Clear}},
	ClassUnknown: {Rank: 90, Action: MaskAction{Mask: Redact}},
	ClassSecret:  {Rank: 100, Action: MaskAction{Mask: Drop}},
}

// rule is one path of a Rule, compiled.
type rule struct {
	class    *class
	override bool
}

// class is a Class, compiled.
type class struct {
	Class
	name   string
	tokens *tokenizer
}

// masking is a Masking, compiled.
type masking struct {
	classes map[string]*class
	rules   []compiledRule
	detect  detectors
	source  Masking         // what it was compiled from
	writers map[string]bool // roles that may write to a topic
}

type compiledRule struct {
	Rule
	paths  []compiledPath
	names  []string // of paths, as they were written
	tagged *rule    // nil: it is one of paths
}

type compiledPath struct {
	pattern
	rule
}

// compile checks all of it; the error names each mistake.
func (m *Masking) compile() (*masking, error) {
	c := &masking{classes: make(map[string]*class), source: *m}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	all := maps.Clone(builtIn)
	maps.Copy(all, m.Classes)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		x := &class{Class: all[name], name: name}
		if err := x.Action.check(); err != nil {
			say("class %s: %v", name, err)
		}
		if !x.Normalise.Valid() {
			say("class %s: there is no way %q to normalise", name, x.Normalise)
		}
		if x.Action.makesTokens() {
			var err error
			if x.tokens, err = m.Keys.tokenizer(name, x.Normalise); err != nil {
				say("%v", err)
			} else if m.Keys.keep != nil && x.KeyGroups != KeepNone {
				if x.tokens.kept, err = m.Keys.keep.of(name, &x.Class, m.Keys); err != nil {
					say("class %s: %v", name, err)
				}
			}
		}
		if x.KeyGroups != KeepNone && x.Action.Mask != Token {
			say("class %s: key groups are kept by the mask token alone, and its mask is %s", name, x.Action.Mask)
		}
		c.classes[name] = x
	}
	c.rules = flinksOwn(c.classes[ClassPublic])
	for i, r := range m.Rules {
		one := compiledRule{Rule: r}
		if !slices.Contains(parts, r.Part) {
			say("rule %d: part %q is none of %s", i+1, r.Part, joinParts())
		}
		for _, path := range slices.Sorted(maps.Keys(r.Paths)) {
			p, err := parsePattern(path)
			if err != nil {
				say("rule %d: %v", i+1, err)
				continue
			}
			of := c.classes[r.Paths[path]]
			if of == nil {
				say("rule %d: path %s: there is no class %q", i+1, path, r.Paths[path])
				continue
			}
			one.paths = append(one.paths, compiledPath{p, rule{of, r.Override}})
			one.names = append(one.names, path)
		}
		if len(r.Tags) > 0 {
			of := c.classes[r.Class]
			if of == nil {
				say("rule %d: there is no class %q", i+1, r.Class)
				continue
			}
			one.tagged = &rule{of, r.Override}
		}
		c.rules = append(c.rules, one)
	}
	c.detect = m.Detectors.compile(c.classes, say)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("masking: %s", strings.Join(wrong, "; "))
	}
	return c, nil
}

// flinksOwn are rules for what no record is in: classes and frames of exceptions, where they were thrown, and of a log line who wrote it. Any
// rule of a policy with a higher rank holds against them.
func flinksOwn(public *class) (all []compiledRule) {
	exception := []string{"where.operator", "where.task", "where.source", "at_us"}
	for depth, cause := 0, ""; depth < 9; depth, cause = depth+1, cause+"cause." {
		exception = append(exception, cause+"class", cause+"stack")
	}
	for part, paths := range map[Part][]string{PartException: exception, PartLog: {"level", "logger", "thread", "class"}} {
		one := compiledRule{Rule: Rule{Part: part}}
		for _, path := range paths {
			p, err := parsePattern(path)
			if err != nil {
				panic(err) // of a constant
			}
			one.paths = append(one.paths, compiledPath{p, rule{class: public}})
			one.names = append(one.names, path)
		}
		all = append(all, one)
	}
	return all
}

// parts are all that rules may name.
var parts = []Part{PartKey, PartValue, PartHeader, PartState, PartTimer, PartException, PartLog, PartSQL, PartArg, PartLocal}

func joinParts() string {
	var all []string
	for _, p := range parts {
		all = append(all, string(p))
	}
	return strings.Join(all, ", ")
}

// covers tells whether a rule is for a subject.
func (r *Rule) covers(s Subject) bool {
	if r.Part != s.Part {
		return false
	}
	if len(r.Topics)+len(r.Jobs) == 0 {
		return true
	}
	return named(s.Resource, "topic", r.Topics) || named(s.Resource, "job", r.Jobs)
}

// wants tells whether a field with these tags is one that a rule is for.
func (r *Rule) wants(tags []string) bool {
	return slices.ContainsFunc(tags, func(t string) bool {
		return slices.ContainsFunc(r.Tags, func(x string) bool { return strings.EqualFold(t, x) })
	})
}

// named tells whether the segment behind one of that kind is one of globs.
func named(r Resource, kind string, globs []string) bool {
	segments := strings.Split(string(r), "/")
	for i := 1; i < len(segments); i++ {
		if segments[i-1] == kind {
			return slices.ContainsFunc(globs, func(g string) bool { return glob(insidePattern.Replace(g), segments[i], false) })
		}
	}
	return false
}

// insidePattern is insideSegment for a glob, whose stars stay.
var insidePattern = strings.NewReplacer("/", "%2F", "%", "%25")

// plan is a policy's masking for one principal and one subject.
type plan struct {
	*masking
	rules  *trie
	higher *trie           // of what people call fields
	clear  map[string]bool // classes that the principal sees
	guess  bool            // the principal may write what they like, and is shown no tokens
	places places
}

func (m *masking) plan(s Subject, clear map[string]bool, guess bool) *plan {
	p := &plan{masking: m, rules: new(trie), higher: new(trie), clear: clear, guess: guess}
	for i := range m.rules {
		r := &m.rules[i]
		if !r.covers(s) {
			continue
		}
		for j := range r.paths {
			p.rules.add(r.paths[j].pattern, &r.paths[j].rule)
		}
		if r.tagged == nil || s.Tagged == nil {
			continue
		}
		for _, f := range s.Tagged.Added {
			if !r.wants(f.Tags) {
				continue
			}
			if at, err := parsePattern(f.Path); err == nil {
				p.higher.add(at, r.tagged)
			}
		}
		unclear := !s.Tagged.Whole
		for _, f := range s.Tagged.Fields {
			if !r.wants(f.Tags) {
				continue
			}
			if at, err := parsePattern(f.Path); err == nil {
				p.rules.add(at, r.tagged)
			} else {
				unclear = true
			}
		}
		if unclear {
			p.rules.add(pattern{{deep: true}}, &rule{class: m.classes[ClassUnknown]})
		}
	}
	p.places.root = p.place(nil)
	return p
}

// ruleOf gives the class of what is at a path: of the rules with an override, if there is one, else of all, that of the highest rank. Rules of
// one rank with different classes: the name decides, so that the order of rules does not.
func (p *plan) ruleOf(path Path) rule {
	var held *rule
	p.rules.find(path, func(r *rule) {
		if held == nil || r.over(held) {
			held = r
		}
	})
	if held == nil {
		held = &rule{class: p.classes[ClassUnknown]}
	}
	if held.override {
		return *held // the policy's word about this very field
	}
	p.higher.find(path, func(r *rule) {
		if r.class.Rank > held.class.Rank {
			held = &rule{class: r.class}
		}
	})
	return *held
}

// over tells whether a rule holds against another one.
func (r *rule) over(x *rule) bool {
	if r.override != x.override {
		return r.override
	}
	return cmp.Or(cmp.Compare(r.class.Rank, x.class.Rank), strings.Compare(r.class.name, x.class.name)) > 0
}

// Leaf is that of Plan.
func (p *plan) Leaf(path Path, v event.Value) Treatment { return p.treatWhole(p.place(path), v) }

func (p *plan) treat(c *class) Treatment {
	if p.clear[c.name] || c.Action.Mask == Clear {
		return Treatment{Class: c.name, Mask: Clear}
	}
	if p.guess && c.Action.makesTokens() {
		return Treatment{Class: c.name, Mask: Redact}
	}
	return Treatment{Class: c.name, Mask: c.Action.Mask, of: c}
}

// Named is that of Plan.
func (p *plan) Named(path Path) bool { return p.rules.holds(path) }
