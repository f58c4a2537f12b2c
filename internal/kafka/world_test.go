package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/sightglass/sightglass/internal/event"
)

// world is a cluster of two brokers, a client that looks into it, and one that writes.
type world struct {
	t      *testing.T
	fake   *kfake.Cluster
	client *Client
	writer *kgo.Client
	user   string
}

func newWorld(t *testing.T, options ...kfake.Opt) *world {
	t.Helper()
	return newWorldAs(t, "", options...)
}

// newWorldAs has its clients log in, as a user whose password is its name.
func newWorldAs(t *testing.T, user string, options ...kfake.Opt) *world {
	t.Helper()
	fake, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(2)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	w := &world{t: t, fake: fake, user: user}
	c := Cluster{Bootstrap: fake.ListenAddrs()}
	if user != "" {
		c.Mechanism, c.User, c.Password = ScramSHA256, user, user
	}
	w.client = w.open(c)
	w.writer = w.kgo()
	return w
}

// kgo is a client of the library, of which each record says its partition.
func (w *world) kgo(options ...kgo.Opt) *kgo.Client {
	w.t.Helper()
	if w.user != "" {
		options = append(options, kgo.SASL(scram.Auth{User: w.user, Pass: w.user}.AsSha256Mechanism()))
	}
	c, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(w.fake.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0), kgo.ProducerBatchCompression(kgo.NoCompression())}, options...)...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

func (w *world) open(c Cluster) *Client {
	w.t.Helper()
	client, err := NewClient(c)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(client.Close)
	return client
}

// topic makes one.
func (w *world) topic(name string, partitions int32, settings map[string]string) {
	w.t.Helper()
	if err := w.fake.CreateTopic(name, partitions, settings); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(all ...*kgo.Record) {
	w.t.Helper()
	if err := w.writer.ProduceSync(w.t.Context(), all...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// row is a record with a time in ms and a value that names it.
func row(topic string, partition int32, ms int64) *kgo.Record {
	return &kgo.Record{Topic: topic, Partition: partition, Timestamp: time.UnixMilli(ms), Key: fmt.Appendf(nil, "k%d", ms), Value: fmt.Appendf(nil, "%d@%d", partition, ms)}
}

// unhurried gives a scan the time that a slow machine takes, unless its time is what is looked at.
func unhurried(q ScanQuery) ScanQuery {
	if q.Within == 0 {
		q.Within = 2 * time.Minute
	}
	return q
}

// names are partition@offset of what a scan gives.
func (w *world) names(q ScanQuery) ([]string, Scanned) {
	w.t.Helper()
	s := w.client.Scan(unhurried(q))
	var out []string
	for r, err := range s.All(w.t.Context()) {
		if err != nil {
			w.t.Fatalf("%+v: %v", q, err)
		}
		out = append(out, name(r))
	}
	return out, s.Scanned()
}

func name(r Record) string { return fmt.Sprintf("%d@%d", r.Partition, r.Offset) }

// transaction writes records and ends them; keep: it stays open.
func (w *world) transaction(id string, end kgo.TransactionEndTry, keep bool, all ...*kgo.Record) {
	w.t.Helper()
	c := w.kgo(kgo.TransactionalID(id))
	if err := c.BeginTransaction(); err != nil {
		w.t.Fatal(err)
	}
	if err := c.ProduceSync(w.t.Context(), all...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
	if keep {
		return
	}
	if err := c.EndTransaction(w.t.Context(), end); err != nil {
		w.t.Fatal(err)
	}
}

// soon is a context of which the test is not to see the end.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func same(t *testing.T, what string, got event.Payload, want []byte) {
	t.Helper()
	if w := event.NewPayload(want); got.Null() != w.Null() || !got.Equal(w) {
		t.Errorf("the %s is another: %v, want %d bytes", what, got, len(want))
	}
}

// fill writes n records of about size bytes to partition 0, the first of them as soon as it is there.
func (w *world) fill(topic string, n, size int) {
	w.t.Helper()
	for i := range n {
		r := row(topic, 0, int64(1000+i))
		r.Value = make([]byte, size)
		w.writer.Produce(w.t.Context(), r, nil)
	}
	if err := w.writer.Flush(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}
