package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) brokers() *cobra.Command {
	return &cobra.Command{
		Use:   "brokers [CLUSTER]",
		Short: "List the brokers of a Kafka cluster",
		Long: `List the brokers of a Kafka cluster, with the version that each seems to have by the requests that it knows.

Exit 1: a broker that the others know does not answer.`,
		Example: "  sightglass brokers\n  sightglass brokers prod -o wide\n  sightglass brokers -o json | jq -r '.items[].address'",
		Args:    between(0, 1, "at most one cluster"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, cluster, err := a.askCluster(c.Context(), first(args))
			if err != nil {
				return err
			}
			answer, err := cl.Brokers(c.Context(), cluster)
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, true)
			if err != nil {
				return err
			}
			t := newTable(column{head: "ID", right: true}, column{head: "ADDRESS", flex: true}, column{head: "RACK"}, column{head: "VERSION"}, column{head: "ROLE"}, column{head: "NOTE", flex: true, style: always(amber)})
			away := false
			for _, b := range answer.Value.Items {
				role := nothing
				if b.Controller {
					role = "controller"
				}
				away = away || b.Error != ""
				t.add(strconv.Itoa(int(b.ID)), b.Address, orNothing(b.Rack), orNothing(b.Version), role, b.Error)
			}
			if !done {
				t.print(a, 0)
			}
			if away {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func (a *app) acls() *cobra.Command {
	return &cobra.Command{
		Use: "acls [CLUSTER]", Short: "List the access rules of a Kafka cluster", Args: between(0, 1, "at most one cluster"),
		Long:    "List the access rules (ACLs) of a Kafka cluster's authorizer: who may, or may not, do what on which topics and groups.",
		Example: "  sightglass acls\n  sightglass acls prod\n  sightglass acls -o json | jq '.items[] | select(.principal == \"User:etl\")'",
		RunE: func(c *cobra.Command, args []string) error {
			cl, cluster, err := a.askCluster(c.Context(), first(args))
			if err != nil {
				return err
			}
			answer, err := cl.ACLs(c.Context(), cluster)
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			if len(answer.Value.Items) == 0 {
				a.hint("The cluster %s has no access rules.", cluster)
				return nil
			}
			t := newTable(column{head: "RESOURCE"}, column{head: "NAME", flex: true}, column{head: "PATTERN"}, column{head: "PRINCIPAL", flex: true}, column{head: "HOST"}, column{head: "OPERATION"}, column{head: "PERMISSION", style: denied})
			for _, x := range answer.Value.Items {
				t.add(strings.ToLower(x.Resource), x.Name, strings.ToLower(x.Pattern), x.Principal, x.Host, strings.ToLower(x.Operation), strings.ToLower(x.Permission))
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			return nil
		},
	}
}

func denied(s string) style {
	if s == "deny" {
		return red
	}
	return plainStyle
}

func (a *app) quotas() *cobra.Command {
	return &cobra.Command{
		Use: "quotas [CLUSTER]", Short: "List what clients of a Kafka cluster may use", Args: between(0, 1, "at most one cluster"),
		Long:    "List the quotas of a Kafka cluster: by user, client id or address, how much each may write, read and ask.",
		Example: "  sightglass quotas\n  sightglass quotas prod\n  sightglass quotas -o jsonl | jq -c .limits",
		RunE: func(c *cobra.Command, args []string) error {
			cl, cluster, err := a.askCluster(c.Context(), first(args))
			if err != nil {
				return err
			}
			answer, err := cl.Quotas(c.Context(), cluster)
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, true); done {
				return err
			}
			if len(answer.Value.Items) == 0 {
				a.hint("The cluster %s has no quotas.", cluster)
				return nil
			}
			t := newTable(column{head: "FOR", flex: true}, column{head: "LIMIT"}, column{head: "VALUE", right: true})
			for _, q := range answer.Value.Items {
				var who []string
				for _, e := range q.Entity {
					name := e.Name
					if e.Rest {
						name = "(all others)"
					}
					who = append(who, e.Type+" "+name)
				}
				for _, l := range q.Limits {
					t.add(strings.Join(who, ", "), l.Name, strconv.FormatFloat(l.Value, 'f', -1, 64))
				}
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			return nil
		},
	}
}
