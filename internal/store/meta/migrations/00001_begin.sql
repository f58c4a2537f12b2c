-- +goose Up
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was last known of each process with an agent: the list outlives the server that they were connected to.
CREATE TABLE process (
    id      TEXT PRIMARY KEY,    -- UUID, 32 hex digits
    seen_us INTEGER NOT NULL,
    status  TEXT NOT NULL        -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX process_by_seen ON process (seen_us);

-- +goose Down
DROP TABLE process;
DROP TABLE setting;
