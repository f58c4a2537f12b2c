package otlp

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// collector is what a company's collector would be: official server stubs, behind gRPC and behind HTTP.
type collector struct {
	tracepb.UnimplementedTraceServiceServer
	metricspb.UnimplementedMetricsServiceServer
	logspb.UnimplementedLogsServiceServer

	mu      sync.Mutex
	raw     []byte // all that came, as bytes
	spans   []*trace.Span
	jobs    map[string]string // service.name by span id
	lines   []*logs.LogRecord
	metrics map[string]*metrics.Metric
	tokens  map[string]bool
	failing int // so many requests are answered with "unavailable"
	refuse  bool
	came    chan struct{}
}

func newCollector() *collector {
	return &collector{jobs: map[string]string{}, metrics: map[string]*metrics.Metric{}, tokens: map[string]bool{}, came: make(chan struct{}, 1)}
}

func (c *collector) take(ctx context.Context, m proto.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failing > 0 {
		c.failing--
		return status.Error(codes.Unavailable, "come again")
	}
	if c.refuse {
		return status.Error(codes.InvalidArgument, "not like this")
	}
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		for _, v := range md.Get("x-token") {
			c.tokens[v] = true
		}
	}
	b, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	c.raw = append(c.raw, b...)
	switch m := m.(type) {
	case *tracepb.ExportTraceServiceRequest:
		for _, r := range m.ResourceSpans {
			for _, s := range r.ScopeSpans {
				c.spans = append(c.spans, s.Spans...)
				for _, span := range s.Spans {
					c.jobs[string(span.SpanId)] = attribute(r.Resource.Attributes, "service.name")
				}
			}
		}
	case *logspb.ExportLogsServiceRequest:
		for _, r := range m.ResourceLogs {
			for _, s := range r.ScopeLogs {
				c.lines = append(c.lines, s.LogRecords...)
			}
		}
	case *metricspb.ExportMetricsServiceRequest:
		for _, r := range m.ResourceMetrics {
			for _, s := range r.ScopeMetrics {
				for _, x := range s.Metrics {
					c.metrics[x.Name] = x
				}
			}
		}
	}
	select {
	case c.came <- struct{}{}:
	default:
	}
	return nil
}

// until waits for requests until the condition holds.
func (c *collector) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		c.mu.Lock()
		ok := holds()
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-c.came:
		case <-deadline:
			t.Fatalf("%s did not come: %d spans, %d lines, %d metrics", what, len(c.spans), len(c.lines), len(c.metrics))
		}
	}
}

type traceService struct{ *collector }

func (s traceService) Export(ctx context.Context, m *tracepb.ExportTraceServiceRequest) (*tracepb.ExportTraceServiceResponse, error) {
	return &tracepb.ExportTraceServiceResponse{}, s.take(ctx, m)
}

type logService struct{ *collector }

func (s logService) Export(ctx context.Context, m *logspb.ExportLogsServiceRequest) (*logspb.ExportLogsServiceResponse, error) {
	return &logspb.ExportLogsServiceResponse{}, s.take(ctx, m)
}

type metricService struct{ *collector }

func (s metricService) Export(ctx context.Context, m *metricspb.ExportMetricsServiceRequest) (*metricspb.ExportMetricsServiceResponse, error) {
	return &metricspb.ExportMetricsServiceResponse{}, s.take(ctx, m)
}

// grpc serves c and returns its address.
func (c *collector) grpc(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	tracepb.RegisterTraceServiceServer(s, traceService{c})
	logspb.RegisterLogsServiceServer(s, logService{c})
	metricspb.RegisterMetricsServiceServer(s, metricService{c})
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(l) }) // it ends with Stop
	t.Cleanup(func() { s.Stop(); serving.Wait() })
	return l.Addr().String()
}

// http serves c by HTTP and returns its address.
func (c *collector) http(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m, answer proto.Message
		switch r.URL.Path {
		case "/v1/traces":
			m, answer = new(tracepb.ExportTraceServiceRequest), new(tracepb.ExportTraceServiceResponse)
		case "/v1/logs":
			m, answer = new(logspb.ExportLogsServiceRequest), new(logspb.ExportLogsServiceResponse)
		case "/v1/metrics":
			m, answer = new(metricspb.ExportMetricsServiceRequest), new(metricspb.ExportMetricsServiceResponse)
		default:
			http.NotFound(w, r)
			return
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body, err := io.ReadAll(z)
		if err == nil {
			err = proto.Unmarshal(body, m)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		ctx := metadata.NewIncomingContext(r.Context(), metadata.Pairs("x-token", r.Header.Get("x-token")))
		if err := c.take(ctx, m); err != nil {
			code := http.StatusServiceUnavailable
			if status.Code(err) == codes.InvalidArgument {
				code = http.StatusBadRequest
			}
			http.Error(w, err.Error(), code)
			return
		}
		out, err := proto.Marshal(answer)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(out) // the exporter may be gone
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func attribute(list []*commonpb.KeyValue, name string) string {
	for _, kv := range list {
		if kv.Key == name {
			if n, ok := kv.Value.Value.(*commonpb.AnyValue_IntValue); ok {
				return decimal(n.IntValue)
			}
			return kv.Value.GetStringValue()
		}
	}
	return ""
}

// shelf is two recorded jobs that hang together over Kafka, with a browser whose exports see values or not.
type shelf struct {
	*browse.Browser
	store *memory.Store
	truth *ingesttest.Truth
}

type noAudit struct{}

func (noAudit) Begin(context.Context, access.Intent) (access.Receipt, error)   { return 0, nil }
func (noAudit) End(_ context.Context, _ access.Receipt, _ access.Result) error { return nil }
func (noAudit) Event(context.Context, access.Intent, access.Result) error      { return nil }

func demo(t *testing.T, clear bool) *shelf {
	t.Helper()
	s := &shelf{store: memory.New()}
	var err error
	if s.truth, err = ingesttest.DemoRecording(s.store, 21, 520); err != nil {
		t.Fatal(err)
	}
	return s.open(t, clear)
}

func (s *shelf) open(t *testing.T, clear bool) *shelf {
	t.Helper()
	queries, err := query.New(query.Options{Reader: s.store})
	if err != nil {
		t.Fatal(err)
	}
	s.Browser, err = browse.New(browse.Options{Queries: queries, Policy: access.NewInForce(access.Local().WithExport(clear)), Auditor: noAudit{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// exporting runs an exporter until the test ends.
func (s *shelf) exporting(t *testing.T, o Options) *Exporter {
	t.Helper()
	o.Browser, o.Who, o.Insecure, o.Version = s.Browser, access.ExportPrincipal("otlp"), true, "test"
	o.Settle, o.Look, o.Retry = []time.Duration{time.Nanosecond}, time.Millisecond, time.Millisecond
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { e.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return e
}
