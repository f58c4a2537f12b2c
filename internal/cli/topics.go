package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) topics() *cobra.Command {
	return &cobra.Command{
		Use:   "topics [CLUSTER]",
		Short: "List the topics of a Kafka cluster, with their size and what keeps them",
		Long: `List the topics of a Kafka cluster that you may see. CLUSTER is a name of the setting kafka-file; with one cluster it may be left out.
RECORDS are the offsets that are there: at most so many records, since compaction and transactions leave holes.`,
		Example: `  sightglass topics
  sightglass topics prod -o wide
  sightglass topics -o json | jq -r '.items[] | select(.under_replicated > 0).name'`,
		Args: between(0, 1, "at most one cluster"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, cluster, err := a.askCluster(c.Context(), first(args))
			if err != nil {
				return err
			}
			answer, err := cl.Topics(c.Context(), cluster)
			if err != nil {
				return err
			}
			defer a.unknowns(answer.Value.Unknown)
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			if len(answer.Value.Items) == 0 {
				a.hint("The cluster %s has no topic that you may see.", cluster)
				return nil
			}
			t := newTable(
				column{head: "TOPIC", flex: true, style: always(bold)}, column{head: "PARTITIONS", right: true}, column{head: "REPLICAS", right: true}, column{head: "RECORDS", right: true},
				column{head: "SIZE", right: true}, column{head: "CLEANUP"}, column{head: "KEPT"}, column{head: "NOT IN SYNC", right: true, style: zeroElseAmber},
				column{head: "INTERNAL", wide: true}, column{head: "NOTE", flex: true, style: always(amber)},
			)
			for _, x := range answer.Value.Items {
				internal := nothing
				if x.Internal {
					internal = "yes"
				}
				t.add(x.Name, strconv.FormatInt(x.Partitions, 10), strconv.FormatInt(x.Replicas, 10), a.known(x.Records), knownSize(x.Bytes), orNothing(x.Cleanup), keptFor(x.RetentionMs, x.RetentionBytes),
					strconv.FormatInt(x.UnderReplicated, 10), internal, x.Error)
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			return nil
		},
	}
}

// keptFor is how long, and how much of a partition, retention keeps.
func keptFor(ms, bytes string) string {
	var parts []string
	switch {
	case strings.HasPrefix(ms, "-"):
		parts = append(parts, "for ever")
	case !isZero(ms):
		parts = append(parts, milliseconds(ms))
	}
	if !isZero(bytes) && !strings.HasPrefix(bytes, "-") {
		parts = append(parts, size(bytes))
	}
	return orNothing(strings.Join(parts, ", "))
}

func (a *app) topic() *cobra.Command {
	var cluster string
	c := &cobra.Command{
		Use:   "topic TOPIC [--cluster CLUSTER]",
		Short: "Show a topic: partitions, settings, and the jobs that read and write it",
		Long: `Show a topic of a Kafka cluster: its partitions with leader, replicas and offsets, the settings that somebody made for it (-o wide: all), and the
jobs that recordings show reading or writing a topic of that name.`,
		Example: `  sightglass topic orders
  sightglass topic orders --cluster prod -o wide
  sightglass topic orders -o json | jq '.parts[] | {partition, leader, end}'`,
		Args: exactly(1, "a topic: sightglass topics lists them"),
	}
	clusterFlag(c, &cluster)
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, cluster, err := a.askCluster(c.Context(), cluster)
		if err != nil {
			return err
		}
		answer, err := cl.Topic(c.Context(), cluster, args[0])
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done {
			return err
		}
		a.showTopic(cluster, &answer.Value)
		return nil
	}
	return c
}

func (a *app) showTopic(cluster string, x *gen.KafkaTopic) {
	a.fact("topic", a.paint(bold, clean(x.Name))+" of "+clean(cluster))
	a.fact("records", "at most "+a.known(x.Records)+", "+knownSize(x.Bytes))
	a.fact("kept", keptFor(x.RetentionMs, x.RetentionBytes)+", "+orNothing(x.Cleanup))
	if x.Error != "" {
		a.fact("not known", a.paint(amber, clean(x.Error)))
	}
	a.section("partitions")
	t := newTable(
		column{head: "PARTITION", right: true}, column{head: "LEADER", right: true}, column{head: "REPLICAS"}, column{head: "IN SYNC"}, column{head: "FIRST", right: true},
		column{head: "END", right: true}, column{head: "SIZE", right: true}, column{head: "EPOCH", right: true, wide: true}, column{head: "OFFLINE", wide: true}, column{head: "NOTE", flex: true, style: always(amber)},
	)
	for _, p := range x.Parts {
		leader := "none"
		if p.Leader >= 0 {
			leader = strconv.Itoa(int(p.Leader))
		}
		t.add(strconv.Itoa(int(p.Partition)), leader, joinNumbers(p.Replicas), joinNumbers(p.InSync), a.known(p.First), a.known(p.End), knownSize(p.Bytes), strconv.Itoa(int(p.Epoch)), joinNumbers(p.Offline), p.Error)
	}
	a.more(t.print(a, 0), "")
	a.topicSettings(x)
	if len(x.Jobs) == 0 {
		a.hint("No recording shows a job at this topic.")
		return
	}
	a.section("jobs")
	jobs := newTable(column{head: "JOB", flex: true}, column{head: "RECORDING"}, column{head: "OPERATOR", flex: true}, column{head: "DOES"})
	for _, j := range x.Jobs {
		does := "writes"
		if j.Reads {
			does = "reads"
		}
		jobs.add(j.Job, short(j.Recording), j.Op, does)
	}
	jobs.print(a, 0)
}

// topicSettings shows what somebody set for the topic; wide: all of it.
func (a *app) topicSettings(x *gen.KafkaTopic) {
	if x.SettingError != "" {
		a.hint("settings are not known: %s", clean(x.SettingError))
	}
	t := newTable(column{head: "SETTING"}, column{head: "VALUE", flex: true}, column{head: "FROM"})
	for _, s := range x.Settings {
		value := orNothing(s.Value)
		if s.Sensitive {
			value = "(told to nobody)"
		}
		if !s.Default || a.format == "wide" {
			t.add(s.Name, value, strings.ToLower(strings.ReplaceAll(s.Source, "_", " ")))
		}
	}
	if len(t.rows) > 0 {
		a.section("settings")
		t.print(a, 0)
	}
}

func joinNumbers(of []int32) string {
	if len(of) == 0 {
		return nothing
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(of), " ", ","), "[]")
}
