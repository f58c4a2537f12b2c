package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) recordings(ctx context.Context, _ *none) (List[Recording], error) {
	found, err := s.Browser.Recordings(ctx, caller(ctx))
	if err != nil {
		return List[Recording]{}, err
	}
	out := make([]Recording, 0, len(found))
	for _, r := range found {
		out = append(out, recordingOf(r))
	}
	return listOf("recording", out), nil
}

func (s *service) recording(ctx context.Context, _ *RecordingPath) (Recording, error) {
	r, err := s.Browser.Recording(ctx, target(ctx))
	return recordingOf(r), err
}

func recordingOf(r browse.Recording) Recording {
	return Recording{
		ID: r.ID.String(), Job: r.Job, State: stateOf(r.State), Flink: r.Version, Started: wall(r.Started), Ended: wall(r.Ended),
		Blocks: I64(r.Blocks), Events: I64(r.Events), Bytes: I64(r.Bytes), Gaps: r.Gaps, Agents: r.Agents,
	}
}

func (s *service) gaps(ctx context.Context, _ *RecordingPath) (List[Gap], error) {
	found, err := s.Browser.Gaps(ctx, target(ctx))
	return listOf("gap", gapsOf(found)), err
}

func gapsOf(of []browse.Gap) []Gap {
	out := make([]Gap, 0, len(of))
	for _, g := range of {
		shown := Gap{
			Lane: g.Lane.String(), Reason: g.Reason.String(), Text: g.Text, Operator: g.Operator.Slug, Task: g.Task,
			AttemptKey: g.AttemptKey.String(), First: I64(g.First), Last: I64(g.Last), Events: I64(g.Events), Bytes: I64(g.Bytes),
			From: wall(g.From), To: wall(g.To),
		}
		if g.Subtask >= 0 {
			shown.Subtask = &g.Subtask
		}
		out = append(out, shown)
	}
	return out
}
