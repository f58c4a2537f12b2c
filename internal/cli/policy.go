package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) policy() *cobra.Command {
	c := &cobra.Command{
		Use:   "policy show|check|set|effective|versions",
		Short: "What is recorded: levels, samples, payload, triggers, budgets",
		Long: `What is recorded: levels, samples, payload, triggers, budgets. docs/operations/policy.md describes the text.

  show             the policy in force, with what changes it for a while
  check FILE       every mistake with its line, and what the text would change; - reads from standard input
  set FILE         puts it in force, at once, in all running jobs
  effective JOB    which rule gives which level to which operator, and what agents really record
  versions         what was in force, who put it there and why

Exit 1: the text has mistakes, or an agent lags or refuses.`,
		Example: `  sightglass policy show
  sightglass policy check policy.yaml
  sightglass policy effective order-totals`,
	}
	c.AddCommand(a.policyShow(), a.policyCheck(), a.policySet(), a.policyEffective(), a.policyVersions())
	return c
}

func (a *app) policyShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "The policy in force", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Policy(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, false); done {
				return err
			}
			p := &answer.Value
			switch {
			case p.Version == "0":
				a.hint("Nobody wrote a policy: every operator is recorded at the server's level. It would lie in %s.", p.File)
			default:
				a.hint("version %s, %s, by %s: %s", p.Version, instant(p.At), p.Who, orNothing(p.Why))
				a.say("%s", strings.TrimRight(p.Text, "\n"))
			}
			if len(p.Changes) > 0 {
				a.section("Changed for a while")
				a.levelChanges(p.Changes)
			}
			for _, t := range p.Triggers {
				if t.Unclear != "0" {
					a.hint("trigger %s: the predicate could not be told for %s events: %s", t.Name, t.Unclear, t.Reason)
				}
			}
			a.link(cl, "/policy", "")
			if len(p.Mistakes) > 0 {
				a.hint("%s has mistakes and is not in force:", p.File)
				a.mistakes(p.Mistakes)
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func (a *app) mistakes(of []gen.Mistake) {
	for _, m := range of {
		a.say("line %d: %s", m.Line, m.Text)
	}
}

func (a *app) policyCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Mistakes in a text, and what it would change", Args: exactly(1, "a file"),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := a.readText(args[0], mostPolicy)
			if err != nil {
				return err
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.CheckPolicy(c.Context(), text)
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, false)
			if err != nil {
				return err
			}
			if !done {
				a.report(&answer.Value)
			}
			if len(answer.Value.Mistakes) > 0 {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

// report says what a text would come to.
func (a *app) report(r *gen.PolicyReport) {
	if len(r.Mistakes) > 0 {
		a.mistakes(r.Mistakes)
		return
	}
	a.say("%s, %s", plural(int(r.Rules), "rule"), plural(int(r.Triggers), "trigger"))
	for _, w := range r.Warnings {
		a.say("%s", a.paint(amber, w))
	}
	if len(r.Moves) == 0 {
		a.say("no operator of a running job changes")
		return
	}
	t := newTable(column{head: "JOB", flex: true}, column{head: "OPERATOR", flex: true}, column{head: "NOW"}, column{head: "THEN"})
	for _, m := range r.Moves {
		t.add(m.Job, m.Operator, m.From, m.To)
	}
	t.print(a, 0)
}

func (a *app) policySet() *cobra.Command {
	var change gen.PolicyChange
	c := &cobra.Command{Use: "set FILE [--why TEXT] [--base VERSION] [--dry-run]", Short: "Put a policy in force", Args: exactly(1, "a file")}
	c.Flags().StringVar(&change.Why, "why", "", "why, for the list of versions and the audit log")
	c.Flags().StringVar(&change.Base, "base", "", "version that the text was made from; another one in force refuses it")
	c.Flags().BoolVar(&change.DryRun, "dry-run", false, "say what would change, and change nothing")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		if change.Text, err = a.readText(args[0], mostPolicy); err != nil {
			return err
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.SetPolicy(c.Context(), change)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		if !done {
			a.report(&answer.Value)
			if v := answer.Value.Version; v != "" {
				a.say("version %s is in force", v)
			}
		}
		if len(answer.Value.Mistakes) > 0 {
			return verdict(exitFound)
		}
		return nil
	}
	return c
}

func (a *app) policyVersions() *cobra.Command {
	return &cobra.Command{
		Use: "versions", Short: "What was in force, who put it there and why", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.PolicyVersions(c.Context(), 50)
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			t := newTable(column{head: "VERSION", right: true}, column{head: "AT"}, column{head: "WHO"}, column{head: "WHY", flex: true}, column{head: "LINES", right: true})
			for _, v := range answer.Value.Items {
				t.add(v.Version, instant(v.At), v.Who, orNothing(v.Why), strconv.Itoa(strings.Count(v.Text, "\n")))
			}
			a.more(t.print(a, a.screen(0)), "into a pipe, or -o json")
			return nil
		},
	}
}

func (a *app) policyEffective() *cobra.Command {
	return &cobra.Command{
		Use: "effective JOB", Short: "Which rule gives which level to which operator", Args: exactly(1, "a job"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.EffectivePolicy(c.Context(), args[0])
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, false)
			if err != nil {
				return err
			}
			e := &answer.Value
			bad := false
			for _, x := range e.Agents {
				bad = bad || x.State != "follows"
			}
			if !done {
				a.effective(e)
				a.link(cl, "/policy", "")
			}
			if bad {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func (a *app) effective(e *gen.EffectivePolicy) {
	t := newTable(column{head: "OPERATOR", flex: true}, column{head: "LEVEL"}, column{head: "RULE", flex: true}, column{head: "RECORDED"}, column{head: "SUBTASKS", right: true},
		column{head: "SINCE"}, column{head: "SAMPLE", wide: true}, column{head: "PAYLOAD", wide: true}, column{head: "LOGS", wide: true})
	for _, o := range e.Operators {
		recorded, subtasks, since := []string{}, []string{}, ""
		for _, x := range o.Applied {
			word := x.Word
			if x.Why != "" {
				word += " (" + x.Why + ")"
			}
			recorded, subtasks, since = append(recorded, word), append(subtasks, strconv.Itoa(len(x.Subtasks))), instant(x.Since)
		}
		t.add(o.Name, o.Word, o.Rule, orNothing(strings.Join(recorded, ", ")), orNothing(strings.Join(subtasks, ", ")), orNothing(since), o.Sample, o.Payload, o.Logs)
	}
	t.print(a, 0)
	if len(e.Agents) == 0 {
		return
	}
	a.section("Agents, told version " + e.Told)
	t = newTable(column{head: "HOST", flex: true}, column{head: "PID", right: true}, column{head: "STATE", style: stateStyle}, column{head: "VERSION"}, column{head: "TASKS", right: true},
		column{head: "IDLE SINCE", right: true}, column{head: "REASON", flex: true})
	for _, x := range e.Agents {
		t.add(x.Host, strconv.FormatInt(x.Pid, 10), string(x.State), orNothing(x.Version), strconv.FormatInt(x.Tasks, 10), strconv.FormatInt(x.Behind, 10), orNothing(x.Reason))
	}
	t.print(a, 0)
}
