package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Page is all that is known of one entity, as one caller sees it.
type Page struct {
	Brief
	Contact     string
	DocText     string // Markdown, whole
	OwnerSource string // person, contract …; empty = there is none
	DocSource   string
	Editable    bool // the caller may change what is said of it; else they may propose
	Owns        bool // the caller is an owner, and may approve
	FieldPages  []PageField
	Writers     []System // of a stream
	Readers     []System
	Streams     []System // of a system: what it reads and writes
	Hidden      int      // systems or streams at it that the caller may not see
	Parts       []Brief  // a job's operators and programs, a stream's schemas and contracts, what a team owns
	Health      []HealthNote
	Changes     []Change // the newest first
	Proposals   []Proposal
}

// PageField is a field with all that is known of it.
type PageField struct {
	Part      Part
	Path      string
	Type      string // of the best origin
	Optional  bool
	Doc       string
	Tags      []string
	TagSource string   // of Tags; empty = there are none
	Origins   []string // that have it, the best first
	Rule      string   // of the contract
	ReadBy    []ID     // systems that are known to read it
	WrittenBy []ID
}

// System is an entity at the other end of edges, with its evidence.
type System struct {
	Entity
	Owners   []string
	Reads    bool // it reads; else it writes
	Evidence []Edge
	Known    bool // Paths are all fields; else it may be any
	Paths    []string
	Reader   string    // schema or type that it reads by; empty = not known
	Seen     time.Time // the last evidence that it really did; zero = there is none
	Stale    bool      // that was too long ago to say that it still does
}

// mostChanges of an entity are on its page.
const mostChanges = 20

// Page gives that of an entity. Errors: ErrNotFound: there is none, or none that the caller may see.
func (c *Catalog) Page(ctx context.Context, s *Sight, id ID) (Page, error) {
	p, e, err := c.page(s, id)
	if err != nil {
		return p, err
	}
	for _, h := range c.Health {
		notes, err := h.Health(ctx, &e)
		if err != nil {
			return p, fmt.Errorf("asking for the health of %s: %w", id, err)
		}
		p.Health = append(p.Health, notes...)
	}
	if p.Changes, err = c.History(ctx, s, id, mostChanges, 0); err != nil {
		return p, err
	}
	return p, nil
}

// find is a node that the caller sees. c.mu is held.
func (c *Catalog) find(s *Sight, id ID) (*node, error) {
	n := c.nodes[id]
	if n == nil || !s.sees(n) {
		return nil, fmt.Errorf("%w: the catalog has no %s that you may see", ErrNotFound, bounded(string(id)))
	}
	return n, nil
}

