package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// LatencyQuery asks how long records took and how late they came. Zero values: all of it, in as many buckets as the server chooses.
type LatencyQuery struct {
	Recording string
	Op        string
	Subtask   *int
	From, To  string
	Buckets   int
	BySubtask bool
}

// Latency tells latency and lateness of each operator over time.
func (c *Client) Latency(ctx context.Context, q LatencyQuery) (*Answer[gen.Latency], error) {
	v := url.Values{}
	setText(v, "op", q.Op)
	if q.Subtask != nil {
		v.Set("subtask", strconv.Itoa(*q.Subtask))
	}
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	if q.Buckets > 0 {
		v.Set("buckets", strconv.Itoa(q.Buckets))
	}
	if q.BySubtask {
		v.Set("by_subtask", "true")
	}
	return get[gen.Latency](ctx, c, v, "recordings", q.Recording, "latency")
}
