package cli

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) code() *cobra.Command {
	var class string
	c := &cobra.Command{
		Use:   "code RECORDING [OPERATOR]",
		Short: "Show the code that Flink generated for the operators of a SQL job",
		Long: `Show the source of the classes that Flink's table planner generated and the tasks compiled. Without OPERATOR the classes are listed;
with it their sources are printed. RECORDING is an id, the beginning of one, or a job's name.

A class that belongs to no operator of the list was compiled where it is not known for whom.

Exit 2: no text was recorded.`,
		Example: `  sightglass code totals
  sightglass code totals groupaggregate-4
  sightglass code totals groupaggregate-4 --class GroupAggsHandler > Handler.java`,
		Args: between(1, 2, "a recording, and an operator if you like"),
	}
	c.Flags().StringVar(&class, "class", "", "only classes whose name begins so")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.SQL(c.Context(), args[0])
		if err != nil {
			return err
		}
		plan := answer.Value
		link := ""
		if len(args) == 2 {
			if plan, err = operatorsOnly(plan, args[1]); err != nil {
				return err
			}
			link = "sel=" + url.QueryEscape(plan.Operators[0].Op)
		}
		var all []classOf
		for _, o := range plan.Operators {
			for _, code := range o.Code {
				if strings.HasPrefix(code.Class, class) {
					all = append(all, classOf{o.OpName, code})
				}
			}
		}
		if len(args) == 1 {
			a.listCode(all)
			a.link(cl, "/r/"+url.PathEscape(args[0])+"/sql", link)
			return codeVerdict(all)
		}
		return a.printCode(c, cl, args[0], all)
	}
	return c
}

type classOf struct {
	operator string
	gen.CodeRef
}

func codeVerdict(all []classOf) error {
	for _, c := range all {
		if c.Text {
			return nil
		}
	}
	return verdict(exitUnknown)
}

func (a *app) listCode(all []classOf) {
	if len(all) == 0 {
		a.hint("No generated code was recorded.")
		return
	}
	t := newTable(
		column{head: "OPERATOR", flex: true}, column{head: "CLASS", flex: true}, column{head: "CHARACTERS", right: true}, column{head: "HASH"},
		column{head: "TEXT"},
	)
	for _, c := range all {
		t.add(c.operator, c.Class, a.count(strconv.FormatInt(c.Length, 10)), c.Hash, map[bool]string{true: "yes", false: "not recorded"}[c.Text])
	}
	t.print(a, 0)
}

// printCode prints sources one behind the other, each once.
func (a *app) printCode(c *cobra.Command, cl *client.Client, rec string, all []classOf) error {
	if err := codeVerdict(all); err != nil {
		a.hint("No generated code was recorded.")
		return err
	}
	printed := map[string]bool{}
	for _, of := range all {
		if printed[of.Hash] || !of.Text {
			continue
		}
		printed[of.Hash] = true
		answer, err := cl.Code(c.Context(), rec, of.Hash)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		a.say("%s", a.paint(dim, "// "+of.Class+", of "+of.operator+", "+of.Hash))
		for line := range strings.SplitSeq(strings.TrimRight(answer.Value.Source.Text, "\n"), "\n") {
			a.say("%s", clean(strings.TrimRight(strings.ReplaceAll(line, "\t", "  "), " \r")))
		}
	}
	return nil
}
