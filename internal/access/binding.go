package access

import (
	"slices"
	"strings"
)

// Binding gives whoever shows a claim some roles.
type Binding struct {
	Claim  string // JSON pointer (RFC 6901) into what the identity provider says of a person, as /groups
	Equals string // the claim is this text, or a list that has it
	Glob   string // the same with * for anything; one of both is set
	Roles  []string
}

// RolesOf are the roles that the policy's bindings give to whoever shows claims, as JSON has them, in order.
func (p *Policy) RolesOf(claims map[string]any) []string {
	var roles []string
	if p == nil {
		return nil
	}
	for _, b := range p.binding {
		if b.holds(claimAt(claims, b.Claim)) {
			roles = append(roles, b.Roles...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// Limits are what one principal may ask of the server; 0 = the server's own.
type Limits struct {
	TailRecordsPerSecond int64
}

// Limits are those of the policy.
func (p *Policy) Limits() Limits {
	if p == nil {
		return Limits{}
	}
	return p.limits
}

// HasRole tells whether the policy has a role.
func (p *Policy) HasRole(name string) bool {
	if p == nil {
		return false
	}
	_, ok := p.roles[name]
	return ok
}

func (b *Binding) holds(claim any) bool {
	switch x := claim.(type) {
	case string:
		return b.Equals != "" && x == b.Equals || b.Glob != "" && globText(b.Glob, x)
	case []any:
		return slices.ContainsFunc(x, func(one any) bool {
			text, ok := one.(string)
			return ok && b.holds(text)
		})
	}
	return false
}

// globText is glob where no character parts segments.
func globText(pattern, text string) bool {
	return glob(insidePattern.Replace(pattern), insideSegment.Replace(text), false)
}

// claimAt follows a JSON pointer; nil: nothing is there.
func claimAt(claims any, pointer string) any {
	if pointer == "" {
		return claims
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		members, ok := claims.(map[string]any)
		if !ok {
			return nil
		}
		claims = members[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
	}
	return claims
}
