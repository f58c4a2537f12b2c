package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) exportTest() *cobra.Command {
	q := client.TestQuery{}
	var dir, from string
	var replays bool
	c := &cobra.Command{
		Use:   "test [RECORDING] POSITION --out DIR",
		Short: "Write a moment of production as a JUnit test in Flink's own test harness",
		Long: `Write what an operator did at POSITION (operator.subtask.attempt.invocation, of the operator at the head of its chain) as a JUnit test: the
records of its key, the state, timers and clocks that they met, and what came out. It runs with the job's classes and Flink's test harness
and needs nothing of Sightglass. It fails or passes as production did.

What an operator did with its keys is recorded at level trace; where it was not, the attempt is run again first, as sightglass replay does
(--from as there; --replay=false: then there is no test). Of an operator without keys the record itself is taken, its state at the last
checkpoint before, and all that came into the other input since.

Values leave without a mask: it needs the right recording:export and a role that sees all of them, and the audit log says who took what.
DIR must not be there yet, or be empty. docs/guides/export-test.md`,
		Example: `  sightglass export test order-totals convert-to-euro.3.0.526 --out poison --pom
  sightglass export test drop-duplicates.1.2.2207 --expect no-output --out duplicate
  sightglass export test drop-duplicates.1.2.2207 --before 5 --package com.example.shop --name Twice --out twice`,
		Args: between(1, 2, "a position, and a recording before it if you like"),
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&dir, "out", "", "folder that the test becomes, in Maven's layout")
	f.StringVar(&q.Expect, "expect", "", "what the last step must do: production, no-exception, no-output or outputs:N; empty: no-exception where production threw, else production")
	f.IntVar(&q.Before, "before", -1, "most records before that of the position: of its key or, where the operator has no keys, of its input; -1: 20 of a key, else none")
	f.StringVar(&q.Name, "name", "", "of the class; empty: that of the operator's function")
	f.StringVar(&q.Package, "package", "", "empty: that of the operator's function")
	f.BoolVar(&q.POM, "pom", false, "write a pom.xml that runs it")
	f.BoolVar(&replays, "replay", true, "run the attempt again where what was done with keys was not recorded")
	f.StringVar(&from, "from", "", "checkpoint that this begins behind, or nearest; the attempt's beginning when empty")
	c.RunE = func(c *cobra.Command, args []string) error {
		if dir == "" {
			return usage("--out names the folder that the test becomes", "where to?")
		}
		if q.Position = args[len(args)-1]; !isPosition(q.Position) {
			return usage("operator.subtask.attempt.invocation, as sightglass events shows it", "%s is no position", q.Position)
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		if len(args) == 2 {
			q.Recording = args[0]
		} else if q.Recording, _, err = everywhere(c.Context(), cl, "the position "+q.Position, func(rec string) (*client.Answer[gen.Moment], error) {
			return cl.At(c.Context(), rec, q.Position)
		}); err != nil {
			return err
		}
		answer, err := cl.ExportTest(c.Context(), q)
		var p *client.Problem
		if replays && errors.As(err, &p) && p.Type == gen.ProblemTypeUrnSightglassUntraced {
			if q.Replay, err = a.replayed(c.Context(), cl, &q, from); err != nil {
				return err
			}
			answer, err = cl.ExportTest(c.Context(), q)
		}
		if err != nil {
			return err
		}
		err = client.WriteTest(&answer.Value, dir)
		if errors.Is(err, client.ErrFolder) {
			return usage("name another folder, or take that one away", "%v", err)
		}
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done || err != nil {
			return err
		}
		a.exportedTest(&answer.Value, dir, q.POM)
		return nil
	}
	return c
}

// replayed runs the attempt of a test again up to its position, and gives the replay's id.
func (a *app) replayed(ctx context.Context, cl *client.Client, q *client.TestQuery, from string) (string, error) {
	a.hint("What the operator did with its keys is not recorded: its attempt is run again.")
	started, err := cl.StartReplay(ctx, q.Recording, gen.ReplayWish{Position: q.Position, To: "here", Checkpoint: from})
	if err != nil {
		return "", err
	}
	ended, err := a.await(ctx, cl, started)
	if err != nil {
		return "", err
	}
	r := &ended.Value
	if v := r.Verdict.Verdict; v != "exact" && v != "exact-solved" && v != "equal-per-key" {
		if err := a.showReplay(ctx, cl, ended); err != nil {
			return "", err
		}
		return "", verdict(exitUnknown)
	}
	return r.ID, nil
}

func (a *app) exportedTest(t *gen.TestExport, dir string, pom bool) {
	a.fact("test", a.paint(bold, t.Class))
	a.fact("of", clean(t.OpName)+", "+t.Position+", Flink "+t.Flink)
	a.fact("records", a.count(digits(t.Records)))
	a.fact("expects", "it "+t.Expects)
	for _, f := range t.Files {
		a.say("%s", filepath.Join(dir, filepath.FromSlash(f.Path)))
	}
	for _, u := range t.Unproven {
		a.say("%s %s", a.paint(amber, "not proven:"), clean(u))
	}
	if pom {
		a.hint("mvn -f %s test -Djob.classes=JAR runs it", filepath.Join(dir, "pom.xml"))
	}
}
