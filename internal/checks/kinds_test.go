package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// Each kind of check that is about records: two good ones, two bad ones of which the first is at offset 2, then good ones again. It is found, its first
// offset is exact, it is counted, told once, and over when it was kept for a while.
func TestEveryCheckOfRecordsIsFoundCountedAndOver(t *testing.T) {
	for _, c := range []struct {
		name, properties, more string
		check                  string
		good, bad, bad2        string
	}{
		{"conformity", "- {name: a, logicalType: string}", "", "orders/conformity", `{"a":"x"}`, `{"a":`, "\x00\x01\xff"},
		{"type", "- {name: a, logicalType: integer}", "", "orders/a/type", `{"a":1}`, `{"a":"1"}`, `{"a":1.5}`},
		{"required", "- {name: a, required: true}", "", "orders/a/required", `{"a":1}`, `{"a":null}`, `{"b":1}`},
		{"missing", "- {name: a, quality: [{metric: missingValues, arguments: {missingValues: [N/A]}, mustBe: 0}]}", "", "orders/a/missing", `{"a":"x"}`, `{"a":"N/A"}`, `{}`},
		{"pattern", `- {name: a, logicalType: string, logicalTypeOptions: {pattern: "^o-"}}`, "", "orders/a/pattern", `{"a":"o-1"}`, `{"a":"p-1"}`, `{"a":""}`},
		{"range", "- {name: a, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 10}}", "", "orders/a/range", `{"a":10}`, `{"a":-1}`, `{"a":10.5}`},
		{"length", "- {name: a, logicalType: string, logicalTypeOptions: {minLength: 2, maxLength: 3}}", "", "orders/a/length", `{"a":"äöü"}`, `{"a":"x"}`, `{"a":"xxxx"}`},
		{"items", "- {name: a, logicalType: array, logicalTypeOptions: {minItems: 1}}", "", "orders/a/length", `{"a":[1]}`, `{"a":[]}`, `{"a":[]}`},
		{"format", "- {name: a, logicalType: string, logicalTypeOptions: {format: email}}", "", "orders/a/format", `{"a":"a@b.example"}`, `{"a":"nobody"}`, `{"a":"@b"}`},
		{"values", "- {name: a, quality: [{metric: invalidValues, arguments: {validValues: [EUR, 1, true]}, mustBe: 0}]}", "", "orders/a/values", `{"a":"EUR"}`, `{"a":"DM"}`, `{"a":2}`},
		{"within a list", "- {name: a, items: {logicalType: object, properties: [{name: b, required: true}]}}", "", "orders/a[].b/required", `{"a":[{"b":1},{"b":2}]}`, `{"a":[{"b":1},{}]}`, `{"a":[{"b":null}]}`},
		{"nested", "- {name: a, properties: [{name: b, logicalType: boolean}]}", "", "orders/a.b/type", `{"a":{"b":true}}`, `{"a":{"b":"true"}}`, `{"a":{"b":0}}`},
		{"rule", "- {name: a, logicalType: integer}\n- {name: b, logicalType: integer}", "    quality: [{type: custom, id: sum, engine: sightglass, implementation: value.a <= value.b}]", "orders/sum",
			`{"a":1,"b":2}`, `{"a":3,"b":2}`, `{"a":3}`},
		{"latency", "- {name: a, logicalType: timestamp, customProperties: [{property: sightglass.eventTime, value: true}]}", "slaProperties: [{property: latency, value: 30, unit: s, element: orders}]", "orders/latency",
			`{"a":"NOW"}`, `{"a":"EARLY"}`, `{"a":"EARLY"}`},
		{"late", "- {name: a, logicalType: timestamp, customProperties: [{property: sightglass.eventTime, value: true}]}", "    customProperties: [{property: sightglass.lateness, value: 30s}]", "orders/late",
			`{"a":"NOW"}`, `{"a":"EARLY"}`, `{"a":"EARLY"}`},
		{"ordering", "- {name: a, logicalType: integer, customProperties: [{property: sightglass.ordered, value: partition}]}", "", "orders/a/ordering", `{"a":5}`, `{"a":4}`, `{"a":3}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.fake.Topic("orders", 1, nil)
			w.write(c.bad) // before the contract: nobody looks at it
			w.apply(contractOf(c.properties, c.more))
			at := func(s string) string {
				s = strings.ReplaceAll(s, "NOW", w.now().Format(time.RFC3339))
				return strings.ReplaceAll(s, "EARLY", w.now().Add(-10*time.Minute).Format(time.RFC3339))
			}
			w.write(at(c.good), at(c.good))
			w.round()
			w.none(c.check)
			w.write(at(c.bad), at(c.good), at(c.bad2))
			w.round()
			v := w.only(c.check)
			w.same("partition, first, last, count", []int64{int64(v.Partition), v.First, v.Last, v.Count}, []int64{0, 3, 5, 2})
			w.write(at(c.bad))
			w.round()
			w.same("count of one violation", w.only(c.check).Count, 3)
			w.pass(2 * time.Minute)
			w.round()
			w.same("nothing came since, so it is not over", w.only(c.check).State, Open)
			w.write(at(c.good))
			w.round()
			w.none(c.check)
			told := w.told(c.check)
			if c.name == "values" { // each new value is told, too
				told = told[:0]
				for _, e := range w.told(c.check) {
					if e != EventDrift {
						told = append(told, e)
					}
				}
				w.same("new values", len(w.told(c.check))-len(told), 2)
			}
			w.same("told", told, []string{EventViolated, EventRecovered})
		})
	}
}

// A value occurs once within its span; what a primary key is of is unique together; a key that comes back after the span is good.
func TestDuplicatesAreFoundWithinTheirSpan(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 2, nil)
	w.apply(contractOf("- {name: a, unique: true}\n- {name: b, primaryKey: true}\n- {name: c, primaryKey: true}", "    customProperties: [{property: sightglass.span, value: 5m}]"))
	w.write(`{"a":1,"b":1,"c":1}`, `{"a":2,"b":1,"c":2}`, `{"a":1,"b":2,"c":1}`, `{"a":"1","b":3,"c":1}`, `{"a":null,"b":1,"c":2}`)
	w.fake.Write("orders", kafkatest.Record{Partition: 1, Time: w.now().UnixMilli(), Value: []byte(`{"a":2,"b":9,"c":9}`)})
	w.round()
	list := w.violations(ViolationQuery{Check: "orders/a/unique"})
	if len(list) != 2 || list[0].Partition+list[1].Partition != 1 || list[0].Count != 1 || list[1].Count != 1 {
		t.Errorf("%+v", list)
	}
	v := w.only("orders/primary-key")
	w.same("first, count", []int64{v.First, v.Count}, []int64{4, 1})
	w.pass(6 * time.Minute)
	w.write(`{"a":1,"b":1,"c":1}`)
	w.round()
	w.same("after the span", len(w.violations(ViolationQuery{Check: "orders/a/unique"})), 2)
}

// Order is asked of each key by itself.
func TestOrderIsThatOfAKey(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("- {name: a, logicalType: integer, customProperties: [{property: sightglass.ordered, value: key}]}", ""))
	for i, r := range []struct{ key, value string }{{"x", `{"a":5}`}, {"y", `{"a":1}`}, {"x", `{"a":6}`}, {"y", `{"a":2}`}, {"x", `{"a":5}`}, {"y", `{"a":2}`}} {
		w.fake.Write("orders", kafkatest.Record{Time: w.now().UnixMilli() + int64(i), Key: []byte(r.key), Value: []byte(r.value)})
	}
	w.round()
	v := w.only("orders/a/ordering")
	w.same("first, count", []int64{v.First, v.Count}, []int64{4, 1})
}

// Keys and headers are looked into like values; a key without a schema is the text that the contract says it is.
func TestKeysAndHeadersAreChecked(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf(`- {name: k, logicalType: string, required: true, logicalTypeOptions: {maxLength: 3}, customProperties: [{property: sightglass.part, value: key}]}
- {name: tenant, logicalType: string, required: true, customProperties: [{property: sightglass.part, value: header}]}`,
		"    quality: [{type: custom, id: t, engine: sightglass, implementation: headers.tenant != 'none' || key == '1'}]"))
	at := w.now().UnixMilli()
	tenant := []kafkatest.Header{{Name: "tenant", Value: []byte("7")}}
	w.fake.Write("orders",
		kafkatest.Record{Time: at, Key: []byte("123"), Value: []byte(`{}`), Headers: tenant}, kafkatest.Record{Time: at, Key: []byte("1234"), Value: []byte(`{}`), Headers: tenant},
		kafkatest.Record{Time: at, Value: []byte(`{}`), Headers: tenant}, kafkatest.Record{Time: at, Key: []byte("1"), Value: []byte(`{}`)},
		kafkatest.Record{Time: at, Key: []byte("2"), Headers: []kafkatest.Header{{Name: "tenant", Value: []byte("none")}}})
	w.round()
	for check, first := range map[string]int64{"orders/key/length": 1, "orders/key/required": 2, "orders/headers.tenant/required": 3} {
		v := w.only(check)
		w.same(check, []int64{v.First, v.Count}, []int64{first, 1})
	}
	w.none("orders/key/type")
	w.none("orders/headers.tenant/type")
	v := w.only("orders/t")
	w.same("a rule that cannot be told does not hold; one that is not about the value is asked of a tombstone", []int64{v.First, v.Count}, []int64{3, 2})
}

// Checks of a minute: a count, a share, a rate. Each is judged when its minute is over, and over when a minute keeps it.
func TestMinutesAreJudgedAsAWhole(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("- {name: a, quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent}]}",
		"    quality: [{metric: rowCount, mustBeBetween: [1, 5]}]\nslaProperties: [{property: throughput, value: 0.05}]"))
	minute := func(values ...string) {
		w.pass(time.Minute)
		w.write(values...)
		w.round()
	}
	minute(`{"a":1}`, `{"a":null}`, `{"a":1}`, `{"a":1}`) // 25 %, 4 records, 0.07 a second
	minute(`{"a":1}`, `{"a":null}`, `{"a":null}`, `{"a":null}`, `{"a":1}`, `{"a":1}`, `{"a":null}`)
	w.none("orders/a/nulls")
	w.none("orders/row-count")
	minute(`{"a":1}`)
	minute() // what was written above is over
	nulls := w.only("orders/a/nulls")
	w.same("nulls", []int64{nulls.First, nulls.Last, nulls.Count}, []int64{5, 10, 4})
	if rows := w.only("orders/row-count"); !strings.Contains(rows.Hints.Detail, "7 records") {
		t.Errorf("%+v", rows)
	}
	minute(`{"a":1}`, `{"a":1}`, `{"a":1}`)
	w.none("orders/a/nulls")   // the minute with one record
	w.none("orders/row-count") // had as many as it may
	if v := w.only("orders/throughput"); !strings.Contains(v.Hints.Detail, "a second") {
		t.Errorf("%+v", v)
	}
	minute(`{"a":1}`, `{"a":1}`, `{"a":1}`)
	if v := w.only("orders/row-count"); !strings.Contains(v.Hints.Detail, "0 records") {
		t.Errorf("a minute without records: %+v", v)
	}
	minute(`{"a":1}`, `{"a":1}`, `{"a":1}`)
	minute(`{"a":1}`, `{"a":1}`, `{"a":1}`)
	for _, check := range []string{"orders/a/nulls", "orders/row-count", "orders/throughput"} {
		w.none(check)
		w.same(check, w.told(check)[len(w.told(check))-1], EventRecovered)
	}
}

// A share of late records is allowed where the contract says so.
func TestAShareOfRecordsMayBeLate(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("- {name: a, customProperties: [{property: sightglass.eventTime, value: true}]}",
		"    customProperties: [{property: sightglass.lateness, value: 1m}, {property: sightglass.lateShare, value: 40%}]"))
	event := func(back time.Duration) string {
		return `{"a":"` + w.now().Add(-back).Format(time.RFC3339) + `"}`
	}
	w.pass(time.Minute)
	w.write(event(0), event(0), event(5*time.Minute))
	w.round()
	w.pass(2 * time.Minute)
	w.write(event(0), event(5*time.Minute))
	w.round()
	w.none("orders/late")
	w.pass(2 * time.Minute)
	w.round()
	v := w.only("orders/late")
	w.same("late", []int64{v.First, v.Count}, []int64{4, 1})
}

// Times and settings need no records: how old the newest one is, how long none came, how long the topic keeps them, and what the contract itself owes.
func TestTimesAndSettingsAreChecked(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, map[string]string{"retention.ms": "3600000"})
	text := contractOf("", "slaProperties:\n  - {property: freshness, value: 10, unit: m}\n  - {property: frequency, value: 5, unit: m}\n  - {property: retention, value: 2, unit: h}")
	text = strings.Replace(text, "team: {members: [{username: ann}]}\nsupport: [{channel: c}]\n", "", 1)
	w.apply(text)
	w.write(`{}`)
	w.round()
	for _, check := range []string{"orders/retention", "orders/ownership", "orders/support"} {
		if v := w.only(check); v.First != -1 || v.Partition != -1 {
			t.Errorf("%+v", v)
		}
	}
	w.none("orders/freshness")
	w.none("orders/frequency")
	w.pass(6 * time.Minute)
	w.round()
	w.same("frequency", w.only("orders/frequency").First, 0)
	w.none("orders/freshness")
	w.pass(6 * time.Minute)
	w.round()
	w.same("freshness", w.only("orders/freshness").First, 0)
	w.write(`{}`)
	w.round()
	w.pass(time.Second)
	w.round()
	w.none("orders/freshness")
	w.none("orders/frequency")
	w.same("told", w.told("orders/freshness"), []string{EventViolated, EventRecovered})
	// It says what was wrong until it is right.
	if _, err := w.engine.Apply(t.Context(), strings.Replace(text, "value: 2, unit: h", "value: 1, unit: h", 1), "ann", "", "test"); err != nil {
		t.Fatal(err)
	}
	w.round()
	w.pass(2 * time.Minute)
	w.round()
	w.none("orders/retention")
}

// What is usual at an hour of the week is learned before anything is told of it.
func TestVolumeIsLearnedBeforeItIsJudged(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("", "    customProperties: [{property: sightglass.volume, value: learned}]"))
	w.round()
	state := func() State {
		all, err := w.engine.Checks(t.Context(), "orders")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.ID == "orders/volume" {
				return s
			}
		}
		t.Fatal("there is no check of volume")
		return State{}
	}
	w.same("state", state().State, StateLearning)
	h := w.engine.all()[0].holds[0]
	at := minuteOf(w.now().UnixMilli()) + 1
	for i := range int64(volumeLeast) {
		h.volume[hourOfWeek(at)] = append(h.volume[hourOfWeek(at)], 100+i%7)
	}
	if v := h.judgeMinute(placeOf(h, "orders/volume"), at); !v.known || v.holds {
		t.Errorf("a minute without records, of which there are 100 usually: %+v", v)
	}
	h.windows[windowKey{minute: at + 1}] = &window{records: 104}
	if v := h.judgeMinute(placeOf(h, "orders/volume"), at+1); hourOfWeek(at) == hourOfWeek(at+1) && (!v.known || !v.holds) {
		t.Errorf("a usual minute: %+v", v)
	}
}

func placeOf(h *hold, id string) int {
	for i := range h.stream.Checks {
		if h.stream.Checks[i].ID == id {
			return i
		}
	}
	return -1
}
