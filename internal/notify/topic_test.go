package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// topics are a Topics in memory.
type topics struct {
	mu  sync.Mutex
	all []TopicMessage
	err error
}

func (*topics) Known(cluster string) error {
	if cluster != "prod" {
		return fmt.Errorf("no cluster of the setting kafka-file is called %s", cluster)
	}
	return nil
}

func (s *topics) Write(_ context.Context, cluster, topic string, m TopicMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.all = append(s.all, m)
	}
	return s.err
}

func TestTopicsGetEventsInBinaryMode(t *testing.T) {
	to := &topics{}
	f := open(t, func(o *Options) { o.Topics = to })
	if _, err := f.Add(t.Context(), person("ann"), Wish{Target: Target{Kind: Topic, Cluster: "test", Topic: "alerts"}}, "", true); !errors.Is(err, ErrSubscription) {
		t.Errorf("an unknown cluster: %v", err)
	}
	f.add(person("ann"), Wish{Target: Target{Kind: Topic, Cluster: "prod", Topic: "alerts"}}, "")
	e := broken("orders", Critical)
	e.ID = "violation-1"
	f.happens(e)
	to.err = errors.New("not enough replicas")
	f.deliver()
	if d := f.log(DeliveryQuery{})[0]; d.State != Pending || d.Status != "not written" || d.Detail != "not enough replicas" {
		t.Errorf("%+v", d)
	}
	to.err = nil
	f.clock.add(time.Minute)
	f.deliver()
	if len(to.all) != 1 {
		t.Fatalf("%d messages", len(to.all))
	}
	m := to.all[0]
	headers := map[string]string{}
	for _, h := range m.Headers {
		headers[h.Name] = h.Value
	}
	for name, want := range map[string]string{
		"ce_specversion": "1.0", "ce_id": "violation-1", "ce_type": "io.sightglass.contract.violated.v1", "ce_source": "https://sightglass.example", "ce_subject": "orders#email",
		"ce_time": "2026-08-01T14:02:00Z", "content-type": "application/json", "ce_dataschema": "https://sightglass.example" + DataSchema,
	} {
		if headers[name] != want {
			t.Errorf("%s is %q, want %q", name, headers[name], want)
		}
	}
	var d Data
	if err := json.Unmarshal(m.Value, &d); err != nil || d.Topic != "orders" || string(m.Key) != "orders#email" {
		t.Errorf("%s %s %v", m.Key, m.Value, err)
	}
}
