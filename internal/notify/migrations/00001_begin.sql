-- +goose Up
-- Times are microseconds since 1970 in UTC; 0 = never. Ids of groups, events and deliveries are in order of time.

CREATE TABLE notify_subscription (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,   -- a principal's id
    owner_name TEXT NOT NULL,
    roles      TEXT NOT NULL,   -- JSON: what the owner may see is decided with these when something happens
    scope      TEXT NOT NULL,   -- JSON; null = no bound
    wish       TEXT NOT NULL,   -- JSON: filter, target, intervals; no secret
    secret     TEXT NOT NULL,   -- sealed; empty = none
    target     TEXT NOT NULL,   -- the subscriber's way to be told, as in notify_told
    address    TEXT NOT NULL,   -- as in notify_address
    paused     BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    changed    BIGINT NOT NULL
);
CREATE INDEX notify_subscription_owner ON notify_subscription (owner);

-- What belongs together: one violation with its repeats and its end.
CREATE TABLE notify_group (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,   -- the event's resource and group key
    open       BIGINT NOT NULL,
    severity   BIGINT NOT NULL, -- the highest
    first      TEXT NOT NULL,   -- JSON of the first event
    resource   TEXT NOT NULL,
    action     TEXT NOT NULL,
    opened     BIGINT NOT NULL,
    latest     BIGINT NOT NULL,
    count      BIGINT NOT NULL, -- events, of the end none
    closed     BIGINT NOT NULL,
    why        TEXT NOT NULL,   -- recovered or quiet
    acked      BIGINT NOT NULL,
    acked_by   TEXT NOT NULL,
    acked_name TEXT NOT NULL,
    note       TEXT NOT NULL
);
CREATE UNIQUE INDEX notify_group_open ON notify_group (name) WHERE open = 1;
CREATE INDEX notify_group_latest ON notify_group (open, latest);

CREATE TABLE notify_event (
    id       TEXT PRIMARY KEY, -- the CloudEvent's
    group_id TEXT NOT NULL REFERENCES notify_group (id),
    body     TEXT NOT NULL,    -- JSON
    created  BIGINT NOT NULL
);
CREATE INDEX notify_event_group ON notify_event (group_id);

-- Who was told of a group: each target once, and again when it gets worse, when it is over, and by reminders.
CREATE TABLE notify_told (
    group_id     TEXT NOT NULL REFERENCES notify_group (id),
    target       TEXT NOT NULL, -- a subscriber's way to be told
    subscription TEXT NOT NULL,
    severity     BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (group_id, target)
);

CREATE TABLE notify_delivery (
    id           TEXT PRIMARY KEY,
    subscription TEXT NOT NULL,
    owner        TEXT NOT NULL,
    group_id     TEXT NOT NULL REFERENCES notify_group (id),
    event        TEXT NOT NULL REFERENCES notify_event (id),
    phase        TEXT NOT NULL,   -- opened, raised, reminder, recovered
    target       TEXT NOT NULL,
    address      TEXT NOT NULL,   -- what rates and pauses are about; empty = an inbox
    shown        TEXT NOT NULL,   -- of the target, without secrets
    state        TEXT NOT NULL,   -- pending, delivered, failed, cancelled
    delayed      BIGINT NOT NULL, -- 1: cancelled when somebody acknowledges first
    attempts     BIGINT NOT NULL,
    repeats      BIGINT NOT NULL, -- the group's count at the first attempt, so that every attempt says the same; -1 = none yet
    status       TEXT NOT NULL,
    detail       TEXT NOT NULL,
    created      BIGINT NOT NULL,
    begun        BIGINT NOT NULL, -- it is tried for a day from then
    next_try     BIGINT NOT NULL,
    done         BIGINT NOT NULL
);
CREATE INDEX notify_delivery_due ON notify_delivery (state, next_try);
CREATE INDEX notify_delivery_group ON notify_delivery (group_id, target);
CREATE INDEX notify_delivery_subscription ON notify_delivery (subscription);

CREATE TABLE notify_address (
    address  TEXT PRIMARY KEY,
    hold     BIGINT NOT NULL, -- nothing is sent there before
    failures BIGINT NOT NULL, -- since it last answered well
    minute   BIGINT NOT NULL, -- when the minute began that sent is about
    sent     BIGINT NOT NULL
);

CREATE TABLE notify_inbox (
    principal TEXT NOT NULL,
    group_id  TEXT NOT NULL REFERENCES notify_group (id),
    told      BIGINT NOT NULL,
    seen      BIGINT NOT NULL, -- unread when before told
    PRIMARY KEY (principal, group_id)
);
CREATE INDEX notify_inbox_told ON notify_inbox (principal, told);
