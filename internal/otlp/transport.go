package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip" // collectors take it
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// requestTimeout bounds one request.
const requestTimeout = 15 * time.Second

// transport sends one request. refused is how many items the other side did not take although it answered.
type transport interface {
	send(ctx context.Context, request proto.Message) (refused int64, why string, err error)
	close()
}

// temporaryError is a failure after which the same request may be tried again, after a pause if the other side named one.
type temporaryError struct {
	cause error
	after time.Duration
}

func (e *temporaryError) Error() string { return e.cause.Error() }
func (e *temporaryError) Unwrap() error { return e.cause }

func newTransport(o *Options) (transport, error) {
	host, base, err := o.address()
	if err != nil {
		return nil, err
	}
	secure := o.TLS
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	switch o.Protocol {
	case GRPC:
		c := credentials.NewTLS(secure)
		if o.Insecure {
			c = insecure.NewCredentials()
		}
		conn, err := grpc.NewClient(host, grpc.WithTransportCredentials(c), grpc.WithUserAgent("sightglass/"+o.Version),
			grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip")))
		if err != nil {
			return nil, fmt.Errorf("connecting to %s: %w", host, err)
		}
		return &grpcTransport{conn, metadata.New(o.Headers)}, nil
	case HTTP:
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSClientConfig = secure
		return &httpTransport{base: base, headers: o.Headers, agent: "sightglass/" + o.Version, client: &http.Client{
			Transport: t,
			// A redirect would carry the headers, and with them a key, somewhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}, nil
	}
	return nil, fmt.Errorf("protocol %q is neither %s nor %s", o.Protocol, GRPC, HTTP)
}

type grpcTransport struct {
	conn    *grpc.ClientConn
	headers metadata.MD
}

func (t *grpcTransport) close() { _ = t.conn.Close() } // nothing is in flight any more

func (t *grpcTransport) send(ctx context.Context, request proto.Message) (int64, string, error) {
	ctx, cancel := context.WithTimeout(metadata.NewOutgoingContext(ctx, t.headers), requestTimeout)
	defer cancel()
	var answer proto.Message
	var err error
	switch m := request.(type) {
	case *tracepb.ExportTraceServiceRequest:
		answer, err = tracepb.NewTraceServiceClient(t.conn).Export(ctx, m)
	case *logspb.ExportLogsServiceRequest:
		answer, err = logspb.NewLogsServiceClient(t.conn).Export(ctx, m)
	case *metricspb.ExportMetricsServiceRequest:
		answer, err = metricspb.NewMetricsServiceClient(t.conn).Export(ctx, m)
	}
	if err != nil {
		switch status.Code(err) {
		case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted, codes.Canceled, codes.OutOfRange, codes.DataLoss:
			return 0, "", &temporaryError{cause: err}
		}
		return 0, "", err
	}
	refused, why := partial(answer)
	return refused, why, nil
}

type httpTransport struct {
	base, agent string
	headers     map[string]string
	client      *http.Client
}

func (t *httpTransport) close() { t.client.CloseIdleConnections() }

func (t *httpTransport) send(ctx context.Context, request proto.Message) (int64, string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	path, answer := "/v1/traces", proto.Message(new(tracepb.ExportTraceServiceResponse))
	switch request.(type) {
	case *logspb.ExportLogsServiceRequest:
		path, answer = "/v1/logs", new(logspb.ExportLogsServiceResponse)
	case *metricspb.ExportMetricsServiceRequest:
		path, answer = "/v1/metrics", new(metricspb.ExportMetricsServiceResponse)
	}
	raw, err := proto.Marshal(request)
	if err != nil {
		return 0, "", fmt.Errorf("encoding: %w", err)
	}
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	_, err = z.Write(raw)
	if err := errors.Join(err, z.Close()); err != nil {
		return 0, "", fmt.Errorf("compressing: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.base+path, &body)
	if err != nil {
		return 0, "", err
	}
	for name, value := range t.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("Content-Encoding", "gzip")
	r.Header.Set("User-Agent", t.agent)
	got, err := t.client.Do(r)
	if err != nil {
		return 0, "", &temporaryError{cause: err}
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, 1<<20))
	if err != nil {
		return 0, "", &temporaryError{cause: err}
	}
	if got.StatusCode/100 != 2 {
		err := fmt.Errorf("%s answers %s", path, got.Status)
		switch got.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			seconds, _ := strconv.Atoi(got.Header.Get("Retry-After")) // 0 = none, or a date
			return 0, "", &temporaryError{err, time.Duration(seconds) * time.Second}
		}
		return 0, "", err
	}
	if err := proto.Unmarshal(text, answer); err != nil {
		return 0, "", nil // it took all and says so in its own way
	}
	refused, why := partial(answer)
	return refused, why, nil
}

// partial says what the other side did not take.
func partial(answer proto.Message) (int64, string) {
	switch m := answer.(type) {
	case *tracepb.ExportTraceServiceResponse:
		return m.GetPartialSuccess().GetRejectedSpans(), m.GetPartialSuccess().GetErrorMessage()
	case *logspb.ExportLogsServiceResponse:
		return m.GetPartialSuccess().GetRejectedLogRecords(), m.GetPartialSuccess().GetErrorMessage()
	case *metricspb.ExportMetricsServiceResponse:
		return m.GetPartialSuccess().GetRejectedDataPoints(), m.GetPartialSuccess().GetErrorMessage()
	}
	return 0, ""
}
