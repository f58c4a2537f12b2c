package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The newest records of all partitions come first, and pages go on where the one before ended, whatever is written meanwhile.
func TestTheNewestComeFirst(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 3, nil)
	for i := range int64(9) {
		w.write(row("orders", int32(i%2), 1000+i)) // partition 2 stays empty
	}
	got, s := w.names(ScanQuery{Topic: "orders", Limit: 4})
	if want := []string{"0@4", "1@3", "0@3", "1@2"}; !slices.Equal(got, want) {
		t.Errorf("the first page is %v, want %v", got, want)
	}
	if s.Ended != EndedLimit || !s.More || s.Records != 4 || len(s.Partitions) != 3 {
		t.Errorf("%+v", s)
	}
	for i, want := range []PartitionScan{{Partition: 0, From: 3, To: 5, Next: 3, Records: 2}, {Partition: 1, From: 2, To: 4, Next: 2, Records: 2}, {Partition: 2, Done: true}} {
		if p := s.Partitions[i]; p != want {
			t.Errorf("partition %d: %+v, want %+v", i, p, want)
		}
	}
	w.write(row("orders", 2, 3000))
	next := make(map[int32]int64)
	for _, p := range s.Partitions {
		next[p.Partition] = p.Next
	}
	got, s = w.names(ScanQuery{Topic: "orders", From: FromPositions, Positions: next})
	if want := []string{"0@2", "1@1", "0@1", "1@0", "0@0"}; !slices.Equal(got, want) || s.Ended != EndedAll || s.More {
		t.Errorf("the second page is %v, want %v: %+v", got, want, s)
	}
}

func TestWhereScansBegin(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	for i := range int64(6) {
		w.write(row("orders", 0, 1000+10*i))
	}
	w.write(row("orders", 1, 1025))
	if r := w.client; r != nil {
		if _, err := r.ResetGroup(t.Context(), "g", Reset{To: ToOffset, Offset: 4, Partitions: map[string][]int32{"orders": {0}}}, false); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    ScanQuery
		want string
		note string
	}{
		{ScanQuery{From: FromStart, Forward: true}, "0@0 0@1 0@2 1@0 0@3 0@4 0@5", ""},
		{ScanQuery{From: FromStart}, "", ""},
		{ScanQuery{From: FromEnd, Forward: true}, "", ""},
		{ScanQuery{From: FromOffset, Offset: 3, Forward: true, Partitions: []int32{0}}, "0@3 0@4 0@5", ""},
		{ScanQuery{From: FromOffset, Offset: 3, Partitions: []int32{0}}, "0@2 0@1 0@0", ""},
		{ScanQuery{From: FromOffset, Offset: 9, Partitions: []int32{0}, Limit: 1}, "0@5", "offset 9 is not there yet"},
		{ScanQuery{From: FromTime, Time: 1025, Forward: true}, "1@0 0@3 0@4 0@5", ""},
		{ScanQuery{From: FromTime, Time: 1025}, "0@2 0@1 0@0", ""},
		{ScanQuery{From: FromTime, Time: 9999, Limit: 1}, "0@5", ""},
		{ScanQuery{From: FromGroup, Group: "g", Forward: true}, "1@0 0@4 0@5", "committed nothing here"},
		{ScanQuery{From: FromPositions, Positions: map[int32]int64{0: 5}, Forward: true}, "0@5", ""},
	} {
		c.q.Topic = "orders"
		got, s := w.names(c.q)
		var notes []string
		for _, p := range s.Partitions {
			notes = append(notes, p.Note)
		}
		if strings.Join(got, " ") != c.want || !strings.Contains(strings.Join(notes, " "), c.note) || (c.note == "") != (strings.Join(notes, "") == "") {
			t.Errorf("%+v: %v, want %s; notes %q", c.q, got, c.want, notes)
		}
	}
}

