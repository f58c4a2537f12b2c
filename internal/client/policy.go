package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// Policy asks what is to be recorded.
func (c *Client) Policy(ctx context.Context) (*Answer[gen.RecordingPolicy], error) {
	return get[gen.RecordingPolicy](ctx, c, nil, "recording-policy")
}

// PolicyVersions lists versions that were in force.
func (c *Client) PolicyVersions(ctx context.Context, limit int) (*Answer[gen.PolicyVersionList], error) {
	return get[gen.PolicyVersionList](ctx, c, url.Values{"limit": {strconv.Itoa(limit)}}, "recording-policy", "versions")
}

// CheckPolicy asks for the mistakes in a text, and what it would change.
func (c *Client) CheckPolicy(ctx context.Context, text string) (*Answer[gen.PolicyReport], error) {
	return send[gen.PolicyReport](ctx, c, http.MethodPost, gen.PolicyText{Text: text}, "recording-policy", "check")
}

// SetPolicy puts a text in force.
func (c *Client) SetPolicy(ctx context.Context, p gen.PolicyChange) (*Answer[gen.PolicyReport], error) {
	return send[gen.PolicyReport](ctx, c, http.MethodPut, p, "recording-policy")
}

// EffectivePolicy asks what the policy comes to in a job.
func (c *Client) EffectivePolicy(ctx context.Context, job string) (*Answer[gen.EffectivePolicy], error) {
	return get[gen.EffectivePolicy](ctx, c, url.Values{"job": {job}}, "recording-policy", "effective")
}

// LevelChanges lists changes of a job's levels for a while.
func (c *Client) LevelChanges(ctx context.Context, job string) (*Answer[gen.LevelChangeList], error) {
	return get[gen.LevelChangeList](ctx, c, nil, "jobs", job, "levels")
}

// ChangeLevel changes levels of a job for a while.
func (c *Client) ChangeLevel(ctx context.Context, job string, w gen.LevelWish) (*Answer[gen.LevelChange], error) {
	return send[gen.LevelChange](ctx, c, http.MethodPost, w, "jobs", job, "levels")
}

// EndLevelChange ends a change before its time.
func (c *Client) EndLevelChange(ctx context.Context, job, id string) (*Answer[gen.LevelChange], error) {
	return send[gen.LevelChange](ctx, c, http.MethodDelete, nil, "jobs", job, "levels", id)
}

// JobDoctor asks how well a job is recorded.
func (c *Client) JobDoctor(ctx context.Context, job string) (*Answer[gen.JobDoctor], error) {
	return get[gen.JobDoctor](ctx, c, nil, "jobs", job, "doctor")
}

// send asks with a method that changes something, and a body unless that is nil.
func send[T any](ctx context.Context, c *Client, method string, body any, path ...string) (*Answer[T], error) {
	r, err := c.request(ctx, nil, path...)
	if err != nil {
		return nil, err
	}
	r.Method = method
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
		r.Header.Set("Content-Type", "application/json")
	}
	return answered[T](c, r)
}
