package cli

import (
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

// pinReasons from the one that people need most.
var pinReasons = []string{"incident", "bookmark", "export", "hold"}

func (a *app) pinVerb() *cobra.Command {
	var w gen.PinWish
	reason := pinReasons[0]
	c := &cobra.Command{
		Use:   "pin RECORDING [--from TIME] [--to TIME] [--reason incident|bookmark|export|hold] [--note TEXT]",
		Short: "Keep a recording, or a stretch of it, from retention",
		Long: `Keep a recording, or a stretch of it, from retention, until sightglass unpin. What is kept is what a replay needs: it begins with the completed
checkpoint at or before --from and ends with the next one after --to; without them it is the whole recording. Whole segments are kept, so
a short stretch may hold more than its own bytes. Over the setting pin-quota new pins are refused, and old ones stay.

RECORDING is an id, the beginning of one, or a job's name (its newest run).`,
		Example: `  sightglass pin order-totals --from -15m --note "late orders, ticket 4711"
  sightglass pin order-totals --from -15m --to now --reason bookmark
  sightglass pin 8c1e --reason hold`,
		Args: exactly(1, "a recording"),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(pinReasons, reason) {
				return usage("reasons are incident, bookmark, export and hold", "%q is no reason", reason)
			}
			w.Reason = gen.PinWishReason(reason)
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Pin(c.Context(), args[0], w)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			p := got.Value
			a.say("%s: %s of %s is kept, %s in %s", p.ID, pinStretch(p), short(p.Recording), size(p.Bytes), plural(int(p.Segments), "segment"))
			a.hint("sightglass unpin %s lets retention have it", p.ID)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&w.From, "from", "", "earliest time, or -5m")
	f.StringVar(&w.To, "to", "", "latest time, or -5m")
	f.StringVar(&reason, "reason", reason, "incident, bookmark, export or hold")
	f.StringVar(&w.Note, "note", "", "what for, for the list and the audit log")
	return c
}

// pinStretch is from when to when a pin keeps.
func pinStretch(p gen.Pin) string {
	from, to := "the beginning", "the end"
	if !p.From.IsZero() {
		from = instant(p.From)
	}
	switch {
	case p.Open:
		to = "the next checkpoint"
	case !p.To.IsZero():
		to = instant(p.To)
	}
	return from + " to " + to
}

func (a *app) unpin() *cobra.Command {
	return &cobra.Command{
		Use: "unpin ID", Short: "Take a pin away", Args: exactly(1, "the id of a pin: sightglass pins lists them"),
		Long:    "Take a pin away. What it alone held is removed when retention comes to it.",
		Example: "  sightglass unpin 3f0a9c41d2b7\n  sightglass unpin 3f0a9c41d2b7 -o json\n  sightglass pins -o json | jq -r '.items[] | select(.reason == \"export\").id' | xargs -n 1 sightglass unpin",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Unpin(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s is no longer pinned by %s", short(got.Value.Recording), got.Value.ID)
			return nil
		},
	}
}

func (a *app) pins() *cobra.Command {
	return &cobra.Command{
		Use: "pins", Short: "List what retention must not remove, and why", Args: exactly(0, ""),
		Long:    "List what retention must not remove, and why: the oldest pin first, with what each holds.",
		Example: "  sightglass pins\n  sightglass pins -o wide\n  sightglass pins -o json | jq .bytes",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Pins(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("Nothing is pinned. sightglass pin RECORDING keeps one from retention.")
				return nil
			}
			t := newTable(
				column{head: "ID"}, column{head: "RECORDING"}, column{head: "JOB", flex: true, style: always(bold)}, column{head: "REASON"}, column{head: "KEPT", flex: true},
				column{head: "SEGMENTS", right: true}, column{head: "SIZE", right: true}, column{head: "OWNER"}, column{head: "SINCE"}, column{head: "NOTE", flex: true},
			)
			for _, p := range got.Value.Items {
				t.add(p.ID, short(p.Recording), orNothing(p.Job), string(p.Reason), pinStretch(p), strconv.FormatInt(p.Segments, 10), size(p.Bytes), orNothing(p.Owner),
					instant(p.Created), orNothing(p.Note))
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			quota := "no quota"
			if got.Value.Quota != "0" {
				quota = "the quota is " + size(got.Value.Quota)
			}
			a.hint("%s in pinned segments; %s", size(got.Value.Bytes), quota)
			return nil
		},
	}
}
