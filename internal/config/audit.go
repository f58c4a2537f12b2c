package config

import (
	"strings"
	"time"
)

// Audit is where the audit log goes beside the data folder, and how long it is kept.
type Audit struct {
	Anchors []string // take signed ends of the chain
	Export  []string // take every entry
	Keep    time.Duration
}

// auditSettings are those of the audit log, in the order of the reference page.
func auditSettings() []Setting {
	const places = "file:PATH, https://…, kafka:CLUSTER/TOPIC, syslog://host:port (syslog+tcp, syslog+tls)"
	return []Setting{
		{"audit-anchors", "", "list", "Where signed ends of the audit log are sent every ten minutes, so that a log that was cut off is noticed (docs/operations/audit.md): " + places + ".",
			func(s *Server, v string) error { s.Audit.Anchors = placesOf(v); return nil }},
		{"audit-export", "", "list", "Where every entry of the audit log is sent as a CloudEvent: " + places + ".",
			func(s *Server, v string) error { s.Audit.Export = placesOf(v); return nil }},
		{"audit-keep", "0s", "duration", "Full files of the audit log that are older are removed, once their end was signed; 0s: they are kept for ever.",
			func(s *Server, v string) error { return age(&s.Audit.Keep, v) }},
	}
}

// placesOf splits at commas.
func placesOf(v string) (out []string) {
	for p := range strings.SplitSeq(v, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
