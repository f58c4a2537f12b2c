package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/event"
)

// broker is a cluster with a topic of two partitions, and a client that writes.
func broker(t *testing.T) (Cluster, *kgo.Client) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return Cluster{Bootstrap: c.ListenAddrs()}, client
}

func write(t *testing.T, client *kgo.Client, all ...*kgo.Record) {
	t.Helper()
	for _, r := range all {
		r.Topic = "orders"
	}
	if err := client.ProduceSync(t.Context(), all...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, c Cluster) *Reader {
	t.Helper()
	r, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// A record is read with all that Kafka says of it: null is something else than none.
func TestARecordIsReadWhole(t *testing.T) {
	c, client := broker(t)
	write(t, client,
		&kgo.Record{Key: []byte("k"), Value: []byte("one"), Timestamp: time.UnixMilli(1_700_000_000_123),
			Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("x")}, {Key: "none"}, {Key: "a", Value: []byte{}}}},
		&kgo.Record{Key: []byte{}, Value: nil},
	)
	r := open(t, c)
	one, err := r.At(t.Context(), "orders", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if one.Time != 1_700_000_000_123 || one.TimeType != Created || one.Epoch < 0 {
		t.Errorf("time %d, type %d, epoch %d", one.Time, one.TimeType, one.Epoch)
	}
	same := func(what string, got event.Payload, want []byte) {
		t.Helper()
		if w := event.NewPayload(want); got.Null() != w.Null() || !got.Equal(w) {
			t.Errorf("the %s is another: %v, want %q", what, got, want)
		}
	}
	same("key", one.Key, []byte("k"))
	same("value", one.Value, []byte("one"))
	same("headers", one.Column, []byte("\x03\x01a\x02x\x04none\x00\x01a\x01"))
	two, err := r.At(t.Context(), "orders", 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	same("key", two.Key, []byte{})
	same("value", two.Value, nil)
	same("headers", two.Column, nil)
}

// Two partitions are read in turns, one of them far behind, and what is read ahead is bounded.
func TestPartitionsAreReadInTheOrderThatIsAskedFor(t *testing.T) {
	c, client := broker(t)
	const n = 2000
	pad := strings.Repeat("x", 20_000)
	for i := range n {
		for p := range int32(2) {
			client.Produce(t.Context(), &kgo.Record{Topic: "orders", Partition: p, Value: fmt.Appendf(nil, "%d/%d%s", p, i, pad)}, func(_ *kgo.Record, err error) {
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := open(t, c)
	most := 0
	read := func(p int32, i int) {
		t.Helper()
		x, err := r.At(t.Context(), "orders", p, int64(i))
		if err != nil {
			t.Fatal(err)
		}
		if want := event.NewPayload(fmt.Appendf(nil, "%d/%d%s", p, i, pad)); !x.Value.Equal(want) {
			t.Fatalf("record %d of partition %d is another", i, p)
		}
		most = max(most, r.bytes)
	}
	read(1, 0) // from there on partition 1 is read ahead
	for i := range n {
		read(0, i)
	}
	for i := 1; i < n; i += 7 { // records in between are passed over
		read(1, i)
	}
	if limit := aheadBytes + fetchBytes + pollRecords*len(pad); most > limit {
		t.Errorf("%d bytes were held, want %d at most", most, limit)
	}
}

// What is not there any more says so, and why; what was never there too.
func TestRecordsThatAreGone(t *testing.T) {
	c, client := broker(t)
	for i := range 10 {
		write(t, client, &kgo.Record{Value: fmt.Appendf(nil, "%d", i)})
	}
	if _, err := kadm.NewClient(client).DeleteRecords(t.Context(), kadm.OffsetsList{{Topic: "orders", Partition: 0, At: 4}}.Offsets()); err != nil {
		t.Fatal(err)
	}
	r := open(t, c)
	for _, x := range []struct {
		topic  string
		part   int32
		offset int64
		why    string
	}{
		{"orders", 0, 3, "offset 3 of orders/0 was deleted (the topic's retention): it begins at 4"},
		{"orders", 0, 10, "it ends before 10"},
		{"orders", 7, 0, "no partition orders/7"},
		{"bills", 0, 0, "no partition bills/0"},
	} {
		if err := r.Check(t.Context(), x.topic, x.part, x.offset); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), x.why) {
			t.Errorf("looking at %s/%d@%d: %v", x.topic, x.part, x.offset, err)
		}
		if _, err := r.At(t.Context(), x.topic, x.part, x.offset); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), x.why) {
			t.Errorf("reading %s/%d@%d: %v", x.topic, x.part, x.offset, err)
		}
	}
	if _, err := r.At(t.Context(), "orders", 0, 4); err != nil {
		t.Errorf("the first one that is left: %v", err)
	}
}

// Records of a transaction that was aborted are read: a job that reads what is not committed had them. The end of a transaction is no record.
func TestRecordsOfTransactions(t *testing.T) {
	c, _ := broker(t)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Bootstrap...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("t"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		write(t, client, &kgo.Record{Value: []byte("v")})
		if err := client.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	r := open(t, c)
	for _, offset := range []int64{0, 2} {
		if _, err := r.At(t.Context(), "orders", 0, offset); err != nil {
			t.Errorf("offset %d: %v", offset, err)
		}
	}
	if _, err := r.At(t.Context(), "orders", 0, 3); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "the end of a transaction") {
		t.Errorf("the mark of a commit: %v", err)
	}
}

// Brokers that nobody reaches are an error that a later try may not have, and a cluster without an address is one at once.
func TestBrokersThatAreAway(t *testing.T) {
	r := open(t, Cluster{Bootstrap: []string{"127.0.0.1:1"}})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := r.At(ctx, "orders", 0, 0); err == nil || errors.Is(err, ErrGone) {
		t.Errorf("nobody is there: %v", err)
	}
	if _, err := Open(Cluster{}); err == nil {
		t.Error("a cluster without brokers is opened")
	}
	if _, err := Open(Cluster{Bootstrap: []string{"b:1"}, Mechanism: "magic"}); err == nil || !strings.Contains(err.Error(), "magic") {
		t.Errorf("another mechanism: %v", err)
	}
}
