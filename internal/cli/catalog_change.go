package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// edit reads ENTITY[#PATH] ATTRIBUTE [VALUE…].
func (a *app) edit(ctx context.Context, args []string, reason string) (*client.Client, string, gen.CatalogEdit, error) {
	e := gen.CatalogEdit{Reason: strings.TrimSpace(reason), Attribute: gen.CatalogEditAttribute(args[1]), Values: append([]string{}, args[2:]...)}
	if e.Reason == "" {
		return nil, "", e, usage(`as in --reason "they run the shop"`, "a reason is wanted")
	}
	if !slices.Contains([]string{"owners", "tags", "doc", "contact", "members"}, args[1]) {
		return nil, "", e, usage("owners, tags, doc, contact or members", "there is no attribute %q", args[1])
	}
	cl, err := a.client()
	if err != nil {
		return nil, "", e, err
	}
	id, field, err := a.entity(ctx, cl, args[0])
	e.Path = field
	return cl, id, e, err
}

const editArgs = "an entity and an attribute: orders owners team:checkout"

func (a *app) catalogSet() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "set ENTITY[#PATH] owners|tags|doc|contact|members [VALUE…] --reason TEXT", Short: "Change what is said of an entity or a field", Args: between(2, 52, editArgs),
		Long: `Change owners, tags, doc (Markdown) or contact of an entity, tags or doc of a field, or the members of a team. The values take the place of those before; none
takes them away. It needs the right catalog:write on the entity, or that you are an owner; others propose.`,
		Example: `  sightglass catalog set orders owners team:checkout --reason "they run the shop"
  sightglass catalog set orders#customer.email tags pii.contact --reason "GDPR list, line 4"
  sightglass catalog set team:checkout members person:local:ann -o json --reason "she joined"`,
		RunE: func(c *cobra.Command, args []string) error {
			cl, id, e, err := a.edit(c.Context(), args, reason)
			if err != nil {
				return err
			}
			got, err := cl.ChangeCatalog(c.Context(), id, e)
			if err != nil {
				return absent(err)
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s of %s: %s", e.Attribute, clean(id), clean(orNothing(strings.Join(got.Value.After, " "))))
			return nil
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why; it stays in the history and in the audit log")
	return c
}

func (a *app) catalogPropose() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "propose ENTITY[#PATH] owners|tags|doc|contact|members [VALUE…] --reason TEXT", Short: "Propose a change for an owner to decide about", Args: between(2, 52, editArgs),
		Long: `Propose what sightglass catalog set would change. An owner, or whoever has catalog:write on the entity, approves or refuses it; nobody their own.`,
		Example: `  sightglass catalog propose orders doc "Orders of the web shop" --reason "nobody knew"
  sightglass catalog propose orders#currency tags iso-4217 --reason "for search"
  sightglass catalog propose orders owners team:checkout --reason "ask them" -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			cl, id, e, err := a.edit(c.Context(), args, reason)
			if err != nil {
				return err
			}
			got, err := cl.ProposeToCatalog(c.Context(), id, e)
			if err != nil {
				return absent(err)
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s waits for an owner to approve it", got.Value.ID)
			return nil
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why; it is shown to who decides")
	return c
}

func (a *app) catalogProposals() *cobra.Command {
	return &cobra.Command{
		Use: "proposals", Short: "Proposals that wait", Args: exactly(0, ""),
		Long:    "Proposals that wait for an owner, the oldest first.",
		Example: "  sightglass catalog proposals\n  sightglass catalog proposals -o wide\n  sightglass catalog proposals -o json | jq -r '.items[] | select(.decide).id'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.CatalogProposals(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("No proposal waits.")
				return nil
			}
			t := newTable(column{head: "ID"}, column{head: "ENTITY", flex: true, style: always(bold)}, column{head: "WHAT"}, column{head: "NOW", flex: true}, column{head: "TO BE", flex: true}, column{head: "WHO", flex: true}, column{head: "WHY", flex: true}, column{head: "YOU"})
			for _, p := range got.Value.Items {
				entity, you := p.Entity, nothing
				if p.Path != "" {
					entity += "#" + p.Path
				}
				if p.Decide {
					you = "decide"
				} else if p.Yours {
					you = "proposed it"
				}
				t.add(p.ID, entity, string(p.Attribute), orNothing(strings.Join(p.Before, " ")), orNothing(strings.Join(p.Values, " ")), p.Name, p.Reason, you)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}

const proposalArg = "the id of a proposal: sightglass catalog proposals names them"

// decided says what became of a proposal.
func (a *app) decided(ctx context.Context, do func(context.Context, *client.Client) (*client.Answer[gen.CatalogProposal], error)) error {
	cl, err := a.client()
	if err != nil {
		return err
	}
	got, err := do(ctx, cl)
	if err != nil {
		return absent(err)
	}
	if done, err := a.raw(got.Raw, false); done {
		return err
	}
	a.say("%s (%s of %s) is %s", got.Value.ID, got.Value.Attribute, clean(got.Value.Entity), got.Value.State)
	return nil
}

func (a *app) catalogApprove() *cobra.Command {
	return &cobra.Command{
		Use: "approve ID", Short: "Make what somebody else proposed", Args: exactly(1, proposalArg),
		Long:    "Approve a proposal: the change is made, and who proposed it stands in the history.",
		Example: "  sightglass catalog approve 3f0a9c41d2b75e10\n  sightglass catalog approve 3f0a9c41d2b75e10 -o json\n  sightglass catalog proposals -o json | jq -r '.items[] | select(.decide).id'",
		RunE: func(c *cobra.Command, args []string) error {
			return a.decided(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.CatalogProposal], error) {
				return cl.ApproveProposal(ctx, args[0])
			})
		},
	}
}

func (a *app) catalogRefuse() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: "refuse ID [--why TEXT]", Short: "Refuse what somebody else proposed", Args: exactly(1, proposalArg),
		Long:    "Refuse a proposal.",
		Example: "  sightglass catalog refuse 3f0a9c41d2b75e10\n  sightglass catalog refuse 3f0a9c41d2b75e10 --why \"they moved\"\n  sightglass catalog refuse 3f0a9c41d2b75e10 -o json",
		RunE: func(c *cobra.Command, args []string) error {
			return a.decided(c.Context(), func(ctx context.Context, cl *client.Client) (*client.Answer[gen.CatalogProposal], error) {
				return cl.RefuseProposal(ctx, args[0], why)
			})
		},
	}
	c.Flags().StringVar(&why, "why", "", "for who proposed it")
	return c
}
