package cli

import (
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) export() *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Give a recording to others: a file to share, Parquet, OpenTelemetry, JUnit",
		Long: `Write a recording into a file for somebody without access, or what it holds into files that other programs read, send a record's journey to an OpenTelemetry collector, or write a moment as
a JUnit test. It needs the right recording:export; values are masked as everywhere but in a test, which needs a role that sees all of them,
and the audit log says who took what.`,
		Example: `  sightglass export parquet order-totals --dir totals
  sightglass export parquet merchant-alerts --dir alerts
  sightglass export incident order-totals --out totals.sgi`,
		Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.exportIncident(), a.exportParquet(), a.exportJourney(), a.exportTest())
	return c
}

func (a *app) exportParquet() *cobra.Command {
	var q client.ExportQuery
	var dir string
	c := &cobra.Command{
		Use:   "parquet [RECORDING] --dir DIR",
		Short: "Write a recording into Parquet files, which any engine for tables reads",
		Long: `Write events, records, state_changes, timers, watermarks, windows, edges, drops and gaps of a recording into Parquet files below DIR, a
folder for each (docs/reference/parquet.md lists the columns). RECORDING is an id, the beginning of one, or a job's name; it may be left
out when only one job is there. It needs the right recording:export, values are masked as everywhere, and the audit log says who took what.

DIR must not be there yet, or be empty: it appears when all of the export has arrived and agrees with its manifest. manifest.json says what
was selected and what is missing in it. sightglass query asks questions of DIR in SQL.

Exit 1: written, and it is not all that happened: there are gaps, or the run has not ended.`,
		Example: `  sightglass export parquet order-totals --dir totals
  sightglass export parquet merchant-alerts --dir alerts
  sightglass export parquet order-totals --from -15m --op dedup --dir dedup`,
		Args: between(0, 1, "at most one recording"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&dir, "dir", "", "folder that the export becomes")
	fl.StringVar(&q.Op, "op", "", "only this operator: name, slug, or beginning of its id")
	fl.StringVar(&q.From, "from", "", "earliest time")
	fl.StringVar(&q.To, "to", "", "latest time, exclusive")
	c.RunE = func(c *cobra.Command, args []string) error {
		if dir == "" {
			return usage("--dir names the folder that the export becomes", "where to?")
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		if q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		told := time.Now()
		m, err := cl.ExportParquet(c.Context(), q, dir, func(p client.ExportProgress) {
			if p.Of > 0 && time.Since(told) >= 2*time.Second { // before, the server has not said how many there are
				told = time.Now()
				a.hint("%s of at most %s events, %s", a.count(digits(p.Events)), a.count(digits(p.Of)), size(digits(p.Bytes)))
			}
		})
		if errors.Is(err, client.ErrFolder) {
			return usage("name another folder, or take that one away", "%v", err)
		}
		if err != nil {
			return err
		}
		done, err := a.raw(m.Raw, false)
		if err != nil {
			return err
		}
		if !done {
			a.exported(m)
		}
		if !m.Complete {
			return verdict(exitFound)
		}
		return nil
	}
	return c
}

// exportTables are the tables in the order of docs/reference/parquet.md.
var exportTables = []string{"events", "records", "state_changes", "timers", "watermarks", "windows", "edges", "drops", "gaps"}

func (a *app) exported(m *client.ExportManifest) {
	t := newTable(column{head: "TABLE"}, column{head: "ROWS", right: true}, column{head: "FILES", right: true}, column{head: "SIZE", right: true})
	for _, name := range exportTables {
		table, bytes := m.Tables[name], int64(0)
		for _, f := range table.Files {
			bytes += f.Bytes
		}
		t.add(name, a.count(digits(table.Rows)), strconv.Itoa(len(table.Files)), size(digits(bytes)))
	}
	t.print(a, 0)
	masked := 0
	for _, p := range m.Masked {
		masked += p.Count
	}
	if masked > 0 {
		a.hint("%s were masked for you.", plural(masked, "place"))
	}
	if m.Undecoded > 0 {
		a.hint("%s could not be decoded whole: column value_reason says why.", plural(int(m.Undecoded), "value"))
	}
	for _, why := range m.Why {
		a.hint("Not complete: %s", why)
	}
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
