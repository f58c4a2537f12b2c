package client

import (
	"context"

	"github.com/sightglass/sightglass/gen"
)

// Parquet tells how the export of recordings in the background stands, and where it writes.
func (c *Client) Parquet(ctx context.Context) (*Answer[gen.Parquet], error) {
	return get[gen.Parquet](ctx, c, nil, "parquet")
}
