package cli

import (
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) key() *cobra.Command {
	var q client.KeyQuery
	c := &cobra.Command{
		Use:   "key KEY [flags] | key --of RECORD [flags]",
		Short: "Show all that happened under a key: records, state, timers, windows, drops",
		Long: `Show every invocation that worked under a key, in order of time: the record that it took in, what it did with state, timers and windows, the
records that it dropped, and what it gave out, of all operators that have such a key.

KEY is written as views show it: user-42, 4711, true; of a key with several fields with commas between them: user-42,eu. --of takes the key of a
record or of a position instead. Where the policy masks keys, the token names one. It may fit keys of two types: then both are followed, and
--op chooses.

It is made of what operators do at level trace: what is not recorded is said, with the level that would give it.

Exit 2: no such key is recorded, or not all that happened is.`,
		Example: `  sightglass key user-42 --rec order-totals
  sightglass key --rec order-totals --of orders/2@88121 --newest --limit 10
  sightglass key user-42 --rec order-totals --op dedup -o json | jq '.items[].position'`,
		Args: between(0, 1, "at most one key"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Recording, "rec", "", "recording or job; may be left out when only one job is there")
	fl.StringVar(&q.Of, "of", "", "the key of this record or position")
	fl.StringVar(&q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.StringVar(&q.From, "from", "", "earliest time")
	fl.StringVar(&q.To, "to", "", "latest time, exclusive")
	fl.IntVar(&q.Limit, "limit", 20, "invocations of a page")
	fl.BoolVar(&q.Newest, "newest", false, "newest first")
	fl.StringVar(&q.Cursor, "cursor", "", "next page")
	fl.BoolVar(&q.Explain, "explain", false, "say what the history had to look at, and what it could skip")
	fl.SetNormalizeFunc(operatorFlag)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 1 {
			q.Key = args[0]
		}
		cl, err := a.forKey(c, &q.Recording, q.Key, q.Of)
		if err != nil {
			return err
		}
		answer, err := cl.KeyHistory(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		h := &answer.Value
		if !done {
			a.showKeyHistory(cl, &q, h)
			a.explained(q.Explain && len(h.Keys) > 0, h.Explain, len(h.Items))
		}
		if len(h.Keys) == 0 || len(h.Notes) > 0 {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

// forKey makes the client and fills in the only recording, of a question about a key.
func (a *app) forKey(c *cobra.Command, rec *string, key, of string) (*client.Client, error) {
	if (key == "") == (of == "") {
		return nil, usage("a key, or --of with a record", "which key?")
	}
	cl, err := a.client()
	if err != nil {
		return nil, err
	}
	var args []string
	if *rec != "" {
		args = []string{*rec}
	}
	*rec, err = a.onlyRecording(c.Context(), cl, args)
	return cl, err
}

// showKeys says which keys the name fits.
func (a *app) showKeys(keys []gen.FoundKey, searched bool) {
	for _, k := range keys {
		a.say("%s  %s", a.paint(bold, "key "+clean(k.View.Text)), a.paint(dim, strings.Join(append([]string{k.View.Type}, k.Ops...), "  ")))
	}
	switch {
	case len(keys) > 1:
		a.say("%s", a.paint(amber, "keys of several types look the same: all are followed, --op chooses one"))
	case len(keys) == 0 && searched:
		a.say("no such key is recorded")
	case len(keys) == 0:
		a.say("no such key was found in the part that was looked at; --op narrows the search")
	}
}

func (a *app) showKeyHistory(cl *client.Client, q *client.KeyQuery, h *gen.KeyHistory) {
	a.showKeys(h.Keys, h.Searched)
	for i := range h.Items {
		a.showVisit(&h.Items[i])
	}
	if len(h.Notes) > 0 {
		a.say("")
		a.showNotes(h.Notes)
	}
	if h.Next != "" {
		a.hint("more: --cursor %s", h.Next)
	}
	a.keyLink(cl, q.Recording, q.Key, q.Of, q.Op)
}

func (a *app) keyLink(cl *client.Client, rec, key, of, op string) {
	fragment := url.Values{}
	setFragment(fragment, "key", key)
	setFragment(fragment, "of", of)
	setFragment(fragment, "op", op)
	a.link(cl, "/r/"+url.PathEscape(short(rec))+"/key", fragment.Encode())
}

func (a *app) showVisit(v *gen.KeyVisit) {
	a.say("\n%s  %s", a.paint(bold, instant(v.Time)), a.paint(blue, v.Position)+"  "+clean(v.OpName))
	switch {
	case v.Input.Kind != "":
		a.say("  %s %s", a.paint(dim, "in "), recordLine(&v.Input))
	case v.InputNote != "":
		a.say("  %s %s", a.paint(dim, "in "), a.paint(amber, clean(v.InputNote)))
	case v.Invocation.Kind != "":
		a.say("  %s %s", a.paint(dim, "by "), clean(v.Invocation.Text))
	}
	for i := range v.Steps {
		e := &v.Steps[i]
		text := clean(e.Text)
		if e.Kind == "dropped" {
			text = a.paint(amber, text)
		}
		a.say("      %s", text)
	}
	for i := range v.Outputs {
		a.say("  %s %s", a.paint(dim, "out"), recordLine(&v.Outputs[i]))
	}
	for i := range v.Writes {
		a.say("  %s %s", a.paint(dim, "out"), recordLine(&v.Writes[i]))
	}
	if v.Shared {
		a.say("      %s", a.paint(amber, "it worked under other keys too: which of these records are of this key is not recorded"))
	}
	if v.More {
		a.say("      %s", a.paint(dim, "… more than are shown"))
	}
}

// recordLine names a record and shows its value.
func recordLine(e *gen.Event) string {
	name := e.Kafka
	if name == "" {
		name = e.Element
	}
	return strings.TrimSpace(name + "  " + clean(e.Text))
}
