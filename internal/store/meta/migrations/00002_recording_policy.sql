-- +goose Up
-- Every version of the recording policy that was in force, and who put it there.
CREATE TABLE recording_policy (
    version INTEGER PRIMARY KEY,
    at_us   INTEGER NOT NULL,
    who     TEXT NOT NULL,
    why     TEXT NOT NULL,
    text    TEXT NOT NULL
) STRICT;

-- Levels that were changed for a while, by a trigger or by a person.
CREATE TABLE level_change (
    id        INTEGER PRIMARY KEY,
    at_us     INTEGER NOT NULL,
    until_us  INTEGER NOT NULL,
    ended_us  INTEGER,             -- when it was taken back; null while it holds
    recording TEXT NOT NULL,       -- 32 hex digits
    body      TEXT NOT NULL        -- JSON of the caller's making
) STRICT;

CREATE INDEX level_change_by_recording ON level_change (recording, at_us);

-- +goose Down
DROP TABLE level_change;
DROP TABLE recording_policy;
