package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Link is a link to an incident file. Body is JSON of the caller's making.
type Link struct {
	ID        string
	Hash      string // of the secret; the secret itself is not kept
	Owner     string
	Created   time.Time
	Expires   time.Time
	Revoked   time.Time // zero = it was not
	Bytes     int64     // of the file
	Downloads int64     // that were begun
	Last      time.Time // of the last one; zero = never
	Body      []byte
}

// Live tells whether the link may be opened at a time.
func (l *Link) Live(now time.Time) bool { return l.Revoked.IsZero() && now.Before(l.Expires) }

const linkColumns = "id, hash, owner, created_us, expires_us, revoked_us, bytes, downloads, last_us, body"

func scanLink(row interface{ Scan(...any) error }) (Link, error) {
	var l Link
	var created, expires, revoked, last int64
	var body string
	err := row.Scan(&l.ID, &l.Hash, &l.Owner, &created, &expires, &revoked, &l.Bytes, &l.Downloads, &last, &body)
	l.Created, l.Expires, l.Body = time.UnixMicro(created), time.UnixMicro(expires), []byte(body)
	if revoked != 0 {
		l.Revoked = time.UnixMicro(revoked)
	}
	if last != 0 {
		l.Last = time.UnixMicro(last)
	}
	return l, err
}

// AddLink keeps a link.
func (d *DB) AddLink(ctx context.Context, l Link) error {
	_, err := d.sql.ExecContext(ctx, "INSERT INTO link ("+linkColumns+") VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, ?)",
		l.ID, l.Hash, l.Owner, l.Created.UnixMicro(), l.Expires.UnixMicro(), l.Bytes, string(l.Body))
	if err != nil {
		return fmt.Errorf("keeping a link: %w", err)
	}
	return nil
}

// Link finds a link. ErrNotFound.
func (d *DB) Link(ctx context.Context, id string) (Link, error) {
	l, err := scanLink(d.sql.QueryRowContext(ctx, "SELECT "+linkColumns+" FROM link WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, fmt.Errorf("link: %w", ErrNotFound)
	}
	if err != nil {
		return Link{}, fmt.Errorf("reading a link: %w", err)
	}
	return l, nil
}

// Links lists all links, the newest first.
func (d *DB) Links(ctx context.Context) ([]Link, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT "+linkColumns+" FROM link ORDER BY created_us DESC, id")
	if err != nil {
		return nil, fmt.Errorf("reading links: %w", err)
	}
	defer rows.Close()
	var list []Link
	for rows.Next() {
		l, err := scanLink(rows)
		if err != nil {
			return nil, fmt.Errorf("reading links: %w", err)
		}
		list = append(list, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading links: %w", err)
	}
	return list, nil
}

// RevokeLink ends a link. One that has ended already stays as it is. ErrNotFound.
func (d *DB) RevokeLink(ctx context.Context, id string, at time.Time) error {
	return d.changeLink(ctx, id, "revoking a link", "UPDATE link SET revoked_us = CASE WHEN revoked_us = 0 AND expires_us > ? THEN ? ELSE revoked_us END WHERE id = ?",
		at.UnixMicro(), at.UnixMicro(), id)
}

// CountDownload counts a download of a link that may be opened at that time. ErrNotFound: it may not.
func (d *DB) CountDownload(ctx context.Context, id string, at time.Time) error {
	return d.changeLink(ctx, id, "counting a download", "UPDATE link SET downloads = downloads + 1, last_us = ? WHERE id = ? AND revoked_us = 0 AND expires_us > ?",
		at.UnixMicro(), id, at.UnixMicro())
}

func (d *DB) changeLink(ctx context.Context, id, what, statement string, values ...any) error {
	result, err := d.sql.ExecContext(ctx, statement, values...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if n, err := result.RowsAffected(); err == nil && n == 0 {
		return fmt.Errorf("link %s: %w", id, ErrNotFound)
	}
	return nil
}

// ForgetLinks removes links that ended, in one way or the other, before a time.
func (d *DB) ForgetLinks(ctx context.Context, before time.Time) error {
	us := before.UnixMicro()
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM link WHERE expires_us < ? OR revoked_us > 0 AND revoked_us < ?", us, us); err != nil {
		return fmt.Errorf("forgetting links: %w", err)
	}
	return nil
}
