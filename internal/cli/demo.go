package cli

import "github.com/spf13/cobra"

func (a *app) demo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Say how to see it work on real jobs",
		Long: `Say how to see it work on real jobs. The demo runs a real Flink and a real Kafka from the package registries, with two jobs of a shop,
recorded by this program; it needs the source tree.`,
		Example: `  sightglass demo
  make demo
  make demo FLINK=1.20`,
		Args: exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			a.say(`In the source tree:

  make demo              two jobs on Flink 2.3 and Kafka, recorded; prints the address
  make demo FLINK=1.20   the same on Flink 1.20
  make demo-stop         stops all of it

Then, with the address that it prints in SIGHTGLASS_SERVER:

  sightglass jobs
  sightglass job order-totals
  sightglass events merchant-alerts -f`)
			return nil
		},
	}
}
