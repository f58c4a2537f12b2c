-- +goose Up
CREATE TABLE registry_schema (
    context TEXT NOT NULL,          -- "." is the default one
    id BIGINT NOT NULL,
    guid TEXT NOT NULL,
    kind TEXT NOT NULL,             -- AVRO, PROTOBUF, JSON
    text TEXT NOT NULL,
    canonical_hash TEXT NOT NULL,   -- equal for the same schema: text, references, metadata, rule set
    refs TEXT NOT NULL,             -- JSON
    metadata TEXT NOT NULL,         -- JSON, empty = none
    rule_set TEXT NOT NULL,         -- JSON, empty = none
    PRIMARY KEY (context, id)
);
CREATE INDEX registry_schema_hash ON registry_schema (context, canonical_hash);
CREATE INDEX registry_schema_guid ON registry_schema (guid);

CREATE TABLE registry_subject_version (
    context TEXT NOT NULL,
    subject TEXT NOT NULL,
    version BIGINT NOT NULL,
    schema_id BIGINT NOT NULL,
    deleted BIGINT NOT NULL,        -- 1 = softly
    ts BIGINT NOT NULL,             -- microseconds since 1970
    PRIMARY KEY (context, subject, version)
);
CREATE INDEX registry_subject_version_schema ON registry_subject_version (context, schema_id);

CREATE TABLE registry_reference (
    context TEXT NOT NULL,          -- of the schema that refers
    schema_id BIGINT NOT NULL,
    place BIGINT NOT NULL,          -- in the list, from 0
    to_context TEXT NOT NULL,
    to_subject TEXT NOT NULL,
    to_version BIGINT NOT NULL,
    PRIMARY KEY (context, schema_id, place)
);
CREATE INDEX registry_reference_to ON registry_reference (to_context, to_subject, to_version);

CREATE TABLE registry_setting (
    context TEXT NOT NULL,
    subject TEXT NOT NULL,          -- empty = of the context; of the default one = of all
    config TEXT NOT NULL,           -- JSON, empty = none
    mode TEXT NOT NULL,             -- empty = none
    PRIMARY KEY (context, subject)
);

-- The next id of each context. It only grows: an id that was deleted is in records still.
CREATE TABLE registry_counter (
    context TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);
