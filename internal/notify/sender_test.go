package notify

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A delivery is tried 1 s, 2 s, 4 s … an hour apart for a day, then listed as failed, and tried again by hand.
func TestDeliveriesAreTriedForADay(t *testing.T) {
	f, r := open(t), receive(t, says(503))
	f.add(person("ann"), hook(r), secret)
	f.happens(broken("orders", Warning))
	began := f.clock.now()
	var waits []time.Duration
	last := began
	for range 100 {
		before := len(r.got())
		f.deliver()
		if len(r.got()) > before {
			waits = append(waits, f.clock.now().Sub(last))
			last = f.clock.now()
		}
		d := f.log(DeliveryQuery{})[0]
		if d.State != Pending {
			break
		}
		f.clock.add(d.Next.Sub(f.clock.now()))
	}
	want := []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second}
	if len(waits) < 20 || !slices.Equal(waits[:len(want)], want) || slices.Max(waits) != time.Hour {
		t.Errorf("waits %v", waits)
	}
	d := f.log(DeliveryQuery{})[0]
	if age := f.clock.now().Sub(began); d.State != Failed || d.Status != "HTTP 503" || age < 22*time.Hour || age > 24*time.Hour {
		t.Fatalf("after %v: %+v", age, d)
	}
	f.clock.add(100 * time.Hour)
	if f.deliver() != 0 {
		t.Error("what has failed is tried by itself")
	}
	r.reply(nil)
	if _, err := f.Replay(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	f.deliver()
	if d, err := f.Delivery(t.Context(), d.ID); err != nil || d.State != Delivered || d.Status != "HTTP 204" || d.Attempts != 1 {
		t.Errorf("by hand: %+v %v", d, err)
	}
	if _, err := f.Replay(t.Context(), d.ID); !errors.Is(err, ErrState) {
		t.Errorf("what was delivered: %v", err)
	}
	if _, err := f.Replay(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestATargetSaysWhenToComeAgain(t *testing.T) {
	f, r := open(t), receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	f.add(person("ann"), hook(r), secret)
	f.happens(broken("orders", Warning))
	f.happens(broken("carts", Warning))
	f.deliver()
	if n := len(r.got()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	f.clock.add(119 * time.Second)
	if f.deliver() != 0 {
		t.Error("asked too early")
	}
	r.reply(nil)
	f.clock.add(time.Second)
	if f.deliver() != 2 {
		t.Errorf("%+v", f.log(DeliveryQuery{}))
	}
}

// One target that is dead holds up no other, and is not asked once for each that waits for it.
func TestADeadTargetHoldsUpNobody(t *testing.T) {
	f, dead, live := open(t), receive(t, says(500)), receive(t, nil)
	f.add(person("ann"), hook(dead), secret)
	f.add(person("bob"), hook(live), secret)
	for i := range 30 {
		f.happens(broken(fmt.Sprint("t", i), Warning))
	}
	f.deliver()
	if len(live.got()) != 30 || len(dead.got()) != 1 {
		t.Fatalf("live %d, dead %d", len(live.got()), len(dead.got()))
	}
	for range 30 {
		f.clock.add(time.Hour)
		f.deliver()
		f.reminds()
	}
	if asked, failed := len(dead.got()), f.log(DeliveryQuery{State: Failed, Owner: "local:ann"}); asked > 60 || len(failed) != 30 {
		t.Errorf("the dead target was asked %d times; %d are listed as failed", asked, len(failed))
	}
	if pending, failed, _, err := f.Counts(t.Context()); pending != 0 || failed != 30 || err != nil {
		t.Error(pending, failed, err)
	}
}

func TestATargetIsSentOnlySoMuchAMinute(t *testing.T) {
	f, r := open(t), receive(t, nil)
	w := hook(r)
	w.Target.Rate = 2
	f.add(person("ann"), w, secret)
	for i := range 5 {
		f.happens(broken(fmt.Sprint("t", i), Warning))
	}
	var counts []int
	for range 3 {
		f.deliver()
		counts = append(counts, len(r.got()))
		f.clock.add(time.Minute)
	}
	if !slices.Equal(counts, []int{2, 4, 5}) {
		t.Errorf("sent %v", counts)
	}
	for _, d := range f.log(DeliveryQuery{}) {
		if d.Attempts != 1 {
			t.Errorf("waiting counts as %d attempts", d.Attempts)
		}
	}
}

// What a target is told of one group comes in its order, also when the beginning had to wait.
func TestTheEndIsNotToldBeforeTheBeginning(t *testing.T) {
	f, r := open(t), receive(t, says(400))
	f.add(person("ann"), hook(r), secret)
	f.happens(broken("orders", Warning))
	f.deliver()
	f.happens(holds("orders"))
	r.reply(nil)
	f.deliver()
	f.clock.add(time.Second)
	f.deliver()
	var phases []Phase
	for _, g := range r.got() {
		phases = append(phases, g.event(t).Data.Phase)
	}
	if !slices.Equal(phases, []Phase{Opened, Opened, Over}) {
		t.Errorf("told %v", phases)
	}
}

func TestRemovingASubscriptionCancelsWhatWaits(t *testing.T) {
	f, r := open(t), receive(t, says(500))
	s := f.add(person("ann"), hook(r), secret)
	f.happens(broken("orders", Warning))
	f.deliver()
	if _, err := f.Remove(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	f.clock.add(time.Hour)
	f.deliver()
	if d := f.log(DeliveryQuery{}); len(d) != 1 || d[0].State != Cancelled || !strings.Contains(d[0].Detail, "removed") || len(r.got()) != 1 {
		t.Errorf("%+v", d)
	}
	if _, err := f.Remove(t.Context(), s.ID); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestDeliveriesArePaged(t *testing.T) {
	f := open(t)
	s := f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	for i := range 5 {
		f.happens(broken(fmt.Sprint("t", i), Warning))
	}
	var topics []string
	before := ""
	for {
		page, more, err := f.Deliveries(t.Context(), DeliveryQuery{Subscription: s.ID, Before: before, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			topics = append(topics, d.Event.Topic)
			before = d.ID
		}
		if !more {
			break
		}
	}
	if !slices.Equal(topics, []string{"t4", "t3", "t2", "t1", "t0"}) {
		t.Errorf("%v", topics)
	}
}
