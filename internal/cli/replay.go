package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/sandbox"
)

func (a *app) replay() *cobra.Command {
	var w gen.ReplayWish
	var subtask int
	var plan, detach bool
	c := &cobra.Command{
		Use:   "replay [RECORDING] POSITION|TASK [--subtask N] [--attempt N] [--from CHECKPOINT|nearest] [--to INVOCATION|here] [--plan] [--detach]",
		Short: "Run a recorded task again, and prove that it does what it did",
		Long: `Run an attempt of a task again, on the server, from its start: Flink's own task and the job's own classes, with the recorded inputs, their
order, clocks and random numbers. What it gives is held against what was recorded, and nothing is written anywhere: sinks are captured.
What it did is kept as a derived recording, at level trace, which every other verb takes.

POSITION names an invocation (operator.subtask.attempt.invocation, as every list shows it), and with it the attempt; TASK an operator or
task, with --subtask and --attempt (the newest). --to ends it with an invocation; --to here with that of the position. --plan runs nothing
and says what is missing, with the command that gets it. Interrupted, it goes on; sightglass replays lists, shows and cancels.

Exit 0: exact, exact solved, equal per key, equal counts, or path equal. 1: diverged. 2: not replayable, or there is nothing to compare.`,
		Example: `  sightglass replay order-totals window-totals.3.0.1842
  sightglass replay order-totals "drop duplicates" --subtask 2 --plan
  sightglass replay order-totals window-totals.3.0.1842 --to here -o json | jq -r .verdict.verdict`,
		Args: between(1, 2, "a position, or a recording and a task"),
	}
	f := c.Flags()
	f.IntVar(&subtask, "subtask", 0, "of TASK")
	f.StringVar(&w.Attempt, "attempt", "", "of the subtask; the newest when empty")
	f.StringVar(&w.Checkpoint, "from", "", "checkpoint to begin behind, or nearest: the last one before the position; the attempt's beginning when empty")
	f.StringVar(&w.To, "to", "", "invocation to end with, or here; the attempt's end when empty")
	f.BoolVar(&plan, "plan", false, "say what is needed and what is missing, and run nothing")
	f.BoolVar(&detach, "detach", false, "do not wait for its end")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		what := args[len(args)-1]
		if isPosition(what) {
			if given(f, "subtask") || given(f, "attempt") {
				return usage("", "a position names subtask and attempt already")
			}
			w.Position = what
		} else {
			w.Task, w.Subtask = what, int64(subtask)
		}
		rec := ""
		switch {
		case len(args) == 2:
			rec = args[0]
		case w.Position != "":
			rec, _, err = everywhere(c.Context(), cl, "the position "+what, func(rec string) (*client.Answer[gen.Moment], error) { return cl.At(c.Context(), rec, what) })
		default:
			rec, err = a.onlyRecording(c.Context(), cl, nil)
		}
		if err != nil {
			return err
		}
		if plan {
			return a.replayPlan(c.Context(), cl, rec, w)
		}
		started, err := cl.StartReplay(c.Context(), rec, w)
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
		ended, err := a.await(c.Context(), cl, started)
		if err != nil {
			return err
		}
		return a.showReplay(c.Context(), cl, ended)
	}
	return c
}

var positionShape = regexp.MustCompile(`^(.+\.\d+\.\d+\.\d+|[0-9a-f]+#\d+)$`)

func isPosition(text string) bool { return positionShape.MatchString(text) }

// replayPoll is how often a replay that somebody waits for is asked about.
const replayPoll = 300 * time.Millisecond

// await waits until a replay is over, and says how far it is.
func (a *app) await(ctx context.Context, cl *client.Client, at *client.Answer[gen.ReplayRun]) (*client.Answer[gen.ReplayRun], error) {
	id, line := at.Value.ID, false
	defer func() {
		if line {
			fmt.Fprint(a.Err, "\r\x1b[K")
		}
	}()
	for at.Value.State == "queued" || at.Value.State == "running" {
		if a.Terminal {
			fmt.Fprint(a.Err, "\r\x1b[K"+replayProgress(&at.Value))
			line = true
		}
		select {
		case <-ctx.Done():
			a.hint("\nit goes on: sightglass replays %s shows it, sightglass replays --cancel %s ends it", id, id)
			return nil, ctx.Err()
		case <-time.After(replayPoll):
		}
		var err error
		if at, err = cl.Replay(ctx, id); err != nil {
			return nil, err
		}
	}
	return at, nil
}

func replayProgress(r *gen.ReplayRun) string {
	if r.State == "queued" {
		return "waits behind " + plural(int(r.Ahead), "replay")
	}
	if r.Phase != "running" {
		return clean(orNothing(r.Phase))
	}
	return fmt.Sprintf("invocation %s of %s, %.0f %%", r.Reached, r.Last, 100*r.Share)
}

