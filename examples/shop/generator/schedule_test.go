package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

func testPlan(seed uint64) plan {
	return plan{
		seed: seed, begin: time.UnixMilli(1_700_000_000_000), rate: 40, lead: 3 * time.Second, duplicates: 0.03, lateDuplicates: 0.01,
		memory: time.Minute, late: 0.01, poisonAfter: 30 * time.Second, rateAfter: 45 * time.Second,
	}
}

func take(s *schedule, until time.Duration) []message {
	var all []message
	for m := s.next(); m.due < until; m = s.next() {
		all = append(all, m)
	}
	return all
}

func TestSameSeedGivesSameMessages(t *testing.T) {
	a, b, other := take(newSchedule(testPlan(7)), 2*time.Minute), take(newSchedule(testPlan(7)), 2*time.Minute), take(newSchedule(testPlan(8)), 2*time.Minute)
	if len(a) != len(b) {
		t.Fatalf("%d and %d messages of one seed", len(a), len(b))
	}
	differ := 0
	for i := range a {
		if a[i].key != b[i].key || a[i].due != b[i].due || !bytes.Equal(a[i].value, b[i].value) {
			t.Fatalf("message %d differs between two runs of one seed", i)
		}
		if i < len(other) && !bytes.Equal(a[i].value, other[i].value) {
			differ++
		}
	}
	if differ == 0 {
		t.Fatal("another seed gave the same messages")
	}
}

func TestScheduleHoldsWhatTheStoryNeeds(t *testing.T) {
	p := testPlan(1)
	all := take(newSchedule(p), 5*time.Minute)
	first := map[string]message{}
	rated := map[string]time.Duration{}
	counts := map[kind]int{}
	var last time.Duration
	for _, m := range all {
		if m.due < last {
			t.Fatalf("message due at %s after one due at %s", m.due, last)
		}
		last = m.due
		counts[m.kind]++
		switch m.kind {
		case kindRate:
			if _, ok := rated[m.key]; !ok {
				rated[m.key] = m.due
			}
			continue
		case kindDuplicate, kindLateDuplicate:
			gap := m.due - first[m.key].due
			if inside := gap < p.memory; inside != (m.kind == kindDuplicate) {
				t.Errorf("duplicate of kind %d after %s", m.kind, gap)
			}
			if !bytes.Equal(m.value, first[m.key].value) {
				t.Error("a duplicate differs from its original")
			}
			continue
		}
		var o order
		if err := json.Unmarshal(m.value, &o); err != nil {
			t.Fatal(err)
		}
		first[m.key] = m
		rate, known := rated[o.Currency]
		if m.kind == kindPoison {
			if known || o.Currency != poisonCurrency {
				t.Errorf("the poison order is in %s, rated at %s", o.Currency, rate)
			}
		} else if !known {
			t.Errorf("an order in %s before its rate", o.Currency)
		}
		behind := p.begin.Add(m.due).Sub(time.UnixMilli(o.EventTime))
		if late := behind > 30*time.Second; late != (m.kind == kindLate) {
			t.Errorf("order of kind %d is %s behind", m.kind, behind)
		}
	}
	if counts[kindPoison] != 1 {
		t.Errorf("%d poison orders", counts[kindPoison])
	}
	if rated[poisonCurrency] < p.rateAfter {
		t.Errorf("the poison's rate came after %s", rated[poisonCurrency])
	}
	orders := counts[kindOrder] + counts[kindLate] + counts[kindPoison]
	if want := int((5*time.Minute - p.lead).Seconds() * p.rate); orders < want-1 || orders > want+1 {
		t.Errorf("%d orders, want %d", orders, want)
	}
	for _, k := range []kind{kindDuplicate, kindLateDuplicate, kindLate} {
		if counts[k] < 20 {
			t.Errorf("only %d messages of kind %d", counts[k], k)
		}
	}
}

// The README names it, and the tests of the demo look for it.
func TestTheFirstOrderThatIsCountedTwice(t *testing.T) {
	for _, m := range take(newSchedule(testPlan(1)), 2*time.Minute) {
		if m.kind == kindLateDuplicate {
			if m.key != "O-0000032" || m.due < time.Minute {
				t.Errorf("it is %s, due at %s", m.key, m.due)
			}
			return
		}
	}
	t.Error("there is none within two minutes")
}

func TestCardNumbersPassLuhn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		number, sum := cardNumber(r), 0
		if len(number) != 16 {
			t.Fatalf("a card number of %d digits", len(number))
		}
		for i := range len(number) {
			d := int(number[len(number)-1-i] - '0')
			if i%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
		}
		if sum%10 != 0 {
			t.Fatalf("%s has a wrong check digit", number)
		}
	}
}
