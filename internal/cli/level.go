package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

// levels and what each records, from the least on.
var levels = []string{"positions", "flight", "trace"}

func (a *app) level() *cobra.Command {
	var w gen.LevelWish
	var hold time.Duration
	var end string
	c := &cobra.Command{
		Use:   "level JOB [positions|flight|trace] [--op OPERATOR] [--for 10m] [--look-back] [--end ID]",
		Short: "Change how much is recorded of a job for a while",
		Long: `Change how much is recorded of a job for a while, without a restart:

  positions   what replay needs and nothing can derive; the least
  flight      and the bytes on every edge
  trace       and what operators do with state, timers and windows

Running tasks change over within two seconds, once they have something to do; after --for the policy holds again. For good, change the
policy: sightglass policy. --look-back has agents send what they kept of the minutes before, where the policy has them keep it. --end
takes a change back. Without a level the changes are listed.`,
		Example: `  sightglass level order-totals trace --op convert-currency --for 5m
  sightglass level order-totals flight --dry-run
  sightglass level order-totals --look-back`,
		Args: between(1, 2, "a job, and a level"),
	}
	f := c.Flags()
	f.StringVar(&w.Operator, "op", "", "operator: name, slug, or pattern with *; every one when empty")
	f.DurationVar(&hold, "for", 10*time.Minute, "how long, from 1s to 24h")
	f.BoolVar(&w.Lookback, "look-back", false, "have agents send what they kept")
	f.StringVar(&w.Why, "why", "", "why, for the list and the audit log")
	f.StringVar(&end, "end", "", "end the change of that number")
	f.BoolVar(&w.DryRun, "dry-run", false, "say what would change, and change nothing")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		if len(args) == 2 {
			if !slices.Contains(levels, args[1]) {
				return usage("levels are positions, flight and trace", "%q is no level", args[1])
			}
			w.Level = gen.LevelWishLevel(args[1])
		}
		w.ForS = int64(hold / time.Second)
		var answer *gen.LevelChange
		switch {
		case end != "":
			got, err := cl.EndLevelChange(c.Context(), args[0], end)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("ended: the policy holds again")
			return nil
		case w.Level == "" && !w.Lookback:
			list, err := cl.LevelChanges(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(list.Raw, true); done {
				return err
			}
			if len(list.Value.Items) == 0 {
				a.hint("No level of this job was changed. sightglass policy effective %s tells which hold.", args[0])
			} else {
				a.levelChanges(list.Value.Items)
			}
			return nil
		}
		got, err := cl.ChangeLevel(c.Context(), args[0], w)
		if err != nil {
			return err
		}
		if done, err := a.raw(got.Raw, false); done {
			return err
		}
		answer = &got.Value
		verb := "until " + instant(answer.Until)
		if w.DryRun {
			verb = "for " + hold.String() + ", if this were no dry run"
		}
		for _, o := range answer.Operators {
			from := ""
			if o.From != "" {
				from = ", now " + o.From
			}
			a.say("%s: %s %s%s", operatorText(o.Operator), o.To, verb, from)
		}
		if answer.Lookback {
			a.say("agents send what they kept; it is there within seconds")
		}
		if !w.DryRun && len(answer.Operators) > 0 {
			a.hint("sightglass level %s --end %s takes it back", args[0], answer.ID)
		}
		return nil
	}
	return c
}

func operatorText(o string) string {
	if o == "*" {
		return "every operator"
	}
	return o
}

// levelChanges lists changes, the newest first.
func (a *app) levelChanges(of []gen.LevelChange) {
	t := newTable(column{head: "ID", right: true}, column{head: "AT"}, column{head: "UNTIL"}, column{head: "STATE", style: stateStyle}, column{head: "BY", flex: true},
		column{head: "OPERATORS", flex: true}, column{head: "CAUSE", flex: true}, column{head: "AGAIN", right: true, wide: true}, column{head: "WHY", wide: true, flex: true})
	for _, c := range of {
		state, by := "holds", c.Who
		if !c.Ended.IsZero() || len(c.Operators) == 0 && c.Trigger == "" {
			state = "ended"
		}
		if c.Trigger != "" {
			by = "trigger " + c.Trigger
		}
		var ops []string
		for _, o := range c.Operators {
			ops = append(ops, operatorText(o.Operator)+"="+o.To)
		}
		if c.Lookback {
			ops = append(ops, "look-back")
		}
		t.add(c.ID, instant(c.At), instant(c.Until), state, orNothing(by), orNothing(strings.Join(ops, " ")), orNothing(strings.TrimSpace(fmt.Sprintf("%s %s", c.Cause, c.Position))), c.Again, orNothing(c.Why))
	}
	a.more(t.print(a, a.screen(0)), "into a pipe, or -o json")
}
