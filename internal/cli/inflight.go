package cli

import (
	"net/url"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) inFlight() *cobra.Command {
	var q client.InFlightQuery
	c := &cobra.Command{
		Use:   "inflight [RECORDING] --checkpoint ID [--op OPERATOR] [--at WHEN]",
		Short: "Show what was on its way when a checkpoint's barriers came",
		Long: `Show for each channel what its sender had sent before its barrier of a checkpoint and its receiver had not taken in: the elements that the
barrier went past (of an unaligned checkpoint; they are kept in it), those that lay in front of the barrier when the sender passed it, and how
long the channel stood still until the barriers of the other channels had come. Numbers count elements: records, watermarks, statuses.

With --at WHEN (a time, a position or a record) it is what was not taken in yet at that moment. SENT and CAME are of two processes' clocks.

Exit 2: of a channel one end is not recorded.`,
		Example: `  sightglass inflight order-totals --checkpoint 12
  sightglass inflight order-totals --checkpoint 12 --op window-totals -o wide
  sightglass inflight order-totals --checkpoint 12 -o json | jq '.overtaken'`,
		Args: between(0, 1, "at most one recording"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Checkpoint, "checkpoint", "", "id of the checkpoint")
	fl.StringVar(&q.Op, "op", "", "operator whose inputs are wanted: name, slug, or beginning of its id")
	fl.StringVar(&q.At, "at", "", "time, position or record")
	fl.SetNormalizeFunc(operatorFlag)
	c.RunE = func(c *cobra.Command, args []string) error {
		if q.Checkpoint == "" {
			return usage("--checkpoint ID; sightglass job lists them", "of which checkpoint?")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		if q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		answer, err := cl.InFlight(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		if !done {
			a.showInFlight(cl, &q, &answer.Value)
		}
		if !answer.Value.Proven {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func (a *app) showInFlight(cl *client.Client, q *client.InFlightQuery, r *gen.InFlightReport) {
	line := "checkpoint " + r.Checkpoint
	if r.State != "" {
		line += ", " + r.State
	}
	if !r.Triggered.IsZero() {
		line += ", triggered " + instant(r.Triggered)
	}
	a.say("%s", a.paint(bold, line))
	t := newTable(
		column{head: "FROM", flex: true}, column{head: "SUB", right: true}, column{head: "TO", flex: true}, column{head: "SUB", right: true}, column{head: "BARRIER", style: barrierStyle},
		column{head: "SENT", right: true}, column{head: "WAITING", right: true, style: zeroDim}, column{head: "OVERTAKEN", right: true, style: zeroDim},
		column{head: "TRAVELLED", right: true}, column{head: "STOOD STILL", right: true}, column{head: "", style: always(amber)},
		column{head: "WAITING FROM", wide: true}, column{head: "TO", wide: true}, column{head: "OVERTAKEN FROM", wide: true}, column{head: "TO", wide: true},
	)
	for _, x := range r.Items {
		last := ""
		if x.Last {
			last = "◀ came last"
		}
		t.add(orNothing(x.From.Task), attempt(x.From), orNothing(x.To.Task), attempt(x.To), string(x.State), a.count(x.Sent), a.count(x.Waiting.Elements),
			a.count(x.Overtaken.Elements), microseconds(x.TravelUs), microseconds(x.WaitedUs), last,
			orNothing(x.Waiting.First), orNothing(x.Waiting.Last), orNothing(x.Overtaken.First), orNothing(x.Overtaken.Last))
	}
	a.more(t.print(a, a.screen(5)), "--op, or into a pipe")
	at := "when their senders passed the barrier"
	if !r.At.IsZero() {
		at = "at " + instant(r.At)
	}
	a.say("%s waiting %s, %s overtaken, over %s", elements(a, r.Waiting), at, a.count(r.Overtaken), plural(len(r.Items), "channel"))
	a.showNotes(r.Notes)
	a.link(cl, "/j/"+url.PathEscape(q.Recording), "tab=channels")
}

func elements(a *app, n string) string {
	if n == "1" {
		return "1 element"
	}
	return a.count(n) + " elements"
}

func barrierStyle(s string) style {
	switch s {
	case "aligned":
		return green
	case "unequal":
		return red
	}
	return amber
}
