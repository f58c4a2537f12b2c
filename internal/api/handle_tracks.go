package api

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/internal/browse"
)

// Tracks counts events of each subtask per bucket, with drops by reason and watermarks.
type Tracks struct {
	From        *Time   `json:"from,omitempty"`
	To          *Time   `json:"to,omitempty"`
	BucketUS    I64     `json:"bucket_us"`
	Total       I64     `json:"total" doc:"Events that the list yields for the same filter."`
	Approximate bool    `json:"approximate" doc:"Blocks across bucket borders were split in proportion."`
	Tracks      []Track `json:"tracks"`
	Gaps        []Gap   `json:"gaps"`
}

// Track is what one subtask of an operator did over time.
type Track struct {
	Op         string           `json:"op" doc:"Empty: of no operator, such as checkpoints and log lines."`
	OpName     string           `json:"op_name"`
	Subtask    int              `json:"subtask" doc:"-1 = of no task, or not known."`
	Counts     []TrackCounts    `json:"counts"`
	Drops      []TrackDrops     `json:"drops"`
	Watermarks []TrackWatermark `json:"watermarks" doc:"Of the operator that heads a task's chain."`
}

// TrackCounts is how many events of a kind there were in each bucket.
type TrackCounts struct {
	Kind   string  `json:"kind" doc:"As elsewhere; and entered, passed: records that came into the operator and that it passed on, in proportion to the time of their blocks."`
	Counts []int64 `json:"counts" doc:"One per bucket; below 2^53."`
}

// TrackDrops is how many records were thrown away for a reason in each bucket.
type TrackDrops struct {
	Reason string  `json:"reason" doc:"spec/recording.md, section 4.1."`
	Kept   bool    `json:"kept" doc:"Late, but not lost."`
	Counts []int64 `json:"counts" doc:"One per bucket; below 2^53."`
}

// TrackWatermark is how event time went on.
type TrackWatermark struct {
	Input  int     `json:"input" doc:"Number of the task's input; -1 = what a source sent."`
	Values []int64 `json:"values" doc:"Last watermark of each bucket, ms since 1970, at the precision of a block; -9007199254740991 = none came, 9007199254740991 = the end of a bounded input."`
}

func (s *service) tracks(ctx context.Context, in *timelineRequest) (Tracks, error) {
	q, err := in.query(s.now())
	if err != nil {
		return Tracks{}, err
	}
	if in.Key != "" || in.Text != "" {
		return Tracks{}, problem(http.StatusBadRequest, "tracks are counted from headers and cannot look into values",
			"leave key and text out; the list of events takes them")
	}
	t, err := s.Browser.Tracks(ctx, target(ctx), browse.TimelineQuery{EventQuery: q.EventQuery, Buckets: in.Buckets})
	if err != nil {
		return Tracks{}, err
	}
	gaps, err := s.Browser.Gaps(ctx, target(ctx))
	if err != nil {
		return Tracks{}, err
	}
	return Tracks{
		From: wall(t.From), To: wall(t.To), BucketUS: I64(t.BucketUS), Total: I64(t.Rows), Approximate: t.Approximate,
		Tracks: tracksOf(&t), Gaps: gapsOf(gaps),
	}, nil
}

// tracksOf gathers what belongs to one subtask of an operator, in the order in which it is first met.
func tracksOf(t *browse.Tracks) []Track {
	type place struct {
		op      string
		subtask int
	}
	out := []Track{}
	index := make(map[place]int)
	track := func(op browse.OperatorRef, subtask int) *Track {
		p := place{op.ID, subtask}
		i, ok := index[p]
		if !ok {
			i = len(out)
			index[p] = i
			out = append(out, Track{Op: op.Slug, OpName: op.Name, Subtask: subtask,
				Counts: []TrackCounts{}, Drops: []TrackDrops{}, Watermarks: []TrackWatermark{}})
		}
		return &out[i]
	}
	for _, s := range t.Series {
		x := track(s.Operator, s.Subtask)
		x.Counts = append(x.Counts, TrackCounts{Kind: s.Kind.String(), Counts: perBucket(s.Counts)})
	}
	for _, d := range t.Drops {
		x := track(d.Operator, d.Subtask)
		x.Drops = append(x.Drops, TrackDrops{Reason: d.Reason.String(), Kept: d.Reason.Kept(), Counts: perBucket(d.Counts)})
	}
	for _, w := range t.Watermarks {
		x := track(w.Operator, w.Subtask)
		values := make([]int64, len(w.Values))
		for i, v := range w.Values {
			values[i] = max(-safeInteger, min(safeInteger, int64(v)))
		}
		x.Watermarks = append(x.Watermarks, TrackWatermark{Input: w.Input, Values: values})
	}
	return out
}

// safeInteger is the greatest integer that a number of JavaScript holds exactly.
const safeInteger = 1<<53 - 1

func perBucket(counts []uint64) []int64 {
	out := make([]int64, len(counts))
	for i, n := range counts {
		out[i] = int64(n)
	}
	return out
}
