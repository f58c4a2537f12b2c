package kafka

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// member joins a group, reads n records and commits them. It stays until the test ends, or leave is called.
func (w *world) member(group string, n int, topics ...string) (leave func()) {
	w.t.Helper()
	c := w.kgo(kgo.ConsumerGroup(group), kgo.ConsumeTopics(topics...), kgo.DisableAutoCommit(), kgo.ClientID("reader"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	for read := 0; read < n; {
		got := c.PollRecords(soon(w.t), n-read)
		if err := got.Err(); err != nil {
			w.t.Fatal(err)
		}
		read += got.NumRecords()
		if err := c.CommitRecords(w.t.Context(), got.Records()...); err != nil {
			w.t.Fatal(err)
		}
	}
	return func() {
		if err := c.LeaveGroupContext(soon(w.t)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestGroupsOfACluster(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	for i := range int64(10) {
		w.write(row("orders", 0, 1000+i))
	}
	leave := w.member("readers", 4, "orders")
	if _, err := w.client.ResetGroup(t.Context(), "idle", Reset{To: ToOffset, Offset: 3, Partitions: map[string][]int32{"orders": nil}}, false); err != nil {
		t.Fatal(err)
	}
	all, failed, err := w.client.Groups(t.Context())
	if err != nil || len(failed) > 0 || len(all) != 2 {
		t.Fatalf("%+v, %v, %v", all, failed, err)
	}
	if g := all[0]; g.Name != "idle" || g.State != "Empty" || g.Members != 0 || g.Lag != 7 || g.Err != nil {
		t.Errorf("%+v", g)
	}
	if g := all[1]; g.Name != "readers" || g.State != "Stable" || g.Members != 1 || g.Lag != 6 || g.Protocol != "consumer" || g.Err != nil {
		t.Errorf("%+v", g)
	}
	g, err := w.client.Group(t.Context(), "readers")
	if err != nil || len(g.Roster) != 1 || len(g.Partitions) != 2 || g.Lag != 6 {
		t.Fatalf("%+v, %v", g, err)
	}
	m := g.Roster[0]
	if m.Client != "reader" || m.Host == "" || m.Opaque || len(m.Assigned) != 1 || m.Assigned[0].Topic != "orders" || !slices.Equal(m.Assigned[0].Partitions, []int32{0, 1}) {
		t.Errorf("%+v", m)
	}
	if p := g.Partitions[0]; p.Committed != 4 || p.End != 10 || p.Lag != 6 || p.Member != m.ID || p.Err != nil {
		t.Errorf("%+v", p)
	}
	if p := g.Partitions[1]; p.Committed != -1 || p.End != 0 || p.Lag != -1 || p.Member != m.ID {
		t.Errorf("nothing was committed there: %+v", p)
	}
	if _, err := w.client.Group(t.Context(), "nobody"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a group that is not there: %v", err)
	}
	leave()
	if g, err = w.client.Group(t.Context(), "readers"); err != nil || g.State != "Empty" || g.Partitions[0].Member != "" {
		t.Errorf("%+v, %v", g, err)
	}
	w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeGroups}, Group: "idle", Err: kerr.GroupAuthorizationFailed, Count: -1},
		kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "orders", Partitions: []int32{0}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if all, _, err = w.client.Groups(t.Context()); err != nil || !errors.Is(all[0].Err, ErrForbidden) || all[1].Err != nil || all[1].Lag != -1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// Groups of the newer protocol say their members by another request.
func TestGroupsThatBrokersShareOut(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	w.write(row("orders", 0, 1000))
	c := w.kgo(kgo.ConsumerGroup("next"), kgo.ConsumeTopics("orders"), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.ServerSideBalancer())
	if got := c.PollFetches(soon(t)); got.Err() != nil || got.NumRecords() != 1 {
		t.Fatal(got.Err())
	}
	g, err := w.client.Group(t.Context(), "next")
	if err != nil || g.Type != consumerGroup || g.State != "Stable" || len(g.Roster) != 1 || len(g.Roster[0].Assigned) != 1 || len(g.Roster[0].Assigned[0].Partitions) != 2 {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestResettingAGroup(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 2, nil)
	for i := range int64(10) {
		w.write(row("orders", 0, 1000+i))
	}
	if err := w.fake.DeleteRecords("orders", 0, 2); err != nil {
		t.Fatal(err)
	}
	leave := w.member("g", 4, "orders") // 2 to 5
	plan, err := w.client.ResetGroup(t.Context(), "g", Reset{To: ToStart}, false)
	if !errors.Is(err, ErrGroupActive) || plan.Applied || !strings.Contains(err.Error(), "stop its members") || len(plan.Rows) == 0 {
		t.Errorf("a group with members: %+v, %v", plan, err)
	}
	if plan, err = w.client.ResetGroup(t.Context(), "g", Reset{To: ToStart}, true); err != nil || plan.State != "Stable" {
		t.Errorf("its plan: %+v, %v", plan, err)
	}
	leave()
	committed := func() int64 {
		t.Helper()
		g, err := w.client.Group(t.Context(), "g")
		if err != nil || len(g.Partitions) == 0 {
			t.Fatalf("%+v, %v", g, err)
		}
		return g.Partitions[0].Committed
	}
	one := map[string][]int32{"orders": {0}}
	for _, c := range []struct {
		r    Reset
		want int64
		note string
	}{
		{Reset{To: ToStart, Partitions: one}, 2, ""},
		{Reset{To: ToEnd, Partitions: one}, 10, ""},
		{Reset{To: ToOffset, Offset: 5, Partitions: one}, 5, ""},
		{Reset{To: ToShift, Offset: -1, Partitions: one}, 4, ""},
		{Reset{To: ToShift, Offset: 100}, 10, "not there yet"},
		{Reset{To: ToOffset, Offset: 0, Partitions: one}, 2, "not there any more"},
		{Reset{To: ToTime, Time: 1007, Partitions: one}, 7, ""},
		{Reset{To: ToTime, Time: 5000, Partitions: one}, 10, ""},
	} {
		before := committed()
		dry, err := w.client.ResetGroup(t.Context(), "g", c.r, true)
		if err != nil || dry.Applied || committed() != before {
			t.Errorf("%+v as a plan: %+v, %v", c.r, dry, err)
		}
		plan, err := w.client.ResetGroup(t.Context(), "g", c.r, false)
		if err != nil || !plan.Applied || len(plan.Rows) != 1 {
			t.Fatalf("%+v: %+v, %v", c.r, plan, err)
		}
		if r := plan.Rows[0]; r.Before != before || r.After != c.want || r.First != 2 || r.End != 10 || r.Err != nil || !strings.Contains(r.Note, c.note) || (r.Note == "") != (c.note == "") && c.r.To != ToTime {
			t.Errorf("%+v: %+v", c.r, r)
		}
		if got := committed(); got != c.want {
			t.Errorf("%+v: %d is committed", c.r, got)
		}
	}
	plan, err = w.client.ResetGroup(t.Context(), "g", Reset{To: ToShift, Offset: 1, Partitions: map[string][]int32{"orders": nil}}, false)
	if err != nil || len(plan.Rows) != 2 || plan.Rows[1].Err == nil || plan.Rows[1].After != -1 {
		t.Errorf("a partition without an offset is not shifted: %+v, %v", plan, err)
	}
	if _, err = w.client.ResetGroup(t.Context(), "g", Reset{To: ToStart, Partitions: map[string][]int32{"bills": nil}}, false); !errors.Is(err, ErrUnknown) {
		t.Errorf("a topic that is not there: %v", err)
	}
	if _, err = w.client.ResetGroup(t.Context(), "nobody", Reset{To: ToStart}, false); !errors.Is(err, ErrUnknown) {
		t.Errorf("a group that is not there, and no topic: %v", err)
	}
}

// What a member has is read where Kafka's own consumers wrote it, and left alone elsewhere.
func TestAssignmentsOfForeignProtocols(t *testing.T) {
	a := kmsg.NewConsumerMemberAssignment()
	x := kmsg.NewConsumerMemberAssignmentTopic()
	x.Topic, x.Partitions = "orders", []int32{2, 0}
	a.Topics = append(a.Topics, x)
	raw := a.AppendTo(nil)
	if got, opaque := assignment("consumer", raw); opaque || len(got) != 1 || !slices.Equal(got[0].Partitions, []int32{0, 2}) {
		t.Errorf("%+v, %t", got, opaque)
	}
	for _, c := range []struct {
		protocol string
		raw      []byte
		opaque   bool
	}{{"connect", raw, true}, {"sr", []byte(`{"master":"x"}`), true}, {"consumer", raw[:7], true}, {"consumer", nil, false}, {"", nil, false}} {
		if got, opaque := assignment(c.protocol, c.raw); got != nil || opaque != c.opaque {
			t.Errorf("%s: %+v, %t", c.protocol, got, opaque)
		}
	}
}

// No bytes of a foreign member bring the decoder down, or have it take much more memory than they are.
func FuzzAssignment(f *testing.F) {
	a := kmsg.NewConsumerMemberAssignment()
	x := kmsg.NewConsumerMemberAssignmentTopic()
	x.Topic, x.Partitions = "orders", []int32{2, 0}
	a.Topics = append(a.Topics, x)
	f.Add("consumer", a.AppendTo(nil))
	f.Add("connect", []byte{0, 1, 0xff, 0xff, 0xff})
	f.Add("consumer", []byte{0, 0, 0x7f, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, protocol string, raw []byte) {
		got, opaque := assignment(protocol, raw)
		if opaque && got != nil {
			t.Error("what cannot be read was read")
		}
		n := 0
		for _, a := range got {
			n += len(a.Topic) + 4*len(a.Partitions)
		}
		if n > len(raw) {
			t.Errorf("%d bytes were read as %d", len(raw), n)
		}
	})
}

// FuzzFetched: nor do those of a batch.
func FuzzFetched(f *testing.F) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	if err != nil {
		f.Fatal(err)
	}
	defer fake.Close()
	client, err := NewClient(Cluster{Bootstrap: fake.ListenAddrs()})
	if err != nil {
		f.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := client.Produce(ctx, "t", []Message{{Key: []byte("k"), Value: []byte(strings.Repeat("v", 500)), Headers: []MessageHeader{{"h", nil}}}, {Value: []byte("w")}}); err != nil {
		f.Fatal(err)
	}
	r := kmsg.NewPtrFetchRequest()
	r.SessionEpoch, r.MaxBytes, r.ReplicaID = -1, 1<<20, -1
	t, p := kmsg.NewFetchRequestTopic(), kmsg.NewFetchRequestTopicPartition()
	t.Topic, t.TopicID, p.PartitionMaxBytes, p.CurrentLeaderEpoch = "t", fake.TopicInfo("t").TopicID, 1<<20, -1
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	got, err := client.client.Broker(0).RetriableRequest(ctx, r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(got.(*kmsg.FetchResponse).Topics[0].Partitions[0].RecordBatches, int64(0))
	f.Add([]byte{}, int64(3))
	f.Fuzz(func(t *testing.T, raw []byte, from int64) {
		if from < 0 || from > 1<<62 {
			return
		}
		a := kmsg.NewFetchResponseTopicPartition()
		a.RecordBatches = raw
		got, _ := client.read(&a, &leading{topic: "t"}, span{floor: from, from: from, to: from + 1000})
		if got.next < from {
			t.Errorf("it goes back to %d", got.next)
		}
		for _, r := range got.records {
			if r.Offset < from || r.Offset >= from+1000 {
				t.Errorf("offset %d was not asked for", r.Offset)
			}
		}
	})
}
