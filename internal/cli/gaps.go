package cli

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) gaps() *cobra.Command {
	return &cobra.Command{
		Use:   "gaps [RECORDING]",
		Short: "List what was not recorded, and why",
		Long: `List the stretches that were not recorded, each with its reason. Answers that reach across one are not proven.
RECORDING is an id, the beginning of one, or a job's name; it may be left out when only one job is there.

Exit 1: there are gaps, but those that retention made.`,
		Example: `  sightglass gaps order-totals
  sightglass gaps order-totals -o wide
  sightglass gaps 8c1e -o jsonl | jq -r .reason | sort | uniq -c`,
		Args: between(0, 1, "at most one recording"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			rec, err := a.onlyRecording(c.Context(), cl, args)
			if err != nil {
				return err
			}
			answer, err := cl.Gaps(c.Context(), rec)
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, true)
			if err != nil {
				return err
			}
			if !done {
				if len(answer.Value.Items) == 0 {
					a.hint("No gap: everything that happened while agents were attached was recorded.")
				} else {
					t := newTable(
						column{head: "FROM"}, column{head: "TO"}, column{head: "REASON", style: always(amber)}, column{head: "TASK", flex: true},
						column{head: "LANE"}, column{head: "FIRST", right: true}, column{head: "LAST", right: true}, column{head: "EVENTS", right: true},
						column{head: "SIZE", right: true}, column{head: "ATTEMPT", wide: true}, column{head: "TEXT", flex: true},
					)
					for _, g := range answer.Value.Items {
						t.add(instant(g.From), instant(g.To), g.Reason, orNothing(g.Task), g.Lane, unlessZero(g.First), unlessZero(g.Last),
							a.count(g.Events), size(g.Bytes), g.AttemptKey, g.Text)
					}
					a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
				}
				a.link(cl, "/r/"+url.PathEscape(rec)+"/gaps", "")
			}
			if slices.ContainsFunc(answer.Value.Items, func(g gen.Gap) bool { return g.Reason != "removed by retention" }) {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func unlessZero(s string) string {
	if isZero(s) {
		return nothing
	}
	return s
}

// onlyRecording is the recording that was named, or the one job that there is.
func (a *app) onlyRecording(ctx context.Context, cl *client.Client, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	jobs, err := cl.Jobs(ctx, false)
	if err != nil {
		return "", err
	}
	switch items := jobs.Value.Items; len(items) {
	case 0:
		return "", &failure{code: exitUnknown, err: errNothingRecorded, hint: "sightglass attach says what goes into Flink's configuration"}
	case 1:
		return items[0].ID, nil
	default:
		names := make([]string, 0, len(items))
		for _, j := range items {
			names = append(names, j.Name)
		}
		return "", usage("there are "+strings.Join(names, ", "), "which recording?")
	}
}
