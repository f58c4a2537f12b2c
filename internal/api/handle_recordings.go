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
		shown, err := s.recordingOf(ctx, r)
		if err != nil {
			return List[Recording]{}, err
		}
		out = append(out, shown)
	}
	return listOf("recording", out), nil
}

func (s *service) recording(ctx context.Context, _ *RecordingPath) (Recording, error) {
	r, err := s.Browser.Recording(ctx, target(ctx))
	if err != nil {
		return Recording{}, err
	}
	return s.recordingOf(ctx, r)
}

func (s *service) recordingOf(ctx context.Context, r browse.Recording) (Recording, error) {
	var derived *DerivedFrom
	if r.Derived {
		if derived = (&DerivedFrom{State: "lost"}); s.Replays != nil {
			known, err := s.Replays.Derived(ctx, r.ID)
			if err != nil {
				return Recording{}, err
			}
			if known != nil {
				derived = known
			}
		}
	}
	return Recording{
		ID: r.ID.String(), Job: r.Job, State: stateOf(r.State), Flink: r.Version, Started: wall(r.Started), Ended: wall(r.Ended),
		Blocks: I64(r.Blocks), Events: I64(r.Events), Bytes: I64(r.Bytes), Gaps: r.Gaps, Removed: I64(r.Removed.Events), Until: wall(r.Removed.Until), Agents: r.Agents,
		Derived: derived,
	}, nil
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

func (s *service) capsules(ctx context.Context, _ *RecordingPath) (List[Capsule], error) {
	found, err := s.Browser.Capsules(ctx, target(ctx))
	out := make([]Capsule, 0, len(found))
	for _, c := range found {
		out = append(out, capsuleOf(c))
	}
	return listOf("capsule", out), err
}

func capsuleOf(c browse.Capsule) Capsule {
	out := Capsule{
		Time: wall(c.Wall), Task: c.Task, Subtask: c.Subtask, Attempt: c.Attempt, AttemptKey: c.AttemptKey.String(),
		Parts: []CapsulePart{}, Hidden: append([]string{}, c.Hidden...), Missing: []CapsuleMissing{},
	}
	for _, p := range c.Parts {
		out.Bytes += I64(p.Bytes)
		out.Stored += I64(p.Stored)
		out.Parts = append(out.Parts, CapsulePart{
			Name: p.Name, Format: p.Format, SHA256: p.Hash.String(), Bytes: I64(p.Bytes), Stored: I64(p.Stored), Complete: p.Complete,
		})
	}
	for _, m := range c.Missing {
		out.Missing = append(out.Missing, CapsuleMissing{Name: m.Name, Reason: m.Reason})
	}
	return out
}
