package checks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

const amounts = "- {name: a, logicalType: integer, required: true}"

// An engine that begins anew goes on where the one before was: what it has counted is not counted again, and what came meanwhile is.
func TestARestartCountsNothingTwiceAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 2, nil)
	w.apply(contractOf(amounts+"\n- {name: id, unique: true}", ""))
	w.write(`{"a":1,"id":1}`, `{"id":2}`, `{"a":3,"id":3}`)
	w.round()
	before := w.only("orders/a/required")
	w.write(`{"id":4}`)
	w.restart()
	w.write(`{"a":5,"id":1}`, `{"id":6}`)
	w.round()
	after := w.only("orders/a/required")
	w.same("the violation is the same", after.ID, before.ID)
	w.same("first, last, count", []int64{after.First, after.Last, after.Count}, []int64{1, 5, 3})
	w.same("told once", w.told("orders/a/required"), []string{EventViolated})
	// What is unique is known from records that were counted before.
	w.same("a duplicate of one before the restart", w.only("orders/id/unique").First, 4)
	records := int64(0)
	windows, err := w.engine.Windows(t.Context(), "orders", "orders/a/required", w.now().Add(-time.Hour), w.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	bad := int64(0)
	for _, x := range windows {
		records, bad = records+x.Records, bad+x.Bad
	}
	w.same("records and bad ones of all windows", []int64{records, bad}, []int64{6, 3})
	w.restart()
	w.round()
	w.same("count", w.only("orders/a/required").Count, 3)
}

// What nobody takes waits, and is told after a restart.
func TestEventsWaitForWhoTakesThem(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	w.deaf = true
	w.write(`{}`)
	w.round()
	w.same("told", len(w.told("orders/a/required")), 0)
	w.deaf = false
	w.restart()
	w.round()
	w.same("told", w.told("orders/a/required"), []string{EventViolated})
}

// Records that retention took before anybody looked at them are a gap, and coverage has it.
func TestWhatRetentionTookIsAGap(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	w.write(`{"a":1}`)
	w.round()
	w.write(`{"a":1}`, `{"a":1}`, `{}`, `{"a":1}`)
	w.fake.DeleteBefore("orders", 0, 4)
	w.round()
	gaps, err := w.engine.Gaps(t.Context(), "shop", "orders")
	if err != nil || len(gaps) != 1 || gaps[0].From != 1 || gaps[0].To != 4 || !strings.Contains(gaps[0].Why, "retention") {
		t.Fatalf("%+v, %v", gaps, err)
	}
	cover, err := w.engine.Coverage(t.Context(), "shop", "orders", time.Hour)
	if err != nil || cover != (Coverage{5, 2}) {
		t.Errorf("%+v, %v", cover, err)
	}
	w.none("orders/a/required")
}

// Records of a transaction that was aborted never were.
func TestAbortedTransactionsAreNotCounted(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	w.fake.Transaction(false, "orders", kafkatest.Record{Value: []byte(`{}`)}, kafkatest.Record{Value: []byte(`{}`)})
	w.fake.Transaction(true, "orders", kafkatest.Record{Value: []byte(`{"a":1}`)}, kafkatest.Record{Value: []byte(`{"a":null}`)})
	w.round()
	v := w.only("orders/a/required")
	w.same("first, count", []int64{v.First, v.Count}, []int64{4, 1})
	cover, err := w.engine.Coverage(t.Context(), "shop", "orders", time.Hour)
	if err != nil || cover.Share() != 1 {
		t.Errorf("%+v, %v", cover, err)
	}
}

// A partition that was added is read from its start; a topic that was made anew, too, and what of the old one is not known is a gap.
func TestPartitionsAreAddedAndTopicsMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	w.fake.Grow("orders", 1)
	w.fake.Write("orders", kafkatest.Record{Partition: 1, Time: w.now().UnixMilli(), Value: []byte(`{}`)})
	w.round()
	v := w.only("orders/a/required")
	w.same("partition, first", []int64{int64(v.Partition), v.First}, []int64{1, 0})
	w.write(`{"a":1}`, `{"a":1}`, `{}`)
	w.round()
	w.fake.Anew("orders", 1)
	w.write(`{"a":1}`, `{}`)
	w.round()
	v = w.only("orders/a/required")
	w.same("what is open is of the new topic: partition, first, last", []int64{int64(v.Partition), v.First, v.Last}, []int64{0, 1, 1})
	list := w.violations(ViolationQuery{Check: "orders/a/required"})
	if !slices.ContainsFunc(list, func(v Violation) bool { return v.Partition == 0 && v.First == 1 && v.Count == 1 }) {
		t.Errorf("%+v", list)
	}
	gaps, err := w.engine.Gaps(t.Context(), "shop", "orders")
	if err != nil || len(gaps) == 0 || !strings.Contains(gaps[0].Why, "anew") {
		t.Errorf("%+v, %v", gaps, err)
	}
}

