package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) jobDoctor(ctx context.Context, _ *jobRequest) (JobDoctor, error) {
	d, err := s.Browser.Doctor(ctx, caller(ctx), target(ctx))
	if err != nil {
		return JobDoctor{}, err
	}
	out := JobDoctor{
		Recording: d.Job.ID.String(), Job: d.Job.Name, Agents: d.Agents, Hooks: []HookUse{}, Uncovered: []Uncovered{}, Lanes: lanesOf(d), Spent: spentOf(d.Spent),
	}
	for _, h := range d.Hooks {
		one := HookUse{
			ID: h.ID, State: h.State, Flink: h.Flink, Detail: h.Detail, Classes: h.Classes, Processes: h.Processes, Fired: I64(h.Fired), Errors: I64(h.Errors),
		}
		if h.Nanos >= 0 {
			ns := I64(h.Nanos)
			one.NS = &ns
		}
		out.Hooks = append(out.Hooks, one)
	}
	for _, u := range d.Uncovered {
		if u.Operators == nil {
			u.Operators = []string{}
		}
		out.Uncovered = append(out.Uncovered, Uncovered(u))
	}
	return out, nil
}

func lanesOf(d browse.JobDoctor) []LaneUse {
	out, all := []LaneUse{}, uint64(0)
	for _, u := range d.Lanes {
		all += u.Bytes
	}
	for lane, u := range d.Lanes {
		out = append(out, LaneUse{lane.String(), I64(u.Blocks), I64(u.Rows), I64(u.Bytes), float64(u.Bytes) / float64(max(all, 1))})
	}
	slices.SortFunc(out, func(a, b LaneUse) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Lane, b.Lane)) })
	return out
}
