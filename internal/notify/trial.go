package notify

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// Test sends a test to a subscription's target, at once and once. It is in no log and no group; an inbox has it as a notification. Errors:
// ErrNotFound. What the target says is in the answer.
func (k *Keeper) Test(ctx context.Context, id string) (Outcome, error) {
	s, err := k.Find(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	now := k.o.Now()
	e := Event{Type: Tested, Link: "/notifications", Resource: access.NotificationResource, Action: access.NotifySubscribe}
	if err := e.complete(now, k.ids.next(now)); err != nil {
		return Outcome{}, err
	}
	if s.Target.Kind == Inbox {
		return Outcome{OK: true, Status: "in the inbox"}, saving(k.o.DB.Do(ctx, func(tx *tables.Tx) error {
			g, err := k.join(ctx, tx, &e, now)
			if err != nil {
				return err
			}
			if err := closeGroup(ctx, tx, &g, Quiet, now); err != nil {
				return err
			}
			return intoInbox(ctx, tx, inboxKey(s.Owner), g.ID, now)
		}))
	}
	c := &claimed{id: e.ID, sub: s, event: e, phase: testPhase, repeats: 1, group: Group{ID: e.ID, First: e, Opened: now, Count: 1}}
	return k.send(ctx, c), nil
}
