package otlp

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// maxRequest bounds one request, unpacked.
const maxRequest = 4 << 20

// Receiver takes what Flink's trace and event reporters send, by gRPC and by HTTP on one port. Metrics are refused in words: the
// server has its own.
type Receiver struct {
	token string
	keep  func(context.Context, []Report) error
	log   *slog.Logger
	grpc  *grpc.Server
	kept  atomic.Uint64
	lost  atomic.Uint64
}

// NewReceiver makes a receiver that gives reports to keep. An empty token: none is asked for.
func NewReceiver(token string, keep func(context.Context, []Report) error, log *slog.Logger) *Receiver {
	r := &Receiver{token: token, keep: keep, log: log, grpc: grpc.NewServer(grpc.MaxRecvMsgSize(maxRequest))}
	tracepb.RegisterTraceServiceServer(r.grpc, traceReceiver{r: r})
	logspb.RegisterLogsServiceServer(r.grpc, logReceiver{r: r})
	metricspb.RegisterMetricsServiceServer(r.grpc, metricspb.UnimplementedMetricsServiceServer{})
	return r
}

// Kept and Lost are how many reports were taken, and how many could not be kept.
func (r *Receiver) Kept() uint64 { return r.kept.Load() }

// Lost is how many reports could not be kept.
func (r *Receiver) Lost() uint64 { return r.lost.Load() }

func (r *Receiver) take(ctx context.Context, list []Report) error {
	if len(list) == 0 {
		return nil
	}
	if err := r.keep(ctx, list); err != nil {
		r.lost.Add(uint64(len(list)))
		r.log.Error("reports of Flink could not be kept", "reports", len(list), "error", err)
		return err
	}
	r.kept.Add(uint64(len(list)))
	return nil
}

type traceReceiver struct {
	tracepb.UnimplementedTraceServiceServer
	r *Receiver
}

func (t traceReceiver) Export(ctx context.Context, m *tracepb.ExportTraceServiceRequest) (*tracepb.ExportTraceServiceResponse, error) {
	if err := t.r.take(ctx, spansIn(m)); err != nil {
		return nil, status.Error(codes.Unavailable, "it could not be kept; the server's log says why")
	}
	return &tracepb.ExportTraceServiceResponse{}, nil
}

type logReceiver struct {
	logspb.UnimplementedLogsServiceServer
	r *Receiver
}

func (l logReceiver) Export(ctx context.Context, m *logspb.ExportLogsServiceRequest) (*logspb.ExportLogsServiceResponse, error) {
	if err := l.r.take(ctx, eventsIn(m)); err != nil {
		return nil, status.Error(codes.Unavailable, "it could not be kept; the server's log says why")
	}
	return &logspb.ExportLogsServiceResponse{}, nil
}

// ServeHTTP takes a request of either protocol.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if r.token != "" {
		shown, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(shown), []byte(r.token)) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="sightglass"`)
			http.Error(w, "show the token of otlp-token-file, as Authorization: Bearer <token>", http.StatusUnauthorized)
			return
		}
	}
	kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	switch {
	case err != nil:
		http.Error(w, "no Content-Type", http.StatusUnsupportedMediaType)
	case strings.HasPrefix(kind, "application/grpc"):
		r.grpc.ServeHTTP(w, q)
	case q.Method != http.MethodPost:
		http.Error(w, "POST", http.StatusMethodNotAllowed)
	default:
		r.plain(w, q, kind)
	}
}

// plain takes OTLP over HTTP, as protobuf or as JSON.
func (r *Receiver) plain(w http.ResponseWriter, q *http.Request, kind string) {
	var m, answer proto.Message
	switch q.URL.Path {
	case "/v1/traces":
		m, answer = new(tracepb.ExportTraceServiceRequest), new(tracepb.ExportTraceServiceResponse)
	case "/v1/logs":
		m, answer = new(logspb.ExportLogsServiceRequest), new(logspb.ExportLogsServiceResponse)
	default:
		http.Error(w, "traces and logs are taken here: /v1/traces, /v1/logs", http.StatusNotFound)
		return
	}
	body, code, err := readBody(w, q)
	if err != nil {
		http.Error(w, err.Error(), code)
		return
	}
	read, write := proto.Unmarshal, proto.Marshal
	if kind == "application/json" {
		read, write = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal, protojson.Marshal
	} else if kind != "application/x-protobuf" {
		http.Error(w, "application/x-protobuf or application/json", http.StatusUnsupportedMediaType)
		return
	}
	if err := read(body, m); err != nil {
		http.Error(w, "that is no OTLP", http.StatusBadRequest)
		return
	}
	var list []Report
	switch m := m.(type) {
	case *tracepb.ExportTraceServiceRequest:
		list = spansIn(m)
	case *logspb.ExportLogsServiceRequest:
		list = eventsIn(m)
	}
	if r.take(q.Context(), list) != nil {
		http.Error(w, "it could not be kept; the server's log says why", http.StatusServiceUnavailable)
		return
	}
	out, err := write(answer)
	if err != nil {
		r.log.Error("an answer could not be written", "error", err)
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(out) // the reporter may be gone
}

func readBody(w http.ResponseWriter, q *http.Request) ([]byte, int, error) {
	var from io.Reader = http.MaxBytesReader(w, q.Body, maxRequest)
	switch q.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, http.StatusBadRequest, errors.New("that is no gzip")
		}
		from = z
	default:
		return nil, http.StatusUnsupportedMediaType, errors.New("gzip or no encoding")
	}
	body, err := io.ReadAll(io.LimitReader(from, maxRequest+1))
	switch {
	case len(body) > maxRequest:
		return nil, http.StatusRequestEntityTooLarge, errors.New("a request of more than 4 MiB")
	case err != nil:
		return nil, http.StatusBadRequest, errors.New("the request cannot be read")
	}
	return body, 0, nil
}

// Digest names what a report says: the same one sent again has the same.
func (r *Report) Digest() (string, []byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return "", nil, err
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16]), body, nil
}
