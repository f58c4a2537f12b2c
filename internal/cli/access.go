package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/access"
)

// asJSON prints what a verb made by itself.
func (a *app) asJSON(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = a.raw(raw, false)
	return err
}

// checkKey makes the tokens of policies that are only looked at: what is shown are masks, never values.
var checkKey = [32]byte{'c', 'h', 'e', 'c', 'k'}

func (a *app) access() *cobra.Command {
	c := &cobra.Command{
		Use:   "access check|can|test",
		Short: "Who may do what, and which role says so",
		Long: `Who may do what, and which role says so. docs/operations/access.md describes the policy.

  check FILE               every mistake of an access policy, with its line
  can ACTION RESOURCE      whether a principal may, and the statement that decides
  test POLICY CASES        runs cases against a policy's file, for CI

All of them work on files and need no server.

Exit 1: the policy has mistakes, it is not allowed, or a case came out otherwise.`,
		Example: `  sightglass access check access.yaml
  sightglass access can topic:read cluster/prod/topic/orders --role stream-support --policy access.yaml
  sightglass access test access.yaml access-cases.yaml`,
	}
	c.AddCommand(a.accessCheck(), a.accessCan(), a.accessTest())
	return c
}

// readAccess reads a policy's file.
func (a *app) readAccess(file string) (*access.Policy, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("name the file of an access policy", "%v", err)
	}
	keys, err := access.NewKeys(checkKey[:], "", 0)
	if err != nil {
		return nil, err
	}
	p, err := access.ReadPolicy(string(raw), keys)
	return p, a.wrong(file, err)
}

// wrong prints the mistakes of a file, which end a verb with exit code 1.
func (a *app) wrong(file string, err error) error {
	var mistakes access.Problems
	if !errors.As(err, &mistakes) {
		return err
	}
	for _, m := range mistakes {
		a.say("%s:%d: %s", file, m.Line, m.Text)
	}
	return verdict(exitFound)
}

func (a *app) accessCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Every mistake of an access policy, with its line", Args: exactly(1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.readAccess(args[0])
			if err != nil {
				return err
			}
			a.say("%s is right: version %s", args[0], p.Version())
			return nil
		},
	}
}

// asked is who a verb asks for.
type asked struct {
	policy string
	roles  []string
	claims []string
	grant  string
}

func (q *asked) flags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&q.policy, "policy", "access.yaml", "file of the access policy")
	f.StringSliceVar(&q.roles, "role", nil, "role that is asked for; may be repeated")
	f.StringSliceVar(&q.claims, "group", nil, "in place of roles: what the claim /groups of the identity provider has; may be repeated")
	f.StringVar(&q.grant, "grant", "", "as if they had been granted all that this rule of the policy's grants allows")
}

// under is the policy with the grant that is asked for.
func (q *asked) under(p *access.Policy, who access.Principal) (*access.Policy, error) {
	if q.grant == "" {
		return p, nil
	}
	with, err := p.WithRule(who, q.grant)
	if err != nil {
		return nil, usage("the policy names its rules under grants, with the roles that may ask for each", "%v", err)
	}
	return with, nil
}

func (q *asked) principal(p *access.Policy) (access.Principal, error) {
	who := access.Principal{ID: "asked", Name: "who is asked for", Roles: q.roles}
	if len(q.claims) > 0 {
		groups := make([]any, len(q.claims))
		for i, c := range q.claims {
			groups[i] = c
		}
		who.Roles = append(who.Roles, p.RolesOf(map[string]any{"groups": groups})...)
	}
	for _, r := range who.Roles {
		if !p.HasRole(r) {
			return who, usage("the policy names its roles under roles", "%s has no role %q", q.policy, r)
		}
	}
	if len(q.roles)+len(q.claims) == 0 {
		return who, usage("as in --role stream-support", "whom to ask for?")
	}
	return who, nil
}

func (a *app) accessCan() *cobra.Command {
	var q asked
	c := &cobra.Command{
		Use: "can ACTION RESOURCE --role ROLE", Short: "Whether a role may, and the statement that decides", Args: exactly(2, "an action and a resource"),
		Example: `  sightglass access can topic:read cluster/prod/topic/orders --role stream-support
  sightglass access can job:read flink/prod/job/order-totals --group streaming-support --policy access.yaml
  sightglass access can topic:read cluster/prod/topic/orders --role stream-support --grant orders-incident`,
	}
	q.flags(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		action := access.Action(args[0])
		if !action.Valid() {
			return usage("docs/operations/access.md lists the actions", "there is no action %q", args[0])
		}
		p, err := a.readAccess(q.policy)
		if err != nil {
			return err
		}
		who, err := q.principal(p)
		if err != nil {
			return err
		}
		if p, err = q.under(p, who); err != nil {
			return err
		}
		d := p.Decide(who, action, access.Resource(args[1]))
		if a.format == "json" || a.format == "jsonl" {
			if err := a.asJSON(map[string]any{"kind": "decision", "version": 1, "allowed": d.Allowed, "reason": d.Reason, "role": d.Role, "statement": d.Statement, "grant": d.Grant, "policy": p.Version()}); err != nil {
				return err
			}
		} else {
			word := "no"
			if d.Allowed {
				word = "yes"
			}
			at := ""
			if d.Statement > 0 {
				at = fmt.Sprintf(" (statement %d)", d.Statement)
			}
			a.say("%s: %s%s", word, d.Reason, at)
		}
		if !d.Allowed {
			return verdict(exitFound)
		}
		return nil
	}
	return c
}

