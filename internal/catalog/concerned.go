package catalog

import (
	"slices"
	"strings"
)

// Concern is how somebody stands to a stream.
type Concern struct {
	Role  string // owner, producer, consumer, downstream
	Party ID     // a team, a person, or a system
}

// The roles of Concern. Consumers are downstream as well.
const (
	RoleOwner      = "owner"
	RoleProducer   = "producer"
	RoleConsumer   = "consumer"
	RoleDownstream = "downstream"
)

// mostHops is how far records are followed downstream.
const mostHops = 5

// Concerned are those who stand in a role to a stream, or, with a path, to a field of its values: the systems, their owners, and the members of teams.
// A system that is known not to read the field is no consumer of it; one of which nobody knows is. Of a job it is its owners, and who is downstream of
// what it writes. It asks for no rights: whoever is told what is decided by what they may see.
func (c *Catalog) Concerned(id ID, path string) []Concern {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := c.nodes[id]
	if n == nil {
		return nil
	}
	x := &concerned{c: c, out: map[Concern]bool{}}
	x.owners(RoleOwner, n)
	if parent := c.nodes[n.Parent]; parent != nil {
		x.owners(RoleOwner, parent)
		if parent.Kind == Stream {
			n = parent
		}
	}
	seen := map[ID]bool{n.ID: true}
	if n.Kind == Stream {
		x.stream(n, path, 0, seen)
	} else {
		x.system(RoleProducer, n)
		for _, k := range n.edges {
			if to := c.nodes[k.row.Stream]; k.row.Direction == Writes && to != nil && !seen[to.ID] {
				seen[to.ID] = true
				x.stream(to, "", 0, seen)
			}
		}
	}
	return x.order
}

type concerned struct {
	c     *Catalog
	out   map[Concern]bool
	order []Concern
}

func (x *concerned) add(role string, party ID) {
	if k := (Concern{role, party}); !x.out[k] {
		x.out[k] = true
		x.order = append(x.order, k)
	}
}

func (x *concerned) owners(role string, n *node) {
	for _, o := range n.values("", Owners) {
		x.add(role, ID(o))
		if team := x.c.nodes[ID(o)]; team != nil && team.Kind == Team {
			for _, member := range team.values("", Members) {
				x.add(role, ID(member))
			}
		}
	}
}

// system is one with its owners. People know a group by its name, without its cluster.
func (x *concerned) system(role string, n *node) {
	x.add(role, ID(string(n.Kind)+":"+n.Name))
	x.owners(role, n)
}

// stream are the writers and readers of a stream, and who reads what comes of it.
func (x *concerned) stream(n *node, path string, hops int, seen map[ID]bool) {
	var hidden int
	for _, s := range x.c.systems(nil, n, &hidden) {
		system := x.c.nodes[s.ID]
		switch {
		case !s.Reads && hops == 0:
			x.system(RoleProducer, system)
			continue
		case !s.Reads:
			continue
		case hops == 0 && path != "" && s.Known && !slices.ContainsFunc(s.Paths, func(p string) bool { return touches(p, path) }):
			continue
		case hops == 0:
			x.system(RoleConsumer, system)
		}
		x.system(RoleDownstream, system)
		if hops >= mostHops {
			continue
		}
		for _, k := range system.edges {
			if to := x.c.nodes[k.row.Stream]; k.row.Direction == Writes && to != nil && !seen[to.ID] {
				seen[to.ID] = true
				x.stream(to, "", hops+1, seen)
			}
		}
	}
}

// touches tells whether one of two paths leads through the other.
func touches(a, b string) bool {
	within := func(outer, inner string) bool {
		rest, ok := strings.CutPrefix(inner, outer)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[' || rest[0] == '{')
	}
	return within(a, b) || within(b, a)
}
