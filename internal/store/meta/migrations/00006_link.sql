-- +goose Up
-- Links to incident files that people made. Of the secret in a link's address there is only a hash: whoever reads this file opens none.
CREATE TABLE link (
    id         TEXT PRIMARY KEY,     -- 16 hex digits
    hash       TEXT NOT NULL,        -- SHA-256 of the secret, 64 hex digits
    owner      TEXT NOT NULL,        -- principal, as local:ann
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    revoked_us INTEGER NOT NULL,     -- 0 = it was not
    bytes      INTEGER NOT NULL,     -- of the file
    downloads  INTEGER NOT NULL,     -- that were begun
    last_us    INTEGER NOT NULL,     -- of the last one; 0 = never
    body       TEXT NOT NULL         -- JSON of the caller's making
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE link;
