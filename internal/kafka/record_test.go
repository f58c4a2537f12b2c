package kafka

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A record has all that Kafka says of it; null and empty are two things, and nothing of its bytes is printed.
func TestOneRecord(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	gzip := w.kgo(kgo.ProducerBatchCompression(kgo.GzipCompression()))
	if err := gzip.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Key: []byte{}, Value: []byte(strings.Repeat("geheim", 100)), Timestamp: time.UnixMilli(1_700_000_000_123),
		Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("x")}, {Key: "null"}, {Key: "a", Value: []byte{}}}}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.write(&kgo.Record{Topic: "orders", Value: nil})
	w.transaction("t", kgo.TryAbort, false, &kgo.Record{Topic: "orders", Value: []byte("undone")}) // 2, marker 3
	r, err := w.client.One(t.Context(), "orders", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Topic != "orders" || r.Offset != 0 || r.Time != 1_700_000_000_123 || r.TimeType != Created || r.Epoch < 0 || r.Packed != "gzip" || r.Size != 600+1+1+4+1 {
		t.Errorf("%+v", r)
	}
	same(t, "key", r.Key, []byte{})
	same(t, "value", r.Value, []byte(strings.Repeat("geheim", 100)))
	if len(r.Headers) != 3 || r.Headers[0].Name != "a" || r.Headers[2].Name != "a" {
		t.Fatalf("headers %+v", r.Headers)
	}
	for i, want := range [][]byte{[]byte("x"), nil, {}} {
		same(t, "header", r.Headers[i].Value, want)
	}
	two, err := w.client.One(t.Context(), "orders", 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "key", two.Key, nil)
	same(t, "value", two.Value, nil)
	if two.Packed != "none" || two.Headers != nil {
		t.Errorf("%+v", two)
	}
	if _, err := w.client.One(t.Context(), "orders", 0, 2); err != nil {
		t.Errorf("a record that was not committed: %v", err)
	}
	if err := w.fake.DeleteRecords("orders", 0, 1); err != nil {
		t.Fatal(err)
	}
	for offset, why := range map[int64]string{0: "it begins at 1", 3: "the end of a transaction", 4: "ends before it", 9: "ends before it"} {
		if _, err := w.client.One(t.Context(), "orders", 0, offset); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), why) {
			t.Errorf("offset %d: %v", offset, err)
		}
	}
	if _, err := w.client.One(t.Context(), "orders", 5, 0); !errors.Is(err, ErrUnknown) {
		t.Errorf("a partition that is not there: %v", err)
	}
}

// A batch that becomes too large when it is decompressed is passed over, and named; what is behind it is read.
func TestBatchesThatExplode(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	zip := w.kgo(kgo.ProducerBatchCompression(kgo.GzipCompression()), kgo.ProducerBatchMaxBytes(64<<20))
	w.write(row("orders", 0, 1000))
	if err := zip.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: make([]byte, 20<<20), Timestamp: time.UnixMilli(1001)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for i := range int64(5) { // each fits alone, and not all of them at once
		if err := zip.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: make([]byte, 4<<20), Timestamp: time.UnixMilli(1002 + i)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	for _, forward := range []bool{true, false} {
		q := ScanQuery{Topic: "orders", Forward: forward}
		if forward {
			q.From = FromStart
		}
		got, s := w.names(q)
		if len(got) != 6 || !s.Partitions[0].Done || !strings.Contains(s.Partitions[0].Note, "records from offset 1 on were passed over") {
			t.Errorf("forward %t: %v, %+v", forward, got, s)
		}
	}
	if _, err := w.client.One(t.Context(), "orders", 0, 1); err == nil || !strings.Contains(err.Error(), "decompressed") {
		t.Errorf("the record itself: %v", err)
	}
}

func TestProducing(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 3, nil)
	got, err := w.client.Produce(t.Context(), "orders", []Message{
		{Partition: 2, Time: 1234, Key: []byte("k"), Value: []byte("v"), Headers: []MessageHeader{{"h", []byte("x")}, {"null", nil}}},
		{Partition: 2, Value: []byte("w")},
		{Partition: -1, Key: []byte("same")},
		{Partition: -1, Key: []byte("same"), Value: []byte{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Partition != 2 || got[0].Time != 1234 || got[1].Partition != 2 || got[1].Offset != got[0].Offset+1 || got[1].Time == 0 || got[2].Partition != got[3].Partition || got[3].Offset != got[2].Offset+1 {
		t.Errorf("%+v", got)
	}
	r, err := w.client.One(t.Context(), "orders", 2, got[0].Offset)
	if err != nil || r.Time != 1234 || len(r.Headers) != 2 || !r.Headers[1].Value.Null() {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, "key", r.Key, []byte("k"))
	if r, err = w.client.One(t.Context(), "orders", got[2].Partition, got[2].Offset); err != nil || !r.Value.Null() {
		t.Errorf("a tombstone: %+v, %v", r, err)
	}
	if r, err = w.client.One(t.Context(), "orders", got[3].Partition, got[3].Offset); err != nil || r.Value.Null() {
		t.Errorf("an empty value: %+v, %v", r, err)
	}
	for want, m := range map[error]Message{ErrUnknown: {Partition: 3}} {
		if _, err := w.client.Produce(t.Context(), "orders", []Message{m}); !errors.Is(err, want) {
			t.Errorf("%v", err)
		}
	}
	if _, err := w.client.Produce(t.Context(), "bills", []Message{{}}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a topic that is not there: %v", err)
	}
	if _, err := w.client.Produce(t.Context(), "orders", []Message{{Value: make([]byte, produceBytes+1)}}); err == nil || !strings.Contains(err.Error(), "at once") {
		t.Errorf("too large: %v", err)
	}
	w.topic("small", 2, map[string]string{"max.message.bytes": "1000"})
	got, err = w.client.Produce(t.Context(), "small", []Message{{Partition: 0, Value: noise(2000)}, {Partition: 1, Value: []byte("v")}})
	if err == nil || !strings.Contains(err.Error(), "max.message.bytes") || got[0].Offset != -1 || got[1].Offset < 0 {
		t.Errorf("larger than the topic takes: %v, %+v", err, got)
	}
}

// noise does not become smaller when it is compressed.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
