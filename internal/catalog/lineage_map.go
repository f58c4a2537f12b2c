package catalog

import (
	"context"
	"slices"
	"time"
)

// MapQuery asks what is up- and downstream of an entity, or of a field of a stream.
type MapQuery struct {
	ID       ID
	Path     string // of a field; empty = of the whole
	Up, Down bool
	Depth    int // steps from stream to stream or system to system; 0 = 2
}

// Map is a part of the graph. Edges name nodes by their places in Nodes, so that two thousand jobs are a small answer.
type Map struct {
	Nodes  []MapNode
	Edges  []MapEdge
	Hidden int  // nodes that the caller may not see; nothing behind them was followed
	Cut    bool // there was more than fits
}

// MapNode is an entity, or a field of a stream.
type MapNode struct {
	Brief
	Path  string // of a field; empty = the whole
	Level int    // steps from what was asked for; negative is upstream
}

// MapEdge says that records go from one node to another; of fields, that one comes out of the other.
type MapEdge struct {
	From, To int
	Evidence Evidence // the strongest
	Known    bool     // which fields go this way is known
	How      string   // of fields: identity, or the expression's form
	Via      ID       // of fields
	Seen     time.Time
}

// mostMapNodes bounds an answer.
const mostMapNodes = 5000

// Map follows edges from an entity. Errors: ErrNotFound.
func (c *Catalog) Map(ctx context.Context, s *Sight, q MapQuery) (Map, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	start, err := c.find(s, q.ID)
	if err != nil {
		return Map{}, err
	}
	if start.Kind != Stream && c.nodes[start.Parent] != nil && len(start.edges) == 0 {
		start = c.nodes[start.Parent] // an operator's is its job's, a schema's its stream's
	}
	if q.Depth == 0 {
		q.Depth = 2
	}
	w := &mapWalk{c: c, s: s, at: make(map[mapPlace]int), edges: make(map[[2]int]int), unseen: make(map[ID]bool)}
	w.node(start, q.Path, 0)
	for _, down := range []bool{false, true} {
		if down && !q.Down || !down && !q.Up {
			continue
		}
		queue := []int{0}
		for depth := 1; depth <= q.Depth*2 && len(queue) > 0 && ctx.Err() == nil; depth++ {
			var next []int
			for _, i := range queue {
				if q.Path != "" {
					next = append(next, w.fields(i, down, depth)...)
				} else {
					next = append(next, w.step(i, down, depth)...)
				}
			}
			queue = next
			if q.Path != "" && depth == q.Depth {
				break
			}
		}
	}
	w.out.Hidden = len(w.unseen)
	return w.out, ctx.Err()
}

type mapPlace struct {
	id   ID
	path string
}

type mapWalk struct {
	c      *Catalog
	s      *Sight
	out    Map
	at     map[mapPlace]int
	edges  map[[2]int]int
	unseen map[ID]bool
}

// node is the place of a node; new says that it was not there. -1: there is no room, or the caller does not see it.
func (w *mapWalk) node(n *node, path string, level int) (i int, isNew bool) {
	k := mapPlace{n.ID, path}
	if i, ok := w.at[k]; ok {
		return i, false
	}
	if !w.s.sees(n) {
		w.unseen[n.ID] = true
		return -1, false
	}
	if len(w.out.Nodes) >= mostMapNodes {
		w.out.Cut = true
		return -1, false
	}
	i = len(w.out.Nodes)
	w.at[k] = i
	w.out.Nodes = append(w.out.Nodes, MapNode{w.c.brief(n), path, level})
	return i, true
}

// edge adds one, or makes one that is there stronger.
func (w *mapWalk) edge(e MapEdge) {
	k := [2]int{e.From, e.To}
	if i, ok := w.edges[k]; ok {
		old := &w.out.Edges[i]
		if e.Evidence.Strength() > old.Evidence.Strength() {
			old.Evidence = e.Evidence
		}
		old.Known, old.Seen = old.Known || e.Known, later(old.Seen, e.Seen)
		return
	}
	w.edges[k] = len(w.out.Edges)
	w.out.Edges = append(w.out.Edges, e)
}

// step follows the edges of a node one way.
func (w *mapWalk) step(i int, down bool, depth int) (next []int) {
	n := w.c.nodes[w.out.Nodes[i].ID]
	level := depth
	if !down {
		level = -depth
	}
	for _, k := range n.edges {
		e := &k.row
		// Down from a stream are its readers, and from a system what it writes.
		if (n.Kind == Stream) == down != (e.Direction == Reads) {
			continue
		}
		other := w.c.nodes[e.System]
		if n.Kind != Stream {
			other = w.c.nodes[e.Stream]
		}
		if other == nil || e.Evidence == ByACL { // that it may is no flow
			continue
		}
		j, isNew := w.node(other, "", level)
		if j < 0 {
			continue
		}
		if isNew {
			next = append(next, j)
		}
		x := MapEdge{From: i, To: j, Evidence: e.Evidence, Known: e.Known, Seen: e.Last}
		if !down {
			x.From, x.To = j, i
		}
		w.edge(x)
	}
	return next
}

// fields follows a field one way. Systems that read it are there too, where no flow says what becomes of it.
func (w *mapWalk) fields(i int, down bool, depth int) (next []int) {
	at := w.out.Nodes[i]
	n := w.c.nodes[at.ID]
	if at.Path == "" {
		return nil // a system behind which nothing is known
	}
	level := depth
	if !down {
		level = -depth
	}
	via := make(map[ID]bool)
	for _, k := range n.flows {
		f := &k.row
		otherID, path := f.To, f.ToPath
		if down && (f.From != n.ID || f.FromPath != at.Path) || !down && (f.To != n.ID || f.ToPath != at.Path) {
			continue
		}
		if !down {
			otherID, path = f.From, f.FromPath
		}
		other := w.c.nodes[otherID]
		if other == nil {
			continue
		}
		via[f.Via] = true
		j, isNew := w.node(other, path, level)
		if j < 0 {
			continue
		}
		if isNew {
			next = append(next, j)
		}
		x := MapEdge{From: i, To: j, Evidence: f.Evidence, Known: true, How: f.How, Seen: f.Last}
		if system := w.c.nodes[f.Via]; system != nil && w.s.sees(system) {
			x.Via = f.Via
		}
		if !down {
			x.From, x.To = j, i
		}
		w.edge(x)
	}
	for _, k := range n.edges {
		e := &k.row
		if (e.Direction == Reads) != down || via[e.System] || e.Evidence == ByACL || e.Known && !slices.Contains(e.Paths, at.Path) {
			continue
		}
		system := w.c.nodes[e.System]
		if system == nil || w.knownOtherwise(n, e, at.Path) {
			continue
		}
		if j, _ := w.node(system, "", level); j >= 0 {
			x := MapEdge{From: i, To: j, Evidence: e.Evidence, Known: e.Known, Seen: e.Last}
			if !down {
				x.From, x.To = j, i
			}
			w.edge(x)
		}
	}
	return next
}

// knownOtherwise tells whether another piece of evidence knows the fields of the same edge, and this one is not among them.
func (w *mapWalk) knownOtherwise(n *node, e *Edge, path string) bool {
	if e.Known {
		return false
	}
	for _, k := range n.edges {
		o := &k.row
		if o.System == e.System && o.Direction == e.Direction && o.Known {
			return !slices.Contains(o.Paths, path)
		}
	}
	return false
}
