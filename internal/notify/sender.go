package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// When a delivery is tried again, and for how long.
const (
	retryLeast  = time.Second
	retryMost   = time.Hour
	giveUpAfter = 24 * time.Hour
	sendWithin  = 15 * time.Second // one attempt
	// leased is how long nobody else tries what is being tried. After a crash it is tried again then.
	leased = 30 * time.Second
	// keptFor is how long deliveries and groups that are over are listed.
	keptFor = 90 * 24 * time.Hour

	workers     = 4
	remindEvery = 15 * time.Second
)

// errLater: a delivery is not sent now, and that is no attempt.
var errLater = errors.New("later")

// Run sends what is due until ctx ends, and reminds. What is being sent then is waited for.
func (k *Keeper) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { k.repeat(ctx, time.Second, k.moved, func() error { _, err := k.Deliver(ctx); return err }) })
	}
	all.Go(func() { k.repeat(ctx, remindEvery, nil, func() error { return k.Remind(ctx) }) })
	all.Wait()
}

// repeat does something each time so long has gone by, and at each sign.
func (k *Keeper) repeat(ctx context.Context, every time.Duration, sign <-chan struct{}, do func() error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := do(); err != nil && ctx.Err() == nil {
			if !k.troubled.Swap(true) {
				k.o.Log.Error("notifications cannot be delivered for now; it is tried again", "error", err)
			}
		} else if err == nil {
			k.troubled.Store(false)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-sign:
			k.passOn()
		}
	}
}

// passOn wakes another worker: one sign may stand for many deliveries.
func (k *Keeper) passOn() {
	var due int
	err := k.o.DB.QueryRow(context.Background(), "SELECT COUNT(*) FROM notify_delivery WHERE state = 'pending' AND next_try <= ?", k.o.Now().UnixMicro()).Scan(&due)
	if err == nil && due > 1 {
		k.nudge()
	}
}

// Deliver tries everything that is due, one after the other, and says how much that was.
func (k *Keeper) Deliver(ctx context.Context) (n int, err error) {
	for ctx.Err() == nil {
		c, err := k.claim(ctx)
		if errors.Is(err, errLater) {
			continue
		}
		if err != nil || c == nil {
			return n, err
		}
		n++
		// A delivery that has begun is ended, so that its end is known.
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), leased)
		err = k.finish(work, c, k.send(work, c))
		cancel()
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// claimed is a delivery that nobody else tries meanwhile.
type claimed struct {
	id       string
	sub      Subscription
	group    Group
	event    Event
	phase    Phase
	target   string
	repeats  int64
	attempts int64 // with this one
	begun    time.Time
}

// due are deliveries that may be tried: those of one group to one target after each other, and none to an address that is held.
const due = ` FROM notify_delivery d LEFT JOIN notify_address a ON a.address = d.address
	WHERE d.state = 'pending' AND d.next_try <= ? AND COALESCE(a.hold, 0) <= ?
	AND NOT EXISTS (SELECT 1 FROM notify_delivery e WHERE e.group_id = d.group_id AND e.target = d.target AND e.state = 'pending' AND e.id < d.id)`

