package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

// DropReport counts the records that operators threw away.
type DropReport struct {
	List[DropCount]
	Told bool `json:"told" doc:"Agents that tell drops took part. Otherwise that none is here says nothing."`
	Lost I64  `json:"lost" doc:"Records that are lost."`
	Kept I64  `json:"kept" doc:"Records that were late and kept: sent to a side output, or taken in after all."`
}

// DropCount is how many records one subtask of an operator threw away for one reason.
type DropCount struct {
	Op      string `json:"op"`
	OpName  string `json:"op_name"`
	Vertex  string `json:"vertex"`
	Task    string `json:"task"`
	Subtask int    `json:"subtask" doc:"-1 = not known."`
	Reason  string `json:"reason" doc:"spec/recording.md, section 4.1."`
	Kept    bool   `json:"kept" doc:"Late, but not lost."`
	Count   I64    `json:"count"`
	Last    *Time  `json:"last,omitempty" doc:"When the newest of them was recorded, give or take a quarter of a second."`
}

// DropSum is how many records an operator threw away for one reason.
type DropSum struct {
	Reason string `json:"reason" doc:"spec/recording.md, section 4.1."`
	Kept   bool   `json:"kept" doc:"Late, but not lost."`
	Count  I64    `json:"count"`
}

func (s *service) drops(ctx context.Context, in *dropsRequest) (DropReport, error) {
	q := browse.DropsQuery{Operator: in.Op}
	if in.Subtask >= 0 {
		q.Subtask = &in.Subtask
	}
	var err error
	now := s.now()
	if q.Reasons, err = reasons(in.Reason); err != nil {
		return DropReport{}, err
	}
	if q.From, err = instant("from", in.From, now); err != nil {
		return DropReport{}, err
	}
	if q.To, err = instant("to", in.To, now); err != nil {
		return DropReport{}, err
	}
	d, err := s.Browser.Drops(ctx, target(ctx), q)
	if err != nil {
		return DropReport{}, err
	}
	items := make([]DropCount, 0, len(d.Counts))
	for _, c := range d.Counts {
		items = append(items, DropCount{
			Op: c.Operator.Slug, OpName: c.Operator.Name, Vertex: c.Vertex, Task: c.Task, Subtask: c.Subtask, Reason: c.Reason.String(),
			Kept: c.Reason.Kept(), Count: I64(c.Count), Last: wall(c.Last),
		})
	}
	lost, kept := d.Lost()
	out := DropReport{List: listOf("drop", items), Told: d.Told, Lost: I64(lost), Kept: I64(kept)}
	all, err := s.Browser.Gaps(ctx, target(ctx))
	if err != nil {
		return DropReport{}, err
	}
	// What was thrown away within one may be missing in the counts.
	var within []browse.Gap
	for _, g := range all {
		if g.To >= q.From && (q.To == 0 || g.From < q.To) {
			within = append(within, g)
		}
	}
	if len(within) > 0 {
		out.Gaps = gapsOf(within)
	}
	return out, nil
}

func dropSums(of []browse.DropSum) []DropSum {
	out := make([]DropSum, 0, len(of))
	for _, d := range of {
		out = append(out, DropSum{Reason: d.Reason.String(), Kept: d.Reason.Kept(), Count: I64(d.Count)})
	}
	return out
}
