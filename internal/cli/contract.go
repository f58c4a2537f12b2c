package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/contract"
)

func (a *app) contract() *cobra.Command {
	c := &cobra.Command{
		Use:   "contract lint|apply|list|show|history|test|init|violations|ack|end",
		Short: "Data contracts: what streams promise, and whether they keep it",
		Long: `Data contracts (ODCS 3.1): what streams promise, and whether they keep it. docs/guides/contracts.md describes the text.

  lint FILE            every mistake with its line, and the checks that the text comes to; needs no server. - reads from standard input
  apply FILE           puts it in force
  list                 contracts in force
  show CONTRACT        how its checks stand, burn rates, what was looked at
  history CONTRACT     its versions, who wrote each and what it changed
  test TOPIC           holds a stretch of a topic against its contract, once
  init TOPIC           proposes a contract from the topic's newest records, as you may see them
  violations           what was not kept, with the places of the records
  ack CONTRACT ID      somebody looks after a violation; --close: it is over
  end CONTRACT         nothing is checked on its behalf any more

Exit 1: mistakes, or something is violated. Exit 2: test looked at less than --min-coverage.`,
		Example: `  sightglass contract init orders > orders.odcs.yaml
  sightglass contract apply orders.odcs.yaml --why "first version"
  sightglass contract violations --state open`,
	}
	c.AddCommand(a.contractLint(), a.contractApply(), a.contractList(), a.contractShow(), a.contractHistory(), a.contractTest(), a.contractInit(), a.contractViolations(), a.contractAck(), a.contractEnd())
	return c
}

