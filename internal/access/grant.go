package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// allClasses in a list of classes stands for all of them.
const allClasses = "*"

// Bounds of grants.
const (
	GrantDefault = time.Hour     // how long one lasts unless somebody asks for another time
	GrantMost    = 8 * time.Hour // the longest that a rule may allow
	GrantReason  = 1024          // bytes of the reason that who asks gives
)

// ErrGrant: what was asked for is not what the policy's rule allows; the text says what.
var ErrGrant = errors.New("this cannot be granted")

// GrantRule says what may be granted for a while to who asks for it, beyond their roles. Who may ask for it may GrantRequest on its resource,
// and who may approve it GrantApprove.
type GrantRule struct {
	Name      string
	Clear     []string // classes whose mask is lifted; "*" = all
	Role      string   // what this role may do, and the classes that it lifts; empty = nothing more may be done
	Resources []string // patterns: on these alone
	For       time.Duration
	Approve   bool // somebody else has to approve it
}

// GrantResource is what access decides on for a rule of grants.
func GrantResource(rule string) Resource { return ResourceOf("grant", rule) }

// Grant is what one person is given for a while. What it comes to is bounded by its rule in the policy that is in force.
type Grant struct {
	ID        string
	Rule      string
	Principal string   // whose it is, an ID: of the person, not of one of their tokens
	Via       string   // id of the token that asked for it, which has it as well; empty = the person asked
	Clear     []string // of the rule's classes
	Resources []string // patterns, each inside one of the rule's
	Role      string   // the rule's at the time
	Reason    string   // that was given
	Began     time.Time
	Until     time.Time // it is over then
}

// Person is whose rights and doings a principal's are: a token is its owner's.
func (who Principal) Person() string {
	if who.Owner != "" {
		return who.Owner
	}
	return who.ID
}

// granted is a grant that is in force, with its rule.
type granted struct {
	Grant
	role  *Role // nil = it lifts masks alone
	clear []string
	bound []string // patterns of the rule
}

func (g *granted) on(r Resource) bool {
	return slices.ContainsFunc(g.Resources, r.matches) && slices.ContainsFunc(g.bound, r.matches)
}

