package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
	"github.com/sightglass/sightglass/internal/event"
)

// Case says what a policy is to decide, or to show.
type Case struct {
	Line  int
	Who   Principal
	Claim map[string]any // in place of roles: what the identity provider says
	Grant string         // rule of a grant that they have of all that it allows; empty = none

	May  Action // a case of a decision
	On   Resource
	Want Effect
	By   string // role that must have decided; empty: any

	What Subject           // a case of masking
	Sees map[string]string // by path: the mask, or clear; a class's name with a colon before it
}

// CaseOutcome is what became of a case.
type CaseOutcome struct {
	Case
	OK  bool
	Got string // in words, what the policy does
}

// ReadCases reads cases. The error is Problems.
func ReadCases(text string) ([]Case, error) {
	r := &fileReader{Reader: document.NewReader("a file of cases")}
	var all []Case
	if root := r.Root(text); root != nil {
		r.Members(root, "a file of cases", map[string]func(*yaml.Node){
			"cases": func(n *yaml.Node) { all = document.List(r.Reader, n, 10_000, r.caseOf) },
		})
	}
	return all, r.Err()
}

func (r *fileReader) caseOf(n *yaml.Node) Case {
	c := Case{Line: n.Line, Who: Principal{ID: "case:" + fmt.Sprint(n.Line), Name: "a case"}}
	var topic, job, in string
	r.Members(n, "a case", map[string]func(*yaml.Node){
		"role":  func(n *yaml.Node) { c.Who.Roles = append(c.Who.Roles, r.Text(n)) },
		"roles": func(n *yaml.Node) { c.Who.Roles = append(c.Who.Roles, document.List(r.Reader, n, 100, r.Text)...) },
		"claims": func(n *yaml.Node) {
			if err := document.Follow(n).Decode(&c.Claim); err != nil {
				r.Fail(n, "claims are what the identity provider says, as in {groups: [a]}")
			}
		},
		"may": func(n *yaml.Node) {
			if c.May = Action(r.Text(n)); !c.May.Valid() {
				r.Fail(n, "there is no action %q", c.May)
			}
		},
		"on":    func(n *yaml.Node) { c.On = Resource(r.Text(n)) },
		"want":  func(n *yaml.Node) { c.Want = Effect(r.Word(n, string(Allow), string(Deny))) },
		"by":    func(n *yaml.Node) { c.By = r.Text(n) },
		"grant": func(n *yaml.Node) { c.Grant = r.Text(n) },
		"in":    func(n *yaml.Node) { in = r.Text(n) },
		"topic": func(n *yaml.Node) { topic = r.Text(n) },
		"job":   func(n *yaml.Node) { job = r.Text(n) },
		"part": func(n *yaml.Node) {
			if of := r.parts(n); len(of) > 0 {
				c.What.Part = of[0]
			}
		},
		"sees": func(n *yaml.Node) {
			c.Sees = make(map[string]string)
			r.each(n, "paths", func(path string, at, mask *yaml.Node) {
				if _, err := parsePattern(path); err != nil {
					r.Fail(at, "%v", err)
				}
				c.Sees[path] = r.Text(mask)
			})
		},
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
		return c
	case len(c.Who.Roles) == 0 && c.Claim == nil:
		r.Fail(n, "whose case this is: role, roles or claims")
	case (c.May == "") == (c.Sees == nil):
		r.Fail(n, "a case has may, on and want, or sees with a topic or a job")
	case c.May != "" && (c.On == "" || c.Want == ""):
		r.Fail(n, "to may belong on, a resource, and want, allow or deny")
	case c.Sees != nil && (topic == "") == (job == ""):
		r.Fail(n, "to sees belongs a topic or a job")
	}
	c.What.Resource = SubjectIn(in, topic, job)
	c.What.Part = Part(cmp.Or(string(c.What.Part), string(PartValue)))
	return c
}

// SubjectOf is the resource by which rules find fields of a topic or, where it is empty, of a job, whatever cluster or environment it is in.
func SubjectOf(topic, job string) Resource {
	return SubjectIn("", topic, job)
}

// SubjectIn is SubjectOf in one cluster or environment, for grants, which are for resources.
func SubjectIn(in, topic, job string) Resource {
	in = cmp.Or(in, "any")
	if topic != "" {
		return ResourceOf("cluster", in, "topic", topic)
	}
	return ResourceOf("flink", in, "job", job, "recording", "any")
}

// Try tells what becomes of a case.
func (p *Policy) Try(c Case) CaseOutcome {
	who := c.Who
	if c.Claim != nil {
		who.Roles = append(slices.Clone(who.Roles), p.RolesOf(c.Claim)...)
	}
	out := CaseOutcome{Case: c, OK: true}
	if c.Grant != "" {
		with, err := p.WithRule(who, c.Grant)
		if err != nil {
			out.OK, out.Got = false, err.Error()
			return out
		}
		p = with
	}
	if c.May != "" {
		d := p.Decide(who, c.May, c.On)
		out.Got = d.Reason
		out.OK = d.Allowed == (c.Want == Allow) && (c.By == "" || c.By == d.Role)
		return out
	}
	var got []string
	for _, path := range sortedPaths(c.Sees) {
		e := p.ExplainPath(who, c.What, path)
		want, class, _ := strings.Cut(c.Sees[path], ":")
		if want != "" && want != string(e.Mask) || class != "" && class != e.Class {
			out.OK = false
			got = append(got, fmt.Sprintf("%s is %s, %s", path, e.Class, e.Mask))
		}
	}
	out.Got = strings.Join(got, "; ")
	return out
}

func sortedPaths(of map[string]string) []string {
	all := make([]string, 0, len(of))
	for path := range of {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// PathExplained says what happens to the fields at a path, and by which of the rules.
type PathExplained struct {
	Class string
	Mask  Mask
	Rules []string // that name the path, as they stand in the policy; empty: none does
	By    string   // role that lifts the mask; empty: none does
	Grant string   // id of the grant that lifts it, where no role does
}

// ExplainPath says what who sees of the fields at a path, which must be one that has a pattern.
func (p *Policy) ExplainPath(who Principal, what Subject, path string) PathExplained {
	steps, err := parsePattern(path)
	if err != nil {
		return PathExplained{Class: ClassUnknown, Mask: Redact}
	}
	at := make(Path, len(steps))
	for i, s := range steps {
		at[i] = s.name
	}
	t := p.Plan(who, what).Leaf(at, event.TextValue(event.ValueString, ""))
	out := PathExplained{Class: t.Class, Mask: t.Mask, Rules: []string{}}
	if p == nil || p.masking == nil {
		return out
	}
	for i := range p.masking.rules {
		r := &p.masking.rules[i]
		if !r.covers(what) {
			continue
		}
		for j := range r.paths {
			one := new(trie)
			one.add(r.paths[j].pattern, &r.paths[j].rule)
			one.find(at, func(x *rule) {
				of := strings.Join(append(slices.Clone(r.Topics), r.Jobs...), ", ")
				text := fmt.Sprintf("%s of %s: %s is %s, rank %d", r.Part, cmp.Or(of, "everything"), cmp.Or(r.names[j], "the whole value"), x.class.name, x.class.Rank)
				if x.override {
					text += ", overrides"
				}
				out.Rules = append(out.Rules, text)
			})
		}
	}
	for _, name := range who.Roles {
		if clear := p.roles[name].Clear; slices.Contains(clear, "*") || slices.Contains(clear, t.Class) {
			out.By = name
			return out
		}
	}
	bare := *p
	bare.granted = nil
	if own := bare.Plan(who, what).Leaf(at, event.TextValue(event.ValueString, "")); t.Mask == Clear && own.Mask != Clear {
		out.Class = own.Class
		for _, g := range p.granted[who.ID] {
			if p.mayAsk(who, g.Rule) && g.on(what.Resource) && (slices.Contains(g.clear, allClasses) || slices.Contains(g.clear, own.Class)) {
				out.Grant = g.ID
				break
			}
		}
	}
	return out
}
