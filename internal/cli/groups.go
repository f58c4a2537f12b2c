package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) groups() *cobra.Command {
	var cluster string
	c := &cobra.Command{
		Use:   "groups [GROUP] [--cluster CLUSTER]",
		Short: "List consumer groups with their lag, or show one; groups reset sets from where one reads on",
		Long: `List the consumer groups of a Kafka cluster that you may see, with their members and lag, or show one: members, and of each partition what was committed, the
end, and the lag between. Topics that you may not see are left out of it. sightglass groups reset GROUP sets from where it reads on.`,
		Example: `  sightglass groups
  sightglass groups billing
  sightglass groups reset billing --to time:-15m --topic orders`,
		Args: between(0, 1, "at most one group"),
	}
	clusterFlag(c, &cluster)
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, cluster, err := a.askCluster(c.Context(), cluster)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			answer, err := cl.Group(c.Context(), cluster, args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, false); done {
				return err
			}
			a.showGroup(&answer.Value)
			return nil
		}
		answer, err := cl.Groups(c.Context(), cluster)
		if err != nil {
			return err
		}
		defer a.unknowns(answer.Value.Unknown)
		if done, err := a.raw(answer.Raw, true); done {
			return err
		}
		if len(answer.Value.Items) == 0 {
			a.hint("The cluster %s has no group that you may see.", cluster)
			return nil
		}
		t := newTable(
			column{head: "GROUP", flex: true, style: always(bold)}, column{head: "STATE", style: groupStyle}, column{head: "MEMBERS", right: true}, column{head: "LAG", right: true},
			column{head: "TYPE"}, column{head: "PROTOCOL", wide: true}, column{head: "NOTE", flex: true, style: always(amber)},
		)
		for _, g := range answer.Value.Items {
			t.add(g.Name, g.State, strconv.FormatInt(g.Members, 10), a.known(g.Lag), g.Type, orNothing(g.Protocol), g.Error)
		}
		a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
		return nil
	}
	c.AddCommand(a.resetGroup())
	return c
}

// groupStyle colours states: a group at work stays plain.
func groupStyle(s string) style {
	switch s {
	case "Stable":
		return plainStyle
	case "Dead", "Empty":
		return dim
	}
	return amber
}

func (a *app) showGroup(g *gen.KafkaGroup) {
	a.fact("group", a.paint(bold, clean(g.Name)))
	text := g.State + ", " + g.Type + ", " + plural(int(g.Members), "member")
	if g.Assignor != "" {
		text += ", " + g.Assignor
	}
	a.fact("state", clean(text))
	a.fact("lag", a.known(g.Lag))
	if g.Error != "" {
		a.fact("not known", a.paint(amber, clean(g.Error)))
	}
	if len(g.Partitions) > 0 {
		a.section("partitions")
		t := newTable(
			column{head: "TOPIC", flex: true}, column{head: "PARTITION", right: true}, column{head: "COMMITTED", right: true}, column{head: "END", right: true}, column{head: "LAG", right: true, style: zeroDim},
			column{head: "MEMBER", flex: true}, column{head: "NOTE", flex: true, style: always(amber)},
		)
		for _, p := range g.Partitions {
			t.add(p.Topic, strconv.Itoa(int(p.Partition)), a.known(p.Committed), a.known(p.End), a.known(p.Lag), orNothing(p.Member), p.Error)
		}
		t.print(a, 0)
	}
	if len(g.Roster) == 0 {
		return
	}
	a.section("members")
	t := newTable(column{head: "CLIENT", flex: true}, column{head: "HOST"}, column{head: "INSTANCE", flex: true}, column{head: "HAS", flex: true}, column{head: "ID", flex: true, wide: true})
	for _, m := range g.Roster {
		var has []string
		for _, x := range m.Assigned {
			has = append(has, x.Topic+":"+joinNumbers(x.Partitions))
		}
		if m.Opaque {
			has = append(has, "(written in a protocol of its own)")
		}
		t.add(m.Client, m.Host, orNothing(m.Instance), orNothing(strings.Join(has, " ")), m.ID)
	}
	t.print(a, 0)
}