// GrantRules are the policy's, by name.
func (p *Policy) GrantRules() []GrantRule {
	if p == nil {
		return nil
	}
	all := make([]GrantRule, 0, len(p.grantRules))
	for _, r := range p.grantRules {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b GrantRule) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// GrantRule is one of them.
func (p *Policy) GrantRule(name string) (GrantRule, bool) {
	if p == nil {
		return GrantRule{}, false
	}
	r, ok := p.grantRules[name]
	return r, ok
}

// GrantClasses are the classes that grants of a rule may lift.
func (p *Policy) GrantClasses(r GrantRule) []string {
	all := append(slices.Clone(r.Clear), p.roles[r.Role].Clear...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Ask makes of a wish a grant that its rule allows; it is not in force by that. Classes and resources that are not named are all of the rule's,
// and length 0 is GrantDefault or the rule's, whichever is less. Errors: ErrGrant.
func (p *Policy) Ask(g Grant, length time.Duration) (Grant, time.Duration, error) {
	rule, ok := p.GrantRule(g.Rule)
	if !ok {
		return g, 0, fmt.Errorf("%w: the access policy has no such rule", ErrGrant)
	}
	classes := p.GrantClasses(rule)
	if len(g.Clear) == 0 {
		g.Clear = classes
	}
	for _, c := range g.Clear {
		if !slices.Contains(classes, c) && !slices.Contains(classes, allClasses) {
			return g, 0, fmt.Errorf("%w: the rule does not lift the mask of class %q; it lifts %s", ErrGrant, c, orNone(classes))
		}
	}
	if len(g.Resources) == 0 {
		g.Resources = slices.Clone(rule.Resources)
	}
	for _, r := range g.Resources {
		if why := wrongPattern(r); why != "" {
			return g, 0, fmt.Errorf("%w: %s", ErrGrant, why)
		}
		if !slices.ContainsFunc(rule.Resources, func(bound string) bool { return inside(r, bound) }) {
			return g, 0, fmt.Errorf("%w: %s is not inside what the rule is for: %s", ErrGrant, r, strings.Join(rule.Resources, ", "))
		}
	}
	if g.Reason = strings.TrimSpace(g.Reason); g.Reason == "" || len(g.Reason) > GrantReason {
		return g, 0, fmt.Errorf("%w: a reason is wanted, of at most %d bytes", ErrGrant, GrantReason)
	}
	switch {
	case length == 0:
		length = min(GrantDefault, rule.For)
	case length < time.Minute || length > rule.For:
		return g, 0, fmt.Errorf("%w: the rule allows from 1m to %s", ErrGrant, shortTime(rule.For))
	}
	g.Role = rule.Role
	return g, length, nil
}

// shortTime is a duration without the units that are zero.
func shortTime(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func orNone(of []string) string {
	if len(of) == 0 {
		return "none"
	}
	return strings.Join(of, ", ")
}

// inside tells whether a pattern covers nothing that another one does not: its stars are taken for text, which only stars of the other match.
func inside(pattern, bound string) bool {
	if strings.HasSuffix(pattern, "**") && !strings.HasSuffix(bound, "**") {
		return false
	}
	return Resource(pattern).matches(bound)
}

// withGrants is p with grants in force, as they are at a time. next is when the first of them is over; zero = none is in force. A grant whose rule
// is gone is not in force, and what its rule does not allow any more is not given.
func (p *Policy) withGrants(list []Grant, at time.Time) (_ *Policy, next time.Time) {
	if p == nil || len(p.granted) == 0 && len(list) == 0 {
		return p, next
	}
	out := *p
	out.granted = make(map[string][]granted)
	for _, g := range list {
		rule, ok := p.grantRules[g.Rule]
		if !ok || g.Principal == "" {
			continue
		}
		if most := g.Began.Add(rule.For); most.Before(g.Until) {
			g.Until = most
		}
		if !at.Before(g.Until) {
			continue
		}
		in := granted{Grant: g, clear: common(g.Clear, p.GrantClasses(rule)), bound: rule.Resources}
		if g.Role != "" && g.Role == rule.Role {
			role := p.roles[g.Role]
			in.role = &role
		}
		if next.IsZero() || g.Until.Before(next) {
			next = g.Until
		}
		out.granted[g.Principal] = append(out.granted[g.Principal], in)
		if g.Via != "" && g.Via != g.Principal {
			out.granted[g.Via] = append(out.granted[g.Via], in)
		}
	}
	return &out, next
}

// common are the classes that both lists have.
func common(a, b []string) []string {
	switch {
	case slices.Contains(a, allClasses):
		return b
	case slices.Contains(b, allClasses):
		return a
	}
	return slices.DeleteFunc(slices.Clone(a), func(c string) bool { return !slices.Contains(b, c) })
}

// mayAsk tells whether the roles of who let them ask for grants of a rule: who lost that has no use of what was granted. A token's scope has
// been looked at when it asked.
func (p *Policy) mayAsk(who Principal, rule string) bool {
	return p.byRoles(who, GrantRequest, GrantResource(rule)).Allowed
}

// GrantsOf are the grants that who has now, in order of their beginnings.
func (p *Policy) GrantsOf(who Principal) (all []Grant) {
	if p == nil {
		return nil
	}
	for _, g := range p.granted[who.ID] {
		if p.mayAsk(who, g.Rule) {
			g.Clear = g.clear
			all = append(all, g.Grant)
		}
	}
	slices.SortStableFunc(all, func(a, b Grant) int { return a.Began.Compare(b.Began) })
	return all
}

// byGrants is Decide by grants alone. No grant lets anybody ask for grants or approve them.
func (p *Policy) byGrants(who Principal, a Action, r Resource) Decision {
	for _, g := range p.granted[who.ID] {
		if !g.lends(a) || !g.on(r) || !p.mayAsk(who, g.Rule) {
			continue
		}
		at, denied := 0, false
		for i, s := range g.role.Statements {
			if s.covers(a, r) {
				denied = denied || s.Effect == Deny
				if at == 0 && s.Effect == Allow {
					at = i + 1
				}
			}
		}
		if at > 0 && !denied {
			return Decision{Allowed: true, Role: g.Role, Statement: at, Grant: g.ID, Reason: fmt.Sprintf("grant %s (%s) gives role %s, which allows %s on %s", g.ID, g.Rule, g.Role, a, r)}
		}
	}
	return Decision{}
}

// lends tells whether a grant gives a role that could allow an action.
func (g *granted) lends(a Action) bool {
	return g.role != nil && a != GrantRequest && a != GrantApprove
}

func (p *Policy) somewhereByGrants(who Principal, a Action) Decision {
	for _, g := range p.granted[who.ID] {
		if !g.lends(a) || !p.mayAsk(who, g.Rule) {
			continue
		}
		for i, s := range g.role.Statements {
			if s.Effect == Allow && len(s.Resources) > 0 && s.takes(a) {
				return Decision{Allowed: true, Role: g.Role, Statement: i + 1, Grant: g.ID, Reason: fmt.Sprintf("grant %s (%s) gives role %s, which allows %s on some things", g.ID, g.Rule, g.Role, a)}
			}
		}
	}
	return Decision{}
}

func (p *Policy) belowByGrants(who Principal, a Action, beginning string) bool {
	begins := func(pattern string) bool { return mayBegin(pattern, beginning) }
	return slices.ContainsFunc(p.granted[who.ID], func(g granted) bool {
		return g.lends(a) && p.mayAsk(who, g.Rule) && slices.ContainsFunc(g.Resources, begins) && slices.ContainsFunc(g.bound, begins) &&
			slices.ContainsFunc(g.role.Statements, func(s Statement) bool {
				return s.Effect == Allow && s.takes(a) && slices.ContainsFunc(s.Resources, begins)
			})
	})
}

// LiftedOn are the classes whose mask a role of who lifts, or on this resource a grant, in order; "*" is all of them.
func (p *Policy) LiftedOn(who Principal, r Resource) []string {
	all := p.Lifted(who)
	if p == nil || len(p.granted) == 0 {
		return all
	}
	for _, g := range p.granted[who.ID] {
		if len(g.clear) > 0 && g.on(r) && p.mayAsk(who, g.Rule) {
			all = append(all, g.clear...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Under are the grants of who that a look at a resource may be under, for the audit log. What is shown of a job may be of topics and of other
// jobs, so all of them count there: it may name more than there was need of, and never less.
func (p *Policy) Under(who Principal, r Resource) []Grant {
	return slices.DeleteFunc(p.GrantsOf(who), func(g Grant) bool {
		return !strings.HasPrefix(string(r), "flink/") && !slices.ContainsFunc(g.Resources, r.matches)
	})
}

// LiftedUnder are the classes that who may be shown clear by a look at a resource, under roles and grants; as Under, never less.
func (p *Policy) LiftedUnder(who Principal, r Resource) []string {
	all := p.Lifted(who)
	for _, g := range p.Under(who, r) {
		all = append(all, g.Clear...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// WithRule is p for who with a grant of all that a rule allows, to look what it comes to. Errors: ErrGrant, ErrDenied.
func (p *Policy) WithRule(who Principal, rule string) (*Policy, error) {
	if _, ok := p.GrantRule(rule); !ok {
		return nil, fmt.Errorf("%w: the access policy has no rule %q", ErrGrant, rule)
	}
	if d := p.byRoles(who, GrantRequest, GrantResource(rule)); !d.Allowed {
		return nil, d.Err()
	}
	g, length, err := p.Ask(Grant{ID: rule, Rule: rule, Principal: who.ID, Reason: "to try it"}, 0)
	if err != nil {
		return nil, err
	}
	now := time.Unix(0, 0)
	g.Began, g.Until = now, now.Add(length)
	out, _ := p.withGrants([]Grant{g}, now)
	return out, nil
}
