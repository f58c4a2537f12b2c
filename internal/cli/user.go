package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/identity"
	"github.com/sightglass/sightglass/internal/server"
)

func (a *app) user() *cobra.Command {
	c := &cobra.Command{
		Use:   "user add|list|passwd|remove",
		Short: "Who logs in by name and password",
		Long: `Who logs in by name and password, on a server with login users (docs/operations/login.md). The users are in a file of the data folder, which
these verbs change while the server runs; it need not be told. Run them as whoever the server runs as, or as root.

Passwords are typed on the terminal or read from standard input, one line; --generate makes one and prints it.`,
		Example: `  sightglass user add ann --role local --generate
  sightglass user list --data /var/lib/sightglass
  sightglass user remove ann`,
	}
	c.AddCommand(a.userAdd(), a.userList(), a.userPasswd(), a.userRemove())
	return c
}

// users opens the file of users of the data folder that the flags name.
func (a *app) users(f *storeFlags) (*identity.Users, error) {
	data, err := a.folder(f)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(data); err != nil {
		return nil, usage("--data names the folder that sightglass up printed as data", "there is no data folder %s", data)
	}
	return identity.OpenUsers(server.UsersFile(data)), nil
}

// refusedUser is what is wrong with a change, for people.
func refusedUser(name string, err error) error {
	switch {
	case errors.Is(err, identity.ErrUserExists):
		return usage("sightglass user passwd "+name+" changes the password", "there is a user %s already", name)
	case errors.Is(err, identity.ErrNoUser):
		return usage("sightglass user list names them", "there is no user %q", name)
	case errors.Is(err, identity.ErrUserName), errors.Is(err, identity.ErrPassword), errors.Is(err, identity.ErrNoRole):
		return usage("sightglass user --help shows examples", "%v", err)
	case err != nil:
		return &failure{code: exitInternal, err: err, hint: "run it as whoever the server runs as"}
	}
	return nil
}

// password asks for one, or makes one.
func (a *app) password(generate bool) (string, error) {
	if generate {
		return identity.NewPassword(), nil
	}
	return a.newPassword()
}

func (a *app) userAdd() *cobra.Command {
	var f storeFlags
	var roles []string
	var generate bool
	c := &cobra.Command{
		Use: "add NAME --role ROLE [--generate]", Short: "Add a user", Args: exactly(1, "a name"),
		Long: `Add a user with roles of the access policy (docs/operations/access.md). The role local may do and see everything, unless the policy has a role
of that name.`,
		Example: "  sightglass user add ann --role local --generate\n  sightglass user add bob --role stream-support --role fraud < password.txt\n  sightglass user add carl --role stream-support --data /var/lib/sightglass",
		RunE: func(_ *cobra.Command, args []string) error {
			users, err := a.users(&f)
			if err != nil {
				return err
			}
			if len(roles) == 0 {
				return usage("as in --role local, which may do everything", "a user needs a role")
			}
			password, err := a.password(generate)
			if err != nil {
				return err
			}
			if err := users.Add(args[0], password, roles); err != nil {
				return refusedUser(args[0], err)
			}
			if generate {
				a.say("%s", password)
			}
			a.hint("%s can log in, with %s", args[0], plural(len(roles), "role"))
			return nil
		},
	}
	f.where(c)
	c.Flags().StringArrayVar(&roles, "role", nil, "a role of the access policy; more than once for more")
	c.Flags().BoolVar(&generate, "generate", false, "make a password and print it")
	return c
}

func (a *app) userPasswd() *cobra.Command {
	var f storeFlags
	var generate bool
	c := &cobra.Command{
		Use: "passwd NAME [--generate]", Short: "Give a user another password", Args: exactly(1, "a name"),
		Long:    "Give a user another password. It ends the user's sessions; tokens of the user go on.",
		Example: "  sightglass user passwd ann\n  sightglass user passwd ann --generate\n  sightglass user passwd ann --data /var/lib/sightglass < password.txt",
		RunE: func(_ *cobra.Command, args []string) error {
			users, err := a.users(&f)
			if err != nil {
				return err
			}
			password, err := a.password(generate)
			if err != nil {
				return err
			}
			if err := users.SetPassword(args[0], password); err != nil {
				return refusedUser(args[0], err)
			}
			if generate {
				a.say("%s", password)
			}
			a.hint("%s has another password; sessions that were open are over", args[0])
			return nil
		},
	}
	f.where(c)
	c.Flags().BoolVar(&generate, "generate", false, "make a password and print it")
	return c
}

func (a *app) userRemove() *cobra.Command {
	var f storeFlags
	c := &cobra.Command{
		Use: "remove NAME", Short: "Take a user away, with sessions and tokens", Args: exactly(1, "a name"),
		Long:    "Take a user away. Sessions and tokens of the user are over at once, and stay so when somebody else gets the name.",
		Example: "  sightglass user remove ann\n  sightglass user remove ann --data /var/lib/sightglass\n  sightglass user remove ann --config /etc/sightglass.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			users, err := a.users(&f)
			if err != nil {
				return err
			}
			if err := users.Remove(args[0]); err != nil {
				return refusedUser(args[0], err)
			}
			a.hint("%s is gone, with sessions and tokens", args[0])
			return nil
		},
	}
	f.where(c)
	return c
}

// shownUser is a user as -o json shows them: without the hash of the password.
type shownUser struct {
	Name    string    `json:"name"`
	Roles   []string  `json:"roles"`
	Changed time.Time `json:"password_changed"`
}

func (a *app) userList() *cobra.Command {
	var f storeFlags
	c := &cobra.Command{
		Use: "list", Short: "List the users with their roles", Args: exactly(0, ""),
		Long:    "List the users with their roles.",
		Example: "  sightglass user list\n  sightglass user list -o json\n  sightglass user list --data /var/lib/sightglass",
		RunE: func(_ *cobra.Command, _ []string) error {
			users, err := a.users(&f)
			if err != nil {
				return err
			}
			list, err := users.List()
			if err != nil {
				return refusedUser("", err)
			}
			shown := []shownUser{}
			for _, u := range list {
				shown = append(shown, shownUser{u.Name, u.Roles, u.Changed})
			}
			raw, err := json.Marshal(map[string]any{"kind": "user", "version": 1, "items": shown})
			if err != nil {
				return fmt.Errorf("writing the list: %w", err)
			}
			if done, err := a.raw(raw, true); done {
				return err
			}
			if len(shown) == 0 {
				a.hint("Nobody has a password here. sightglass user add NAME --role local adds somebody.")
				return nil
			}
			t := newTable(column{head: "NAME", style: always(bold)}, column{head: "ROLES", flex: true}, column{head: "PASSWORD OF"})
			for _, u := range shown {
				t.add(u.Name, strings.Join(u.Roles, " "), u.Changed.UTC().Format(time.RFC3339))
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
	f.where(c)
	return c
}
