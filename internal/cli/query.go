package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/duckdb"
)

// howToGetDuckDB is what a build without the engine says.
const howToGetDuckDB = "make build-duckdb makes bin/sightglass-duckdb; or read the files with any engine that knows Parquet: docs/guides/parquet.md"

func (a *app) query() *cobra.Command {
	var dirs, recordings []string
	var asCSV bool
	c := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Ask exported recordings in SQL, with DuckDB",
		Long: `Ask what sightglass export parquet wrote, or the server in the background (setting export-parquet), in SQL, as DuckDB speaks it. The tables are events, records, state_changes, timers,
watermarks, windows, edges, drops and gaps; docs/reference/parquet.md lists their columns. --dir may be given more than once: tables hold the
rows of all exports, told apart by column recording. Without --dir it is the folder that the running server writes, when that is on this machine.

Without SQL it reads statements, each up to a semicolon: from a terminal with a prompt, else from standard input.

DuckDB is in builds with the tag duckdb alone: make build-duckdb.`,
		Example: `  sightglass query --dir totals "SELECT op, kind, count(*) FROM events GROUP BY ALL ORDER BY 3 DESC"
  sightglass query --dir totals "SELECT key, value->>'amount' AS amount FROM records WHERE kind = 'record' LIMIT 5"
  sightglass query --dir totals --dir alerts --csv "SELECT recording, reason, sum(records) FROM drops GROUP BY ALL" > drops.csv`,
		Args: between(0, 1, "at most one statement"),
	}
	c.Flags().SortFlags = false
	c.Flags().StringArrayVar(&dirs, "dir", nil, "folder of an export; may be repeated (default: the one that the running server writes)")
	c.Flags().StringArrayVar(&recordings, "recording", nil, "of such a folder this recording alone: id, its beginning, or the job's name; may be repeated")
	c.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values, as -o csv does")
	c.RunE = func(c *cobra.Command, args []string) error {
		if asCSV && a.format != "table" {
			return usage("leave one out", "--csv and -o exclude each other")
		}
		if len(dirs) == 0 {
			dir, err := a.parquetFolder(c.Context())
			if err != nil {
				return err
			}
			dirs = []string{dir}
		}
		db, err := duckdb.Open(c.Context(), duckdb.Options{Recordings: recordings}, dirs...)
		switch {
		case errors.Is(err, duckdb.ErrAbsent):
			return &failure{code: exitUsage, err: err, hint: howToGetDuckDB}
		case errors.Is(err, duckdb.ErrNoExport):
			return usage("sightglass export parquet makes one", "%v", err)
		case errors.Is(err, duckdb.ErrNoRecording):
			return usage("sightglass recordings lists them; what has just begun is in the folder after some minutes", "%v", err)
		case err != nil:
			return err
		}
		defer db.Close()
		for _, why := range db.Incomplete {
			a.hint("Not complete: %s", why)
		}
		q := &asker{app: a, db: db, csv: asCSV || a.format == "csv"}
		if len(args) == 1 {
			return q.ask(c.Context(), args[0])
		}
		return q.read(c.Context(), c.InOrStdin())
	}
	return c
}

// asker runs statements and prints what they give.
type asker struct {
	*app
	db  *duckdb.DB
	csv bool
}

// read runs the statements of in. At a prompt a mistake is told and the next statement read; elsewhere it ends the verb.
func (q *asker) read(ctx context.Context, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), 16<<20)
	prompt := func(s string) {
		if q.Terminal {
			fmt.Fprint(q.Err, s)
		}
	}
	var statement strings.Builder
	prompt("sql> ")
	for lines.Scan() {
		statement.WriteString(lines.Text() + "\n")
		ready, rest := statements(statement.String())
		for _, s := range ready {
			if err := q.ask(ctx, s); err != nil {
				if !q.Terminal || ctx.Err() != nil {
					return err
				}
				q.hint("%v", err)
			}
		}
		statement.Reset()
		statement.WriteString(rest)
		if strings.TrimSpace(rest) == "" {
			statement.Reset()
			prompt("sql> ")
		} else {
			prompt("   > ")
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading statements: %w", err)
	}
	if s := statement.String(); strings.TrimSpace(s) != "" {
		return q.ask(ctx, s)
	}
	return nil
}