// What retention deleted is said, and the scan begins where the partition does now.
func TestOffsetsBelowRetention(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	for i := range int64(10) {
		w.write(row("orders", 0, 1000+i))
	}
	if err := w.fake.DeleteRecords("orders", 0, 7); err != nil {
		t.Fatal(err)
	}
	got, s := w.names(ScanQuery{Topic: "orders", From: FromOffset, Offset: 2, Forward: true})
	if want := []string{"0@7", "0@8", "0@9"}; !slices.Equal(got, want) || !strings.Contains(s.Partitions[0].Note, "offset 2 was deleted (the topic's retention): the partition begins at 7") {
		t.Errorf("%v: %q", got, s.Partitions[0].Note)
	}
	if got, s = w.names(ScanQuery{Topic: "orders"}); len(got) != 3 || !s.Partitions[0].Done || s.Partitions[0].From != 7 {
		t.Errorf("backward: %v, %+v", got, s)
	}
}

// Retention that comes nearer while a scan runs.
func TestRetentionDuringAScan(t *testing.T) {
	for _, forward := range []bool{true, false} {
		w := newWorld(t)
		w.topic("orders", 1, nil)
		pad := strings.Repeat("x", 100_000)
		for i := range int64(200) {
			r := row("orders", 0, 1000+i)
			r.Value = []byte(pad)
			w.write(r)
		}
		from := FromStart
		if !forward {
			from = FromEnd
		}
		s := w.client.Scan(unhurried(ScanQuery{Topic: "orders", From: from, Forward: forward}))
		n, last := 0, int64(-1)
		for r, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 {
				if err := w.fake.DeleteRecords("orders", 0, 190); err != nil {
					t.Fatal(err)
				}
			}
			last = r.Offset
		}
		p := s.Scanned().Partitions[0]
		if p.Err != nil || !p.Done || n >= 200 || forward && (last != 199 || !strings.Contains(p.Note, "were deleted while")) {
			t.Errorf("forward %t: %d records, the last %d: %+v", forward, n, last, p)
		}
	}
}

// Markers and aborted records are passed over; open transactions bound what is committed.
func TestScansOfTransactions(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	w.transaction("a", kgo.TryCommit, false, row("orders", 0, 1000), row("orders", 0, 1001)) // 0 1, marker 2
	w.transaction("b", kgo.TryAbort, false, row("orders", 0, 1002))                          // 3, marker 4
	w.write(row("orders", 0, 1003))                                                          // 5
	w.transaction("c", kgo.TryCommit, true, row("orders", 0, 1004))                          // 6, open
	for _, c := range []struct {
		q       ScanQuery
		want    string
		control int64
	}{
		{ScanQuery{From: FromStart, Forward: true}, "0@0 0@1 0@5", 2},
		{ScanQuery{}, "0@5 0@1 0@0", 2},
		{ScanQuery{Uncommitted: true}, "0@6 0@5 0@3 0@1 0@0", 2},
		{ScanQuery{From: FromStart, Forward: true, Uncommitted: true, Limit: 3}, "0@0 0@1 0@3", 0},
	} {
		c.q.Topic = "orders"
		got, s := w.names(c.q)
		if strings.Join(got, " ") != c.want || c.q.Limit == 0 && s.Partitions[0].Control != c.control {
			t.Errorf("%+v: %v, want %s; %+v", c.q, got, c.want, s.Partitions[0])
		}
	}
}

// Compaction leaves holes, of single records and of whole batches.
func TestScansOfCompactedTopics(t *testing.T) {
	w := newWorld(t)
	w.topic("states", 1, map[string]string{"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0", "segment.bytes": "20000", "retention.ms": "-1"})
	for i := range int64(300) {
		r := row("states", 0, 1000+i)
		if r.Key = fmt.Appendf(nil, "k%d", i%7); i%40 == 0 {
			r.Key = fmt.Appendf(nil, "once %d", i)
		}
		w.write(r)
	}
	w.fake.Compact()
	ahead, s := w.names(ScanQuery{Topic: "states", From: FromStart, Forward: true})
	if len(ahead) >= 300 || len(ahead) < 7 || s.Partitions[0].To != 300 || s.Partitions[0].Note != "" {
		t.Fatalf("%d records after compaction: %+v", len(ahead), s)
	}
	back, s := w.names(ScanQuery{Topic: "states"})
	slices.Reverse(back)
	if !slices.Equal(back, ahead) || s.Partitions[0].From != 0 {
		t.Errorf("backward %v, forward %v: %+v", back, ahead, s)
	}
}

