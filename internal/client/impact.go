package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/sightglass/sightglass/gen"
)

// StartImpact asks who breaks if something is changed. What comes is the report, or how far it is after some seconds.
func (c *Client) StartImpact(ctx context.Context, w gen.ImpactWish) (*Answer[gen.ImpactRun], error) {
	return send[gen.ImpactRun](ctx, c, http.MethodPost, w, "impact")
}

// Impact gives a report, once it is made or after so many seconds.
func (c *Client) Impact(ctx context.Context, id string, wait int) (*Answer[gen.ImpactRun], error) {
	v := url.Values{}
	setNumber(v, "wait", wait)
	return get[gen.ImpactRun](ctx, c, v, "impact", id)
}

// ImpactReport gives a report as text of a format.
func (c *Client) ImpactReport(ctx context.Context, id, format string, maxMaybe, maxUnknown int) (*Answer[gen.ImpactText], error) {
	v := url.Values{}
	setText(v, "format", format)
	setText(v, "base", c.Server())
	setNumber(v, "max_maybe", maxMaybe)
	setNumber(v, "max_unknown", maxUnknown)
	return get[gen.ImpactText](ctx, c, v, "impact", id, "report")
}

// CancelImpact ends a report that is made.
func (c *Client) CancelImpact(ctx context.Context, id string) (*Answer[gen.ImpactRun], error) {
	return send[gen.ImpactRun](ctx, c, http.MethodDelete, nil, "impact", id)
}
