package otlp

import (
	"context"
	"encoding/hex"
	"testing"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// invented is a journey of two invocations: one that read a record and passed it through a chain, one that threw it away.
func invented() *browse.Journey {
	at := &event.KafkaPosition{Topic: "orders", Partition: 2, Offset: 4711}
	source := &browse.Event{Event: query.Event{Kafka: at}}
	chain := []query.OperatorRef{{Index: 0, ID: "a0", Name: "Source"}, {Index: 1, ID: "a1", Name: "parse"}, {Index: 2, ID: "a2", Name: "side"}}
	late := query.OperatorRef{Index: 0, ID: "b0", Name: "window"}
	return &browse.Journey{Works: []browse.Work{
		{
			Source: source,
			Work: query.Work{
				Job: "orders", AttemptKey: 1, Invocation: 5, Operator: chain[0], Begin: 1_000_000, End: 1_000_400, HasEnd: true,
				Visits: []query.Visit{{Operator: chain[0], Parent: -1}, {Operator: chain[1], Parent: 0, Emitted: 1}, {Operator: chain[2], Parent: 1}},
			},
		},
		{Work: query.Work{
			Job: "orders", AttemptKey: 2, Invocation: 9, Operator: late, Begin: 1_000_500, End: 1_000_500, Element: "e",
			Visits:  []query.Visit{{Operator: late, Parent: -1}},
			Dropped: []query.Event{{Operator: late, Reason: 1, Wall: 1_000_500}},
			Causes:  []query.Cause{{Work: 0, Kind: query.EdgeDropped, Operator: "a1"}},
		}},
	}}
}

func byName(spans []span) map[string]*trace.Span {
	m := map[string]*trace.Span{}
	for _, s := range spans {
		m[s.Name] = s.Span
	}
	return m
}

func TestSpansFollowTheChain(t *testing.T) {
	spans, at, id := spansOf(invented())
	m := byName(spans)
	if len(spans) != 4 || id != traceOf("orders/2@4711") {
		t.Fatalf("%d spans, trace %x", len(spans), id)
	}
	for child, parent := range map[string]string{"parse": "Source", "side": "parse", "window": "parse"} {
		if string(m[child].ParentSpanId) != string(m[parent].SpanId) {
			t.Errorf("%s is no child of %s", child, parent)
		}
	}
	if m["Source"].ParentSpanId != nil || m["Source"].Kind != trace.Span_SPAN_KIND_CONSUMER || attribute(m["Source"].Attributes, attrOffset) != "4711" {
		t.Errorf("%v", m["Source"])
	}
	if attribute(m["window"].Attributes, attrDrops) != event.DropReason(1).String() || len(m["window"].Events) != 1 {
		t.Errorf("%v", m["window"])
	}
	if got := attribute(m["window"].Attributes, attrEnd); got != "not recorded" {
		t.Errorf("an end that is not recorded: %q", got)
	}
	if got := attribute(m["parse"].Attributes, attrTimes); got != "of the invocation" || m["parse"].EndTimeUnixNano-m["parse"].StartTimeUnixNano != 400_000 {
		t.Errorf("times: %q, %v", got, m["parse"])
	}
	if a := at[place{attempt: 2, invocation: 9}]; string(a.span[:]) != string(m["window"].SpanId) || a.trace != id {
		t.Errorf("lines of the log would name %x", a.span)
	}
}

func TestATraceThatTheRecordCarriesIsUsed(t *testing.T) {
	j := invented()
	p, ok := access.TraceParentOf(event.NewPayload([]byte("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")))
	if !ok {
		t.Fatal("no trace context")
	}
	j.Works[0].Parent, j.Works[0].HasParent = p, true
	spans, _, id := spansOf(j)
	if hex.EncodeToString(id[:]) != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("trace %x", id)
	}
	if m := byName(spans); hex.EncodeToString(m["Source"].ParentSpanId) != "00f067aa0ba902b7" || string(m["parse"].ParentSpanId) != string(m["Source"].SpanId) {
		t.Errorf("%v", m)
	}
}

func TestLinesNameTheSpanOfTheirRecord(t *testing.T) {
	s, c := demo(t, false), newCollector()
	e := s.exporting(t, Options{Endpoint: c.grpc(t)})
	rec, err := s.Resolve(t.Context(), s.truth.Totals.String())
	if err != nil {
		t.Fatal(err)
	}
	var sent Sent
	for _, o := range s.truth.Orders {
		if o.Poison {
			if sent, err = e.Journey(t.Context(), rec, o.Read.String()); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go e.followLog(ctx, "demo", rec, browse.Beginning)
	c.until(t, "the exception and its journey", func() bool { return len(c.lines) > 0 && len(c.spans) >= sent.Spans })
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[0]
	if sent.Trace == "" || hex.EncodeToString(l.TraceId) != sent.Trace || byID(c.spans)[string(l.SpanId)] == nil {
		t.Errorf("the line is of trace %x, its record's is %s", l.TraceId, sent.Trace)
	}
}
