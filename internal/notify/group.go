package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// Group is one thing that happened, with its repeats.
type Group struct {
	ID        string
	First     Event
	Severity  Severity // the highest
	Opened    time.Time
	Latest    time.Time
	Count     int64 // events, without the one that ended it
	Open      bool
	Closed    time.Time
	Why       string // it is closed: Recovered or Quiet
	Acked     time.Time
	AckedBy   string // a principal's id
	AckedName string
	Note      string
}

// Why a group is closed.
const (
	Recovered = "recovered"
	Quiet     = "quiet" // nothing came for the window
)

const groupColumns = "g.id, g.first, g.severity, g.opened, g.latest, g.count, g.open, g.closed, g.why, g.acked, g.acked_by, g.acked_name, g.note"

// scanned are where a row's groupColumns go; done reads them.
func (g *Group) scanned() (to []any, done func() error) {
	var first string
	var severity, opened, latest, open, closed, acked int64
	return []any{&g.ID, &first, &severity, &opened, &latest, &g.Count, &open, &closed, &g.Why, &acked, &g.AckedBy, &g.AckedName, &g.Note}, func() error {
		g.Severity, g.Open = Severity(severity), open != 0
		g.Opened, g.Latest, g.Closed, g.Acked = instant(opened), instant(latest), instant(closed), instant(acked)
		if err := json.Unmarshal([]byte(first), &g.First); err != nil {
			return fmt.Errorf("group %s was written by another program: %w", g.ID, err)
		}
		return nil
	}
}

func groupOf(row interface{ Scan(...any) error }) (g Group, err error) {
	to, done := g.scanned()
	if err := row.Scan(to...); err != nil {
		return g, err
	}
	return g, done()
}

// join puts an event into its group: the one that is open, or one that begins with it.
func (k *Keeper) join(ctx context.Context, tx *tables.Tx, e *Event, now time.Time) (Group, error) {
	name, ends := e.Group, e.Type == ContractRecovered
	if name == "" {
		name = "event/" + e.ID
	}
	name = string(e.Resource) + "\n" + name // who may see one event of a group may see all
	g, err := groupOf(tx.QueryRow(ctx, "SELECT "+groupColumns+" FROM notify_group g WHERE g.name = ? AND g.open = 1", name))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return g, err
	case !ends && now.Sub(g.Latest) > k.o.Window:
		if err := closeGroup(ctx, tx, &g, Quiet, now); err != nil {
			return g, err
		}
	case ends:
		return g, closeGroup(ctx, tx, &g, Recovered, now)
	default:
		g.Severity, g.Latest, g.Count = max(g.Severity, e.Severity), now, g.Count+1
		_, err := tx.Exec(ctx, "UPDATE notify_group SET severity = ?, latest = ?, count = ? WHERE id = ?", int64(g.Severity), now.UnixMicro(), g.Count, g.ID)
		return g, err
	}
	g = Group{ID: k.ids.next(now), First: *e, Severity: e.Severity, Opened: now, Latest: now, Count: 1, Open: true}
	if ends { // of what nobody was told
		g.Count = 0
	}
	_, err = tx.Exec(ctx, "INSERT INTO notify_group (id, name, open, severity, first, resource, action, opened, latest, count, closed, why, acked, acked_by, acked_name, note) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, '', '', '')",
		g.ID, name, int64(g.Severity), jsonOf(e), string(e.Resource), string(e.Action), now.UnixMicro(), now.UnixMicro(), g.Count)
	if err == nil && ends {
		err = closeGroup(ctx, tx, &g, Recovered, now)
	}
	return g, err
}

func closeGroup(ctx context.Context, tx *tables.Tx, g *Group, why string, now time.Time) error {
	g.Open, g.Closed, g.Why = false, now, why
	if _, err := tx.Exec(ctx, "UPDATE notify_group SET open = 0, closed = ?, why = ? WHERE id = ?", now.UnixMicro(), why, g.ID); err != nil {
		return err
	}
	return undelay(ctx, tx, g.ID, "it was over before", now)
}

// undelay cancels what waits for nobody to acknowledge. Who was to be told by it was not told.
func undelay(ctx context.Context, tx *tables.Tx, group, why string, now time.Time) error {
	if _, err := tx.Exec(ctx, "DELETE FROM notify_told WHERE group_id = ? AND target IN (SELECT target FROM notify_delivery WHERE group_id = ? AND delayed = 1 AND state = 'pending' AND attempts = 0)", group, group); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE notify_delivery SET state = 'cancelled', detail = ?, done = ? WHERE group_id = ? AND delayed = 1 AND state = 'pending' AND attempts = 0", why, now.UnixMicro(), group)
	return err
}

// Group gives one. ErrNotFound.
func (k *Keeper) Group(ctx context.Context, id string) (Group, error) {
	g, err := groupOf(k.o.DB.QueryRow(ctx, "SELECT "+groupColumns+" FROM notify_group g WHERE g.id = ?", id))
	return g, reading(err)
}

// Told says whether somebody, or a subscription of theirs, was told of a group, or is to be.
func (k *Keeper) Told(ctx context.Context, group, principal string) (bool, error) {
	var n int
	err := k.o.DB.QueryRow(ctx, "SELECT (SELECT COUNT(*) FROM notify_inbox WHERE group_id = ? AND principal = ?) + (SELECT COUNT(*) FROM notify_delivery WHERE group_id = ? AND owner = ?)",
		group, principal, group, principal).Scan(&n)
	return n > 0, reading(err)
}

// Ack writes down that who takes care of a group: reminders end, and who waited to be told is not. Errors: ErrNotFound, ErrState.
func (k *Keeper) Ack(ctx context.Context, who access.Principal, group, note string) (g Group, err error) {
	now, note := k.o.Now(), printable(note)
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if g, err = groupOf(tx.QueryRow(ctx, "SELECT "+groupColumns+" FROM notify_group g WHERE g.id = ?", group)); err != nil {
			return err
		}
		if !g.Acked.IsZero() {
			return fmt.Errorf("%w: %s has acknowledged it", ErrState, g.AckedName)
		}
		g.Acked, g.AckedBy, g.AckedName, g.Note = now, who.ID, bounded(who.Name), note
		if _, err := tx.Exec(ctx, "UPDATE notify_group SET acked = ?, acked_by = ?, acked_name = ?, note = ? WHERE id = ?", now.UnixMicro(), g.AckedBy, g.AckedName, note, group); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE notify_inbox SET seen = ? WHERE group_id = ? AND principal = ?", now.UnixMicro(), group, OwnerOf(who)); err != nil {
			return err
		}
		return undelay(ctx, tx, group, "somebody acknowledged before", now)
	})
	return g, saving(err)
}
