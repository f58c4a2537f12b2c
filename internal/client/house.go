package client

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/gen"
)

// Pins lists what retention must not remove.
func (c *Client) Pins(ctx context.Context) (*Answer[gen.Pins], error) {
	return get[gen.Pins](ctx, c, nil, "pins")
}

// Pin keeps a recording, or a stretch of it, from retention.
func (c *Client) Pin(ctx context.Context, rec string, w gen.PinWish) (*Answer[gen.Pin], error) {
	return send[gen.Pin](ctx, c, http.MethodPost, w, "recordings", rec, "pins")
}

// Unpin takes a pin away.
func (c *Client) Unpin(ctx context.Context, id string) (*Answer[gen.Pin], error) {
	return send[gen.Pin](ctx, c, http.MethodDelete, nil, "pins", id)
}

// Compaction tells how far a compaction is.
func (c *Client) Compaction(ctx context.Context) (*Answer[gen.Compaction], error) {
	return get[gen.Compaction](ctx, c, nil, "store", "compaction")
}

// Compact begins a compaction.
func (c *Client) Compact(ctx context.Context) (*Answer[gen.Compaction], error) {
	return send[gen.Compaction](ctx, c, http.MethodPost, nil, "store", "compaction")
}

// CancelCompaction ends a compaction.
func (c *Client) CancelCompaction(ctx context.Context) (*Answer[gen.Compaction], error) {
	return send[gen.Compaction](ctx, c, http.MethodDelete, nil, "store", "compaction")
}
