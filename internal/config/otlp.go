package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// OTLP is what is sent to and taken from other systems by OpenTelemetry's protocol.
type OTLP struct {
	Endpoint    string // empty = nothing is sent
	Protocol    string
	HeadersFile string
	Insecure    bool
	Signals     []string
	TraceRate   string // docs/operations/otel.md
	Values      string
	Every       time.Duration

	Listen    string // empty = nothing is taken
	TokenFile string
}

// otlpSettings are those of OTLP, in the order of the reference page.
func otlpSettings() []Setting {
	return []Setting{
		{"otlp-endpoint", "", "host:port or URL", "OTLP collector that metrics, log lines and journeys are sent to (docs/operations/otel.md); empty: nothing is sent.",
			text(func(s *Server) *string { return &s.OTLP.Endpoint })},
		{"otlp-protocol", "grpc", "", "grpc or http (protobuf).",
			choice(func(s *Server) *string { return &s.OTLP.Protocol }, "grpc", "http")},
		{"otlp-headers-file", "", "file", "Lines name: value that go with every request, as a key of the collector's.",
			text(func(s *Server) *string { return &s.OTLP.HeadersFile })},
		{"otlp-insecure", "false", "", "true: without TLS, for a collector on this machine.",
			func(s *Server, v string) error { return boolean(&s.OTLP.Insecure, v) }},
		{"otlp-signals", "", "list", "What is sent by itself: metrics, logs, traces; empty: journeys on demand only.",
			func(s *Server, v string) error { return list(&s.OTLP.Signals, v, "metrics", "logs", "traces") }},
		{"otlp-trace-rate", "0", "share", "Share of source records whose journeys are sent as traces, from 0 to 1; of single jobs too, as 0.001,orders=0.1.",
			text(func(s *Server) *string { return &s.OTLP.TraceRate })},
		{"otlp-values", "hidden", "", "Whether values of records and messages of log lines and exceptions leave: hidden or clear.",
			choice(func(s *Server) *string { return &s.OTLP.Values }, "hidden", "clear")},
		{"otlp-metrics-every", "30s", "duration", "Between two readings of metrics that are sent.",
			duration(func(s *Server) *time.Duration { return &s.OTLP.Every })},
		{"otlp-listen", "", "host:port", "Address that takes what Flink's own trace and event reporters send, by gRPC and HTTP; empty: nothing is taken.",
			func(s *Server, v string) error {
				if v == "" {
					s.OTLP.Listen = ""
					return nil
				}
				return address(&s.OTLP.Listen, v)
			}},
		{"otlp-token-file", "", "file", "Holds the token that reporters show; empty: one is made below the data folder when otlp-listen is not on loopback.",
			text(func(s *Server) *string { return &s.OTLP.TokenFile })},
	}
}

func boolean(to *bool, v string) error {
	switch v {
	case "true", "false":
		*to = v == "true"
		return nil
	}
	return fmt.Errorf("%q is neither true nor false", v)
}

// list reads names separated by commas.
func list(to *[]string, v string, of ...string) error {
	*to = nil
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if part == "" || slices.Contains(*to, part) {
			continue
		}
		if !slices.Contains(of, part) {
			return fmt.Errorf("%q is none of %s", part, strings.Join(of, ", "))
		}
		*to = append(*to, part)
	}
	return nil
}

// checkOTLP tells what settings contradict each other.
func (s *Server) checkOTLP() error {
	o := &s.OTLP
	switch {
	case o.Endpoint == "" && len(o.Signals) > 0:
		return fmt.Errorf("setting otlp-signals: %s cannot be sent without otlp-endpoint", strings.Join(o.Signals, ", "))
	case o.Listen != "" && !strings.HasSuffix(o.Listen, ":0") && (o.Listen == s.Listen || o.Listen == s.AgentListen):
		return fmt.Errorf("setting otlp-listen: two listeners cannot share %s", o.Listen)
	}
	return nil
}
