//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/tables"
)

// promised is a contract with each kind of check.
const promised = `apiVersion: v3.1.0
kind: DataContract
id: promised
version: 1.0.0
status: active
schema:
  - name: promised
    properties:
      - {name: key, logicalType: string, required: true, customProperties: [{property: sightglass.part, value: key}]}
      - {name: tenant, required: true, customProperties: [{property: sightglass.part, value: header}]}
      - {name: id, logicalType: string, unique: true, logicalTypeOptions: {pattern: "^o-", maxLength: 5}}
      - {name: amount, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0}}
      - {name: mail, logicalType: string, logicalTypeOptions: {format: email}}
      - {name: currency, quality: [{metric: invalidValues, arguments: {validValues: [EUR]}, mustBe: 0}, {metric: missingValues, arguments: {missingValues: [N/A]}, mustBe: 0}]}
      - {name: at, logicalType: timestamp, customProperties: [{property: sightglass.eventTime, value: true}]}
      - {name: version, logicalType: integer, customProperties: [{property: sightglass.ordered, value: partition}]}
    quality:
      - {type: custom, id: cap, engine: sightglass, implementation: value.amount < 1000}
      - {metric: rowCount, mustBeGreaterThan: 100000}
    customProperties:
      - {property: sightglass.lateness, value: 1h}
      - {property: sightglass.quarantine, value: promised.bad}
      - {property: sightglass.deadLetters, value: promised.dead}
      - {property: sightglass.volume, value: learned}
slaProperties:
  - {property: latency, value: 30, unit: m, element: promised}
  - {property: freshness, value: 3, unit: s}
  - {property: frequency, value: 2, unit: s}
  - {property: retention, value: 7, unit: d}
  - {property: throughput, value: 5000}
`

