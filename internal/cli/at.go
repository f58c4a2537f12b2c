package cli

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) at() *cobra.Command {
	var hex bool
	c := &cobra.Command{
		Use:   "at [RECORDING] POSITION",
		Short: "Show one invocation: what came in, what went out, the path through the operators",
		Long: `Show one invocation of a task: what came in with its decoded value, what went out, what was written, the path through the operators,
the operator's code, and the invocations before and after.
POSITION is operator.subtask.attempt.invocation, as every list shows it. Without RECORDING all are searched, newest first.`,
		Example: `  sightglass at order-totals window-totals.3.0.1842
  sightglass at window-totals.3.0.1842 --hex
  sightglass at order-totals window-totals.3.0.1842 -o json | jq '.outputs[].view.node'`,
		Args: between(1, 2, "a position, and a recording before it if you like"),
	}
	c.Flags().BoolVar(&hex, "hex", false, "with the bytes")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		position := args[len(args)-1]
		ask := func(rec string) (*client.Answer[gen.Moment], error) { return cl.At(c.Context(), rec, position) }
		var rec string
		var answer *client.Answer[gen.Moment]
		if len(args) == 2 {
			rec = args[0]
			answer, err = ask(rec)
		} else {
			rec, answer, err = everywhere(c.Context(), cl, "the position "+position, ask)
		}
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done {
			return err
		}
		a.showMoment(&answer.Value, hex)
		a.link(cl, "/r/"+url.PathEscape(short(rec))+"/events", "at="+url.QueryEscape(answer.Value.Position))
		return nil
	}
	return c
}

func (a *app) showMoment(m *gen.Moment, hex bool) {
	a.fact("position", a.paint(bold, m.Position))
	a.fact("task", m.Task)
	if m.Operator.Name != "" {
		text := m.Operator.Name
		if k := m.Operator.Kind; k != "" {
			text += ", " + k
		}
		if keep := keeps(m.Operator); keep != nothing {
			text += ", keeps " + keep
		}
		a.fact("operator", text)
		if m.Operator.Function.Class != "" {
			a.fact("code", code(m.Operator.Function))
		}
	}
	a.fact("time", instant(m.Invocation.Time)+watermark(m))
	a.fact("what", strings.TrimSpace(m.Invocation.Kind+"  "+m.Invocation.Text))
	if m.Path.Text != "" {
		a.fact("path", path(m.Path))
	}
	if m.Before != "" || m.After != "" {
		a.fact("beside", orNothing(m.Before)+"  "+orNothing(m.After))
	}
	switch {
	case m.Input.Kind != "":
		a.section("in")
		a.showEvent(&m.Input, hex)
	case m.InputNote != "":
		a.section("in")
		a.say("%s", a.paint(amber, m.InputNote))
	}
	a.showEvents("out", m.Outputs, hex)
	a.showEvents("written", m.Writes, hex)
	a.showSteps(m.Steps, hex)
	if m.More {
		a.say("%s", a.paint(dim, "… more than are shown"))
	}
	if len(m.Logs) > 0 {
		a.section("logged")
		for i := range m.Logs {
			a.say("%s  %s", a.paint(dim, instant(m.Logs[i].Time)), clean(m.Logs[i].Text))
		}
	}
	if m.Exception.Kind != "" {
		a.section("exception")
		a.showEvent(&m.Exception, hex)
	}
}

func watermark(m *gen.Moment) string {
	if m.Watermark.IsZero() {
		return ""
	}
	return ", watermark " + instant(m.Watermark)
}

func path(p gen.PathTaken) string {
	var steps []string
	for _, s := range p.Steps {
		text := s.Name
		if s.In > 1 || s.Out != 1 {
			text += " (" + strconv.FormatInt(s.In, 10) + " in, " + strconv.FormatInt(s.Out, 10) + " out)"
		}
		steps = append(steps, text)
	}
	text := strings.Join(steps, " → ")
	if p.Cut {
		text += " …"
	}
	return text
}

