package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// demo records both demo jobs into a store in memory.
func demo(t testing.TB, opt ingesttest.Options) (*Engine, *ingesttest.Truth) {
	t.Helper()
	s := memory.New()
	truth, err := ingesttest.Record(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	return engineOf(t, Options{Reader: s}), truth
}

func engineOf(t testing.TB, o Options) *Engine {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func nodeIDs(l Lineage) []string {
	var ids []string
	for _, n := range l.Nodes {
		ids = append(ids, n.ID)
	}
	slices.Sort(ids)
	return ids
}

func read(i event.Invocation) string { return "read " + i.String() }

// journey is what the lineage of an order must hold.
func journey(o ingesttest.Order) []string {
	ids := []string{read(o.Source)}
	switch {
	case o.Poison:
	case o.Duplicate:
		ids = append(ids, o.Parsed.String(), o.Convert.String())
	default:
		ids = append(ids, o.Parsed.String(), o.Converted.String(), o.Window.String())
	}
	slices.Sort(ids)
	return ids
}

func TestLineageOfEveryOrderIsItsJourney(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 3, Orders: 2000, Codec: block.CodecLZ4})
	ctx := context.Background()
	for i, o := range truth.Orders {
		l, err := e.Lineage(ctx, LineageQuery{Recording: &truth.Totals, Record: o.Read.String()})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := nodeIDs(l), journey(o); !slices.Equal(got, want) {
			t.Fatalf("order %d: nodes %v, want %v", i, got, want)
		}
		if l.Complete != (o.Poison || o.Duplicate) {
			t.Fatalf("order %d: complete = %t; every order but a poisoned or dropped one ends in state", i, l.Complete)
		}
		if dropped := slices.ContainsFunc(l.Edges, func(e LineageEdge) bool { return e.Kind == EdgeDropped }); dropped != o.Duplicate {
			t.Fatalf("order %d: dropped = %t", i, dropped)
		}
		if o.Poison || o.Duplicate {
			continue
		}
		// The same journey seen from the other end.
		for _, record := range []string{o.Converted.String(), o.Window.String()} {
			up, err := e.Lineage(ctx, LineageQuery{Recording: &truth.Totals, Record: record, Direction: Up})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{read(o.Source), o.Parsed.String(), o.Converted.String()}
			if record == o.Window.String() {
				want = append(want, record)
			}
			slices.Sort(want)
			if got := nodeIDs(up); !slices.Equal(got, want) {
				t.Fatalf("order %d, up from %s: nodes %v, want %v", i, record, got, want)
			}
		}
	}
}

func TestLineageCrossesJobs(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 4, Orders: 2000, StepUS: 5000})
	ctx := context.Background()
	alerts := 0
	for _, f := range truth.Fired {
		l, err := e.Lineage(ctx, LineageQuery{Record: f.Written.String()})
		if err != nil {
			t.Fatal(err)
		}
		kinds := make(map[NodeKind]int)
		var writtenTo []string
		for _, n := range l.Nodes {
			kinds[n.Kind]++
			if n.Kind == NodeWritten {
				writtenTo = append(writtenTo, n.Record)
			}
		}
		want := map[NodeKind]int{NodeInvocation: 1, NodeWritten: 1, NodeSource: 1}
		records := []string{f.Written.String()}
		if f.Alerted {
			alerts++
			want[NodeWritten]++
			records = append(records, f.Alert.String())
		}
		slices.Sort(writtenTo)
		slices.Sort(records)
		if fmt.Sprint(kinds) != fmt.Sprint(want) || !slices.Equal(writtenTo, records) || l.Jobs != 2 {
			t.Fatalf("%s: %v written %v in %d jobs, want %v written %v in 2 jobs", f.Written, kinds, writtenTo, l.Jobs, want, records)
		}
		for _, id := range []string{f.Timer.String(), read(f.Read)} {
			if !slices.Contains(nodeIDs(l), id) {
				t.Fatalf("%s: %s is not among %v", f.Written, id, nodeIDs(l))
			}
		}
		if !f.Alerted {
			continue
		}
		up, err := e.Lineage(ctx, LineageQuery{Recording: &truth.Alerts, Record: f.Alert.String(), Direction: Up})
		if err != nil {
			t.Fatal(err)
		}
		if len(up.Nodes) != 4 || up.Jobs != 2 || up.Up != 3 {
			t.Fatalf("up from %s: %v", f.Alert, nodeIDs(up))
		}
	}
	if alerts == 0 {
		t.Fatal("no alert in the recording: nothing was tested")
	}
}

