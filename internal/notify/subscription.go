package notify

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// Wish is what a person says of a subscription.
type Wish struct {
	Name   string `json:"name,omitempty"`
	Filter Filter `json:"filter"`
	Target Target `json:"target"`
	// After: one is told only of what nobody has acknowledged for so long. 0 = at once.
	After time.Duration `json:"after,omitempty"`
	// Remind: one is told again each time so long has gone by, until somebody acknowledges or it is over. 0 = never.
	Remind time.Duration `json:"remind,omitempty"`
	Paused bool          `json:"-"`
}

// Subscription is one that is kept. It holds no secret that can be read.
type Subscription struct {
	Wish
	ID        string
	Owner     string // a principal's id
	OwnerName string
	HasSecret bool
	Created   time.Time
	Changed   time.Time

	who     access.Principal // the owner with the roles of when they were last here
	sealed  string
	target  string
	address string
}

// Bounds of subscriptions.
const (
	maxOwn      = 100 // of one person
	maxInterval = 30 * 24 * time.Hour
	minRemind   = 5 * time.Minute
)

func (w *Wish) check(secret string, kept bool) error {
	if len(w.Name) > 200 || strings.ContainsFunc(w.Name, unprintable) {
		return fmt.Errorf("%w: a name has at most 200 bytes, on one line", ErrSubscription)
	}
	if w.After < 0 || w.After > maxInterval {
		return fmt.Errorf("%w: after is at most 30 days", ErrSubscription)
	}
	if w.Remind != 0 && (w.Remind < minRemind || w.Remind > maxInterval) {
		return fmt.Errorf("%w: remind is between 5 minutes and 30 days", ErrSubscription)
	}
	if err := w.Filter.check(); err != nil {
		return err
	}
	if err := w.Target.check(secret, kept); err != nil {
		return err
	}
	if w.Target.Related && len(w.Filter.Roles) == 0 {
		return fmt.Errorf("%w: related is the inbox of who has a role: name roles", ErrSubscription)
	}
	return nil
}

// OwnerOf is whose subscriptions and inbox a caller's are: a token's are its owner's.
func OwnerOf(who access.Principal) string { return cmp.Or(who.Owner, who.ID) }

// permitted refuses what only administrators may wish for.
func (k *Keeper) permitted(w *Wish, administrator bool) error {
	if administrator {
		return nil
	}
	if w.Target.SecretFile != "" {
		return fmt.Errorf("%w: secret_file names a file of the server's machine; give the secret itself", ErrForbidden)
	}
	if w.Target.Related {
		return fmt.Errorf("%w: related writes into other people's inboxes", ErrForbidden)
	}
	for _, host := range w.Target.hosts() {
		if !slices.ContainsFunc(k.o.Hosts, func(pattern string) bool { return glob(strings.ToLower(pattern), host) }) {
			return fmt.Errorf("%w: the setting notify-hosts does not name the host %s", ErrForbidden, bounded(host))
		}
	}
	return nil
}

// possible refuses targets that this server has no way to.
func (k *Keeper) possible(t *Target) error {
	switch {
	case t.Kind == Email && k.o.Mail == nil:
		return fmt.Errorf("%w: this server sends no mail; the setting smtp names a mail server", ErrSubscription)
	case t.Kind == Topic && k.o.Topics == nil:
		return fmt.Errorf("%w: this server writes to no topics; the setting kafka-file names clusters", ErrSubscription)
	case t.Kind == Topic:
		if err := k.o.Topics.Known(t.Cluster); err != nil {
			return fmt.Errorf("%w: %w", ErrSubscription, err)
		}
	}
	return nil
}

// Add makes a subscription of who. Errors: ErrSubscription, ErrForbidden.
func (k *Keeper) Add(ctx context.Context, who access.Principal, w Wish, secret string, administrator bool) (s Subscription, err error) {
	if err := cmp.Or(w.check(secret, false), k.permitted(&w, administrator), k.possible(&w.Target)); err != nil {
		return s, err
	}
	now := k.o.Now()
	s = Subscription{ID: k.ids.next(now), Owner: OwnerOf(who), OwnerName: bounded(cmp.Or(who.Name, who.ID)), Created: now, who: who}
	k.put(&s, w, secret, now)
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM notify_subscription WHERE owner = ?", s.Owner).Scan(&n); err != nil {
			return err
		}
		if n >= maxOwn {
			return fmt.Errorf("%w: %d are as many as one person may have", ErrSubscription, maxOwn)
		}
		return s.insert(ctx, tx)
	})
	return s, saving(err)
}

// put gives s what w says. An empty secret leaves the one that is kept.
func (k *Keeper) put(s *Subscription, w Wish, secret string, now time.Time) {
	kept := s.Target
	s.Wish, s.Changed = w, now
	if secret != "" || w.Target.SecretFile != "" || s.sealed == "" {
		s.Target = w.Target.normal(secret)
		s.sealed = k.seal.close(s.ID, secret)
		s.address, s.target = s.Target.address(secret), s.Target.key(s.Owner, secret)
	} else if w.Target.Kind == Slack {
		s.Target.URL = kept.URL
	} else {
		s.address, s.target = s.Target.address(""), s.Target.key(s.Owner, "")
	}
	if s.Target.Kind == Inbox {
		s.target = inboxKey(s.Owner)
	}
	s.HasSecret = s.sealed != "" || s.Target.SecretFile != ""
}

func saving(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err == nil || errors.Is(err, ErrSubscription) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrState) || errors.Is(err, ErrForbidden) {
		return err
	}
	return fmt.Errorf("writing to the tables of notifications: %w", err)
}

