package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/otlp"
)

// openExport makes what sends by OTLP, when a collector is named.
func (s *Server) openExport() error {
	c := s.cfg.OTLP
	if c.Endpoint == "" {
		return nil
	}
	o := otlp.Options{
		Endpoint: c.Endpoint, Protocol: c.Protocol, Insecure: c.Insecure, Every: c.Every, Browser: s.browser, Who: access.ExportPrincipal("otlp"),
		Families: s.families, Version: s.version, Log: s.log, Now: s.now,
	}
	for _, name := range c.Signals {
		o.Signals = append(o.Signals, otlp.Signal(name))
	}
	var err error
	if o.Rates, err = otlp.ParseRates(c.TraceRate); err != nil {
		return fmt.Errorf("setting otlp-trace-rate: %w", err)
	}
	if c.HeadersFile != "" {
		if o.Headers, err = otlp.ReadHeaders(c.HeadersFile); err != nil {
			return fmt.Errorf("setting otlp-headers-file: %w", err)
		}
	}
	if s.export, err = otlp.New(o); err != nil {
		return fmt.Errorf("setting otlp-endpoint: %w", err)
	}
	return nil
}

// families is everything that /metrics shows, for OTLP.
func (s *Server) families(ctx context.Context) ([]otlp.Family, error) {
	x, err := s.collect(ctx)
	if err != nil {
		return nil, err
	}
	var out []otlp.Family
	for _, m := range Metrics() {
		f := otlp.Family{Name: m.Name, Kind: m.Kind, Help: m.Help}
		if m.value == nil {
			f.Points = s.metrics.points(m.Name)
		} else {
			for _, v := range m.value(x) {
				f.Points = append(f.Points, otlp.Point{Labels: v.labels, Value: v.value})
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// points is what expose writes, as numbers.
func (q *requests) points(name string) (out []otlp.Point) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if strings.HasSuffix(name, "_total") {
		for key, n := range q.answers {
			out = append(out, otlp.Point{Labels: labels("route", key[0], "status", key[1]), Value: float64(n)})
		}
		return out
	}
	for route, h := range q.took {
		counts := h.buckets
		out = append(out, otlp.Point{Labels: labels("route", route), Bounds: requestBounds[:], Counts: counts[:], Sum: h.sum})
	}
	return out
}

// otlpMetrics tell how sending stands.
func otlpMetrics() []Metric {
	return []Metric{
		{"sightglass_otlp_sent_total", "counter", "signal", "Spans, log lines and readings of metrics that the OTLP collector took.",
			perSignal(func(s otlp.State) float64 { return float64(s.Sent) })},
		{"sightglass_otlp_dropped_total", "counter", "signal", "Those that were not sent: no room, too old, or refused.",
			perSignal(func(s otlp.State) float64 { return float64(s.Dropped) })},
		{"sightglass_otlp_waiting", "gauge", "signal", "Those that wait.",
			perSignal(func(s otlp.State) float64 { return float64(s.Waiting) })},
		{"sightglass_otlp_skipped_journeys_total", "counter", "", "Sampled journeys that were not sent, because too many waited or because they could not be read.",
			func(x *scrape) []sample {
				if x.server.export == nil {
					return nil
				}
				return []sample{{nil, float64(x.server.export.Skipped())}}
			}},
	}
}

func perSignal(value func(otlp.State) float64) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		if x.server.export == nil {
			return nil
		}
		for _, s := range x.server.export.States() {
			out = append(out, sample{labels("signal", string(s.Signal)), value(s)})
		}
		return out
	}
}

// checkOTLP tells how sending and taking stand; nothing of what is off.
func (s *Server) checkOTLP() (checks []api.Check) {
	if r := s.reports.receiver; r != nil {
		c := api.Check{Check: "reports", State: stateOK, Detail: s.info.OTLP + "; " + strconv.FormatUint(r.Kept(), 10) + " spans and events of Flink's reporters kept"}
		if n := r.Lost(); n > 0 {
			c.State, c.Fix = stateWarn, strconv.FormatUint(n, 10)+" could not be kept: the server's log says why"
		}
		checks = append(checks, c)
	}
	if s.export == nil {
		return checks
	}
	c := api.Check{Check: "otlp", State: stateOK}
	var words []string
	for _, st := range s.export.States() {
		words = append(words, string(st.Signal)+": "+strconv.FormatUint(st.Sent, 10)+" sent")
		if st.Dropped > 0 {
			c.State, c.Fix = stateWarn, "what was dropped is missing in the other system, not here: is it reachable and fast enough?"
			words[len(words)-1] += ", " + strconv.FormatUint(st.Dropped, 10) + " dropped"
		}
		if st.Error != "" {
			c.State, c.Fix = stateFail, "check otlp-endpoint, otlp-protocol, otlp-insecure and otlp-headers-file, and that the collector runs"
			words[len(words)-1] += ", fails: " + st.Error
		}
	}
	if n := s.export.Skipped(); n > 0 && c.State == stateOK {
		c.State, c.Fix = stateWarn, "lower otlp-trace-rate: "+strconv.FormatUint(n, 10)+" sampled journeys were not followed"
	}
	c.Detail = s.export.Endpoint() + "; " + strings.Join(words, "; ")
	return append(checks, c)
}

// exported is api.Journeys.
type exported struct{ *otlp.Exporter }

// Journey is api.Journeys.
func (e exported) Journey(ctx context.Context, t browse.Target, record string) (api.JourneyExport, error) {
	sent, err := e.Exporter.Journey(ctx, t, record)
	if errors.Is(err, otlp.ErrFull) {
		return api.JourneyExport{}, api.ErrJourneysFull
	}
	if err != nil {
		return api.JourneyExport{}, err
	}
	out := api.JourneyExport{
		Record: record, Trace: sent.Trace, Spans: sent.Spans, Jobs: sent.Jobs, Complete: sent.Complete, Notes: []api.Note{}, Collector: e.Endpoint(),
	}
	for _, n := range sent.Notes {
		out.Notes = append(out.Notes, api.Note{Kind: string(n.Kind), Text: n.Text, Node: n.Node, Operator: n.Operator, Hint: n.Hint})
	}
	return out, nil
}
