package otlp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/sightglass/sightglass/internal/browse"
)

// Room of the queues, in items, and how many go into one request.
const (
	metricsRoom, metricsBatch = 8, 1
	logsRoom, logsBatch       = 20_000, 1000
	spansRoom, spansBatch     = 20_000, 1000
)

// grace is how long a shutdown waits for what is left.
const grace = 3 * time.Second

// Exporter sends. Safe for concurrent use.
type Exporter struct {
	o         Options
	transport transport
	began     time.Time
	metrics   *queue[*metrics.ResourceMetrics]
	logs      *queue[logLine]
	spans     *queue[span]
	journeys  *journeys
	held      *held
}

// ErrFull: what was to be sent found no room.
var ErrFull = errors.New("too much waits to be sent by OTLP already")

// New makes an exporter, which connects when there is something to send.
func New(o Options) (*Exporter, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	t, err := newTransport(&o)
	if err != nil {
		return nil, err
	}
	e := &Exporter{o: o, transport: t, began: o.Now(), journeys: newJourneys(), held: newHeld()}
	e.metrics = (&queue[*metrics.ResourceMetrics]{
		signal: Metrics, room: metricsRoom, batch: metricsBatch, request: metricsRequest, send: t.send, now: o.Now, pause: o.Retry, warn: e.warn,
	}).begin()
	e.logs = (&queue[logLine]{
		signal: Logs, room: logsRoom, batch: logsBatch, request: logsRequest(o.Version), send: t.send, now: o.Now, pause: o.Retry, warn: e.warn,
	}).begin()
	e.spans = (&queue[span]{
		signal: Traces, room: spansRoom, batch: spansBatch, request: tracesRequest(o.Version), send: t.send, now: o.Now, pause: o.Retry, warn: e.warn,
	}).begin()
	return e, nil
}

func (e *Exporter) warn(s Signal, err error, dropped int) {
	e.o.Log.Warn("sending by OTLP failed", "signal", string(s), "endpoint", e.o.Endpoint, "dropped", dropped, "error", err)
}

// States tell how sending stands, one for each signal that is wanted; traces are there always, for journeys on demand.
func (e *Exporter) States() (out []State) {
	for _, s := range []State{e.metrics.read(), e.logs.read(), e.spans.read()} {
		if e.o.wants(s.Signal) || s.Signal == Traces {
			out = append(out, s)
		}
	}
	return out
}

// Endpoint is where everything goes.
func (e *Exporter) Endpoint() string { return e.o.Endpoint }

// Skipped is how many sampled journeys were not followed because too many waited, or because they could not be read.
func (e *Exporter) Skipped() uint64 { return e.journeys.skipped.Load() }

// Run sends until ctx ends.
func (e *Exporter) Run(ctx context.Context) {
	defer e.transport.close()
	var senders, readers sync.WaitGroup
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	senders.Go(func() { e.metrics.run(sending, grace) })
	senders.Go(func() { e.logs.run(sending, grace) })
	senders.Go(func() { e.spans.run(sending, grace) })
	if e.o.wants(Metrics) {
		readers.Go(func() { e.readMetrics(ctx) })
	}
	if e.o.wants(Logs) || e.o.wants(Traces) {
		readers.Go(func() { e.watch(ctx) })
	}
	readers.Wait()
	<-ctx.Done()
	e.logs.add(e.held.all()...)
	stop()
	senders.Wait()
}

func (e *Exporter) readMetrics(ctx context.Context) {
	tick := time.NewTicker(e.o.Every)
	defer tick.Stop()
	for {
		families, err := e.o.Families(ctx)
		switch {
		case err == nil:
			e.metrics.add(metricsOf(families, e.began, e.o.Now(), e.o.Version))
		case ctx.Err() == nil:
			e.o.Log.Warn("metrics could not be read for OTLP", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sent says what an export on demand handed over.
type Sent struct {
	Trace    string // 32 hex digits
	Spans    int
	Jobs     int
	Complete bool // nothing is known to be missing
	Notes    []browse.Note
}

// Journey sends the whole journey of a record now, whatever is sampled.
func (e *Exporter) Journey(ctx context.Context, t browse.Target, record string) (Sent, error) {
	j, err := e.o.Browser.Journey(ctx, e.o.Who, t, record, browse.Both)
	if err != nil {
		return Sent{}, err
	}
	spans, at, id := spansOf(&j)
	if len(spans) == 0 {
		return Sent{}, fmt.Errorf("%w: no invocation on the way of %s is recorded", browse.ErrNotFound, record)
	}
	e.journeys.remember(at)
	if e.spans.add(spans...) {
		return Sent{}, ErrFull
	}
	return Sent{Trace: fmt.Sprintf("%x", id), Spans: len(spans), Jobs: j.Jobs, Complete: j.Complete, Notes: j.Notes}, nil
}
