package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Token is something that a program shows in place of a person. Body is JSON of the caller's making.
type Token struct {
	ID      string
	Hash    string // of the token; the token itself is not kept
	Owner   string
	Stamp   string // of the owner's account
	Created time.Time
	Expires time.Time
	Used    time.Time // zero = never
	Body    []byte
}

const tokenColumns = "id, hash, owner, stamp, created_us, expires_us, used_us, body"

func scanToken(row interface{ Scan(...any) error }) (Token, error) {
	var t Token
	var created, expires, used int64
	var body string
	err := row.Scan(&t.ID, &t.Hash, &t.Owner, &t.Stamp, &created, &expires, &used, &body)
	t.Created, t.Expires, t.Body = time.UnixMicro(created), time.UnixMicro(expires), []byte(body)
	if used != 0 {
		t.Used = time.UnixMicro(used)
	}
	return t, err
}

// AddToken keeps a token.
func (d *DB) AddToken(ctx context.Context, t Token) error {
	_, err := d.sql.ExecContext(ctx, "INSERT INTO api_token ("+tokenColumns+") VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
		t.ID, t.Hash, t.Owner, t.Stamp, t.Created.UnixMicro(), t.Expires.UnixMicro(), string(t.Body))
	if err != nil {
		return fmt.Errorf("keeping a token: %w", err)
	}
	return nil
}

// TokenByHash finds a token by its hash. ErrNotFound.
func (d *DB) TokenByHash(ctx context.Context, hash string) (Token, error) {
	t, err := scanToken(d.sql.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM api_token WHERE hash = ?", hash))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, fmt.Errorf("token: %w", ErrNotFound)
	}
	if err != nil {
		return Token{}, fmt.Errorf("reading a token: %w", err)
	}
	return t, nil
}

// Tokens lists the tokens of an owner, the newest first.
func (d *DB) Tokens(ctx context.Context, owner string) ([]Token, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT "+tokenColumns+" FROM api_token WHERE owner = ? ORDER BY created_us DESC, id", owner)
	if err != nil {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	defer rows.Close()
	var list []Token
	for rows.Next() {
		t, err := scanToken(rows)
		if err != nil {
			return nil, fmt.Errorf("reading tokens: %w", err)
		}
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	return list, nil
}

// UseToken stores when a token was used.
func (d *DB) UseToken(ctx context.Context, id string, at time.Time) error {
	if _, err := d.sql.ExecContext(ctx, "UPDATE api_token SET used_us = ? WHERE id = ?", at.UnixMicro(), id); err != nil {
		return fmt.Errorf("noting the use of a token: %w", err)
	}
	return nil
}

// RemoveToken removes a token. ErrNotFound.
func (d *DB) RemoveToken(ctx context.Context, id string) error {
	result, err := d.sql.ExecContext(ctx, "DELETE FROM api_token WHERE id = ?", id)
	if err != nil {
		return fmt.Errorf("removing a token: %w", err)
	}
	if n, err := result.RowsAffected(); err == nil && n == 0 {
		return fmt.Errorf("token %s: %w", id, ErrNotFound)
	}
	return nil
}

// ForgetTokens removes tokens that ended before a time.
func (d *DB) ForgetTokens(ctx context.Context, before time.Time) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM api_token WHERE expires_us < ?", before.UnixMicro()); err != nil {
		return fmt.Errorf("forgetting tokens: %w", err)
	}
	return nil
}
