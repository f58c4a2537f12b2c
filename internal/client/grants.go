package client

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/gen"
)

// Grants lists the caller's grants, and those that they may approve.
func (c *Client) Grants(ctx context.Context) (*Answer[gen.GrantList], error) {
	return get[gen.GrantList](ctx, c, nil, "grants")
}

// GrantRules lists what the caller may ask for.
func (c *Client) GrantRules(ctx context.Context) (*Answer[gen.GrantRuleList], error) {
	return get[gen.GrantRuleList](ctx, c, nil, "grant-rules")
}

// AskGrant asks for a grant.
func (c *Client) AskGrant(ctx context.Context, w gen.GrantWish) (*Answer[gen.Grant], error) {
	return send[gen.Grant](ctx, c, http.MethodPost, w, "grants")
}

// ApproveGrant puts in force what somebody else asked for.
func (c *Client) ApproveGrant(ctx context.Context, id string) (*Answer[gen.Grant], error) {
	return send[gen.Grant](ctx, c, http.MethodPost, nil, "grants", id, "approve")
}

// RefuseGrant refuses what somebody else asked for.
func (c *Client) RefuseGrant(ctx context.Context, id, why string) (*Answer[gen.Grant], error) {
	return send[gen.Grant](ctx, c, http.MethodPost, gen.GrantWord{Why: why}, "grants", id, "refuse")
}

// EndGrant ends a grant before its time.
func (c *Client) EndGrant(ctx context.Context, id string) (*Answer[gen.Grant], error) {
	return send[gen.Grant](ctx, c, http.MethodDelete, nil, "grants", id)
}
