-- +goose Up
CREATE TABLE contract_version (
  contract TEXT NOT NULL, number BIGINT NOT NULL, version TEXT NOT NULL, status TEXT NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL,
  who TEXT NOT NULL, why TEXT NOT NULL, source TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (contract, number)
);
CREATE TABLE contract_active (contract TEXT PRIMARY KEY, number BIGINT NOT NULL, ended BIGINT NOT NULL);
CREATE TABLE check_topic (cluster TEXT NOT NULL, topic TEXT NOT NULL, id TEXT NOT NULL, newest BIGINT NOT NULL, anew BIGINT NOT NULL, leapt BIGINT NOT NULL, PRIMARY KEY (cluster, topic));
CREATE TABLE check_progress (
  cluster TEXT NOT NULL, topic TEXT NOT NULL, part BIGINT NOT NULL, next BIGINT NOT NULL, warm BIGINT NOT NULL, PRIMARY KEY (cluster, topic, part)
);
CREATE TABLE check_gap (
  cluster TEXT NOT NULL, topic TEXT NOT NULL, part BIGINT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL, why TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (cluster, topic, part, low, at)
);
CREATE TABLE check_coverage (cluster TEXT NOT NULL, topic TEXT NOT NULL, minute BIGINT NOT NULL, appended BIGINT NOT NULL, checked BIGINT NOT NULL, PRIMARY KEY (cluster, topic, minute));
CREATE TABLE check_hold (contract TEXT NOT NULL, cluster TEXT NOT NULL, topic TEXT NOT NULL, closed BIGINT NOT NULL, PRIMARY KEY (contract, cluster, topic));
CREATE TABLE check_window (
  contract TEXT NOT NULL, cluster TEXT NOT NULL, topic TEXT NOT NULL, minute BIGINT NOT NULL, part BIGINT NOT NULL, writer TEXT NOT NULL, span BIGINT NOT NULL,
  records BIGINT NOT NULL, PRIMARY KEY (contract, cluster, topic, minute, part, writer, span)
);
CREATE TABLE check_tally (
  contract TEXT NOT NULL, cluster TEXT NOT NULL, topic TEXT NOT NULL, minute BIGINT NOT NULL, part BIGINT NOT NULL, writer TEXT NOT NULL, span BIGINT NOT NULL, rule TEXT NOT NULL,
  bad BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (contract, cluster, topic, minute, part, writer, span, rule)
);
CREATE INDEX check_tally_rule ON check_tally (contract, rule, minute);
CREATE TABLE violation (
  id TEXT PRIMARY KEY, contract TEXT NOT NULL, rule TEXT NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL, cluster TEXT NOT NULL, topic TEXT NOT NULL, part BIGINT NOT NULL,
  writer TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, bad BIGINT NOT NULL, minute BIGINT NOT NULL, began BIGINT NOT NULL, seen BIGINT NOT NULL, ended BIGINT NOT NULL,
  state TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, hints TEXT NOT NULL
);
CREATE INDEX violation_contract ON violation (contract, began);
CREATE INDEX violation_state ON violation (state, began);
CREATE TABLE check_writer (violation TEXT PRIMARY KEY, asked BIGINT NOT NULL, next BIGINT NOT NULL, until BIGINT NOT NULL, producer TEXT NOT NULL);
CREATE INDEX check_writer_next ON check_writer (next);
CREATE TABLE check_outbox (id TEXT PRIMARY KEY, at BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE check_volume (
  contract TEXT NOT NULL, cluster TEXT NOT NULL, topic TEXT NOT NULL, hour BIGINT NOT NULL, records TEXT NOT NULL, PRIMARY KEY (contract, cluster, topic, hour)
);
