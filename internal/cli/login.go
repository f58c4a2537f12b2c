package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/folder"
)

// kept are the logins of one person, in their folder of settings.
type kept struct {
	Version int                `json:"version"`
	Servers map[string]keptOne `json:"servers"` // by address
}

// keptOne is what is shown to one server.
type keptOne struct {
	Token string `json:"token"`
	Pin   string `json:"pin,omitempty"`
}

// loginsFile is the file of logins; empty where nothing says whose settings are meant.
func (a *app) loginsFile() string {
	if dir, _ := a.Env("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "sightglass", "logins.json")
	}
	if home, _ := a.Env("HOME"); home != "" {
		return filepath.Join(home, ".config", "sightglass", "logins.json")
	}
	return ""
}

// readLogins reads the logins. A file that others may read is refused, as they may have its tokens.
func (a *app) readLogins() (kept, error) {
	k := kept{Version: 1, Servers: map[string]keptOne{}}
	path := a.loginsFile()
	if path == "" {
		return k, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return k, fmt.Errorf("reading logins: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return k, usage("chmod 600 "+path+", and revoke the tokens if somebody may have read them: sightglass token list", "others may read %s", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("reading logins: %w", err)
	}
	if err := json.Unmarshal(raw, &k); err != nil || k.Version != 1 || k.Servers == nil {
		return k, usage("remove it and log in again", "%s is no file of logins", path)
	}
	return k, nil
}

func (a *app) writeLogins(k kept) error {
	path := a.loginsFile()
	if path == "" {
		return usage("set HOME or XDG_CONFIG_HOME, or use --token-file", "there is no folder for settings")
	}
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	if err := folder.WriteFile(path, append(raw, '\n')); err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	return nil
}

// serverKey is the address that a login is kept under: a token is shown to the server that it is of, and to no other.
func serverKey(address string) string {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

// inTheClear tells whether a token would cross a network as it is.
func inTheClear(address string) bool {
	u, err := url.Parse(serverKey(address))
	return err == nil && u.Scheme == "http" && !config.Loopback(net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80")))
}

// withLogin adds what is kept for the server, where the command line and the environment say nothing.
func (a *app) withLogin(o client.Options) (client.Options, error) {
	if o.Token != "" {
		return o, nil
	}
	k, err := a.readLogins()
	if err != nil {
		return o, err
	}
	if one, ok := k.Servers[serverKey(o.Server)]; ok {
		o.Token, o.Pin = one.Token, cmp.Or(o.Pin, one.Pin)
	}
	return o, nil
}

// address is the server that an argument, a flag or the environment names.
func (a *app) address(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return cmp.Or(a.setting(a.server, "SIGHTGLASS_SERVER"), defaultServer)
}

func (a *app) login() *cobra.Command {
	return &cobra.Command{
		Use: "login [SERVER]", Short: "Keep a token for a server, so that other verbs are let in", Args: between(0, 1, "the address of a server, or nothing"),
		Long: `Keep a token for a server, so that other verbs are let in. It prints the page where you make a token in the browser, however you log in there,
and reads the token from the terminal, which does not show it, or from standard input. It is kept in ~/.config/sightglass/logins.json, which
only you may read, and is shown to that server alone. --pin is kept with it.

--token-file, SIGHTGLASS_TOKEN_FILE and SIGHTGLASS_TOKEN come before what is kept.`,
		Example: `  sightglass login
  sightglass login https://sightglass.example.com
  sightglass login https://10.0.0.7:7170 --pin 3a7f… < token.txt`,
		RunE: func(c *cobra.Command, args []string) error {
			address := a.address(args)
			if inTheClear(address) {
				return usage("use https, or a tunnel to the server's loopback", "a token would go to %s without TLS, for anybody on the way to read", address)
			}
			o := client.Options{Server: address, Pin: a.setting(a.pin, "SIGHTGLASS_PIN")}
			cl, err := client.New(o)
			if err != nil {
				return usage("as in sightglass login https://sightglass.example.com", "%v", err)
			}
			if a.Hidden != nil {
				a.hint("Make a token in the browser: %s", cl.Link("tokens", ""))
			}
			if o.Token, err = a.secret("Token"); err != nil {
				return err
			}
			if o.Token == "" {
				return usage("make one in the browser: "+cl.Link("tokens", ""), "there is no token on standard input")
			}
			if cl, err = client.New(o); err != nil {
				return usage("", "%v", err)
			}
			who, err := cl.Principal(c.Context())
			if err != nil {
				return err
			}
			k, err := a.readLogins()
			if err != nil {
				return err
			}
			k.Servers[serverKey(address)] = keptOne{o.Token, o.Pin}
			if err := a.writeLogins(k); err != nil {
				return err
			}
			until := ""
			if !who.Value.Until.IsZero() {
				until = ", until " + instant(who.Value.Until)
			}
			a.hint("logged in to %s as %s%s", cl.Server(), who.Value.Name, until)
			if serverKey(address) != serverKey(a.address(nil)) {
				a.hint("for other verbs: export SIGHTGLASS_SERVER=%s", cl.Server())
			}
			return nil
		},
	}
}

func (a *app) logout() *cobra.Command {
	return &cobra.Command{
		Use: "logout [SERVER]", Short: "Forget the token that login kept", Args: between(0, 1, "the address of a server, or nothing"),
		Long:    "Forget the token that login kept for a server. The token itself goes on: sightglass token revoke ends it.",
		Example: "  sightglass logout\n  sightglass logout https://sightglass.example.com\n  sightglass logout --server https://10.0.0.7:7170",
		RunE: func(_ *cobra.Command, args []string) error {
			key := serverKey(a.address(args))
			k, err := a.readLogins()
			if err != nil {
				return err
			}
			if _, ok := k.Servers[key]; !ok {
				a.hint("there is no login for %s", key)
				return nil
			}
			delete(k.Servers, key)
			if err := a.writeLogins(k); err != nil {
				return err
			}
			a.hint("the token for %s is forgotten here; sightglass token revoke ends it", key)
			return nil
		},
	}
}
