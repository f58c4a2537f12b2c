package otlp

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// converted is an order that went from the source over the converter into a window.
func (s *shelf) converted(t *testing.T) (at int) {
	t.Helper()
	for i, o := range s.truth.Orders {
		if !o.Poison && !o.Duplicate && o.Window.Number != 0 {
			return i
		}
	}
	t.Fatal("no order came to a window")
	return 0
}

func byID(spans []*trace.Span) map[string]*trace.Span {
	m := map[string]*trace.Span{}
	for _, s := range spans {
		m[string(s.SpanId)] = s
	}
	return m
}

func TestAJourneyIsATreeOfSpans(t *testing.T) {
	for _, protocol := range []string{GRPC, HTTP} {
		t.Run(protocol, func(t *testing.T) {
			s, c := demo(t, true), newCollector()
			endpoint := map[string]func(*testing.T) string{GRPC: c.grpc, HTTP: c.http}[protocol](t)
			e := s.exporting(t, Options{Endpoint: endpoint, Protocol: protocol, Headers: map[string]string{"x-token": "abc"}})
			o := s.truth.Orders[s.converted(t)]
			rec, err := s.Resolve(t.Context(), s.truth.Totals.String())
			if err != nil {
				t.Fatal(err)
			}
			sent, err := e.Journey(t.Context(), rec, o.Read.String())
			if err != nil {
				t.Fatal(err)
			}
			c.until(t, "the journey", func() bool { return len(c.spans) >= sent.Spans })
			if len(c.spans) != sent.Spans || !c.tokens["abc"] {
				t.Fatalf("%d spans of %d, tokens %v", len(c.spans), sent.Spans, c.tokens)
			}
			if want := fmt.Sprintf("%x", traceOf(o.Read.String())); sent.Trace != want {
				t.Errorf("trace %s, want that of the record's place, %s", sent.Trace, want)
			}
			spans := byID(c.spans)
			path := map[string]bool{} // invocations
			for _, span := range c.spans {
				if fmt.Sprintf("%x", span.TraceId) != sent.Trace {
					t.Errorf("%s is of another trace", span.Name)
				}
				if span.ParentSpanId == nil {
					if attribute(span.Attributes, attrTopic) != o.Read.Topic || attribute(span.Attributes, attrOffset) != decimal(o.Read.Offset) || span.Kind != trace.Span_SPAN_KIND_CONSUMER {
						t.Errorf("the root %s read something else: %v", span.Name, span.Attributes)
					}
				} else if spans[string(span.ParentSpanId)] == nil {
					t.Errorf("the parent of %s is missing", span.Name)
				}
				if span.EndTimeUnixNano < span.StartTimeUnixNano || span.StartTimeUnixNano == 0 {
					t.Errorf("%s runs from %d to %d", span.Name, span.StartTimeUnixNano, span.EndTimeUnixNano)
				}
				path[attribute(span.Attributes, attrPosition)] = true
			}
			for _, inv := range []event.Invocation{o.Source, o.Convert, o.Window} {
				at, err := s.At(t.Context(), access.LocalPrincipal("me"), rec, query.Position{Key: inv.Attempt, Invocation: inv.Number})
				if err != nil {
					t.Fatal(err)
				}
				if !path[at.Position.String()] {
					t.Errorf("%s is no span; there are %v", at.Position, path)
				}
			}
		})
	}
}

