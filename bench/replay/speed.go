package main

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/tools/lab"
)

// pace is how fast a replay was, from its first word of progress to its last.
type pace struct {
	elements uint64
	wall     time.Duration
	cpu      time.Duration // of the task's thread, over all of it
	all      uint64        // elements of all of it
	verdict  string
}

func (p *pace) perSecond() float64 { return float64(p.elements) / p.wall.Seconds() }

// speed runs the whole attempt again.
func (s *stage) speed(ctx context.Context, r *results) error {
	p, err := s.replay(ctx, r.of.Name, gen.ReplayWish{Task: operator})
	r.plain = append(r.plain, p)
	return err
}

func (s *stage) replay(ctx context.Context, rec string, wish gen.ReplayWish) (p pace, err error) {
	run, err := s.client.StartReplay(ctx, rec, wish)
	if err != nil {
		return p, err
	}
	id := run.Value.ID
	var first, last uint64
	var began, ended time.Time
	err = s.lab.Step("replaying "+operator, func() error {
		return lab.Poll(ctx, checkEach, func() (bool, error) {
			if run, err = s.client.Replay(ctx, id); err != nil {
				return false, err
			}
			n, err := number(run.Value.Elements)
			if err != nil {
				return false, err
			}
			switch {
			case n > 0 && first == 0:
				first, began = n, time.Now()
			case n > last:
				last, ended = n, time.Now()
			}
			return run.Value.State != "queued" && run.Value.State != "running", nil
		})
	})
	if err != nil {
		return p, err
	}
	if run.Value.State != "done" {
		return p, fmt.Errorf("the replay %s: %s", run.Value.State, run.Value.Error)
	}
	us, err := number(run.Value.CPUUs)
	if err != nil {
		return p, err
	}
	p = pace{elements: last - first, wall: ended.Sub(began), cpu: time.Duration(us) * time.Microsecond, all: last, verdict: string(run.Value.Verdict.Verdict)}
	_, err = s.client.RemoveReplay(ctx, id)
	return p, err
}
