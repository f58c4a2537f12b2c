package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) schema() *cobra.Command {
	c := &cobra.Command{
		Use:   "schema check|list|show|register|delete",
		Short: "Schemas of a registry: whether one may follow another, and what there is",
		Long: `Schemas of a registry, this server's or any other with Confluent's REST API: whether a schema may follow those that a subject has, what there is, and to
register and delete (docs/operations/registry.md).`,
		Example: `  sightglass schema list
  sightglass schema register order.avsc --subject orders-value
  sightglass schema check order.avsc --subject orders-value`,
	}
	c.AddCommand(a.schemaCheck(), a.schemaList(), a.schemaShow(), a.schemaRegister(), a.schemaDelete())
	return c
}

// schemaFile is a schema that a verb reads from a file.
type schemaFile struct {
	subject    string
	kind       string
	references []string
	normalize  bool
}

func (s *schemaFile) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.subject, "subject", "", "subject of the schema, as orders-value")
	c.Flags().StringVar(&s.kind, "type", "", "AVRO, PROTOBUF or JSON; by the file's ending (.avsc, .proto, .json) when it is not given")
	c.Flags().StringArrayVar(&s.references, "reference", nil, "NAME=SUBJECT:VERSION of a schema that this one refers to; may be given more than once")
	c.Flags().BoolVar(&s.normalize, "normalize", false, "make what means nothing one: order of properties and the like")
}

// read is the request for the schema in a file.
func (s *schemaFile) read(file string) (map[string]any, url.Values, error) {
	if s.subject == "" {
		return nil, nil, usage("as in --subject orders-value", "which subject?")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, usage("a file with a schema is wanted", "%v", err)
	}
	kind := strings.ToUpper(s.kind)
	if kind == "" {
		switch strings.ToLower(filepath.Ext(file)) {
		case ".avsc":
			kind = "AVRO"
		case ".proto":
			kind = "PROTOBUF"
		case ".json":
			kind = "JSON"
		default:
			return nil, nil, usage("--type AVRO, PROTOBUF or JSON says it", "the ending of %s does not say what language it is", file)
		}
	}
	body := map[string]any{"schema": string(text), "schemaType": kind}
	var refs []map[string]any
	for _, r := range s.references {
		name, to, ok := strings.Cut(r, "=")
		at := strings.LastIndexByte(to, ':')
		if !ok || at < 0 {
			return nil, nil, usage("as in --reference com.acme.Money=money-value:1", "%q names no reference", r)
		}
		version, err := strconv.Atoi(to[at+1:])
		if err != nil {
			return nil, nil, usage("as in --reference com.acme.Money=money-value:1", "%q has no version", r)
		}
		refs = append(refs, map[string]any{"name": name, "subject": to[:at], "version": version})
	}
	if refs != nil {
		body["references"] = refs
	}
	query := url.Values{}
	if s.normalize {
		query.Set("normalize", "true")
	}
	return body, query, nil
}

func (a *app) schemaCheck() *cobra.Command {
	var f registryFlags
	var s schemaFile
	var profile, version string
	c := &cobra.Command{
		Use: "check FILE --subject SUBJECT [--profile PROFILE]", Short: "Whether a schema may follow those that a subject has", Args: exactly(1, "a file with a schema"),
		Long: `Whether a schema may follow those that a subject has, by the level that holds for it: exit code 0 when it may, 1 with all reasons when not. Nothing is
registered. A subject without versions takes every schema.`,
		Example: "  sightglass schema check order.avsc --subject orders-value\n  sightglass schema check order.avsc --subject orders-value --profile strict\n  sightglass schema check order.avsc --subject orders-value --version 1 -o json",
		RunE: func(c *cobra.Command, args []string) error {
			body, query, err := s.read(args[0])
			if err != nil {
				return err
			}
			r, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			query.Set("verbose", "true")
			if profile != "" {
				query.Set("profile", profile)
			}
			path := []string{"compatibility", "subjects", s.subject, "versions"}
			if version != "" {
				path = append(path, version)
			}
			raw, err := r.Ask(c.Context(), http.MethodPost, query, "", body, path...)
			if err != nil {
				return refusedBy(err)
			}
			return a.checked(raw, s.subject)
		},
	}
	f.flags(c)
	s.flags(c)
	c.Flags().StringVar(&profile, "profile", "", "whose verdict: confluent-8.3, confluent-7.4 or strict; the registry's own when it is not given. Other registries have one only")
	c.Flags().StringVar(&version, "version", "", "compare with one version alone: a number or latest")
	return c
}

