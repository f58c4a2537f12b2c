package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) catalogVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "catalog search|show|who|lineage|history|set|propose|proposals|approve|refuse",
		Short: "Streams: what they hold, who writes and reads them, whose they are",
		Long: `The catalog of streams (docs/guides/catalog.md). It fills itself from recordings, clusters, registries, contracts and OpenLineage events; every edge says
how it is known, and what nobody has seen is unknown. An ENTITY is an id (stream:prod/orders, job:order-totals) or the name of a topic or a job.`,
		Example: `  sightglass catalog search customer email
  sightglass catalog who orders#customer.email
  sightglass catalog set orders owners team:checkout --reason "they run the shop"`,
	}
	c.AddCommand(a.catalogSearch(), a.catalogShow(), a.catalogWho(), a.catalogLineage(), a.catalogHistory(), a.catalogSet(), a.catalogPropose(), a.catalogProposals(), a.catalogApprove(), a.catalogRefuse())
	return c
}

const entityArg = "an entity: sightglass catalog search finds them"

// entity is the id that an argument names, with the path of a field behind #.
func (a *app) entity(ctx context.Context, cl *client.Client, arg string) (id, field string, err error) {
	name, field, _ := strings.Cut(arg, "#")
	if strings.HasPrefix(name, "person:") { // whose ids have a # of their own
		name, field = arg, ""
	}
	if strings.Contains(name, ":") {
		return name, field, nil
	}
	cluster, topic, has := strings.Cut(name, "/")
	if has {
		return "stream:" + cluster + "/" + topic, field, nil
	}
	for _, kinds := range [][]string{{"stream"}, {"job"}, {"group", "service", "team", "contract"}} {
		found, err := cl.SearchCatalog(ctx, client.CatalogQuery{Text: "name:" + name, Kinds: kinds, Limit: 500})
		if err != nil {
			return "", "", err
		}
		var ids []string
		for _, h := range found.Value.Items {
			if h.Name == name {
				ids = append(ids, h.ID)
			}
		}
		switch {
		case len(ids) == 1:
			return ids[0], field, nil
		case len(ids) > 1:
			return "", "", usage("name one of: "+strings.Join(ids, ", "), "%q names more than one thing", name)
		}
	}
	return "", "", &failure{exitFound, fmt.Errorf("the catalog has no %q that you may see", clean(name)), "sightglass catalog search lists what there is"}
}

// ofEntity asks about the entity, or the field of it, that an argument names. Neither an answer nor an error: it was printed as JSON. list says that
// the answer is a list.
func ofEntity[T any](ctx context.Context, a *app, arg string, list bool, ask func(ctx context.Context, cl *client.Client, id, field string) (*client.Answer[T], error)) (*T, error) {
	cl, err := a.client()
	if err != nil {
		return nil, err
	}
	id, field, err := a.entity(ctx, cl, arg)
	if err != nil {
		return nil, err
	}
	got, err := ask(ctx, cl, id, field)
	if err != nil {
		return nil, absent(err)
	}
	if done, err := a.raw(got.Raw, list); done {
		return nil, err
	}
	return &got.Value, nil
}

func (a *app) catalogSearch() *cobra.Command {
	q := client.CatalogQuery{}
	c := &cobra.Command{
		Use: "search [WORD…] [--kind KIND]", Short: "Find streams, fields, jobs, schemas and owners", Args: cobra.ArbitraryArgs,
		Long: `Find entities in which all words are: in the name, owners, tags, docs or a field. owner:, tag:, field:, doc:, name: and cluster: before a word say where.
Operators and programs are found where --kind names them. Ends with 1 when nothing is found.`,
		Example: `  sightglass catalog search customer email
  sightglass catalog search owner:checkout tag:pii
  sightglass catalog search --kind job -o json | jq -r '.items[].id'`,
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			q.Text = strings.Join(args, " ")
			got, err := cl.SearchCatalog(c.Context(), q)
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("The catalog has nothing of that that you may see.")
				return verdict(exitFound)
			}
			t := newTable(column{head: "KIND"}, column{head: "NAME", flex: true, style: always(bold)}, column{head: "CLUSTER"}, column{head: "OWNERS", flex: true}, column{head: "FIELDS", right: true},
				column{head: "FOUND IN", flex: true}, column{head: "LAST SEEN"}, column{head: "ID", wide: true, flex: true})
			for _, h := range got.Value.Items {
				where := ""
				for _, m := range h.Matched[:min(len(h.Matched), 1)] {
					where = strings.TrimSpace(string(m.What) + " " + m.Text)
				}
				t.add(string(h.Kind), h.Name, orNothing(h.Cluster), orNothing(strings.Join(h.Owners, " ")), strconv.FormatInt(h.Fields, 10), orNothing(where), instant(h.Last), h.ID)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
	c.Flags().StringSliceVar(&q.Kinds, "kind", nil, "only of these kinds: stream, job, schema, contract, group, service, principal, team, person, operator, program, incident")
	c.Flags().IntVar(&q.Limit, "limit", 50, "at most so many")
	return c
}

func (a *app) catalogShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ENTITY", Short: "All that is known of an entity", Args: exactly(1, entityArg),
		Long: `All that is known of a stream, a job or another entity: owners, fields with types, tags and classes, who writes and reads it with the evidence,
and its last changes. Ends with 1 when there is none that you may see.`,
		Example: `  sightglass catalog show orders
  sightglass catalog show job:order-totals
  sightglass catalog show stream:prod/orders -o json | jq '.field_list[] | {path, class, read_by}'`,
		RunE: func(c *cobra.Command, args []string) error {
			got, err := ofEntity(c.Context(), a, args[0], false, func(ctx context.Context, cl *client.Client, id, _ string) (*client.Answer[gen.CatalogEntity], error) {
				return cl.CatalogEntity(ctx, id)
			})
			if got == nil {
				return err
			}
			a.showEntity(got)
			return nil
		},
	}
}

