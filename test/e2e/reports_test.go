//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// reporters are the lines that have Flink send its own spans and events to the server. Flink 1.20 comes without the reporter.
func (r *rig) reporters() map[string]string {
	conf := map[string]string{}
	if strings.HasPrefix(r.version, "1.") {
		return conf
	}
	for kind, class := range map[string]string{"traces": "org.apache.flink.traces.otel.OpenTelemetryTraceReporterFactory", "events": "org.apache.flink.events.otel.OpenTelemetryEventReporterFactory"} {
		prefix := kind + ".reporter.sightglass."
		conf[kind+".reporters"] = "sightglass"
		conf[prefix+"factory.class"] = class
		conf[prefix+"exporter.endpoint"] = "http://" + r.otlpListen
		conf[prefix+"exporter.protocol"] = "gRPC"
	}
	return conf
}

// testReports wants that a job which ran before has the spans of its checkpoints and start, and the events of its states; where Flink
// has no reporter, that no job has any.
func testReports(t *testing.T, r *rig) {
	jobs, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.reporters()) == 0 {
		for _, job := range jobs {
			var list struct {
				Items []any `json:"items"`
			}
			if err := r.ask.get(t.Context(), "/api/v1/jobs/"+job.ID+"/reports", &list); err != nil || len(list.Items) > 0 {
				t.Errorf("%s has reports that nobody sent: %v %v", job.ID, list.Items, err)
			}
		}
		return
	}
	seen := map[string]int{}
	await(t, 30*time.Second, "spans and events of Flink are kept", func(ctx context.Context) (bool, error) {
		clear(seen)
		for _, job := range jobs {
			var list struct {
				Items []struct {
					Kind       string         `json:"kind"`
					Name       string         `json:"name"`
					Attributes map[string]any `json:"attributes"`
				} `json:"items"`
			}
			if err := r.ask.get(ctx, "/api/v1/jobs/"+job.ID+"/reports?limit=1000", &list); err != nil {
				return false, err
			}
			for _, report := range list.Items {
				seen[report.Kind+" "+report.Name]++
				if id, ok := report.Attributes["job_id"]; ok && id != job.ID {
					return false, fmt.Errorf("a report of job %v is with %s", id, job.ID)
				}
			}
		}
		return seen["span Checkpoint"] > 0 && seen["span JobInitialization"] > 0 && seen["event JobStatusChangeEvent"] > 0, nil
	})
	fmt.Printf("REPORTS flink %s: %v\n", r.version, seen)
}
