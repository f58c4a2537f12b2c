package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) reports() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "reports [JOB]",
		Short: "List what Flink's own trace and event reporters told of a job",
		Long: `List the spans (checkpoints, initialization) and events (states of the job) that Flink's own OpenTelemetry reporters told of a job,
newest first. The server takes them with --otlp-listen; docs/operations/otel.md has the lines for Flink's configuration.
JOB is an id, the beginning of one, or a job's name; it may be left out when only one job is there.

Exit 2: none is there, and the server takes none.`,
		Example: `  sightglass reports order-totals
  sightglass reports order-totals --limit 20 -o wide
  sightglass reports order-totals -o jsonl | jq -r 'select(.name == "Checkpoint") | .attributes.fullSize'`,
		Args: between(0, 1, "at most one job"),
	}
	c.Flags().IntVar(&limit, "limit", 0, "most reports (default 100)")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		job, err := a.onlyRecording(c.Context(), cl, args)
		if err != nil {
			return err
		}
		answer, err := cl.Reports(c.Context(), job, limit)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		v := &answer.Value
		switch {
		case len(v.Items) == 0 && v.Taken:
			a.hint("Nothing was told of this job. Are Flink's reporters set? docs/operations/otel.md")
		case len(v.Items) == 0:
			a.hint("This server takes nothing from Flink's reporters: start it with --otlp-listen.")
		case !done:
			a.showReports(v)
		}
		if len(v.Items) == 0 && !v.Taken {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func (a *app) showReports(v *gen.ReportList) {
	t := newTable(
		column{head: "TIME"}, column{head: "WHAT"}, column{head: "NAME"}, column{head: "TOOK", right: true}, column{head: "SEVERITY", wide: true},
		column{head: "TEXT", flex: true}, column{head: "SCOPE", wide: true, flex: true}, column{head: "TRACE", wide: true},
	)
	for i := range v.Items {
		r := &v.Items[i]
		took := ""
		if !r.End.IsZero() {
			took = r.End.Sub(r.At).String()
		}
		t.add(instant(r.At), string(r.Kind), r.Name, took, r.Severity, reportText(r), r.Scope, r.Trace)
	}
	a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
	if v.More {
		a.hint("There are older ones: --limit")
	}
}

// reportText is the body and the attributes that say something of this job alone.
func reportText(r *gen.Report) string {
	var words []string
	if r.Body != nil {
		words = append(words, fmt.Sprint(r.Body))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		switch name {
		case "job_id", "job_name", "host", "name":
			continue
		}
		words = append(words, fmt.Sprintf("%s=%v", name, r.Attributes[name]))
	}
	return strings.Join(words, " ")
}
