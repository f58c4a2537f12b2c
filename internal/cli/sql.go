package cli

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) sql() *cobra.Command {
	var op string
	c := &cobra.Command{
		Use:   "sql [RECORDING]",
		Short: "Show the statements of a SQL job and the operators that they became",
		Long: `Show the statements of a SQL job, and for each operator the statements that it is there for, the names of its fields and its full
description. RECORDING is an id, the beginning of one, or a job's name; it may be left out when only one job is there.

Statements are known when the process that planned the job has an agent: a JobManager in application mode, a SQL gateway, a client.
Without one, descriptions and the names in them come from the JobManager. Flink's planner keeps no positions: which clause of a
statement an operator is for is not known.

Exit 2: nothing is known of the job's SQL.`,
		Example: `  sightglass sql totals
  sightglass sql totals --op groupaggregate-4
  sightglass sql totals -o json | jq -r '.statements[] | select(.made) | .source.text'`,
		Args: between(0, 1, "at most one recording"),
	}
	c.Flags().StringVar(&op, "op", "", "only this operator, and the statements that it is there for: slug, name, or beginning of its id")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		rec, err := a.onlyRecording(c.Context(), cl, args)
		if err != nil {
			return err
		}
		answer, err := cl.SQL(c.Context(), rec)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		plan := answer.Value
		if op != "" {
			if plan, err = operatorsOnly(plan, op); err != nil {
				return err
			}
		}
		if !done {
			a.showSQL(&plan)
			fragment := ""
			if op != "" {
				fragment = "sel=" + url.QueryEscape(plan.Operators[0].Op)
			}
			a.link(cl, "/r/"+url.PathEscape(rec)+"/sql", fragment)
		}
		if len(plan.Statements) == 0 && len(plan.Operators) == 0 {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

// operatorsOnly keeps the operators that text names, and their statements.
func operatorsOnly(plan gen.SQL, text string) (gen.SQL, error) {
	kept := gen.SQL{Planner: plan.Planner}
	numbers := map[int64]bool{}
	for _, o := range plan.Operators {
		if named(o, text) {
			kept.Operators = append(kept.Operators, o)
			for _, n := range o.Statements {
				numbers[n] = true
			}
		}
	}
	if len(kept.Operators) == 0 {
		return kept, usage("sightglass sql lists the operators", "no operator %q", text)
	}
	for _, s := range plan.Statements {
		if numbers[s.Number] {
			kept.Statements = append(kept.Statements, s)
		}
	}
	return kept, nil
}

func named(o gen.SQLOperator, text string) bool {
	return o.Op == text || o.OpName == text || len(text) >= 4 && strings.HasPrefix(o.ID, text)
}

func (a *app) showSQL(plan *gen.SQL) {
	if len(plan.Statements) == 0 && len(plan.Operators) == 0 {
		a.hint("No SQL is known of this job.")
		return
	}
	for _, s := range plan.Statements {
		title := "statement " + strconv.FormatInt(s.Number, 10)
		if !s.Made {
			title += "  before it in the session"
		}
		if cut := s.Length - int64(len([]rune(s.Source.Text))); cut > 0 && len(s.Source.Masked) == 0 {
			title += "  cut, " + a.count(strconv.FormatInt(s.Length, 10)) + " characters"
		}
		a.say("%s", a.paint(bold, title))
		for line := range strings.SplitSeq(strings.Trim(s.Source.Text, "\n"), "\n") {
			a.say("  %s", clean(strings.TrimRight(strings.ReplaceAll(line, "\t", "  "), " \r")))
		}
		a.say("")
	}
	if !plan.Planner {
		a.hint("%s", "No process that plans has an agent: statements are not known, names only as far as descriptions have them.")
	}
	t := newTable(
		column{head: "OPERATOR", flex: true}, column{head: "STATEMENT"}, column{head: "FIELDS", flex: true}, column{head: "KEY", flex: true},
		column{head: "CODE", right: true}, column{head: "TYPE", wide: true}, column{head: "BY", wide: true}, column{head: "SLUG", wide: true},
		column{head: "DESCRIPTION", flex: true},
	)
	for _, o := range plan.Operators {
		t.add(o.OpName, orNothing(numberList(o.Statements)), orNothing(strings.Join(o.Fields, ", ")), orNothing(strings.Join(o.Key, ", ")),
			unlessZero(strconv.Itoa(len(o.Code))), orNothing(o.Type), orNothing(string(o.By)), o.Op, orNothing(o.Description.Text))
	}
	t.print(a, 0)
}

func numberList(of []int64) string {
	texts := make([]string, 0, len(of))
	for _, n := range slices.Sorted(slices.Values(of)) {
		texts = append(texts, strconv.FormatInt(n, 10))
	}
	return strings.Join(texts, ", ")
}
