package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/browse"
)

// journeys stands for the exporter.
type journeys struct{}

func (journeys) Journey(_ context.Context, t browse.Target, record string) (JourneyExport, error) {
	if record == "full" {
		return JourneyExport{}, ErrJourneysFull
	}
	return JourneyExport{Record: record, Trace: strings.Repeat("a", 32), Spans: 3, Jobs: 1, Complete: !t.Any, Notes: []Note{}, Collector: "c"}, nil
}

func TestAnExportIsWrittenDown(t *testing.T) {
	f := open(t, local)
	status, _, body := send2(t, f, http.MethodPost, Base+"/recordings/any/journeys", `{"record":"orders/1@17"}`)
	var got JourneyExport
	if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK || got.Spans != 3 || got.Complete {
		t.Fatalf("%d %s %v", status, body, err)
	}
	if status, _, body = send2(t, f, http.MethodPost, Base+"/recordings/any/journeys", `{"record":"full"}`); status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, body)
	}
	if n := strings.Count(f.audit.String(), `"recording:export"`); n != 2 {
		t.Errorf("%d exports in the audit log: %s", n, f.audit)
	}
}
