package notify

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// Remind reminds of what nobody has acknowledged, closes groups that went quiet, and takes away what was over long ago.
func (k *Keeper) Remind(ctx context.Context) error {
	now := k.o.Now()
	err := k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if err := k.quiet(ctx, tx, now); err != nil {
			return err
		}
		if err := giveUp(ctx, tx, now); err != nil {
			return err
		}
		return k.remindAll(ctx, tx, now)
	})
	if err != nil {
		return saving(err)
	}
	k.nudge()
	old := now.Add(-keptFor).UnixMicro()
	return saving(k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		const gone = "(SELECT id FROM notify_group g WHERE g.open = 0 AND g.closed < ? AND NOT EXISTS (SELECT 1 FROM notify_delivery d WHERE d.group_id = g.id AND d.state = 'pending'))"
		for _, table := range []string{"notify_delivery", "notify_told", "notify_inbox", "notify_event"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE group_id IN "+gone, old); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "DELETE FROM notify_group WHERE open = 0 AND closed < ? AND NOT EXISTS (SELECT 1 FROM notify_event e WHERE e.group_id = notify_group.id)", old)
		return err
	}))
}

// brokenFor is how long a broken contract is waited for that nothing is told of any more, as where it is in force no longer.
const brokenFor = 31 * 24 * time.Hour

func (k *Keeper) quiet(ctx context.Context, tx *tables.Tx, now time.Time) error {
	// A broken contract is told once for as long as it is broken: it is over when it holds again, and until then people are reminded.
	rows, err := tx.Query(ctx, "SELECT "+groupColumns+" FROM notify_group g WHERE g.open = 1 AND (g.latest < ? AND g.first NOT LIKE ? OR g.latest < ?) LIMIT 1000",
		now.Add(-k.o.Window).UnixMicro(), `%"type":"`+string(ContractViolated)+`"%`, now.Add(-brokenFor).UnixMicro())
	all, err := collect(rows, err, groupOf)
	if err != nil {
		return err
	}
	for i := range all {
		if err := closeGroup(ctx, tx, &all[i], Quiet, now); err != nil {
			return err
		}
	}
	return nil
}

// giveUp lists as failed what has waited for a day behind others for an address that does not answer. What waited because this program did not
// run is tried first.
func giveUp(ctx context.Context, tx *tables.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = 'failed', status = 'not tried', detail = 'its address has not answered for a day', done = ?
		WHERE state = 'pending' AND begun < ? AND next_try <= ? AND EXISTS (SELECT 1 FROM notify_address a WHERE a.address = notify_delivery.address AND a.failures > 0 AND a.hold > ?)`,
		now.UnixMicro(), now.Add(-giveUpAfter).UnixMicro(), now.UnixMicro(), now.UnixMicro())
	return err
}

// remindAll tells again whom a subscription with reminders has told so long ago, unless what they were told still waits.
func (k *Keeper) remindAll(ctx context.Context, tx *tables.Tx, now time.Time) error {
	type row struct {
		group, target, subscription, event string
		at                                 int64
	}
	rows, err := tx.Query(ctx, `SELECT t.group_id, t.target, t.subscription, t.at, (SELECT e.id FROM notify_event e WHERE e.group_id = t.group_id ORDER BY e.created DESC, e.id LIMIT 1)
		FROM notify_told t JOIN notify_group g ON g.id = t.group_id
		WHERE g.open = 1 AND g.acked = 0
		AND NOT EXISTS (SELECT 1 FROM notify_delivery d WHERE d.group_id = t.group_id AND d.target = t.target AND d.state = 'pending')`)
	told, err := collect(rows, err, func(r interface{ Scan(...any) error }) (out row, err error) {
		err = r.Scan(&out.group, &out.target, &out.subscription, &out.at, &out.event)
		return out, err
	})
	if err != nil || len(told) == 0 {
		return err
	}
	subs, err := tx.Query(ctx, selectSubscription)
	all, err := collect(subs, err, subscriptionOf)
	if err != nil {
		return err
	}
	byID := make(map[string]*Subscription, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	for _, t := range told {
		s := byID[t.subscription]
		if s == nil || s.Paused || s.Remind == 0 || now.Sub(instant(t.at)) < s.Remind {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE notify_told SET at = ? WHERE group_id = ? AND target = ?", now.UnixMicro(), t.group, t.target); err != nil {
			return err
		}
		if err := k.deliver(ctx, tx, s, delivery{group: t.group, event: t.event, phase: Reminder, target: t.target}, now); err != nil {
			return err
		}
	}
	return nil
}
