package cli

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) whatif() *cobra.Command {
	var w gen.ReplayWish
	var detach bool
	var limit int
	c := &cobra.Command{
		Use:   "whatif [RECORDING] POSITION CHANGE… [--from CHECKPOINT|nearest] [--to INVOCATION] [--limit N] [--detach]",
		Short: "Run a recorded task again with something changed, and show what comes out otherwise",
		Long: `Run the attempt of POSITION again twice, on the server: as it was recorded, and with what is changed. What the two gave, and what they left
in state, is compared; nothing is written anywhere: sinks are captured. Changes are of the invocation of POSITION, unless they name another
one by a number and an @ in front (--remove=@1842, --set @1842:total=3); they may be combined and repeated.

What follows from a change is no proof of what production would have done: reads that the recording lacks are given softly, and counted.
What the changed run did is a derived recording, marked as a what-if.

Exit 0: nothing came out otherwise. 1: something did. 2: it could not be run, or there was nothing to compare.`,
		Example: `  sightglass whatif order-totals window-totals.3.0.1842 --remove
  sightglass whatif convert-to-euro.3.1.34 --set currency=EUR
  sightglass whatif order-totals window-totals.3.0.1842 --state window-contents.orders=9 -o json | jq .differences`,
		Args: between(1, 2, "a position, or a recording and a position"),
	}
	f := c.Flags()
	changeFlags(f, &w.Changes)
	f.StringVar(&w.Checkpoint, "from", "", "checkpoint to begin behind, or nearest: the last one before the changes; the attempt's beginning when empty")
	f.StringVar(&w.To, "to", "", "invocation to end with; the attempt's end when empty")
	f.IntVar(&limit, "limit", 20, "most differences to show")
	f.BoolVar(&detach, "detach", false, "do not wait for its end")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(w.Changes) == 0 {
			return usage("sightglass whatif --help lists them", "something to change is wanted, as --remove")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		rec, err := a.ofPosition(c.Context(), cl, args, &w)
		if err != nil {
			return err
		}
		return a.runWhatIf(c.Context(), cl, rec, w, detach, limit)
	}
	return c
}

// ofPosition reads the position that a verb is about, and finds its recording.
func (a *app) ofPosition(ctx context.Context, cl *client.Client, args []string, w *gen.ReplayWish) (rec string, err error) {
	w.Position = args[len(args)-1]
	if !isPosition(w.Position) {
		return "", usage("a position is operator.subtask.attempt.invocation", "%s is no position", w.Position)
	}
	if len(args) == 2 {
		return args[0], nil
	}
	rec, _, err = everywhere(ctx, cl, "the position "+w.Position, func(rec string) (*client.Answer[gen.Moment], error) { return cl.At(ctx, rec, w.Position) })
	return rec, err
}

// runWhatIf runs a replay with something changed and shows what came out.
func (a *app) runWhatIf(ctx context.Context, cl *client.Client, rec string, w gen.ReplayWish, detach bool, limit int) error {
	started, err := cl.StartReplay(ctx, rec, w)
	if err != nil {
		return err
	}
	if detach {
		if done, err := a.raw(started.Raw, false); done {
			return err
		}
		a.say("%s", started.Value.ID)
		a.hint("sightglass replays %s shows what becomes of it", started.Value.ID)
		return nil
	}
	ended, err := a.await(ctx, cl, started)
	if err != nil {
		return err
	}
	return a.showWhatIf(ctx, cl, ended, limit)
}

// change is a flag that adds a change.
type change struct {
	to    *[]gen.ReplayChange
	kind  gen.ReplayChangeKind
	parse func(text string, c *gen.ReplayChange) error
}

func (c *change) String() string { return "" }

func (c *change) Type() string {
	if c.parse == nil {
		return "invocation"
	}
	return "change"
}

// Set reads [@INVOCATION[:]]TEXT.
func (c *change) Set(text string) error {
	x := gen.ReplayChange{Kind: c.kind}
	if at, rest, found := strings.Cut(strings.TrimPrefix(text, "@"), ":"); strings.HasPrefix(text, "@") {
		if _, err := strconv.ParseUint(at, 10, 63); err != nil {
			return fmt.Errorf("an invocation is a number from 1 on, and a colon follows it if something else does")
		}
		x.At, text = at, rest
		if !found {
			text = ""
		}
	}
	if c.parse != nil {
		if err := c.parse(text, &x); err != nil {
			return err
		}
	} else if text != "" && text != "here" {
		return fmt.Errorf("@ and the number of an invocation are wanted")
	}
	*c.to = append(*c.to, x)
	return nil
}

