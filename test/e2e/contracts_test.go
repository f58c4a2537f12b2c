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

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/tables"
)

// promised is a contract with each kind of check that can be broken within seconds: what is about whole minutes, internal/checks tries with a clock of its own.
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
    quality: [{type: custom, id: cap, engine: sightglass, implementation: value.amount < 1000}]
    customProperties: [{property: sightglass.lateness, value: 1h}, {property: sightglass.quarantine, value: promised.bad}]
slaProperties:
  - {property: latency, value: 30, unit: m, element: promised}
  - {property: freshness, value: 3, unit: s}
  - {property: frequency, value: 2, unit: s}
  - {property: retention, value: 7, unit: d}
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
	if end := b.end("promised.bad"); end < int64(len(want)-3) {
		t.Errorf("the quarantine has %d records", end)
	}
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