func TestJobCountsWhatWasRecorded(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 5, Orders: 6000, Ended: true})
	ctx := context.Background()
	d, err := e.Job(ctx, truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	var parsed, converted, dropped, poison uint64
	for _, o := range truth.Orders {
		switch {
		case o.Poison:
			poison++
		case o.Duplicate:
			parsed, dropped = parsed+1, dropped+1
		default:
			parsed, converted = parsed+1, converted+1
		}
	}
	ops := make(map[string]Operator)
	for _, v := range d.Graph.Vertices {
		for _, op := range v.Operators {
			ops[op.Slug] = op
		}
	}
	for _, c := range []struct {
		slug    string
		in, out uint64
	}{
		{"source-orders", 6000, 6000}, {"parse", 6000, parsed}, {"convert", converted, converted},
		{"sink-merchant-totals", uint64(len(truth.Fired)), uint64(len(truth.Fired))},
	} {
		if op := ops[c.slug]; op.RecordsIn != c.in || op.RecordsOut != c.out {
			t.Errorf("%s: %d in, %d out, want %d and %d", c.slug, op.RecordsIn, op.RecordsOut, c.in, c.out)
		}
	}
	if got := ops["dedup"].Drops; len(got) != 1 || got[0] != (DropSum{event.DropDuplicate, dropped}) || !d.HasDrops || d.Job.Drops != dropped {
		t.Errorf("dropped by dedup: %v, by the job: %d, want %d", got, d.Job.Drops, dropped)
	}
	edges := make(map[string]Edge)
	for _, x := range d.Graph.Edges {
		edges[x.FromOperator+" "+x.ToOperator+" "+x.Ship] = x
	}
	if got := edges["parse dedup HASH"].Records; got != parsed {
		t.Errorf("edge from parse: %d records, want %d", got, parsed)
	}
	if got := edges["convert window HASH"].Records; got != converted {
		t.Errorf("edge from convert: %d records, want %d", got, converted)
	}
	if d.State != JobFinished || d.Checks.Unequal != 0 || d.Checks.Equal == 0 || len(d.Checkpoints) != int(truth.Checkpoints) {
		t.Errorf("state %s, checks %+v, %d checkpoints", d.State, d.Checks, len(d.Checkpoints))
	}
	if len(d.Exceptions) != int(poison) || d.Exceptions[0].Value.Null() {
		t.Errorf("%d exceptions, want %d, with payload", len(d.Exceptions), poison)
	}
	if len(d.Attempts) != 7 || len(d.Processes) != 3 {
		t.Errorf("%d attempts, %d processes", len(d.Attempts), len(d.Processes))
	}
	for _, a := range d.Attempts {
		if a.State != "FINISHED" || a.Host == "" || a.Subtask < 0 {
			t.Errorf("attempt %+v", a)
		}
	}
}

func TestSourceLagCountsWhatAnotherJobWrote(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 5, Orders: 6000})
	d, err := e.Job(context.Background(), truth.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	if !d.HasSourceLag || d.SourceLag != 0 {
		t.Errorf("source lag %d, known %t; all that was written was read", d.SourceLag, d.HasSourceLag)
	}
	for _, topic := range d.Graph.Topics {
		if topic.HasLag != (topic.Role == TopicRead) || topic.Records == 0 {
			t.Errorf("topic %+v", topic)
		}
	}
}

