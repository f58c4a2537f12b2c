package kafka

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestBrokersOfACluster(t *testing.T) {
	w := newWorld(t, kfake.ClusterID("c-1"))
	got, err := w.client.Brokers(t.Context())
	if err != nil || got.Cluster != "c-1" || len(got.Brokers) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	controllers := 0
	for i, b := range got.Brokers {
		if b.ID != int32(i) || b.Address != w.fake.ListenAddrs()[i] || b.Err != nil || !strings.Contains(b.Version, "v") {
			t.Errorf("%+v", b)
		}
		if b.Controller {
			controllers++
		}
	}
	if controllers != 1 {
		t.Errorf("%d controllers", controllers)
	}
	f := w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ApiVersions}, Nodes: []int32{1}, TopLevel: true, Err: kerr.UnknownServerError, Count: -1})
	defer f.Remove()
	if got, err = w.client.Brokers(t.Context()); err != nil || len(got.Brokers) != 2 || got.Brokers[0].Err != nil || got.Brokers[1].Err == nil {
		t.Errorf("one does not answer: %+v, %v", got, err)
	}
}

func TestTopicsOfACluster(t *testing.T) {
	w := newWorld(t)
	w.topic("orders", 3, map[string]string{"retention.ms": "60000", "cleanup.policy": "delete", "retention.bytes": "1000000"})
	w.topic("empty", 1, map[string]string{"retention.ms": "-1"})
	w.write(row("orders", 0, 1000), row("orders", 0, 1001), row("orders", 2, 1002))
	if err := w.fake.DeleteRecords("orders", 0, 1); err != nil {
		t.Fatal(err)
	}
	all, failed, err := w.client.Topics(t.Context())
	if err != nil || len(failed) > 0 || len(all) != 2 {
		t.Fatalf("%+v, %v, %v", all, failed, err)
	}
	if x := all[1]; x.Name != "orders" || x.Partitions != 3 || x.Replicas < 1 || x.UnderReplicated != 0 || x.Records != 2 || x.Size <= 0 || x.Cleanup != "delete" || x.Retention != time.Minute || x.RetentionBytes != 1_000_000 || x.Err != nil {
		t.Errorf("%+v", x)
	}
	if x := all[0]; x.Records != 0 || x.Retention != -1 || x.Err != nil {
		t.Errorf("%+v", x)
	}
	one, err := w.client.Topic(t.Context(), "orders")
	if err != nil || len(one.Parts) != 3 || one.SizeErr != nil || one.SettingErr != nil || one.Records != 2 {
		t.Fatalf("%+v, %v", one, err)
	}
	if p := one.Parts[0]; p.First != 1 || p.End != 2 || p.Leader < 0 || len(p.Replicas) == 0 || len(p.InSync) == 0 || p.Size <= 0 || p.Err != nil {
		t.Errorf("%+v", p)
	}
	i := slices.IndexFunc(one.Settings, func(s Setting) bool { return s.Name == "retention.ms" })
	if i < 0 || one.Settings[i].Value != "60000" || one.Settings[i].Default || one.Settings[i].Source != "DYNAMIC_TOPIC_CONFIG" {
		t.Errorf("%+v", one.Settings)
	}
	if _, err := w.client.Topic(t.Context(), "bills"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a topic that is not there: %v", err)
	}
	w.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "orders", Partitions: []int32{1}, Err: kerr.TopicAuthorizationFailed, Count: -1},
		kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeLogDirs}, TopLevel: true, Err: kerr.ClusterAuthorizationFailed, Count: -1},
		kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Resource: "empty", Err: kerr.TopicAuthorizationFailed, Count: -1})
	all, failed, err = w.client.Topics(t.Context())
	if err != nil || len(failed) != 1 || !errors.Is(failed[0], ErrForbidden) || len(all) != 2 {
		t.Fatalf("%+v, %v, %v", all, failed, err)
	}
	if x := all[1]; x.Records != -1 || x.Size != -1 || !errors.Is(x.Err, ErrForbidden) || x.Cleanup != "delete" {
		t.Errorf("%+v", x)
	}
	if x := all[0]; x.Records != 0 || !errors.Is(x.Err, ErrForbidden) || x.Cleanup != "" {
		t.Errorf("%+v", x)
	}
	if one, err = w.client.Topic(t.Context(), "orders"); err != nil || !errors.Is(one.Parts[1].Err, ErrForbidden) || one.Parts[0].End != 2 || !errors.Is(one.SizeErr, ErrForbidden) {
		t.Errorf("%+v, %v", one, err)
	}
}

