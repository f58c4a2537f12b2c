package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/internal/client"
)

// Streams are what a command reads and writes. Tests give their own.
type Streams struct {
	Out, Err io.Writer
	Terminal bool // Out is a terminal of Width × Height
	Width    int
	Height   int
	Colour   bool
	Env      func(string) (string, bool)
	In       io.Reader              // may be nil: there is nothing to read
	Hidden   func() (string, error) // reads a line from the terminal without showing it; nil = In is no terminal
}

// app is what all verbs share.
type app struct {
	Streams
	version string
	server  string
	pin     string
	token   string // file
	format  string
}

const defaultServer = "http://127.0.0.1:7170"

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, s Streams, version string) int {
	a := &app{Streams: s, version: version}
	root := a.root()
	root.SetArgs(append([]string{}, args...)) // nil would mean the process's own
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code, hint, id := explain(err)
	if ctx.Err() != nil {
		return exitInterrupted // what was cut short by the reader is no failure to explain
	}
	var v verdict
	if !errors.As(err, &v) {
		fmt.Fprintln(s.Err, "sightglass: "+err.Error())
		if hint != "" {
			fmt.Fprintln(s.Err, "  "+hint)
		}
		if id != "" {
			fmt.Fprintln(s.Err, "  request "+id)
		}
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "sightglass",
		Short: "Flight recorder for Apache Flink and Kafka",
		Long: `Sightglass records what Flink jobs do with their records, and shows it: which record became which, through
every operator, across jobs and Kafka topics.

Start here:
  sightglass up        starts the server and prints what goes into Flink's configuration
  sightglass attach    prints that line and waits until something arrives`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usage("sightglass --help lists the verbs", "there is no verb %q", args[0])
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(c.CommandPath()+" --help lists the flags", "%v", err)
	})
	f := root.PersistentFlags()
	f.StringVar(&a.server, "server", "", "address of the server (SIGHTGLASS_SERVER; default "+defaultServer+")")
	f.StringVar(&a.pin, "pin", "", "SHA-256 of the server's self-made certificate (SIGHTGLASS_PIN)")
	f.StringVar(&a.token, "token-file", "", "file with a token (SIGHTGLASS_TOKEN_FILE, or the token itself in SIGHTGLASS_TOKEN; default: what login kept)")
	f.StringVarP(&a.format, "output", "o", "table", "table, wide, json or jsonl")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		switch {
		case a.format == "table", a.format == "wide", a.format == "json", a.format == "jsonl", a.format == "csv" && c.Name() == "query":
			return nil
		}
		return usage("choose table, wide, json or jsonl", "unknown output %q", a.format)
	}
	root.AddGroup(
		&cobra.Group{ID: "start", Title: "Start:"},
		&cobra.Group{ID: "look", Title: "Look:"},
		&cobra.Group{ID: "kafka", Title: "Kafka:"},
		&cobra.Group{ID: "schemas", Title: "Schemas:"},
		&cobra.Group{ID: "record", Title: "Record:"},
		&cobra.Group{ID: "run", Title: "Run again:"},
		&cobra.Group{ID: "take", Title: "Take along:"},
		&cobra.Group{ID: "access", Title: "Who may see what:"},
		&cobra.Group{ID: "own", Title: "This program:"},
	)
	add := func(group string, verbs ...*cobra.Command) {
		for _, v := range verbs {
			v.GroupID = group
			v.DisableFlagsInUseLine = true
			root.AddCommand(v)
		}
	}
	add("start", a.up(), a.demo(), a.attach(), a.detach(), a.login(), a.logout(), a.doctor())
	add("look", a.jobs(), a.job(), a.recordings(), a.events(), a.timeline(), a.at(), a.lineage(), a.key(), a.state(), a.watermarks(), a.inFlight(), a.sql(), a.code(), a.channels(), a.drops(), a.gaps(), a.capsules(), a.agents(), a.reports(), a.pins(), a.replays(), a.audit())
	add("kafka", a.topics(), a.topic(), a.browse(), a.tail(), a.produce(), a.groups(), a.brokers(), a.acls(), a.quotas(), a.contract(), a.catalogVerb())
	add("schemas", a.schema(), a.registryVerb())
	add("record", a.level(), a.policy(), a.pinVerb(), a.unpin())
	add("kafka", a.check())
	add("take", a.export(), a.linkVerb(), a.verify(), a.open(), a.importVerb(), a.query())
	add("run", a.replay(), a.whatif(), a.diff(), a.step(), a.dap())
	add("access", a.access(), a.mask(), a.user(), a.tokenVerb(), a.grantVerb(), a.notifyVerb())
	add("own", a.store(), a.completion(), a.versionVerb())
	root.AddCommand(a.replayExec())
	root.SetHelpCommand(&cobra.Command{Use: "help [verb]", Short: "Help of a verb", Hidden: true, RunE: func(c *cobra.Command, args []string) error {
		verb, _, err := c.Root().Find(args)
		if err != nil {
			return usage("sightglass --help lists the verbs", "%v", err)
		}
		return verb.Help()
	}})
	return root
}

// exactly refuses other numbers of arguments in words.
func exactly(n int, names string) cobra.PositionalArgs { return between(n, n, names) }

func between(low, high int, names string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= low && len(args) <= high {
			return nil
		}
		want := names
		if high == 0 {
			want = "no argument"
		}
		return usage(c.CommandPath()+" --help shows examples", "%s wants %s, got %d arguments", c.Name(), want, len(args))
	}
}

// setting is a flag's value, or the environment's when the flag was not given.
func (a *app) setting(flag, variable string) string {
	if flag != "" {
		return flag
	}
	v, _ := a.Env(variable)
	return v
}

// client makes the client that the flags and the environment describe.
func (a *app) client() (*client.Client, error) {
	o := client.Options{Server: a.setting(a.server, "SIGHTGLASS_SERVER"), Pin: a.setting(a.pin, "SIGHTGLASS_PIN")}
	if o.Server == "" {
		o.Server = defaultServer
	}
	if file := a.setting(a.token, "SIGHTGLASS_TOKEN_FILE"); file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, usage("the server prints the path of its token when it starts", "reading the token: %v", err)
		}
		o.Token = strings.TrimSpace(string(raw))
	} else {
		o.Token, _ = a.Env("SIGHTGLASS_TOKEN")
	}
	o, err := a.withLogin(o)
	if err != nil {
		return nil, err
	}
	c, err := client.New(o)
	if err != nil {
		return nil, usage("as in --server "+defaultServer, "%v", err)
	}
	return c, nil
}

// given tells which flags of a verb were set, for the command that a link stands for.
func given(f *pflag.FlagSet, name string) bool { return f.Changed(name) }

func (a *app) say(format string, args ...any)  { fmt.Fprintf(a.Out, format+"\n", args...) }
func (a *app) hint(format string, args ...any) { fmt.Fprintf(a.Err, format+"\n", args...) }
