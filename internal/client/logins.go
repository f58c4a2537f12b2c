package client

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/gen"
)

// Principal tells who the caller is.
func (c *Client) Principal(ctx context.Context) (*Answer[gen.Principal], error) {
	return get[gen.Principal](ctx, c, nil, "principal")
}

// Tokens lists the caller's tokens.
func (c *Client) Tokens(ctx context.Context) (*Answer[gen.TokenList], error) {
	return get[gen.TokenList](ctx, c, nil, "tokens")
}

// MakeToken makes a token; its value is in this answer and nowhere else.
func (c *Client) MakeToken(ctx context.Context, w gen.TokenWish) (*Answer[gen.MadeToken], error) {
	return send[gen.MadeToken](ctx, c, http.MethodPost, w, "tokens")
}

// RevokeToken ends one of the caller's tokens.
func (c *Client) RevokeToken(ctx context.Context, id string) (*Answer[gen.Token], error) {
	return send[gen.Token](ctx, c, http.MethodDelete, nil, "tokens", id)
}
