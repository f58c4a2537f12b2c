package cli

import (
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) channels() *cobra.Command {
	return &cobra.Command{
		Use:   "channels JOB",
		Short: "Compare the counters of both ends of every channel at every barrier",
		Long: `Compare the counters of both ends of every channel at every barrier: elements sent and elements consumed. Where they are equal, a
record's identity is the same at both ends. Barriers that overtook records (unaligned checkpoints) are counted apart.

Exit 1: a comparison differs. Exit 2: nothing could be compared yet.`,
		Example: `  sightglass channels order-totals
  sightglass channels order-totals -o wide
  sightglass channels order-totals -o json | jq '{compared, equal, unequal}'`,
		Args: exactly(1, "a job"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Channels(c.Context(), args[0])
			if err != nil {
				return err
			}
			r := &answer.Value
			done, err := a.raw(answer.Raw, true)
			if err != nil {
				return err
			}
			if !done {
				t := newTable(
					column{head: "FROM", flex: true}, column{head: "SUBTASK", right: true}, column{head: "TO", flex: true}, column{head: "SUBTASK", right: true},
					column{head: "COMPARED", right: true}, column{head: "EQUAL", right: true}, column{head: "UNEQUAL", right: true, style: zeroElseRed},
					column{head: "UNALIGNED", right: true, style: zeroDim}, column{head: "SENT", right: true}, column{head: "CONSUMED", right: true},
					column{head: "CHECKPOINT", right: true}, column{head: "EDGE", wide: true},
				)
				for _, x := range r.Items {
					t.add(x.From.Task, attempt(x.From), x.To.Task, attempt(x.To), a.count(x.CheckpointsCompared), a.count(x.Equal), x.Unequal,
						a.count(x.Unaligned), a.count(x.Sent), a.count(x.Consumed), x.LastCheckpoint, x.Edge)
				}
				a.more(t.print(a, a.screen(4)), "into a pipe, or -o json")
				a.hint("%s channels, %s comparisons at aligned barriers: %s equal, %s unequal; %s unaligned, %s exceeded, %s pending",
					strconv.FormatInt(r.Channels, 10), r.Compared, r.Equal, r.Unequal, r.Unaligned, r.Exceeded, r.Pending)
				a.link(cl, "/j/"+url.PathEscape(args[0]), "tab=channels")
			}
			switch {
			case !isZero(r.Unequal) || !isZero(r.Exceeded):
				return verdict(exitFound)
			case isZero(r.Compared) && isZero(r.Unaligned):
				return verdict(exitUnknown)
			}
			return nil
		},
	}
}

func attempt(e gen.ChannelEnd) string {
	if e.Attempt == 0 {
		return strconv.FormatInt(e.Subtask, 10)
	}
	return strconv.FormatInt(e.Subtask, 10) + "#" + strconv.FormatInt(e.Attempt, 10)
}

func zeroElseRed(s string) style {
	if s == "0" || s == nothing {
		return dim
	}
	return red
}
