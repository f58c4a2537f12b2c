package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) notifyAdd() *cobra.Command {
	var w gen.NotificationWish
	var inbox bool
	var webhook, topic, severity string
	var slack bool
	var types, roles []string
	var after, remind time.Duration
	c := &cobra.Command{
		Use:   "add --inbox|--webhook URL|--slack|--mail ADDRESS,…|--to-topic CLUSTER/TOPIC [--topic NAME,…] [--severity info|warning|critical] [--role ROLE,…]",
		Short: "Subscribe",
		Args:  exactly(0, ""),
		Long: `Subscribe. Without --type, --topic and the like one is told of everything that one may see. Names take * for any run of characters.

The secret that a webhook's deliveries are signed with, and the address of --slack, which is one, are asked for on the terminal or read from standard
input; they are shown to nobody again. With the right notify:manage --secret-file names a file on the server's machine in place of them.`,
		Example: `  sightglass notify add --inbox --topic 'orders*' --severity warning
  sightglass notify add --inbox --role consumer --as team:shop --remind 4h
  sightglass notify add --inbox --name "everything about contracts" --type contract.violated,contract.recovered -o json`,
		RunE: func(c *cobra.Command, _ []string) error {
			chosen := 0
			for kind, is := range map[gen.NotificationTargetKind]bool{"inbox": inbox, "webhook": webhook != "", "slack": slack, "email": len(w.Target.To) > 0, "topic": topic != ""} {
				if is {
					w.Target.Kind = kind
					chosen++
				}
			}
			if chosen != 1 {
				return usage("one of --inbox, --webhook URL, --slack, --mail ADDRESS, --to-topic CLUSTER/TOPIC", "it has to be said where you are told, and once")
			}
			w.Target.URL = webhook
			if topic != "" {
				var ok bool
				if w.Target.Cluster, w.Target.Topic, ok = strings.Cut(topic, "/"); !ok {
					return usage("as in --to-topic prod/alerts", "--to-topic wants a cluster and a topic")
				}
			}
			w.Filter.Severity = gen.NotificationFilterSeverity(severity)
			for _, t := range types {
				w.Filter.Types = append(w.Filter.Types, gen.NotificationFilterTypes(t))
			}
			for _, r := range roles {
				w.Filter.Roles = append(w.Filter.Roles, gen.NotificationFilterRoles(r))
			}
			w.After, w.Remind = inSeconds(after), inSeconds(remind)
			cl, err := a.client()
			if err != nil {
				return err
			}
			if w.Target.SecretFile == "" {
				switch {
				case slack:
					w.Secret, err = a.secret("Address of the incoming webhook")
				case webhook != "":
					w.Secret, err = a.secret("Secret that deliveries are signed with, at least 16 characters")
				}
				if err != nil {
					return err
				}
			}
			got, err := cl.Subscribe(c.Context(), w)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s: %s, of %s", got.Value.ID, targetText(got.Value.Target), filterText(got.Value.Filter))
			a.hint("sightglass notify test %s tries it", got.Value.ID)
			return nil
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&inbox, "inbox", false, "in the web UI and sightglass notify inbox")
	f.StringVar(&webhook, "webhook", "", "address that signed CloudEvents are posted to")
	f.BoolVar(&slack, "slack", false, "an incoming webhook of Slack or Mattermost")
	f.StringSliceVar(&w.Target.To, "mail", nil, "mail addresses")
	f.StringVar(&topic, "to-topic", "", "cluster and topic that CloudEvents are written to")
	f.StringVar(&w.Target.SecretFile, "secret-file", "", "file on the server's machine that holds the secret")
	f.Int64Var(&w.Target.Rate, "rate", 0, "at most so many in a minute; default as many as the kind allows")
	f.BoolVar(&w.Target.Related, "related", false, "with --inbox and --role: in the inbox of each person who has the role")
	f.StringVar(&w.Name, "name", "", "for you")
	f.StringSliceVar(&types, "type", nil, "types, as contract.violated,drift.detected; default all")
	f.StringVar(&severity, "severity", "", "the least: info, warning or critical; default info")
	f.StringSliceVar(&w.Filter.Topics, "topic", nil, "topics, as orders or prod/orders")
	f.StringSliceVar(&w.Filter.Jobs, "job", nil, "jobs")
	f.StringSliceVar(&w.Filter.Subjects, "subject", nil, "subjects of the schema registry")
	f.StringSliceVar(&w.Filter.Contracts, "contract", nil, "contracts")
	f.StringSliceVar(&roles, "role", nil, "where --as is owner, producer, consumer or downstream of what it is about")
	f.StringSliceVar(&w.Filter.As, "as", nil, "team:NAME, job:NAME, group:NAME; default you")
	f.DurationVar(&after, "after", 0, "tell only what nobody has acknowledged for so long")
	f.DurationVar(&remind, "remind", 0, "tell again so often until somebody acknowledges")
	return c
}

// inSeconds is a time as questions have it; none is left out.
func inSeconds(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatInt(int64(d/time.Second), 10)
}
