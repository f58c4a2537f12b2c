-- +goose Up
CREATE TABLE catalog_entity (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	cluster TEXT NOT NULL,
	parent TEXT NOT NULL,
	facts TEXT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us BIGINT NOT NULL
);
CREATE TABLE catalog_field (
	stream TEXT NOT NULL,
	part TEXT NOT NULL,
	path TEXT NOT NULL,
	origin TEXT NOT NULL,
	place BIGINT NOT NULL,
	type TEXT NOT NULL,
	optional BIGINT NOT NULL,
	doc TEXT NOT NULL,
	tags TEXT NOT NULL,
	rule TEXT NOT NULL,
	PRIMARY KEY (stream, part, path, origin)
);
CREATE TABLE catalog_edge (
	stream TEXT NOT NULL,
	system TEXT NOT NULL,
	direction TEXT NOT NULL,
	evidence TEXT NOT NULL,
	known BIGINT NOT NULL,
	paths TEXT NOT NULL,
	detail TEXT NOT NULL,
	reader TEXT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us BIGINT NOT NULL,
	PRIMARY KEY (stream, system, direction, evidence)
);
CREATE TABLE catalog_flow (
	from_stream TEXT NOT NULL,
	from_path TEXT NOT NULL,
	to_stream TEXT NOT NULL,
	to_path TEXT NOT NULL,
	via TEXT NOT NULL,
	evidence TEXT NOT NULL,
	how TEXT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us BIGINT NOT NULL,
	PRIMARY KEY (from_stream, from_path, to_stream, to_path, via, evidence)
);
CREATE TABLE catalog_mark (
	entity TEXT NOT NULL,
	path TEXT NOT NULL,
	attribute TEXT NOT NULL,
	source TEXT NOT NULL,
	value TEXT NOT NULL,
	by_id TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (entity, path, attribute, source)
);
CREATE TABLE catalog_change (
	id BIGINT PRIMARY KEY,
	entity TEXT NOT NULL,
	path TEXT NOT NULL,
	attribute TEXT NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	reason TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	proposal TEXT NOT NULL
);
CREATE INDEX catalog_change_entity ON catalog_change (entity, id);
CREATE TABLE catalog_proposal (
	id TEXT PRIMARY KEY,
	entity TEXT NOT NULL,
	path TEXT NOT NULL,
	attribute TEXT NOT NULL,
	value TEXT NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	reason TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_us BIGINT NOT NULL,
	why TEXT NOT NULL
);
CREATE TABLE catalog_event (
	id BIGINT PRIMARY KEY,
	at_us BIGINT NOT NULL,
	kind TEXT NOT NULL,
	job TEXT NOT NULL,
	body TEXT NOT NULL
);
CREATE TABLE catalog_state (
	name TEXT PRIMARY KEY,
	n BIGINT NOT NULL
);
INSERT INTO catalog_state VALUES ('revision', 0);
