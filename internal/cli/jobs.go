package cli

import (
	"strconv"

	"github.com/spf13/cobra"
)

func (a *app) jobs() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "jobs [--all]",
		Short: "List jobs: running ones, and the newest ended run of every other name",
		Example: `  sightglass jobs
  sightglass jobs --all -o wide
  sightglass jobs -o jsonl | jq -r 'select(.watermark_lag_ms | tonumber? > 60000) | .name'`,
		Args: exactly(0, ""),
	}
	c.Flags().BoolVar(&all, "all", false, "every run, not only the newest of each name")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.Jobs(c.Context(), all)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, true); done {
			return err
		}
		if len(answer.Value.Items) == 0 {
			a.hint("No job was recorded yet. sightglass attach says what goes into Flink's configuration.")
			return nil
		}
		t := newTable(
			column{head: "JOB", flex: true, style: always(bold)}, column{head: "STATE", style: stateStyle}, column{head: "IN/S", right: true, style: zeroDim},
			column{head: "OUT/S", right: true, style: zeroDim}, column{head: "WATERMARK LAG", right: true}, column{head: "LAG", right: true},
			column{head: "RESTARTS", right: true, style: zeroElseAmber}, column{head: "GAPS", right: true, style: zeroElseAmber},
			column{head: "DROPPED", right: true, style: zeroElseAmber},
			column{head: "RECORDING"}, column{head: "STARTED", wide: true}, column{head: "LAST SEEN", wide: true}, column{head: "FLINK", wide: true},
			column{head: "EVENTS", right: true, wide: true}, column{head: "SIZE", right: true, wide: true}, column{head: "LOST", right: true, wide: true},
		)
		for _, j := range answer.Value.Items {
			t.add(j.Name, string(j.State), rate(j.InPerS), rate(j.OutPerS), milliseconds(j.WatermarkLagMs), orNothing(a.count(j.SourceLag)),
				strconv.FormatInt(j.AttemptsRestarted, 10), strconv.FormatInt(j.Gaps, 10), orNothing(a.count(j.Drops)), short(j.ID), instant(j.Started), instant(j.LastSeen),
				orNothing(j.Flink), a.count(j.Events), size(j.Bytes), a.count(j.Cost.Lost))
		}
		a.more(t.print(a, a.screen(2)), "-o wide, or into a pipe")
		fragment := ""
		if all {
			fragment = "runs=all"
		}
		a.link(cl, "/", fragment)
		return nil
	}
	return c
}

func always(s style) func(string) style { return func(string) style { return s } }
