package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// auditOutcomes are how what is written down may have ended; open: it goes on, or was cut short.
var auditOutcomes = []string{"ok", "denied", "failed", "open"}

// auditPageSize is how many entries are asked for at once.
const auditPageSize = 500

type auditFlags struct {
	q      client.AuditQuery
	limit  int
	follow bool
}

func (a *app) audit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:   "audit [flags] | audit verify | audit export",
		Short: "Who read and changed what; whether the log of it is whole",
		Long: `List who read and changed what, newest first: reads of payload with what was shown of it, changes, exports, refusals. Who reads this list
stands in it as well.

  verify   checks the files of the log, without the server, and names the first entry that was changed, taken out or cut off
  export   writes every entry as a CloudEvent, one a line

Times are RFC 3339, a time of today (UTC), or an offset from now such as -5m. docs/operations/audit.md describes the log.`,
		Example: `  sightglass audit --action job:read --from -15m
  sightglass audit verify /var/lib/sightglass
  sightglass audit --who local --limit 0 -o jsonl | jq -r .resource`,
		Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case f.q.Outcome != "" && !slices.Contains(auditOutcomes, f.q.Outcome):
				return usage("outcomes are ok, denied, failed and open", "%q is no outcome", f.q.Outcome)
			case f.limit < 0:
				return usage("0 means all", "--limit %d is below 0", f.limit)
			case f.follow && (f.q.From != "" || f.q.To != ""):
				return usage("leave them out", "--from and --to do not go with --follow")
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			if f.follow {
				return a.followAudit(c.Context(), cl, f.q)
			}
			return a.listAudit(c.Context(), cl, &f)
		},
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.q.Who, "who", "", "part of the principal's id")
	fl.StringVar(&f.q.Action, "action", "", "action, or its beginning and a star: topic:*")
	fl.StringVar(&f.q.Resource, "resource", "", "part of the resource")
	fl.StringVar(&f.q.Outcome, "outcome", "", "ok, denied, failed or open (goes on, or was cut short)")
	fl.StringVar(&f.q.From, "from", "", "earliest time")
	fl.StringVar(&f.q.To, "to", "", "latest time, exclusive")
	fl.IntVar(&f.limit, "limit", 100, "most entries; 0 = all")
	fl.BoolVarP(&f.follow, "follow", "f", false, "go on with entries as they are written")
	c.AddCommand(a.auditVerify(), a.auditExport())
	return c
}

// listAudit prints pages until the limit or the end.
func (a *app) listAudit(ctx context.Context, cl *client.Client, f *auditFlags) error {
	left, found := f.limit, 0
	var t *table
	for {
		f.q.Limit = auditPageSize
		if f.limit > 0 {
			f.q.Limit = min(left, auditPageSize)
		}
		answer, err := cl.Audit(ctx, f.q)
		if err != nil {
			return err
		}
		items := answer.Value.Items
		found += len(items)
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		if !done {
			if t == nil {
				t = auditTable()
			}
			for i := range items {
				t.add(auditCells(&items[i])...)
			}
		}
		left -= len(items)
		f.q.Cursor = answer.Value.Next
		if a.format == "json" && f.q.Cursor != "" {
			a.hint("there are more; -o jsonl goes through all pages")
		}
		if f.q.Cursor == "" || a.format == "json" || f.limit > 0 && left <= 0 {
			break
		}
	}
	if t == nil {
		return nil
	}
	if found == 0 {
		a.hint("No entry matches.")
	} else {
		a.more(t.print(a, a.screen(2)), "--limit, a narrower filter, or into a pipe")
	}
	a.link(cl, "/admin/audit", "")
	return nil
}

// followAudit prints entries as they are written: reads and changes once they are over, so that each is one line.
func (a *app) followAudit(ctx context.Context, cl *client.Client, q client.AuditQuery) error {
	first := true
	for e, err := range cl.FollowAudit(ctx, q, "") {
		if err != nil {
			return err
		}
		if a.format == "json" || a.format == "jsonl" {
			if err := a.line(e.Raw); err != nil {
				return err
			}
			continue
		}
		if e.Value.Outcome == "open" {
			continue
		}
		t := auditTable()
		t.add(auditCells(&e.Value)...)
		a.streamTabbed(t, first)
		first = false
	}
	return ctx.Err()
}

func auditTable() *table {
	return newTable(
		column{head: "TIME"}, column{head: "WHO", flex: true, style: always(bold)}, column{head: "ACTION"}, column{head: "RESOURCE", flex: true}, column{head: "WHAT", flex: true},
		column{head: "OUTCOME", style: outcomeStyle}, column{head: "RECORDS", right: true, style: zeroDim}, column{head: "CLEAR", flex: true}, column{head: "REASON", flex: true},
		column{head: "FILTER", flex: true, wide: true}, column{head: "CLIENT", wide: true}, column{head: "ROLES", wide: true}, column{head: "POLICY", wide: true},
		column{head: "SEQ", right: true, wide: true}, column{head: "HASH", wide: true},
	)
}

func auditCells(e *gen.AuditEntry) []string {
	text := func(of []string) string { return orNothing(strings.Join(of, ", ")) }
	return []string{
		instant(e.Time), orNothing(e.Principal), orNothing(e.Action), orNothing(e.Resource), text(e.Ranges), string(e.Outcome), a64(e.Records), text(e.Classes), orNothing(e.Reason),
		orNothing(e.Filter), orNothing(e.Client), text(e.Roles), orNothing(e.Policy), e.Seq, e.Hash,
	}
}

// a64 writes a count; what counts nothing has none.
func a64(s string) string {
	if isZero(s) {
		return nothing
	}
	return s
}

func outcomeStyle(s string) style {
	switch s {
	case "denied", "failed":
		return red
	case "open":
		return amber
	}
	return plainStyle
}

func (a *app) auditExport() *cobra.Command {
	var after uint64
	c := &cobra.Command{
		Use: "export [--after SEQ]", Short: "Write every entry as a CloudEvent, one a line, oldest first", Args: exactly(0, ""),
		Long: `Write every entry as a CloudEvent 1.0 of type io.sightglass.audit.entry.v1, one a line, oldest first, up to the end of the log. --after goes on
behind an entry that is there already. data is the entry as it is hashed (spec/audit.md).`,
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			for e, err := range cl.AuditEntries(c.Context(), after) {
				if err != nil {
					return err
				}
				if err := a.line(e.Raw); err != nil {
					return err
				}
			}
			return c.Context().Err()
		},
	}
	c.Flags().Uint64Var(&after, "after", 0, "number of the last entry that is not wanted")
	return c
}
