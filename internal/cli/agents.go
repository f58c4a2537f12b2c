package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) agents() *cobra.Command {
	var hooks bool
	c := &cobra.Command{
		Use:   "agents [--hooks]",
		Short: "List processes with an agent and their self-test",
		Example: `  sightglass agents
  sightglass agents --hooks
  sightglass agents -o jsonl | jq -r 'select(.connected | not) | .host'`,
		Args: exactly(0, ""),
	}
	c.Flags().BoolVar(&hooks, "hooks", false, "every hook of every process")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.Agents(c.Context())
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, true); done {
			return err
		}
		switch items := answer.Value.Items; {
		case len(items) == 0:
			a.hint("No process with an agent has connected since the server started. sightglass attach says what goes into Flink's configuration.")
		case hooks:
			a.hooks(items)
		default:
			a.processes(items)
		}
		a.link(cl, "/agents", "")
		return nil
	}
	return c
}

func (a *app) processes(of []gen.Process) {
	t := newTable(
		column{head: "ROLE"}, column{head: "HOST", flex: true}, column{head: "PID", right: true}, column{head: "STATE", style: stateStyle}, column{head: "FLINK"},
		column{head: "JAVA"}, column{head: "AGENT"}, column{head: "HOOKS"}, column{head: "LOST", right: true, style: zeroElseAmber},
		column{head: "QUEUED", right: true}, column{head: "LAST SEEN"}, column{head: "ERRORS", right: true, wide: true, style: zeroElseAmber},
		column{head: "EVENTS", right: true, wide: true}, column{head: "PROCESS", wide: true},
	)
	for _, p := range of {
		state := "gone"
		switch {
		case p.Off:
			state = "off"
		case p.Connected:
			state = "connected"
		}
		works, missing := 0, 0
		for _, h := range p.Hooks {
			switch h.State {
			case "missing":
				missing++
			case "fired", "installed":
				works++
			}
		}
		summary := strconv.Itoa(works) + " of " + strconv.Itoa(len(p.Hooks))
		if missing > 0 {
			summary += ", " + strconv.Itoa(missing) + " missing"
		}
		t.add(p.Role, p.Host, strconv.FormatInt(p.Pid, 10), state, orNothing(p.Flink), orNothing(p.Java), p.Agent, summary,
			a.count(p.Counters.LostEvents), size(p.Counters.QueuedBytes), instant(p.LastSeen), p.Counters.Errors, a.count(p.Counters.Events), p.Process)
	}
	a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
}

func (a *app) hooks(of []gen.Process) {
	t := newTable(
		column{head: "ROLE"}, column{head: "HOST"}, column{head: "PID", right: true}, column{head: "HOOK"}, column{head: "STATE", style: stateStyle},
		column{head: "FIRED", right: true}, column{head: "CLASS", flex: true}, column{head: "DETAIL", flex: true},
	)
	for _, p := range of {
		for _, h := range p.Hooks {
			t.add(p.Role, p.Host, strconv.FormatInt(p.Pid, 10), h.ID, h.State, a.count(h.Fired), h.Class, h.Detail)
		}
	}
	t.print(a, 0)
}