// Budgets end a scan with where it came to; a scan from there on misses nothing and repeats nothing.
func TestBudgetsOfScans(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 4, nil)
	pad := []byte(strings.Repeat("x", 10_000))
	const each = 200
	for p := range int32(4) {
		for i := range int64(each) {
			r := row("orders", p, 1000+i*4+int64(p))
			r.Value = pad
			w.writer.Produce(t.Context(), r, nil)
		}
	}
	if err := w.writer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, forward := range []bool{true, false} {
		q := ScanQuery{Topic: "orders", Forward: forward, Bytes: 1 << 20}
		if forward {
			q.From = FromStart
		}
		seen := make(map[string]bool)
		pages := 0
		for {
			got, s := w.names(q)
			for _, n := range got {
				if seen[n] {
					t.Fatalf("forward %t: %s comes twice", forward, n)
				}
				seen[n] = true
			}
			if pages++; !s.More {
				break
			}
			if s.Ended != EndedBytes || pages > 50 {
				t.Fatalf("forward %t, page %d: %+v", forward, pages, s)
			}
			q.From, q.Positions = FromPositions, make(map[int32]int64)
			for _, p := range s.Partitions {
				q.Positions[p.Partition] = p.Next
			}
		}
		if len(seen) != 4*each || pages < 2 {
			t.Errorf("forward %t: %d records in %d pages", forward, len(seen), pages)
		}
	}
}

// A broker that is slow is the error of its partitions, and the others are scanned; one that is only slow enough ends a scan at its time. A caller that goes away is obeyed at once.
func TestSlowBrokersAndEndsOfContexts(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	for i := range int64(10) {
		w.write(row("orders", int32(i%2), 1000+i))
	}
	const slow = 1
	const patience = 4 * time.Second // enough for the quick one on a busy machine
	awake := make(chan struct{})
	defer close(awake)
	for p := range int32(2) {
		if err := w.fake.MoveTopicPartition("orders", p, p); err != nil {
			t.Fatal(err)
		}
	}
	w.fake.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		w.fake.KeepControl()
		if w.fake.CurrentNode() != slow {
			return nil, nil, false
		}
		w.fake.SleepControl(func() { <-awake })
		return nil, nil, false
	})
	began := time.Now()
	got, s := w.names(ScanQuery{Topic: "orders", Within: patience})
	if took, p := time.Since(began), s.Partitions[1]; took > time.Minute || len(got) != 5 || p.Err == nil || !strings.Contains(p.Err.Error(), "did not answer") || p.Next != 5 || p.Done {
		t.Errorf("%v after %s: %+v", got, took, s)
	}
	began = time.Now()
	n := 0
	busy := w.client.Scan(ScanQuery{Topic: "orders", Partitions: []int32{0}, Within: patience})
	for range busy.All(t.Context()) {
		if n++; n == 2 {
			time.Sleep(patience + 200*time.Millisecond) // the caller's time counts, too
		}
	}
	if s := busy.Scanned(); n != 2 || s.Ended != EndedTime || !s.More || s.Partitions[0].Next != 3 {
		t.Errorf("%d records after %s: %+v", n, time.Since(began), s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began = time.Now()
	var last error
	scan := w.client.Scan(unhurried(ScanQuery{Topic: "orders"}))
	for _, err := range scan.All(ctx) {
		last = err
	}
	if took := time.Since(began); took > time.Minute || !errors.Is(last, context.Canceled) || scan.Scanned().Ended != EndedError {
		t.Errorf("%v after %s: %+v", last, took, scan.Scanned())
	}
}

// The leader of a partition moves while it is read, and a broker that does not know it yet is asked again.
func TestALeaderThatMoves(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 1, nil)
	pad := strings.Repeat("x", 50_000)
	for i := range int64(100) {
		r := row("orders", 0, 1000+i)
		r.Value = []byte(pad)
		w.write(r)
	}
	n := 0
	for r, err := range w.client.Scan(unhurried(ScanQuery{Topic: "orders", From: FromStart, Forward: true, Limit: 100})).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 3 {
			if err := w.fake.MoveTopicPartition("orders", 0, 1-w.fake.LeaderFor("orders", 0)); err != nil {
				t.Fatal(err)
			}
		}
		if r.Offset != int64(n) {
			t.Fatalf("offset %d comes as number %d", r.Offset, n)
		}
		n++
	}
	if n != 100 {
		t.Errorf("%d records", n)
	}
	w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 2})
	if got, s := w.names(ScanQuery{Topic: "orders", Limit: 1}); len(got) != 1 || s.Partitions[0].Err != nil {
		t.Errorf("%v: %+v", got, s)
	}
}