// statements cuts text at semicolons outside of quotes and comments.
func statements(text string) (whole []string, rest string) {
	from, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote == '-':
			if c == '\n' {
				quote = 0
			}
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '-' && i+1 < len(text) && text[i+1] == '-':
			quote = '-'
		case c == ';':
			if s := strings.TrimSpace(text[from:i]); s != "" {
				whole = append(whole, s)
			}
			from = i + 1
		}
	}
	return whole, text[from:]
}

func (q *asker) ask(ctx context.Context, statement string) error {
	rows, err := q.db.QueryContext(ctx, statement)
	if err != nil {
		return &failure{code: exitUsage, err: err, hint: "docs/reference/parquet.md lists tables and columns"}
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	out := q.printer(names)
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		if err := out.row(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return &failure{code: exitUsage, err: err}
	}
	return out.end()
}

// printer writes rows in the output that was asked for.
type printer struct {
	row func([]any) error
	end func() error
}

func (q *asker) printer(names []string) printer {
	switch {
	case q.csv:
		w := csv.NewWriter(q.Out)
		_ = w.Write(names) // an error stays and is told by the end
		return printer{
			func(values []any) error {
				cells := make([]string, len(values))
				for i, v := range values {
					cells[i] = cell(v, "")
				}
				return w.Write(cells)
			},
			func() error { w.Flush(); return w.Error() },
		}
	case q.format == "json" || q.format == "jsonl":
		return q.jsonPrinter(names)
	}
	columns := make([]column, len(names))
	for i, n := range names {
		columns[i] = column{head: strings.ToUpper(clean(n)), flex: true}
	}
	t, n := newTable(columns...), 0
	return printer{
		func(values []any) error {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = clean(cell(v, nothing))
			}
			t.add(cells...)
			n++
			return nil
		},
		func() error {
			if len(names) > 0 {
				q.more(t.print(q.app, q.screen(2)), "into a pipe, --csv, or -o json")
				q.hint("%s", plural(n, "row"))
			}
			return nil
		},
	}
}

// jsonPrinter writes one object a line, or for json a list of them.
func (q *asker) jsonPrinter(names []string) printer {
	list, first := q.format == "json", true
	row := func(values []any) error {
		var b bytes.Buffer
		b.WriteByte('{')
		for i, v := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			name, err := json.Marshal(names[i])
			if err != nil {
				return err
			}
			value, err := json.Marshal(plainValue(v))
			if err != nil {
				return fmt.Errorf("column %s: %w", names[i], err)
			}
			b.Write(name)
			b.WriteByte(':')
			b.Write(value)
		}
		b.WriteByte('}')
		if list {
			before := ",\n  "
			if first {
				before = "[\n  "
			}
			_, err := fmt.Fprint(q.Out, before, b.String())
			first = false
			return err
		}
		_, err := fmt.Fprintln(q.Out, b.String())
		return err
	}
	return printer{row, func() error {
		if !list {
			return nil
		}
		end := "\n]\n"
		if first {
			end = "[]\n"
		}
		_, err := fmt.Fprint(q.Out, end)
		return err
	}}
}

// plainValue is what JSON has for a value of DuckDB. Whole numbers that a JavaScript number would round are text, as in the API.
func plainValue(v any) any {
	switch x := v.(type) {
	case int64:
		if x > 1<<53 || x < -1<<53 {
			return strconv.FormatInt(x, 10)
		}
	case uint64:
		if x > 1<<53 {
			return strconv.FormatUint(x, 10)
		}
	case *big.Int:
		return x.String()
	case []byte:
		return hex.EncodeToString(x)
	case time.Time:
		return x.UTC().Format("2006-01-02T15:04:05.000000Z")
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = plainValue(x[i])
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(x))
		for k, item := range x {
			m[k] = plainValue(item)
		}
		return m
	case fmt.Stringer:
		return x.String()
	}
	return v
}

// cell is a value in a table or between commas.
func cell(v any, null string) string {
	switch x := plainValue(v).(type) {
	case nil:
		return null
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case []any, map[string]any:
		b, err := json.Marshal(x)
		if err != nil {
			return fmt.Sprint(x)
		}
		return string(b)
	default:
		return fmt.Sprint(x)
	}
}
