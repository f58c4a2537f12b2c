package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) notifyVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "notify inbox|ack|subscriptions|add|remove|test|deliveries",
		Short: "Be told when contracts break, schemas change and consumers appear",
		Long: `Be told when contracts break, schemas change and consumers appear: in an inbox, by webhook, chat, mail or a topic
(docs/operations/notifications.md). What repeats is one notification; whoever acknowledges it ends its reminders.`,
		Example: `  sightglass notify add --inbox --topic 'orders*' --severity warning
  sightglass notify inbox --open
  sightglass notify deliveries --state failed`,
	}
	c.AddCommand(a.notifyInbox(), a.notifyAck(), a.notifySubscriptions(), a.notifyAdd(), a.notifyRemove(), a.notifyTest(), a.notifyDeliveries())
	return c
}

func (a *app) notifyInbox() *cobra.Command {
	var q client.InboxQuery
	var read bool
	c := &cobra.Command{
		Use: "inbox [--open] [--read]", Short: "What you were told, newest first", Args: exactly(0, ""),
		Long:    "What you were told, newest first, as far as you may see now what it is about. A * stands before what you have not looked at.",
		Example: "  sightglass notify inbox\n  sightglass notify inbox --open --read\n  sightglass notify inbox -o json | jq -r '.items[] | select(.unread) | [.id, .summary] | @tsv'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Notifications(c.Context(), q)
			if err != nil {
				return err
			}
			if read && got.Value.Unread > 0 {
				ids := []string{}
				for _, n := range got.Value.Items {
					ids = append(ids, n.ID)
				}
				if len(ids) > 0 {
					if _, err := cl.ReadNotifications(c.Context(), ids); err != nil {
						return err
					}
				}
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("There is nothing. sightglass notify add --inbox subscribes to what happens.")
				return nil
			}
			t := newTable(column{head: ""}, column{head: "ID"}, column{head: "SEVERITY"}, column{head: "STATE"}, column{head: "SUMMARY", flex: true, style: always(bold)}, column{head: "TIMES", right: true},
				column{head: "SINCE"}, column{head: "BY", wide: true}, column{head: "LINK", wide: true, flex: true})
			for _, n := range got.Value.Items {
				mark := ""
				if n.Unread {
					mark = "*"
				}
				t.add(mark, n.ID, string(n.Severity), string(n.State), n.Summary, n.Count, instant(n.Since), orNothing(n.AckedBy), orNothing(n.Link))
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			if got.Value.Next != "" {
				a.hint("there is more: --limit, or --cursor %s", got.Value.Next)
			}
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&q.Open, "open", false, "only what is open and nobody has acknowledged")
	f.BoolVar(&read, "read", false, "mark what is shown as looked at")
	f.IntVar(&q.Limit, "limit", 0, "how many, at most 500; default 100")
	f.StringVar(&q.Cursor, "cursor", "", "next of the page before")
	return c
}

func (a *app) notifyAck() *cobra.Command {
	var note string
	c := &cobra.Command{
		Use: "ack ID [--note TEXT]", Short: "Say that you take care of it: reminders end", Args: exactly(1, "the id of a notification: sightglass notify inbox names them"),
		Long:    "Say that you take care of it. Reminders end for everybody, and who was to be told only if nobody does is not told. It is written into the audit log.",
		Example: "  sightglass notify ack 0657fcbfb5c604467193a5f465\n  sightglass notify ack 0657fcbfb5c604467193a5f465 --note \"INC-4711, rolled back\"\n  sightglass notify ack 0657fcbfb5c604467193a5f465 -o json",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.AckNotification(c.Context(), args[0], note)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s is acknowledged: %s", got.Value.ID, got.Value.Summary)
			return nil
		},
	}
	c.Flags().StringVar(&note, "note", "", "for everybody who was told, and for the audit log")
	return c
}

func (a *app) notifySubscriptions() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "subscriptions [--all]", Short: "Your subscriptions", Args: exactly(0, ""),
		Long:    "Your subscriptions, or with the right notify:manage everybody's. What is secret of a target is shown to nobody.",
		Example: "  sightglass notify subscriptions\n  sightglass notify subscriptions --all\n  sightglass notify subscriptions -o json | jq -r '.items[].id'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Subscriptions(c.Context(), all)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("There are no subscriptions. sightglass notify add --inbox makes one.")
				return nil
			}
			t := newTable(column{head: "ID"}, column{head: "NAME", flex: true, style: always(bold)}, column{head: "OWNER", wide: !all}, column{head: "TO", flex: true}, column{head: "OF", flex: true},
				column{head: "REMINDS"}, column{head: "STATE"})
			for _, s := range got.Value.Items {
				state := "on"
				if s.Paused {
					state = "paused"
				}
				t.add(s.ID, orNothing(s.Name), s.OwnerName, targetText(s.Target), filterText(s.Filter), lasting(s.Remind), state)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "everybody's; needs the right notify:manage")
	return c
}

// targetText says where a subscription leads.
func targetText(t gen.NotificationTarget) string {
	switch t.Kind {
	case "email":
		return "email " + strings.Join(t.To, ", ")
	case "topic":
		return "topic " + t.Cluster + "/" + t.Topic
	case "inbox":
		if t.Related {
			return "inbox of who has the role"
		}
		return "inbox"
	}
	return strings.TrimSpace(string(t.Kind) + " " + t.URL)
}

