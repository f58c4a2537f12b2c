package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
)

// question is one kind of question, with what it may take.
type question struct {
	name   string
	target float64 // ms, of the 95th percentile; 0 = none
	cold   bool    // nothing is decoded before, and nothing of the files is in memory; else the kernel has the files, as after recording
	again  bool    // each is asked twice, and the second time counts
	whole  bool    // it goes through all of a recording
	texts  bool    // it needs the index of texts
	ask    func(ctx context.Context, a *asked) error
}

// asked is what questions are made from.
type asked struct {
	engine  *query.Engine
	browser *browse.Browser // of the engine that keeps what was decoded
	truth   *ingesttest.ReferenceTruth
	random  *rand.Rand
}

// pick sets what the next question is about. Asking twice with the same number asks the same.
func (a *asked) pick(seed, number uint64) { a.random = rand.New(rand.NewPCG(seed, number)) }

var questions = []question{
	{name: "page", target: 5, ask: page},
	{name: "lineage_warm", target: 5, again: true, ask: lineage},
	{name: "timeline_whole", target: 10, ask: timelineWhole},
	{name: "timeline_zoomed", ask: timelineZoomed},
	{name: "invocation", ask: invocation},
	{name: "gaps", target: 10, ask: gaps},
	{name: "drops", target: 10, ask: drops},
	{name: "watermarks", target: 10, ask: watermarks},
	{name: "state_at", target: 20, again: true, whole: true, ask: stateAt},
	{name: "rare_text", target: 1000, whole: true, texts: true, ask: rareText},
	{name: "page_cold", cold: true, ask: page},
	{name: "lineage_cold", target: 50, cold: true, ask: lineage},
	{name: "result_cold", cold: true, ask: result},
}

// page reads a hundred events from a random moment on, forwards or backwards.
func page(ctx context.Context, a *asked) error {
	span := a.truth.WallMax - a.truth.WallMin
	q := query.EventQuery{From: query.Wall(a.truth.WallMin + a.random.Int64N(span*9/10)), Payload: true}
	if a.random.IntN(2) == 0 {
		q = query.EventQuery{To: query.Wall(a.truth.WallMax - a.random.Int64N(span*9/10)), Payload: true, Order: query.Descending}
	}
	const rows = 100
	n := 0
	scan, err := a.engine.Events(ctx, a.truth.Recording, q)
	if err != nil {
		return err
	}
	for _, err := range scan.All(ctx) {
		if err != nil {
			return err
		}
		if n++; n == rows {
			return nil
		}
	}
	return fmt.Errorf("a page has %d events, not %d", n, rows)
}

// lineage follows a record that a window took, back to Kafka and on into the window.
func lineage(ctx context.Context, a *asked) error {
	r := a.truth.Records[a.random.IntN(len(a.truth.Records))]
	l, err := a.engine.Lineage(ctx, query.LineageQuery{Recording: &a.truth.Recording, Record: r.Sent[2].String()})
	if err != nil {
		return err
	}
	return holds(&l, r.Read.String(), r.Sent[0].String(), r.Sent[1].String(), r.Sent[2].String())
}

// result follows what a window gave, on to Kafka.
func result(ctx context.Context, a *asked) error {
	r := a.truth.Results[a.random.IntN(len(a.truth.Results))]
	l, err := a.engine.Lineage(ctx, query.LineageQuery{Recording: &a.truth.Recording, Record: r.Sent.String()})
	if err != nil {
		return err
	}
	return holds(&l, r.Sent.String(), r.Written.String())
}

func holds(l *query.Lineage, records ...string) error {
	for _, want := range records {
		if !slices.ContainsFunc(l.Nodes, func(n query.Node) bool { return n.Record == want }) {
			return fmt.Errorf("the lineage of %s does not hold %s", l.Record, want)
		}
	}
	return nil
}

func timelineWhole(ctx context.Context, a *asked) error {
	t, err := a.engine.Timeline(ctx, a.truth.Recording, query.TimelineQuery{Buckets: 100})
	if err == nil && t.Rows != a.truth.Events {
		err = fmt.Errorf("the timeline counts %d rows, not %d", t.Rows, a.truth.Events)
	}
	return err
}

// timelineZoomed counts a second.
func timelineZoomed(ctx context.Context, a *asked) error {
	span := a.truth.WallMax - a.truth.WallMin
	from := a.truth.WallMin + a.random.Int64N(max(1, span-1_000_000))
	_, err := a.engine.Timeline(ctx, a.truth.Recording, query.TimelineQuery{Buckets: 100,
		EventQuery: query.EventQuery{From: query.Wall(from), To: query.Wall(from + 1_000_000)}})
	return err
}

// invocation reads what an operator did with one record.
func invocation(ctx context.Context, a *asked) error {
	at := a.truth.Records[a.random.IntN(len(a.truth.Records))].Window
	m, err := a.engine.At(ctx, a.truth.Recording, query.Position{Key: at.Attempt, Invocation: at.Number})
	if err == nil && len(m.Steps) == 0 {
		err = fmt.Errorf("invocation %s has no steps", at)
	}
	return err
}

func gaps(ctx context.Context, a *asked) error {
	list, err := a.engine.Gaps(ctx, a.truth.Recording)
	if err == nil && len(list) != a.truth.Gaps {
		err = fmt.Errorf("%d gaps, not %d", len(list), a.truth.Gaps)
	}
	return err
}

func drops(ctx context.Context, a *asked) error {
	d, err := a.engine.Drops(ctx, a.truth.Recording, query.DropsQuery{})
	if err != nil {
		return err
	}
	got := make(map[event.DropReason]uint64)
	for _, n := range d.Counts {
		got[n.Reason] += n.Count
	}
	for reason, want := range a.truth.Drops {
		if got[reason] != want {
			return fmt.Errorf("%d drops of reason %s, not %d", got[reason], reason, want)
		}
	}
	return nil
}

// watermarks reads how far each task came.
func watermarks(ctx context.Context, a *asked) error {
	j, err := a.engine.Job(ctx, a.truth.Recording)
	if err != nil {
		return err
	}
	for _, v := range j.Graph.Vertices {
		for _, t := range v.Subtasks {
			if t.Watermark != query.EventTime(a.truth.Watermark) {
				return fmt.Errorf("the watermark of %s %d is %d, not %d", v.Name, t.Subtask, t.Watermark, a.truth.Watermark)
			}
		}
	}
	return nil
}
