-- +goose Up
-- Attempts that were run again, or are to be (decision 0100).
CREATE TABLE replay (
    id         TEXT PRIMARY KEY,    -- 12 hex digits
    recording  TEXT NOT NULL,       -- 32 hex digits, of what runs again
    derived    TEXT NOT NULL,       -- of what it gave; empty = it has not begun
    state      TEXT NOT NULL,       -- queued, running, done, failed, cancelled
    created_us INTEGER NOT NULL,
    body       TEXT NOT NULL        -- JSON of the caller's making
) STRICT;

CREATE INDEX replay_by_recording ON replay (recording, created_us);
CREATE INDEX replay_by_derived ON replay (derived);

-- +goose Down
DROP TABLE replay;
