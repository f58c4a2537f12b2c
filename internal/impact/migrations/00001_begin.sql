-- +goose Up
CREATE TABLE impact_run (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL, -- begun, µs
    ended    BIGINT NOT NULL, -- 0 = it runs
    who      TEXT NOT NULL,   -- id of the principal
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    title    TEXT NOT NULL,
    cluster  TEXT NOT NULL,
    topic    TEXT NOT NULL,
    state    TEXT NOT NULL,   -- running, done, failed, cancelled
    error    TEXT NOT NULL,
    proposal TEXT NOT NULL,   -- JSON
    report   TEXT NOT NULL,   -- JSON; empty = none yet
    outcome  TEXT NOT NULL    -- JSON of what came after the release; empty = not known
);
CREATE INDEX impact_run_at ON impact_run (at);
CREATE TABLE impact_ack (
    run      TEXT NOT NULL REFERENCES impact_run (id),
    team     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    decision TEXT NOT NULL,   -- agree, object
    reason   TEXT NOT NULL,
    who      TEXT NOT NULL,
    name     TEXT NOT NULL
);
CREATE INDEX impact_ack_run ON impact_ack (run);
