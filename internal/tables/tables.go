// Package tables opens the database of catalog, registry, contracts and notifications: SQLite in the data folder, or PostgreSQL where several
// servers share one. Rooms keep their own tables in it, each with its own migrations, and write one SQL for both: placeholders are ?, times are
// microseconds since 1970 in UTC, truth is 0 or 1.
package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// ErrVersion: the tables were made by a newer program.
var ErrVersion = errors.New("the tables were written by a newer program")

// DB is the database. Safe for concurrent use.
type DB struct {
	pool    *sql.DB
	dialect goose.Dialect
}

// Open opens a database: the path of a SQLite file, which is made when it is missing, or a URL that begins with postgres:// or postgresql://.
func Open(ctx context.Context, place string) (*DB, error) {
	if strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://") {
		pool, err := sql.Open("pgx", place)
		if err != nil {
			return nil, errors.New("opening PostgreSQL: the URL cannot be read; write postgres://user@host:5432/database")
		}
		if err := pool.PingContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("opening PostgreSQL: %w", err), pool.Close())
		}
		return &DB{pool, goose.DialectPostgres}, nil
	}
	if err := closeToOthers(place); err != nil {
		return nil, fmt.Errorf("opening the tables %s: %w", place, err)
	}
	// Writers wait for each other instead of failing; with WAL readers do not wait at all. What was acknowledged outlives a crash of the machine:
	// ids of schemas are written into records, and must never be given twice.
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: place}).EscapedPath()+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("opening the tables %s: %w", place, err)
	}
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the tables %s: %w", place, err), pool.Close())
	}
	return &DB{pool, goose.DialectSQLite3}, nil
}

// closeToOthers lets the file's owner alone read it; SQLite gives the files beside it the same mode.
func closeToOthers(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// Migrate brings a room's tables to the newest of its migrations, files NNNNN_name.sql with "-- +goose Up" in them. ErrVersion.
func (d *DB) Migrate(ctx context.Context, room string, files fs.FS) error {
	store, err := database.NewStore(d.dialect, room+"_version")
	if err != nil {
		return fmt.Errorf("migrating the tables of %s: %w", room, err)
	}
	p, err := goose.NewProvider("", d.pool, files, goose.WithStore(store))
	if err != nil {
		return fmt.Errorf("reading the migrations of %s: %w", room, err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("asking for the version of the tables of %s: %w", room, err)
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("%w: %s has version %d, this program knows %d", ErrVersion, room, have, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the tables of %s: %w", room, err)
	}
	return nil
}

// Close closes the database.
func (d *DB) Close() error {
	if err := d.pool.Close(); err != nil {
		return fmt.Errorf("closing the tables: %w", err)
	}
	return nil
}

// Shared says whether other servers may write the same tables.
func (d *DB) Shared() bool { return d.dialect == goose.DialectPostgres }

// Query reads rows.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.pool.QueryContext(ctx, d.dialected(query), args...)
}

// QueryRow reads one row.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return d.pool.QueryRowContext(ctx, d.dialected(query), args...)
}

// Exec changes rows.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return d.pool.ExecContext(ctx, d.dialected(query), args...)
}

// Tx is a transaction: all of it or nothing.
type Tx struct {
	tx *sql.Tx
	db *DB
}

// Do runs f in a transaction, and commits what it did unless it fails. Transactions that write are one after the other: in SQLite by its lock,
// in PostgreSQL by being serialisable, where one that loses is run again; f must therefore do nothing but read and write these tables.
func (d *DB) Do(ctx context.Context, f func(*Tx) error) error {
	const most = 20 // tries; each round at least one transaction gets through
	var err error
	for range most {
		if err = d.once(ctx, f); !lost(err) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (d *DB) once(ctx context.Context, f func(*Tx) error) error {
	options := &sql.TxOptions{}
	if d.dialect == goose.DialectPostgres {
		options.Isolation = sql.LevelSerializable
	}
	tx, err := d.pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if err := f(&Tx{tx, d}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// lost says whether a transaction was undone because another came before it: PostgreSQL's serialization_failure and deadlock_detected.
func lost(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && (state.SQLState() == "40001" || state.SQLState() == "40P01")
}

// Query reads rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.db.dialected(query), args...)
}

// QueryRow reads one row.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, t.db.dialected(query), args...)
}

// Exec changes rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, t.db.dialected(query), args...)
}

// dialected writes a query's placeholders as the database wants them. A ? within quotes stays.
func (d *DB) dialected(query string) string {
	if d.dialect != goose.DialectPostgres {
		return query
	}
	var b strings.Builder
	quote, n := byte(0), 0
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
			b.WriteByte(c)
		case c == '\'' || c == '"':
			quote = c
			b.WriteByte(c)
		case c == '?':
			n++
			fmt.Fprintf(&b, "$%d", n)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