// What one partition does not give is told in it; the others are scanned.
func TestPartitionsThatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	w.write(row("orders", 0, 1000), row("orders", 1, 1001))
	f := w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "orders", Partitions: []int32{1}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	got, s := w.names(ScanQuery{Topic: "orders"})
	if !slices.Equal(got, []string{"0@0"}) || !errors.Is(s.Partitions[1].Err, ErrForbidden) || s.More {
		t.Errorf("%v: %+v", got, s)
	}
	f.Remove()
	// One without a leader holds up none of the others.
	w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "orders", Partitions: []int32{1}, Err: kerr.LeaderNotAvailable, Count: 1})
	began := time.Now()
	if got, s = w.names(ScanQuery{Topic: "orders"}); !slices.Contains(got, "0@0") || time.Since(began) > time.Minute {
		t.Errorf("%v: %+v", got, s)
	}
	got, s = w.names(ScanQuery{Topic: "orders", Partitions: []int32{1, 7}})
	if !slices.Equal(got, []string{"1@0"}) || !errors.Is(s.Partitions[1].Err, ErrUnknown) {
		t.Errorf("%v: %+v", got, s)
	}
	for _, err := range w.client.Scan(ScanQuery{Topic: "bills"}).All(t.Context()) {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("a topic that is not there: %v", err)
		}
	}
}

// Records that are larger than what has room come one by one, and a caller may stop.
func TestLargeRecords(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 3, nil)
	for i := range int64(12) {
		r := row("orders", int32(i%3), 1000+i)
		r.Value = make([]byte, 900_000)
		w.write(r)
	}
	for _, forward := range []bool{true, false} {
		q := ScanQuery{Topic: "orders", Forward: forward}
		if forward {
			q.From = FromStart
		}
		got, s := w.names(q)
		if len(got) != 12 || s.Ended != EndedAll || forward && got[0] != "0@0" || !forward && got[0] != "2@3" {
			t.Errorf("forward %t: %v, %+v", forward, got, s)
		}
		n := 0
		scan := w.client.Scan(unhurried(q))
		for range scan.All(t.Context()) {
			if n++; n == 2 {
				break
			}
		}
		if s := scan.Scanned(); s.Ended != EndedStopped || s.Records != 2 || !s.More {
			t.Errorf("stopped: %+v", s)
		}
	}
}

// What a scan holds is bounded, however much there is.
func TestWhatAScanHolds(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 8, nil)
	for i := range int64(800) {
		r := row("orders", int32(i%8), 1000+i)
		r.Value = make([]byte, 60_000)
		w.writer.Produce(t.Context(), r, nil)
	}
	if err := w.writer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, q := range []ScanQuery{{}, {From: FromStart, Forward: true}} {
		q.Topic, q.Within = "orders", time.Minute
		s := w.client.Scan(unhurried(q))
		n, most := 0, 0
		for _, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			held := 0
			for _, l := range s.lanes {
				held += l.held
			}
			n, most = n+1, max(most, held)
		}
		if n != 800 || most > scanHeld || most < scanHeld/4 {
			t.Errorf("forward %t: %d records, at most %d bytes of them at a time", q.Forward, n, most)
		}
	}
}
