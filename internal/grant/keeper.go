package grant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Options of a Keeper. File and Force are required.
type Options struct {
	File  string
	Force *access.InForce // where grants are put in force
	Now   func() time.Time
	Log   *slog.Logger
	// Record writes into the audit log what became of a grant by itself: access.GrantExpire or access.GrantEnd. It is asked again until it gives no
	// error. nil = nobody wants to know.
	Record func(ctx context.Context, g Grant, what access.Action, why string) error
}

// Keeper knows all grants, and puts in force those that are. Safe for concurrent use.
type Keeper struct {
	o Options

	mu    sync.Mutex
	list  []*Grant // oldest first
	broke error    // the file cannot be read
	dirty bool     // what is over is not on disk yet
}

// Open reads the file and puts in force what is. A file that cannot be read puts nothing in force, and Trouble says why.
func Open(o Options) *Keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keeper{o: o}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	return k
}

// load reads the file. The caller holds mu.
func (k *Keeper) load() {
	list, err := read(k.o.File)
	if err != nil && (k.broke == nil || k.broke.Error() != err.Error()) {
		k.o.Log.Error("the file of grants cannot be used: no grant is in force", "file", k.o.File, "error", err)
	}
	k.list, k.broke = list, err
	k.put()
}

// put puts in force what is. The caller holds mu.
func (k *Keeper) put() {
	var in []access.Grant
	for _, g := range k.list {
		if g.State == InForce {
			in = append(in, g.Grant)
		}
	}
	k.o.Force.PutGrants(in, k.o.Now)
}

// usable gives an error while the file is not; it is looked at again, so that taking a damaged one away is enough. The caller holds mu.
func (k *Keeper) usable() error {
	if k.broke != nil {
		k.load()
	}
	if k.broke != nil {
		return fmt.Errorf("%w: %w", ErrFile, k.broke)
	}
	return nil
}

// Trouble is why no grant is in force although there may be some; nil: there is none.
func (k *Keeper) Trouble() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.broke
}

// List are those of who and, as far as may says so, of others, the newest first.
func (k *Keeper) List(who access.Principal, may func(*Grant) bool) []Grant {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	out := []Grant{}
	for _, g := range slices.Backward(k.list) {
		if g.Of(who) || may(g) {
			out = append(out, clone(g))
		}
	}
	return out
}

// Find is one of them. Errors: ErrNotFound.
func (k *Keeper) Find(id string) (Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	g, err := k.find(id)
	if err != nil {
		return Grant{}, err
	}
	return clone(g), nil
}

func (k *Keeper) find(id string) (*Grant, error) {
	for _, g := range k.list {
		if g.ID == id {
			return g, nil
		}
	}
	return nil, ErrNotFound
}

// Plan makes of a wish the grant that Ask would make of it. Errors: access.ErrGrant, ErrState, ErrFile.
func (k *Keeper) Plan(who access.Principal, w Wish) (Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable(); err != nil {
		return Grant{}, err
	}
	k.expire()
	of := access.Grant{Rule: w.Rule, Principal: who.Person(), Clear: w.Clear, Resources: w.Resources, Reason: w.Reason}
	if who.ID != of.Principal {
		of.Via = who.ID
	}
	of, length, err := k.o.Force.Policy().Ask(of, w.For.Truncate(time.Second))
	if err != nil {
		return Grant{}, err
	}
	open := 0
	for _, g := range k.list {
		if g.Principal == of.Principal && g.State.Open() {
			open++
		}
	}
	if open >= mostOpen || len(k.list) >= mostKept && !slices.ContainsFunc(k.list, func(g *Grant) bool { return !g.State.Open() }) {
		return Grant{}, fmt.Errorf("%w: you have %d that are pending or in force; end one of them", ErrState, open)
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id) // it never fails
	of.ID = hex.EncodeToString(id)
	return Grant{Grant: of, Name: who.Name, For: length, Asked: k.o.Now(), State: Pending}, nil
}

// Take takes what Plan made. It is in force at once where its rule needs nobody's approval. Errors: access.ErrGrant, ErrFile.
func (k *Keeper) Take(g Grant) (Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable(); err != nil {
		return Grant{}, err
	}
	rule, ok := k.o.Force.Policy().GrantRule(g.Rule)
	if !ok {
		return Grant{}, fmt.Errorf("%w: the access policy has no such rule", access.ErrGrant)
	}
	if !rule.Approve {
		g.begin(k.o.Now(), rule)
	}
	return k.change(append(k.kept(), &g), &g)
}

func (g *Grant) begin(now time.Time, rule access.GrantRule) {
	g.State, g.Began, g.Until = InForce, now, now.Add(min(g.For, rule.For))
}

// kept are the grants without those that were over long ago. The caller holds mu.
func (k *Keeper) kept() []*Grant {
	now, room := k.o.Now(), mostKept-1
	out := make([]*Grant, 0, len(k.list)+1)
	for _, g := range slices.Backward(k.list) {
		over := !g.State.Open() && (g.noted || g.By != "")
		if over && (now.Sub(g.Over) > KeptFor || len(out) >= room) {
			continue
		}
		out = append(out, g)
	}
	slices.Reverse(out)
	return out
}

// change writes a list and puts it in force; when it cannot be written nothing is changed. The caller holds mu.
func (k *Keeper) change(list []*Grant, of *Grant) (Grant, error) {
	if err := write(k.o.File, list); err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrFile, err)
	}
	k.list, k.dirty = list, false
	k.put()
	return clone(of), nil
}

