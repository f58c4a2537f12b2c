-- +goose Up
-- Who is logged in. Of the id that a browser shows there is only a hash: whoever reads this file cannot take a session over.
CREATE TABLE session (
    hash     TEXT PRIMARY KEY,     -- SHA-256 of the id, 64 hex digits
    owner    TEXT NOT NULL,        -- principal, as local:ann
    stamp    TEXT NOT NULL,        -- of what the owner logged in by; another one now = the session is over
    begun_us INTEGER NOT NULL,
    seen_us  INTEGER NOT NULL,     -- last request, to the minute
    ends_us  INTEGER NOT NULL,
    body     TEXT NOT NULL         -- JSON of the caller's making
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_owner ON session (owner, begun_us);

-- Tokens that people made for programs.
CREATE TABLE api_token (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE, -- SHA-256 of the token, 64 hex digits
    owner      TEXT NOT NULL,
    stamp      TEXT NOT NULL,        -- of the owner's account; another one now = somebody else has the name
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    used_us    INTEGER NOT NULL,     -- to the minute; 0 = never
    body       TEXT NOT NULL         -- JSON of the caller's making
) STRICT, WITHOUT ROWID;

CREATE INDEX api_token_by_owner ON api_token (owner, created_us);

-- What an identity provider last said of a person: tokens carry no more than that.
CREATE TABLE person (
    id      TEXT PRIMARY KEY,      -- oidc:<issuer>#<sub>
    seen_us INTEGER NOT NULL,
    body    TEXT NOT NULL          -- JSON of the caller's making
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE person;
DROP TABLE api_token;
DROP TABLE session;
