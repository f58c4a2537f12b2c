package replay

import (
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// A replay of an attempt that runs waits for what is on its way, and for nothing else.
func TestARunningAttemptIsWaitedFor(t *testing.T) {
	did := func(r *recorded, wall time.Time) {
		r.block(sums, event.LaneDet, func(b *block.Builder) {
			b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: 10, Wall: wall.UnixMicro(), Channel: b.Channel(block.Channel{Partition: toSums})})
		})
	}
	session := func(r *recorded) *Session {
		s := OpenSession(Options{Store: r.store}, r.rec, sums)
		s.run = ended(9)
		s.run.more = r.store.Changed(r.rec)
		return s
	}
	r := newRecorded(t)
	did(r, time.Now())
	s := session(r)
	if s.run.outdated() {
		t.Error("nothing came")
	}
	if (&late{session: s, inv: 11}).wait(t.Context()) {
		t.Error("waited for an invocation of which nothing is known")
	}
	go r.sent(r.rec, 1)
	if !(&late{session: s, inv: 10}).wait(t.Context()) {
		t.Error("what came was not waited for")
	}
	if !s.run.outdated() {
		t.Error("what came is not in the run")
	}
	past := &late{session: session(r), inv: 10, until: time.Now()}
	if past.wait(t.Context()) {
		t.Error("waited longer than it may")
	}
	s.run.last.Thrown = &Thrown{}
	if (&late{session: s, inv: 10}).wait(t.Context()) {
		t.Error("waited for what comes behind an exception")
	}

	old := newRecorded(t)
	did(old, time.Now().Add(-time.Hour))
	s = session(old)
	old.sent(old.rec, 1)
	if (&late{session: s, inv: 10}).wait(t.Context()) {
		t.Error("waited for an attempt of which nothing came for an hour")
	}
}
