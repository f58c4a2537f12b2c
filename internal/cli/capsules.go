package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) capsules() *cobra.Command {
	return &cobra.Command{
		Use:   "capsules [RECORDING]",
		Short: "List what is kept to rebuild each task attempt",
		Long: `List the capsules of a recording: for each attempt of a task the parts that rebuild it in another JVM, and how much of them has arrived.
RECORDING is an id, the beginning of one, or a job's name; it may be left out when only one job is there.

Exit 1: parts of a capsule have not arrived, or could not be taken.`,
		Example: `  sightglass capsules order-totals
  sightglass capsules order-totals -o wide
  sightglass capsules 8c1e -o json | jq '.items[].parts[].name'`,
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
			answer, err := cl.Capsules(c.Context(), rec)
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, true)
			if err != nil {
				return err
			}
			whole := true
			t := newTable(
				column{head: "TIME"}, column{head: "TASK", flex: true}, column{head: "SUBTASK", right: true}, column{head: "ATTEMPT", right: true},
				column{head: "PARTS", right: true}, column{head: "SIZE", right: true}, column{head: "STORED", right: true},
				column{head: "LACKS", flex: true, style: always(amber)}, column{head: "HIDDEN", flex: true, wide: true},
			)
			for _, k := range answer.Value.Items {
				lacks := capsuleLacks(&k)
				whole = whole && len(lacks) == 0
				t.add(instant(k.Time), orNothing(k.Task), strconv.FormatInt(k.Subtask, 10), strconv.FormatInt(k.Attempt, 10),
					strconv.Itoa(len(k.Parts)), size(k.Bytes), size(k.Stored), orNothing(strings.Join(lacks, ", ")), orNothing(strings.Join(k.Hidden, ", ")))
			}
			if !done {
				if len(answer.Value.Items) == 0 {
					a.hint("No capsule is recorded: agents take one when a task starts.")
				} else {
					a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
				}
			}
			if !whole {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

// capsuleLacks names the parts that were not taken or have not arrived.
func capsuleLacks(k *gen.Capsule) []string {
	var names []string
	for _, m := range k.Missing {
		names = append(names, clean(m.Name)+" ("+clean(m.Reason)+")")
	}
	for _, p := range k.Parts {
		if !p.Complete {
			names = append(names, clean(p.Name))
		}
	}
	return names
}
