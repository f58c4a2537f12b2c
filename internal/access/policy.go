package access

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ErrDenied is what Decision.Err wraps.
var ErrDenied = errors.New("not permitted")

// Effect says whether a statement permits or forbids.
type Effect string

// The effects.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Statement permits or forbids actions on resources. "*" stands for every action; resource patterns take * within a segment
// and a trailing **.
type Statement struct {
	Effect    Effect
	Actions   []Action
	Resources []string
}

// Role is a named set of statements, and the classes of data whose mask it lifts; "*" lifts all.
type Role struct {
	Name       string
	Statements []Statement
	Clear      []string
}

// Policy decides. It is immutable and may be used by many goroutines at once. A nil or zero Policy denies everything.
type Policy struct {
	version string
	roles   map[string]Role
	masking *masking // nil: of payload a principal sees all or nothing
	plans   *plans
	binding []Binding
	limits  Limits

	grantRules map[string]GrantRule
	granted    map[string][]granted // by the id of who has them
}

// NewPolicy checks and compiles roles. version is shown in audit entries and views of the policy.
func NewPolicy(version string, roles ...Role) (*Policy, error) {
	p := &Policy{version: version, roles: make(map[string]Role, len(roles))}
	for _, r := range roles {
		if r.Name == "" {
			return nil, errors.New("a role without a name")
		}
		if _, twice := p.roles[r.Name]; twice {
			return nil, fmt.Errorf("role %q is defined twice", r.Name)
		}
		for i, s := range r.Statements {
			if s.Effect != Allow && s.Effect != Deny {
				return nil, fmt.Errorf("role %q, statement %d: effect %q is neither allow nor deny", r.Name, i+1, s.Effect)
			}
			for _, a := range s.Actions {
				if a != "*" && !a.Valid() {
					return nil, fmt.Errorf("role %q, statement %d: action %q does not exist", r.Name, i+1, a)
				}
			}
		}
		p.roles[r.Name] = r
	}
	return p, nil
}

// with is p with one role more; what p has under its name is replaced.
func (p *Policy) with(r Role) *Policy {
	next := *p
	next.roles = maps.Clone(p.roles)
	if next.roles == nil {
		next.roles = make(map[string]Role, 1)
	}
	next.roles[r.Name] = r
	return &next
}

// WithMasking is the policy with classes and rules for fields.
func (p *Policy) WithMasking(m Masking) (*Policy, error) {
	c, err := m.compile()
	if err != nil {
		return nil, err
	}
	for name, r := range p.roles {
		for _, of := range r.Clear {
			if of != "*" && c.classes[of] == nil {
				return nil, fmt.Errorf("role %q lifts the mask of class %q, which does not exist", name, of)
			}
		}
	}
	c.writers = make(map[string]bool)
	for name, r := range p.roles {
		c.writers[name] = slices.ContainsFunc(r.Statements, func(s Statement) bool {
			return s.Effect == Allow && (slices.Contains(s.Actions, TopicProduce) || slices.Contains(s.Actions, "*"))
		})
	}
	next := *p
	next.masking, next.plans = c, &plans{made: make(map[planKey]*plan)}
	return &next, nil
}

