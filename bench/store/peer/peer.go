//go:build duckdb

package peer

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/duckdb"
)

// Args are what questions are asked with; each takes what its statement names.
type Args struct {
	Op       string    // slug; empty = any, in page and timeline
	From, To time.Time // the stretch of a page and a timeline; state is asked at To
	Record   string    // element or topic/partition@offset, of lineage
	Depth    int       // steps from record to record; 0 = 32
	State    string    // name of a state
	Key      string    // of the state, as column key has it
	Text     string    // to be found in keys and values

	Attempt    string // key of an attempt
	Invocation uint64 // of it
}

// Answer is what came, and how long it took until the last row was read.
type Answer struct {
	Columns []string
	Rows    [][]any
	Took    time.Duration
}

// Peer is DuckDB with the tables of an export.
type Peer struct{ db *duckdb.DB }

// Open opens exports and says how long that took. With load the rows are read into tables in memory first; without it every
// question reads the files. threads 0 = all cores.
func Open(ctx context.Context, load bool, threads int, dirs ...string) (*Peer, time.Duration, error) {
	began := time.Now()
	db, err := duckdb.Open(ctx, duckdb.Options{Load: load, Threads: threads}, dirs...)
	if err != nil {
		return nil, 0, err
	}
	return &Peer{db}, time.Since(began), nil
}

// Close ends the engine.
func (p *Peer) Close() error { return p.db.Close() }

// Ask asks one question and reads the whole answer.
func (p *Peer) Ask(ctx context.Context, q Question, a Args) (Answer, error) {
	statement, ok := statements[q]
	if !ok {
		return Answer{}, fmt.Errorf("no question is called %q", q)
	}
	if a.Depth <= 0 {
		a.Depth = 32
	}
	values := map[string]any{
		"op": a.Op, "from": a.From.UTC(), "to": a.To.UTC(), "record": a.Record, "steps": 2 * a.Depth, "state": a.State, "key": a.Key, "text": a.Text,
		"attempt": a.Attempt, "invocation": a.Invocation,
	}
	var args []any
	for _, name := range statement.takes {
		args = append(args, sql.Named(name, values[name]))
	}
	began := time.Now()
	rows, err := p.db.QueryContext(ctx, statement.sql, args...)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", q, err)
	}
	defer rows.Close()
	var out Answer
	if out.Columns, err = rows.Columns(); err != nil {
		return Answer{}, fmt.Errorf("%s: %w", q, err)
	}
	for rows.Next() {
		row, into := make([]any, len(out.Columns)), make([]any, len(out.Columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return Answer{}, fmt.Errorf("%s: %w", q, err)
		}
		out.Rows = append(out.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return Answer{}, fmt.Errorf("%s: %w", q, err)
	}
	out.Took = time.Since(began)
	return out, nil
}
