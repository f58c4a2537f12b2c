package cli

import (
	"strconv"

	"github.com/spf13/cobra"
)

func (a *app) recordings() *cobra.Command {
	return &cobra.Command{
		Use:   "recordings",
		Short: "List what is kept",
		Example: `  sightglass recordings
  sightglass recordings -o json
  sightglass recordings -o jsonl | jq -r 'select(.gaps > 0) | .job'`,
		Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Recordings(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			if len(answer.Value.Items) == 0 {
				a.hint("Nothing was recorded yet. sightglass attach says what goes into Flink's configuration.")
				return nil
			}
			t := newTable(
				column{head: "RECORDING"}, column{head: "JOB", flex: true, style: always(bold)}, column{head: "STATE", style: stateStyle},
				column{head: "DERIVED FROM", flex: true}, column{head: "STARTED"}, column{head: "ENDED"}, column{head: "EVENTS", right: true}, column{head: "SIZE", right: true},
				column{head: "GAPS", right: true, style: zeroElseAmber}, column{head: "AGENTS", right: true, wide: true},
				column{head: "BLOCKS", right: true, wide: true}, column{head: "FLINK", wide: true}, column{head: "ID", wide: true},
			)
			for _, r := range answer.Value.Items {
				t.add(short(r.ID), r.Job, recordingState(&r), derivedFrom(&r), instant(r.Started), instant(r.Ended), a.count(r.Events), size(r.Bytes),
					strconv.FormatInt(r.Gaps, 10), strconv.FormatInt(r.Agents, 10), a.count(r.Blocks), orNothing(r.Flink), r.ID)
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			a.link(cl, "/r", "")
			return nil
		},
	}
}