func TestRatesEndWithTheRecording(t *testing.T) {
	s := memory.New()
	truth, err := ingesttest.Record(context.Background(), s, ingesttest.Options{Seed: 6, Orders: 4000, StepUS: 2500})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	e := engineOf(t, Options{Reader: s, Now: func() time.Time { return now }})
	d, err := e.Job(context.Background(), truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	// 400 orders a second and 4 rates; the last second of the ten may not be whole.
	if d.InPerSecond < 340 || d.InPerSecond > 460 || d.State != JobRunning {
		t.Errorf("%.0f records/s in state %s, want about 404 and running", d.InPerSecond, d.State)
	}
	now = now.Add(5 * time.Minute)
	if d, err = e.Job(context.Background(), truth.Totals); err != nil {
		t.Fatal(err)
	}
	if d.InPerSecond != 0 || d.State != JobLastSeen || d.Graph.Edges[0].PerSecond != 0 {
		t.Errorf("%.0f records/s in state %s after five silent minutes", d.InPerSecond, d.State)
	}
}

func TestGapIsTold(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 7, Orders: 2000, Gap: true})
	gaps, err := e.Gaps(context.Background(), truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	if len(gaps) != 1 || gaps[0].Reason != event.GapBufferFull || gaps[0].Events != 40 || gaps[0].Task == "" || gaps[0].Lane != event.LaneOut {
		t.Fatalf("gaps %+v", gaps)
	}
	_, err = e.At(context.Background(), truth.Totals, Position{Key: gaps[0].AttemptKey, Invocation: gaps[0].First + 1})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("a position in a gap: %v", err)
	}
}

func TestAtShowsAnInvocationWithBothSides(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 8, Orders: 3000})
	ctx := context.Background()
	for _, o := range truth.Orders[1000:1100] {
		if o.Poison {
			continue
		}
		m, err := e.At(ctx, truth.Totals, Position{Key: o.Convert.Attempt, Invocation: o.Convert.Number})
		if err != nil {
			t.Fatal(err)
		}
		if m.Input == nil || *m.Input.Element != o.Parsed || m.Input.Value.Len() == 0 || m.Invocation.N != 1 ||
			m.Invocation.Invocation != o.Convert.Number || m.Before == nil || m.After == nil || m.Watermark == NoEventTime {
			t.Fatalf("at %s: %+v", o.Convert, m)
		}
		if o.Duplicate != (len(m.Outputs) == 0) {
			t.Fatalf("at %s: %d outputs, duplicate %t", o.Convert, len(m.Outputs), o.Duplicate)
		}
		if !o.Duplicate {
			if *m.Outputs[0].Element != o.Converted || m.Outputs[0].Value.Len() == 0 || len(m.Path.Steps) != 2 || m.Path.Steps[1].Out != 1 {
				t.Fatalf("at %s: %+v", o.Convert, m)
			}
		}
		// The same by the text of its position.
		p, err := ParsePosition(m.Position.String())
		if err != nil {
			t.Fatal(err)
		}
		again, err := e.At(ctx, truth.Totals, p)
		if err != nil || again.Invocation.Cursor != m.Invocation.Cursor {
			t.Fatalf("at %s: %v", p, err)
		}
		src, err := e.At(ctx, truth.Totals, Position{Key: o.Source.Attempt, Invocation: o.Source.Number})
		if err != nil || src.Input == nil || *src.Input.Kafka != o.Read {
			t.Fatalf("at %s: %+v, %v", o.Source, src, err)
		}
	}
}

func TestResolveFindsRecordings(t *testing.T) {
	e, truth := demo(t, ingesttest.Options{Seed: 9, Orders: 200})
	ctx := context.Background()
	for _, text := range []string{"shop-totals", "shop-t", truth.Totals.String(), truth.Totals.String()[:9]} {
		if id, err := e.Resolve(ctx, text); err != nil || id != truth.Totals {
			t.Errorf("%q is %v, %v", text, id, err)
		}
	}
	var ambiguous *AmbiguousError
	if _, err := e.Resolve(ctx, "shop-"); !errors.As(err, &ambiguous) || len(ambiguous.Candidates) != 2 {
		t.Errorf("shop-: %v", err)
	}
	if _, err := e.Resolve(ctx, "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing: %v", err)
	}
}
