package otlp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// Signal is one of the kinds of data that OTLP carries.
type Signal string

// The signals.
const (
	Metrics Signal = "metrics"
	Logs    Signal = "logs"
	Traces  Signal = "traces"
)

// Signals in order.
var Signals = []Signal{Metrics, Logs, Traces}

// Protocols of an endpoint.
const (
	GRPC = "grpc"
	HTTP = "http"
)

// Options of an exporter. Endpoint, Browser and Version are required; without Signals nothing is sent by itself.
type Options struct {
	// Endpoint is host:port, or a URL whose path comes before v1/traces and the like.
	Endpoint string
	Protocol string            // default GRPC
	Headers  map[string]string // sent with every request
	Insecure bool              // no TLS
	TLS      *tls.Config       // default: the machine's roots
	Signals  []Signal
	Rates    Rates         // of journeys; empty: on demand only
	Every    time.Duration // between two readings of metrics; default 30 s

	Browser *browse.Browser
	Who     access.Principal // whose eyes decide what leaves
	// Families reads all metrics. Required for the signal Metrics.
	Families func(context.Context) ([]Family, error)
	Version  string
	Log      *slog.Logger
	Now      func() time.Time

	// Times for tests; defaults: a journey is looked at 5 s, 30 s and 5 min after its record was read, jobs are looked for each
	// second, and a failed request is tried again after 1 s, then twice as long each time.
	Settle []time.Duration
	Look   time.Duration
	Retry  time.Duration
}

// retryFor is how long one batch is tried, and retryMost the longest pause between two tries.
const (
	retryFor  = 5 * time.Minute
	retryMost = 30 * time.Second
)

func (o *Options) complete() error {
	if o.Endpoint == "" || o.Browser == nil {
		return errors.New("an exporter needs an endpoint and a browser")
	}
	if o.Protocol == "" {
		o.Protocol = GRPC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Every <= 0 {
		o.Every = 30 * time.Second
	}
	if len(o.Settle) == 0 {
		o.Settle = []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute}
	}
	if o.Look <= 0 {
		o.Look = time.Second
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	return nil
}

func (o *Options) wants(s Signal) bool {
	for _, w := range o.Signals {
		if w == s {
			return true
		}
	}
	return false
}

// address takes an endpoint apart: host:port for gRPC, a base URL for HTTP.
func (o *Options) address() (host, base string, err error) {
	scheme := "https"
	if o.Insecure {
		scheme = "http"
	}
	text := o.Endpoint
	if !strings.Contains(text, "://") {
		text = scheme + "://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", fmt.Errorf("endpoint %q is neither host:port nor a URL", o.Endpoint)
	}
	if u.Scheme != scheme {
		return "", "", fmt.Errorf("endpoint %q and TLS contradict each other: http wants otlp-insecure, https forbids it", o.Endpoint)
	}
	if u.User != nil {
		return "", "", errors.New("credentials belong into the file of headers, not into the endpoint")
	}
	return u.Host, strings.TrimSuffix(u.String(), "/"), nil
}

// ReadHeaders reads a file of lines "name: value"; empty lines and lines that begin with # say nothing.
func ReadHeaders(path string) (map[string]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading headers for OTLP: %w", err)
	}
	headers := map[string]string{}
	for i, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" || strings.ContainsAny(name, " \t\"") {
			return nil, fmt.Errorf("headers for OTLP in %s, line %d: want name: value", path, i+1) // the line may be a secret
		}
		headers[name] = strings.TrimSpace(value)
	}
	return headers, nil
}

// Rates are shares of source records whose journeys are sent, by job's name; "" stands for all others.
type Rates map[string]float64

// ParseRates reads 0.01, or 0.01,orders=0.5.
func ParseRates(text string) (Rates, error) {
	r := Rates{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		job, share := "", part
		if i := strings.LastIndexByte(part, '='); i >= 0 {
			job, share = strings.TrimSpace(part[:i]), strings.TrimSpace(part[i+1:])
		}
		f, err := strconv.ParseFloat(share, 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return nil, fmt.Errorf("%q is no share from 0 to 1", share)
		}
		r[job] = f
	}
	return r, nil
}

// Of is the share for a job.
func (r Rates) Of(job string) float64 {
	if f, ok := r[job]; ok {
		return f
	}
	return r[""]
}