// Every kind of check, broken on purpose on a real broker: found, at the exact offset, counted, told once, and over; also across a restart.
func TestContracts(t *testing.T) {
	b := startBroker(t)
	b.topic("promised", 2, map[string]string{"retention.ms": "3600000"})
	b.topic("promised.bad", 1, nil)
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sink := &toldEvents{all: make(chan checks.Event, 1000)}
	start := func() (*checks.Engine, func()) {
		e, err := checks.New(t.Context(), checks.Options{
			Tables: db, Sink: sink, Every: 200 * time.Millisecond, RecoverAfter: 2 * time.Second,
			Clusters: []checks.Cluster{{Name: "lab", Kafka: b.open(kafka.Cluster{Bootstrap: []string{b.plain}}), Decoder: serde.NewRecordDecoder(nil, serde.Limits{})}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); e.Run(ctx) }()
		return e, func() { stop(); <-done }
	}
	e, stop := start()
	defer func() { stop() }()
	// Four weeks in which a minute had 100,000 records.
	usual, err := json.Marshal(slices.Repeat([]int{100_000}, 240))
	if err != nil {
		t.Fatal(err)
	}
	for hour := range 7 * 24 {
		if _, err := db.Exec(t.Context(), `INSERT INTO check_volume (contract, cluster, topic, hour, records) VALUES ('promised', 'lab', 'promised', ?, ?)`, hour, string(usual)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Apply(t.Context(), promised, "olga", "", "test"); err != nil {
		t.Fatal(err)
	}
	states := func() map[string]string {
		all, err := e.Checks(t.Context(), "promised")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, s := range all {
			out[s.ID] = s.State
		}
		return out
	}
	await(t, time.Minute, "the topic is looked at", func(context.Context) (bool, error) {
		return states()["promised/ownership"] == checks.StateViolated, nil
	})

	n := 0
	good := func(change func(v map[string]any, r *kgo.Record)) *kgo.Record {
		n++
		v := map[string]any{"id": fmt.Sprintf("o-%d", n), "amount": 1, "mail": "a@b.example", "currency": "EUR", "at": time.Now().UTC().Format(time.RFC3339Nano), "version": n}
		r := &kgo.Record{Topic: "promised", Key: []byte("k"), Headers: []kgo.RecordHeader{{Key: "tenant", Value: []byte("7")}}}
		change(v, r)
		if r.Value == nil {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			r.Value = raw
		}
		return r
	}
	member := func(name string, value any) func(map[string]any, *kgo.Record) {
		return func(v map[string]any, _ *kgo.Record) { v[name] = value }
	}
	none := func(map[string]any, *kgo.Record) {}
	b.write(good(none), good(none)) // offsets 0 and 1
	want := map[string]int64{}      // check → first offset
	plant := func(check string, change func(map[string]any, *kgo.Record)) {
		want["promised/"+check] = int64(2 + len(want))
		b.write(good(change))
	}
	plant("conformity", func(_ map[string]any, r *kgo.Record) { r.Value = []byte(`{"id":`) })
	plant("key/required", func(_ map[string]any, r *kgo.Record) { r.Key = nil })
	plant("headers.tenant/required", func(_ map[string]any, r *kgo.Record) { r.Headers = nil })
	plant("id/pattern", member("id", "p-1"))
	plant("id/length", member("id", "o-12345"))
	plant("id/unique", member("id", "o-1"))
	plant("amount/range", member("amount", -1))
	plant("mail/format", member("mail", "nobody"))
	plant("currency/missing", member("currency", "N/A"))
	plant("at/type", member("at", "yesterday"))
	plant("late", member("at", time.Now().Add(-2*time.Hour).UTC().Format(time.RFC3339)))
	plant("version/ordering", member("version", 1))
	plant("cap", member("amount", 5000))
	plant("amount/required", func(v map[string]any, _ *kgo.Record) { delete(v, "amount") })
	plant("amount/type", member("amount", 1.5))
	want["promised/currency/values"] = want["promised/currency/missing"] // N/A is no currency either
	want["promised/latency"] = want["promised/late"]
	found := func() map[string]checks.Violation {
		list, _, err := e.Violations(t.Context(), checks.ViolationQuery{Contract: "promised", Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]checks.Violation{}
		for _, v := range list {
			if old, twice := out[v.Check]; twice && want[v.Check] > 0 {
				t.Fatalf("%s is there twice: %+v and %+v", v.Check, old, v)
			}
			out[v.Check] = v
		}
		return out
	}
	// The topic of dead letters comes to be with the first of them, as serializers make it.
	b.topic("promised.dead", 1, nil)
	rule := func(topic string) []kgo.RecordHeader {
		return []kgo.RecordHeader{{Key: "__rule.name", Value: []byte("cap")}, {Key: "__rule.topic", Value: []byte(topic)}}
	}
	b.write(&kgo.Record{Topic: "promised.dead", Headers: rule("other")}, &kgo.Record{Topic: "promised.dead", Headers: rule("promised"), Value: []byte{1}})
	all := func(context.Context) (bool, error) {
		at := found()
		for check := range want {
			if at[check].ID == "" {
				return false, nil
			}
		}
		return at["promised/retention"].ID != "", nil
	}
	await(t, time.Minute, "all that was planted is found", all)
	await(t, time.Minute, "the dead letter is found", func(context.Context) (bool, error) { return found()["promised.dead/dead-letter"].ID != "", nil })
	if v := found()["promised.dead/dead-letter"]; v.Topic != "promised.dead" || v.First != 1 || v.Count != 1 || !slices.Equal(v.Hints.Headers, []string{"__rule.name", "__rule.topic"}) {
		t.Errorf("the dead letter: %+v", v)
	}
	for check, first := range want {
		if v := found()[check]; v.First != first || v.Partition != 0 || v.Count < 1 {
			t.Errorf("%s: planted at %d, found %+v", check, first, v)
		}
	}

	// While nobody looks, and in a transaction that is aborted, which never was.
	stop()
	b.write(good(member("mail", "nobody at all")))
	b.transaction(kgo.TryAbort, good(member("mail", "never")), good(member("mail", "never")))
	e, stop = start()
	await(t, time.Minute, "what came meanwhile is counted", func(context.Context) (bool, error) { return found()["promised/mail/format"].Count >= 2, nil })
	await(t, time.Minute, "nothing comes, and that is told", func(context.Context) (bool, error) {
		at := found()
		return at["promised/freshness"].ID != "" && at["promised/frequency"].ID != "", nil
	})
	if v := found()["promised/mail/format"]; v.Count != 2 || v.First != want["promised/mail/format"] {
		t.Errorf("after a restart: %+v", v)
	}
	await(t, time.Minute, "good records end the violations", func(context.Context) (bool, error) {
		b.write(good(none))
		at := found()
		for check := range want {
			if at[check].State != checks.Closed {
				return false, nil
			}
		}
		return true, nil
	})
	told := map[string][]string{}
	await(t, time.Minute, "that they are over is told", func(context.Context) (bool, error) {
		for len(sink.all) > 0 {
			x := <-sink.all
			told[x.Check] = append(told[x.Check], x.Type)
		}
		for check := range want {
			if !slices.Contains(told[check], checks.EventRecovered) {
				return false, nil
			}
		}
		return true, nil
	})
	for check := range want {
		var times [2]int
		for _, what := range told[check] {
			switch what {
			case checks.EventViolated:
				times[0]++
			case checks.EventRecovered:
				times[1]++
			}
		}
		if times != [2]int{1, 1} {
			t.Errorf("%s was told as %v", check, told[check])
		}
	}
	// What is about whole minutes: the first one is judged a quarter of a minute after its end.
	await(t, 3*time.Minute, "every kind of check is broken, and found", func(context.Context) (bool, error) {
		broken := map[string]bool{}
		for _, v := range found() {
			broken[v.Kind] = true
		}
		for _, k := range contract.Kinds() {
			if !broken[string(k)] {
				return false, nil
			}
		}
		return true, nil
	})
	if end := b.end("promised.bad"); end < int64(len(want)-3) {
		t.Errorf("the quarantine has %d records", end)
	}
}

// A partition is added, a transaction is aborted, records are deleted before they were looked at, and the topic is made anew, on a real broker: what came is judged, with
// its exact offset, and what nobody saw is a gap.
func TestContractsOfTopicsThatChange(t *testing.T) {
	b := startBroker(t)
	b.topic("changing", 1, nil)
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e, err := checks.New(t.Context(), checks.Options{
		Tables:   db,
		Clusters: []checks.Cluster{{Name: "lab", Kafka: b.open(kafka.Cluster{Bootstrap: []string{b.plain}}), Decoder: serde.NewRecordDecoder(nil, serde.Limits{})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const text = "apiVersion: v3.1.0\nkind: DataContract\nid: changing\nversion: 1.0.0\nstatus: active\nschema: [{name: changing, properties: [{name: a, required: true}]}]\n"
	if _, err := e.Apply(t.Context(), text, "olga", "", "test"); err != nil {
		t.Fatal(err)
	}
	round := func(what string, is func(all []checks.Violation, gaps []checks.Gap) bool) {
		t.Helper()
		await(t, time.Minute, what, func(ctx context.Context) (bool, error) {
			_ = e.Round(ctx) // while the topic is made anew, it is away
			all, _, err := e.Violations(ctx, checks.ViolationQuery{Check: "changing/a/required"})
			if err != nil {
				return false, err
			}
			gaps, err := e.Gaps(ctx, "lab", "changing")
			return is(all, gaps), err
		})
	}
	at := func(part int32, first, count int64) func([]checks.Violation, []checks.Gap) bool {
		return func(all []checks.Violation, _ []checks.Gap) bool {
			return slices.ContainsFunc(all, func(v checks.Violation) bool { return v.Partition == part && v.First == first && v.Count == count })
		}
	}
	round("the topic is looked at", func([]checks.Violation, []checks.Gap) bool { return true })
	value := func(part int32, text string) *kgo.Record {
		return &kgo.Record{Topic: "changing", Partition: part, Value: []byte(text)}
	}
	if _, err := b.admin.CreatePartitions(t.Context(), 1, "changing"); err != nil {
		t.Fatal(err)
	}
	await(t, time.Minute, "the partition takes records", func(ctx context.Context) (bool, error) {
		return b.writer.ProduceSync(ctx, value(1, `{}`)).FirstErr() == nil, nil
	})
	round("the first record of an added partition", at(1, 0, 1))

	// Aborted records have offsets, and so have the marks behind transactions: none of them is a record.
	b.transaction(kgo.TryAbort, value(0, `{}`), value(0, `{}`))
	b.transaction(kgo.TryCommit, value(0, `{"a":1}`), value(0, `{}`))
	round("the exact offset behind an aborted transaction", at(0, 4, 1))

	b.write(value(0, `{}`), value(0, `{}`), value(0, `{"a":1}`))
	var cut kadm.Offsets
	cut.AddOffset("changing", 0, 8, -1)
	if _, err := b.admin.DeleteRecords(t.Context(), cut); err != nil {
		t.Fatal(err)
	}
	round("what retention took is a gap", func(_ []checks.Violation, gaps []checks.Gap) bool {
		return slices.ContainsFunc(gaps, func(g checks.Gap) bool { return g.Partition == 0 && g.From == 6 && g.To == 8 })
	})

	if _, err := b.admin.DeleteTopics(t.Context(), "changing"); err != nil {
		t.Fatal(err)
	}
	await(t, time.Minute, "the topic is made anew", func(ctx context.Context) (bool, error) {
		made, err := b.admin.CreateTopic(ctx, 1, 1, nil, "changing")
		return err == nil && made.Err == nil, nil
	})
	b.writer.PurgeTopicsFromClient("changing") // it writes to the topic that was, by its id
	await(t, time.Minute, "it takes records", func(ctx context.Context) (bool, error) {
		return b.writer.ProduceSync(ctx, value(0, `{"a":1}`), value(0, `{}`)).FirstErr() == nil, nil
	})
	round("the first bad record of the new topic", func(all []checks.Violation, gaps []checks.Gap) bool {
		return slices.ContainsFunc(gaps, func(g checks.Gap) bool { return g.To < 0 }) && at(0, 1, 1)(all, gaps)
	})
}

// toldEvents takes what an engine tells.
type toldEvents struct{ all chan checks.Event }

// Emit is that of checks.Sink.
func (s *toldEvents) Emit(_ context.Context, e checks.Event) error {
	s.all <- e
	return nil
}

// end is the offset behind the last record of a topic's first partition.
func (b *broker) end(topic string) int64 {
	b.t.Helper()
	s, err := b.looking.Span(b.t.Context(), topic)
	if err != nil {
		b.t.Fatal(err)
	}
	return s.Parts[0].End
}
