package browse

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// Lineage is what a record came from and what it became, rendered.
type Lineage struct {
	query.Lineage
	Nodes []Node // in place of the ones of query
}

// Node is a record at one place.
type Node struct {
	query.Node
	View *access.View // nil = none, not asked for, or not for this principal
}

// LineagePart is one of Node, Edge and Note.
type LineagePart struct {
	Node *Node
	Edge *query.LineageEdge
	Note *query.Note
}

// Lineage follows a record. Nodes of recordings that who may not read are shown without payload; of those that they may not know of there
// is nothing but the record's name, which somebody else's recording tells as well.
func (b *Browser) Lineage(ctx context.Context, who access.Principal, t Target, q LineageQuery) (Lineage, error) {
	return b.LineageParts(ctx, who, t, q, nil)
}

// LineageParts is Lineage that gives each part out as soon as it is found, to parts when it is not nil. An error of parts ends it.
func (b *Browser) LineageParts(ctx context.Context, who access.Principal, t Target, q LineageQuery, parts func(LineagePart) error) (Lineage, error) {
	if !t.Any {
		q.Recording = &t.Recording
	}
	end := func(int, error) error { return nil }
	if q.Payload {
		var err error
		if end, err = b.begin(ctx, who, t, []string{"lineage of " + q.Record}, ""); err != nil {
			return Lineage{}, err
		}
	}
	r := b.renderer(ctx, who, nodeShape)
	hidden := make(map[string]bool) // nodes of recordings that who may not know of
	shown := func(n query.Node) Node {
		if !n.Recording.IsZero() && !b.policy(ctx).Decide(who, access.JobView, b.resourceOf(n.Recording)).Allowed {
			hidden[n.ID] = true
			return Node{Node: query.Node{ID: n.ID, Kind: n.Kind, Record: n.Record, Depth: n.Depth, StateNote: notYours}}
		}
		out := Node{Node: n}
		if q.Payload && n.Event != nil && b.policy(ctx).Decide(who, access.JobRead, b.resourceOf(n.Recording)).Allowed {
			out.View = r.event(*n.Event).View
		}
		return out
	}
	edge := func(e query.LineageEdge) query.LineageEdge {
		if hidden[e.From] || hidden[e.To] {
			e.Operator, e.Path, e.Through, e.Over = "", "", "", ""
		}
		return e
	}
	note := func(n query.Note) query.Note {
		if hidden[n.Node] {
			return query.Note{Kind: n.Kind, Node: n.Node, Text: notYours}
		}
		return n
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var told func(query.LineagePart)
	if parts != nil {
		told = func(p query.LineagePart) {
			out := LineagePart{Edge: p.Edge, Note: p.Note}
			if p.Edge != nil {
				e := edge(*p.Edge)
				out.Edge = &e
			}
			if p.Note != nil {
				n := note(*p.Note)
				out.Note = &n
			}
			if p.Node != nil {
				n := shown(*p.Node)
				out.Node = &n
			}
			if err := parts(out); err != nil {
				stop(err)
			}
		}
	}
	found, err := b.queries.LineageParts(ctx, q, told)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Lineage{}, errors.Join(err, context.Cause(ctx))
	}
	out := Lineage{Lineage: found, Nodes: make([]Node, 0, len(found.Nodes))}
	for _, n := range found.Nodes {
		if parts != nil && !hidden[n.ID] { // each was rendered when it was found
			out.Nodes = append(out.Nodes, Node{Node: n})
			continue
		}
		out.Nodes = append(out.Nodes, shown(n))
	}
	out.Edges = make([]query.LineageEdge, len(found.Edges))
	for i, e := range found.Edges {
		out.Edges[i] = edge(e)
	}
	out.Notes = make([]query.Note, len(found.Notes))
	for i, n := range found.Notes {
		out.Notes[i] = note(n)
	}
	out.Lineage.Nodes = nil
	return out, end(len(out.Nodes), nil)
}

// notYours is what is said of a node in place of what it did.
const notYours = "it belongs to a job that your roles do not show"
