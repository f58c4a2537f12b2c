package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
)

// Sight says what one caller may see of the catalog, for the answer to one request: it remembers what it decided. It is not safe for concurrent use.
type Sight struct {
	c       *Catalog
	who     access.Principal
	decide  func(access.Action, access.Resource) bool
	decided map[string]bool
}

// Sight is that of who, under the policy of the request.
func (c *Catalog) Sight(ctx context.Context, who access.Principal) *Sight {
	policy := c.Browser.PolicyIn(ctx)
	return &Sight{c: c, who: who, decided: make(map[string]bool), decide: func(a access.Action, r access.Resource) bool { return policy.Decide(who, a, r).Allowed }}
}

// sees decides about a node. c.mu is held.
func (s *Sight) sees(n *node) bool {
	switch n.Kind {
	case Team, Person: // whoever sees something of theirs
		seen, ok := s.decided[string(n.ID)]
		if !ok {
			seen = s.seesSomethingOf(n.ID)
			s.decided[string(n.ID)] = seen
		}
		return seen
	case Schema, Contract, Incident:
		if parent := s.c.nodes[n.Parent]; parent != nil {
			return s.sees(parent)
		}
	}
	action, resource := n.Resource()
	return s.may(action, resource)
}

func (s *Sight) may(a access.Action, r access.Resource) bool {
	k := string(a) + " " + string(r)
	may, ok := s.decided[k]
	if !ok {
		may = s.decide(a, r)
		s.decided[k] = may
	}
	return may
}

// seesSomethingOf tells whether something that a team or a person owns may be seen, or whether who is asking is it, or is in it.
func (s *Sight) seesSomethingOf(id ID) bool {
	if s.is(id) || s.may(access.CatalogWrite, access.ResourceOf("catalog", string(id.Kind()), nameOf(id))) {
		return true
	}
	for _, n := range s.c.nodes {
		if n.Kind != Team && n.Kind != Person && slices.Contains(n.values("", Owners), string(id)) && s.sees(n) {
			return true
		}
	}
	return false
}

// is tells whether a person, or a member of a team, is who asks. c.mu is held.
func (s *Sight) is(id ID) bool {
	mine := func(person string) bool {
		name := nameOf(ID(person))
		return name != "" && (name == s.who.ID || s.who.Owner != "" && name == s.who.Owner)
	}
	if id.Kind() == Person {
		return mine(string(id))
	}
	n := s.c.nodes[id]
	return id.Kind() == Team && n != nil && slices.ContainsFunc(n.values("", Members), mine) // of teams people alone say who is in them
}

// nameOf is the part of an id behind the colon.
func nameOf(id ID) string {
	_, name, _ := strings.Cut(string(id), ":")
	return name
}

// owns tells whether who asks is an owner of a node, of what it is a part of, or a member of a team that is. c.mu is held.
func (s *Sight) owns(n *node) bool {
	if slices.ContainsFunc(n.entitled(), func(o string) bool { return s.is(ID(o)) }) {
		return true
	}
	parent := s.c.nodes[n.Parent]
	return parent != nil && n.Parent != n.ID && s.owns(parent)
}

// writes tells whether who asks may change what is said of a node, by the access policy. c.mu is held.
func (s *Sight) writes(n *node) bool {
	_, resource := n.Resource()
	if n.Kind == Team || n.Kind == Person {
		resource = access.ResourceOf("catalog", string(n.Kind), nameOf(n.ID))
	}
	if parent := s.c.nodes[n.Parent]; parent != nil && (n.Kind == Schema || n.Kind == Contract || n.Kind == Incident) {
		_, resource = parent.Resource()
	}
	return s.may(access.CatalogWrite, resource)
}

// entitled are the owners that may decide: those that people or contracts name. Whoever sends OpenLineage events names owners too, and gives no
// rights by it.
func (n *node) entitled() (owners []string) {
	for _, m := range n.marks {
		if m.Path != "" || m.Attribute != Owners {
			continue
		}
		switch m.Source {
		case SourcePerson:
			return m.Values
		case SourceContract:
			owners = append(owners, m.Values...)
		}
	}
	return owners
}

// values are what is said of a node or of a field of it: by people where they said something, else by the other sources together.
func (n *node) values(path string, a Attribute) (values []string) {
	for _, m := range n.marks {
		if m.Path != path || m.Attribute != a {
			continue
		}
		if m.Source == SourcePerson {
			return m.Values
		}
		for _, v := range m.Values {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// said is values with the source that they come from: that of people, else the first.
func (n *node) said(path string, a Attribute) (values []string, source string) {
	for _, m := range n.marks {
		if m.Path == path && m.Attribute == a && (m.Source == SourcePerson || source == "") && len(m.Values) > 0 {
			source = m.Source
		}
	}
	return n.values(path, a), source
}
