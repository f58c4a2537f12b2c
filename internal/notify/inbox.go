package notify

import (
	"context"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// Notification is a group in somebody's inbox.
type Notification struct {
	Group
	Told   time.Time // last
	Unread bool
}

func intoInbox(ctx context.Context, tx *tables.Tx, target, group string, now time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO notify_inbox (principal, group_id, told, seen) VALUES (?, ?, ?, 0) ON CONFLICT (principal, group_id) DO UPDATE SET told = excluded.told",
		strings.TrimPrefix(target, "inbox:"), group, now.UnixMicro())
	return err
}

// Inbox is what somebody was told, the newest first. visible leaves out what they may not see; it is asked until limit is reached. before is the
// told time, in microseconds, and the group of the last one that was seen; 0 = from the newest.
func (k *Keeper) Inbox(ctx context.Context, principal string, openOnly bool, beforeTold int64, beforeGroup string, limit int, visible func(*Event) bool) (out []Notification, more bool, err error) {
	if beforeTold == 0 {
		beforeTold = 1 << 62
	}
	query := "SELECT i.told, i.seen, " + groupColumns + " FROM notify_inbox i JOIN notify_group g ON g.id = i.group_id WHERE i.principal = ? AND (i.told < ? OR i.told = ? AND i.group_id < ?)"
	if openOnly {
		query += " AND g.open = 1 AND g.acked = 0"
	}
	rows, err := k.o.DB.Query(ctx, query+" ORDER BY i.told DESC, i.group_id DESC", principal, beforeTold, beforeTold, beforeGroup)
	if err != nil {
		return nil, false, reading(err)
	}
	defer func() { _ = rows.Close() }() // Err says what went wrong
	for rows.Next() {
		var n Notification
		var told, seen int64
		to, done := n.scanned()
		if err := rows.Scan(append([]any{&told, &seen}, to...)...); err != nil {
			return nil, false, reading(err)
		}
		if err := done(); err != nil {
			return nil, false, reading(err)
		}
		n.Told, n.Unread = instant(told), seen < told
		if !visible(&n.First) {
			continue
		}
		if len(out) == limit {
			return out, true, nil
		}
		out = append(out, n)
	}
	return out, false, reading(rows.Err())
}

// Unread counts what somebody has not looked at, up to most.
func (k *Keeper) Unread(ctx context.Context, principal string, most int, visible func(*Event) bool) (n int, err error) {
	rows, err := k.o.DB.Query(ctx, "SELECT "+groupColumns+" FROM notify_inbox i JOIN notify_group g ON g.id = i.group_id WHERE i.principal = ? AND i.seen < i.told ORDER BY i.told DESC", principal)
	if err != nil {
		return 0, reading(err)
	}
	defer func() { _ = rows.Close() }() // Err says what went wrong
	for rows.Next() && n < most {
		g, err := groupOf(rows)
		if err != nil {
			return 0, reading(err)
		}
		if visible(&g.First) {
			n++
		}
	}
	return n, reading(rows.Err())
}

// Read marks notifications of somebody as looked at; no ids = all.
func (k *Keeper) Read(ctx context.Context, principal string, ids []string) error {
	now := k.o.Now().UnixMicro()
	return saving(k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if len(ids) == 0 {
			_, err := tx.Exec(ctx, "UPDATE notify_inbox SET seen = ? WHERE principal = ? AND seen < told", now, principal)
			return err
		}
		for _, id := range ids {
			if _, err := tx.Exec(ctx, "UPDATE notify_inbox SET seen = ? WHERE principal = ? AND group_id = ?", now, principal, id); err != nil {
				return err
			}
		}
		return nil
	}))
}
