package checks

import (
	"context"
	"sync"
	"testing"
	"time"
)

// recordings know who wrote records that they have.
type recordings struct {
	mu    sync.Mutex
	has   bool
	asked int
	since time.Time // that was asked for last
}

func (r *recordings) Producer(_ context.Context, cluster, topic string, partition int32, offset int64, since time.Time) (Producer, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	r.since = since
	return Producer{Recording: "r", Job: "job of " + cluster + "/" + topic, Position: "op.0.0.7"}, r.has && partition == 0 && offset == 0
}

func watched(t *testing.T) (*world, *recordings) {
	t.Helper()
	w, r := newWorld(t), &recordings{}
	w.producers = r
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("- {name: a, logicalType: integer, required: true}", ""))
	w.write(`{}`)
	return w, r
}

// A recording gets a record later than the topic has it: who wrote it is asked for again, across restarts too, and the violation is there before.
func TestAWriterIsLookedForAgain(t *testing.T) {
	w, r := watched(t)
	w.round()
	v := w.only("orders/a/required")
	w.same("search", v.Search.State, SearchOn)
	w.same("until", v.Search.Until.Sub(v.Began), searchFor)
	w.same("told before its writer had a chance to be known", w.told("orders/a/required"), []string(nil))
	w.pass(searchHold)
	w.round()
	w.same("told", w.told("orders/a/required"), []string{EventViolated})
	w.restart()
	r.has = true
	w.pass(searchRest)
	w.round()
	v = w.only("orders/a/required")
	w.same("search", v.Search.State, SearchFound)
	w.same("producer", *v.Search.Producer, Producer{Recording: "r", Job: "job of shop/orders", Position: "op.0.0.7"})
	asked := r.asked
	w.write(`{}`)
	w.pass(searchFor)
	w.round()
	w.same("asked when it is known", r.asked, asked)
	w.same("producer of a violation that goes on", w.only("orders/a/required").Search.State, SearchFound)
	w.same("told once", w.told("orders/a/required"), []string{EventViolated})
}

// What is told says who wrote the record where that is known at once.
func TestAWriterThatIsKnownIsToldAtOnce(t *testing.T) {
	w, r := watched(t)
	r.has = true
	w.round()
	w.same("told", w.told("orders/a/required"), []string{EventViolated})
	w.same("search", w.only("orders/a/required").Search.State, SearchFound)
}

// The search has an end, which is told, and its questions come at growing intervals.
func TestTheSearchForAWriterEnds(t *testing.T) {
	w, r := watched(t)
	for range searchFor/time.Second + 120 {
		w.round()
		w.pass(time.Second)
	}
	w.same("search", w.only("orders/a/required").Search.State, SearchOver)
	if r.asked < 10 || r.asked > 20 {
		t.Errorf("asked %d times in %s", r.asked, searchFor)
	}
}
