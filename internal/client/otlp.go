package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/sightglass/sightglass/gen"
)

// Reports lists what Flink's own reporters told of a job, newest first; limit 0 is the server's default.
func (c *Client) Reports(ctx context.Context, job string, limit int) (*Answer[gen.ReportList], error) {
	v := url.Values{}
	setNumber(v, "limit", limit)
	return get[gen.ReportList](ctx, c, v, "jobs", job, "reports")
}

// ExportJourney sends the journey of a record to the OpenTelemetry collector. rec may be any.
func (c *Client) ExportJourney(ctx context.Context, rec, record string) (*Answer[gen.JourneyExport], error) {
	return send[gen.JourneyExport](ctx, c, http.MethodPost, gen.JourneyWish{Record: record}, "recordings", rec, "journeys")
}
