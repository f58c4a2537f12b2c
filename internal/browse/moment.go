package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// Moment is one invocation with all that belongs to it, rendered.
type Moment struct {
	Position   Position
	Operator   *Operator // nil = the graph does not have it
	Task       string
	Subtask    int
	Attempt    int
	Invocation Event
	Input      *Event
	InputNote  string // why there is no Input although there was one
	Outputs    []Event
	Writes     []Event
	Steps      []Event // what operators did with state, timers and windows, dropped records, reads of clocks: in order
	More       bool    // Outputs, Writes, Steps or Logs were cut
	Path       Path
	Watermark  EventTime
	Exception  *Event
	Logs       []Event // lines that the invocation wrote to the log, in order
	Before     *Position
	After      *Position
}

// At shows one invocation.
func (b *Browser) At(ctx context.Context, who access.Principal, t Target, p Position) (Moment, error) {
	end, err := b.begin(ctx, who, t, []string{"position " + p.String()}, "")
	if err != nil {
		return Moment{}, err
	}
	m, err := b.queries.At(ctx, t.Recording, p)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Moment{}, err
	}
	r := b.renderer(ctx, who, momentShape)
	out := Moment{
		Position: m.Position, Task: m.Task, Subtask: m.Subtask, Attempt: m.Attempt, InputNote: m.InputNote, More: m.More,
		Path: m.Path, Watermark: m.Watermark, Before: m.Before, After: m.After,
		Invocation: r.event(m.Invocation), Input: r.optional(m.Input), Exception: r.optional(m.Exception),
		Outputs: r.all(m.Outputs), Writes: r.all(m.Writes), Steps: r.all(m.Steps), Logs: r.all(m.Logs),
	}
	if err := r.changes(t, out.Outputs, false); err != nil {
		_ = end(0, err)
		return Moment{}, err
	}
	out.Operator = b.operator(ctx, t, m.Vertex, m.Operator)
	return out, end(1+len(out.Outputs)+len(out.Writes)+len(out.Steps)+len(out.Logs), nil)
}

func (r renderer) optional(e *query.Event) *Event {
	if e == nil {
		return nil
	}
	shown := r.event(*e)
	return &shown
}

func (r renderer) all(events []query.Event) []Event {
	out := make([]Event, 0, len(events))
	for _, e := range events {
		out = append(out, r.event(e))
	}
	return out
}

// operator looks an operator up in the graph, for its function and source.
func (b *Browser) operator(ctx context.Context, t Target, vertex string, ref query.OperatorRef) *Operator {
	d, err := b.queries.Job(ctx, t.Recording)
	if err != nil {
		return nil // the moment stands without it
	}
	for _, v := range d.Graph.Vertices {
		if v.ID != vertex && vertex != "" {
			continue
		}
		for i := range v.Operators {
			if o := &v.Operators[i]; o.ID == ref.ID || (ref.ID == "" && o.Slug == ref.Slug) {
				return o
			}
		}
	}
	return nil
}