func (a *app) contractLint() *cobra.Command {
	return &cobra.Command{
		Use: "lint FILE", Short: "Mistakes in a text, and the checks that it comes to; needs no server", Args: exactly(1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.readText(args[0], mostPolicy)
			if err != nil {
				return err
			}
			out := gen.ContractLint{Mistakes: []gen.ContractError{}, Notes: []gen.ContractNote{}, Checks: []gen.ContractRule{}}
			read, err := contract.Read(text)
			var mistakes contract.Problems
			switch {
			case errors.As(err, &mistakes):
				for _, m := range mistakes {
					out.Mistakes = append(out.Mistakes, gen.ContractError{Pointer: m.Pointer, Line: int64(m.Line), Column: int64(m.Column), Text: m.Text})
				}
			case err != nil:
				return err
			default:
				out.ID = read.ID
				for _, n := range read.Notes {
					out.Notes = append(out.Notes, gen.ContractNote{Line: int64(n.Line), Text: n.Text})
				}
				for i := range read.Streams {
					for k := range read.Streams[i].Checks {
						x := &read.Streams[i].Checks[k]
						out.Checks = append(out.Checks, gen.ContractRule{ID: x.ID, Kind: string(x.Kind), Severity: string(x.Severity), Says: x.Says(), Line: int64(x.Line)})
					}
				}
			}
			if a.format == "json" || a.format == "jsonl" {
				if err := a.asJSON(out); err != nil {
					return err
				}
			} else {
				a.contractLinted(args[0], &out)
			}
			if len(out.Mistakes) > 0 {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func (a *app) contractLinted(file string, out *gen.ContractLint) {
	a.contractMistakes(file, out.Mistakes)
	if len(out.Mistakes) > 0 {
		return
	}
	a.contractNotes(file, out.Notes)
	t := newTable(column{head: "CHECK", flex: true}, column{head: "SEVERITY"}, column{head: "SAYS", flex: true}, column{head: "LINE", right: true})
	for _, c := range out.Checks {
		t.add(clean(c.ID), c.Severity, clean(c.Says), strconv.FormatInt(c.Line, 10))
	}
	t.print(a, 0)
}

func (a *app) contractMistakes(file string, all []gen.ContractError) {
	for _, m := range all {
		where := ""
		if m.Pointer != "" {
			where = m.Pointer + ": "
		}
		a.say("%s:%d: %s%s", file, m.Line, clean(where), clean(m.Text))
	}
}

func (a *app) contractNotes(file string, all []gen.ContractNote) {
	for _, n := range all {
		a.hint("%s:%d: %s", file, n.Line, clean(n.Text))
	}
}

func (a *app) contractApply() *cobra.Command {
	var w gen.ContractWish
	c := &cobra.Command{Use: "apply FILE [--why TEXT] [--dry-run]", Short: "Put a contract in force", Args: exactly(1, "a file")}
	c.Flags().StringVar(&w.Why, "why", "", "why, for the list of versions and the audit log")
	c.Flags().BoolVar(&w.DryRun, "dry-run", false, "say what would change, and change nothing")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		if w.Text, err = a.readText(args[0], mostPolicy); err != nil {
			return err
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.ApplyContract(c.Context(), w)
		var p *client.Problem
		if errors.As(err, &p) && len(p.Errors) > 0 {
			if a.format == "json" || a.format == "jsonl" {
				if err := a.asJSON(p.Problem); err != nil {
					return err
				}
			} else {
				a.contractMistakes(args[0], p.Errors)
			}
			return verdict(exitFound)
		}
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done {
			return err
		}
		x := &answer.Value
		a.contractNotes(args[0], x.Notes)
		a.contractChanges(x.Changes)
		switch {
		case x.DryRun:
			a.say("nothing was changed")
		case x.Same:
			a.say("version %s of %s is in force already", x.Number, clean(x.ID))
		default:
			a.say("version %s of %s is in force", x.Number, clean(x.ID))
		}
		return nil
	}
	return c
}

func (a *app) contractChanges(all []gen.ContractChange) {
	for _, x := range all {
		text := x.Text
		if x.About != "" {
			text = x.About + ": " + text
		}
		if text = clean(text); x.Weaker {
			text = a.paint(amber, text+" (weaker)")
		}
		a.say("%s", text)
	}
}

func (a *app) contractList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Contracts in force", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Contracts(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			if len(answer.Value.Items) == 0 {
				a.hint("No contract is in force that you may see: sightglass contract init TOPIC proposes one.")
				return nil
			}
			t := newTable(column{head: "CONTRACT", flex: true, style: always(bold)}, column{head: "VERSION"}, column{head: "STATUS"}, column{head: "TOPICS", flex: true}, column{head: "CHECKS", right: true},
				column{head: "OPEN", right: true, style: zeroElseAmber}, column{head: "OWNERS", flex: true}, column{head: "SINCE"}, column{head: "BY", wide: true}, column{head: "FROM", wide: true})
			for _, x := range answer.Value.Items {
				var topics, owners []string
				for _, p := range x.Topics {
					topics = append(topics, p.Cluster+"/"+p.Topic)
				}
				for _, o := range x.Owners {
					owners = append(owners, o.Username)
				}
				t.add(clean(x.ID), clean(x.Version), clean(x.Status), orNothing(clean(strings.Join(topics, ", "))), strconv.FormatInt(x.Checks, 10), strconv.FormatInt(x.Open, 10), orNothing(clean(strings.Join(owners, ", "))),
					instant(x.At), clean(x.Who), clean(x.Source))
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}

func (a *app) contractShow() *cobra.Command {
	var text bool
	c := &cobra.Command{Use: "show CONTRACT [--text]", Short: "How the checks of a contract stand", Args: exactly(1, "a contract: sightglass contract list shows them")}
	c.Flags().BoolVar(&text, "text", false, "the contract's text in place of its checks")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		if text {
			answer, err := cl.Contract(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, false); done {
				return err
			}
			a.say("%s", strings.TrimRight(answer.Value.Text, "\n"))
			return nil
		}
		answer, err := cl.ContractChecks(c.Context(), args[0])
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		if !done {
			a.contractStates(&answer.Value)
		}
		for _, x := range answer.Value.Items {
			if x.State == "violated" {
				return verdict(exitFound)
			}
		}
		return nil
	}
	return c
}

func (a *app) contractStates(all *gen.ContractChecks) {
	t := newTable(column{head: "CHECK", flex: true, style: always(bold)}, column{head: "STATE", style: contractStyle}, column{head: "SEVERITY"}, column{head: "OPEN", right: true}, column{head: "BURN 1H", right: true},
		column{head: "24H", right: true}, column{head: "30D", right: true}, column{head: "SAYS", flex: true}, column{head: "DETAIL", flex: true, wide: true})
	for _, x := range all.Items {
		rate := map[string]string{}
		for _, b := range x.Burns {
			rate[b.OverS] = strconv.FormatFloat(b.Rate, 'g', 3, 64)
		}
		t.add(clean(x.ID), string(x.State), x.Severity, strconv.FormatInt(x.Open, 10), orNothing(rate["3600"]), orNothing(rate["86400"]), orNothing(rate["2592000"]), clean(x.Says), orNothing(clean(x.Detail)))
	}
	t.print(a, 0)
	for _, c := range all.Coverage {
		a.say("%s/%s: %.1f %% of the last hour's records were looked at", clean(c.Cluster), clean(c.Topic), 100*c.Share)
		for i, g := range c.Gaps {
			if i == 5 {
				a.hint("and %d more gaps: -o json has them", len(c.Gaps)-5)
				break
			}
			a.say("%s", a.paint(amber, fmt.Sprintf("  not looked at: partition %d, offsets %s to %s: %s", g.Partition, g.From, g.To, clean(g.Why))))
		}
	}
}

// contractStyle paints states of checks.
func contractStyle(state string) style {
	switch state {
	case "violated":
		return red
	case "ok":
		return green
	}
	return amber
}

func (a *app) contractHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history CONTRACT", Short: "Versions of a contract, who wrote each and what it changed", Args: exactly(1, "a contract: sightglass contract list shows them"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.ContractVersions(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			for _, v := range answer.Value.Items {
				a.section(fmt.Sprintf("%s: version %s, %s, by %s: %s", v.Number, clean(v.Version), instant(v.At), clean(v.Who), orNothing(clean(v.Why))))
				a.contractChanges(v.Changes)
			}
			return nil
		},
	}
}
