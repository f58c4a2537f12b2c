package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

// Reports knows what Flink's own reporters sent.
type Reports interface {
	// Reports lists the newest of a recording, newest first; more tells that there are older ones.
	Reports(ctx context.Context, t browse.Target, limit int) (list []Report, more bool, err error)
	// Taken tells whether anything is taken at all.
	Taken() bool
}

// ReportList is what Flink's own trace and event reporters told of a job.
type ReportList struct {
	List[Report]
	Taken bool `json:"taken" doc:"The server takes reports (otlp-listen). Otherwise that none is here says nothing."`
	More  bool `json:"more" doc:"There are older ones."`
}

// Report is a span or an event of Flink's own.
type Report struct {
	Kind       string         `json:"kind" enum:"span,event"`
	Name       string         `json:"name"`
	Scope      string         `json:"scope,omitempty" doc:"The class that told it."`
	At         Time           `json:"at" doc:"Beginning of a span."`
	End        *Time          `json:"end,omitempty" doc:"Of a span."`
	Severity   string         `json:"severity,omitempty"`
	Body       any            `json:"body,omitempty"`
	Trace      string         `json:"trace,omitempty"`
	Span       string         `json:"span,omitempty"`
	Parent     string         `json:"parent,omitempty" doc:"The span around it."`
	Attributes map[string]any `json:"attributes" doc:"As they came, known or not."`
	Resource   map[string]any `json:"resource" doc:"Who told it."`
}

type reportsRequest struct {
	Job   string `path:"job" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run)."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (s *service) reports(ctx context.Context, in *reportsRequest) (ReportList, error) {
	if s.Reports == nil {
		return ReportList{List: listOf[Report]("report", nil)}, nil
	}
	list, more, err := s.Reports.Reports(ctx, target(ctx), in.Limit)
	if err != nil {
		return ReportList{}, err
	}
	show := func(m map[string]any) map[string]any {
		if m == nil {
			return map[string]any{}
		}
		return s.Browser.Reported(ctx, caller(ctx), target(ctx), "", m).(map[string]any)
	}
	for i := range list {
		r := &list[i]
		r.Attributes, r.Resource = show(r.Attributes), show(r.Resource)
		r.Body = s.Browser.Reported(ctx, caller(ctx), target(ctx), "body", r.Body)
	}
	return ReportList{List: listOf("report", list), Taken: s.Reports.Taken(), More: more}, nil
}
