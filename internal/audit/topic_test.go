package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// keptTopic is a topic that keeps records, and fails when it is told to.
type keptTopic struct {
	writes [][]TopicRecord
	fail   bool
}

func (k *keptTopic) Write(_ context.Context, records []TopicRecord) error {
	if k.fail {
		return errors.New("no leader")
	}
	k.writes = append(k.writes, records)
	return nil
}

func TestEventsGoToATopicInStructuredMode(t *testing.T) {
	k := new(keptTopic)
	sink, err := OpenSink("kafka:prod/audit", SinkOptions{Kafka: func(cluster, topic string) (Topic, error) {
		if cluster != "prod" || topic != "audit" {
			t.Errorf("%s/%s", cluster, topic)
		}
		return k, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 8, 1, 14, 2, 11, 0, time.UTC)
	large := json.RawMessage(`{"filter":"` + strings.Repeat("x", topicBytes/2) + `"}`)
	var events []CloudEvent
	for _, id := range []string{"1", "2", "3"} {
		events = append(events, CloudEvent{SpecVersion: "1.0", ID: id, Source: "urn:sightglass:audit:ab", Type: EntryType, Time: at, ContentType: "application/json", Data: large})
	}
	k.fail = true
	if err := sink.Send(t.Context(), events); err == nil {
		t.Error("what was not taken counts as taken")
	}
	k.fail = false
	if err := sink.Send(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, w := range k.writes {
		size := 0
		for _, r := range w {
			var e CloudEvent
			if err := json.Unmarshal(r.Value, &e); err != nil || string(r.Key) != e.Source || r.ContentType != "application/cloudevents+json; charset=UTF-8" || !r.Time.Equal(at) || !bytes.Equal(e.Data, large) {
				t.Errorf("%.80s: %v, key %s, %s", r.Value, err, r.Key, r.ContentType)
			}
			ids = append(ids, e.ID)
			size += len(r.Value)
		}
		if size > topicBytes+len(large) {
			t.Errorf("%d bytes at once", size)
		}
	}
	if strings.Join(ids, " ") != "1 2 3" || len(k.writes) < 2 {
		t.Errorf("%v in %d writes", ids, len(k.writes))
	}
}
