package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/tools/lab"
)

// seek opens sessions at random records, asks one of them for others, and steps.
func (s *stage) seek(ctx context.Context, r *results) error {
	random := rand.New(rand.NewPCG(s.options.seed, 0))
	place := func() string {
		return fmt.Sprintf("%s.0.0.%d", operator, 1+random.Uint64N(r.of.Last))
	}
	var at *gen.StepPlace
	var first []*gen.StepPlace // as sessions of their own had it
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
		r.cold, at, first = append(r.cold, took), p, append(first, p)
	}
	for range s.options.warmup {
		took, _, err := s.ask(ctx, r, client.StepQuery{Position: place(), Step: -1})
		if err != nil {
			return err
		}
		r.warming = append(r.warming, took)
	}
	if err := s.untilWarm(ctx, r, at.Position); err != nil {
		return err
	}
	for range s.options.seeks {
		took, p, err := s.ask(ctx, r, client.StepQuery{Position: place(), Step: -1})
		if err != nil {
			return err
		}
		r.warm, at = append(r.warm, took), p
	}
	for _, want := range first {
		_, p, err := s.ask(ctx, r, client.StepQuery{Position: want.Position, Step: -1})
		if err != nil {
			return err
		}
		if !same(want, p) {
			return fmt.Errorf("%s is not what it was in a session that began there", want.Position)
		}
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

// untilWarm waits until the session has prepared what it can while nobody asks.
func (s *stage) untilWarm(ctx context.Context, r *results, position string) error {
	before, began := s.processors(), time.Now()
	for limit := time.Now().Add(10 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		p, err := s.client.StepProgress(ctx, r.of.Name, position)
		if err != nil {
			return err
		}
		if p.Value.Warm {
			r.idle = answer{time.Since(began), s.processors() - before}
			s.lab.Say("warm after %.1f s that nothing was asked, %.1f of processors", r.idle.wall.Seconds(), r.idle.cpu.Seconds())
			return nil
		}
		if time.Now().After(limit) {
			return errors.New("the session does not become warm")
		}
	}
}

// answer is how long an answer took, and what server and replayer used of processors meanwhile, to 10 ms.
type answer struct{ wall, cpu time.Duration }

func (a answer) wallMS() float64 { return ms(a.wall) }
func (a answer) cpuMS() float64  { return ms(a.cpu) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ask goes to a place. In an invocation in which no code of the job ran, as in a mail, there are no lines; the others must have some.
func (s *stage) ask(ctx context.Context, r *results, q client.StepQuery) (took answer, p *gen.StepPlace, err error) {
	q.Recording = r.of.Name
	before, began := s.processors(), time.Now()
	a, err := s.client.Step(ctx, q)
	if err != nil {
		return took, nil, err
	}
	took, p = answer{time.Since(began), s.processors() - before}, &a.Value
	s.lab.Say("%8.1f ms, %4.0f of processors  %s step %d of %d, %d processes", took.wallMS(), took.cpuMS(), p.Position, p.Step, p.Steps, p.Replay.Starts)
	if p.Step >= 0 && (len(p.Frames) == 0 || len(p.Frames[0].Locals) == 0) {
		return took, nil, fmt.Errorf("nothing is known of the variables at %s step %d", p.Position, p.Step)
	}
	if p.Replay.Renumbered != "0" {
		return took, nil, fmt.Errorf("the replay did something else at %s", p.Position)
	}
	return took, p, nil
}

// same holds that a place is the same whichever way one came: lines, locals, state and what was sent.
func same(a, b *gen.StepPlace) bool {
	return a.Steps == b.Steps && a.Step == b.Step && a.Done == b.Done && a.Sent == b.Sent && reflect.DeepEqual(a.Frames, b.Frames) &&
		slices.EqualFunc(a.Moment.Steps, b.Moment.Steps, sameRow) && slices.EqualFunc(a.Moment.Outputs, b.Moment.Outputs, sameRow)
}

func sameRow(a, b gen.Event) bool {
	return a.Kind == b.Kind && a.Text == b.Text && reflect.DeepEqual(a.View, b.View) && reflect.DeepEqual(a.State, b.State)
}

// processors is the processor time of the server and of the processes that it runs.
func (s *stage) processors() (sum time.Duration) {
	for _, pid := range append(childrenOf(s.server.PID), s.server.PID) {
		p := lab.Process{PID: pid}
		used, err := p.CPU()
		if err == nil { // it may have ended
			sum += used
		}
	}
	return sum
}

func childrenOf(pid int) (all []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is right
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}
