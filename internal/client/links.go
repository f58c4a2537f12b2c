package client

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/gen"
)

// Links lists links to incident files that the caller may see.
func (c *Client) Links(ctx context.Context) (*Answer[gen.LinkFiles], error) {
	return get[gen.LinkFiles](ctx, c, nil, "links")
}

// MakeLink makes an incident file of a recording and a link to it. Its address is in this answer and nowhere else.
func (c *Client) MakeLink(ctx context.Context, rec string, w gen.LinkWish) (*Answer[gen.MadeLink], error) {
	return send[gen.MadeLink](ctx, c.patient(), http.MethodPost, w, "recordings", rec, "links")
}

// RevokeLink ends a link.
func (c *Client) RevokeLink(ctx context.Context, id string) (*Answer[gen.Link], error) {
	return send[gen.Link](ctx, c, http.MethodDelete, nil, "links", id)
}
