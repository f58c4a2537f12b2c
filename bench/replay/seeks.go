package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// seek opens sessions at random records, asks one of them for others, and steps.
func (s *stage) seek(ctx context.Context, r *results) error {
	random := rand.New(rand.NewPCG(s.options.seed, 0))
	place := func() string {
		return fmt.Sprintf("%s.0.0.%d", operator, 1+random.Uint64N(r.of.Last))
	}
	var at *gen.StepPlace
	for range s.options.cold {
		if at != nil {
			if _, err := s.client.EndSteps(ctx, r.of.Name, at.Position); err != nil {
				return err
			}
		}
		took, p, err := s.ask(ctx, r, client.StepQuery{Position: place(), Step: -1})
		if err != nil {
			return err
		}
		r.cold, at = append(r.cold, took), p
	}
	for range s.options.seeks {
		took, p, err := s.ask(ctx, r, client.StepQuery{Position: place(), Step: -1})
		if err != nil {
			return err
		}
		r.warm, at = append(r.warm, took), p
	}
	moves := []string{"over", "over", "in", "in", "out", "record"}
	for i := range s.options.steps {
		took, p, err := s.ask(ctx, r, client.StepQuery{
			Position: at.Position, Step: at.Step, Move: moves[random.IntN(len(moves))], Back: i/16%2 == 1,
		})
		if err != nil {
			return err
		}
		r.steps, at = append(r.steps, took), p
	}
	_, err := s.client.EndSteps(ctx, r.of.Name, at.Position)
	return err
}

// ask goes to a place. In an invocation in which no code of the job ran, as in a mail, there are no lines; the others must have some.
func (s *stage) ask(ctx context.Context, r *results, q client.StepQuery) (took time.Duration, p *gen.StepPlace, err error) {
	q.Recording = r.of.Name
	began := time.Now()
	a, err := s.client.Step(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	took, p = time.Since(began), &a.Value
	s.lab.Say("%8.1f ms  %s step %d of %d, %d processes", ms(took), p.Position, p.Step, p.Steps, p.Replay.Starts)
	if p.Step >= 0 && (len(p.Frames) == 0 || len(p.Frames[0].Locals) == 0) {
		return 0, nil, fmt.Errorf("nothing is known of the variables at %s step %d", p.Position, p.Step)
	}
	if p.Replay.Renumbered != "0" {
		return 0, nil, fmt.Errorf("the replay did something else at %s", p.Position)
	}
	return took, p, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
