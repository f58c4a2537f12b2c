package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// StepQuery says where to go from a step of an invocation. The zero values stay at its first step.
type StepQuery struct {
	Recording string
	Position  string
	Step      int64 // -1 = the first
	Move      string
	Until     string
	Back      bool
	Of        string
	Breaks    []string
	Thrown    bool // until=line stops at exceptions too
	Where     string
	Evaluate  []string
}

// Step goes through what code did in a replay.
func (c *Client) Step(ctx context.Context, q StepQuery) (*Answer[gen.StepPlace], error) {
	v := url.Values{"step": {strconv.FormatInt(q.Step, 10)}}
	setText(v, "move", q.Move)
	setText(v, "until", q.Until)
	setText(v, "of", q.Of)
	setText(v, "where", q.Where)
	if q.Back {
		v.Set("back", "true")
	}
	if q.Thrown {
		v.Set("thrown", "true")
	}
	for _, b := range q.Breaks {
		v.Add("break", b)
	}
	for _, e := range q.Evaluate {
		v.Add("evaluate", e)
	}
	return get[gen.StepPlace](ctx, c, v, "recordings", q.Recording, "steps", q.Position)
}

// StepProgress is how far the replay is that waits for steps of a position's attempt.
func (c *Client) StepProgress(ctx context.Context, recording, position string) (*Answer[gen.StepProgress], error) {
	return get[gen.StepProgress](ctx, c, nil, "recordings", recording, "steps", position, "progress")
}

// EndSteps ends the replay that waits for steps of a position's attempt.
func (c *Client) EndSteps(ctx context.Context, recording, position string) (*Answer[gen.StepEnded], error) {
	r, err := c.request(ctx, nil, "recordings", recording, "steps", position)
	if err != nil {
		return nil, err
	}
	r.Method = http.MethodDelete
	return answered[gen.StepEnded](c, r)
}
