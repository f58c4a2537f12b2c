package audit

import (
	"context"
	"time"
)

// Topic is one of a cluster of Kafka that takes events. Write MUST return nil only once all replicas in sync have all records, and MUST write those
// of one key in their order. It is asked again with the same records after an error.
type Topic interface {
	Write(ctx context.Context, records []TopicRecord) error
}

// TopicRecord is an event as the CloudEvents Kafka protocol binding 1.0.2 has it in structured mode: the whole event is the value. Its key is the
// event's source, so that the events of one log lie in one partition, in their order.
type TopicRecord struct {
	Key         []byte
	Value       []byte
	ContentType string // of the value, in the header content-type
	Time        time.Time
}

// structured is the content type of an event that is a value.
const structured = "application/cloudevents+json; charset=UTF-8"

// topicBytes of values are given to a topic at once.
const topicBytes = 4 << 20

// topicSink gives events to a topic.
type topicSink struct{ topic Topic }

func (s *topicSink) Send(ctx context.Context, events []CloudEvent) error {
	var records []TopicRecord
	size := 0
	for i := range events {
		e := &events[i]
		text, err := e.text()
		if err != nil {
			return err
		}
		if len(records) > 0 && size+len(text) > topicBytes {
			if err := s.topic.Write(ctx, records); err != nil {
				return err
			}
			records, size = nil, 0
		}
		records = append(records, TopicRecord{Key: []byte(e.Source), Value: text, ContentType: structured, Time: e.Time})
		size += len(text)
	}
	if len(records) == 0 {
		return nil
	}
	return s.topic.Write(ctx, records)
}

// Close leaves the cluster to who opened it.
func (*topicSink) Close() error { return nil }
