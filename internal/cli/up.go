package cli

import (
	"os/user"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/server"
)

func (a *app) up() *cobra.Command {
	var file string
	values := map[string]*string{}
	c := &cobra.Command{
		Use:   "up [flags]",
		Short: "Start the server: takes what agents record, keeps it, shows it",
		Long: `Start the server: it takes what agents record, keeps it in one folder, and shows it in a browser and to this program. It runs until it is
interrupted; what agents were told is stored survives any end.

It listens on this machine only until told otherwise. Off it, TLS and logins are on: the certificate, its SHA-256, how people
log in and the files of tokens are printed (docs/operations/login.md). Every flag can stand in the file of --config (name: value) or in the environment (SIGHTGLASS_NAME).`,
		Example: `  sightglass up
  sightglass up --data /var/lib/sightglass --listen 0.0.0.0:7170 --agent-listen 0.0.0.0:7171 --advertise recorder.example.com
  sightglass up --config /etc/sightglass.yaml --log-format json`,
		Args: exactly(0, ""),
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&file, "config", "", "file with settings (SIGHTGLASS_CONFIG)")
	for _, s := range config.Settings() {
		help := strings.TrimSuffix(s.Help, ".")
		values[s.Name] = f.String(s.Name, s.Default, strings.ToLower(help[:1])+help[1:])
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		flags := func(name string) (string, bool) { return *values[name], f.Changed(name) }
		sources := []config.Source{flags, config.Environment(a.Env)}
		if path := a.setting(file, "SIGHTGLASS_CONFIG"); path != "" {
			source, err := config.File(path)
			if err != nil {
				return usage("docs/reference/config.md lists the settings", "%v", err)
			}
			sources = append(sources, source)
		}
		cfg, err := config.Load(sources...)
		if err != nil {
			return usage("sightglass up --help lists the settings", "%v", err)
		}
		name := "local"
		if u, err := user.Current(); err == nil && u.Username != "" {
			name = u.Username
		}
		s, err := server.New(c.Context(), server.Options{Config: cfg, Version: a.version, User: name, Log: server.NewLogger(cfg, a.Err)})
		if err != nil {
			return &failure{code: exitInternal, err: err}
		}
		if a.setting("", "GOGC") == "" { // after the start, which makes much garbage
			debug.SetGCPercent(config.GCPercent)
		}
		a.announce(s.Info())
		if err := s.Run(c.Context()); err != nil {
			return &failure{code: exitInternal, err: err}
		}
		a.hint("stopped; everything that was acknowledged is on disk")
		return nil
	}
	return c
}

// announceLogin says how people log in.
func (a *app) announceLogin(i server.Info) {
	if len(i.Ways) == 0 {
		a.fact("login", "none: whoever reaches this address on this machine sees everything")
		return
	}
	a.fact("login", i.URL+"/auth/login, by "+strings.Join(i.Ways, ", "))
	if i.TokenFile != "" {
		a.fact("token", "in "+i.TokenFile)
	}
	if i.FirstCode != "" {
		a.fact("first", "nobody has an account yet; with the code "+a.paint(bold, i.FirstCode)+" the first administrator makes one on that page")
	}
	if i.Provider != "" {
		a.fact("", "people of "+i.Provider+" get roles by the bindings of the access policy")
	}
}

// announce says where the server is and what to do next.
func (a *app) announce(i server.Info) {
	a.say("Sightglass %s", a.version)
	a.say("")
	a.fact("web", a.paint(bold, i.URL))
	if i.Moved {
		a.fact("", "the usual port is taken by another program, so this one was chosen; for other commands: export SIGHTGLASS_SERVER="+i.URL)
	}
	a.fact("agents", i.Agents)
	if i.Registry != "" {
		a.fact("schemas", i.Registry+" ("+i.RegistryMode+"; schema.registry.url of clients)")
	}
	if i.RegistryMoved {
		a.fact("", "the registry's usual port is taken by another program, so this one was chosen")
	}
	if i.OTLP != "" {
		a.fact("reports", i.OTLP+" (Flink's own trace and event reporters)")
	}
	a.fact("data", i.Data)
	if i.TLS {
		made := ""
		if i.SelfMade {
			made = " (made by this server: browsers will ask; agents and this program take --pin)"
		}
		a.fact("pin", i.Fingerprint+made)
	}
	a.announceLogin(i)
	if i.AgentTokenFile != "" {
		a.fact("", "agents' token in "+i.AgentTokenFile+": copy it to Flink's machines")
	}
	if i.AgentCA != "" {
		a.fact("", "agents show a certificate that "+i.AgentCA+" signed: add tls-cert=FILE,tls-key=FILE to the lines below")
	}
	a.say("")
	a.say("Into Flink's configuration (conf/config.yaml), then restart Flink:")
	a.say("")
	for _, l := range i.FlinkLines {
		a.say("  %s", l)
	}
	if i.AgentJar == "" {
		a.say("")
		a.say("This binary carries no agent: make build makes one that does; put the jar where the lines say.")
	}
	a.say("")
	a.say("sightglass attach --flink-home DIR --write does it for you. Ctrl-C stops the server.")
}