// claim takes the next delivery that is due; nil: there is none. errLater: look again.
func (k *Keeper) claim(ctx context.Context) (c *claimed, err error) {
	now := k.o.Now()
	us := now.UnixMicro()
	var there int
	if err := k.o.DB.QueryRow(ctx, "SELECT 1"+due+" LIMIT 1", us, us).Scan(&there); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var later error
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		c, later = nil, nil
		var id, subscription string
		err := tx.QueryRow(ctx, "SELECT d.id, d.subscription"+due+" ORDER BY d.next_try, d.id LIMIT 1", us, us).Scan(&id, &subscription)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		one := claimed{id: id}
		one.sub, err = subscriptionOf(tx.QueryRow(ctx, selectSubscription+" WHERE id = ?", subscription))
		if errors.Is(err, sql.ErrNoRows) {
			later = errLater
			_, err = tx.Exec(ctx, "UPDATE notify_delivery SET state = 'cancelled', detail = 'its subscription was removed', done = ? WHERE id = ?", us, id)
			return err
		}
		if err != nil {
			return err
		}
		free, err := k.hold(ctx, tx, &one.sub, now)
		if err != nil {
			return err
		}
		if !free {
			later = errLater
			return nil
		}
		if err := one.read(ctx, tx); err != nil {
			return err
		}
		c = &one
		// If the process dies now it is tried again when the lease is over; until then the address is held.
		_, err = tx.Exec(ctx, "UPDATE notify_delivery SET attempts = ?, repeats = ?, next_try = ? WHERE id = ?", one.attempts, one.repeats, now.Add(leased).UnixMicro(), id)
		return err
	})
	if err == nil {
		err = later
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// hold lets nobody else send to the address of s meanwhile; false: as many were sent there in this minute as may be.
func (k *Keeper) hold(ctx context.Context, tx *tables.Tx, s *Subscription, now time.Time) (free bool, err error) {
	if s.address == "" {
		return true, nil
	}
	most := int64(s.Target.Rate)
	if most == 0 {
		most = int64(rates[s.Target.Kind])
	}
	minute := now.Truncate(time.Minute)
	var failures, of, sent int64
	err = tx.QueryRow(ctx, "SELECT failures, minute, sent FROM notify_address WHERE address = ?", s.address).Scan(&failures, &of, &sent)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if of != minute.UnixMicro() {
		sent = 0
	}
	until := now.Add(leased)
	if free = sent < most; free {
		sent++
	} else {
		until = minute.Add(time.Minute)
	}
	_, err = tx.Exec(ctx, "INSERT INTO notify_address (address, hold, failures, minute, sent) VALUES (?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET hold = excluded.hold, minute = excluded.minute, sent = excluded.sent",
		s.address, until.UnixMicro(), failures, minute.UnixMicro(), sent)
	return free, err
}

// read fills in what is sent.
func (c *claimed) read(ctx context.Context, tx *tables.Tx) error {
	var body, phase string
	var begun int64
	var group string
	err := tx.QueryRow(ctx, "SELECT d.group_id, d.phase, d.target, d.repeats, d.attempts, d.begun, e.body FROM notify_delivery d JOIN notify_event e ON e.id = d.event WHERE d.id = ?", c.id).
		Scan(&group, &phase, &c.target, &c.repeats, &c.attempts, &begun, &body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(body), &c.event); err != nil {
		return fmt.Errorf("event of delivery %s was written by another program: %w", c.id, err)
	}
	if c.group, err = groupOf(tx.QueryRow(ctx, "SELECT "+groupColumns+" FROM notify_group g WHERE g.id = ?", group)); err != nil {
		return err
	}
	c.phase, c.begun = Phase(phase), instant(begun)
	c.attempts++
	if c.repeats < 0 {
		c.repeats = c.group.Count
	}
	return nil
}

// finish writes down how an attempt ended.
func (k *Keeper) finish(ctx context.Context, c *claimed, o Outcome) error {
	now := k.o.Now()
	if o.OK {
		k.sent.Add(1)
	} else {
		k.failed.Add(1)
	}
	return k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		pause, err := k.release(ctx, tx, c.sub.address, o, now)
		if err != nil {
			return err
		}
		if o.OK {
			if c.sub.Target.Kind == Inbox {
				if err := intoInbox(ctx, tx, c.target, c.group.ID, now); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, "UPDATE notify_delivery SET state = 'delivered', status = ?, detail = ?, done = ? WHERE id = ? AND state = 'pending'", o.Status, o.Detail, now.UnixMicro(), c.id)
			return err
		}
		next := now.Add(max(backOff(c.attempts), pause, o.After))
		if next.Sub(c.begun) > giveUpAfter {
			_, err := tx.Exec(ctx, "UPDATE notify_delivery SET state = 'failed', status = ?, detail = ?, done = ? WHERE id = ? AND state = 'pending'", o.Status, o.Detail, now.UnixMicro(), c.id)
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE notify_delivery SET status = ?, detail = ?, next_try = ? WHERE id = ? AND state = 'pending'", o.Status, o.Detail, next.UnixMicro(), c.id)
		return err
	})
}

// release lets others send to an address again: at once, or, when it does not answer, after a pause that grows.
func (k *Keeper) release(ctx context.Context, tx *tables.Tx, address string, o Outcome, now time.Time) (pause time.Duration, err error) {
	if address == "" {
		return 0, nil
	}
	if o.OK || !o.Down {
		_, err := tx.Exec(ctx, "UPDATE notify_address SET hold = 0, failures = 0 WHERE address = ?", address)
		return 0, err
	}
	var failures int64
	if err := tx.QueryRow(ctx, "SELECT failures FROM notify_address WHERE address = ?", address).Scan(&failures); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	failures++
	pause = max(backOff(failures), o.After)
	_, err = tx.Exec(ctx, "UPDATE notify_address SET hold = ?, failures = ? WHERE address = ?", now.Add(pause).UnixMicro(), failures, address)
	return pause, err
}

// backOff is how long one waits after so many attempts: 1 s, 2 s, 4 s … an hour.
func backOff(attempts int64) time.Duration {
	if attempts < 1 {
		return 0
	}
	if attempts > 12 {
		return retryMost
	}
	return min(retryLeast<<(attempts-1), retryMost)
}

// Attempts are those since the start.
func (k *Keeper) Attempts() (ok, failed uint64) { return k.sent.Load(), k.failed.Load() }
