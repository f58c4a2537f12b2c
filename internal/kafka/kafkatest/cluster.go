package kafkatest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sightglass/sightglass/internal/kafka"
)

// patience is how long a record is waited for that should be there.
const patience = 10 * time.Second

// Cluster is one of a single broker. It ends with its test, and what cannot be done ends the test.
type Cluster struct {
	t      testing.TB
	fake   *kfake.Cluster
	writer *kgo.Client
	admin  *kadm.Client

	fetched atomic.Int64
}

// Record is what Write writes. A key, value or header of nil is null, which is not empty.
type Record struct {
	Partition int32
	Time      int64 // ms; 0: now
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Header is one of a record.
type Header struct {
	Name  string
	Value []byte
}

// Start makes a cluster without topics.
func Start(t testing.TB) *Cluster {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.ClusterID("shop"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	c := &Cluster{t: t, fake: fake}
	fake.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		fake.KeepControl()
		c.fetched.Add(1)
		return nil, nil, false // the cluster answers as ever
	})
	c.writer = c.library(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0), kgo.ProducerBatchCompression(kgo.NoCompression()))
	c.admin = kadm.NewClient(c.writer)
	return c
}

// library is a client of the library that looks at nothing as internal/kafka does.
func (c *Cluster) library(options ...kgo.Opt) *kgo.Client {
	c.t.Helper()
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(c.Bootstrap()...))...)
	c.must(err)
	c.t.Cleanup(client.Close)
	return client
}

func (c *Cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Bootstrap are the broker's addresses, host:port.
func (c *Cluster) Bootstrap() []string { return c.fake.ListenAddrs() }

// Client is a new one that looks into the cluster.
func (c *Cluster) Client() *kafka.Client {
	c.t.Helper()
	client, err := kafka.NewClient(kafka.Cluster{Bootstrap: c.Bootstrap()})
	c.must(err)
	c.t.Cleanup(client.Close)
	return client
}

// Fetches counts how often anybody asked the cluster for records.
func (c *Cluster) Fetches() int64 { return c.fetched.Load() }

// Topic makes one; settings may be nil.
func (c *Cluster) Topic(name string, partitions int32, settings map[string]string) {
	c.t.Helper()
	c.must(c.fake.CreateTopic(name, partitions, settings))
}

// Write appends records to a topic: those of a partition in their order.
func (c *Cluster) Write(topic string, all ...Record) {
	c.t.Helper()
	records := make([]*kgo.Record, len(all))
	for i, r := range all {
		x := &kgo.Record{Topic: topic, Partition: r.Partition, Key: r.Key, Value: r.Value}
		if r.Time != 0 {
			x.Timestamp = time.UnixMilli(r.Time)
		}
		for _, h := range r.Headers {
			x.Headers = append(x.Headers, kgo.RecordHeader{Key: h.Name, Value: h.Value})
		}
		records[i] = x
	}
	c.must(c.writer.ProduceSync(c.t.Context(), records...).FirstErr())
}

// Read gives a record as the library reads it, by a consumer of its own.
func (c *Cluster) Read(topic string, partition int32, offset int64) Record {
	c.t.Helper()
	reader := c.library(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().At(offset)}}))
	ctx, stop := context.WithTimeout(c.t.Context(), patience)
	defer stop()
	got := reader.PollRecords(ctx, 1)
	c.must(got.Err()) // of a record that is not there the end of ctx
	x := got.Records()[0]
	r := Record{Partition: x.Partition, Time: x.Timestamp.UnixMilli(), Key: x.Key, Value: x.Value}
	for _, h := range x.Headers {
		r.Headers = append(r.Headers, Header{h.Key, h.Value})
	}
	return r
}

// DeleteBefore deletes the records of a partition before an offset, as retention does.
func (c *Cluster) DeleteBefore(topic string, partition int32, offset int64) {
	c.t.Helper()
	var all kadm.Offsets
	all.AddOffset(topic, partition, offset, -1)
	_, err := c.admin.DeleteRecords(c.t.Context(), all)
	c.must(err)
}

// Commit sets what a group has read of a topic, by partition.
func (c *Cluster) Commit(group, topic string, offsets map[int32]int64) {
	c.t.Helper()
	all := make(kadm.Offsets)
	for p, o := range offsets {
		all.AddOffset(topic, p, o, -1)
	}
	c.must(c.admin.CommitAllOffsets(c.t.Context(), group, all))
}

// Limit sets a quota of a user.
func (c *Cluster) Limit(user, quota string, value float64) {
	c.t.Helper()
	_, err := c.admin.AlterClientQuotas(c.t.Context(), []kadm.AlterClientQuotaEntry{{
		Entity: kadm.ClientQuotaEntity{{Type: "user", Name: &user}}, Ops: []kadm.AlterClientQuotaOp{{Key: quota, Value: value}},
	}})
	c.must(err)
}

// Allow lets a user read a topic, in the rules that the cluster lists. It asks nobody for them.
func (c *Cluster) Allow(user, topic string) {
	c.t.Helper()
	_, err := c.admin.CreateACLs(c.t.Context(), kadm.NewACLs().Allow("User:"+user).AllowHosts("*").Topics(topic).Operations(kadm.OpRead).ResourcePatternType(kadm.ACLPatternLiteral))
	c.must(err)
}

// Anew deletes a topic and makes it again.
func (c *Cluster) Anew(name string, partitions int32) {
	c.t.Helper()
	_, err := c.admin.DeleteTopics(c.t.Context(), name)
	c.must(err)
	c.must(c.fake.CreateTopic(name, partitions, nil))
	c.writer.PurgeTopicsFromClient(name)
}

// Grow gives a topic more partitions.
func (c *Cluster) Grow(name string, more int) {
	c.t.Helper()
	_, err := c.admin.CreatePartitions(c.t.Context(), more, name)
	c.must(err)
	c.writer.PurgeTopicsFromClient(name)
}

// Transaction writes records in one, and commits or aborts it.
func (c *Cluster) Transaction(commit bool, topic string, all ...Record) {
	c.t.Helper()
	w := c.library(kgo.TransactionalID("t"+time.Now().String()), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	c.must(w.BeginTransaction())
	records := make([]*kgo.Record, len(all))
	for i, r := range all {
		records[i] = &kgo.Record{Topic: topic, Partition: r.Partition, Key: r.Key, Value: r.Value}
		if r.Time != 0 {
			records[i].Timestamp = time.UnixMilli(r.Time)
		}
	}
	c.must(w.ProduceSync(c.t.Context(), records...).FirstErr())
	end := kgo.TryAbort
	if commit {
		end = kgo.TryCommit
	}
	c.must(w.EndTransaction(c.t.Context(), end))
}