func TestBothJobsAgreeOnTheTrace(t *testing.T) {
	s, c := demo(t, true), newCollector()
	e := s.exporting(t, Options{Endpoint: c.grpc(t)})
	var total int
	for i, f := range s.truth.Fired {
		if f.Alerted {
			total = i
		}
	}
	f := s.truth.Fired[total]
	first, err := s.Resolve(t.Context(), s.truth.Totals.String())
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Resolve(t.Context(), s.truth.Alerts.String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Journey(t.Context(), first, query.Position{Key: f.Timer.Attempt, Invocation: f.Timer.Number}.String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.Journey(t.Context(), second, query.Position{Key: f.Read.Attempt, Invocation: f.Read.Number}.String())
	if err != nil {
		t.Fatal(err)
	}
	c.until(t, "both journeys", func() bool { return len(c.spans) >= a.Spans+b.Spans })
	if a.Trace != b.Trace || a.Jobs != 2 || b.Jobs != 2 {
		t.Fatalf("traces %s and %s, jobs %d and %d", a.Trace, b.Trace, a.Jobs, b.Jobs)
	}
	spans, linked := byID(c.spans), 0
	for _, span := range c.spans {
		for _, l := range span.Links {
			from := spans[string(l.SpanId)]
			if from == nil || string(span.ParentSpanId) != string(l.SpanId) {
				t.Fatalf("%s links to a span that is not there", span.Name)
			}
			if c.jobs[string(l.SpanId)] == c.jobs[string(span.SpanId)] {
				t.Errorf("%s links within its job", span.Name)
			}
			if from.Kind != trace.Span_SPAN_KIND_PRODUCER || attribute(from.Attributes, attrOffset) != decimal(f.Written.Offset) {
				t.Errorf("%s links to %s %v, which wrote something else", span.Name, from.Name, from.Attributes)
			}
			linked++
		}
	}
	if linked == 0 {
		t.Error("no link over Kafka")
	}
}

func TestWhatIsMaskedNeverLeaves(t *testing.T) {
	for _, clear := range []bool{true, false} {
		s, c := demo(t, clear), newCollector()
		e := s.exporting(t, Options{Endpoint: c.grpc(t), Signals: []Signal{Logs, Traces}, Rates: Rates{"": 0.2}})
		// The jobs of the demo have ended: what a running one would have brought is read from the beginning.
		for _, rec := range []event.RecordingID{s.truth.Totals, s.truth.Alerts} {
			target, err := s.Resolve(t.Context(), rec.String())
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			t.Cleanup(stop)
			go e.followLog(ctx, "demo", target, browse.Beginning)
			go e.followSources(ctx, "demo", target, browse.Beginning)
		}
		c.until(t, "lines and spans", func() bool { return len(c.lines) > 0 && len(c.spans) > 50 })
		c.mu.Lock()
		for _, canary := range []string{"m-01", "twelve", "currency"} { // of a key, of an exception's message, of a value
			if left := bytes.Contains(c.raw, []byte(canary)); left != clear {
				t.Errorf("values are to leave: %v; %s did: %v", clear, canary, left)
			}
		}
		values := 0
		for _, span := range c.spans {
			if attribute(span.Attributes, attrKey) != "" || attribute(span.Attributes, attrValue) != "" {
				values++
			}
		}
		if (values > 0) != clear {
			t.Errorf("values are to leave: %v; %d spans have one, be it masked", clear, values)
		}
		poison := 0
		for _, l := range c.lines {
			if l.EventName == "exception" {
				poison++
				if (attribute(l.Attributes, "exception.type") != "") != clear {
					t.Errorf("exception with values %v: %v", clear, l.Attributes)
				}
				if (l.Body != nil) != clear {
					t.Errorf("a text with values %v: %v", clear, l.Body)
				}
				if attribute(l.Attributes, attrPosition) == "" || attribute(l.Attributes, attrTopic) == "" {
					t.Errorf("an exception without its record: %v", l.Attributes)
				}
			}
		}
		if poison == 0 {
			t.Error("no exception")
		}
		c.mu.Unlock()
	}
}

// await waits for what an exporter says of itself once an answer has come to it.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}

func TestOverloadIsCountedAndNeverWaits(t *testing.T) {
	s, c := demo(t, false), newCollector()
	c.failing = 3
	e := s.exporting(t, Options{Endpoint: c.grpc(t)})
	lines := make([]logLine, logsRoom+7)
	for i := range lines {
		lines[i] = logLine{job: "x", LogRecord: lineOf("x", &browse.Event{}, "", nil, time.Now()).LogRecord}
	}
	if !e.logs.add(lines...) {
		t.Fatal("a full queue took more")
	}
	c.until(t, "what had room", func() bool { return len(c.lines) == logsRoom })
	await(t, "the answer", func() bool { return e.logs.read().Sent == logsRoom })
	if st := e.logs.read(); st.Dropped != 7 || st.Error != "" || st.Waiting != 0 {
		t.Errorf("%+v", st)
	}
}

func TestWhatIsRefusedIsDropped(t *testing.T) {
	for _, protocol := range []string{GRPC, HTTP} {
		s, c := demo(t, false), newCollector()
		c.refuse = true
		e := s.exporting(t, Options{Endpoint: map[string]func(*testing.T) string{GRPC: c.grpc, HTTP: c.http}[protocol](t), Protocol: protocol})
		e.logs.add(lineOf("x", &browse.Event{}, "", nil, time.Now()))
		await(t, "the refusal", func() bool { return e.logs.read().Dropped > 0 })
		if st := e.logs.read(); st.Sent != 0 || st.Error == "" {
			t.Errorf("%s: %+v", protocol, st)
		}
	}
}

func TestMetricsBecomeSumsGaugesAndHistograms(t *testing.T) {
	s, c := demo(t, false), newCollector()
	s.exporting(t, Options{Endpoint: c.http(t), Protocol: HTTP, Signals: []Signal{Metrics}, Families: func(context.Context) ([]Family, error) {
		return []Family{
			{Name: "a_events_total", Kind: "counter", Points: []Point{{Labels: []string{"job", "x", "operator", "map"}, Value: 7}}},
			{Name: "a_lag_seconds", Kind: "gauge", Points: []Point{{Value: 1.5}}},
			{Name: "a_took_seconds", Kind: "histogram", Points: []Point{{Bounds: []float64{1, 2}, Counts: []uint64{3, 0, 1}, Sum: 9}}},
		}, nil
	}})
	c.until(t, "metrics", func() bool { return len(c.metrics) == 3 })
	sum := c.metrics["a_events"].GetSum()
	if sum == nil || !sum.IsMonotonic || sum.DataPoints[0].GetAsDouble() != 7 || attribute(sum.DataPoints[0].Attributes, attrJob) != "x" || attribute(sum.DataPoints[0].Attributes, attrOperator) != "map" {
		t.Errorf("counter: %v", c.metrics["a_events"])
	}
	if g := c.metrics["a_lag_seconds"]; g.GetGauge().DataPoints[0].GetAsDouble() != 1.5 || g.Unit != "s" {
		t.Errorf("gauge: %v", g)
	}
	if h := c.metrics["a_took_seconds"].GetHistogram().DataPoints[0]; h.Count != 4 || h.GetSum() != 9 || len(h.BucketCounts) != 3 {
		t.Errorf("histogram: %v", h)
	}
}

func TestSharesPickTheSameRecordsEverywhere(t *testing.T) {
	n := 0
	for i := range 10_000 {
		record := event.KafkaPosition{Topic: "orders", Offset: int64(i)}.String()
		if picked(record, 0.1) {
			n++
			if !picked(record, 0.2) || picked(record, 0) || !picked(record, 1) {
				t.Fatal("a larger share leaves out what a smaller one has")
			}
		}
	}
	if n < 900 || n > 1100 {
		t.Errorf("%d of 10000 picked for a share of 0.1", n)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, bad := range []Options{
		{Endpoint: "http://x:4318"}, {Endpoint: "https://x", Insecure: true}, {Endpoint: "ftp://x"}, {Endpoint: "https://u:p@x"}, {Endpoint: "x:1", Protocol: "udp"},
	} {
		bad.Browser = new(browse.Browser)
		if e, err := New(bad); err == nil {
			t.Errorf("%+v was taken: %v", bad, e)
		}
	}
	for _, bad := range []string{"2", "-1", "x=", "NaN"} {
		if _, err := ParseRates(bad); err == nil {
			t.Errorf("rate %q was taken", bad)
		}
	}
	r, err := ParseRates("0.5, a=b=0.25")
	if err != nil || r.Of("x") != 0.5 || r.Of("a=b") != 0.25 {
		t.Errorf("%v %v", r, err)
	}
	if _, err := ReadHeaders("/nowhere"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}
