//go:build !duckdb

package duckdb

import (
	"context"
	"database/sql"
)

// Available tells whether this build has the engine.
const Available = false

func connect(context.Context) (*sql.DB, error) { return nil, ErrAbsent }
