package checks

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// What Confluent's rule executors put aside is a violation of the stream that it came from, from the first record on, also where the topic for it is made
// by the first of them; other records there are none.
func TestDeadLettersAreViolations(t *testing.T) {
	w := newWorld(t)
	w.fake.Topic("orders", 1, nil)
	if _, err := w.engine.Apply(t.Context(), contractOf("", "    customProperties: [{property: sightglass.deadLetters, value: dead}]"), "ann", "", "test"); err != nil {
		t.Fatal(err)
	}
	if err := w.engine.Round(t.Context()); err == nil || !strings.Contains(err.Error(), "dead") {
		t.Fatalf("the topic is not there: %v", err)
	}
	w.fake.Topic("dead", 1, nil)
	from := func(topic string) []kafkatest.Header {
		return []kafkatest.Header{{Name: "__rule.name", Value: []byte("cap")}, {Name: "__rule.topic", Value: []byte(topic)}, {Name: "__rule.exception", Value: []byte("SECRET")}}
	}
	at := w.now().UnixMilli()
	w.fake.Write("dead", kafkatest.Record{Time: at, Headers: from("orders"), Value: []byte{0, 1, 2}}, kafkatest.Record{Time: at, Headers: from("others")}, kafkatest.Record{Time: at}, kafkatest.Record{Time: at, Headers: from("orders")})
	w.round()
	v := w.only("dead/dead-letter")
	w.same("topic, first, last, count", []any{v.Topic, v.First, v.Last, v.Count}, []any{"dead", 0, 3, 2})
	w.same("headers that say which rule", v.Hints.Headers, []string{"__rule.name", "__rule.topic", "__rule.exception"})
	w.same("told", w.told("dead/dead-letter"), []string{EventViolated})
	if _, err := w.engine.Apply(t.Context(), contractOf("", "    customProperties: [{property: sightglass.deadLetters, value: orders}]"), "ann", "", "test"); err == nil {
		t.Error("the stream is no topic of its own dead letters")
	}
}
