-- +goose Up
-- What Flink's own trace and event reporters sent (decision 0070).
CREATE TABLE report (
    id        INTEGER PRIMARY KEY,
    recording TEXT NOT NULL,       -- 32 hex digits; empty = it names no job
    at_us     INTEGER NOT NULL,    -- beginning of a span, time of an event
    digest    TEXT NOT NULL,       -- of what was sent: reporters send again what was not answered
    body      TEXT NOT NULL,       -- JSON of the caller's making
    UNIQUE (recording, digest)
) STRICT;

CREATE INDEX report_by_recording ON report (recording, at_us);

-- +goose Down
DROP TABLE report;
