package browse

import (
	"context"

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

// Lineage follows a record. Nodes of recordings that who may not read are shown without payload.
func (b *Browser) Lineage(ctx context.Context, who access.Principal, t Target, q LineageQuery) (Lineage, error) {
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
	found, err := b.queries.Lineage(ctx, q)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Lineage{}, err
	}
	r := b.renderer(ctx, who, nodeShape)
	out := Lineage{Lineage: found, Nodes: make([]Node, 0, len(found.Nodes))}
	for _, n := range found.Nodes {
		shown := Node{Node: n}
		if q.Payload && n.Event != nil && b.policy.Decide(who, access.JobRead, resourceOf(n.Recording)).Allowed {
			shown.View = r.event(*n.Event).View
		}
		out.Nodes = append(out.Nodes, shown)
	}
	out.Lineage.Nodes = nil
	return out, end(len(out.Nodes), nil)
}
