package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) grantVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "grant ask|list|rules|approve|refuse|end",
		Short: "More than your roles give, for a while and with a reason",
		Long: `More than your roles give, for a while and with a reason (docs/operations/grants.md). What may be asked for, by whom and for how long, is said by
the access policy. Whoever asks never approves. Every look under a grant is in the audit log with the grant and its reason.`,
		Example: `  sightglass grant rules
  sightglass grant ask orders-incident --reason "INC-4711: refunds fail" --for 30m
  sightglass grant approve 3f0a9c41d2b75e10`,
	}
	c.AddCommand(a.grantAsk(), a.grantList(), a.grantRules(), a.grantApprove(), a.grantRefuse(), a.grantEnd())
	return c
}

func (a *app) grantAsk() *cobra.Command {
	var w gen.GrantWish
	var length time.Duration
	c := &cobra.Command{
		Use: "ask RULE --reason TEXT [--for TIME] [--class CLASS,…] [--on RESOURCE]", Short: "Ask for a grant", Args: exactly(1, "a rule: sightglass grant rules names them"),
		Long: `Ask for a grant. Where nobody has to approve it, it is in force at once; else it waits for somebody, 8 hours at most. Without --class and --on it is
for all classes and resources of the rule. A token that asks has the grant as well as you have it where you log in; your other tokens do not.`,
		Example: `  sightglass grant ask orders-incident --reason "INC-4711: refunds fail"
  sightglass grant ask orders-incident --reason INC-4711 --for 30m --class pii.contact --on cluster/prod/topic/orders
  sightglass grant ask orders-incident --reason INC-4711 -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			if strings.TrimSpace(w.Reason) == "" {
				return usage(`as in --reason "INC-4711: refunds fail"`, "a reason is wanted")
			}
			w.Rule = args[0]
			if length != 0 {
				if length < time.Second {
					return usage("as in --for 30m", "--for is a time from now on")
				}
				w.Seconds = strconv.FormatInt(int64(length/time.Second), 10)
			}
			return a.grantDone(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.Grant], error) {
				return cl.AskGrant(ctx, w)
			})
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&w.Reason, "reason", "", "why; it is shown to who approves and written into the audit log")
	f.DurationVar(&length, "for", 0, "how long; default an hour, or as long as the rule allows")
	f.StringSliceVar(&w.Clear, "class", nil, "classes whose mask is lifted, of the rule's; default all of them")
	f.StringArrayVar(&w.Resources, "on", nil, "resource, inside the rule's; more than once for more; default all of them")
	return c
}

// grantDone does something with one grant, and says how it stands.
func (a *app) grantDone(ctx context.Context, do func(context.Context, *client.Client) (*client.Answer[gen.Grant], error)) error {
	cl, err := a.client()
	if err != nil {
		return err
	}
	got, err := do(ctx, cl)
	if err != nil {
		return err
	}
	if done, err := a.raw(got.Raw, false); done {
		return err
	}
	g := got.Value
	switch g.State {
	case "pending":
		a.say("%s waits for somebody to approve it", g.ID)
		a.hint("they see it under Grants, or by sightglass grant list; sightglass grant end %s takes it back", g.ID)
	case "in-force":
		a.say("%s is in force until %s: %s", g.ID, instant(g.Until), givenBy(g))
		a.hint("sightglass grant end %s ends it before", g.ID)
	default:
		a.say("%s (%s of %s) is %s", g.ID, g.Rule, g.Name, g.State)
	}
	return nil
}

// givenBy says what a grant gives.
func givenBy(g gen.Grant) string {
	return fmt.Sprintf("%s on %s", lent(g.Clear, g.Role), strings.Join(g.Resources, " "))
}

func lent(clear []string, role string) string {
	var what []string
	if len(clear) > 0 {
		what = append(what, "clear "+strings.Join(clear, " "))
	}
	if role != "" {
		what = append(what, "role "+role)
	}
	return strings.Join(what, ", ")
}

func (a *app) grantList() *cobra.Command {
	var open bool
	c := &cobra.Command{
		Use: "list [--open]", Short: "Your grants, and those that you may approve", Args: exactly(0, ""),
		Long: `Your grants, and those that you may approve, the newest first. What was over more than 30 days ago is in the audit log alone:
sightglass audit --action 'grant:*'.`,
		Example: "  sightglass grant list\n  sightglass grant list --open\n  sightglass grant list -o json | jq -r '.items[] | select(.decide).id'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Grants(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			t := newTable(column{head: "ID"}, column{head: "STATE"}, column{head: "WHO", flex: true, style: always(bold)}, column{head: "RULE", flex: true}, column{head: "GIVES", flex: true},
				column{head: "ON", flex: true, wide: true}, column{head: "UNTIL"}, column{head: "REASON", flex: true}, column{head: "APPROVED BY", wide: true})
			n := 0
			for _, g := range got.Value.Items {
				if open && g.State != "pending" && g.State != "in-force" {
					continue
				}
				n++
				until := g.Until
				if !g.Over.IsZero() {
					until = g.Over
				}
				t.add(g.ID, string(g.State), g.Name, g.Rule, lent(g.Clear, g.Role), strings.Join(g.Resources, " "), instant(until), g.Reason, orNothing(g.Approver))
			}
			if n == 0 {
				a.hint("There are no grants. sightglass grant rules lists what you may ask for.")
				return nil
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
	c.Flags().BoolVar(&open, "open", false, "only what is pending or in force")
	return c
}

func (a *app) grantRules() *cobra.Command {
	return &cobra.Command{
		Use: "rules", Short: "What you may ask for", Args: exactly(0, ""),
		Long:    "What you may ask for, as the access policy says.",
		Example: "  sightglass grant rules\n  sightglass grant rules -o wide\n  sightglass grant rules -o json | jq -r '.items[].name'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.GrantRules(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("There is nothing that you may ask for: the access policy has no rule of grants for your roles.")
				return nil
			}
			t := newTable(column{head: "RULE", style: always(bold)}, column{head: "GIVES", flex: true}, column{head: "ON", flex: true}, column{head: "FOR AT MOST"}, column{head: "APPROVED BY"})
			for _, r := range got.Value.Items {
				by := "nobody has to"
				if r.Approve {
					by = "somebody else"
				}
				seconds, _ := strconv.ParseInt(r.Seconds, 10, 64) // 0: an answer of another program
				t.add(r.Name, lent(r.Clear, r.Role), strings.Join(r.Resources, " "), (time.Duration(seconds) * time.Second).String(), by)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}

const grantArg = "the id of a grant: sightglass grant list names them"

func (a *app) grantApprove() *cobra.Command {
	return &cobra.Command{
		Use: "approve ID", Short: "Put in force what somebody else asked for", Args: exactly(1, grantArg),
		Long:    "Put in force what somebody else asked for. Its time begins now. Nobody approves what they asked for themselves.",
		Example: "  sightglass grant approve 3f0a9c41d2b75e10\n  sightglass grant approve 3f0a9c41d2b75e10 -o json\n  sightglass grant list -o json | jq -r '.items[] | select(.decide) | [.id, .name, .reason] | @tsv'",
		RunE: func(c *cobra.Command, args []string) error {
			return a.grantDone(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.Grant], error) {
				return cl.ApproveGrant(ctx, args[0])
			})
		},
	}
}

func (a *app) grantRefuse() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: "refuse ID [--why TEXT]", Short: "Refuse what somebody else asked for", Args: exactly(1, grantArg),
		Long:    "Refuse what somebody else asked for. Who takes back what they asked for themselves: sightglass grant end.",
		Example: "  sightglass grant refuse 3f0a9c41d2b75e10\n  sightglass grant refuse 3f0a9c41d2b75e10 --why \"ask for the topic alone\"\n  sightglass grant refuse 3f0a9c41d2b75e10 -o json",
		RunE: func(c *cobra.Command, args []string) error {
			return a.grantDone(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.Grant], error) {
				return cl.RefuseGrant(ctx, args[0], why)
			})
		},
	}
	c.Flags().StringVar(&why, "why", "", "for who asked, and for the audit log")
	return c
}

func (a *app) grantEnd() *cobra.Command {
	return &cobra.Command{
		Use: "end ID", Short: "End a grant before its time", Args: exactly(1, grantArg),
		Long:    "End a grant before its time: one of yours, also while it waits for somebody, or one that you may approve. What is shown under it ends with it.",
		Example: "  sightglass grant end 3f0a9c41d2b75e10\n  sightglass grant end 3f0a9c41d2b75e10 -o json\n  sightglass grant list --open",
		RunE: func(c *cobra.Command, args []string) error {
			return a.grantDone(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.Grant], error) {
				return cl.EndGrant(ctx, args[0])
			})
		},
	}
}
