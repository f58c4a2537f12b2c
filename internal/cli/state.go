package cli

import (
	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) state() *cobra.Command {
	var q client.StateQuery
	c := &cobra.Command{
		Use:   "state [RECORDING] --key KEY [--op OPERATOR] [--state NAME] [--at WHEN]",
		Short: "Show the values that a key's state had, who wrote each, and which was in force at a moment",
		Long: `Show every version of the states that a key has: when it was written, by which invocation, because of which record, what it was before, when it
expires or was cleared, and whether a restart went back behind it. ▶ marks the version that was in force at the moment that --at names: a time, a
position or a record (as that invocation found it); without it, the end of what is recorded.

A version called seen is one that a read showed and no recorded write explains. Of a list, added is what came to the elements before.

KEY is written as views show it; --of takes the key of a record or position instead (see sightglass key).

Exit 2: no such key is recorded, or not all that was done to its state is.`,
		Example: `  sightglass state order-totals --op dedup --key o-0000008
  sightglass state order-totals --op window-totals --of orders/2@88121 --at 14:02:11
  sightglass state order-totals --key m-09 -o json | jq '.items[] | {name, versions: (.versions | length)}'`,
		Args: between(0, 1, "at most one recording"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Key, "key", "", "the key")
	fl.StringVar(&q.Of, "of", "", "the key of this record or position")
	fl.StringVar(&q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.StringVar(&q.State, "state", "", "name of the state")
	fl.StringVar(&q.At, "at", "", "time, position or record")
	fl.BoolVar(&q.Explain, "explain", false, "say what the history had to look at, and what it could skip")
	fl.SetNormalizeFunc(operatorFlag)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 1 {
			q.Recording = args[0]
		}
		cl, err := a.forKey(c, &q.Recording, q.Key, q.Of)
		if err != nil {
			return err
		}
		answer, err := cl.StateHistory(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		h := &answer.Value
		if !done {
			a.showStates(h)
			a.explained(q.Explain && len(h.Keys) > 0, h.Explain, len(h.Items))
			a.keyLink(cl, q.Recording, q.Key, q.Of, q.Op)
		}
		if len(h.Keys) == 0 || len(h.Notes) > 0 || !h.Complete {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func (a *app) showStates(h *gen.StateHistory) {
	a.showKeys(h.Keys, h.Searched)
	for i := range h.Items {
		c := &h.Items[i]
		name := c.Name
		if c.MapKey.Format != "" {
			name += "[" + clean(c.MapKey.Text) + "]"
		}
		head := c.Kind + " of " + c.OpName
		if c.Namespace.Format != "" && c.Namespace.Type != "VoidNamespace" {
			head += ", " + clean(c.Namespace.Text)
		}
		if !isZero(c.TTLMs) {
			head += ", lives " + milliseconds(c.TTLMs)
		}
		a.say("\n%s  %s", a.paint(bold, clean(name)), a.paint(dim, head))
		t := newTable(
			column{head: ""}, column{head: "TIME"}, column{head: "CHANGE", style: changeStyle}, column{head: "VALUE", flex: true}, column{head: "WRITER", flex: true},
			column{head: "BECAUSE OF", flex: true}, column{head: "ENDS"}, column{head: "BEFORE", wide: true, flex: true},
		)
		for n := range c.Versions {
			v := &c.Versions[n]
			mark := ""
			if int64(n) == c.Current {
				mark = "▶"
			}
			t.add(mark, instant(v.Time), string(v.Kind), viewText(&v.Value), v.Position, because(v), ends(v), viewText(&v.Before))
		}
		a.more(t.print(a, 0), "")
		if c.Current < 0 {
			a.say("%s", a.paint(amber, "as far as is recorded nothing of it was there at the moment"))
		}
	}
	if len(h.Keys) > 0 && len(h.Items) == 0 {
		a.say("nothing of its state is recorded")
	}
	if !h.Complete && len(h.Keys) > 0 {
		a.say("%s", a.paint(amber, "not every version is here: --op and --state narrow the search"))
	}
	if len(h.Notes) > 0 {
		a.say("")
		a.showNotes(h.Notes)
	}
}

func viewText(v *gen.View) string {
	if v.Format == "" {
		return nothing
	}
	return clean(v.Text)
}

// because names the record that the writer had taken in.
func because(v *gen.StateVersion) string {
	switch {
	case v.Input.Kafka != "":
		return v.Input.Kafka
	case v.Input.Element != "":
		return v.Input.Element
	}
	return nothing
}

func ends(v *gen.StateVersion) string {
	switch {
	case !v.Undone.IsZero():
		return "undone by a restart " + instant(v.Undone)
	case !v.Until.IsZero() && (v.Expires.IsZero() || !v.Expires.Before(v.Until)):
		return instant(v.Until)
	case !v.Expires.IsZero():
		return "expires " + instant(v.Expires)
	}
	return nothing
}

func changeStyle(s string) style {
	switch s {
	case "written", "added":
		return green
	case "seen":
		return amber
	}
	return dim
}
