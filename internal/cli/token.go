package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) tokenVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "token create|list|revoke",
		Short: "Tokens that programs show in your place",
		Long: `Tokens that programs show in your place (docs/operations/login.md). A token has the roles that you give it of your own, never more than you have
at the time, and it expires. The server keeps only a hash of it: it is printed once.`,
		Example: `  sightglass token create ci --scope job:view,job:read --expires 720h > token.txt
  sightglass token list
  sightglass token revoke 3f0a9c41d2b75e10`,
	}
	c.AddCommand(a.tokenCreate(), a.tokenList(), a.tokenRevoke())
	return c
}

func (a *app) tokenCreate() *cobra.Command {
	w := gen.TokenWish{Expires: "720h"}
	var roles, scope []string
	c := &cobra.Command{
		Use: "create NAME [--role ROLE] [--scope ACTION,…] [--expires TIME]", Short: "Make a token and print it, this once", Args: exactly(1, "a name, for what it is"),
		Long: `Make a token and print it, this once: standard output has the token alone. Without --role it has all of your roles, without --scope all that they
allow. A token that is made by showing another one ends with it at the latest; one with a scope makes none.`,
		Example: "  sightglass token create ci > token.txt\n  sightglass token create ci --scope job:view,job:read --expires 2027-01-31 > token.txt\n  sightglass token create grafana --role stream-support --expires 2160h -o json",
		RunE: func(c *cobra.Command, args []string) error {
			w.Name = args[0]
			w.Roles, w.Scope = roles, scope
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.MakeToken(c.Context(), w)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s", got.Value.Value)
			a.hint("this is the only time that it is shown; it expires at %s. sightglass token revoke %s ends it before", instant(got.Value.Token.Expires), got.Value.Token.ID)
			return nil
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringArrayVar(&roles, "role", nil, "one of your roles; more than once for more")
	f.StringSliceVar(&scope, "scope", nil, "the only actions that it is for, as job:view")
	f.StringVar(&w.Expires, "expires", w.Expires, "time, or a duration from now; a year at most")
	return c
}

func (a *app) tokenList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List your tokens", Args: exactly(0, ""),
		Long:    "List your tokens, the newest first, those that expired in the last 30 days among them.",
		Example: "  sightglass token list\n  sightglass token list -o wide\n  sightglass token list -o json | jq -r '.items[].id'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Tokens(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("You have no tokens. sightglass token create NAME makes one.")
				return nil
			}
			t := newTable(column{head: "ID"}, column{head: "NAME", flex: true, style: always(bold)}, column{head: "ROLES", flex: true}, column{head: "SCOPE", flex: true},
				column{head: "CREATED", wide: true}, column{head: "EXPIRES"}, column{head: "USED"})
			for _, k := range got.Value.Items {
				used := "never"
				if !k.Used.IsZero() {
					used = instant(k.Used)
				}
				t.add(k.ID, k.Name, strings.Join(k.Roles, " "), orNothing(strings.Join(k.Scope, " ")), instant(k.Created), instant(k.Expires), used)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}

func (a *app) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End one of your tokens", Args: exactly(1, "the id of a token: sightglass token list names them"),
		Long:    "End one of your tokens. Programs that show it are refused from then on.",
		Example: "  sightglass token revoke 3f0a9c41d2b75e10\n  sightglass token revoke 3f0a9c41d2b75e10 -o json\n  sightglass token list -o json | jq -r '.items[] | select(.name == \"ci\").id' | xargs -n 1 sightglass token revoke",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.RevokeToken(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			a.say("%s (%s) is over", got.Value.ID, got.Value.Name)
			return nil
		},
	}
}