// Lifted are the classes whose mask a role of who lifts, in order; "*" is all of them.
func (p *Policy) Lifted(who Principal) []string {
	var all []string
	if p == nil || who.ID == "" {
		return nil
	}
	for _, name := range who.Roles {
		all = append(all, p.roles[name].Clear...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// guesses tells whether who could write a value into a topic and compare its token with others.
func (p *Policy) guesses(who Principal) bool {
	return !p.masking.source.TokensForProducers &&
		(slices.ContainsFunc(who.Roles, func(name string) bool { return p.masking.writers[name] }) ||
			slices.ContainsFunc(p.granted[who.ID], func(g granted) bool { return p.masking.writers[g.Role] && p.mayAsk(who, g.Rule) }))
}

// Local is the policy of a server on loopback with one user: everything is allowed and clear.
func Local() *Policy {
	return &Policy{version: "local-clear", roles: map[string]Role{LocalRole: {
		Name:       LocalRole,
		Statements: []Statement{{Effect: Allow, Actions: []Action{"*"}, Resources: []string{"**"}}},
		Clear:      []string{"*"},
	}}}
}

// Version names the policy in audit entries.
func (p *Policy) Version() string {
	if p == nil {
		return ""
	}
	return p.version
}

// Decision is an answer with its reason.
type Decision struct {
	Allowed   bool
	Reason    string // one sentence for the person who asked
	Role      string // whose statement decided; empty when none applied
	Statement int    // which one, from 1
	Grant     string // id of the grant without which it would not be allowed; empty = there is none
}

// Err is nil when allowed, else an error that wraps ErrDenied and says why.
func (d Decision) Err() error {
	if d.Allowed {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrDenied, d.Reason)
}

// Decide says whether who may do a on r: no unless a statement of one of their roles allows it and none denies it. Where no role says
// anything a grant may allow it.
func (p *Policy) Decide(who Principal, a Action, r Resource) Decision {
	if p == nil || who.ID == "" || len(who.Roles) == 0 {
		return Decision{Reason: "no role is known for this principal"}
	}
	if !who.inScope(a) {
		return Decision{Reason: fmt.Sprintf("the scope of this token leaves %s out", a)}
	}
	d := p.byRoles(who, a, r)
	if d.Allowed || d.Role != "" { // a role that denies holds against grants as well
		return d
	}
	if by := p.byGrants(who, a, r); by.Allowed {
		return by
	}
	return d
}

// byRoles is Decide by the roles of who alone.
func (p *Policy) byRoles(who Principal, a Action, r Resource) Decision {
	found := Decision{Reason: fmt.Sprintf("no role of %s allows %s on %s", who.ID, a, r)}
	for _, name := range who.Roles {
		role, ok := p.roles[name]
		if !ok {
			continue
		}
		for i, s := range role.Statements {
			if !s.covers(a, r) {
				continue
			}
			if s.Effect == Deny {
				return Decision{Role: name, Statement: i + 1, Reason: fmt.Sprintf("role %s denies %s on %s", name, a, r)}
			}
			if !found.Allowed {
				found = Decision{Allowed: true, Role: name, Statement: i + 1, Reason: fmt.Sprintf("role %s allows %s on %s", name, a, r)}
			}
		}
	}
	return found
}

// DecideSomewhere says whether who may do a on anything at all. Who may asks Decide then of each thing before it shows it.
func (p *Policy) DecideSomewhere(who Principal, a Action) Decision {
	if !who.inScope(a) {
		return Decision{Reason: fmt.Sprintf("the scope of this token leaves %s out", a)}
	}
	if p != nil && who.ID != "" {
		for _, name := range who.Roles {
			for i, s := range p.roles[name].Statements {
				if s.Effect == Allow && len(s.Resources) > 0 && s.takes(a) {
					return Decision{Allowed: true, Role: name, Statement: i + 1, Reason: fmt.Sprintf("role %s allows %s on some things", name, a)}
				}
			}
		}
		if d := p.somewhereByGrants(who, a); d.Allowed {
			return d
		}
	}
	return Decision{Reason: fmt.Sprintf("no role of %s allows %s on anything", cmp.Or(who.ID, "nobody"), a)}
}

// DecideBelow says whether who may do a on something whose resource begins so: a statement allows it on resources that may begin with it.
func (p *Policy) DecideBelow(who Principal, a Action, beginning string) bool {
	if p == nil || who.ID == "" {
		return false
	}
	for _, name := range who.Roles {
		for _, s := range p.roles[name].Statements {
			if s.Effect != Allow || !s.takes(a) {
				continue
			}
			if slices.ContainsFunc(s.Resources, func(pattern string) bool { return mayBegin(pattern, beginning) }) {
				return true
			}
		}
	}
	return p.belowByGrants(who, a, beginning)
}

func (s Statement) covers(a Action, r Resource) bool {
	return s.takes(a) && slices.ContainsFunc(s.Resources, r.matches)
}

func (s Statement) takes(a Action) bool {
	return slices.Contains(s.Actions, a) || slices.Contains(s.Actions, "*")
}

// clearsOn is clears for one resource, where a grant may lift it too.
func (p *Policy) clearsOn(who Principal, r Resource) bool {
	return p.clears(who) || p != nil && len(p.granted) > 0 && slices.Contains(p.LiftedOn(who, r), allClasses)
}

// clears reports whether a role of who lifts the mask of every class.
func (p *Policy) clears(who Principal) bool {
	if p == nil || who.ID == "" {
		return false
	}
	return who.indexer || slices.ContainsFunc(who.Roles, func(name string) bool { return slices.Contains(p.roles[name].Clear, "*") })
}