// asRefusal is what a registry said no with.
func asRefusal(err error) (*client.Refusal, bool) {
	var no *client.Refusal
	return no, errors.As(err, &no)
}

// checked tells a verdict.
func (a *app) checked(raw json.RawMessage, subject string) error {
	var v struct {
		Compatible bool     `json:"is_compatible"`
		Messages   []string `json:"messages"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the registry's answer is not what this version understands: %w", err)
	}
	done, err := a.raw(raw, false)
	if err != nil {
		return err
	}
	if !done {
		if v.Compatible {
			a.say("compatible: it may follow what %s has", subject)
		}
		for _, m := range v.Messages {
			a.say("%s", m)
		}
	}
	if !v.Compatible {
		if !done {
			a.hint("incompatible with what %s has", subject)
		}
		return verdict(exitFound)
	}
	return nil
}

// shownSchema is a schema as -o json shows it, and as registries give it.
type shownSchema struct {
	Subject    string          `json:"subject"`
	Version    int             `json:"version"`
	ID         int             `json:"id"`
	Type       string          `json:"schemaType,omitempty"`
	GUID       string          `json:"guid,omitempty"`
	Schema     string          `json:"schema"`
	References json.RawMessage `json:"references,omitempty"`
	Metadata   json.RawMessage `json:"metadata,omitempty"`
	RuleSet    json.RawMessage `json:"ruleSet,omitempty"`
	Deleted    bool            `json:"deleted,omitempty"`
}

func (a *app) schemaList() *cobra.Command {
	var f registryFlags
	var prefix string
	var deleted, all bool
	c := &cobra.Command{
		Use: "list [--prefix TEXT] [--all]", Short: "List the subjects of a registry with their latest version", Args: exactly(0, ""),
		Long:    "List the subjects of a registry with their latest version, of all contexts.",
		Example: "  sightglass schema list\n  sightglass schema list --prefix orders --all\n  sightglass schema list --deleted -o json",
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			query := url.Values{"subjectPrefix": {":*:" + prefix}}
			if strings.HasPrefix(prefix, ":") {
				query.Set("subjectPrefix", prefix)
			}
			if deleted {
				query.Set("deleted", "true")
			}
			if !all {
				query.Set("latestOnly", "true")
			}
			raw, err := r.Ask(c.Context(), http.MethodGet, query, "", nil, "schemas")
			if err != nil {
				return refusedBy(err)
			}
			return a.listed(raw)
		},
	}
	f.flags(c)
	c.Flags().StringVar(&prefix, "prefix", "", "only subjects that begin so; :.context: for one context")
	c.Flags().BoolVar(&all, "all", false, "every version")
	c.Flags().BoolVar(&deleted, "deleted", false, "softly deleted ones too")
	return c
}

func (a *app) listed(raw json.RawMessage) error {
	list := []shownSchema{}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("the registry's answer is not what this version understands: %w", err)
	}
	whole, err := json.Marshal(map[string]any{"kind": "schema", "version": 1, "items": list})
	if err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	if done, err := a.raw(whole, true); done {
		return err
	}
	if len(list) == 0 {
		a.hint("There are no schemas. sightglass schema register FILE --subject NAME registers one.")
		return nil
	}
	t := newTable(column{head: "SUBJECT", style: always(bold), flex: true}, column{head: "VERSION", right: true}, column{head: "ID", right: true}, column{head: "TYPE"}, column{head: "STATE"}, column{head: "GUID", wide: true})
	for _, s := range list {
		state := "live"
		if s.Deleted {
			state = "softly deleted"
		}
		kind := s.Type
		if kind == "" {
			kind = "AVRO"
		}
		t.add(s.Subject, strconv.Itoa(s.Version), strconv.Itoa(s.ID), kind, state, s.GUID)
	}
	a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
	return nil
}

func (a *app) schemaShow() *cobra.Command {
	var f registryFlags
	var deleted bool
	c := &cobra.Command{
		Use: "show SUBJECT [VERSION]", Short: "Show a schema", Args: between(1, 2, "a subject and perhaps a version"),
		Long:    "Show a version of a subject, the latest when none is named: its text on standard output, what it is on standard error.",
		Example: "  sightglass schema show orders-value\n  sightglass schema show orders-value 1\n  sightglass schema show orders-value latest -o json",
		RunE: func(c *cobra.Command, args []string) error {
			r, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			s, raw, err := oneSchema(c.Context(), r, args, deleted)
			if err != nil {
				return err
			}
			if done, err := a.raw(raw, false); done {
				return err
			}
			a.say("%s", s.Schema)
			a.hint("%s, version %d, id %d", s.Subject, s.Version, s.ID)
			return nil
		},
	}
	f.flags(c)
	c.Flags().BoolVar(&deleted, "deleted", false, "also when it is softly deleted")
	return c
}

func oneSchema(ctx context.Context, r *client.Registry, args []string, deleted bool) (s shownSchema, raw json.RawMessage, err error) {
	version := "latest"
	if len(args) > 1 {
		version = args[1]
	}
	query := url.Values{}
	if deleted {
		query.Set("deleted", "true")
	}
	if raw, err = r.Ask(ctx, http.MethodGet, query, "", nil, "subjects", args[0], "versions", version); err != nil {
		return s, nil, refusedBy(err)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, nil, fmt.Errorf("the registry's answer is not what this version understands: %w", err)
	}
	return s, raw, nil
}

func (a *app) schemaRegister() *cobra.Command {
	var f registryFlags
	var s schemaFile
	c := &cobra.Command{
		Use: "register FILE --subject SUBJECT", Short: "Register a schema", Args: exactly(1, "a file with a schema"),
		Long:    "Register a schema as the next version of a subject, unless it is one already, and print its id. An incompatible one is refused with exit code 1.",
		Example: "  sightglass schema register order.avsc --subject orders-value\n  sightglass schema register order.avsc --subject orders-value --type AVRO\n  sightglass schema register order.avsc --subject :.eu:orders-value -o json",
		RunE: func(c *cobra.Command, args []string) error {
			body, query, err := s.read(args[0])
			if err != nil {
				return err
			}
			r, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			raw, err := r.Ask(c.Context(), http.MethodPost, query, "", body, "subjects", s.subject, "versions")
			if no, ok := asRefusal(err); ok && no.Status == http.StatusConflict {
				return &failure{code: exitFound, err: err, hint: "sightglass schema check lists the reasons"}
			}
			if err != nil {
				return refusedBy(err)
			}
			if done, err := a.raw(raw, false); done {
				return err
			}
			var v shownSchema
			if err := json.Unmarshal(raw, &v); err != nil {
				return fmt.Errorf("the registry's answer is not what this version understands: %w", err)
			}
			a.say("%d", v.ID)
			return nil
		},
	}
	f.flags(c)
	s.flags(c)
	return c
}

func (a *app) schemaDelete() *cobra.Command {
	var f registryFlags
	var permanent bool
	c := &cobra.Command{
		Use: "delete SUBJECT [VERSION] [--permanent]", Short: "Delete a version, or all of a subject", Args: between(1, 2, "a subject and perhaps a version"),
		Long: `Delete a version of a subject, or all of them. First softly: its id can still be read, as records need it. --permanent takes away for good what is softly
deleted already. What other schemas refer to stays.`,
		Example: "  sightglass schema delete refunds-value 1\n  sightglass schema delete refunds-value\n  sightglass schema delete refunds-value --permanent",
		RunE: func(c *cobra.Command, args []string) error {
			r, err := a.openRegistry(&f)
			if err != nil {
				return err
			}
			path := []string{"subjects", args[0]}
			if len(args) > 1 {
				path = append(path, "versions", args[1])
			}
			query := url.Values{}
			if permanent {
				query.Set("permanent", "true")
			}
			raw, err := r.Ask(c.Context(), http.MethodDelete, query, "", nil, path...)
			if err != nil {
				return refusedBy(err)
			}
			if a.format == "json" || a.format == "jsonl" {
				a.say("%s", raw)
				return nil
			}
			a.hint("deleted %s of %s", strings.Trim(string(raw), "[]\n"), args[0])
			return nil
		},
	}
	f.flags(c)
	c.Flags().BoolVar(&permanent, "permanent", false, "for good; softly deleted ones only")
	return c
}
