// Package duckdb opens exported recordings in DuckDB, an engine for tables that runs inside this program. It is there in builds
// with the tag duckdb alone (make build-duckdb): the engine is C++ and as large as the rest of the program three times over.
package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrAbsent: this build has no DuckDB.
var ErrAbsent = errors.New("this sightglass was built without DuckDB")

// ErrNoExport: a folder is no export, or a torn one.
var ErrNoExport = errors.New("no manifest.json: this is no export, or one that was broken off")

// DB is an engine with a view, or a table, for each table of the exports. Safe for concurrent use.
type DB struct {
	*sql.DB
	// Incomplete says of each export that is not all that happened what is missing; folder first.
	Incomplete []string
}

// Options of Open. The zero value makes views over the files and lets the engine take what it wants.
type Options struct {
	Load    bool // read the files into tables in memory instead of making views of them
	Threads int  // 0 = as many as there are cores

	// Recordings chooses among those of a folder that the server writes: ids, beginnings of ids, or names of jobs; empty = all.
	Recordings []string
}

// manifest is what is needed of an export's manifest.json.
type manifest struct {
	Kind     string   `json:"kind"`
	Complete bool     `json:"complete"`
	Why      []string `json:"why"`
	Tables   tables   `json:"tables"`
}

type tables map[string]struct {
	Files []file `json:"files"`
}

type file struct {
	Path string `json:"path"`
	Rows int64  `json:"rows"`
}

// Open opens the exports in dirs, made by hand or by the server in the background; a table holds the rows of all of them, told apart by column recording. Errors: ErrAbsent,
// ErrNoExport.
func Open(ctx context.Context, o Options, dirs ...string) (*DB, error) {
	files, incomplete, err := filesOf(o, dirs)
	if err != nil {
		return nil, err
	}
	pool, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	db := &DB{DB: pool, Incomplete: incomplete}
	// Queries must mean the same on every machine, and open no connection by themselves.
	statements := []string{"SET TimeZone = 'UTC'", "SET autoinstall_known_extensions = false"}
	if o.Threads > 0 {
		statements = append(statements, fmt.Sprintf("SET threads = %d", o.Threads))
	}
	kind := "VIEW"
	if o.Load {
		kind = "TABLE"
	}
	for _, table := range slices.Sorted(maps.Keys(files)) {
		statements = append(statements, fmt.Sprintf("CREATE %s %s AS SELECT * FROM read_parquet([%s], union_by_name = true, hive_partitioning = false)", kind, table, strings.Join(files[table], ", ")))
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("opening %s: %w", strings.Join(dirs, ", "), err), db.Close())
		}
	}
	return db, nil
}

// filesOf lists the files of each table as literals of SQL.
func filesOf(o Options, dirs []string) (files map[string][]string, incomplete []string, err error) {
	files = map[string][]string{}
	for _, dir := range dirs {
		raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
		if errors.Is(err, os.ErrNotExist) {
			why, err := partsOf(dir, o.Recordings, files)
			if err != nil {
				return nil, nil, err
			}
			incomplete = append(incomplete, why...)
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("reading the manifest of %s: %w", dir, err)
		}
		var m manifest
		if err := json.Unmarshal(raw, &m); err != nil || m.Kind != "parquet-export" {
			return nil, nil, fmt.Errorf("%s: its manifest is none of an export: %w", dir, ErrNoExport)
		}
		for name, t := range m.Tables {
			if err := plain(dir, name); err != nil {
				return nil, nil, err
			}
			for _, f := range t.Files {
				if err := add(files, name, dir, f.Path); err != nil {
					return nil, nil, err
				}
			}
		}
		if !m.Complete {
			incomplete = append(incomplete, dir+": "+strings.Join(m.Why, "; "))
		}
	}
	return files, incomplete, nil
}

// plain refuses names of tables that would be more than a name in a statement.
func plain(dir, table string) error {
	if strings.Trim(table, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return fmt.Errorf("%s: %q is no name of a table", dir, table)
	}
	return nil
}

// add lists a file of a table.
func add(files map[string][]string, table, dir, file string) error {
	path, err := filepath.Abs(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		return fmt.Errorf("finding %s: %w", file, err)
	}
	files[table] = append(files[table], "'"+strings.ReplaceAll(path, "'", "''")+"'")
	return nil
}
