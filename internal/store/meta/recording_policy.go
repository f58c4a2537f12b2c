package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// RecordingPolicy is one version of the recording policy.
type RecordingPolicy struct {
	Version int64
	At      time.Time
	Who     string // principal's id, or where it came from
	Why     string
	Text    string
}

// AddRecordingPolicy keeps a new version and returns it with its number.
func (d *DB) AddRecordingPolicy(ctx context.Context, p RecordingPolicy) (RecordingPolicy, error) {
	err := d.sql.QueryRowContext(ctx, "INSERT INTO recording_policy (at_us, who, why, text) VALUES (?, ?, ?, ?) RETURNING version",
		p.At.UnixMicro(), p.Who, p.Why, p.Text).Scan(&p.Version)
	if err != nil {
		return p, fmt.Errorf("keeping the recording policy: %w", err)
	}
	return p, nil
}

// RecordingPolicies lists the newest versions, the newest first.
func (d *DB) RecordingPolicies(ctx context.Context, limit int) ([]RecordingPolicy, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT version, at_us, who, why, text FROM recording_policy ORDER BY version DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("reading recording policies: %w", err)
	}
	defer rows.Close()
	var list []RecordingPolicy
	for rows.Next() {
		var p RecordingPolicy
		var at int64
		if err := rows.Scan(&p.Version, &at, &p.Who, &p.Why, &p.Text); err != nil {
			return nil, fmt.Errorf("reading recording policies: %w", err)
		}
		p.At = time.UnixMicro(at)
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading recording policies: %w", err)
	}
	return list, nil
}

// RecordingPolicy looks a version up. ErrNotFound.
func (d *DB) RecordingPolicy(ctx context.Context, version int64) (RecordingPolicy, error) {
	p := RecordingPolicy{Version: version}
	var at int64
	err := d.sql.QueryRowContext(ctx, "SELECT at_us, who, why, text FROM recording_policy WHERE version = ?", version).Scan(&at, &p.Who, &p.Why, &p.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("version %d of the recording policy: %w", version, ErrNotFound)
	}
	if err != nil {
		return p, fmt.Errorf("reading version %d of the recording policy: %w", version, err)
	}
	p.At = time.UnixMicro(at)
	return p, nil
}

// LevelChange is a change of levels for a while. Body is JSON of the caller's making.
type LevelChange struct {
	ID        int64
	At        time.Time
	Until     time.Time
	Ended     time.Time // zero while it holds
	Recording string
	Body      []byte
}

// AddLevelChange keeps a change and returns it with its number.
func (d *DB) AddLevelChange(ctx context.Context, c LevelChange) (LevelChange, error) {
	err := d.sql.QueryRowContext(ctx, "INSERT INTO level_change (at_us, until_us, recording, body) VALUES (?, ?, ?, ?) RETURNING id",
		c.At.UnixMicro(), c.Until.UnixMicro(), c.Recording, string(c.Body)).Scan(&c.ID)
	if err != nil {
		return c, fmt.Errorf("keeping a change of levels: %w", err)
	}
	return c, nil
}

// UpdateLevelChange stores until when a change holds, when it ended, and its body.
func (d *DB) UpdateLevelChange(ctx context.Context, c LevelChange) error {
	var ended any
	if !c.Ended.IsZero() {
		ended = c.Ended.UnixMicro()
	}
	_, err := d.sql.ExecContext(ctx, "UPDATE level_change SET until_us = ?, ended_us = ?, body = ? WHERE id = ?",
		c.Until.UnixMicro(), ended, string(c.Body), c.ID)
	if err != nil {
		return fmt.Errorf("updating a change of levels: %w", err)
	}
	return nil
}

// LevelChanges lists changes, the newest first: of one recording (empty = all), those that hold only, or all.
func (d *DB) LevelChanges(ctx context.Context, recording string, holding bool, limit int) ([]LevelChange, error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT id, at_us, until_us, coalesce(ended_us, 0), recording, body FROM level_change
		WHERE (? = '' OR recording = ?) AND (NOT ? OR ended_us IS NULL) ORDER BY id DESC LIMIT ?`, recording, recording, holding, limit)
	if err != nil {
		return nil, fmt.Errorf("reading changes of levels: %w", err)
	}
	defer rows.Close()
	var list []LevelChange
	for rows.Next() {
		var c LevelChange
		var at, until, ended int64
		var body string
		if err := rows.Scan(&c.ID, &at, &until, &ended, &c.Recording, &body); err != nil {
			return nil, fmt.Errorf("reading changes of levels: %w", err)
		}
		c.At, c.Until, c.Body = time.UnixMicro(at), time.UnixMicro(until), []byte(body)
		if ended != 0 {
			c.Ended = time.UnixMicro(ended)
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading changes of levels: %w", err)
	}
	return list, nil
}
