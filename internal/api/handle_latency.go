package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

type latencyRequest struct {
	RecordingPath
	Op        string `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id."`
	Subtask   int    `query:"subtask" default:"-1" minimum:"-1" doc:"-1 = every one."`
	From      string `query:"from" maxLength:"64" doc:"Earliest time: RFC 3339 or an offset from now such as -5m."`
	To        string `query:"to" maxLength:"64" doc:"Latest time, exclusive."`
	Buckets   int    `query:"buckets" minimum:"1" maximum:"2000" default:"200"`
	BySubtask bool   `query:"by_subtask" doc:"Also of each subtask."`
}

// Latency is how long records took and how late they came. All values are in microseconds.
type Latency struct {
	From        *Time           `json:"from,omitempty"`
	To          *Time           `json:"to,omitempty"`
	BucketUS    I64             `json:"bucket_us"`
	Buckets     int             `json:"buckets"`
	Approximate bool            `json:"approximate" doc:"Sums of stretches across the borders of buckets count where their middle lies."`
	Pending     I64             `json:"pending" doc:"Blocks that are not in it; they are summed up in the background."`
	Series      []LatencySeries `json:"series"`
}

// LatencySeries is one measure of an operator, or of one subtask of it.
type LatencySeries struct {
	Op      string         `json:"op" doc:"Empty: not known."`
	OpName  string         `json:"op_name"`
	Subtask int            `json:"subtask" doc:"-1 = all of them."`
	Measure string         `json:"measure" enum:"inside,age,lateness,dropped" doc:"inside: from when the task took a record in to when the operator sent on or wrote what came of it. age: from a record's own time to when a source read it, or another operator sent it on or wrote it. lateness: by how much the task's watermark was ahead of a record's time when it came in; below zero the record was ahead. dropped: by how much records that the operator treated as late were too late by its rule."`
	Total   LatencySummary `json:"total"`
	Counts  []int64        `json:"counts" doc:"How many were measured in each bucket; where it is 0 the other lists mean nothing."`
	P50     []int64        `json:"p50"`
	P95     []int64        `json:"p95"`
	Max     []int64        `json:"max"`
	Late    []int64        `json:"late" doc:"How many came late in each bucket; of measure lateness alone."`
}

// LatencySummary is what a whole stretch comes to. Quantiles are at most a sixteenth too high, the least and the greatest are exact.
type LatencySummary struct {
	Count   I64              `json:"count"`
	Min     int64            `json:"min"`
	P50     int64            `json:"p50"`
	P95     int64            `json:"p95"`
	P99     int64            `json:"p99"`
	Max     int64            `json:"max"`
	Late    I64              `json:"late" doc:"How many came late; of measure lateness alone."`
	Without []LatencyWithout `json:"without" doc:"What went through the operator and is not in the measure."`
}

// LatencyWithout is how many were not measured for a reason.
type LatencyWithout struct {
	Why   string `json:"why" enum:"no-time,not-recorded,no-watermark,several-inputs" doc:"no-time: the record has no time of its own. not-recorded: its row, or that of what it came with, is not recorded, as at level positions. no-watermark: none had come yet, or that of the end of the input. several-inputs: the task has several inputs, and rows of its watermark do not say which one they are of."`
	Count I64    `json:"count"`
}

func (s *service) latency(ctx context.Context, in *latencyRequest) (Latency, error) {
	now := s.now()
	q := browse.LatencyQuery{TimelineQuery: browse.TimelineQuery{Buckets: in.Buckets}, BySubtask: in.BySubtask}
	q.Operator = in.Op
	if in.Subtask >= 0 {
		q.Subtask = &in.Subtask
	}
	var err error
	if q.From, err = instant("from", in.From, now); err != nil {
		return Latency{}, err
	}
	if q.To, err = instant("to", in.To, now); err != nil {
		return Latency{}, err
	}
	l, err := s.Browser.Latency(ctx, target(ctx), q)
	if err != nil {
		return Latency{}, err
	}
	out := Latency{
		From: wall(l.From), To: wall(l.To), BucketUS: I64(l.BucketUS), Buckets: l.Buckets, Approximate: l.Approximate, Pending: I64(l.Pending),
		Series: []LatencySeries{},
	}
	for i := range l.Series {
		out.Series = append(out.Series, latencySeriesOf(&l.Series[i]))
	}
	return out, nil
}

func latencySeriesOf(s *browse.LatencySeries) LatencySeries {
	n := len(s.Buckets)
	x := LatencySeries{
		Op: s.Operator.Slug, OpName: s.Operator.Name, Subtask: s.Subtask, Measure: s.Measure.String(), Total: latencySummaryOf(s.Measure, &s.Total),
		Counts: make([]int64, n), P50: make([]int64, n), P95: make([]int64, n), Max: make([]int64, n), Late: []int64{},
	}
	if s.Measure == browse.MeasureLateness {
		x.Late = make([]int64, n)
	}
	for b, m := range s.Buckets {
		if m == nil || m.N == 0 {
			continue
		}
		t := latencySummaryOf(s.Measure, m)
		x.Counts[b], x.P50[b], x.P95[b], x.Max[b] = int64(t.Count), t.P50, t.P95, t.Max
		if len(x.Late) > 0 {
			x.Late[b] = int64(t.Late)
		}
	}
	return x
}

func latencySummaryOf(measure browse.Measure, m *browse.Measured) LatencySummary {
	us := func(v int64) int64 {
		if measure == browse.MeasureLateness || measure == browse.MeasureDropped {
			v = max(-safeInteger/1000, min(safeInteger/1000, v)) * 1000
		}
		return max(-safeInteger, min(safeInteger, v))
	}
	out := LatencySummary{
		Count: I64(m.N), Min: us(m.Min), P50: us(m.Quantile(0.5)), P95: us(m.Quantile(0.95)), P99: us(m.Quantile(0.99)), Max: us(m.Max),
		Without: []LatencyWithout{},
	}
	if measure == browse.MeasureLateness {
		out.Late = I64(m.NotBelowZero())
	}
	for why, n := range m.Without {
		if n > 0 {
			out.Without = append(out.Without, LatencyWithout{Why: browse.Unmeasured(why).String(), Count: I64(n)})
		}
	}
	return out
}