// absent gives what is not found the exit code that the catalog's verbs have for it.
func absent(err error) error {
	if code, hint, _ := explain(err); code == exitUnknown {
		return &failure{exitFound, err, hint}
	}
	return err
}

func (a *app) showEntity(x *gen.CatalogEntity) {
	a.fact(string(x.Kind), a.paint(bold, clean(x.Name))+" "+a.paint(dim, clean(x.ID)))
	owners := a.paint(amber, "nobody")
	if len(x.Owners) > 0 {
		owners = clean(strings.Join(x.Owners, " "))
	}
	a.fact("owners", owners)
	for _, f := range [][2]string{{"contact", x.Contact}, {"tags", strings.Join(x.Tags, " ")}, {"doc", x.DocText}} {
		if f[1] != "" {
			a.fact(f[0], clean(f[1]))
		}
	}
	if len(x.FieldList) > 0 {
		a.section("fields")
		t := newTable(column{head: "FIELD", flex: true}, column{head: "TYPE", flex: true}, column{head: "CLASS"}, column{head: "TAGS", flex: true}, column{head: "READ BY", right: true}, column{head: "KNOWN BY", flex: true, wide: true})
		for _, f := range x.FieldList {
			path := f.Path
			if f.Part == "key" {
				path = "key " + path
			}
			t.add(path, orNothing(f.Type), orNothing(f.Class), orNothing(strings.Join(f.Tags, " ")), strconv.Itoa(len(f.ReadBy)), strings.Join(f.Origins, ", "))
		}
		t.print(a, 0)
	}
	a.systems("written by", x.Writers)
	a.systems("read by", x.Readers)
	a.systems("streams", x.Streams)
	if x.Hidden > 0 {
		a.hint("%d more that you may not see.", x.Hidden)
	}
	if x.UnknownReaders > 0 {
		a.hint("Of %d readers nobody knows which fields they read: it may be any.", x.UnknownReaders)
	}
}

func (a *app) systems(title string, list []gen.CatalogSystem) {
	if len(list) == 0 {
		return
	}
	a.section(title)
	t := newTable(column{head: "NAME", flex: true, style: always(bold)}, column{head: "KIND"}, column{head: "DOES"}, column{head: "OWNERS", flex: true}, column{head: "EVIDENCE", flex: true}, column{head: "FIELDS", flex: true}, column{head: "LAST SEEN"}, column{head: "ID", wide: true, flex: true})
	for _, x := range list {
		does, fields := "writes", "unknown"
		if x.Reads {
			does = "reads"
		}
		if x.Known {
			fields = strconv.Itoa(len(x.Paths)) + ": " + strings.Join(x.Paths, ", ")
		}
		var evidence []string
		for _, e := range x.Evidence {
			evidence = append(evidence, string(e.Kind))
		}
		seen := instant(x.Seen)
		if x.Stale {
			seen += " (stale)"
		}
		t.add(x.Name, string(x.Kind), does, orNothing(strings.Join(x.Owners, " ")), strings.Join(evidence, ", "), fields, seen, x.ID)
	}
	t.print(a, 0)
}

