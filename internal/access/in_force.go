package access

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrGrantOver is the cause with which the context of an answer ends when a grant that it began with is over.
var ErrGrantOver = errors.New("a grant that this was shown under is over")

// InForce is the policy in force with the grants in force, both of which may be exchanged while they are used: an answer that has begun goes on
// with the policy that it began with, and ends with the grants that it began with (Bound). Safe for concurrent use.
type InForce struct {
	now atomic.Pointer[inForce]

	mu     sync.Mutex // who changes now, or looks after answers
	bounds map[*bound]struct{}
}

// inForce is one state of an InForce.
type inForce struct {
	policy *Policy // base with the grants
	base   *Policy
	grants []Grant
	clock  func() time.Time // nil = there are no grants
	until  time.Time        // the first grant is over then; zero = none is in force
}

// bound is an answer that is under grants.
type bound struct {
	who    string
	policy *Policy
	cancel context.CancelCauseFunc
}

// NewInForce begins with p.
func NewInForce(p *Policy) *InForce {
	f := &InForce{bounds: make(map[*bound]struct{})}
	f.now.Store(&inForce{policy: p, base: p})
	return f
}

// Policy is the one in force, with the grants that are in force at this moment. Who asks more than once for one answer keeps it.
func (f *InForce) Policy() *Policy {
	if f == nil {
		return nil
	}
	s := f.now.Load()
	if s.until.IsZero() || s.clock().Before(s.until) {
		return s.policy
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s = f.now.Load(); !s.until.IsZero() && !s.clock().Before(s.until) { // nobody else has done it
		s = f.put(*s)
	}
	return s.policy
}

// Put puts p in force. Grants go on as far as p's rules allow them.
func (f *InForce) Put(p *Policy) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := *f.now.Load()
	s.base = p
	f.put(s)
}

// PutGrants puts grants in force in place of those that were. clock tells when they are over.
func (f *InForce) PutGrants(list []Grant, clock func() time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := *f.now.Load()
	s.grants, s.clock = slices.Clone(list), clock
	f.put(s)
}

// put makes the policy of s and ends what was under a grant that is over or has become less. The caller holds mu.
func (f *InForce) put(s inForce) *inForce {
	s.policy, s.until = s.base, time.Time{}
	if s.clock != nil {
		s.policy, s.until = s.base.withGrants(s.grants, s.clock())
	}
	f.now.Store(&s)
	for b := range f.bounds {
		for _, had := range b.policy.granted[b.who] {
			if !slices.ContainsFunc(s.policy.granted[b.who], func(has granted) bool { return reflect.DeepEqual(had, has) }) {
				b.cancel(ErrGrantOver)
				delete(f.bounds, b)
				break
			}
		}
	}
	return &s
}

type boundKey struct{ of *InForce }

// Bound is for an answer to who: In gives the same policy for all of the context, whatever comes into force meanwhile, and the context ends with
// ErrGrantOver when a grant that who has in it is over. stop must be called when the answer is done.
func (f *InForce) Bound(ctx context.Context, who Principal) (_ context.Context, stop func()) {
	p := f.Policy()
	ctx = context.WithValue(ctx, boundKey{f}, p)
	if p == nil || len(p.granted[who.ID]) == 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	b := &bound{who.ID, p, cancel}
	f.mu.Lock()
	f.bounds[b] = struct{}{}
	f.put(*f.now.Load()) // it may have changed meanwhile
	f.mu.Unlock()
	return ctx, func() {
		f.mu.Lock()
		delete(f.bounds, b)
		f.mu.Unlock()
		cancel(nil)
	}
}

// In is the policy of an answer (Bound), or the one in force where there is none.
func (f *InForce) In(ctx context.Context) *Policy {
	if p, ok := ctx.Value(boundKey{f}).(*Policy); ok {
		return p
	}
	return f.Policy()
}