// changeFlags are the flags that make changes.
func changeFlags(f *pflag.FlagSet, to *[]gen.ReplayChange) {
	add := func(name string, kind gen.ReplayChangeKind, parse func(string, *gen.ReplayChange) error, usage string) {
		f.Var(&change{to, kind, parse}, name, usage)
		if parse == nil {
			f.Lookup(name).NoOptDefVal = "here"
		}
	}
	add("remove", "remove", nil, "the record or watermark does not come")
	add("repeat", "repeat", nil, "it comes twice")
	add("set", "set", pair, "FIELD=VALUE: a field of the record; names and indexes with dots between reach into it")
	add("drop-field", "drop-field", func(t string, c *gen.ReplayChange) error {
		c.Path = t
		return nil
	}, "FIELD: a field of a record of Kafka in JSON is not there; a.b, items[].sku")
	add("bytes", "bytes", text, "HEX: the whole element as it was sent, for types that --set does not write")
	add("time", "time", moment, "TIME: the record's or watermark's time; +5s, -1m, or ms since 1970")
	add("swap", "swap", nil, "the run of the channel that it came in changes places with the run of another channel behind it")
	add("drop-timer", "drop-timer", nil, "the timer that fired there does not")
	add("move-timer", "move-timer", moment, "TIME: it fires at another time")
	add("move-watermark", "time", moment, "TIME: as --time, of a watermark")
	add("drop-watermark", "remove", nil, "as --remove, of a watermark")
	stateFlags(f, to)
	add("clock", "clock", func(t string, c *gen.ReplayChange) error {
		if source, rest, found := strings.Cut(t, "="); found {
			c.Source, t = source, rest
		}
		return moment(t, c)
	}, "[SOURCE=]TIME: what the invocation reads of clocks: of wall, runtime, ttl and instant, or of the named one")
	add("random", "random", func(t string, c *gen.ReplayChange) error {
		if source, rest, found := strings.Cut(t, "="); found {
			if name, nth, found := strings.Cut(source, "."); found {
				n, err := strconv.Atoi(nth)
				if err != nil {
					return fmt.Errorf("behind the dot the number of a draw is wanted, from 0")
				}
				source, c.Nth = name, int64(n)
			}
			c.Source, t = source, rest
		}
		return text(t, c)
	}, "[KIND[.N]=]VALUE: its Nth draw, of int, long, double, gaussian, boolean, or any")
}

func text(t string, c *gen.ReplayChange) error {
	if c.Value = t; t == "" {
		return fmt.Errorf("a value is wanted")
	}
	return nil
}

func pair(t string, c *gen.ReplayChange) error {
	path, value, found := strings.Cut(t, "=")
	if !found || path == "" {
		return fmt.Errorf("field=value is wanted")
	}
	c.Path, c.Value = path, value
	return nil
}

func moment(t string, c *gen.ReplayChange) error {
	if strings.HasPrefix(t, "+") || strings.HasPrefix(t, "-") {
		d, err := time.ParseDuration(t)
		if err != nil || d.Milliseconds() == 0 {
			return fmt.Errorf("%s is no time to move by, as +5s", t)
		}
		c.ByMs = strconv.FormatInt(d.Milliseconds(), 10)
		return nil
	}
	if _, err := strconv.ParseInt(t, 10, 64); err != nil {
		return fmt.Errorf("+5s, -1m or milliseconds since 1970 are wanted")
	}
	c.Value = t
	return nil
}

