package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) diff() *cobra.Command {
	var w gen.ReplayWish
	var jars, config []string
	var flink string
	var detach bool
	var limit int
	c := &cobra.Command{
		Use:   "diff [RECORDING] POSITION --jar FILE… [--config KEY=VALUE…] [--flink VERSION] [--from CHECKPOINT] [--to INVOCATION] [--limit N] [--detach]",
		Short: "Run a recorded task with another version of its program, and compare what the two do",
		Long: `Run the attempt of POSITION again twice, on the server: with the recorded program, and with another one. Both get the recorded inputs, their
order, clocks and random numbers. Outputs and state that differ are counted and shown by record and field, with the line where the two runs
parted. Nothing is written anywhere: sinks are captured.

A jar takes the place of the recorded jar of that name, or of the only one; otherwise it comes before all others. Objects that the recorded
program serialized are read although classes changed, as far as their fields fit. The server runs uploaded jars in a sandbox only (its setting
replay-uploads).

Exit 0: both did the same. 1: they differ. 2: it could not be run, or there was nothing to compare.`,
		Example: `  sightglass diff order-totals window-totals.3.0.1842 --jar target/shop-jobs.jar
  sightglass diff order-totals convert-to-euro.3.1.34 --config table.exec.mini-batch.size=1
  sightglass diff order-totals window-totals.3.0.1842 --jar new.jar -o json | jq '.differences.outputs, .parted'`,
		Args: between(1, 2, "a position, or a recording and a position"),
	}
	f := c.Flags()
	f.StringArrayVar(&jars, "jar", nil, "jar of the other version; may be repeated")
	f.StringArrayVar(&config, "config", nil, "KEY=VALUE: a setting of the job or the TaskManager; may be repeated")
	f.StringVar(&flink, "flink", "", "version of Flink to run the other one on; the recorded one when empty")
	f.StringVar(&w.Checkpoint, "from", "", "checkpoint to begin behind, or nearest: the last one before the position; the attempt's beginning when empty")
	f.StringVar(&w.To, "to", "", "invocation to end with; the attempt's end when empty")
	f.IntVar(&limit, "limit", 20, "most differences to show")
	f.BoolVar(&detach, "detach", false, "do not wait for its end")
	c.RunE = func(c *cobra.Command, args []string) error {
		v := gen.ReplayVariant{Flink: flink}
		for _, pair := range config {
			key, value, ok := strings.Cut(pair, "=")
			if !ok || key == "" {
				return usage("", "--config wants KEY=VALUE")
			}
			if v.Config == nil {
				v.Config = map[string]string{}
			}
			v.Config[key] = value
		}
		if len(jars) == 0 && len(v.Config) == 0 && flink == "" {
			return usage("sightglass diff --help", "--jar, --config or --flink is wanted")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		rec, err := a.ofPosition(c.Context(), cl, args, &w)
		if err != nil {
			return err
		}
		if v.Jars, err = upload(c.Context(), cl, rec, jars); err != nil {
			return cannot(err)
		}
		w.Variant = v
		return cannot(a.runWhatIf(c.Context(), cl, rec, w, detach, limit))
	}
	return c
}

// upload gives the server jars.
func upload(ctx context.Context, cl *client.Client, rec string, files []string) (jars []gen.ReplayJar, err error) {
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading the jar: %w", err)
		}
		got, err := cl.UploadJar(ctx, rec, b)
		if err != nil {
			return nil, err
		}
		jars = append(jars, gen.ReplayJar{Name: filepath.Base(file), ID: got.Value.ID})
	}
	return jars, nil
}

// cannot makes of what the server refuses the code of what could not be run, for scripts.
func cannot(err error) error {
	var p *client.Problem
	if errors.As(err, &p) && p.Status != 401 && p.Status != 403 {
		return &failure{code: exitUnknown, err: errors.New(p.Detail), hint: p.Hint}
	}
	return err
}

// showParted shows the line where two runs parted.
func (a *app) showParted(p *gen.ReplayParted) {
	if p.Position == "" {
		return
	}
	a.section("where the code parted, " + p.Position)
	place := func(name string, c *gen.CodePlace) {
		if c.Class != "" {
			a.fact(name, clean(fmt.Sprintf("%s.%s (%s:%d)", c.Class[strings.LastIndexByte(c.Class, '.')+1:], c.Method, c.Source, c.Line)))
		}
	}
	place("both ran", &p.Before)
	place("recorded", &p.Unchanged)
	place("other", &p.Changed)
	if len(p.Variables) > 0 {
		a.fact("values", clean(strings.Join(p.Variables, ", "))+" differ there")
	}
	if p.Note != "" {
		a.say("%s", a.paint(dim, clean(p.Note)))
	}
}
