package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) resetGroup() *cobra.Command {
	var cluster, to string
	var topics []string
	var apply bool
	c := &cobra.Command{
		Use:   "reset GROUP --to earliest|latest|offset:N|time:T|shift:N [--topic TOPIC[:P,…]] [--apply]",
		Short: "Set from where a group reads on; says only what it would set unless --apply is given",
		Long: `Set from where a consumer group reads on, in all partitions that it committed for, or in those that --topic names. Without --apply it says what would be set.
A group with members is refused, since they would give it their own offsets back: stop them first.

shift:-100 goes a hundred back of what was committed; time:T goes to the first record of that time or later. What is outside of what a partition has
ends at its first or last offset, and says so. A group that is not there yet can be given its first offsets with --topic.

Exit 1: some partition is, or would be, left as it was.`,
		Example: `  sightglass groups reset billing --to earliest
  sightglass groups reset billing --to time:-15m --topic orders
  sightglass groups reset billing --to shift:-1 --topic orders:0,1 --apply`,
		Args: exactly(1, "a group: sightglass groups lists them"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	clusterFlag(c, &cluster)
	fl.StringVar(&to, "to", "", "earliest, latest, offset:N, time:T (2026-08-01T14:02:11Z, -15m) or shift:N")
	fl.StringArrayVar(&topics, "topic", nil, "topic, or partitions of one as orders:0,1; may be repeated (default all that the group committed for)")
	fl.BoolVar(&apply, "apply", false, "set it")
	c.RunE = func(c *cobra.Command, args []string) error {
		r, err := resetOf(to, topics)
		if err != nil {
			return err
		}
		r.Dry = !apply
		cl, cluster, err := a.askCluster(c.Context(), cluster)
		if err != nil {
			return err
		}
		answer, err := cl.ResetGroup(c.Context(), cluster, args[0], r)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, true); err != nil {
			return err
		} else if !done {
			a.showReset(&answer.Value)
		}
		p := &answer.Value
		switch {
		case p.Applied:
			a.hint("group %s reads on from there", p.Group)
		default:
			a.hint("nothing is set; group %s is %s; --apply sets it", p.Group, p.State)
		}
		for _, row := range p.Items {
			if row.Error != "" {
				return verdict(exitFound)
			}
		}
		return nil
	}
	return c
}

func (a *app) showReset(p *gen.ResetPlan) {
	t := newTable(
		column{head: "TOPIC", flex: true}, column{head: "PARTITION", right: true}, column{head: "BEFORE", right: true}, column{head: "AFTER", right: true, style: always(bold)},
		column{head: "FIRST", right: true}, column{head: "END", right: true}, column{head: "NOTE", flex: true, style: always(amber)},
	)
	for _, row := range p.Items {
		note := row.Note
		if row.Error != "" {
			note = "left as it was: " + row.Error
		}
		t.add(row.Topic, strconv.Itoa(int(row.Partition)), a.known(row.Before), a.known(row.After), a.known(row.First), a.known(row.End), note)
	}
	t.print(a, 0)
}

// resetOf reads --to and --topic.
func resetOf(to string, topics []string) (r client.GroupReset, err error) {
	const how = "earliest, latest, offset:N, time:T or shift:N"
	kind, of, has := strings.Cut(to, ":")
	r.To = kind
	switch kind {
	case "earliest", "latest":
		if has {
			return r, usage(how, "--to %s takes nothing behind it", kind)
		}
	case "offset", "shift":
		if r.Offset, err = strconv.ParseInt(of, 10, 64); err != nil || kind == "offset" && r.Offset < 0 {
			return r, usage("as --to offset:4711, or --to shift:-100", "--to %s has no such number", to)
		}
	case "time":
		if r.Time = of; of == "" {
			return r, usage("as --to time:2026-08-01T14:02:11Z, or --to time:-15m", "--to time names none")
		}
	case "":
		return r, usage(how, "--to is missing")
	default:
		return r, usage(how, "%q is no place to read on from", to)
	}
	for _, t := range topics {
		name, list, some := strings.Cut(t, ":")
		if r.Partitions == nil {
			r.Partitions = make(map[string][]int)
		}
		if r.Partitions[name] == nil {
			r.Partitions[name] = []int{}
		}
		if !some {
			continue
		}
		for one := range strings.SplitSeq(list, ",") {
			p, err := strconv.ParseInt(one, 10, 32)
			if err != nil || p < 0 {
				return r, usage("as --topic orders:0,1", "--topic %s names no partition", t)
			}
			r.Partitions[name] = append(r.Partitions[name], int(p))
		}
	}
	return r, nil
}
