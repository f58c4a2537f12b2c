// Package meta keeps what the server knows besides blocks, in SQLite: settings, the processes that it has seen, and who is logged in. Blocks
// never depend on it: losing the file loses no recording.
//
// Tables are made and changed by migrations/, in order, each in a transaction. A file that a newer program migrated is
// refused.
package meta

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("not in the metadata")
	ErrVersion  = errors.New("metadata was written by a newer program")
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is the metadata. Safe for concurrent use.
type DB struct{ sql *sql.DB }

// Open opens the file, which it makes when it is missing, and migrates it. ErrVersion.
func Open(ctx context.Context, path string) (*DB, error) {
	// Writers wait for each other instead of failing; with WAL readers do not wait at all.
	name := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
	if err := closeToOthers(path); err != nil {
		return nil, fmt.Errorf("opening the metadata %s: %w", path, err)
	}
	pool, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("opening the metadata %s: %w", path, err)
	}
	if err := migrate(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the metadata %s: %w", path, err), pool.Close())
	}
	return &DB{pool}, nil
}

// closeToOthers lets the file's owner alone read it, as it names people and what they did; SQLite gives the files beside it the same mode.
func closeToOthers(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func migrate(ctx context.Context, pool *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, pool, files)
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("asking for the version: %w", err)
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("%w: version %d, this program knows %d", ErrVersion, have, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

// Close closes the file.
func (d *DB) Close() error {
	if err := d.sql.Close(); err != nil {
		return fmt.Errorf("closing the metadata: %w", err)
	}
	return nil
}

// Setting looks a setting up. ErrNotFound.
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := d.sql.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("setting %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("reading setting %s: %w", name, err)
	}
	return value, nil
}

// SetSetting stores a setting.
func (d *DB) SetSetting(ctx context.Context, name, value string) error {
	_, err := d.sql.ExecContext(ctx,
		"INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	if err != nil {
		return fmt.Errorf("storing setting %s: %w", name, err)
	}
	return nil
}

// Process is what was last known of a process with an agent. Status is JSON of the caller's making.
type Process struct {
	ID     string
	Seen   time.Time
	Status []byte
}

// SaveProcesses stores what is known of processes, all or none.
func (d *DB) SaveProcesses(ctx context.Context, list []Process) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("storing processes: %w", err)
	}
	for _, p := range list {
		_, err := tx.ExecContext(ctx, `INSERT INTO process (id, seen_us, status) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET seen_us = excluded.seen_us, status = excluded.status`, p.ID, p.Seen.UnixMicro(), string(p.Status))
		if err != nil {
			return errors.Join(fmt.Errorf("storing process %s: %w", p.ID, err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("storing processes: %w", err)
	}
	return nil
}

// Processes lists processes that were seen since a time, the last seen first.
func (d *DB) Processes(ctx context.Context, since time.Time) ([]Process, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT id, seen_us, status FROM process WHERE seen_us >= ? ORDER BY seen_us DESC, id", since.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("reading processes: %w", err)
	}
	defer rows.Close()
	var list []Process
	for rows.Next() {
		var p Process
		var seen int64
		var status string
		if err := rows.Scan(&p.ID, &seen, &status); err != nil {
			return nil, fmt.Errorf("reading processes: %w", err)
		}
		p.Seen, p.Status = time.UnixMicro(seen), []byte(status)
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading processes: %w", err)
	}
	return list, nil
}

// ForgetProcesses removes processes that were not seen since a time.
func (d *DB) ForgetProcesses(ctx context.Context, before time.Time) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM process WHERE seen_us < ?", before.UnixMicro()); err != nil {
		return fmt.Errorf("forgetting processes: %w", err)
	}
	return nil
}