func (a *app) replayPlan(ctx context.Context, cl *client.Client, rec string, w gen.ReplayWish) error {
	got, err := cl.ReplayPlan(ctx, rec, w)
	if err != nil {
		return err
	}
	p := &got.Value
	done, err := a.raw(got.Raw, false)
	if err != nil {
		return err
	}
	if !done {
		a.fact("attempt", fmt.Sprintf("%s, subtask %d, attempt %d (%s)", clean(p.Task), p.Subtask, p.Attempt, p.AttemptKey))
		start := "from an empty state"
		if p.Restored {
			start = "from the state of a checkpoint"
		}
		a.fact("start", start)
		a.fact("recorded", p.Last+" invocations")
		if n := len(p.Starts); n > 0 {
			a.fact("or from", fmt.Sprintf("%s that it can begin behind, from %s to %s", plural(n, "checkpoint"), p.Starts[0].Checkpoint, p.Starts[n-1].Checkpoint))
		}
		a.fact("flink", orNothing(p.Flink)+here(p.FlinkHome))
		a.fact("java", orNothing(p.Java)+here(p.JavaHere))
		a.fact("sandbox", orNothing(p.Sandbox))
		a.senders(p.Senders)
		a.findings(p.Findings)
		if p.Replayable {
			a.say("\n%s", a.paint(green, "replayable"))
		} else {
			a.say("\n%s", a.paint(red, "not replayable"))
		}
	}
	if !p.Replayable {
		return verdict(exitUnknown)
	}
	return nil
}

func here(where string) string {
	if where == "" {
		return ""
	}
	return ", here " + where
}

// senders shows replays that give what another one takes in.
func (a *app) senders(of []gen.ReplaySender) {
	for _, s := range of {
		where := fmt.Sprintf("%s, subtask %d, attempt %d", clean(s.Task), s.Subtask, s.Attempt)
		if s.Checkpoint != "0" {
			where += ", behind checkpoint " + s.Checkpoint
		}
		if s.To != "0" {
			where += ", to invocation " + s.To
		}
		switch {
		case s.Replay == "":
			a.fact("runs first", where)
		case s.Verdict == "":
			a.fact("input of", where+", replay "+s.Replay)
		default:
			a.fact("input of", where+", replay "+s.Replay+", "+strings.ReplaceAll(string(s.Verdict), "-", " "))
		}
	}
}

func (a *app) findings(of []gen.ReplayFinding) {
	for _, f := range of {
		colour, word := amber, "warning"
		if f.Stops {
			colour, word = red, "missing"
		}
		a.say("%s %s", a.paint(colour, word+":"), clean(f.Text))
		if f.Do != "" {
			a.say("  %s", clean(f.Do))
		}
	}
}

func verdictStyle(v string) style {
	switch v {
	case "exact", "exact-solved", "done", "unchanged":
		return green
	case "equal-per-key", "equal-counts", "path-equal", "nothing", "cancelled":
		return amber
	case "diverged", "not-replayable", "failed":
		return red
	}
	return plainStyle
}

// showReplay shows one that is over, or how far it is, and ends with the code of its verdict.
func (a *app) showReplay(ctx context.Context, cl *client.Client, answer *client.Answer[gen.ReplayRun]) error {
	r := &answer.Value
	if r.Kind == "what-if" || r.Kind == "diff" {
		return a.showWhatIf(ctx, cl, answer, 0)
	}
	done, err := a.raw(answer.Raw, false)
	if err != nil {
		return err
	}
	if !done {
		a.fact("replay", a.paint(bold, r.ID))
		a.fact("attempt", fmt.Sprintf("%s, subtask %d, attempt %d of %s", clean(r.Task), r.Subtask, r.Attempt, clean(r.Job)))
		switch {
		case r.State == "queued" || r.State == "running":
			a.fact(string(r.State), replayProgress(r))
		case r.Verdict.Verdict != "":
			a.showVerdict(r)
		default:
			a.fact("state", a.paint(verdictStyle(string(r.State)), string(r.State)))
			if r.Error != "" {
				a.say("%s", clean(r.Error))
			}
		}
		if r.For != "" {
			a.fact("for", "replay "+r.For)
		}
		a.senders(r.Senders)
		if r.Verdict.First.Number != "" {
			if err := a.showDifference(ctx, cl, r); err != nil {
				return err
			}
		}
		if r.Derived != "" {
			a.hint("sightglass events %s shows what it did this time", short(r.Derived))
		}
		a.link(cl, "/replays/"+url.PathEscape(r.ID), "")
	}
	switch {
	case r.State == "failed":
		return verdict(exitInternal)
	case r.State == "cancelled":
		return verdict(exitInterrupted)
	case r.Verdict.Verdict == "diverged":
		return verdict(exitFound)
	case r.Verdict.Verdict == "not-replayable", r.Verdict.Verdict == "nothing":
		return verdict(exitUnknown)
	}
	return nil
}