// Update changes a subscription. An empty secret keeps the one that is there, unless the target is of another kind. Errors: as Add, ErrNotFound.
func (k *Keeper) Update(ctx context.Context, id string, w Wish, secret string, administrator bool) (s Subscription, err error) {
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if s, err = subscriptionOf(tx.QueryRow(ctx, selectSubscription+" WHERE id = ?", id)); err != nil {
			return err
		}
		kept := s.sealed != "" && s.Target.Kind == w.Target.Kind && w.Target.SecretFile == ""
		if w.Target.Kind == Webhook && w.Target.URL != s.Target.URL {
			kept = false // what is signed with a secret goes to nobody whom it was not meant for
		}
		if w.Target.Kind == Slack && secret == "" && w.Target.SecretFile == "" {
			w.Target.URL = s.Target.URL
		}
		if err := cmp.Or(w.check(secret, kept), k.permitted(&w, administrator), k.possible(&w.Target)); err != nil {
			return err
		}
		if !kept {
			s.sealed = ""
		}
		k.put(&s, w, secret, k.o.Now())
		if _, err := tx.Exec(ctx, "DELETE FROM notify_subscription WHERE id = ?", id); err != nil {
			return err
		}
		return s.insert(ctx, tx)
	})
	return s, saving(err)
}

// Remove ends a subscription. What waits to be delivered for it is cancelled. ErrNotFound.
func (k *Keeper) Remove(ctx context.Context, id string) (s Subscription, err error) {
	err = k.o.DB.Do(ctx, func(tx *tables.Tx) error {
		if s, err = subscriptionOf(tx.QueryRow(ctx, selectSubscription+" WHERE id = ?", id)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM notify_subscription WHERE id = ?", id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE notify_delivery SET state = 'cancelled', detail = 'its subscription was removed', done = ? WHERE subscription = ? AND state = 'pending'",
			k.o.Now().UnixMicro(), id)
		return err
	})
	return s, saving(err)
}

// Find gives a subscription. ErrNotFound.
func (k *Keeper) Find(ctx context.Context, id string) (Subscription, error) {
	s, err := subscriptionOf(k.o.DB.QueryRow(ctx, selectSubscription+" WHERE id = ?", id))
	return s, reading(err)
}

// Subscriptions are those of an owner, or with "" all, oldest first.
func (k *Keeper) Subscriptions(ctx context.Context, owner string) ([]Subscription, error) {
	query, args := selectSubscription, []any(nil)
	if owner != "" {
		query, args = query+" WHERE owner = ?", []any{owner}
	}
	rows, err := k.o.DB.Query(ctx, query+" ORDER BY created, id", args...)
	out, err := collect(rows, err, subscriptionOf)
	return out, reading(err)
}

// Seen takes note of the roles that somebody has now: what their subscriptions may tell is decided with them. A token's roles are not its owner's.
func (k *Keeper) Seen(ctx context.Context, who access.Principal) error {
	if who.Owner != "" || who.ID == "" {
		return nil
	}
	roles, scope := jsonOf(who.Roles), jsonOf(who.Scope)
	var n int
	err := k.o.DB.QueryRow(ctx, "SELECT COUNT(*) FROM notify_subscription WHERE owner = ? AND (roles <> ? OR scope <> ?)", who.ID, roles, scope).Scan(&n)
	if err != nil || n == 0 {
		return reading(err)
	}
	_, err = k.o.DB.Exec(ctx, "UPDATE notify_subscription SET roles = ?, scope = ? WHERE owner = ?", roles, scope, who.ID)
	return saving(err)
}

const selectSubscription = "SELECT id, owner, owner_name, roles, scope, wish, secret, target, address, paused, created, changed FROM notify_subscription"

func (s *Subscription) insert(ctx context.Context, tx *tables.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO notify_subscription (id, owner, owner_name, roles, scope, wish, secret, target, address, paused, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.ID, s.Owner, s.OwnerName, jsonOf(s.who.Roles), jsonOf(s.who.Scope), jsonOf(s.Wish), s.sealed, s.target, s.address, truth(s.Paused), s.Created.UnixMicro(), s.Changed.UnixMicro())
	return err
}

func subscriptionOf(row interface{ Scan(...any) error }) (s Subscription, err error) {
	var roles, scope, wish string
	var paused, created, changed int64
	if err := row.Scan(&s.ID, &s.Owner, &s.OwnerName, &roles, &scope, &wish, &s.sealed, &s.target, &s.address, &paused, &created, &changed); err != nil {
		return s, err
	}
	for _, of := range []struct {
		text string
		to   any
	}{{roles, &s.who.Roles}, {scope, &s.who.Scope}, {wish, &s.Wish}} {
		if err := json.Unmarshal([]byte(of.text), of.to); err != nil {
			return s, fmt.Errorf("subscription %s was written by another program: %w", s.ID, err)
		}
	}
	s.who.ID, s.who.Name = s.Owner, s.OwnerName
	s.Paused, s.Created, s.Changed = paused != 0, instant(created), instant(changed)
	s.HasSecret = s.sealed != "" || s.Target.SecretFile != ""
	return s, nil
}

// reading says of an error what was done, and makes ErrNotFound of a row that is not there.
func reading(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	}
	return fmt.Errorf("reading the tables of notifications: %w", err)
}

// collect reads rows to their end, so that the next statement of a transaction finds its connection free.
func collect[T any](rows *sql.Rows, err error, scan func(interface{ Scan(...any) error }) (T, error)) (out []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err says what went wrong
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types of texts and numbers
	}
	return string(b)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
