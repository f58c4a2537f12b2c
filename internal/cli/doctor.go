package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong, and what to do about it",
		Long: `Say what is wrong, and what to do about it: disk, store, agents, hooks, losses, clocks, versions, and whether both ends of every
channel of running jobs agree.

Exit 1: a check warns or fails.`,
		Example: `  sightglass doctor
  sightglass doctor -o json
  sightglass doctor > /dev/null || echo "look at the recorder"`,
		Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Doctor(c.Context())
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, true)
			if err != nil {
				return err
			}
			bad := false
			t := newTable(column{head: "CHECK"}, column{head: "STATE", style: stateStyle}, column{head: "DETAIL"})
			for _, x := range answer.Value.Items {
				bad = bad || x.State != "ok"
				t.add(x.Check, string(x.State), x.Detail)
				if x.Fix != "" && x.State != "ok" {
					t.add("", "", "→ "+x.Fix)
				}
			}
			if !done {
				t.print(a, 0)
			}
			if bad {
				return verdict(exitFound)
			}
			return nil
		},
	}
}
