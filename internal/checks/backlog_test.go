package checks

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Behind a pause with more than there is a budget for, nothing is told of minutes that nobody counted, nor of pauses between records that were passed
// over; what comes then is judged as before.
func TestABacklogBreaksNothingThatIsNotKnown(t *testing.T) {
	w := newWorld(t)
	w.budget = 4 << 10
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("", "    quality: [{metric: rowCount, mustBeBetween: [1, 1000]}]\n"+
		"slaProperties:\n  - {property: freshness, value: 3, unit: m}\n  - {property: frequency, value: 5, unit: m}"))
	w.write(`{}`)
	w.round()
	fill := strings.Repeat("x", 1<<10)
	for range 20 { // the engine stands still, and records come each minute
		w.pass(time.Minute)
		for range 20 {
			w.write(fmt.Sprintf(`{"b":%q}`, fill))
		}
	}
	for range 4 {
		w.round()
		w.pass(time.Second)
	}
	for _, check := range []string{"orders/freshness", "orders/frequency"} {
		w.none(check)
	}
	for _, v := range w.violations(ViolationQuery{}) {
		t.Errorf("%s: %s", v.Check, v.Hints.Detail)
	}
	w.pass(7 * time.Minute)
	w.round()
	w.only("orders/freshness")
	w.only("orders/frequency")
}

// Who closes a violation while a round is under way has closed it: its end stays, and so does the page with what was said.
func TestAViolationThatIsClosedAmidARoundStaysClosed(t *testing.T) {
	w, _ := watched(t)
	w.round()
	v := w.only("orders/a/required")
	worker := w.engine.all()[0]
	w.write(`{}`)
	if _, err := w.engine.Act(t.Context(), v.ID, Closed, "ann", "known"); err != nil {
		t.Fatal(err)
	}
	worker.acts = w.engine.acts.Load() // as if it had been closed right behind the look at what people did
	w.pass(time.Second)
	if err := worker.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := w.engine.Violation(t.Context(), v.ID)
	if err != nil || got.State != Closed || got.Ended.IsZero() || got.Who != "ann" || got.Why != "known" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Events of one round are told in the order in which things happened.
func TestEventsOfARoundHaveAnOrder(t *testing.T) {
	c := &change{now: time.Now()}
	for n := range 1000 {
		if a, b := c.eventID(n), c.eventID(n+1); a >= b {
			t.Fatalf("%d: %s is told before %s", n, b, a)
		}
	}
}

// A topic that was made anew has other records at the places of the old one: who wrote those is not blamed.
func TestWritersOfATopicBeforeAreNotBlamed(t *testing.T) {
	w, r := watched(t)
	w.round()
	if !r.since.IsZero() {
		t.Errorf("of a topic that was never made anew, records count since %s", r.since)
	}
	asked := r.asked
	w.pass(time.Minute)
	w.fake.Anew("orders", 1)
	w.write(`{}`)
	w.round()
	if r.asked == asked || !r.since.Equal(w.now()) {
		t.Errorf("asked for records since %s, it was made anew at %s", r.since, w.now())
	}
	w.restart()
	w.pass(time.Minute)
	asked = r.asked
	w.round()
	if r.asked != asked+1 || !r.since.Equal(w.now().Add(-time.Minute)) {
		t.Errorf("behind a restart: asked %d times, since %s", r.asked-asked, r.since)
	}
	for _, v := range w.violations(ViolationQuery{State: Closed}) {
		w.same("search for a writer into the topic before", v.Search.State, SearchOver)
	}
}

// A registry that is away breaks no contract, and keeps none.
func TestAStretchIsNotTestedWithoutTheRegistry(t *testing.T) {
	w := newWorld(t)
	registry := &known{away: true}
	w.schemas = registry
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.write(framed(7, `{"n":1}`))
	_, err := w.engine.Test(t.Context(), TestQuery{Cluster: "shop", Topic: "orders", Text: contractOf("", ""), Since: w.now().Add(-time.Hour)})
	if !errors.Is(err, errRegistry) {
		t.Errorf("%v", err)
	}
}

// Of a stretch that was read in part it is not known how long no record came.
func TestPausesOfAStretchThatWasReadInPartAreNotTold(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	fill := strings.Repeat("x", 100<<10)
	for range 100 {
		w.write(fmt.Sprintf(`{"b":%q}`, fill))
	}
	w.pass(10 * time.Minute)
	text := contractOf("", "slaProperties:\n  - {property: frequency, value: 5, unit: m}")
	for _, x := range []struct {
		bytes int64
		state string
	}{{1 << 10, StateSkipped}, {0, StateViolated}} {
		report, err := w.engine.Test(t.Context(), TestQuery{Cluster: "shop", Topic: "orders", Text: text, Since: w.now().Add(-time.Hour), Bytes: x.bytes})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range report.Checks {
			if c.ID == "orders/frequency" && c.State != x.state {
				t.Errorf("at most %d bytes, of which %.2f was read: %s, want %s", x.bytes, report.Coverage.Share(), c.State, x.state)
			}
		}
	}
}
