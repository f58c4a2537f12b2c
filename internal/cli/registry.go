package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/folder"
	"github.com/sightglass/sightglass/internal/registry"
)

const defaultRegistry = "http://127.0.0.1:8085"

// registryFlags say which registry a verb asks.
type registryFlags struct{ url string }

func (f *registryFlags) flags(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.url, "registry", "", "address of the schema registry (SIGHTGLASS_REGISTRY; default "+defaultRegistry+")")
}

// open makes a client of the registry, with the token that other verbs show the server.
func (a *app) openRegistry(f *registryFlags) (*client.Registry, error) {
	o, err := a.registryOptions(f)
	if err != nil {
		return nil, err
	}
	c, err := client.NewRegistry(o)
	if err != nil {
		return nil, usage("as in --registry "+defaultRegistry, "%v", err)
	}
	return c, nil
}

func (a *app) registryOptions(f *registryFlags) (client.Options, error) {
	o := client.Options{Server: a.setting(a.server, "SIGHTGLASS_SERVER"), Pin: a.setting(a.pin, "SIGHTGLASS_PIN")}
	if o.Server == "" {
		o.Server = defaultServer
	}
	if file := a.setting(a.token, "SIGHTGLASS_TOKEN_FILE"); file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return o, usage("the server prints the path of its token when it starts", "reading the token: %v", err)
		}
		o.Token = strings.TrimSpace(string(raw))
	} else {
		o.Token, _ = a.Env("SIGHTGLASS_TOKEN")
	}
	at := a.setting(f.url, "SIGHTGLASS_REGISTRY")
	if at == "" {
		at = defaultRegistry
	}
	// What login kept for the server is shown to its registry too, and to no other host.
	if server, err := url.Parse(withScheme(o.Server)); err == nil {
		if to, err := url.Parse(withScheme(at)); err == nil && to.Hostname() == server.Hostname() {
			if o, err = a.withLogin(o); err != nil {
				return o, err
			}
		}
	}
	o.Server = at
	return o, nil
}

func withScheme(address string) string {
	if strings.Contains(address, "://") {
		return address
	}
	return "http://" + address
}

// refusedBy is what a registry's refusal means for the exit code.
func refusedBy(err error) error {
	var no *client.Refusal
	switch {
	case errors.As(err, &no) && (no.Status == http.StatusUnauthorized || no.Status == http.StatusForbidden):
		return &failure{code: exitDenied, err: err, hint: "--token-file names a file with a token; sightglass login keeps one"}
	case errors.As(err, &no) && no.Status >= 500:
		return &failure{code: exitInternal, err: err}
	case errors.As(err, &no) && no.Status == http.StatusNotFound:
		return &failure{code: exitFound, err: err, hint: "sightglass schema list shows what there is"}
	case errors.As(err, &no):
		return &failure{code: exitUsage, err: err}
	case errors.Is(err, client.ErrUnreachable):
		return &failure{code: exitUnreachable, err: err, hint: "sightglass up prints the address of its registry as schemas; --registry or SIGHTGLASS_REGISTRY names it"}
	}
	return err
}

func (a *app) registryVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "registry import|export",
		Short: "Take all schemas of a registry along, or in",
		Long: `Take all schemas of a registry along, or in: ids, versions, softly deleted ones, levels, modes, metadata and rules stay what they are
(docs/operations/registry.md).`,
		Example: `  sightglass registry import --from http://127.0.0.1:8085 --dry-run
  sightglass registry export --to schemas.jsonl
  sightglass registry import --from schemas.jsonl`,
	}
	c.AddCommand(a.registryImport(), a.registryExport())
	return c
}

// other says how another registry is reached.
type other struct{ user, passwordFile string }

func (o *other) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.user, "user", "", "user at the other registry")
	c.Flags().StringVar(&o.passwordFile, "password-file", "", "file with that user's password")
}

// upstreamTimeout bounds one question to another registry.
const upstreamTimeout = time.Minute

func (o *other) upstream(at string) (*registry.Upstream, error) {
	u := &registry.Upstream{URL: strings.TrimRight(at, "/"), User: o.user, Client: &http.Client{Transport: dial.Transport(10 * time.Second), Timeout: upstreamTimeout}}
	parsed, err := url.Parse(u.URL)
	if err != nil || parsed.Host == "" || parsed.User != nil {
		return nil, usage("as in https://registry.example.com:8081; --user and --password-file log in", "this is no address of a registry")
	}
	if (o.user == "") != (o.passwordFile == "") {
		return nil, usage("the password is read from a file, so that it is in no history", "--user and --password-file go together")
	}
	if o.passwordFile != "" {
		raw, err := os.ReadFile(o.passwordFile)
		if err != nil {
			return nil, usage("the file holds the password", "%v", err)
		}
		u.Password = strings.TrimRight(string(raw), "\r\n")
	}
	return u, nil
}