func (a *app) accessTest() *cobra.Command {
	return &cobra.Command{
		Use: "test POLICY CASES", Short: "Run cases against a policy's file", Args: exactly(2, "a policy and a file of cases"),
		Long: `Run cases against a policy's file, for CI: who may do what, and what they see.

  cases:
    - {role: stream-support, may: topic:read, on: cluster/prod/topic/orders, want: allow, by: stream-support}
    - {claims: {groups: [guests]}, may: topic:read, on: cluster/prod/topic/orders, want: deny}
    - {role: stream-support, topic: orders, part: value, sees: {id: clear, customer.email: "token:pii.contact"}}

What is seen of a path is a mask (clear, redact, drop, token, keep_last, …), with the class behind a colon if one likes.

Exit 1: a case came out otherwise, or one of the files has mistakes.`,
		Example: `  sightglass access test access.yaml access-cases.yaml`,
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.readAccess(args[0])
			if err != nil {
				return err
			}
			raw, err := os.ReadFile(args[1])
			if err != nil {
				return usage("name a file of cases", "%v", err)
			}
			cases, err := access.ReadCases(string(raw))
			if err := a.wrong(args[1], err); err != nil {
				return err
			}
			failed := 0
			var shown []map[string]any
			for _, c := range cases {
				o := p.Try(c)
				if !o.OK {
					failed++
				}
				shown = append(shown, map[string]any{"line": o.Line, "ok": o.OK, "got": o.Got})
				if a.format == "table" || a.format == "wide" {
					if o.OK {
						continue
					}
					a.say("%s:%d: %s", args[1], o.Line, wanted(&o))
				}
			}
			if a.format == "json" {
				if err := a.asJSON(map[string]any{"kind": "access-test", "version": 1, "policy": p.Version(), "failed": failed, "items": shown}); err != nil {
					return err
				}
			} else {
				a.hint("%s, %d came out otherwise", plural(len(cases), "case"), failed)
			}
			if failed > 0 {
				return verdict(exitFound)
			}
			return nil
		},
	}
}

func wanted(o *access.CaseOutcome) string {
	if o.May == "" {
		return o.Got
	}
	by := ""
	if o.By != "" {
		by = " by " + o.By
	}
	return fmt.Sprintf("%s on %s: wanted %s%s; %s", o.May, o.On, o.Want, by, o.Got)
}

func (a *app) mask() *cobra.Command {
	c := &cobra.Command{
		Use:   "mask explain",
		Short: "What a role sees of a field, and by which rule",
		Long: `What a role sees of a field, and by which rule of the access policy (docs/operations/access.md).

  explain --role R --topic T --path P     class and mask of the fields at a path`,
		Example: `  sightglass mask explain --policy access.yaml --role stream-support --topic orders --path customer.email
  sightglass mask explain --policy access.yaml --role stream-support --job order-totals --part state --path orderId
  sightglass mask explain --policy access.yaml --group streaming-support --topic orders --part key -o json`,
	}
	c.AddCommand(a.maskExplain())
	return c
}

func (a *app) maskExplain() *cobra.Command {
	var q asked
	var topic, job, in, part, path string
	c := &cobra.Command{
		Use: "explain --role R --topic T --path P", Short: "Class and mask of the fields at a path", Args: exactly(0, ""),
		Example: `  sightglass mask explain --role stream-support --topic orders --path customer.email
  sightglass mask explain --role stream-support --topic orders --in prod --path customer.email --grant orders-incident`,
	}
	q.flags(c)
	f := c.Flags()
	f.StringVar(&topic, "topic", "", "topic that the field is in")
	f.StringVar(&job, "job", "", "or job")
	f.StringVar(&in, "in", "", "cluster of the topic or environment of the job, where a grant is for one alone")
	f.StringVar(&part, "part", string(access.PartValue), "key, value, header, state, timer, exception, log, sql, arg or local")
	f.StringVar(&path, "path", "", "way to the field, as items[].sku; empty: the whole value, where it is one scalar")
	c.RunE = func(*cobra.Command, []string) error {
		if (topic == "") == (job == "") {
			return usage("as in --topic orders", "a topic or a job is wanted")
		}
		p, err := a.readAccess(q.policy)
		if err != nil {
			return err
		}
		who, err := q.principal(p)
		if err != nil {
			return err
		}
		if p, err = q.under(p, who); err != nil {
			return err
		}
		if err := access.CheckPath(path); err != nil {
			return usage("as in items[].sku, **.email or totals{}", "%v", err)
		}
		e := p.ExplainPath(who, access.Subject{Resource: access.SubjectIn(in, topic, job), Part: access.Part(part)}, path)
		if a.format == "json" || a.format == "jsonl" {
			return a.asJSON(map[string]any{"kind": "mask", "version": 1, "class": e.Class, "action": e.Mask, "rules": e.Rules, "lifted_by": e.By, "grant": e.Grant, "policy": p.Version()})
		}
		a.fact("class", e.Class)
		shown := string(e.Mask)
		if e.By != "" {
			shown += ", the role " + e.By + " lifts the mask"
		}
		if e.Grant != "" {
			shown += ", the grant " + e.Grant + " lifts the mask"
		}
		a.fact("shown", shown)
		if len(e.Rules) == 0 {
			a.fact("rules", "none names it: what no rule names is of the class unknown")
		}
		for _, r := range e.Rules {
			a.fact("rule", strings.ReplaceAll(r, "\n", " "))
		}
		return nil
	}
	return c
}
