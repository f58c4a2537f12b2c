package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/otlp"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// otlpTokenFile is the reporters' token below the data folder.
const otlpTokenFile = "otlp-token"

// reportsOfOne bounds what is kept of one recording.
const reportsOfOne = 50_000

// reports keeps what Flink's own reporters send, beside the recordings.
type reports struct {
	meta     *meta.DB
	receiver *otlp.Receiver // nil = nothing is taken
	http     *http.Server
	listener net.Listener
}

// openReports listens for Flink's reporters, when an address is set.
func (s *Server) openReports(ctx context.Context, x secrets) error {
	s.reports = &reports{meta: s.meta}
	c := s.cfg.OTLP
	if c.Listen == "" {
		return nil
	}
	token := ""
	if c.TokenFile != "" || !config.Loopback(c.Listen) {
		var err error
		if token, err = loadToken(or(c.TokenFile, filepath.Join(s.cfg.Data, otlpTokenFile)), c.TokenFile == ""); err != nil {
			return err
		}
	}
	l, err := listen(ctx, c.Listen, "otlp-listen", false)
	if err != nil {
		return err
	}
	r := s.reports
	r.receiver = otlp.NewReceiver(token, r.keep, s.log)
	r.http = &http.Server{
		Handler: r.receiver, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), Protocols: new(http.Protocols),
	}
	r.http.Protocols.SetHTTP1(true)
	r.http.Protocols.SetHTTP2(true)
	r.http.Protocols.SetUnencryptedHTTP2(true) // gRPC without TLS
	if s.cfg.TLS.For(c.Listen) {
		l = tls.NewListener(l, x.certificate.config("h2", "http/1.1"))
	}
	r.listener = l
	return nil
}

// address is where reporters connect; empty = nothing is taken.
func (r *reports) address() string {
	if r.listener == nil {
		return ""
	}
	return r.listener.Addr().String()
}

// keep is otlp.NewReceiver's.
func (r *reports) keep(ctx context.Context, list []otlp.Report) error {
	rows := make([]meta.Report, 0, len(list))
	for i := range list {
		digest, body, err := list[i].Digest()
		if err != nil {
			return fmt.Errorf("encoding a report: %w", err)
		}
		rows = append(rows, meta.Report{Recording: list[i].Recording, At: list[i].At, Digest: digest, Body: body})
	}
	_, err := r.meta.AddReports(ctx, rows, reportsOfOne)
	return err
}

// Taken is api.Reports.
func (r *reports) Taken() bool { return r.receiver != nil }

// Reports is api.Reports.
func (r *reports) Reports(ctx context.Context, t browse.Target, limit int) ([]api.Report, bool, error) {
	rows, more, err := r.meta.Reports(ctx, t.Recording.String(), limit)
	if err != nil {
		return nil, false, err
	}
	out := make([]api.Report, 0, len(rows))
	for _, row := range rows {
		var x otlp.Report
		if err := json.Unmarshal(row.Body, &x); err != nil {
			return nil, false, fmt.Errorf("reading report %d: %w", row.ID, err)
		}
		one := api.Report{
			Kind: string(x.Kind), Name: x.Name, Scope: x.Scope, At: api.Time{Time: x.At}, Severity: x.Severity, Body: x.Body,
			Trace: x.Trace, Span: x.Span, Parent: x.Parent, Attributes: x.Attributes, Resource: x.Resource,
		}
		if !x.End.IsZero() {
			one.End = &api.Time{Time: x.End}
		}
		out = append(out, one)
	}
	return out, more, nil
}

// serve takes reports until close; nil when nothing is to be taken.
func (r *reports) serve() error {
	if r.receiver == nil {
		return nil
	}
	if err := r.http.Serve(r.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving Flink's reporters on %s: %w", r.listener.Addr(), err)
	}
	return nil
}

func (r *reports) shutdown(ctx context.Context) error {
	if r.receiver == nil {
		return nil
	}
	if err := r.http.Shutdown(ctx); err != nil {
		_ = r.http.Close() // what is left was told already
		return fmt.Errorf("ending reporters' requests: %w", err)
	}
	return nil
}

// release closes the listener of a server that never ran.
func (r *reports) release() {
	if r != nil && r.listener != nil {
		_ = r.listener.Close() // closed already after a shutdown
	}
}

// forget is told of recordings that are deleted.
func (s *Server) forget(ctx context.Context, rec event.RecordingID) {
	if err := s.meta.ForgetReports(ctx, rec.String()); err != nil {
		s.log.Warn("reports of a deleted recording stay", "recording", rec.String(), "error", err)
	}
}

// reportMetrics tell what came from Flink's reporters.
func reportMetrics() []Metric {
	value := func(of func(*otlp.Receiver) uint64) func(*scrape) []sample {
		return func(x *scrape) []sample {
			if x.server.reports.receiver == nil {
				return nil
			}
			return []sample{{nil, float64(of(x.server.reports.receiver))}}
		}
	}
	return []Metric{
		{"sightglass_reports_kept_total", "counter", "", "Spans and events of Flink's own reporters that were kept since the start.", value((*otlp.Receiver).Kept)},
		{"sightglass_reports_lost_total", "counter", "", "Those that could not be kept; reporters were told.", value((*otlp.Receiver).Lost)},
	}
}
