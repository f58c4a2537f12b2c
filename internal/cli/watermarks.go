package cli

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) watermarks() *cobra.Command {
	var q client.WatermarkQuery
	var subtask int
	c := &cobra.Command{
		Use:   "watermarks [RECORDING] [--op OPERATOR] [--at WHEN]",
		Short: "Show the watermark of each input of a task at a moment, and which one holds it back",
		Long: `Show what the inputs of an operator's task had for watermarks at a moment: of each channel the last one that was taken in, of a source's
splits the last one that is told, whether the input is active or idle, how far it is behind, and which input the task waits for.

WHEN is a time (RFC 3339, a time of today in UTC, or an offset such as -5m), a position, or a record, which means the invocation that took it in:
then the moment is the beginning of that invocation. Without it: the end of what is recorded. --op may be left out with a position or a record.

Watermarks of channels are known at every level. Those of a source's splits, and what operators inside a chain passed on, are told at level trace.

Exit 1: an input has brought no watermark yet, so nothing that waits for event time can go on. Exit 2: not all of it is known.`,
		Example: `  sightglass watermarks order-totals --op window-totals
  sightglass watermarks order-totals --op window-totals --at 14:02:11
  sightglass watermarks order-totals --at window-totals.3.0.1842 -o json`,
		Args: between(0, 1, "at most one recording"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.IntVar(&subtask, "subtask", 0, "subtask")
	fl.StringVar(&q.At, "at", "", "time, position or record")
	fl.SetNormalizeFunc(operatorFlag)
	c.RunE = func(c *cobra.Command, args []string) error {
		if q.Op == "" && q.At == "" {
			return usage("--op OPERATOR, or --at with a position or a record", "whose watermarks?")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		if q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		if given(fl, "subtask") {
			q.Subtask = &subtask
		}
		answer, err := cl.Watermarks(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		if !done {
			a.showWatermarks(cl, &q, &answer.Value)
		}
		return watermarkVerdict(&answer.Value)
	}
	return c
}

// operatorFlag lets --operator be written for --op.
func operatorFlag(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "operator" {
		name = "op"
	}
	return pflag.NormalizedName(name)
}

func watermarkVerdict(r *gen.WatermarkReport) error {
	code := exitOK
	for _, t := range r.Items {
		for _, in := range t.Inputs {
			switch {
			case in.Holds && in.Watermark.IsZero():
				return verdict(exitFound)
			case !in.Exact && in.Split == "" || in.State == "unknown":
				code = exitUnknown
			}
		}
	}
	if code != exitOK {
		return verdict(code)
	}
	return nil
}

func (a *app) showWatermarks(cl *client.Client, q *client.WatermarkQuery, r *gen.WatermarkReport) {
	t := newTable(
		column{head: "SUB", right: true}, column{head: "INPUT", flex: true}, column{head: "STATE", style: inputStyle}, column{head: "WATERMARK"},
		column{head: "LAG", right: true}, column{head: "HOLDS", style: always(amber)}, column{head: "SINCE"}, column{head: "TAKEN IN", right: true},
		column{head: "CHANNEL", wide: true}, column{head: "BY", wide: true, flex: true}, column{head: "NOTE", wide: true, flex: true},
	)
	for i := range r.Items {
		task := &r.Items[i]
		for _, in := range task.Inputs {
			holds := ""
			if in.Holds {
				holds = "◀ holds"
			}
			t.add(strconv.FormatInt(task.Subtask, 10), inputName(&in), inputWord(&in), instant(in.Watermark), milliseconds(in.LagMs), holds, instant(in.Since),
				a.count(in.Taken), orNothing(in.Channel), orNothing(in.Element), in.Note)
		}
		for _, o := range task.Operators {
			name := "passed on by " + o.OpName
			if o.HeldBy != "" {
				name += ", held by " + o.HeldBy
			}
			t.add(strconv.FormatInt(task.Subtask, 10), name, nothing, instant(o.Watermark), milliseconds(o.LagMs), "", instant(o.Since), nothing, nothing, nothing, "")
		}
	}
	at := "the end of what is recorded"
	if !r.At.IsZero() {
		at = instant(r.At)
	}
	a.say("%s at %s", a.paint(bold, r.OpName), at)
	for i := range r.Items {
		task := &r.Items[i]
		line := "subtask " + strconv.FormatInt(task.Subtask, 10) + ": "
		switch {
		case task.Ended:
			line += "ended"
		case task.Watermark.IsZero():
			line += a.paint(amber, "no watermark yet")
		default:
			line += "watermark " + instant(task.Watermark) + ", " + milliseconds(task.LagMs) + " behind"
		}
		if task.Idle {
			line += ", all inputs are idle"
		}
		if task.Position != "" {
			line += a.paint(dim, "  after "+task.Position)
		}
		a.say("%s", line)
	}
	a.say("")
	a.more(t.print(a, a.screen(6+len(r.Items))), "--subtask, or into a pipe")
	var notes []gen.Note
	for i := range r.Items {
		for _, n := range r.Items[i].Notes {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
	}
	a.showNotes(notes)
	fragment := url.Values{}
	setFragment(fragment, "op", q.Op)
	setFragment(fragment, "at", q.At)
	a.link(cl, "/r/"+url.PathEscape(short(q.Recording))+"/watermarks", fragment.Encode())
}

func setFragment(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

func inputName(in *gen.WatermarkInput) string {
	if in.Split != "" {
		name := "split " + in.Split
		if in.Offset != "" {
			name += ", read to " + in.Offset
		}
		return name
	}
	if in.From.Task == "" {
		return "channel " + in.Channel
	}
	return in.From.Task + " " + strconv.FormatInt(in.From.Subtask, 10)
}

func inputWord(in *gen.WatermarkInput) string {
	word := string(in.State)
	if !in.Exact && in.State != "unknown" {
		word += ", at least"
	}
	return word
}

func inputStyle(s string) style {
	switch {
	case strings.HasPrefix(s, "active"):
		return green
	case strings.HasPrefix(s, "idle"), strings.HasPrefix(s, "ended"):
		return dim
	}
	return amber
}

// showNotes prints what is not recorded and what would give it.
func (a *app) showNotes(notes []gen.Note) {
	for _, n := range notes {
		text := n.Text
		if n.Operator != "" {
			text = n.Operator + ": " + text
		}
		a.say("%s", a.paint(amber, clean(text)))
		if n.Hint != "" {
			a.say("  %s", a.paint(dim, clean(n.Hint)))
		}
	}
}

// microseconds writes an I64 of microseconds with a unit.
func microseconds(s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nothing
	}
	return span(time.Duration(n) * time.Microsecond)
}
