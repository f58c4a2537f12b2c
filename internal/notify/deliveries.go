package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// Delivery is a line of the delivery log.
type Delivery struct {
	ID           string
	Subscription string
	Owner        string
	Group        string
	Event        Event
	Phase        Phase
	Shown        string // the target, without secrets
	State        string
	Attempts     int64
	Status       string // what the target answered last, or what went wrong
	Detail       string // why it is as it is, or how the answer begins
	Created      time.Time
	Next         time.Time // pending: when it is tried next
	Done         time.Time
}

// DeliveryQuery chooses deliveries. Empty members choose all.
type DeliveryQuery struct {
	Owner, Subscription, State, Group string
	Before                            string // an id: older ones
	Limit                             int    // 0 = 100
}

const selectDelivery = "SELECT d.id, d.subscription, d.owner, d.group_id, e.body, d.phase, d.shown, d.state, d.attempts, d.status, d.detail, d.created, d.next_try, d.done FROM notify_delivery d JOIN notify_event e ON e.id = d.event WHERE 1 = 1"

func deliveryOf(row interface{ Scan(...any) error }) (d Delivery, err error) {
	var body, phase string
	var created, next, done int64
	if err := row.Scan(&d.ID, &d.Subscription, &d.Owner, &d.Group, &body, &phase, &d.Shown, &d.State, &d.Attempts, &d.Status, &d.Detail, &created, &next, &done); err != nil {
		return d, err
	}
	d.Phase, d.Created, d.Done = Phase(phase), instant(created), instant(done)
	if d.State == Pending {
		d.Next = instant(next)
	}
	if err := json.Unmarshal([]byte(body), &d.Event); err != nil {
		return d, fmt.Errorf("event of delivery %s was written by another program: %w", d.ID, err)
	}
	return d, nil
}

// Deliveries are those that q chooses, the newest first; more says whether there are older ones.
func (k *Keeper) Deliveries(ctx context.Context, q DeliveryQuery) (out []Delivery, more bool, err error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	query, args := selectDelivery, []any{}
	for _, of := range []struct{ column, value string }{{"d.owner", q.Owner}, {"d.subscription", q.Subscription}, {"d.state", q.State}, {"d.group_id", q.Group}} {
		if of.value != "" {
			query += " AND " + of.column + " = ?"
			args = append(args, of.value)
		}
	}
	if q.Before != "" {
		query += " AND d.id < ?"
		args = append(args, q.Before)
	}
	rows, err := k.o.DB.Query(ctx, query+" ORDER BY d.id DESC LIMIT ?", append(args, q.Limit+1)...)
	out, err = collect(rows, err, deliveryOf)
	if len(out) > q.Limit {
		out, more = out[:q.Limit], true
	}
	return out, more, reading(err)
}

// Delivery gives one. ErrNotFound.
func (k *Keeper) Delivery(ctx context.Context, id string) (Delivery, error) {
	d, err := deliveryOf(k.o.DB.QueryRow(ctx, selectDelivery+" AND d.id = ?", id))
	return d, reading(err)
}

// Replay tries a delivery that failed again, for a day from now. Errors: ErrNotFound; ErrState, it has not failed or its subscription is gone.
func (k *Keeper) Replay(ctx context.Context, id string) (d Delivery, err error) {
	now := k.o.Now().UnixMicro()
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if d, err = deliveryOf(tx.QueryRow(ctx, selectDelivery+" AND d.id = ?", id)); err != nil {
			return err
		}
		if d.State != Failed {
			return fmt.Errorf("%w: the delivery is %s, and only what has failed is tried again", ErrState, d.State)
		}
		var n int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM notify_subscription WHERE id = ?", d.Subscription).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: the delivery's subscription was removed", ErrState)
		}
		if _, err := tx.Exec(ctx, "UPDATE notify_address SET hold = 0 WHERE address = (SELECT address FROM notify_delivery WHERE id = ?)", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE notify_delivery SET state = 'pending', attempts = 0, begun = ?, next_try = ?, done = 0, detail = 'tried again by hand' WHERE id = ?", now, now, id); err != nil {
			return err
		}
		d, err = deliveryOf(tx.QueryRow(ctx, selectDelivery+" AND d.id = ?", id))
		return err
	})
	k.nudge()
	return d, saving(err)
}

// Counts tells how many deliveries wait, how long the oldest that is due has waited, and how many failed in the last day.
func (k *Keeper) Counts(ctx context.Context) (pending, failed int64, oldest time.Duration, err error) {
	now := k.o.Now()
	var begun int64
	err = k.o.DB.QueryRow(ctx, "SELECT (SELECT COUNT(*) FROM notify_delivery WHERE state = 'pending'), (SELECT COUNT(*) FROM notify_delivery WHERE state = 'failed' AND done > ?), (SELECT COALESCE(MIN(begun), 0) FROM notify_delivery WHERE state = 'pending')",
		now.Add(-giveUpAfter).UnixMicro()).Scan(&pending, &failed, &begun)
	if begun > 0 {
		oldest = max(now.Sub(instant(begun)), 0)
	}
	return pending, failed, oldest, reading(err)
}
