package server

import (
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/query"
)

// What recorded jobs that read a stream failed on is counted for each of them, within the time, and for no other stream or cluster.
func TestWhatReadersFailOnIsTheirs(t *testing.T) {
	j := shop(t, kafkatest.Start(t), nil)
	truth, err := ingesttest.Record(t.Context(), j.store, ingesttest.Options{Seed: 7, Orders: 1600})
	if err != nil {
		t.Fatal(err)
	}
	poison := int64(0)
	for _, o := range truth.Orders {
		if o.Poison {
			poison++
		}
	}
	if poison == 0 {
		t.Fatal("no order of the recording is poison")
	}
	job, err := j.queries.Job(t.Context(), truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{j.Server}
	from, to := job.Started.Time().Add(-time.Hour), job.LastSeen.Time().Add(time.Hour)
	count := func(of impact.Stream, from, to time.Time) (n int64) {
		t.Helper()
		all, err := w.Since(t.Context(), of, from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			if x.System == "job:shop-totals" && x.Kind == impact.TroubleException && !x.First.IsZero() {
				n += x.Count
			} else {
				t.Errorf("%+v", x)
			}
		}
		return n
	}
	orders := impact.Stream{Cluster: "prod", Topic: "orders"}
	if n := count(orders, from, to); n != poison {
		t.Errorf("%d exceptions of %d records that cannot be parsed", n, poison)
	}
	if n := count(orders, to, to.Add(time.Hour)); n != 0 {
		t.Errorf("%d exceptions behind the end", n)
	}
	for _, of := range []impact.Stream{{Cluster: "elsewhere", Topic: "orders"}, {Cluster: "prod", Topic: "totals"}} {
		if n := count(of, from, to); n != 0 {
			t.Errorf("%d exceptions of %s", n, of)
		}
	}
}

// Records that a source, or a parser in its task, cannot decode are errors of decoding; other exceptions of the task are exceptions, those of other tasks nothing.
func TestWhatKindOfTroubleAnEventIs(t *testing.T) {
	for _, c := range []struct {
		e    query.Event
		want string
	}{
		{query.Event{Kind: event.KindDropped, Reason: event.DropParseError, Operator: query.OperatorRef{ID: "parse"}, Vertex: "source"}, impact.TroubleDecoding},
		{query.Event{Kind: event.KindDropped, Reason: event.DropNothingDecoded, Operator: query.OperatorRef{ID: "read"}}, impact.TroubleDecoding},
		{query.Event{Kind: event.KindDropped, Reason: event.DropDuplicate, Operator: query.OperatorRef{ID: "read"}, Vertex: "source"}, ""},
		{query.Event{Kind: event.KindException, Operator: query.OperatorRef{ID: "read"}, Vertex: "source"}, impact.TroubleDecoding},
		{query.Event{Kind: event.KindException, Operator: query.OperatorRef{ID: "parse"}, Vertex: "source"}, impact.TroubleException},
		{query.Event{Kind: event.KindException, Operator: query.OperatorRef{ID: "sum"}, Vertex: "totals"}, ""},
		{query.Event{Kind: event.KindDropped, Reason: event.DropParseError, Operator: query.OperatorRef{ID: "sum"}, Vertex: "totals"}, ""},
	} {
		if got := troubleOf(&c.e, []string{"read"}, []string{"source"}); got != c.want {
			t.Errorf("%+v: %q, want %q", c.e, got, c.want)
		}
	}
}