// A stream that is faster than the budget is looked at in part, and it is said in which.
func TestBeyondTheBudgetAPartIsLookedAt(t *testing.T) {
	w := newWorld(t)
	w.budget = 4 << 10
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	fill := strings.Repeat("x", 1<<10)
	for range 300 {
		w.write(fmt.Sprintf(`{"a":1,"b":%q}`, fill))
	}
	w.round()
	w.round()
	cover, err := w.engine.Coverage(t.Context(), "shop", "orders", time.Hour)
	if err != nil || cover.Appended != 300 || cover.Checked == 0 || cover.Checked >= 300 {
		t.Errorf("%+v, %v", cover, err)
	}
	all, err := w.engine.Checks(t.Context(), "orders")
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(all, func(s State) bool { return s.ID == "orders/a/required" }); all[i].State != StatePartial {
		t.Errorf("%+v", all[i])
	}
	w.pass(time.Minute)
	w.write(`{}`)
	w.round()
	w.same("what came later is found", w.only("orders/a/required").First, 300)
}

// Old versions stay in force when new ones have mistakes; a new version goes on with what was found; what it does not say any more is over.
func TestVersionsOfContracts(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	first := contractOf(amounts, "")
	w.apply(first)
	w.write(`{}`)
	w.round()
	id := w.only("orders/a/required").ID
	var bad contract.Problems
	if _, err := w.engine.Apply(t.Context(), strings.Replace(first, "integer", "intger", 1), "bob", "", "test"); !errors.As(err, &bad) || bad[0].Line == 0 {
		t.Errorf("%v", err)
	}
	if v, err := w.engine.Contract(t.Context(), "orders"); err != nil || v.Number != 1 || v.Who != "ann" {
		t.Errorf("%+v, %v", v, err)
	}
	again, err := w.engine.Apply(t.Context(), first, "bob", "", "test")
	if err != nil || !again.Same || again.Version.Number != 1 {
		t.Errorf("%+v, %v", again, err)
	}
	second, err := w.engine.Apply(t.Context(), contractOf(amounts+"\n- {name: b, required: true}", ""), "bob", "more", "test")
	if err != nil || second.Version.Number != 2 || len(second.Changes) == 0 {
		t.Errorf("%+v, %v", second, err)
	}
	w.write(`{}`)
	w.round()
	v := w.only("orders/a/required")
	w.same("it goes on", []any{v.ID, v.Count}, []any{id, 2})
	w.same("what is new begins now", w.only("orders/b/required").First, 1)
	if _, err := w.engine.Apply(t.Context(), contractOf("- {name: b, required: true}", ""), "bob", "", "test"); err != nil {
		t.Fatal(err)
	}
	w.round()
	w.none("orders/a/required")
	history, err := w.engine.History(t.Context(), "orders")
	if err != nil || len(history) != 3 || history[0].Number != 3 || history[2].Text != first {
		t.Errorf("%d versions, %v", len(history), err)
	}
	if err := w.engine.End(t.Context(), "orders"); err != nil {
		t.Fatal(err)
	}
	w.write(`{}`)
	w.round()
	w.none("orders/b/required")
	if err := w.engine.End(t.Context(), "orders"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
	// In force again it begins at the end: what came meanwhile nobody promised.
	w.apply(first)
	w.write(`{"a":1}`)
	w.round()
	w.none("orders/a/required")
}

// People acknowledge violations, which then go on; and close them, which are told anew when they go on.
func TestPeopleAcknowledgeAndCloseViolations(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	w.write(`{}`)
	w.round()
	v, err := w.engine.Act(t.Context(), w.only("orders/a/required").ID, Acked, "bob", "is looked into")
	if err != nil || v.State != Acked || v.Who != "bob" {
		t.Errorf("%+v, %v", v, err)
	}
	w.write(`{}`)
	w.round()
	v = w.only("orders/a/required")
	w.same("acknowledged, it goes on", []any{v.State, v.Count, v.Why}, []any{Acked, 2, "is looked into"})
	if _, err = w.engine.Act(t.Context(), v.ID, Closed, "bob", ""); err != nil {
		t.Fatal(err)
	}
	if _, err = w.engine.Act(t.Context(), v.ID, Acked, "bob", ""); !errors.Is(err, ErrState) {
		t.Errorf("%v", err)
	}
	w.round()
	w.none("orders/a/required")
	w.write(`{}`)
	w.round()
	if next := w.only("orders/a/required"); next.ID == v.ID || next.First != 2 {
		t.Errorf("%+v", next)
	}
	w.same("told", w.told("orders/a/required"), []string{EventViolated, EventViolated})
}

// Bad records are copied whole where the contract wants it, with where from and why; good ones are not.
func TestBadRecordsGoIntoQuarantine(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.fake.Topic("orders.bad", 1, nil)
	w.apply(contractOf(amounts, "    customProperties: [{property: sightglass.quarantine, value: orders.bad}]"))
	at := w.now().UnixMilli()
	w.fake.Write("orders", kafkatest.Record{Time: at, Value: []byte(`{"a":1}`)}, kafkatest.Record{Time: at, Key: []byte("k"), Value: []byte(`{"b":2}`), Headers: []kafkatest.Header{{Name: "h", Value: []byte("v")}}})
	w.round()
	got := w.fake.Read("orders.bad", 0, 0)
	if string(got.Key) != "k" || string(got.Value) != `{"b":2}` || len(got.Headers) != 4 || string(got.Headers[0].Value) != "v" {
		t.Fatalf("%+v", got)
	}
	for _, h := range got.Headers[1:] {
		want := map[string]string{"sightglass.contract": "orders", "sightglass.checks": "orders/a/required", "sightglass.from": "orders/0@1"}[h.Name]
		w.same(h.Name, string(h.Value), want)
	}
	_, end := bounds(t, w, "orders.bad")
	w.same("copies", end, 1)
}

func bounds(t *testing.T, w *world, topic string) (first, end int64) {
	t.Helper()
	s, err := w.engine.Clusters[0].Kafka.Span(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return s.Parts[0].First, s.Parts[0].End
}

// Members that nobody declared are told once they are many, by where they are: their names came with the records.
func TestUndeclaredMembersAreTold(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(amounts, ""))
	for range driftRecords - 1 {
		w.write(`{"a":1,"secret-name":2}`)
	}
	w.round()
	w.same("a few", len(w.told("")), 0)
	w.write(`{"a":1,"secret-name":2}`, `{"a":1,"secret-name":2}`)
	w.round()
	w.same("many", w.told(""), []string{EventDrift})
	if e := w.events[0]; e.Offset != 0 || strings.Contains(fmt.Sprint(e), "secret-name") {
		t.Errorf("%+v", e)
	}
}

// What was promised and what was kept, as the share of what may go wrong.
func TestBurnRates(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(strings.Replace(contractOf(amounts, ""), "schema:", "customProperties: [{property: sightglass.objective, value: 90%}]\nschema:", 1))
	w.write(`{"a":1}`, `{}`, `{"a":1}`, `{"a":1}`, `{"a":1}`)
	w.round()
	all, err := w.engine.Checks(t.Context(), "orders")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s State) bool { return s.ID == "orders/a/required" })
	if s := all[i]; s.State != StateViolated || s.Open != 1 || len(s.Burns) != len(BurnOver) || s.Burns[0].Share != 0.2 || s.Burns[0].Rate < 1.99 || s.Burns[0].Rate > 2.01 || s.Burns[0].BudgetLeft > -0.99 {
		t.Errorf("%+v", s)
	}
	// Old windows are put together by hours, and count on.
	w.pass(30 * time.Hour)
	if err := w.engine.tidy(t.Context(), w.now()); err != nil {
		t.Fatal(err)
	}
	if all, err = w.engine.Checks(t.Context(), "orders"); err != nil {
		t.Fatal(err)
	}
	b := all[i].Burns
	w.same("over an hour and 30 days", []int64{b[0].Records, b[3].Records, b[3].Bad}, []int64{0, 5, 1})
}

// A stretch can be held against a contract that is not in force, and nothing is written down.
func TestAStretchIsTested(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.write(`{"a":1}`, `{}`, `{"a":2}`, `{}`)
	report, err := w.engine.Test(t.Context(), TestQuery{Cluster: "shop", Topic: "orders", Text: contractOf(amounts, ""), Since: w.now().Add(-time.Hour)})
	if err != nil || report.Records != 4 || report.Coverage.Share() != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	i := slices.IndexFunc(report.Checks, func(c Tested) bool { return c.ID == "orders/a/required" })
	if c := report.Checks[i]; c.State != StateViolated || c.First != 1 || c.Last != 3 || c.Bad != 2 {
		t.Errorf("%+v", c)
	}
	if _, err := w.engine.Test(t.Context(), TestQuery{Cluster: "shop", Topic: "orders"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("without a contract: %v", err)
	}
	w.same("violations", len(w.violations(ViolationQuery{})), 0)
}