// What an authorizer keeps back of a topic is an error that callers know; other topics are there.
func TestAUserWithFewRights(t *testing.T) {
	allow := func(resource kmsg.ACLResourceType, name string, o kmsg.ACLOperation) kfake.ACL {
		return kfake.ACL{Resource: resource, Name: name, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: o, Allow: true}
	}
	topic := kmsg.ACLResourceTypeTopic
	w := newWorldAs(t, "admin", kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("SCRAM-SHA-256", "admin", "admin"),
		kfake.User("SCRAM-SHA-512", "eve", "secret", allow(topic, "open", kmsg.ACLOperationRead), allow(topic, "open", kmsg.ACLOperationDescribe), allow(topic, "shown", kmsg.ACLOperationDescribe)))
	for _, name := range []string{"open", "shown", "hidden"} {
		w.topic(name, 1, nil)
		w.write(row(name, 0, 1000))
	}
	eve := w.open(Cluster{Bootstrap: w.fake.ListenAddrs(), Mechanism: ScramSHA512, User: "eve", Password: "secret"})
	all, failed, err := eve.Topics(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "open" || all[0].Records != 1 || len(failed) != 1 || !errors.Is(failed[0], ErrForbidden) {
		t.Errorf("%+v, %v, %v", all, failed, err)
	}
	scan := func(name string) (n int, s Scanned, last error) {
		x := eve.Scan(ScanQuery{Topic: name})
		for _, err := range x.All(t.Context()) {
			if last = err; err == nil {
				n++
			}
		}
		return n, x.Scanned(), last
	}
	if n, _, err := scan("open"); n != 1 || err != nil {
		t.Errorf("open: %d, %v", n, err)
	}
	if n, s, err := scan("shown"); n != 0 || err != nil || !errors.Is(s.Partitions[0].Err, ErrForbidden) {
		t.Errorf("shown: %d, %v, %+v", n, err, s)
	}
	if _, _, err := scan("hidden"); !errors.Is(err, ErrForbidden) {
		t.Errorf("hidden: %v", err)
	}
	if _, err := eve.Topic(t.Context(), "hidden"); !errors.Is(err, ErrForbidden) {
		t.Errorf("hidden: %v", err)
	}
	if _, err := eve.One(t.Context(), "shown", 0, 0); !errors.Is(err, ErrForbidden) {
		t.Errorf("a record: %v", err)
	}
	for _, err := range eve.Tail(soon(t), TailQuery{Topic: "shown", Positions: map[int32]int64{0: 0}}) {
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("a tail: %v", err)
		}
	}
	if _, err := eve.Produce(t.Context(), "open", []Message{{Value: []byte("v")}}); !errors.Is(err, ErrForbidden) {
		t.Errorf("writing: %v", err)
	}
	if _, err := eve.ACLs(t.Context()); !errors.Is(err, ErrForbidden) {
		t.Errorf("rules: %v", err)
	}
	if _, err := eve.Group(t.Context(), "g"); !errors.Is(err, ErrForbidden) && !errors.Is(err, ErrUnknown) {
		t.Errorf("a group: %v", err)
	}
	rules, err := w.client.ACLs(t.Context())
	if err != nil || len(rules) != 3 || rules[0] != (ACL{Principal: "User:eve", Host: "*", Resource: "TOPIC", Name: "open", Pattern: "LITERAL", Operation: "DESCRIBE", Permission: "ALLOW"}) {
		t.Errorf("%+v, %v", rules, err)
	}
	wrong := w.open(Cluster{Bootstrap: w.fake.ListenAddrs(), Mechanism: ScramSHA512, User: "eve", Password: "geheim"})
	if _, err := wrong.Brokers(t.Context()); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong password: %v", err)
	}
}

// Nobody answers: the reason is told, within the client's patience or that of the caller.
func TestClustersThatAreAway(t *testing.T) {
	client, err := NewClient(Cluster{Bootstrap: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	began := time.Now()
	if _, err := client.Brokers(t.Context()); err == nil || !strings.Contains(err.Error(), "refused") || time.Since(began) > time.Minute {
		t.Errorf("nobody listens: %v after %s", err, time.Since(began))
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	mute, err := NewClient(Cluster{Bootstrap: []string{silent.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began = time.Now()
	if _, _, err := mute.Topics(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Minute {
		t.Errorf("it is silent: %v after %s", err, time.Since(began))
	}
	mute.patient = 300 * time.Millisecond
	if _, err := mute.Brokers(t.Context()); err == nil || !strings.Contains(err.Error(), "did not answer within 300ms") {
		t.Errorf("beyond the patience: %v", err)
	}
}

func TestQuotasOfClients(t *testing.T) {
	w := newWorld(t)
	r := kmsg.NewPtrAlterClientQuotasRequest()
	for _, name := range []*string{kmsg.StringPtr("eve"), nil} {
		e := kmsg.NewAlterClientQuotasRequestEntry()
		part := kmsg.NewAlterClientQuotasRequestEntryEntity()
		part.Type, part.Name = "user", name
		o := kmsg.NewAlterClientQuotasRequestEntryOp()
		o.Key, o.Value = "producer_byte_rate", 1024
		e.Entity, e.Ops = append(e.Entity, part), append(e.Ops, o)
		r.Entries = append(r.Entries, e)
	}
	if _, err := r.RequestWith(t.Context(), w.writer); err != nil {
		t.Fatal(err)
	}
	got, err := w.client.Quotas(t.Context())
	if err != nil || len(got) != 2 || !got[0].Entity[0].Rest || got[1].Entity[0] != (QuotaEntity{Type: "user", Name: "eve"}) || got[1].Limits[0] != (QuotaLimit{"producer_byte_rate", 1024}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// A broker without an authorizer refuses to tell its rules. There are none, which is no mistake of anybody.
func TestAClusterWithoutAnAuthorizerHasNoRules(t *testing.T) {
	w := newWorld(t)
	w.fake.ControlKey(int16(kmsg.DescribeACLs), func(r kmsg.Request) (kmsg.Response, error, bool) {
		answer := r.ResponseKind().(*kmsg.DescribeACLsResponse)
		answer.ErrorCode = kerr.SecurityDisabled.Code
		return answer, nil, true
	})
	rules, err := w.client.ACLs(t.Context())
	if err != nil || len(rules) != 0 {
		t.Errorf("rules %v, error %v", rules, err)
	}
}
