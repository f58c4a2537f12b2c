package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Session is somebody who is logged in. Body is JSON of the caller's making.
type Session struct {
	Hash  string // of the id that the browser shows; the id itself is not kept
	Owner string
	Stamp string // of what the owner logged in by
	Begun time.Time
	Seen  time.Time
	Ends  time.Time
	Body  []byte
}

const sessionColumns = "hash, owner, stamp, begun_us, seen_us, ends_us, body"

func scanSession(row interface{ Scan(...any) error }) (Session, error) {
	var s Session
	var begun, seen, ends int64
	var body string
	err := row.Scan(&s.Hash, &s.Owner, &s.Stamp, &begun, &seen, &ends, &body)
	s.Begun, s.Seen, s.Ends, s.Body = time.UnixMicro(begun), time.UnixMicro(seen), time.UnixMicro(ends), []byte(body)
	return s, err
}

// AddSession keeps a session, and no more than most of its owner: the oldest end.
func (d *DB) AddSession(ctx context.Context, s Session, most int) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO session ("+sessionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		s.Hash, s.Owner, s.Stamp, s.Begun.UnixMicro(), s.Seen.UnixMicro(), s.Ends.UnixMicro(), string(s.Body))
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM session WHERE hash IN (
			SELECT hash FROM session WHERE owner = ? ORDER BY begun_us DESC, hash LIMIT -1 OFFSET ?)`, s.Owner, most)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping a session: %w", err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	return nil
}

// Session finds a session by the hash of its id. ErrNotFound.
func (d *DB) Session(ctx context.Context, hash string) (Session, error) {
	s, err := scanSession(d.sql.QueryRowContext(ctx, "SELECT "+sessionColumns+" FROM session WHERE hash = ?", hash))
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, fmt.Errorf("session: %w", ErrNotFound)
	}
	if err != nil {
		return Session{}, fmt.Errorf("reading a session: %w", err)
	}
	return s, nil
}

// Sessions lists the sessions of an owner, the newest first.
func (d *DB) Sessions(ctx context.Context, owner string) ([]Session, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT "+sessionColumns+" FROM session WHERE owner = ? ORDER BY begun_us DESC, hash", owner)
	if err != nil {
		return nil, fmt.Errorf("reading sessions: %w", err)
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, fmt.Errorf("reading sessions: %w", err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading sessions: %w", err)
	}
	return list, nil
}

// ChangeSession stores when a session was last seen, and its body. One that has ended meanwhile stays ended.
func (d *DB) ChangeSession(ctx context.Context, hash string, seen time.Time, body []byte) error {
	if _, err := d.sql.ExecContext(ctx, "UPDATE session SET seen_us = max(seen_us, ?), body = ? WHERE hash = ?", seen.UnixMicro(), string(body), hash); err != nil {
		return fmt.Errorf("changing a session: %w", err)
	}
	return nil
}

// EndSession removes a session; one that is not there is no error.
func (d *DB) EndSession(ctx context.Context, hash string) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM session WHERE hash = ?", hash); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// ForgetSessions removes sessions that ended before now, or were last seen before idle.
func (d *DB) ForgetSessions(ctx context.Context, now, idle time.Time) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM session WHERE ends_us <= ? OR seen_us < ?", now.UnixMicro(), idle.UnixMicro()); err != nil {
		return fmt.Errorf("forgetting sessions: %w", err)
	}
	return nil
}