func (a *app) catalogWho() *cobra.Command {
	return &cobra.Command{
		Use: "who TOPIC[#PATH]", Short: "Who writes and reads a stream, or a field of it", Args: exactly(1, entityArg),
		Long: `Who writes and reads a stream, or one field of it, with the evidence. Of a field those are listed as well of which nobody knows whether they read it.
Ends with 1 when there is no such stream or field that you may see.`,
		Example: `  sightglass catalog who orders
  sightglass catalog who orders#customer.email
  sightglass catalog who prod/orders#amount -o json | jq -r '.readers[].id'`,
		RunE: func(c *cobra.Command, args []string) error {
			got, err := ofEntity(c.Context(), a, args[0], false, func(ctx context.Context, cl *client.Client, id, field string) (*client.Answer[gen.CatalogWho], error) {
				return cl.CatalogWho(ctx, id, field)
			})
			if got == nil {
				return err
			}
			a.fact("stream", a.paint(bold, clean(got.Entity.Name))+" "+a.paint(dim, clean(got.Entity.ID)))
			a.fact("owners", orNothing(strings.Join(got.Entity.Owners, " ")))
			a.systems("written by", got.Writers)
			a.systems("read by", got.Readers)
			a.systems("unknown", got.Unknown)
			if len(got.Writers)+len(got.Readers)+len(got.Unknown) == 0 {
				a.hint("No evidence shows anybody at it.")
			}
			return nil
		},
	}
}

func (a *app) catalogLineage() *cobra.Command {
	var up, down bool
	var depth int
	c := &cobra.Command{
		Use: "lineage ENTITY[#PATH] [--up] [--down] [--depth N]", Short: "What is up- and downstream of an entity or a field", Args: exactly(1, entityArg),
		Long: `What is upstream and downstream of a stream, a job or a field of a stream, as many steps from stream to stream as --depth says. Ends with 1 when there is
none that you may see.`,
		Example: `  sightglass catalog lineage orders
  sightglass catalog lineage orders#totalCents --down --depth 5
  sightglass catalog lineage job:order-totals -o json | jq '.nodes | length'`,
		RunE: func(c *cobra.Command, args []string) error {
			direction := "both"
			if up != down {
				direction = map[bool]string{true: "up", false: "down"}[up]
			}
			got, err := ofEntity(c.Context(), a, args[0], false, func(ctx context.Context, cl *client.Client, id, field string) (*client.Answer[gen.CatalogMap], error) {
				return cl.CatalogLineage(ctx, id, field, direction, depth)
			})
			if got == nil {
				return err
			}
			t := newTable(column{head: "FROM", flex: true}, column{head: "TO", flex: true}, column{head: "EVIDENCE"}, column{head: "FIELDS"}, column{head: "HOW", flex: true})
			name := func(i int64) string {
				n := got.Nodes[i]
				if n.Path != "" {
					return n.Name + "#" + n.Path
				}
				return n.Name
			}
			for _, e := range got.Edges {
				known := "unknown"
				if e.Known {
					known = "known"
				}
				t.add(name(e.From), name(e.To), string(e.Evidence), known, orNothing(e.How))
			}
			if len(got.Edges) == 0 {
				a.hint("No evidence shows anything up- or downstream of it.")
				return nil
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
	c.Flags().BoolVar(&up, "up", false, "only upstream")
	c.Flags().BoolVar(&down, "down", false, "only downstream")
	c.Flags().IntVar(&depth, "depth", 2, "steps from stream to stream, 1 to 20")
	return c
}

func (a *app) catalogHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history ENTITY", Short: "Who changed what is said of an entity, and why", Args: exactly(1, entityArg),
		Long:    "Changes of owners, tags, docs and fields of an entity, the newest first: who, when, why, before and after.",
		Example: "  sightglass catalog history orders\n  sightglass catalog history team:checkout\n  sightglass catalog history orders -o json | jq '.items[] | {by, reason, before, after}'",
		RunE: func(c *cobra.Command, args []string) error {
			got, err := ofEntity(c.Context(), a, args[0], true, func(ctx context.Context, cl *client.Client, id, _ string) (*client.Answer[gen.CatalogChangeList], error) {
				return cl.CatalogHistory(ctx, id)
			})
			if got == nil {
				return err
			}
			if len(got.Items) == 0 {
				a.hint("Nobody has changed anything of it.")
				return nil
			}
			t := newTable(column{head: "WHEN"}, column{head: "WHO", flex: true, style: always(bold)}, column{head: "WHAT", flex: true}, column{head: "BEFORE", flex: true}, column{head: "AFTER", flex: true}, column{head: "WHY", flex: true})
			for _, x := range got.Items {
				what := string(x.Attribute)
				if x.Path != "" {
					what += " of " + x.Path
				}
				t.add(instant(x.At), x.Name, what, orNothing(strings.Join(x.Before, ", ")), orNothing(strings.Join(x.After, ", ")), x.Reason)
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}