// showWhatIf shows one that is over, or how far it is, and ends with the code of what came out.
func (a *app) showWhatIf(ctx context.Context, cl *client.Client, answer *client.Answer[gen.ReplayRun], limit int) error {
	r := &answer.Value
	done, err := a.raw(answer.Raw, false)
	if err != nil {
		return err
	}
	if !done {
		a.fact(string(r.Kind), a.paint(bold, r.ID))
		a.fact("attempt", fmt.Sprintf("%s, subtask %d, attempt %d of %s", clean(r.Task), r.Subtask, r.Attempt, clean(r.Job)))
		for _, c := range r.Changes {
			a.fact("changed", changeWords(&c))
		}
		for _, j := range r.Variant.Jars {
			a.fact("jar", clean(j.Name)+", "+j.ID[:min(12, len(j.ID))])
		}
		for k, v := range r.Variant.Config {
			a.fact("config", clean(k)+"="+clean(v))
		}
		if r.Variant.Flink != "" {
			a.fact("flink", clean(r.Variant.Flink))
		}
		switch {
		case r.State == "queued" || r.State == "running":
			a.fact(string(r.State), replayProgress(r))
		case r.Verdict.Verdict != "":
			a.showVerdict(r)
			if u := r.Unchanged; u.Verdict != "" && u.Verdict != "exact" {
				a.say("%s unchanged it is %s: %s", a.paint(amber, "warning:"), u.Verdict, clean(u.Text))
			}
			a.showParted(&r.Parted)
			if err := a.showDifferences(ctx, cl, r, limit); err != nil {
				return err
			}
		default:
			a.fact("state", a.paint(verdictStyle(string(r.State)), string(r.State)))
			if r.Error != "" {
				a.say("%s", clean(r.Error))
			}
		}
		if r.Derived != "" {
			a.hint("sightglass events %s shows what it did with the change, %s without", short(r.Derived), short(r.Base))
		}
		a.link(cl, "/replays/"+url.PathEscape(r.ID), "")
	}
	d := &r.Differences
	switch {
	case r.State == "failed", r.Verdict.Verdict == "not-replayable", r.Verdict.Verdict == "nothing" && differ(&d.Outputs)+differ(&d.State) == 0:
		return verdict(exitUnknown)
	case r.State == "cancelled":
		return verdict(exitInterrupted)
	case r.Verdict.Verdict == "diverged", differ(&d.Outputs)+differ(&d.State) > 0:
		return verdict(exitFound)
	}
	return nil
}

func differ(c *gen.ReplayCounts) (n int64) {
	for _, text := range []string{c.Altered, c.Added, c.Missing} {
		k, _ := strconv.ParseInt(text, 10, 64) // the server writes numbers
		n += k
	}
	return n
}

func changeWords(c *gen.ReplayChange) string {
	words := string(c.Kind) + " at " + c.At
	if c.Begin {
		words = string(c.Kind) + " at the beginning"
	}
	if c.State != "" {
		words += " of " + statePlaceWords(c)
	}
	if c.Source != "" {
		words += " of " + c.Source
	}
	if c.Path != "" {
		words += ", " + clean(c.Path)
	}
	if c.Value != "" {
		words += ": " + clean(c.Value)
	}
	if c.ByMs != "" {
		words += ", by " + c.ByMs + " ms"
	}
	return words
}

func (a *app) showDifferences(ctx context.Context, cl *client.Client, r *gen.ReplayRun, limit int) error {
	d := &r.Differences
	if d.Outputs.Equal == "" {
		return nil
	}
	line := func(c *gen.ReplayCounts) string {
		return fmt.Sprintf("%s altered, %s added, %s missing, %s equal", c.Altered, c.Added, c.Missing, c.Equal)
	}
	a.section("otherwise than without the change")
	a.fact("outputs", line(&d.Outputs))
	a.fact("state", line(&d.State))
	if d.Note != "" {
		a.say("%s", a.paint(dim, clean(d.Note)))
	}
	if differ(&d.Outputs)+differ(&d.State) == 0 {
		return nil
	}
	got, err := cl.ReplayDifferences(ctx, r.ID, limit)
	if err != nil {
		a.hint("the differences cannot be shown: %v", err)
		return nil
	}
	for i := range got.Value.Shown {
		x := &got.Value.Shown[i]
		a.section(fmt.Sprintf("%s %s at %s", x.Of, x.Kind, x.Position))
		if x.Unchanged.Kind != "" {
			a.say("without: %s", clean(x.Unchanged.Text))
		}
		if x.Changed.Kind != "" {
			a.say("with:    %s", clean(x.Changed.Text))
		}
		if len(x.Fields) > 0 {
			t := newTable(column{head: "FIELD", style: always(bold)}, column{head: "WITHOUT", flex: true}, column{head: "WITH", flex: true})
			for _, f := range x.Fields {
				t.add(orNothing(f.Path), orNothing(clean(f.Recorded)), orNothing(clean(f.Replayed)))
			}
			t.print(a, a.screen(0))
		}
		if x.Note != "" {
			a.say("%s", a.paint(dim, clean(x.Note)))
		}
	}
	if n := got.Value.More; n != "0" {
		a.hint("%s more are not shown (--limit, 200 at most)", n)
	}
	return nil
}
