package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/openlineage"
)

// LineageTaken says what became of OpenLineage events.
type LineageTaken struct {
	Stored int            `json:"stored" doc:"Events that were taken."`
	Faults []LineageFault `json:"faults" doc:"One for each event of a batch that was not."`
}

// LineageFault is what is wrong with an event.
type LineageFault struct {
	Pointer string `json:"pointer" doc:"JSON pointer into the body."`
	Message string `json:"message"`
}

// lineageEvents are the bytes of a body: package openlineage reads them, and says where one is wrong.
type lineageEvents []byte

// UnmarshalJSON keeps the bytes.
func (e *lineageEvents) UnmarshalJSON(b []byte) error {
	*e = append((*e)[:0], b...)
	return nil
}

// Schema describes the events in OpenAPI: whatever OpenLineage says.
func (lineageEvents) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A RunEvent, JobEvent or DatasetEvent of OpenLineage 2-0-2, or a list of them"}
}

type lineageBody struct{ Body lineageEvents }

// lineageRoute takes OpenLineage events on the path that Marquez has, with its status.
func (s *service) lineageRoute() {
	r := route{"openlineage", "/lineage", access.LineageWrite, "Take OpenLineage events: one, or a list of them", func(*service, huma.Context) (browse.Target, error) {
		return browse.Target{Resource: access.ResourceOf("catalog", "openlineage")}, nil
	}}
	o := s.operation(r)
	o.Method, o.DefaultStatus, o.MaxBodyBytes = http.MethodPost, http.StatusCreated, openlineage.MostBytes
	s.methods[r.id] = o.Method
	huma.Register(s.huma, o, func(ctx context.Context, in *lineageBody) (*answer[LineageTaken], error) {
		body, err := s.takeLineage(ctx, in.Body)
		if err != nil {
			return nil, s.problem(ctx, r, err)
		}
		return &answer[LineageTaken]{Body: body}, nil
	})
}

func (s *service) takeLineage(ctx context.Context, body []byte) (out LineageTaken, err error) {
	c, err := s.catalog()
	if err != nil {
		return out, err
	}
	events, faults := openlineage.Read(body)
	if len(events) == 0 && len(faults) > 0 {
		return out, problem(http.StatusBadRequest, faults[0].Error(), "docs/operations/openlineage.md says which events are taken")
	}
	out = LineageTaken{Stored: len(events), Faults: []LineageFault{}}
	for _, f := range faults {
		out.Faults = append(out.Faults, LineageFault{f.Pointer, f.Message})
	}
	what := []string{fmt.Sprintf("%d OpenLineage events", len(events))}
	err = s.Browser.Change(ctx, caller(ctx), access.LineageWrite, target(ctx).Resource, what, "", func() error { return c.TakeLineage(ctx, events) })
	return out, err
}
