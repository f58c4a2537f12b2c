//go:build duckdb

package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver
)

// Available tells whether this build has the engine.
const Available = true

// connect makes an engine whose tables are in memory. It has one connection: another one would not see its settings.
func connect(ctx context.Context) (*sql.DB, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("starting DuckDB: %w", err)
	}
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("starting DuckDB: %w", err)
	}
	return db, nil
}