func (a *app) showVerdict(r *gen.ReplayRun) {
	v := &r.Verdict
	a.fact("verdict", a.paint(verdictStyle(string(v.Verdict)), strings.ReplaceAll(string(v.Verdict), "-", " ")))
	a.say("%s", clean(v.Text))
	if v.Verdict == "not-replayable" {
		a.findings(r.Findings)
		return
	}
	took := ""
	if !r.Ended.IsZero() && !r.Began.IsZero() {
		took = ", in " + span(r.Ended.Sub(r.Began))
	}
	a.fact("outputs", fmt.Sprintf("%s recorded, %s replayed, %s equal", v.Recorded, v.Replayed, v.Equal))
	if s := v.State; s.Checkpoints > 0 {
		a.fact("state", fmt.Sprintf("equal at %d of %d checkpoints, %d compared", s.Equal, s.Checkpoints, s.Compared))
		for _, d := range s.First {
			a.say("at checkpoint %s %s of %s: %s entries recorded, %s replayed", d.Checkpoint, clean(d.State), clean(d.Operator), d.Recorded, d.Replayed)
		}
	}
	if r.Checkpoint != "0" {
		a.fact("began", "behind checkpoint "+r.Checkpoint)
	}
	a.fact("went", "to invocation "+v.Reached+" of "+v.Last+took)
	a.fact("sandbox", orNothing(r.Sandbox))
	for _, n := range v.Notes {
		a.say("%s", a.paint(dim, clean(n)))
	}
	if len(v.Causes) > 0 {
		a.section("likely causes")
		for i, c := range v.Causes {
			mark := "seen here"
			if !c.Sure {
				mark = "often"
			}
			a.say("%d. %s %s", i+1, clean(c.Text), a.paint(dim, "("+mark+")"))
		}
	}
}

func (a *app) showDifference(ctx context.Context, cl *client.Client, r *gen.ReplayRun) error {
	got, err := cl.ReplayDifference(ctx, r.ID)
	var p *client.Problem
	if errors.As(err, &p) {
		a.hint("the difference cannot be shown: %s", p.Error())
		return nil
	}
	if err != nil {
		return err
	}
	d := &got.Value
	a.section("first difference, output " + r.Verdict.First.Number)
	side := func(name string, e *gen.Event, place gen.ReplayPlace) {
		if place.Position == "" {
			a.say("%s: nothing", name)
			return
		}
		a.say("%s at %s", name, place.Position)
		if e.Kind != "" {
			a.showEvent(e, false)
		}
	}
	side("recorded", &d.Recorded, r.Verdict.First.Recorded)
	side("replayed", &d.Replayed, r.Verdict.First.Replayed)
	if len(d.Fields) > 0 {
		t := newTable(column{head: "FIELD", style: always(bold)}, column{head: "RECORDED", flex: true}, column{head: "REPLAYED", flex: true})
		for _, f := range d.Fields {
			t.add(orNothing(f.Path), orNothing(clean(f.Recorded)), orNothing(clean(f.Replayed)))
		}
		a.more(t.print(a, a.screen(0)), "into a pipe, or -o json")
	}
	if d.Note != "" {
		a.say("%s", a.paint(dim, clean(d.Note)))
	}
	return nil
}

// replayExec is the binary's other side of a sandbox: it bounds itself and becomes the JVM.
func (a *app) replayExec() *cobra.Command {
	return &cobra.Command{
		Use: sandbox.Verb, Hidden: true, DisableFlagParsing: true, Short: "Bound this process and start another program in its place",
		RunE: func(_ *cobra.Command, args []string) error {
			return &failure{code: exitInternal, err: sandbox.Enter(args, []string{"LANG=C.UTF-8"})}
		},
	}
}

// recordingState is the state of a recording; a derived one is of no running job.
func recordingState(r *gen.Recording) string {
	if r.Derived.State != "" {
		return "derived"
	}
	return string(r.State)
}

// derivedFrom says what a derived recording is of, and what its replay proved.
func derivedFrom(r *gen.Recording) string {
	d := &r.Derived
	if d.State == "" {
		return nothing
	}
	if d.Recording == "" {
		return "a replay that is no more"
	}
	text := ""
	if d.Kind != "" && d.Kind != "replay" {
		text = string(d.Kind) + " of "
	}
	text += short(d.Recording) + " " + d.Task + " " + strconv.FormatInt(d.Subtask, 10) + "." + strconv.FormatInt(d.Attempt, 10)
	if d.Verdict != "" {
		text += ", " + strings.ReplaceAll(d.Verdict, "-", " ")
	}
	return text
}
