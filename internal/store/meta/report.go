package meta

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Report is something that one of Flink's own reporters told of a job. Body is JSON of the caller's making; two with one digest
// are the same.
type Report struct {
	ID        int64
	Recording string // empty = it names no job
	At        time.Time
	Digest    string
	Body      []byte
}

// reportsMost bounds the reports of all recordings together.
const reportsMost = 500_000

// AddReports keeps reports, all or none, and no more than most of one recording: the oldest go first. It returns how many were
// new.
func (d *DB) AddReports(ctx context.Context, list []Report, most int) (added int, err error) {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("keeping reports: %w", err)
	}
	touched := map[string]bool{}
	for _, r := range list {
		result, err := tx.ExecContext(ctx, "INSERT INTO report (recording, at_us, digest, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			r.Recording, r.At.UnixMicro(), r.Digest, string(r.Body))
		if err != nil {
			return 0, errors.Join(fmt.Errorf("keeping a report: %w", err), tx.Rollback())
		}
		if n, err := result.RowsAffected(); err == nil && n > 0 {
			added++
			touched[r.Recording] = true
		}
	}
	for recording := range touched {
		_, err := tx.ExecContext(ctx, `DELETE FROM report WHERE id IN (
			SELECT id FROM report WHERE recording = ? ORDER BY at_us DESC, id DESC LIMIT -1 OFFSET ?)`, recording, most)
		if err != nil {
			return 0, errors.Join(fmt.Errorf("forgetting old reports: %w", err), tx.Rollback())
		}
	}
	// Jobs that nothing else is known of must not fill the file either.
	if _, err := tx.ExecContext(ctx, "DELETE FROM report WHERE id <= (SELECT max(id) FROM report) - ?", reportsMost); err != nil {
		return 0, errors.Join(fmt.Errorf("forgetting old reports: %w", err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("keeping reports: %w", err)
	}
	return added, nil
}

// Reports lists what was told of a recording, the newest first; more tells that there are older ones.
func (d *DB) Reports(ctx context.Context, recording string, limit int) (list []Report, more bool, err error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT id, at_us, digest, body FROM report WHERE recording = ? ORDER BY at_us DESC, id DESC LIMIT ?", recording, limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("reading reports: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r := Report{Recording: recording}
		var at int64
		var body string
		if err := rows.Scan(&r.ID, &at, &r.Digest, &body); err != nil {
			return nil, false, fmt.Errorf("reading reports: %w", err)
		}
		r.At, r.Body = time.UnixMicro(at), []byte(body)
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("reading reports: %w", err)
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// ForgetReports removes what was told of a recording.
func (d *DB) ForgetReports(ctx context.Context, recording string) error {
	if _, err := d.sql.ExecContext(ctx, "DELETE FROM report WHERE recording = ?", recording); err != nil {
		return fmt.Errorf("forgetting reports: %w", err)
	}
	return nil
}
