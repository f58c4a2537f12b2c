package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// CatalogQuery is a search of the catalog. Zero values: everything, as many as the server chooses.
type CatalogQuery struct {
	Text   string
	Kinds  []string
	Limit  int
	Cursor string
}

// SearchCatalog finds entities of the catalog, the best first.
func (c *Client) SearchCatalog(ctx context.Context, q CatalogQuery) (*Answer[gen.CatalogHitList], error) {
	v := url.Values{}
	setText(v, "q", q.Text)
	setText(v, "cursor", q.Cursor)
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	for _, k := range q.Kinds {
		v.Add("kind", k)
	}
	return get[gen.CatalogHitList](ctx, c, v, "catalog")
}

// CatalogEntity tells all that is known of one.
func (c *Client) CatalogEntity(ctx context.Context, id string) (*Answer[gen.CatalogEntity], error) {
	return get[gen.CatalogEntity](ctx, c, nil, "catalog", "entities", id)
}

// CatalogWho tells who writes and reads a stream, or a field of it.
func (c *Client) CatalogWho(ctx context.Context, id, field string) (*Answer[gen.CatalogWho], error) {
	v := url.Values{}
	setText(v, "field", field)
	return get[gen.CatalogWho](ctx, c, v, "catalog", "entities", id, "who")
}

// CatalogLineage gives what is up- and downstream; direction is up, down or both.
func (c *Client) CatalogLineage(ctx context.Context, id, field, direction string, depth int) (*Answer[gen.CatalogMap], error) {
	v := url.Values{"direction": {direction}, "depth": {strconv.Itoa(depth)}}
	setText(v, "field", field)
	return get[gen.CatalogMap](ctx, c, v, "catalog", "entities", id, "lineage")
}

// CatalogHistory lists changes, the newest first.
func (c *Client) CatalogHistory(ctx context.Context, id string) (*Answer[gen.CatalogChangeList], error) {
	return get[gen.CatalogChangeList](ctx, c, nil, "catalog", "entities", id, "history")
}

// ChangeCatalog changes what is said of an entity.
func (c *Client) ChangeCatalog(ctx context.Context, id string, e gen.CatalogEdit) (*Answer[gen.CatalogChange], error) {
	return send[gen.CatalogChange](ctx, c, http.MethodPost, e, "catalog", "entities", id, "changes")
}

// ProposeToCatalog proposes a change.
func (c *Client) ProposeToCatalog(ctx context.Context, id string, e gen.CatalogEdit) (*Answer[gen.CatalogProposal], error) {
	return send[gen.CatalogProposal](ctx, c, http.MethodPost, e, "catalog", "entities", id, "proposals")
}

// CatalogProposals lists those that wait.
func (c *Client) CatalogProposals(ctx context.Context) (*Answer[gen.CatalogProposalList], error) {
	return get[gen.CatalogProposalList](ctx, c, nil, "catalog", "proposals")
}

// ApproveProposal makes what somebody proposed.
func (c *Client) ApproveProposal(ctx context.Context, id string) (*Answer[gen.CatalogProposal], error) {
	return send[gen.CatalogProposal](ctx, c, http.MethodPost, nil, "catalog", "proposals", id, "approve")
}

// RefuseProposal refuses it.
func (c *Client) RefuseProposal(ctx context.Context, id, why string) (*Answer[gen.CatalogProposal], error) {
	return send[gen.CatalogProposal](ctx, c, http.MethodPost, gen.CatalogWord{Why: why}, "catalog", "proposals", id, "refuse")
}
