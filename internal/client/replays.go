package client

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/sightglass/sightglass/gen"
)

// ReplayPlan asks what a replay of an attempt would need, and what of it is missing.
func (c *Client) ReplayPlan(ctx context.Context, rec string, w gen.ReplayWish) (*Answer[gen.ReplayPlan], error) {
	return send[gen.ReplayPlan](ctx, c, http.MethodPost, w, "recordings", rec, "replays", "plan")
}

// StartReplay runs an attempt again.
func (c *Client) StartReplay(ctx context.Context, rec string, w gen.ReplayWish) (*Answer[gen.ReplayRun], error) {
	return send[gen.ReplayRun](ctx, c, http.MethodPost, w, "recordings", rec, "replays")
}

// Replays lists replays: of a recording, or all (empty).
func (c *Client) Replays(ctx context.Context, rec string, limit int) (*Answer[gen.ReplayRunList], error) {
	v := url.Values{}
	setText(v, "recording", rec)
	setNumber(v, "limit", limit)
	return get[gen.ReplayRunList](ctx, c, v, "replays")
}

// Replay gives one.
func (c *Client) Replay(ctx context.Context, id string) (*Answer[gen.ReplayRun], error) {
	return get[gen.ReplayRun](ctx, c, nil, "replays", id)
}

// ReplayDifference gives the first difference of one, decoded.
func (c *Client) ReplayDifference(ctx context.Context, id string) (*Answer[gen.ReplayDifference], error) {
	return get[gen.ReplayDifference](ctx, c, nil, "replays", id, "difference")
}

// CancelReplay ends one that waits or runs.
func (c *Client) CancelReplay(ctx context.Context, id string) (*Answer[gen.ReplayRun], error) {
	return send[gen.ReplayRun](ctx, c, http.MethodDelete, nil, "replays", id)
}

// RemoveReplay removes what came of one that is over, with its derived recording.
func (c *Client) RemoveReplay(ctx context.Context, id string) (*Answer[gen.ReplayRun], error) {
	return send[gen.ReplayRun](ctx, c, http.MethodDelete, nil, "replays", id, "result")
}

// ReplayDifferences gives what a what-if did otherwise than the unchanged run, decoded; limit 0 = the server's choice.
func (c *Client) ReplayDifferences(ctx context.Context, id string, limit int) (*Answer[gen.ReplayComparison], error) {
	v := url.Values{}
	setNumber(v, "limit", limit)
	return get[gen.ReplayComparison](ctx, c, v, "replays", id, "differences")
}

// UploadJar keeps a jar of a job at the server, for diffs.
func (c *Client) UploadJar(ctx context.Context, rec string, jar []byte) (*Answer[gen.ReplayJar], error) {
	r, err := c.request(ctx, nil, "recordings", rec, "replays", "jars")
	if err != nil {
		return nil, err
	}
	r.Method = http.MethodPost
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(jar)), int64(len(jar))
	r.Header.Set("Content-Type", "application/java-archive")
	return answered[gen.ReplayJar](c, r)
}
