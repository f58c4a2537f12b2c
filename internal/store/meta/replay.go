package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Replay is an attempt that was run again, or is to be. Body is JSON of the caller's making.
type Replay struct {
	ID        string
	Recording string
	Derived   string // the recording that it gave; empty = none
	State     string
	Created   time.Time
	Body      []byte
}

const replayColumns = "id, recording, derived, state, created_us, body"

// SaveReplay stores a replay, in place of what was stored of it.
func (d *DB) SaveReplay(ctx context.Context, r Replay) error {
	_, err := d.sql.ExecContext(ctx, "INSERT INTO replay ("+replayColumns+`) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET derived = excluded.derived, state = excluded.state, body = excluded.body`,
		r.ID, r.Recording, r.Derived, r.State, r.Created.UnixMicro(), string(r.Body))
	if err != nil {
		return fmt.Errorf("keeping a replay: %w", err)
	}
	return nil
}

func scanReplay(row interface{ Scan(...any) error }) (Replay, error) {
	var r Replay
	var created int64
	var body string
	err := row.Scan(&r.ID, &r.Recording, &r.Derived, &r.State, &created, &body)
	r.Created, r.Body = time.UnixMicro(created), []byte(body)
	return r, err
}

// Replay looks one up. ErrNotFound.
func (d *DB) Replay(ctx context.Context, id string) (Replay, error) {
	r, err := scanReplay(d.sql.QueryRowContext(ctx, "SELECT "+replayColumns+" FROM replay WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("replay %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return r, fmt.Errorf("reading replay %s: %w", id, err)
	}
	return r, nil
}

// Replays lists the newest, the newest first: of one recording, or of all (empty).
func (d *DB) Replays(ctx context.Context, recording string, limit int) ([]Replay, error) {
	return d.replays(ctx, "SELECT "+replayColumns+" FROM replay WHERE (? = '' OR recording = ?) ORDER BY created_us DESC, id LIMIT ?",
		recording, recording, limit)
}

// ReplaysIn lists those in a state, the oldest first.
func (d *DB) ReplaysIn(ctx context.Context, state string) ([]Replay, error) {
	return d.replays(ctx, "SELECT "+replayColumns+" FROM replay WHERE state = ? ORDER BY created_us, id", state)
}

// ReplayOf finds the one that gave a recording, or whose body has it as its base. ErrNotFound.
func (d *DB) ReplayOf(ctx context.Context, derived string) (Replay, error) {
	list, err := d.replays(ctx, "SELECT "+replayColumns+" FROM replay WHERE derived = ?1 OR json_extract(body, '$.base') = ?1 LIMIT 1", derived)
	if err != nil {
		return Replay{}, err
	}
	if len(list) == 0 {
		return Replay{}, fmt.Errorf("replay that gave %s: %w", derived, ErrNotFound)
	}
	return list[0], nil
}

func (d *DB) replays(ctx context.Context, query string, args ...any) ([]Replay, error) {
	rows, err := d.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading replays: %w", err)
	}
	defer rows.Close()
	var list []Replay
	for rows.Next() {
		r, err := scanReplay(rows)
		if err != nil {
			return nil, fmt.Errorf("reading replays: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading replays: %w", err)
	}
	return list, nil
}

// ForgetReplay removes what is known of one. ErrNotFound.
func (d *DB) ForgetReplay(ctx context.Context, id string) error {
	result, err := d.sql.ExecContext(ctx, "DELETE FROM replay WHERE id = ?", id)
	if err != nil {
		return fmt.Errorf("forgetting replay %s: %w", id, err)
	}
	if n, err := result.RowsAffected(); err == nil && n == 0 {
		return fmt.Errorf("replay %s: %w", id, ErrNotFound)
	}
	return nil
}
