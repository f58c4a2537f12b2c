package cli

import (
	"bufio"
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) linkVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "link list|revoke",
		Short: "Links to incident files on the server",
		Long: `Links to incident files that stay on the server (docs/guides/share.md). sightglass export incident --link makes one. It gives its file to whoever
has its address, until it expires or is revoked; the setting share-links says whether one has to be logged in besides.`,
		Example: `  sightglass link list
  sightglass link list -o wide
  sightglass link revoke 3f0a9c41d2b75e10`,
	}
	c.AddCommand(a.linkList(), a.linkRevoke())
	return c
}

func (a *app) linkList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List your links, and others' where you may see them", Args: exactly(0, ""),
		Long: `List your links, the newest first, those that ended in the last 30 days among them; those of others too where you have the right
recording:links. Their addresses are kept nowhere and cannot be listed.`,
		Example: "  sightglass link list\n  sightglass link list -o wide\n  sightglass link list -o json | jq -r '.items[] | select(.state == \"live\").id'",
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.Links(c.Context())
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, true); done {
				return err
			}
			if len(got.Value.Items) == 0 {
				a.hint("There are no links. sightglass export incident RECORDING --link makes one.")
				return nil
			}
			t := newTable(column{head: "ID"}, column{head: "STATE"}, column{head: "JOB", flex: true, style: always(bold)}, column{head: "FOR", flex: true}, column{head: "BY", flex: true},
				column{head: "SIZE", right: true}, column{head: "MADE", wide: true}, column{head: "EXPIRES"}, column{head: "DOWNLOADS", right: true}, column{head: "LAST", wide: true})
			for _, l := range got.Value.Items {
				t.add(l.ID, string(l.State), clean(l.Job), forWhom(l), clean(l.Owner), size(l.Bytes), instant(l.Created), instant(l.Expires), a.count(l.Downloads), instant(l.Last))
			}
			a.more(t.print(a, a.screen(1)), "into a pipe, or -o json")
			return nil
		},
	}
}

// forWhom is for whom the file of a link is.
func forWhom(l gen.Link) string {
	words := "not masked"
	if l.Masked {
		words = clean(strings.Join(l.Roles, " "))
	}
	if l.Encrypted {
		words += ", encrypted"
	}
	return words
}

func (a *app) linkRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a link", Args: exactly(1, "the id of a link: sightglass link list names them"),
		Long: `End a link, yours or, with the right recording:links, somebody's. Its file is removed, its address opens nothing from then on, and downloads that
run are broken off within half a minute.`,
		Example: "  sightglass link revoke 3f0a9c41d2b75e10\n  sightglass link revoke 3f0a9c41d2b75e10 -o json\n  sightglass link list -o json | jq -r '.items[] | select(.state == \"live\").id' | xargs -n 1 sightglass link revoke",
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			got, err := cl.RevokeLink(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(got.Raw, false); done {
				return err
			}
			l := got.Value
			a.say("%s opens nothing any more (%s, downloads: %s)", l.ID, l.State, a.count(l.Downloads))
			return nil
		},
	}
}

// linkWish is what a link is to be like. Keys were read before, so that a mistake in them is told as one in the file.
func linkWish(q client.IncidentQuery, lasts string, keys, files []string) (w gen.LinkWish, err error) {
	w = gen.LinkWish{From: q.From, To: q.To, Around: q.Around, As: q.As, State: q.State, Jars: q.Jars, Program: q.Program, Expires: q.Expires, Lasts: lasts}
	for _, k := range keys {
		w.For = append(w.For, keyLines(k)...)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			return w, usage("age-keygen makes keys; the public one begins with age1", "%v", err)
		}
		w.For = append(w.For, keyLines(string(raw))...)
	}
	return w, nil
}

func keyLines(text string) (keys []string) {
	for in := bufio.NewScanner(strings.NewReader(text)); in.Scan(); {
		if line := strings.TrimSpace(in.Text()); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	return keys
}

// linkIncident has the server keep a file, and prints the address of it alone.
func (a *app) linkIncident(ctx context.Context, cl *client.Client, rec string, w gen.LinkWish) error {
	got, err := cl.MakeLink(ctx, rec, w)
	if err != nil {
		return err
	}
	m := got.Value
	if done, err := a.raw(got.Raw, false); done {
		return err
	}
	address := m.URL
	if address == "" {
		address = cl.Server() + m.Path
	}
	a.say("%s", address)
	who := "whoever has it and is logged in"
	if m.Mode == "open" {
		who = "whoever has it"
	}
	a.hint("this is the only time that it is shown; until %s it gives %s to %s: masked %s", instant(m.Link.Expires), size(m.Link.Bytes), who, maskedWords(m.Link.Masked, m.Link.Roles))
	a.hint("sightglass link revoke %s ends it before", m.Link.ID)
	if string(m.Link.Verdict) == "not-replayable" {
		return verdict(exitFound)
	}
	return nil
}
