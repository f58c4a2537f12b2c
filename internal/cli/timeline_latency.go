package cli

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// latency answers timeline --latency.
func (a *app) latency(ctx context.Context, cl *client.Client, t *client.TracksQuery, each bool) error {
	q := client.LatencyQuery{Recording: t.Recording, Op: t.Op, Subtask: t.Subtask, From: t.From, To: t.To, Buckets: t.Buckets, BySubtask: each}
	answer, err := cl.Latency(ctx, q)
	if err != nil {
		return err
	}
	if done, err := a.raw(answer.Raw, false); done || err != nil {
		return err
	}
	a.showLatency(cl, &q, &answer.Value)
	return nil
}

// measureWords are what the measures are called.
var measureWords = map[gen.LatencySeriesMeasure]string{
	gen.LatencySeriesMeasureInside: "in the task", gen.LatencySeriesMeasureAge: "age", gen.LatencySeriesMeasureLateness: "behind watermark",
	gen.LatencySeriesMeasureDropped: "dropped late by",
}

func (a *app) showLatency(cl *client.Client, q *client.LatencyQuery, l *gen.Latency) {
	if len(l.Series) == 0 {
		a.hint("Nothing of latency or lateness is recorded in this stretch.")
	} else {
		us, _ := strconv.ParseInt(l.BucketUs, 10, 64)
		a.say("%s to %s, %s a bucket", instant(l.From), instant(l.To), span(time.Duration(us)*time.Microsecond))
		out := newTable(column{head: "OPERATOR", flex: true}, column{head: "SUBTASK", right: true, wide: !q.BySubtask}, column{head: "MEASURE"},
			column{head: "P95 OVER TIME", wide: true}, column{head: "RECORDS", right: true}, column{head: "P50", right: true}, column{head: "P95", right: true},
			column{head: "P99", right: true}, column{head: "MAX", right: true}, column{head: "LATE", right: true, style: always(amber)},
			column{head: "NOT MEASURED", flex: true})
		for i := range l.Series {
			s := &l.Series[i]
			if (s.Subtask >= 0) != q.BySubtask {
				continue // all of them, or each
			}
			subtask, late := nothing, nothing
			if s.Subtask >= 0 {
				subtask = strconv.FormatInt(s.Subtask, 10)
			}
			cells := []string{nothing, nothing, nothing, nothing}
			if s.Total.Count != "0" {
				for i, v := range []int64{s.Total.P50, s.Total.P95, s.Total.P99, s.Total.Max} {
					cells[i] = span(time.Duration(v) * time.Microsecond)
				}
				if s.Measure == gen.LatencySeriesMeasureLateness {
					late = portion(s.Total.Late, s.Total.Count)
				}
			}
			row := append([]string{orNothing(s.OpName), subtask, measureWords[s.Measure], sparkline(aboveZero(s.P95), sparkWidth), a.count(s.Total.Count)}, cells...)
			out.add(append(row, late, orNothing(a.withoutWords(s.Total.Without)))...)
		}
		a.more(out.print(a, a.screen(4)), "--op, or into a pipe")
	}
	if l.Approximate {
		a.hint("Sums across the borders of buckets count where their middle lies.")
	}
	if l.Pending != "0" {
		a.hint("%s blocks are not in it yet: they are summed up in the background.", a.count(l.Pending))
	}
	a.link(cl, "/r/"+url.PathEscape(q.Recording)+"/timeline", "")
}

// portion is part of all as a percentage.
func portion(part, all string) string {
	p, _ := strconv.ParseFloat(part, 64)
	n, _ := strconv.ParseFloat(all, 64)
	switch {
	case p == 0:
		return nothing
	case p/n < 0.001:
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*p/n)
}

func aboveZero(values []int64) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = max(0, v)
	}
	return out
}

// withoutReasons say why something was not measured.
var withoutReasons = map[gen.LatencyWithoutWhy]string{
	gen.LatencyWithoutWhyNoTime: "without a time", gen.LatencyWithoutWhyNotRecorded: "not recorded", gen.LatencyWithoutWhyNoWatermark: "without a watermark", gen.LatencyWithoutWhySeveralInputs: "of several inputs",
}

func (a *app) withoutWords(list []gen.LatencyWithout) string {
	words := make([]string, 0, len(list))
	for _, w := range list {
		words = append(words, a.count(w.Count)+" "+withoutReasons[w.Why])
	}
	return strings.Join(words, ", ")
}