func (a *app) registryImport() *cobra.Command {
	var f registryFlags
	var o other
	var from string
	var dry bool
	c := &cobra.Command{
		Use: "import --from URL|FILE [--dry-run]", Short: "Take all schemas of another registry, or of an export, with their ids", Args: exactly(0, ""),
		Long: `Take all schemas of another registry, or of an export, with their ids: all of it or nothing. Where something here is different, every conflict is
listed, nothing is written, and the exit code is 1. What is here already in the same way is left alone, so that an import can be done again.

A registry that goes on being changed is followed by a server with registry-mode follow.`,
		Example: "  sightglass registry import --from http://127.0.0.1:8085 --dry-run\n  sightglass registry import --from schemas.jsonl\n  sightglass registry import --from https://registry.example.com --user migration --password-file password.txt",
		RunE: func(c *cobra.Command, _ []string) error {
			if from == "" {
				return usage("--from names a registry or a file of sightglass registry export", "what is to be imported?")
			}
			to, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			d, err := dumpOf(c.Context(), &o, from)
			if err != nil {
				return err
			}
			return a.importInto(c.Context(), to, d, dry)
		},
	}
	f.flags(c)
	c.Flags().StringVar(&from, "from", "", "URL of a registry, or a file that export wrote")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and do nothing")
	o.flags(c)
	return c
}

// dumpOf reads all that another registry or a file has.
func dumpOf(ctx context.Context, o *other, from string) (*registry.Dump, error) {
	if !strings.Contains(from, "://") {
		file, err := os.Open(from)
		if err != nil {
			return nil, usage("sightglass registry export makes such files", "%v", err)
		}
		defer file.Close()
		d, err := registry.ReadDump(file)
		if err != nil {
			return nil, usage("sightglass registry export makes such files", "%s: %v", from, err)
		}
		return d, nil
	}
	u, err := o.upstream(from)
	if err != nil {
		return nil, err
	}
	d, err := u.Read(ctx)
	if err != nil {
		return nil, &failure{code: exitUnreachable, err: err}
	}
	return d, nil
}

func (a *app) importInto(ctx context.Context, to *client.Registry, d *registry.Dump, dry bool) error {
	var b bytes.Buffer
	if err := d.Write(&b, time.Now()); err != nil {
		return err
	}
	query := url.Values{}
	if dry {
		query.Set("dryRun", "true")
	}
	raw, err := to.Ask(ctx, http.MethodPost, query, "application/x-ndjson", &b, strings.Split(strings.Trim(registry.ImportPath, "/"), "/")...)
	if err != nil {
		return refusedBy(err)
	}
	var r registry.ImportReport
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("the registry's answer is not what this version understands: %w", err)
	}
	done, err := a.raw(raw, false)
	if err != nil {
		return err
	}
	if !done {
		for _, line := range r.Conflicts {
			a.say("conflict: %s", line)
		}
		for _, line := range r.Unread {
			a.hint("kept as it is, though it cannot be read here: %s", line)
		}
	}
	switch {
	case len(r.Conflicts) > 0:
		a.hint("%s: nothing was imported", plural(len(r.Conflicts), "conflict"))
		return verdict(exitFound)
	case dry:
		a.hint("would import %s", r)
	default:
		a.hint("imported %s", r)
	}
	return nil
}

func (a *app) registryExport() *cobra.Command {
	var f registryFlags
	var o other
	var from, to string
	c := &cobra.Command{
		Use: "export --to FILE", Short: "Write all schemas of a registry into a file, which loses nothing", Args: exactly(0, ""),
		Long: `Write all schemas of a registry into a file: one line of JSON for each schema, version and setting. import takes it. With --from it is another
registry's, as far as that one tells: settings of subjects without versions are in no list of Confluent's API.`,
		Example: "  sightglass registry export --to schemas.jsonl\n  sightglass registry export --to - | wc -l\n  sightglass registry export --from https://registry.example.com --to schemas.jsonl",
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return usage("--to - writes to standard output", "where to?")
			}
			var raw []byte
			if from != "" {
				d, err := dumpOf(c.Context(), &o, from)
				if err != nil {
					return err
				}
				var b bytes.Buffer
				if err := d.Write(&b, time.Now()); err != nil {
					return err
				}
				raw = b.Bytes()
			} else {
				r, err := a.openRegistry(&f)
				if err != nil {
					return err
				}
				if raw, err = r.Ask(c.Context(), http.MethodGet, nil, "", nil, strings.Split(strings.Trim(registry.ExportPath, "/"), "/")...); err != nil {
					return refusedBy(err)
				}
			}
			if to == "-" {
				_, err := a.Out.Write(raw)
				return err
			}
			if err := folder.WriteFile(to, raw); err != nil {
				return usage("choose another file", "%v", err)
			}
			a.hint("%s written to %s", plural(bytes.Count(raw, []byte("\n"))-1, "line"), to)
			return nil
		},
	}
	f.flags(c)
	c.Flags().StringVar(&from, "from", "", "URL of another registry")
	c.Flags().StringVar(&to, "to", "", "file to write, - for standard output")
	o.flags(c)
	return c
}
