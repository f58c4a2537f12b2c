package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// Phase is why a target is told of a group.
type Phase string

// The phases.
const (
	Opened    Phase = "opened"
	Raised    Phase = "raised" // it is more severe than what the target was told
	Reminder  Phase = "reminder"
	Over      Phase = "recovered"
	testPhase Phase = "test"
)

// States of a delivery.
const (
	Pending   = "pending"
	Delivered = "delivered"
	Failed    = "failed"    // it was tried for a day
	Cancelled = "cancelled" // nobody wants it any more
)

// Enqueue writes down what happened, and a delivery for each target that is to be told, in the transaction of the change: both are there when it
// commits, or neither. An event whose id is there already is left out. Errors: ErrEvent; others are of the database or the Graph.
func (k *Keeper) Enqueue(ctx context.Context, tx *tables.Tx, e Event) error {
	now := k.o.Now()
	if err := e.complete(now, k.ids.next(now)); err != nil {
		return err
	}
	var known int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM notify_event WHERE id = ?", e.ID).Scan(&known); err != nil {
		return fmt.Errorf("looking for an event: %w", err)
	}
	if known > 0 {
		return nil
	}
	if err := k.enqueue(ctx, tx, &e, now); err != nil {
		return fmt.Errorf("writing down an event of type %s: %w", e.Type, err)
	}
	k.nudge()
	return nil
}

func (k *Keeper) enqueue(ctx context.Context, tx *tables.Tx, e *Event, now time.Time) error {
	g, err := k.join(ctx, tx, e, now)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO notify_event (id, group_id, body, created) VALUES (?, ?, ?, ?)", e.ID, g.ID, jsonOf(e), now.UnixMicro()); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, selectSubscription+" ORDER BY created, id")
	all, err := collect(rows, err, subscriptionOf)
	if err != nil {
		return err
	}
	t := &telling{k: k, tx: tx, e: e, g: &g, now: now}
	if err := t.known(ctx); err != nil {
		return err
	}
	byID := make(map[string]*Subscription, len(all))
	for i := range all {
		s := &all[i]
		byID[s.ID] = s
		if s.Paused || !s.Filter.takes(e) {
			continue
		}
		if e.Type == ContractRecovered && (s.After > 0 || !slices.Contains(s.Filter.Types, e.Type)) {
			continue // whom nobody told of the beginning has to ask for ends by name
		}
		if err := t.subscribed(ctx, s); err != nil {
			return err
		}
	}
	if e.Type != ContractRecovered {
		return nil
	}
	for target, of := range t.told { // who was told that it began is told that it is over, whatever their filter
		if s := byID[of.subscription]; s != nil && !of.over {
			if err := t.tell(ctx, s, target); err != nil {
				return err
			}
		}
	}
	return nil
}

// telling is who is told of one event.
type telling struct {
	k    *Keeper
	tx   *tables.Tx
	e    *Event
	g    *Group
	now  time.Time
	told map[string]*toldOf // by target

	standings []Standing
	asked     bool
}

type toldOf struct {
	subscription string
	severity     Severity
	over         bool
}

func (t *telling) known(ctx context.Context) error {
	type row struct {
		target string
		of     toldOf
	}
	rows, err := t.tx.Query(ctx, "SELECT target, subscription, severity FROM notify_told WHERE group_id = ?", t.g.ID)
	all, err := collect(rows, err, func(r interface{ Scan(...any) error }) (out row, err error) {
		var severity int64
		err = r.Scan(&out.target, &out.of.subscription, &severity)
		out.of.severity = Severity(severity)
		return out, err
	})
	t.told = make(map[string]*toldOf, len(all))
	for _, r := range all {
		t.told[r.target] = &r.of
	}
	return err
}

// subscribed tells a subscription's targets, where roles and rights are as it wants.
func (t *telling) subscribed(ctx context.Context, s *Subscription) error {
	if len(s.Filter.Roles) > 0 && !t.asked {
		t.asked = true
		if t.k.o.Graph != nil {
			var err error
			about := Entity{Cluster: t.e.Cluster, Topic: t.e.Topic, Path: t.e.Path, Job: t.e.Job, Subject: t.e.Subject, Contract: t.e.Contract}
			if t.standings, err = t.k.o.Graph.Standings(ctx, t.tx, about); err != nil {
				return fmt.Errorf("finding who is concerned: %w", err)
			}
		}
	}
	if s.Target.Related {
		for _, person := range s.Filter.persons(t.standings) {
			if err := t.tell(ctx, s, inboxKey(person)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(s.Filter.Roles) > 0 && !s.Filter.standing(t.standings, s.Owner) {
		return nil
	}
	// An inbox asks again when it is looked into, with the roles that its owner has then.
	if s.Target.Kind != Inbox && !t.k.o.Policy.Policy().Decide(s.who, t.e.Action, t.e.Resource).Allowed {
		return nil
	}
	return t.tell(ctx, s, s.target)
}

// tell writes a delivery to a target, unless it knows already.
func (t *telling) tell(ctx context.Context, s *Subscription, target string) error {
	phase, severity := Opened, t.e.Severity
	before := t.told[target]
	switch {
	case t.e.Type == ContractRecovered && before != nil && before.over:
		return nil
	case t.e.Type == ContractRecovered:
		phase = Over
	case before != nil && t.e.Severity <= before.severity:
		return nil
	case before != nil:
		phase = Raised
	case t.g.Severity > severity:
		severity = t.g.Severity
	}
	t.told[target] = &toldOf{s.ID, severity, phase == Over}
	if _, err := t.tx.Exec(ctx, "INSERT INTO notify_told (group_id, target, subscription, severity, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (group_id, target) DO UPDATE SET severity = excluded.severity, at = excluded.at",
		t.g.ID, target, s.ID, int64(severity), t.now.UnixMicro()); err != nil {
		return err
	}
	return t.k.deliver(ctx, t.tx, s, delivery{group: t.g.ID, event: t.e.ID, phase: phase, target: target, delayed: phase == Opened && s.After > 0}, t.now)
}

// delivery is one to write.
type delivery struct {
	group, event string
	phase        Phase
	target       string
	delayed      bool
}

// deliver writes a delivery. What goes into an inbox is there at once, unless it is delayed.
func (k *Keeper) deliver(ctx context.Context, tx *tables.Tx, s *Subscription, d delivery, now time.Time) error {
	state, next, done := Pending, now, int64(0)
	if d.delayed {
		next = now.Add(s.After)
	} else if s.Target.Kind == Inbox {
		state, done = Delivered, now.UnixMicro()
		if err := intoInbox(ctx, tx, d.target, d.group, now); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "INSERT INTO notify_delivery (id, subscription, owner, group_id, event, phase, target, address, shown, state, delayed, attempts, repeats, status, detail, created, begun, next_try, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, -1, '', '', ?, ?, ?, ?)",
		k.ids.next(now), s.ID, s.Owner, d.group, d.event, string(d.phase), d.target, s.address, s.Target.Shown(), state, truth(d.delayed), now.UnixMicro(), next.UnixMicro(), next.UnixMicro(), done)
	return err
}
