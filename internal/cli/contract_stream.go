package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) contractTest() *cobra.Command {
	var cluster string
	var since time.Duration
	var least float64
	c := &cobra.Command{
		Use: "test TOPIC [--since 1h] [--min-coverage PERCENT]", Short: "Hold a stretch of a topic against its contract, once", Args: exactly(1, "a topic: sightglass topics lists them"),
		Long: `Hold the newest stretch of a topic against the contract in force, once, and write nothing down. For CI behind a deployment.

Exit 0: all is kept. 1: something is violated. 2: less than --min-coverage of the stretch was looked at, so that it cannot be told.`,
		Example: `  sightglass contract test orders --since 1h
  sightglass contract test orders --since 10m --min-coverage 95 -o json | jq '.checks[] | select(.state == "violated")'`,
	}
	clusterFlag(c, &cluster)
	c.Flags().DurationVar(&since, "since", time.Hour, "how far back")
	c.Flags().Float64Var(&least, "min-coverage", 100, "percent of the records that have to be looked at")
	c.RunE = func(c *cobra.Command, args []string) error {
		if since < time.Second || since > 31*24*time.Hour || least < 0 || least > 100 {
			return usage(c.CommandPath()+" --help shows examples", "--since is from 1s to 744h, --min-coverage from 0 to 100")
		}
		cl, cluster, err := a.askCluster(c.Context(), cluster)
		if err != nil {
			return err
		}
		answer, err := cl.TestContract(c.Context(), cluster, args[0], gen.ContractTest{SinceS: strconv.FormatInt(int64(since/time.Second), 10)})
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		x := &answer.Value
		if !done {
			a.contractTested(x)
		}
		switch {
		case x.Violated > 0:
			return verdict(exitFound)
		case 100*x.Coverage < least:
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func (a *app) contractTested(x *gen.ContractTested) {
	a.say("contract %s %s: %s records from %s to %s, %.1f %% of them looked at", clean(x.Contract), clean(x.Version), x.Records, instant(x.From), instant(x.To), 100*x.Coverage)
	t := newTable(column{head: "CHECK", flex: true, style: always(bold)}, column{head: "STATE", style: contractStyle}, column{head: "SEVERITY"}, column{head: "BAD", right: true}, column{head: "FIRST"},
		column{head: "SAYS", flex: true}, column{head: "DETAIL", flex: true})
	for _, k := range x.Checks {
		t.add(clean(k.ID), string(k.State), k.Severity, k.Bad, placeOf(k.Partition, k.First), clean(k.Says), orNothing(clean(k.Detail)))
	}
	t.print(a, 0)
}

// placeOf is partition@offset; nothing for what is about no record.
func placeOf(partition int32, offset string) string {
	if partition < 0 || strings.HasPrefix(offset, "-") {
		return nothing
	}
	return fmt.Sprintf("%d@%s", partition, offset)
}

func (a *app) contractInit() *cobra.Command {
	var cluster string
	var records int
	c := &cobra.Command{
		Use: "init TOPIC [--records N]", Short: "Propose a contract from a topic's newest records, as you may see them", Args: exactly(1, "a topic: sightglass topics lists them"),
		Long: `Propose a contract from a topic's newest records, as you may see them: types, what is always there, keys, sets of few values, pace and retention. Of fields that
are masked for you nothing is said but that they are there. It is a beginning: what people meant, nobody can see in records.`,
		Example: `  sightglass contract init orders > orders.odcs.yaml`,
	}
	clusterFlag(c, &cluster)
	c.Flags().IntVar(&records, "records", 1000, "how many records are looked at, up to 5000")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, cluster, err := a.askCluster(c.Context(), cluster)
		if err != nil {
			return err
		}
		answer, err := cl.ProposeContract(c.Context(), cluster, args[0], records)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done {
			return err
		}
		x := &answer.Value
		a.say("%s", strings.TrimRight(x.Text, "\n"))
		a.hint("made from %d records; %d fields are masked for you", x.Records, x.Masked)
		return nil
	}
	return c
}

func (a *app) contractViolations() *cobra.Command {
	var q client.ViolationQuery
	c := &cobra.Command{Use: "violations [--contract ID] [--state open]", Short: "What was not kept, with the places of the records", Args: exactly(0, "")}
	f := c.Flags()
	f.StringVar(&q.Contract, "contract", "", "of one contract")
	f.StringVar(&q.Check, "check", "", "of one check")
	f.StringVar(&q.Topic, "topic", "", "of one topic")
	f.StringVar(&q.State, "state", "", "open, acked or closed")
	f.IntVar(&q.Limit, "limit", 100, "how many, up to 1000")
	f.StringVar(&q.Cursor, "cursor", "", "next of a page before")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.Violations(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		open := false
		for _, v := range answer.Value.Items {
			open = open || v.State != "closed"
		}
		if !done {
			a.showViolations(&answer.Value)
		}
		if open {
			return verdict(exitFound)
		}
		return nil
	}
	return c
}

// unrecorded says what is known of who wrote a record, where that was no recorded job: the schema that it names, and which of its headers may tell.
func unrecorded(v *gen.Violation) string {
	if v.Partition < 0 {
		return nothing
	}
	s := "no recorded job"
	switch v.ProducerSearch {
	case "looking":
		s = "no recorded job yet, looked for until " + instant(v.ProducerUntil)
	case "hidden":
		s = "a job that you may not see"
	case "not-found":
		s = "no recorded job until " + instant(v.ProducerUntil)
	}
	if v.Writer != "" {
		s += "; written with schema " + clean(v.Writer)
	}
	if len(v.Headers) > 0 {
		s += "; the record's headers " + clean(strings.Join(v.Headers, ", ")) + " may say it"
	}
	return s
}

func (a *app) showViolations(list *gen.ViolationList) {
	if len(list.Items) == 0 {
		a.hint("There is no violation that you may see.")
		return
	}
	t := newTable(column{head: "ID"}, column{head: "CHECK", flex: true, style: always(bold)}, column{head: "SEVERITY"}, column{head: "STATE"}, column{head: "RECORDS", right: true}, column{head: "FIRST"},
		column{head: "BEGAN"}, column{head: "LAST SEEN"}, column{head: "DETAIL", flex: true}, column{head: "SCHEMA", wide: true}, column{head: "WRITER", wide: true, flex: true})
	for _, v := range list.Items {
		writer := unrecorded(&v)
		if v.Producer.Job != "" {
			writer = v.Producer.Job + " " + v.Producer.Position + prefixed(", program ", v.Producer.Program) + prefixed("; before it: ", clean(v.Producer.Before))
		}
		first := placeOf(v.Partition, v.First)
		if first != nothing {
			first = v.Topic + "/" + first
		}
		t.add(v.ID, clean(v.Check), v.Severity, string(v.State), v.Count, clean(first), instant(v.Began), instant(v.Seen), orNothing(clean(v.Detail)), orNothing(v.Writer), clean(writer))
	}
	a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
	if list.Next != "" {
		a.hint("there are older ones: --cursor %s", list.Next)
	}
	a.hint("a record is shown by sightglass browse TOPIC/PARTITION@OFFSET")
}

func (a *app) contractAck() *cobra.Command {
	w := gen.ViolationAct{State: "acked"}
	over := false
	c := &cobra.Command{Use: "ack CONTRACT VIOLATION [--close] [--why TEXT]", Short: "Say that somebody looks after a violation, or that it is over", Args: exactly(2, "a contract and the id of a violation")}
	c.Flags().BoolVar(&over, "close", false, "it is over; if it goes on, it is told anew")
	c.Flags().StringVar(&w.Why, "why", "", "why, for the list and the audit log")
	c.RunE = func(c *cobra.Command, args []string) error {
		if over {
			w.State = "closed"
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		answer, err := cl.ActViolation(c.Context(), args[0], args[1], w)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done {
			return err
		}
		a.say("%s of %s is %s", answer.Value.ID, clean(answer.Value.Check), answer.Value.State)
		return nil
	}
	return c
}

func (a *app) contractEnd() *cobra.Command {
	return &cobra.Command{
		Use: "end CONTRACT", Short: "End a contract: nothing is checked on its behalf any more", Args: exactly(1, "a contract: sightglass contract list shows them"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.EndContract(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, false); done {
				return err
			}
			a.say("%s has ended; its versions and violations stay", clean(answer.Value.ID))
			return nil
		},
	}
}