func bounded(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

func (c *Catalog) page(s *Sight, id ID) (p Page, _ Entity, _ error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, err := c.find(s, id)
	if err != nil {
		return p, Entity{}, err
	}
	p.Brief = c.brief(n)
	_, p.OwnerSource = n.said("", Owners)
	var docs []string
	docs, p.DocSource = n.said("", Doc)
	p.DocText = strings.Join(docs, "\n\n")
	p.Contact = strings.Join(n.values("", Contact), ", ")
	if p.Owners == nil { // a part is its whole's
		if parent := c.nodes[n.Parent]; parent != nil {
			p.Owners = parent.values("", Owners)
		}
	}
	p.Editable, p.Owns = s.writes(n), s.owns(n)
	systems := c.systems(s, n, &p.Hidden)
	if n.Kind == Stream {
		for _, x := range systems {
			if x.Reads {
				p.Readers = append(p.Readers, x)
			} else {
				p.Writers = append(p.Writers, x)
			}
		}
		p.FieldPages = c.pageFields(n, systems)
	} else {
		p.Streams = systems
	}
	p.Parts = c.parts(s, n)
	for _, x := range c.proposals {
		if x.Entity == id {
			p.Proposals = append(p.Proposals, *x)
		}
	}
	slices.SortFunc(p.Proposals, func(a, b Proposal) int { return a.At.Compare(b.At) })
	return p, n.Entity, nil
}

// systems are what is at the other ends of a node's edges, the strongest evidence first. c.mu is held.
func (c *Catalog) systems(s *Sight, n *node, hidden *int) []System {
	type end struct {
		id        ID
		direction Direction
	}
	found := make(map[end]*System)
	var order []end
	unseen := make(map[ID]bool)
	for _, k := range n.edges {
		e := k.row
		other := e.System
		if n.Kind != Stream {
			other = e.Stream
		}
		x := c.nodes[other]
		if x == nil {
			continue
		}
		if s != nil && !s.sees(x) {
			unseen[other] = true
			continue
		}
		at := end{other, e.Direction}
		y := found[at]
		if y == nil {
			y = &System{Entity: x.Entity, Owners: x.values("", Owners), Reads: e.Direction == Reads}
			found[at] = y
			order = append(order, at)
		}
		y.Evidence = append(y.Evidence, e)
	}
	*hidden = len(unseen)
	out := make([]System, 0, len(order))
	for _, at := range order {
		y := found[at]
		y.conclude(c.Now())
		out = append(out, *y)
	}
	slices.SortStableFunc(out, func(a, b System) int {
		return cmp.Or(boolean(a.Reads)-boolean(b.Reads), b.Evidence[0].Evidence.Strength()-a.Evidence[0].Evidence.Strength(), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// conclude says what the evidence comes to: the fields of the strongest that knows them, and when the last of it was.
func (y *System) conclude(now time.Time) {
	slices.SortStableFunc(y.Evidence, func(a, b Edge) int { return b.Evidence.Strength() - a.Evidence.Strength() })
	for _, e := range y.Evidence {
		y.Seen = later(y.Seen, e.Last)
		if y.Reader == "" {
			y.Reader = e.Reader
		}
		if e.Known && !y.Known {
			y.Known, y.Paths = true, e.Paths
		} else if !y.Known && len(y.Paths) == 0 {
			y.Paths = e.Paths // some of what it may be
		}
	}
	y.Stale = y.Seen.IsZero() || now.Sub(y.Seen) > StaleAfter
}

// originRank orders origins: what a schema says holds before what types of jobs do.
func originRank(origin string) int {
	switch origin {
	case SchemaOrigin:
		return 0
	case ContractOrigin:
		return 1
	}
	return 2
}

// pageFields puts what origins say of one field together, parents before children. c.mu is held.
func (c *Catalog) pageFields(n *node, systems []System) []PageField {
	type key struct {
		part Part
		path string
	}
	at := make(map[key]int)
	var out []PageField
	sorted := slices.Clone(n.fields)
	slices.SortStableFunc(sorted, func(a, b Field) int { return originRank(a.Origin) - originRank(b.Origin) })
	for _, f := range sorted {
		k := key{f.Part, f.Path}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, PageField{Part: f.Part, Path: f.Path, Type: f.Type, Optional: f.Optional})
		}
		p := &out[i]
		p.Origins = append(p.Origins, f.Origin)
		p.Type, p.Doc, p.Rule = cmp.Or(p.Type, f.Type), cmp.Or(p.Doc, f.Doc), cmp.Or(p.Rule, f.Rule)
		for _, t := range f.Tags {
			if !slices.Contains(p.Tags, t) {
				p.Tags, p.TagSource = append(p.Tags, t), f.Origin
			}
		}
	}
	for i := range out {
		p := &out[i]
		if tags, source := n.said(p.Path, Tags); source != "" {
			p.Tags, p.TagSource = tags, source
		}
		if docs := n.values(p.Path, Doc); len(docs) > 0 {
			p.Doc = strings.Join(docs, "\n\n")
		}
		spelled := p.Path
		if p.Part == Key {
			spelled = "key:" + spelled
		}
		for j := range systems {
			x := &systems[j]
			if !x.Known || !slices.Contains(x.Paths, spelled) {
				continue
			}
			if x.Reads {
				p.ReadBy = append(p.ReadBy, x.ID)
			} else {
				p.WrittenBy = append(p.WrittenBy, x.ID)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b PageField) int { return cmp.Compare(a.Part, b.Part) })
	return nested(out)
}

// nested puts children behind their parents, where a parent came from another origin than its children.
func nested(fields []PageField) []PageField {
	var out []PageField
	done := make([]bool, len(fields))
	var add func(i int)
	add = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		out = append(out, fields[i])
		for j := i + 1; j < len(fields); j++ {
			if rest, ok := strings.CutPrefix(fields[j].Path, fields[i].Path); ok && fields[j].Part == fields[i].Part && rest != "" && strings.ContainsAny(rest[:1], ".[{") {
				add(j)
			}
		}
	}
	for i := range fields {
		add(i)
	}
	return out
}

// parts are what belongs to a node. c.mu is held.
func (c *Catalog) parts(s *Sight, n *node) (out []Brief) {
	add := func(x *node) {
		if x != nil && s.sees(x) {
			out = append(out, c.brief(x))
		}
	}
	for _, id := range c.children[n.ID] {
		add(c.nodes[id])
	}
	if n.Kind == Team || n.Kind == Person {
		for _, x := range c.nodes {
			if slices.Contains(x.values("", Owners), string(n.ID)) {
				add(x)
			}
		}
	}
	slices.SortFunc(out, func(a, b Brief) int {
		return cmp.Or(rankOf(a.Kind)-rankOf(b.Kind), -a.Last.Compare(b.Last), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// History lists changes of an entity, the newest first; before is the id of the change to go on behind, 0 = the newest. Errors: ErrNotFound.
func (c *Catalog) History(ctx context.Context, s *Sight, id ID, limit int, before int64) ([]Change, error) {
	c.mu.RLock()
	_, err := c.find(s, id)
	c.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	out := []Change{}
	err = c.each(ctx, "SELECT id, entity, path, attribute, by_id, by_name, at_us, reason, before, after, proposal FROM catalog_change WHERE entity = ? AND id < ? ORDER BY id DESC LIMIT ?",
		[]any{string(id), before, int64(limit)}, func(r *sql.Rows) error {
			var x Change
			var at int64
			var was, is string
			if err := r.Scan(&x.ID, &x.Entity, &x.Path, &x.Attribute, &x.By, &x.Name, &at, &x.Reason, &was, &is, &x.Proposal); err != nil {
				return err
			}
			x.At, x.Before, x.After = moment(at), unlist(was), unlist(is)
			out = append(out, x)
			return nil
		})
	return out, err
}
