package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A tail begins at the end, or where it is told to, and gives what is committed as it comes.
func TestATailFollowsTheEnd(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	w.write(row("orders", 0, 1000), row("orders", 0, 1001), row("orders", 1, 1002))
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	var got []string
	for x, err := range w.client.Tail(ctx, TailQuery{Topic: "orders", Positions: map[int32]int64{0: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name(x.Record))
		switch len(got) {
		case 1: // it runs now
			w.transaction("a", kgo.TryAbort, false, row("orders", 1, 1003))
			w.write(row("orders", 1, 1004))
		case 2:
			cancel()
		}
	}
	if len(got) != 2 || got[0] != "0@1" || got[1] != "1@3" {
		t.Errorf("it gave %v", got)
	}
	for _, err := range w.client.Tail(soon(t), TailQuery{Topic: "bills"}) {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("a topic that is not there: %v", err)
		}
	}
}

// Who takes nothing holds nobody up and no more memory than said; the oldest are lost, and counted.
func TestATailThatNobodyTakes(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	const n = 301
	w.write(row("orders", 0, 999))
	// The broker is asked for what comes behind all records: the tail has them.
	all := make(chan struct{})
	w.fake.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		w.fake.KeepControl()
		for _, topic := range r.(*kmsg.FetchRequest).Topics {
			for _, p := range topic.Partitions {
				if p.FetchOffset == n {
					w.fake.DropControl()
					close(all)
				}
			}
		}
		return nil, nil, false
	})
	last, given, dropped := int64(-1), int64(0), int64(0)
	for x, err := range w.client.Tail(soon(t), TailQuery{Topic: "orders", Positions: map[int32]int64{0: 0}}) {
		if err != nil {
			t.Fatal(err)
		}
		if given++; given == 1 {
			w.fill("orders", n-1, 100_000)
			<-all // the caller is busy
		}
		dropped += x.Dropped
		if x.Record.Offset != last+1+x.Dropped {
			t.Fatalf("offset %d comes behind %d, and %d were dropped", x.Record.Offset, last, x.Dropped)
		}
		if last = x.Record.Offset; last == n-1 {
			break
		}
	}
	if given+dropped != n || dropped == 0 {
		t.Errorf("%d were given and %d dropped of %d", given, dropped, n)
	}
}

func TestATailEndsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	began := time.Now()
	for x, err := range w.client.Tail(ctx, TailQuery{Topic: "orders"}) {
		t.Errorf("it gave %v, %v", x.Record.Offset, err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it ended after %s", took)
	}
}

func TestAQueueIsBounded(t *testing.T) {
	q := newTailQueue()
	for range tailRecords + 5 {
		q.put(Record{Size: 1})
	}
	if len(q.all) != tailRecords || q.dropped != 5 {
		t.Errorf("%d wait, %d were dropped", len(q.all), q.dropped)
	}
	q.put(Record{Size: tailBytes})
	if len(q.all) != 1 {
		t.Errorf("%d wait beside one that has no room", len(q.all))
	}
	if x, ok, err := q.take(t.Context()); !ok || err != nil || x.Dropped != 5+tailRecords || q.bytes != 0 {
		t.Errorf("%+v, %t, %v; %d bytes", x, ok, err, q.bytes)
	}
	q.end(errors.New("away"))
	if _, ok, err := q.take(t.Context()); !ok || err == nil {
		t.Errorf("the end: %t, %v", ok, err)
	}
}
