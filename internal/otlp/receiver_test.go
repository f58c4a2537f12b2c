package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const jobID = "0123456789abcdef0123456789abcdef"

// checkpointSpans are as Flink 2.3's OpenTelemetryTraceReporter makes them: variables of the scope at the root, children in the
// same trace.
func checkpointSpans() *tracepb.ExportTraceServiceRequest {
	id := func(n byte) []byte { return bytes.Repeat([]byte{n}, 8) }
	root := bytes.Repeat([]byte{7}, 16)
	return &tracepb.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
		Resource: &resourcepb.Resource{Attributes: []*commonpb.KeyValue{text("service.name", "flink")}},
		ScopeSpans: []*trace.ScopeSpans{{
			Scope: &commonpb.InstrumentationScope{Name: "org.apache.flink.runtime.checkpoint.CheckpointStatsTracker"},
			Spans: []*trace.Span{
				{
					TraceId: root, SpanId: id(1), Name: "Checkpoint", StartTimeUnixNano: 1_700_000_000_000_000_000, EndTimeUnixNano: 1_700_000_000_250_000_000,
					Attributes: []*commonpb.KeyValue{
						text("job_id", jobID), text("job_name", "orders"), text("checkpointStatus", "COMPLETED"), whole("checkpointId", 3), whole("fullSize", 4711), text("new.in.flink.9", "kept"),
					},
				},
				{TraceId: root, SpanId: id(2), ParentSpanId: id(1), Name: "Checkpoint_Task", StartTimeUnixNano: 1_700_000_000_000_000_000, EndTimeUnixNano: 1_700_000_000_200_000_000},
			},
		}},
	}}}
}

func statusEvent() *logspb.ExportLogsServiceRequest {
	return &logspb.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{{ScopeLogs: []*logs.ScopeLogs{{
		Scope: &commonpb.InstrumentationScope{Name: "org.apache.flink.runtime.scheduler.JobStatus"},
		LogRecords: []*logs.LogRecord{{
			TimeUnixNano: 1_700_000_009_000_000_000, ObservedTimeUnixNano: 1_700_000_001_000_000_000, SeverityText: "INFO",
			Body:       &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: "Job is RUNNING"}},
			Attributes: []*commonpb.KeyValue{text("name", "JobStatusChangeEvent"), text("job_id", jobID), text("newJobStatus", "RUNNING")},
		}},
	}}}}}
}

// taking is a receiver behind a listener.
type taking struct {
	*Receiver
	address string

	mu   sync.Mutex
	list []Report
	fail error
}

func take(t *testing.T, token string) *taking {
	t.Helper()
	k := &taking{}
	k.Receiver = NewReceiver(token, func(_ context.Context, list []Report) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.fail == nil {
			k.list = append(k.list, list...)
		}
		return k.fail
	}, slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k.address = l.Addr().String()
	s := &http.Server{Handler: k.Receiver, Protocols: new(http.Protocols)}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(l) }) // it ends with Close
	t.Cleanup(func() { _ = s.Close(); serving.Wait() })
	return k
}

func (k *taking) reports() []Report {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]Report(nil), k.list...)
}

func (k *taking) check(t *testing.T) {
	t.Helper()
	got := k.reports()
	if len(got) != 3 {
		t.Fatalf("%d reports: %+v", len(got), got)
	}
	root, child, event := got[0], got[1], got[2]
	for _, r := range got {
		if r.Recording != jobID {
			t.Errorf("%s is of job %q", r.Name, r.Recording)
		}
	}
	if root.Kind != ReportSpan || root.Name != "Checkpoint" || root.End.Sub(root.At) != 250*time.Millisecond || root.Attributes["fullSize"] != int64(4711) ||
		root.Attributes["new.in.flink.9"] != "kept" || root.Resource["service.name"] != "flink" {
		t.Errorf("%+v", root)
	}
	if child.Parent != root.Span || child.Trace != root.Trace {
		t.Errorf("%+v", child)
	}
	if event.Kind != ReportEvent || event.Name != "JobStatusChangeEvent" || event.Body != "Job is RUNNING" || event.Severity != "INFO" || event.At.Unix() != 1_700_000_001 {
		t.Errorf("%+v", event)
	}
}

