//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// feed is one record to send.
type feed struct {
	payload   string
	partition int32
	time      time.Time
}

// send writes records to a topic at a steady rate and waits for all acknowledgements. After each record it calls sent, if given, with the count so far.
func (r *rig) send(t *testing.T, topic string, perSecond int, records []feed, sent func(n int)) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(2*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	failed := make(chan error, 1)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := 0; i < len(records); {
		for range min(max(perSecond/50, 1), len(records)-i) {
			f := records[i]
			client.Produce(t.Context(), &kgo.Record{Topic: topic, Partition: f.partition, Value: []byte(f.payload), Timestamp: f.time}, func(_ *kgo.Record, err error) {
				if err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			})
			i++
			if sent != nil {
				sent(i)
			}
		}
		select {
		case err := <-failed:
			t.Fatalf("sending to %s: %v", topic, err)
		case <-tick.C:
		}
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatalf("sending to %s: %v", topic, err)
	}
	select {
	case err := <-failed:
		t.Fatalf("sending to %s: %v", topic, err)
	default:
	}
}

// read takes a topic from its beginning until it has count records, and gives where each payload lies. A payload that comes twice is an error: nothing
// in these tests makes a job repeat itself.
func (r *rig) read(t *testing.T, topic string, count int) places {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	at := places{}
	for n := 0; n < count; {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("topic %s has %d of %d records after three minutes", topic, n, count)
		}
		fetches.EachError(func(_ string, _ int32, err error) { t.Fatalf("reading %s: %v", topic, err) })
		fetches.EachRecord(func(record *kgo.Record) {
			n++
			place := fmt.Sprintf("%s/%d@%d", record.Topic, record.Partition, record.Offset)
			if before, ok := at[string(record.Value)]; ok {
				t.Errorf("%s and %s hold the same payload", before, place)
			}
			at[string(record.Value)] = place
		})
	}
	return at
}

// ends are the offsets behind the last record of each partition, markers of transactions counted.
func (r *rig) ends(t *testing.T, topic string) map[int32]int64 {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	all, err := kadm.NewClient(client).ListEndOffsets(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	at := make(map[int32]int64)
	all.Each(func(o kadm.ListedOffset) { at[o.Partition] = o.Offset })
	return at
}
