package access

import (
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// ruleName is what a rule of grants may be called: it is a segment of a resource, and people type it.
var ruleName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// allowedBy is a permission that a rule of grants gives to a role.
type allowedBy struct {
	role   namedAt
	action Action
	rule   string
}

// grantRule reads one of grants.
func (r *fileReader) grantRule(n *yaml.Node) (g GrantRule) {
	var name *yaml.Node
	var asked, approved []allowedBy
	roles := func(action Action) func(*yaml.Node) []allowedBy {
		return func(n *yaml.Node) []allowedBy {
			return document.List(r.Reader, n, 1000, func(n *yaml.Node) allowedBy {
				return allowedBy{role: r.roleNamed(n), action: action}
			})
		}
	}
	r.Members(n, "a rule of grants", map[string]func(*yaml.Node){
		"name":      func(n *yaml.Node) { name, g.Name = n, r.Text(n) },
		"ask":       func(n *yaml.Node) { asked = roles(GrantRequest)(n) },
		"approve":   func(n *yaml.Node) { g.Approve = true; approved = roles(GrantApprove)(n) },
		"clear":     func(n *yaml.Node) { g.Clear = document.List(r.Reader, n, 1000, r.classNamed) },
		"role":      func(n *yaml.Node) { g.Role = r.roleNamed(n).name },
		"resources": func(n *yaml.Node) { g.Resources = document.List(r.Reader, n, 1000, r.pattern) },
		"for":       func(n *yaml.Node) { g.For = r.length(n) },
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
		return g
	case !ruleName.MatchString(g.Name):
		r.Fail(n, "a rule of grants has a name of letters, digits, dots, underscores and hyphens")
		return g
	case r.grants[g.Name].Name != "":
		r.Fail(name, "there are two rules %q", g.Name)
	case len(asked) == 0:
		r.Fail(n, "ask is missing: roles that may ask for it")
	case len(g.Clear) == 0 && g.Role == "":
		r.Fail(n, "a rule of grants has clear, classes whose mask is lifted, or role, or both")
	case len(g.Resources) == 0:
		r.Fail(n, "resources are missing: on what it is granted")
	case g.Approve && len(approved) == 0:
		r.Fail(n, "approve names roles; without it nobody has to approve")
	}
	if g.For == 0 {
		g.For = GrantDefault
	}
	for _, a := range append(asked, approved...) {
		a.rule = g.Name
		r.allowed = append(r.allowed, a)
	}
	if r.grants == nil {
		r.grants = make(map[string]GrantRule)
	}
	r.grants[g.Name] = g
	return g
}

func (r *fileReader) roleNamed(n *yaml.Node) namedAt {
	x := namedAt{n, r.Text(n)}
	r.given = append(r.given, x)
	return x
}

func (r *fileReader) length(n *yaml.Node) time.Duration {
	d, err := time.ParseDuration(r.Text(n))
	if err != nil || d < time.Minute || d > GrantMost {
		r.Fail(n, "this is a time from 1m to %s, as 2h or 30m", shortTime(GrantMost))
		return time.Minute
	}
	return d
}

// addAllowed gives to roles what rules of grants say that they may. The role of the local user may do everything anyway.
func (r *fileReader) addAllowed() {
	for _, a := range r.allowed {
		role, own := r.roles[a.role.name]
		if !own {
			continue // it was said, or it is the local user's
		}
		role.Statements = append(slices.Clone(role.Statements), Statement{Effect: Allow, Actions: []Action{a.action}, Resources: []string{string(GrantResource(a.rule))}})
		r.roles[a.role.name] = role
	}
}
