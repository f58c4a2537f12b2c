package impact

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

//go:embed migrations/*.sql
var migrations embed.FS

// table keeps runs.
type table struct{ db *tables.DB }

func openTable(ctx context.Context, db *tables.DB) (table, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return table{}, err
	}
	return table{db}, db.Migrate(ctx, "impact", files)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// text is JSON of v; nothing for nil.
func text[T any](v *T) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func fromText[T any](s string) (*T, error) {
	if s == "" {
		return nil, nil
	}
	v := new(T)
	return v, json.Unmarshal([]byte(s), v)
}

// add keeps a run that begins.
func (t table) add(ctx context.Context, r *Run) error {
	p, err := text(&r.Proposal)
	if err != nil {
		return err
	}
	_, err = t.db.Exec(ctx, `INSERT INTO impact_run (id, at, ended, who, name, kind, title, cluster, topic, state, error, proposal, report, outcome)
		VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, '', ?, '', '')`,
		r.ID, micros(r.At), r.By, r.Name, string(r.Proposal.Kind), r.Proposal.Title(), r.Stream.Cluster, r.Stream.Topic, string(r.State), p)
	if err != nil {
		return fmt.Errorf("keeping an impact report: %w", err)
	}
	return nil
}

// end keeps how a run ended.
func (t table) end(ctx context.Context, r *Run) error {
	report, err := text(r.Report)
	if err != nil {
		return err
	}
	_, err = t.db.Exec(ctx, "UPDATE impact_run SET ended = ?, state = ?, error = ?, cluster = ?, topic = ?, report = ? WHERE id = ?",
		micros(r.Ended), string(r.State), r.Error, r.Stream.Cluster, r.Stream.Topic, report, r.ID)
	if err != nil {
		return fmt.Errorf("keeping an impact report: %w", err)
	}
	return nil
}

// interrupted ends what ran when the server ended: nobody goes on with it.
func (t table) interrupted(ctx context.Context, now time.Time) error {
	_, err := t.db.Exec(ctx, "UPDATE impact_run SET ended = ?, state = ?, error = ? WHERE state = ?", micros(now), string(Failed), "the server ended while it ran; ask again", string(Running))
	return err
}

func (t table) outcome(ctx context.Context, id string, o *Outcome) error {
	s, err := text(o)
	if err != nil {
		return err
	}
	_, err = t.db.Exec(ctx, "UPDATE impact_run SET outcome = ? WHERE id = ?", s, id)
	return err
}

func (t table) ack(ctx context.Context, id string, a *Ack) error {
	_, err := t.db.Exec(ctx, "INSERT INTO impact_ack (run, team, at, decision, reason, who, name) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id, a.Team, micros(a.At), string(a.Decision), a.Reason, a.By, a.Name)
	if err != nil {
		return fmt.Errorf("keeping what a team says: %w", err)
	}
	return nil
}

const columns = "id, at, ended, who, name, cluster, topic, state, error, proposal, report, outcome"

func scanned(row interface{ Scan(...any) error }) (r Run, err error) {
	var at, ended int64
	var state, proposal, report, outcome string
	if err = row.Scan(&r.ID, &at, &ended, &r.By, &r.Name, &r.Stream.Cluster, &r.Stream.Topic, &state, &r.Error, &proposal, &report, &outcome); err != nil {
		return r, err
	}
	r.At, r.Ended, r.State = moment(at), moment(ended), State(state)
	p, err := fromText[Proposal](proposal)
	if err != nil {
		return r, err
	}
	if p != nil {
		r.Proposal = *p
	}
	if r.Report, err = fromText[Report](report); err != nil {
		return r, err
	}
	r.Outcome, err = fromText[Outcome](outcome)
	return r, err
}

// get finds a run. ErrNotFound.
func (t table) get(ctx context.Context, id string) (Run, error) {
	r, err := scanned(t.db.QueryRow(ctx, "SELECT "+columns+" FROM impact_run WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("%w of that id", ErrNotFound)
	}
	if err != nil {
		return r, fmt.Errorf("reading an impact report: %w", err)
	}
	rows, err := t.db.Query(ctx, "SELECT team, at, decision, reason, who, name FROM impact_ack WHERE run = ? ORDER BY at", id)
	if err != nil {
		return r, fmt.Errorf("reading what teams say: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a Ack
		var at int64
		var decision string
		if err := rows.Scan(&a.Team, &at, &decision, &a.Reason, &a.By, &a.Name); err != nil {
			return r, fmt.Errorf("reading what teams say: %w", err)
		}
		a.At, a.Decision = moment(at), Decision(decision)
		r.Acks = append(r.Acks, a)
	}
	return r, rows.Err()
}

// open gives those since a moment of which it is not known yet what came behind the release, the newest first.
func (t table) open(ctx context.Context, since time.Time) ([]Run, error) {
	return t.runs(ctx, "at >= ? AND report <> '' AND outcome NOT LIKE '%\"over\":true%'", "", micros(since))
}

// list gives the newest runs of a topic, or of all where it is empty, from before a moment on.
func (t table) list(ctx context.Context, q Query) ([]Run, error) {
	before := q.Before
	if before.IsZero() {
		before = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	where, args := "at < ?", []any{micros(before)}
	if q.Topic != "" {
		where, args = where+" AND topic = ?", append(args, q.Topic)
	}
	if q.Cluster != "" {
		where, args = where+" AND cluster = ?", append(args, q.Cluster)
	}
	return t.runs(ctx, where, " LIMIT ?", append(args, q.Limit)...)
}

func (t table) runs(ctx context.Context, where, limit string, args ...any) ([]Run, error) {
	rows, err := t.db.Query(ctx, "SELECT "+columns+" FROM impact_run WHERE "+where+" ORDER BY at DESC"+limit, args...)
	if err != nil {
		return nil, fmt.Errorf("listing impact reports: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Run
	for rows.Next() {
		r, err := scanned(rows)
		if err != nil {
			return nil, fmt.Errorf("listing impact reports: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