// filterText says what a subscription is about.
func filterText(f gen.NotificationFilter) string {
	var out []string
	add := func(what string, all []string) {
		if len(all) > 0 {
			out = append(out, what+" "+strings.Join(all, ", "))
		}
	}
	var types, roles []string
	for _, t := range f.Types {
		types = append(types, string(t))
	}
	for _, r := range f.Roles {
		roles = append(roles, string(r))
	}
	add("", types)
	if f.Severity != "" && f.Severity != "info" {
		add("from", []string{string(f.Severity)})
	}
	add("topics", f.Topics)
	add("jobs", f.Jobs)
	add("subjects", f.Subjects)
	add("contracts", f.Contracts)
	add("as", append(roles, f.As...))
	if len(out) == 0 {
		return "everything"
	}
	return strings.TrimSpace(strings.Join(out, "; "))
}

// lasting is a time that an answer has in seconds.
func lasting(seconds string) string {
	n, _ := strconv.ParseInt(seconds, 10, 64) // 0: an answer of another program
	if n == 0 {
		return "–"
	}
	return (time.Duration(n) * time.Second).String()
}

func (a *app) notifyRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "End a subscription", Args: exactly(1, "the id of a subscription: sightglass notify subscriptions names them"),
		Long:    "End a subscription: one of yours, or with the right notify:manage anybody's. What waits to be delivered for it is not sent.",
		Example: "  sightglass notify remove 0657fcbfb5c604467193a5f465\n  sightglass notify remove 0657fcbfb5c604467193a5f465 -o json\n  sightglass notify subscriptions -o json | jq -r '.items[] | select(.paused).id' | xargs -n 1 sightglass notify remove",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Unsubscribe(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s to %s has ended", got.Value.ID, targetText(got.Value.Target))
			return nil
		},
	}
}

func (a *app) notifyTest() *cobra.Command {
	return &cobra.Command{
		Use: "test ID", Short: "Send a test to a subscription's target", Args: exactly(1, "the id of a subscription: sightglass notify subscriptions names them"),
		Long:    "Send a test to a subscription's target, once and at once, and say what it answers. The test is in no log of deliveries.",
		Example: "  sightglass notify test 0657fcbfb5c604467193a5f465\n  sightglass notify test 0657fcbfb5c604467193a5f465 -o json\n  sightglass notify subscriptions -o json | jq -r '.items[].id' | xargs -n 1 sightglass notify test",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.TestSubscription(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			o := got.Value
			if o.Ok {
				a.say("It arrived: %s", o.Status)
				return nil
			}
			a.say("It did not arrive: %s", strings.TrimSpace(o.Status+" "+o.Detail))
			return nil
		},
	}
}

func (a *app) notifyDeliveries() *cobra.Command {
	var q client.DeliveriesQuery
	var replay string
	states := []string{"pending", "delivered", "failed", "cancelled"}
	c := &cobra.Command{
		Use: "deliveries [--state pending|delivered|failed|cancelled] [--subscription ID] [--all] [--replay ID]", Short: "What was sent for your subscriptions, newest first", Args: exactly(0, ""),
		Long: `What was sent for your subscriptions, newest first, with what targets answered. A delivery is tried for 24 hours, 1 second to 1 hour apart, and is
listed as failed then; --replay tries one of those for another 24 hours.`,
		Example: "  sightglass notify deliveries --state failed\n  sightglass notify deliveries -o wide\n  sightglass notify deliveries --state failed -o json | jq -r '.items[].id' | xargs -n 1 sightglass notify deliveries --replay",
		RunE: func(c *cobra.Command, _ []string) error {
			if q.State != "" && !slices.Contains(states, q.State) {
				return usage("states are "+strings.Join(states, ", "), "%q is no state of a delivery", q.State)
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			if replay != "" {
				got, err := cl.ReplayDelivery(c.Context(), replay)
				if err != nil {
					return err
				}
				if done, err := a.raw(got.Raw, false); done {
					return err
				}
				a.say("%s to %s is tried again", got.Value.ID, got.Value.Target)
				return nil
			}
			got, err := cl.Deliveries(c.Context(), q)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("There are no such deliveries.")
				return nil
			}
			t := newTable(column{head: "ID"}, column{head: "STATE"}, column{head: "TO", flex: true, style: always(bold)}, column{head: "WHAT"}, column{head: "ABOUT", flex: true}, column{head: "WHY", wide: true},
				column{head: "TRIES", right: true}, column{head: "ANSWER", flex: true}, column{head: "SINCE"}, column{head: "NEXT"})
			for _, d := range got.Value.Items {
				next := "–"
				if !d.Next.IsZero() {
					next = instant(d.Next)
				}
				t.add(d.ID, string(d.State), d.Target, d.Type, d.Subject, string(d.Phase), d.Attempts, orNothing(strings.TrimSpace(d.Status+" "+d.Detail)), instant(d.Created), next)
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			if got.Value.Next != "" {
				a.hint("there is more: --limit, or --cursor %s", got.Value.Next)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&q.State, "state", "", "pending, delivered, failed or cancelled; default all")
	f.StringVar(&q.Subscription, "subscription", "", "id of a subscription; default all of yours")
	f.BoolVar(&q.All, "all", false, "of everybody; needs the right notify:manage")
	f.IntVar(&q.Limit, "limit", 0, "how many, at most 500; default 100")
	f.StringVar(&q.Cursor, "cursor", "", "next of the page before")
	f.StringVar(&replay, "replay", "", "id of a delivery that failed: try it again")
	return c
}
