package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) moment(ctx context.Context, in *positionRequest) (Moment, error) {
	p, err := browse.ParsePosition(in.Position)
	if err != nil {
		return Moment{}, err
	}
	m, err := s.Browser.At(ctx, caller(ctx), target(ctx), p)
	if err != nil {
		return Moment{}, err
	}
	return momentOf(&m), nil
}

func momentOf(m *browse.Moment) Moment {
	out := Moment{
		Position: m.Position.String(), Task: m.Task, Subtask: m.Subtask, Attempt: m.Attempt, Invocation: eventOf(&m.Invocation),
		Input: optionalEvent(m.Input), InputNote: m.InputNote, Outputs: eventsOf(m.Outputs), Writes: eventsOf(m.Writes), Steps: eventsOf(m.Steps), More: m.More,
		Path:      PathTaken{Text: m.Path.Text, Cut: m.Path.Cut, Steps: []PathStep{}},
		Watermark: eventTime(m.Watermark), Exception: optionalEvent(m.Exception), Logs: eventsOf(m.Logs),
		Before: positionText(m.Before), After: positionText(m.After),
	}
	for _, step := range m.Path.Steps {
		out.Path.Steps = append(out.Path.Steps, PathStep{
			Op: step.Operator.Slug, Name: step.Operator.Name, Kind: step.Operator.Kind, In: step.In, Out: step.Out,
		})
	}
	if m.Operator != nil {
		o := operatorOf(*m.Operator)
		out.Operator = &o
	}
	return out
}

func positionText(p *browse.Position) string {
	if p == nil {
		return ""
	}
	return p.String()
}
