package registry

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/tables"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options of a registry. DB and Languages are required.
type Options struct {
	DB         *tables.DB
	Languages  []language.Language
	Registered []language.Language // as which stored schemas are read, where that takes more than Languages do; those of other kinds as by Languages
	Profile    language.Profile    // whose verdicts; empty = Confluent83
	Now        func() time.Time    // default: time.Now
	ReadOnly   bool                // it follows another registry: Replace alone writes

	// Changed is told of each change within its transaction: what it writes there is written with the change or not at all. It may be called again
	// for a transaction that lost against another one, and does nothing but read and write tables. May be nil.
	Changed func(context.Context, *tables.Tx, Change) error
}

// Change is one change of what a registry holds.
type Change struct {
	Kind    ChangeKind
	Subject Subject // an empty name: of the context, or of everything
	Version int     // of versions
	ID      int     // of versions
	At      time.Time
}

// ChangeKind says what was changed.
type ChangeKind string

// The kinds of changes.
const (
	Registered       ChangeKind = "registered"
	SoftlyDeleted    ChangeKind = "soft_deleted"
	Deleted          ChangeKind = "deleted" // for good
	ConfigChanged    ChangeKind = "config_changed"
	ModeChanged      ChangeKind = "mode_changed"
	ImportedVersions ChangeKind = "imported" // an import, which may be of much
)

// Registry keeps schemas. Safe for concurrent use, also by several processes on one database.
type Registry struct {
	db        *tables.DB
	languages map[language.Kind]language.Language
	stored    map[language.Kind]language.Language // for what was taken already
	kinds     []language.Kind                     // as given
	rules     language.Rules
	now       func() time.Time
	readOnly  bool
	changed   func(context.Context, *tables.Tx, Change) error

	writing sync.Mutex // writers of this process wait here, not in the database, where one that loses begins again
	schemas *cache[schemaKey, *Schema]
	parsed  *cache[schemaKey, language.Schema]
}

type schemaKey struct {
	context string
	id      int
}

// Bounds of what is kept in memory. Schemas never change; where other servers share the database a schema that was deleted for good may be
// answered for this long.
const (
	schemasKept = 50_000
	parsedKept  = 5_000
	sharedTime  = time.Minute
)

// Open brings the tables up to date and reads nothing else.
func Open(ctx context.Context, o Options) (*Registry, error) {
	if o.DB == nil || len(o.Languages) == 0 {
		return nil, errors.New("a registry wants a database and schema languages")
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := o.DB.Migrate(ctx, "registry", files); err != nil {
		return nil, err
	}
	r := &Registry{
		db: o.DB, languages: map[language.Kind]language.Language{}, stored: map[language.Kind]language.Language{}, rules: language.Rules{Profile: o.Profile}, now: o.Now, readOnly: o.ReadOnly, changed: o.Changed,
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.rules.Profile == "" {
		r.rules.Profile = language.Confluent83
	}
	keep := time.Duration(0)
	if o.DB.Shared() {
		keep = sharedTime
	}
	r.schemas, r.parsed = newCache[schemaKey, *Schema](schemasKept, keep), newCache[schemaKey, language.Schema](parsedKept, keep)
	for _, l := range o.Languages {
		r.languages[l.Kind()], r.stored[l.Kind()] = l, l
		r.kinds = append(r.kinds, l.Kind())
	}
	for _, l := range o.Registered {
		r.stored[l.Kind()] = l
	}
	return r, nil
}

// Kinds are the languages, in the order they were given in.
func (r *Registry) Kinds() []language.Kind { return r.kinds }

// Profile is whose verdicts the registry gives.
func (r *Registry) Profile() language.Profile { return r.rules.Profile }

// queries is a database or a transaction.
type queries interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// write runs a change in a transaction.
func (r *Registry) write(ctx context.Context, f func(*tables.Tx) error) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	return r.db.Do(ctx, f)
}

func (r *Registry) note(ctx context.Context, tx *tables.Tx, c Change) error {
	if r.changed == nil {
		return nil
	}
	c.At = r.now()
	return r.changed(ctx, tx, c)
}