// with is the list with another grant in place of one of the same id. The caller holds mu.
func (k *Keeper) with(g *Grant) []*Grant {
	list := slices.Clone(k.list)
	for i := range list {
		if list[i].ID == g.ID {
			list[i] = g
		}
	}
	return list
}

// MayDecide says whether who could approve or refuse it, rights aside. Errors: ErrOwn, ErrState.
func (g *Grant) MayDecide(who access.Principal) error {
	switch {
	case g.Of(who) || g.Via != "" && g.Via == who.ID:
		return ErrOwn
	case g.State != Pending:
		return fmt.Errorf("%w: it is %s", ErrState, g.State)
	}
	return nil
}

// Approve puts a pending grant in force; its time begins now. Errors: ErrNotFound, ErrOwn, ErrState, ErrFile, access.ErrGrant.
func (k *Keeper) Approve(who access.Principal, id string) (Grant, error) {
	return k.decide(who, id, func(g *Grant) error {
		rule, ok := k.o.Force.Policy().GrantRule(g.Rule)
		if !ok {
			return fmt.Errorf("%w: the access policy has no such rule any more", access.ErrGrant)
		}
		g.Approver = who.ID
		g.begin(k.o.Now(), rule)
		return nil
	})
}

// Refuse ends a pending grant. Errors: ErrNotFound, ErrOwn, ErrState, ErrFile.
func (k *Keeper) Refuse(who access.Principal, id, why string) (Grant, error) {
	return k.decide(who, id, func(g *Grant) error {
		g.State, g.Over, g.By, g.Why = Refused, k.o.Now(), who.ID, words(why)
		return nil
	})
}

func words(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > mostWords {
		s = strings.ToValidUTF8(s[:mostWords], "")
	}
	return s
}

func (k *Keeper) decide(who access.Principal, id string, do func(*Grant) error) (Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable(); err != nil {
		return Grant{}, err
	}
	k.expire()
	g, err := k.find(id)
	if err != nil {
		return Grant{}, err
	}
	if err := g.MayDecide(who); err != nil {
		return Grant{}, err
	}
	next := clone(g)
	if err := do(&next); err != nil {
		return Grant{}, err
	}
	return k.change(k.with(&next), &next)
}

// End ends a grant that is pending or in force. It is over when End returns, also with ErrFile: then it is written down later. Errors: ErrNotFound,
// ErrState, ErrFile.
func (k *Keeper) End(who access.Principal, id, why string) (Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	g, err := k.find(id)
	if err != nil {
		return Grant{}, err
	}
	if !g.State.Open() {
		return Grant{}, fmt.Errorf("%w: it is %s", ErrState, g.State)
	}
	next := clone(g)
	next.State, next.Over, next.By, next.Why = Ended, k.o.Now(), who.ID, words(why)
	k.list = k.with(&next)
	k.put()
	if err := write(k.o.File, k.list); err != nil {
		k.dirty = true
		return clone(&next), fmt.Errorf("%w: the grant is over, which could not be written: %w", ErrFile, err)
	}
	k.dirty = false
	return clone(&next), nil
}

// whyNoRule is why the server ends a grant.
const whyNoRule = "the access policy has no such rule any more"

// expire gives their final state to those whose time is over, or whose rule is gone. The caller holds mu.
func (k *Keeper) expire() {
	now, policy := k.o.Now(), k.o.Force.Policy()
	changed := false
	for i, g := range k.list {
		if !g.State.Open() {
			continue
		}
		next := clone(g)
		rule, ok := policy.GrantRule(g.Rule)
		switch until := g.Until; {
		case !ok:
			next.State, next.Over, next.Why = Ended, now, whyNoRule
		case g.State == Pending && !now.Before(g.Asked.Add(PendingFor)):
			next.State, next.Over, next.Why = Expired, now, "nobody decided about it"
		case g.State == InForce:
			if most := g.Began.Add(rule.For); most.Before(until) {
				until = most
			}
			if now.Before(until) {
				continue
			}
			next.State, next.Over = Expired, until
		default:
			continue
		}
		k.list[i], changed = &next, true
	}
	if changed {
		k.dirty = true
		k.put()
	}
}

// Sweep ends what is over, writes that down, and tells the audit log.
func (k *Keeper) Sweep(ctx context.Context) {
	k.mu.Lock()
	k.o.Force.Policy() // ends answers under what is over
	k.expire()
	var tell []Grant
	for _, g := range k.list {
		if !g.State.Open() && g.By == "" && !g.noted {
			tell = append(tell, clone(g))
		}
	}
	k.mu.Unlock()
	for _, g := range tell { // the log may take its time
		what := access.GrantExpire
		if g.State == Ended {
			what = access.GrantEnd
		}
		if k.o.Record != nil {
			if err := k.o.Record(ctx, g, what, g.Why); err != nil {
				k.o.Log.Error("that a grant is over was not written into the audit log; it is tried again", "grant", g.ID, "error", err)
				continue
			}
		}
		k.mu.Lock()
		if at, err := k.find(g.ID); err == nil {
			next := clone(at)
			next.noted = true
			k.list, k.dirty = k.with(&next), true
		}
		k.mu.Unlock()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.dirty || k.broke != nil {
		return
	}
	if err := write(k.o.File, k.list); err != nil {
		k.o.Log.Error("that grants are over was not written into their file; it is tried again", "error", err)
		return
	}
	k.dirty = false
}

// sweepEvery is how often is looked what is over. What is in force is looked at for each answer.
const sweepEvery = time.Second

// Run sweeps until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		k.Sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
