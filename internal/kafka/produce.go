package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Bounds of what is produced at once.
const (
	produceBytes   = 10 << 20
	produceRecords = 1000
)

// Message is a record to write, in the clear: whoever writes it has its bytes. nil is null, which is not empty.
type Message struct {
	Partition int32 // below 0: by the key, as Kafka's own producers choose; without a key any
	Time      int64 // ms; 0: now
	Key       []byte
	Value     []byte
	Headers   []MessageHeader
}

// MessageHeader is one of a message.
type MessageHeader struct {
	Name  string
	Value []byte
}

// Produced is where a message came to lie.
type Produced struct {
	Partition int32
	Offset    int64 // -1: it was not written
	Time      int64 // ms
	Err       error // why it was not written; where its end is not known, it says so
}

// Produce writes messages to a topic, once each, acknowledged by all replicas in sync; one partition gets them in their order. The answer has one
// for each message. Its error is that none was tried; that of a message is in its answer, and the first of them is repeated as the error.
func (c *Client) Produce(ctx context.Context, topic string, all []Message) ([]Produced, error) {
	size := 0
	for i := range all {
		size += len(all[i].Key) + len(all[i].Value)
		for _, h := range all[i].Headers {
			size += len(h.Name) + len(h.Value)
		}
	}
	switch {
	case len(all) > produceRecords:
		return nil, fmt.Errorf("%d records are more than are written at once: %d", len(all), produceRecords)
	case size > produceBytes:
		return nil, fmt.Errorf("%d bytes are more than are written at once: %d", size, produceBytes)
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	t, err := c.topic(ctx, topic) // the library would wait for a topic or a partition that is not there
	if err != nil {
		return nil, err
	}
	records := make([]*kgo.Record, len(all))
	for i := range all {
		m := &all[i]
		if int(m.Partition) >= len(t.Partitions) {
			return nil, fmt.Errorf("%s: %w", place{topic, m.Partition}, ErrUnknown)
		}
		r := &kgo.Record{Topic: topic, Partition: m.Partition, Key: m.Key, Value: m.Value}
		if m.Time != 0 {
			r.Timestamp = time.UnixMilli(m.Time)
		}
		for _, h := range m.Headers {
			r.Headers = append(r.Headers, kgo.RecordHeader{Key: h.Name, Value: h.Value})
		}
		records[i] = r
	}
	out := make([]Produced, len(all))
	at := make(map[*kgo.Record]int, len(all))
	for i, r := range records {
		at[r] = i
		out[i] = Produced{Partition: all[i].Partition, Offset: -1}
	}
	var failed error
	for _, r := range c.client.ProduceSync(ctx, records...) {
		p := &out[at[r.Record]]
		if r.Err != nil {
			p.Err = unwritten(ctx, topic, r.Err)
			failed = errors.Join(failed, p.Err)
			continue
		}
		p.Partition, p.Offset, p.Time = r.Record.Partition, r.Record.Offset, r.Record.Timestamp.UnixMilli()
	}
	if failed != nil {
		for i := range out {
			if out[i].Err != nil {
				return out, out[i].Err
			}
		}
	}
	return out, nil
}

// unwritten tells why a record was not written, without what it holds.
func unwritten(ctx context.Context, topic string, err error) error {
	switch {
	case errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, kerr.RecordListTooLarge):
		return fmt.Errorf("writing to %s: the record is larger than the topic's max.message.bytes", topic)
	case errors.Is(err, kerr.InvalidRecord):
		return fmt.Errorf("writing to %s: the brokers refuse the record; a compacted topic wants a key", topic)
	case ctx.Err() != nil || errors.Is(err, kgo.ErrRecordTimeout):
		return fmt.Errorf("writing to %s: whether the record was written is not known: the brokers did not answer in time", topic)
	}
	return fmt.Errorf("writing to %s: %w", topic, meant(err))
}

// chosen is a kgo.Partitioner: the partition that a record names, else Kafka's own choice by the key.
type chosen struct{}

// ForTopic is that of kgo.Partitioner.
func (chosen) ForTopic(topic string) kgo.TopicPartitioner {
	return chosenOf{kgo.StickyKeyPartitioner(nil).ForTopic(topic)}
}

type chosenOf struct{ kgo.TopicPartitioner }

// RequiresConsistency is that of kgo.TopicPartitioner: a partition that is named is not replaced by another while it has no leader.
func (c chosenOf) RequiresConsistency(r *kgo.Record) bool {
	return r.Partition >= 0 || c.TopicPartitioner.RequiresConsistency(r)
}

// Partition is that of kgo.TopicPartitioner.
func (c chosenOf) Partition(r *kgo.Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return c.TopicPartitioner.Partition(r, n)
}