func (a *app) showEvents(title string, events []gen.Event, hex bool) {
	if len(events) == 0 {
		return
	}
	a.section(title)
	for i := range events {
		a.showEvent(&events[i], hex)
	}
}

func outcome(o string) string {
	if o == "" {
		return ""
	}
	return ": " + o
}

// showEvent prints an event with its decoded value as a tree.
func (a *app) showEvent(e *gen.Event, hex bool) {
	record := e.Kafka
	if record == "" {
		record = e.Element
	}
	line := orNothing(record)
	if !e.EventTime.IsZero() {
		line += "  event time " + instant(e.EventTime)
	}
	if e.Channel != "" && !strings.HasPrefix(record, e.Channel) { // of what was sent, the element says it
		line += a.paint(dim, "  "+e.Channel)
	}
	a.say("%s", line)
	if t := e.Transaction; t.ID != "" {
		a.say("  %s %s", a.paint(dim, "transaction"), clean(t.ID)+", producer "+clean(t.Producer)+" epoch "+strconv.FormatInt(int64(t.Epoch), 10)+outcome(t.Outcome))
	}
	if e.Key.Format != "" {
		a.say("  %s %s", a.paint(dim, "key"), clean(e.Key.Text))
	}
	for _, h := range e.Headers {
		a.say("  %s %s", a.paint(dim, "header "+clean(h.Name)), clean(h.Value.Text))
	}
	if e.View.Format == "" {
		if e.Text != "" {
			a.say("  %s", clean(e.Text))
		}
		return
	}
	a.showView(&e.View, hex)
}

func (a *app) showView(v *gen.View, hex bool) {
	head := string(v.Format)
	if v.Type != "" && v.Type != head {
		head += " " + v.Type
	}
	a.say("  %s", a.paint(dim, clean(head)+", "+strconv.FormatInt(v.Size, 10)+" B"))
	if v.Reason != "" {
		a.say("  %s", a.paint(amber, clean(v.Reason)))
	}
	if v.By != "" {
		a.say("  %s", a.paint(dim, "decoded by the job's own classes"))
	}
	if v.Node.Kind == "" {
		a.say("  %s", clean(v.Text))
	} else {
		a.showNode(&v.Node, "  ")
	}
	for _, m := range v.Masked {
		a.say("  %s", a.paint(amber, "masked "+clean(m.Path)+": "+m.Class+", "+m.Action))
	}
	if hex {
		a.dump(v)
	}
}

func (a *app) showNode(n *gen.Node, indent string) {
	label := indent
	if n.Name != "" {
		label += clean(n.Name) + ": "
	}
	typeName := ""
	if n.Type != "" {
		typeName = a.paint(dim, "  "+clean(n.Type))
	}
	switch {
	case len(n.Items) > 0 || n.Kind == "object" || n.Kind == "list" || n.Kind == "map":
		text := map[string]string{"object": "{…}", "list": "[…]", "map": "{…}"}[n.Kind]
		if len(n.Items) == 0 {
			text = map[string]string{"object": "{}", "list": "[]", "map": "{}"}[n.Kind]
		}
		if n.Value != "" {
			text = n.Value + " " + text // the change kind of a row
		}
		a.say("%s%s%s", label, text, typeName)
		for i := range n.Items {
			a.showNode(&n.Items[i], indent+"  ")
		}
	case n.Kind == "null":
		a.say("%s%s%s", label, a.paint(dim, "null"), typeName)
	case n.Kind == "string":
		a.say("%s%s%s", label, strconv.Quote(n.Value), typeName)
	case n.Reason != "":
		a.say("%s%s %s%s", label, clean(n.Value), a.paint(amber, clean(n.Reason)), typeName)
	case n.Kind == "masked":
		a.say("%s%s%s", label, a.paint(amber, clean(n.Value)), typeName)
	default:
		a.say("%s%s%s", label, clean(n.Value), typeName)
	}
}
