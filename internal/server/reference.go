package server

import (
	"fmt"
	"strings"
)

// MetricsReference is docs/reference/metrics.md: every family of /metrics.
func MetricsReference() []byte {
	var b strings.Builder
	b.WriteString("# Metrics\n\nGenerated from the program (`make gen`).\n\n")
	b.WriteString("`GET /metrics` answers in Prometheus' text format. Where the server asks for a token, give it as a bearer token\n" +
		"(`authorization: {credentials_file: …}`). Families of jobs have one line for each running job.\n\n")
	b.WriteString("| metric | type | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range Metrics() {
		labels := "–"
		if m.Labels != "" {
			labels = "`" + strings.ReplaceAll(m.Labels, ",", "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, labels, m.Help)
	}
	b.WriteString("\nWorth an alert: `sightglass_agent_lost_events_total` rising, `sightglass_job_gaps` rising, `sightglass_store_free_bytes` below a few GiB,\n" +
		"`sightglass_store_sync_errors_total` above 0, `sightglass_agent_errors_total` above 0.\n")
	return []byte(b.String())
}
