package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

var replayID = regexp.MustCompile(`^[0-9a-f]{12}$`)

func (a *app) replays() *cobra.Command {
	var cancel, remove string
	var limit int
	c := &cobra.Command{
		Use:   "replays [RECORDING | ID] [--cancel ID | --remove ID]",
		Short: "List replays that wait, run or are over; show, cancel or remove one",
		Long: `List replays that wait, run or are over, the newest first: of RECORDING, or all. With the ID of one it is shown whole. --cancel ends one that
waits or runs; --remove takes away what came of one that is over, with its derived recording.`,
		Example: `  sightglass replays
  sightglass replays 3f0a9c41d2b7
  sightglass replays -o jsonl | jq -r 'select(.verdict.verdict == "diverged") | .id'`,
		Args: between(0, 1, "at most a recording, or the id of a replay"),
	}
	f := c.Flags()
	f.StringVar(&cancel, "cancel", "", "id of one that waits or runs")
	f.StringVar(&remove, "remove", "", "id of one that is over")
	f.IntVar(&limit, "limit", 0, "most replays (default 100)")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		change := func(got *client.Answer[gen.ReplayRun], err error, words string) error {
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say(words, got.Value.ID)
			return nil
		}
		switch {
		case cancel != "" && remove != "":
			return usage("", "choose --cancel or --remove")
		case cancel != "":
			got, err := cl.CancelReplay(c.Context(), cancel)
			return change(got, err, "%s ends")
		case remove != "":
			got, err := cl.RemoveReplay(c.Context(), remove)
			return change(got, err, "%s is no more, nor is its derived recording")
		}
		rec := ""
		if len(args) > 0 {
			if rec = args[0]; replayID.MatchString(rec) {
				one, err := cl.Replay(c.Context(), rec)
				if err != nil {
					return err
				}
				return a.showReplay(c.Context(), cl, one)
			}
		}
		answer, err := cl.Replays(c.Context(), rec, limit)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, true); done {
			return err
		}
		if len(answer.Value.Items) == 0 {
			a.hint("Nothing was replayed yet. sightglass replay POSITION runs the task of a record again.")
			return nil
		}
		t := newTable(
			column{head: "ID"}, column{head: "JOB", flex: true, style: always(bold)}, column{head: "TASK", flex: true}, column{head: "SUBTASK", right: true},
			column{head: "ATTEMPT", right: true}, column{head: "STATE", style: verdictStyle}, column{head: "VERDICT", style: verdictStyle}, column{head: "OF", right: true},
			column{head: "ASKED"}, column{head: "TOOK", right: true}, column{head: "WHO", wide: true}, column{head: "TEXT", wide: true, flex: true},
		)
		for i := range answer.Value.Items {
			r := &answer.Value.Items[i]
			took := nothing
			if !r.Ended.IsZero() && !r.Began.IsZero() {
				took = span(r.Ended.Sub(r.Began))
			}
			t.add(r.ID, clean(r.Job), clean(r.Task), fmt.Sprint(r.Subtask), fmt.Sprint(r.Attempt), string(r.State), orNothing(string(r.Verdict.Verdict)),
				fmt.Sprintf("%.0f %%", 100*r.Share), instant(r.Created), took, orNothing(r.Who), orNothing(clean(strings.TrimSpace(r.Verdict.Text+r.Error))))
		}
		a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
		a.link(cl, "/replays", "")
		return nil
	}
	return c
}
