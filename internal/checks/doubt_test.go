package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// Keys beyond those that are remembered exactly are found again as well, exactly; what only looks like one is no violation.
func TestDuplicatesBeyondWhatIsRememberedAreConfirmedByReadingAgain(t *testing.T) {
	old := mostKeys
	mostKeys = 10
	defer func() { mostKeys = old }()
	w := newWorld(t)
	w.fake.Topic("orders", 2, nil)
	w.apply(contractOf("- {name: id, unique: true}", "    customProperties: [{property: sightglass.span, value: 5m}]"))
	for i := range 100 {
		w.write(fmt.Sprintf(`{"id":%d}`, i))
	}
	w.write(`{"id":50}`, `{"id":3}`, `{"id":200}`, `{"id":200}`)
	w.round()
	v := w.only("orders/id/unique")
	w.same("first, last, count", []int64{v.First, v.Last, v.Count}, []int64{100, 103, 3})
	w.same("told", w.told("orders/id/unique"), []string{EventViolated})
	// In the other partition, and after a restart.
	w.restart()
	w.fake.Write("orders", kafkatest.Record{Partition: 1, Time: w.now().Add(time.Second).UnixMilli(), Value: []byte(`{"id":77}`)})
	w.round()
	list := w.violations(ViolationQuery{Check: "orders/id/unique"})
	w.same("partitions", len(list), 2)
	for _, v := range list {
		if v.Partition == 1 && (v.First != 0 || v.Count != 1) {
			t.Errorf("%+v", v)
		}
	}
	// The filter still has it, and it is further back than the span: what it suspects is no violation by itself.
	w.pass(6 * time.Minute)
	w.write(`{"id":60}`)
	w.round()
	for _, v := range w.violations(ViolationQuery{Check: "orders/id/unique"}) {
		if v.Partition == 0 && v.Last > 103 {
			t.Errorf("a key of long ago is a violation: %+v", v)
		}
	}
	gaps, err := w.engine.Gaps(t.Context(), "shop", "orders")
	if err != nil || len(gaps) > 0 && strings.Contains(gaps[0].Why, "not known") {
		t.Errorf("%+v, %v", gaps, err)
	}
}

// A filter that is full to its design takes at most two of 10,000 keys for ones that came, and forgets none.
func TestTheFilterIsAsGoodAsItSays(t *testing.T) {
	var s sieve
	key := func(i int) uint64 {
		x := uint64(i+1) * 0x9e3779b97f4a7c15
		x ^= x >> 29
		x *= 0xbf58476d1ce4e5b9
		return x ^ x>>32
	}
	for i := range sieveKeys {
		s.add(key(i), 0, 1000)
	}
	wrong := 0
	for i := range 100_000 {
		if !s.holds(key(i * 37 % sieveKeys)) {
			t.Fatalf("key %d was forgotten", i)
		}
		if s.holds(key(sieveKeys + i)) {
			wrong++
		}
	}
	if wrong > 20 {
		t.Errorf("%d of 100,000 keys are taken for ones that came", wrong)
	}
}
