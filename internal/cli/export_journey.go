package cli

import (
	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) exportJourney() *cobra.Command {
	var otlp bool
	c := &cobra.Command{
		Use:   "journey [RECORDING] RECORD --otlp",
		Short: "Send the journey of a record to the OpenTelemetry collector, as a trace",
		Long: `Send the journey of a record to the OpenTelemetry collector, as a trace: a span for each operator that it went through, in all jobs.
RECORD is topic/partition@offset, an element (partition:subpartition:seq), or a position. The id of the trace follows from the record
that it all began with, or is the one in that record's header traceparent. The server sends it (--otlp-endpoint); values leave only if
the server was told so (--otlp-values).

Exit 2: a gap, state, a missing recording or a limit ended a branch, so there may be more.`,
		Example: `  sightglass export journey orders/2@4711 --otlp
  sightglass export journey order-totals orders/2@4711 --otlp -o json | jq -r .trace`,
		Args: between(1, 2, "a record, and a recording before it if you like"),
	}
	c.Flags().BoolVar(&otlp, "otlp", false, "to the collector that the server knows")
	c.RunE = func(c *cobra.Command, args []string) error {
		if !otlp {
			return usage("add --otlp", "where the journey goes is not said")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		record := args[len(args)-1]
		var answer *client.Answer[gen.JourneyExport]
		switch {
		case len(args) == 2:
			answer, err = cl.ExportJourney(c.Context(), args[0], record)
		case isKafka(record):
			answer, err = cl.ExportJourney(c.Context(), "any", record)
		default:
			_, answer, err = everywhere(c.Context(), cl, "the record "+record, func(r string) (*client.Answer[gen.JourneyExport], error) {
				return cl.ExportJourney(c.Context(), r, record)
			})
		}
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		if v := &answer.Value; !done {
			a.fact("trace", a.paint(bold, v.Trace))
			a.say("%s of %s handed over for %s", plural(int(v.Spans), "span"), plural(int(v.Jobs), "job"), v.Collector)
			for _, n := range v.Notes {
				a.hint("%s", n.Text)
			}
			a.hint("sightglass doctor says whether it arrived.")
		}
		if !answer.Value.Complete {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}
