package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Person is what an identity provider last said of somebody. Body is JSON of the caller's making.
type Person struct {
	ID   string
	Seen time.Time
	Body []byte
}

// SavePerson stores what is known of a person, in place of what was.
func (d *DB) SavePerson(ctx context.Context, p Person) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO person (id, seen_us, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET seen_us = excluded.seen_us, body = excluded.body`, p.ID, p.Seen.UnixMicro(), string(p.Body))
	if err != nil {
		return fmt.Errorf("keeping a person: %w", err)
	}
	return nil
}

// Person finds a person. ErrNotFound.
func (d *DB) Person(ctx context.Context, id string) (Person, error) {
	p := Person{ID: id}
	var seen int64
	var body string
	err := d.sql.QueryRowContext(ctx, "SELECT seen_us, body FROM person WHERE id = ?", id).Scan(&seen, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, fmt.Errorf("person: %w", ErrNotFound)
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a person: %w", err)
	}
	p.Seen, p.Body = time.UnixMicro(seen), []byte(body)
	return p, nil
}

// ForgetPersons removes people who were not seen since a time.
func (d *DB) ForgetPersons(ctx context.Context, before time.Time) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM person WHERE seen_us < ?", before.UnixMicro()); err != nil {
		return fmt.Errorf("forgetting people: %w", err)
	}
	return nil
}
