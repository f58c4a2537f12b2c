package checks

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/tables"
)

// Applied is what became of a contract that somebody wanted in force.
type Applied struct {
	Version Version
	Same    bool // it was in force already
	Changes []contract.Change
	Notes   []contract.Note
}

// Apply puts a contract in force. contract.Problems: it has mistakes, and the version before stays in force.
func (e *Engine) Apply(ctx context.Context, text, who, why, source string) (Applied, error) {
	c, err := contract.Read(text)
	if err != nil {
		return Applied{}, err
	}
	hash := sha256.Sum256([]byte(text))
	v := Version{Contract: c.ID, Number: 1, Version: c.Version, Status: c.Status, Hash: hex.EncodeToString(hash[:]), Text: text, Who: who, Why: why, Source: source, At: e.now()}
	out := Applied{Notes: append(c.Notes, e.placeless(c)...)}
	err = e.Tables.Do(ctx, func(tx *tables.Tx) error {
		out.Same, out.Changes = false, nil
		var before Version
		err := tx.QueryRow(ctx, `SELECT v.number, v.hash, v.text FROM contract_active a JOIN contract_version v ON v.contract = a.contract AND v.number = a.number WHERE a.contract = ? AND a.ended = 0`, c.ID).
			Scan(&before.Number, &before.Hash, &before.Text)
		switch {
		case err == nil && before.Hash == v.Hash:
			out.Same, v.Number = true, before.Number
			return nil
		case err == nil:
			if old, err := contract.Read(before.Text); err == nil {
				out.Changes = contract.Diff(old, c)
			}
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		var newest sql.NullInt64
		if err := tx.QueryRow(ctx, `SELECT MAX(number) FROM contract_version WHERE contract = ?`, c.ID).Scan(&newest); err != nil {
			return err
		}
		v.Number = newest.Int64 + 1
		b := batch{ctx: ctx, tx: tx}
		b.do(`INSERT INTO contract_version (contract, number, version, status, hash, text, who, why, source, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Contract, v.Number, v.Version, v.Status, v.Hash, v.Text, v.Who, v.Why, v.Source, micros(v.At))
		b.do(`INSERT INTO contract_active (contract, number, ended) VALUES (?, ?, 0) ON CONFLICT (contract) DO UPDATE SET number = excluded.number, ended = 0`, v.Contract, v.Number)
		b.closeGone(v, c)
		return b.err
	})
	if err != nil {
		return Applied{}, fmt.Errorf("keeping contract %s: %w", c.ID, err)
	}
	if out.Same {
		if v, err = e.Version(ctx, c.ID, v.Number); err != nil {
			return Applied{}, err
		}
	}
	out.Version = v
	e.changed.Store(true)
	e.acts.Add(1)
	return out, nil
}

// closeGone closes violations of what the contract does not say any more.
func (b *batch) closeGone(v Version, c *contract.Contract) {
	if b.err != nil {
		return
	}
	says := map[string]bool{}
	for i := range c.Streams {
		for k := range c.Streams[i].Checks {
			says[c.Streams[i].Checks[k].ID] = true
		}
	}
	all, err := b.tx.Query(b.ctx, `SELECT id, rule FROM violation WHERE contract = ? AND state <> 'closed'`, v.Contract)
	if err != nil {
		b.err = err
		return
	}
	var gone []string
	for all.Next() {
		var id, rule string
		if b.err = all.Scan(&id, &rule); b.err != nil {
			break
		}
		if !says[rule] {
			gone = append(gone, id)
		}
	}
	b.err = errors.Join(b.err, all.Err(), all.Close())
	for _, id := range gone {
		b.do(`UPDATE violation SET state = 'closed', ended = ?, why = ? WHERE id = ?`, micros(v.At), "the contract does not say it any more", id)
	}
}

// End ends a contract: its stream is not looked at any more on its behalf. Its versions and violations stay. ErrNotFound.
func (e *Engine) End(ctx context.Context, id string) error {
	done, err := e.Tables.Exec(ctx, `UPDATE contract_active SET ended = ? WHERE contract = ? AND ended = 0`, micros(e.now()), id)
	if err != nil {
		return fmt.Errorf("ending contract %s: %w", id, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fmt.Errorf("%w: %s", ErrNotFound, id))
	}
	if _, err := e.Tables.Exec(ctx, `UPDATE violation SET state = 'closed', ended = ?, why = ? WHERE contract = ? AND state <> 'closed'`, micros(e.now()), "the contract has ended", id); err != nil {
		return fmt.Errorf("ending contract %s: %w", id, err)
	}
	if _, err := e.Tables.Exec(ctx, `DELETE FROM check_hold WHERE contract = ?`, id); err != nil {
		return fmt.Errorf("ending contract %s: %w", id, err)
	}
	e.changed.Store(true)
	e.acts.Add(1)
	return nil
}

const versionColumns = `v.contract, v.number, v.version, v.status, v.hash, v.text, v.who, v.why, v.source, v.at`

func (e *Engine) versions(ctx context.Context, rest string, args ...any) (out []Version, err error) {
	err = rows(ctx, e, func(scan func(...any) error) error {
		var v Version
		var at int64
		if err := scan(&v.Contract, &v.Number, &v.Version, &v.Status, &v.Hash, &v.Text, &v.Who, &v.Why, &v.Source, &at); err != nil {
			return err
		}
		v.At = fromMicros(at)
		out = append(out, v)
		return nil
	}, `SELECT `+versionColumns+` FROM contract_version v `+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("reading contracts: %w", err)
	}
	return out, nil
}

// Contracts are the versions in force, by id.
func (e *Engine) Contracts(ctx context.Context) ([]Version, error) {
	return e.versions(ctx, `JOIN contract_active a ON a.contract = v.contract AND a.number = v.number WHERE a.ended = 0 ORDER BY v.contract`)
}

// Contract is the version in force. ErrNotFound.
func (e *Engine) Contract(ctx context.Context, id string) (Version, error) {
	return one(id)(e.versions(ctx, `JOIN contract_active a ON a.contract = v.contract AND a.number = v.number WHERE a.ended = 0 AND v.contract = ?`, id))
}

// Version is one of a contract. ErrNotFound.
func (e *Engine) Version(ctx context.Context, id string, number int64) (Version, error) {
	return one(id)(e.versions(ctx, `WHERE v.contract = ? AND v.number = ?`, id, number))
}

// History are the versions of a contract, the newest first; of one that ended, too. ErrNotFound.
func (e *Engine) History(ctx context.Context, id string) ([]Version, error) {
	all, err := e.versions(ctx, `WHERE v.contract = ? ORDER BY v.number DESC`, id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return all, err
}

func one(id string) func([]Version, error) (Version, error) {
	return func(all []Version, err error) (Version, error) {
		switch {
		case err != nil:
			return Version{}, err
		case len(all) == 0:
			return Version{}, fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		return all[0], nil
	}
}
