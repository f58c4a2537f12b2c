package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// Journeys sends the journeys of records to another system.
type Journeys interface {
	Journey(ctx context.Context, t browse.Target, record string) (JourneyExport, error)
}

// ErrJourneysFull is what Journey of Journeys returns when so much waits that nothing can be taken.
var ErrJourneysFull = errors.New("too much waits to be sent to the collector")

// JourneyExport is a journey that was handed over.
type JourneyExport struct {
	Record    string `json:"record"`
	Trace     string `json:"trace" doc:"Id of the trace, 32 hex digits."`
	Spans     int    `json:"spans"`
	Jobs      int    `json:"jobs" doc:"Recordings that it touches."`
	Complete  bool   `json:"complete" doc:"Nothing is known to be missing."`
	Notes     []Note `json:"notes"`
	Collector string `json:"collector" doc:"Where it goes; doctor tells whether it arrives."`
}

// JourneyWish names a record.
type JourneyWish struct {
	Record string `json:"record" maxLength:"512" doc:"An element, a Kafka position, or a position."`
}

type journeyRequest struct {
	RecordingPath
	Body JourneyWish
}

func (s *service) exportJourney(ctx context.Context, in *journeyRequest) (out JourneyExport, err error) {
	if s.Journeys == nil {
		return out, problem(http.StatusConflict, "no collector is set that a journey could be sent to", "start the server with --otlp-endpoint (docs/operations/otel.md)")
	}
	err = s.Browser.Change(ctx, caller(ctx), access.RecordingExport, target(ctx).Resource, []string{"journey of " + in.Body.Record}, "on demand", func() error {
		out, err = s.Journeys.Journey(ctx, target(ctx), in.Body.Record)
		return err
	})
	if errors.Is(err, ErrJourneysFull) {
		return out, problem(http.StatusServiceUnavailable, err.Error(), "sightglass doctor says whether the collector takes anything")
	}
	return out, err
}