func TestReportersAreTakenByGRPC(t *testing.T) {
	k := take(t, "a-token-of-some-length")
	conn, err := grpc.NewClient(k.address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	spans := tracepb.NewTraceServiceClient(conn)
	if _, err := spans.Export(t.Context(), checkpointSpans()); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without the token: %v", err)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer a-token-of-some-length")
	if _, err := spans.Export(ctx, checkpointSpans()); err != nil {
		t.Fatal(err)
	}
	if _, err := logspb.NewLogsServiceClient(conn).Export(ctx, statusEvent()); err != nil {
		t.Fatal(err)
	}
	k.check(t)
	if _, err := metricspb.NewMetricsServiceClient(conn).Export(ctx, &metricspb.ExportMetricsServiceRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("metrics: %v", err)
	}
	k.mu.Lock()
	k.fail = errors.New("disk full")
	k.mu.Unlock()
	if _, err := spans.Export(ctx, checkpointSpans()); status.Code(err) != codes.Unavailable || k.Lost() != 2 || k.Kept() != 3 {
		t.Errorf("%v, %d lost, %d kept", err, k.Lost(), k.Kept())
	}
}

func (k *taking) post(t *testing.T, path, kind, encoding string, body []byte) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+k.address+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReportersAreTakenByHTTP(t *testing.T) {
	k := take(t, "")
	spans, err := proto.Marshal(checkpointSpans())
	if err != nil {
		t.Fatal(err)
	}
	event, err := proto.Marshal(statusEvent())
	if err != nil {
		t.Fatal(err)
	}
	const protobuf = "application/x-protobuf"
	for _, c := range []struct {
		path, kind, encoding string
		body                 []byte
		want                 int
	}{
		{"/v1/traces", protobuf, "gzip", packed(t, spans), 200},
		{"/v1/logs", protobuf, "", event, 200},
		{"/v1/metrics", protobuf, "", nil, 404},
		{"/v1/traces", "text/plain", "", spans, 415},
		{"/v1/traces", protobuf, "br", spans, 415},
		{"/v1/traces", protobuf, "", []byte{0xff}, 400},
		{"/v1/traces", protobuf, "gzip", spans, 400},
		{"/v1/traces", protobuf, "gzip", packed(t, make([]byte, maxRequest+1)), 413},
	} {
		if got := k.post(t, c.path, c.kind, c.encoding, c.body); got != c.want {
			t.Errorf("%s %s %s: %d, want %d", c.path, c.kind, c.encoding, got, c.want)
		}
	}
	k.check(t)
}

func TestAReportSentTwiceIsOne(t *testing.T) {
	a, b := spansIn(checkpointSpans()), spansIn(checkpointSpans())
	one, _, err := a[0].Digest()
	if err != nil {
		t.Fatal(err)
	}
	two, _, err := b[0].Digest()
	if err != nil || one != two {
		t.Errorf("%s and %s %v", one, two, err)
	}
	if other, _, _ := a[1].Digest(); other == one {
		t.Error("two spans have one digest")
	}
}

func FuzzReports(f *testing.F) {
	for _, m := range []proto.Message{checkpointSpans(), statusEvent()} {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var spans tracepb.ExportTraceServiceRequest
		var lines logspb.ExportLogsServiceRequest
		var list []Report
		if proto.Unmarshal(b, &spans) == nil {
			list = append(list, spansIn(&spans)...)
		}
		if proto.Unmarshal(b, &lines) == nil {
			list = append(list, eventsIn(&lines)...)
		}
		for i := range list {
			if _, _, err := list[i].Digest(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
