//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
)

// What internal/kafka says of a real broker: what it has, its records, its groups, and who may see what.
func TestKafka(t *testing.T) {
	b := startBroker(t)
	t.Run("Scans", b.scans)
	t.Run("Compaction", b.compaction)
	t.Run("Topics", b.topics)
	t.Run("Groups", b.groups)
	t.Run("Tail", b.tail)
	t.Run("Produce", b.produce)
	t.Run("LogIn", b.logIn)
	t.Run("Throughput", b.throughput)
}

func record(topic string, partition int32, ms int64) *kgo.Record {
	return &kgo.Record{Topic: topic, Partition: partition, Timestamp: time.UnixMilli(ms), Key: fmt.Appendf(nil, "k%d", ms), Value: fmt.Appendf(nil, "v%d", ms)}
}

// scan gives partition@offset of each record.
func scan(t *testing.T, c *kafka.Client, q kafka.ScanQuery) (string, kafka.Scanned) {
	t.Helper()
	s := c.Scan(q)
	var out []string
	for r, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		out = append(out, fmt.Sprintf("%d@%d", r.Partition, r.Offset))
	}
	return strings.Join(out, " "), s.Scanned()
}

func (b *broker) scans(t *testing.T) {
	b.topic("orders", 3, nil)
	for i := range int64(6) {
		b.write(record("orders", int32(i%2), 1000+i))
	}
	b.transaction(kgo.TryAbort, record("orders", 2, 2000), record("orders", 2, 2001)) // 2@0 2@1, marker 2
	b.transaction(kgo.TryCommit, record("orders", 2, 2002))                           // 2@3, marker 4
	if _, err := b.admin.DeleteRecords(t.Context(), kadm.OffsetsList{{Topic: "orders", Partition: 0, At: 1}}.Offsets()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    kafka.ScanQuery
		want string
	}{
		{kafka.ScanQuery{}, "2@3 1@2 0@2 1@1 0@1 1@0"},
		{kafka.ScanQuery{Limit: 2}, "2@3 1@2"},
		{kafka.ScanQuery{Uncommitted: true, Limit: 3}, "2@3 2@1 2@0"},
		{kafka.ScanQuery{From: kafka.FromStart, Forward: true}, "1@0 0@1 1@1 0@2 1@2 2@3"},
		{kafka.ScanQuery{From: kafka.FromTime, Time: 1004, Forward: true}, "0@2 1@2 2@3"},
		{kafka.ScanQuery{From: kafka.FromOffset, Offset: 0, Partitions: []int32{0}, Forward: true}, "0@1 0@2"},
	} {
		c.q.Topic = "orders"
		got, s := scan(t, b.looking, c.q)
		if got != c.want {
			t.Errorf("%+v: %s, want %s; %+v", c.q, got, c.want, s)
		}
		if p := s.Partitions[0]; c.q.From == kafka.FromOffset && !strings.Contains(p.Note, "was deleted (the topic's retention)") {
			t.Errorf("%+v: %+v", c.q, p)
		}
	}
	r, err := b.looking.One(t.Context(), "orders", 2, 3)
	if err != nil || r.Time != 2002 || !r.Value.Equal(event.NewPayload([]byte("v2002"))) {
		t.Errorf("%+v, %v", r, err)
	}
	for _, offset := range []int64{0, 9} {
		if _, err := b.looking.One(t.Context(), "orders", 0, offset); !errors.Is(err, kafka.ErrGone) {
			t.Errorf("offset %d: %v", offset, err)
		}
	}
	if _, err := b.looking.One(t.Context(), "orders", 2, 4); !errors.Is(err, kafka.ErrGone) {
		t.Errorf("a marker: %v", err)
	}
}

// Holes of every size that the log cleaner leaves are passed over, in both directions.
func (b *broker) compaction(t *testing.T) {
	b.topic("states", 1, map[string]string{"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01", "segment.ms": "50", "min.compaction.lag.ms": "0"})
	for i := range int64(300) {
		r := record("states", 0, 1000+i)
		if r.Key = fmt.Appendf(nil, "k%d", i%7); i%40 == 0 {
			r.Key = fmt.Appendf(nil, "once %d", i)
		}
		if b.write(r); i%100 == 99 {
			time.Sleep(100 * time.Millisecond) // a segment ends by its age
		}
	}
	var ahead string
	await(t, 20*time.Second, "the topic is compacted", func(context.Context) (bool, error) {
		b.write(record("states", 0, 5000))
		ahead, _ = scan(t, b.looking, kafka.ScanQuery{Topic: "states", From: kafka.FromStart, Forward: true})
		return strings.Count(ahead, "@") < 150, nil
	})
	await(t, 20*time.Second, "the cleaner rests for two scans", func(context.Context) (bool, error) {
		ahead, _ = scan(t, b.looking, kafka.ScanQuery{Topic: "states", From: kafka.FromStart, Forward: true})
		back, s := scan(t, b.looking, kafka.ScanQuery{Topic: "states"})
		if again, _ := scan(t, b.looking, kafka.ScanQuery{Topic: "states", From: kafka.FromStart, Forward: true}); again != ahead {
			return false, nil // it took records away in between
		}
		all := strings.Fields(back)
		slices.Reverse(all)
		if got := strings.Join(all, " "); got != ahead || !s.Partitions[0].Done {
			t.Errorf("backward %s, forward %s; %+v", got, ahead, s)
		}
		return true, nil
	})
}

func (b *broker) topics(t *testing.T) {
	cluster, err := b.looking.Brokers(t.Context())
	if err != nil || len(cluster.Brokers) != 1 || cluster.Brokers[0].Address != b.plain || cluster.Brokers[0].Err != nil || !strings.Contains(cluster.Brokers[0].Version, "v4.") {
		t.Errorf("%+v, %v", cluster, err)
	}
	all, failed, err := b.looking.Topics(t.Context())
	i := slices.IndexFunc(all, func(x kafka.TopicSummary) bool { return x.Name == "orders" })
	if err != nil || len(failed) > 0 || i < 0 {
		t.Fatalf("%+v, %v, %v", all, failed, err)
	}
	if x := all[i]; x.Partitions != 3 || x.Replicas != 1 || x.Records != 2+3+5 || x.Size <= 0 || x.Cleanup != "delete" || x.Retention != -1 || x.Err != nil {
		t.Errorf("%+v", x)
	}
	one, err := b.looking.Topic(t.Context(), "orders")
	if err != nil || len(one.Parts) != 3 || one.Parts[0].First != 1 || one.Parts[0].End != 3 || one.SizeErr != nil || len(one.Settings) < 10 {
		t.Errorf("%+v, %v", one, err)
	}
}

func (b *broker) groups(t *testing.T) {
	for _, options := range [][]kgo.Opt{nil, {kgo.ServerSideBalancer()}} {
		group := fmt.Sprintf("readers-%d", len(options))
		c, err := kgo.NewClient(append(options, kgo.SeedBrokers(b.plain), kgo.ConsumerGroup(group), kgo.ConsumeTopics("orders"), kgo.DisableAutoCommit(), kgo.ClientID("reader"),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		for read := 0; read < 3; { // markers are no records
			got := c.PollRecords(ctx, 3-read)
			if err := got.Err(); err != nil {
				t.Fatal(err)
			}
			read += got.NumRecords()
			if err := c.CommitRecords(ctx, got.Records()...); err != nil {
				t.Fatal(err)
			}
		}
		g, err := b.looking.Group(ctx, group)
		if err != nil || g.State != "Stable" || len(g.Roster) != 1 || g.Roster[0].Client != "reader" || len(g.Partitions) != 3 || len(g.Roster[0].Assigned) != 1 || g.Partitions[0].Member != g.Roster[0].ID {
			t.Errorf("%s: %+v, %v", group, g, err)
		}
		reset := kafka.Reset{To: kafka.ToStart, Partitions: map[string][]int32{"orders": {0}}}
		if _, err := b.looking.ResetGroup(ctx, group, reset, false); !errors.Is(err, kafka.ErrGroupActive) {
			t.Errorf("%s has members: %v", group, err)
		}
		if err := c.LeaveGroupContext(ctx); err != nil {
			t.Fatal(err)
		}
		await(t, 10*time.Second, group+" is empty", func(ctx context.Context) (bool, error) {
			g, err := b.looking.Group(ctx, group)
			return g.State == "Empty", err
		})
		plan, err := b.looking.ResetGroup(ctx, group, reset, false)
		if err != nil || !plan.Applied || len(plan.Rows) != 1 || plan.Rows[0].After != 1 || plan.Rows[0].Err != nil {
			t.Errorf("%s: %+v, %v", group, plan, err)
		}
		if g, err = b.looking.Group(ctx, group); err != nil || g.Partitions[0].Committed != 1 || g.Partitions[0].Lag != 2 {
			t.Errorf("%s: %+v, %v", group, g, err)
		}
	}
	all, failed, err := b.looking.Groups(t.Context())
	if err != nil || len(failed) > 0 || len(all) != 2 || all[0].Type != "classic" || all[1].Type != "consumer" || all[0].Err != nil || all[1].Err != nil || all[0].Lag < 2 || all[1].Lag < 2 {
		t.Errorf("%+v, %v, %v", all, failed, err)
	}
}

func (b *broker) tail(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	end := int64(3)
	var slowest time.Duration
	n := 0
	var sent time.Time
	next := func() {
		sent = time.Now()
		b.write(record("orders", 0, time.Now().UnixMilli()))
	}
	for x, err := range b.looking.Tail(ctx, kafka.TailQuery{Topic: "orders", Positions: map[int32]int64{0: end - 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		if x.Record.Offset != end-1+int64(n) || x.Dropped != 0 {
			t.Errorf("%+v comes as number %d", x, n)
		}
		if n > 0 {
			slowest = max(slowest, time.Since(sent))
		}
		if n++; n == 20 {
			break
		}
		next()
	}
	if n != 20 || slowest > time.Second {
		t.Errorf("%d came, the slowest after %s", n, slowest)
	}
	t.Logf("the slowest of %d records came %s after it was sent", n-1, slowest)
}

func (b *broker) produce(t *testing.T) {
	got, err := b.looking.Produce(t.Context(), "orders", []kafka.Message{{Partition: 1, Key: []byte("k"), Headers: []kafka.MessageHeader{{Name: "h"}}}, {Partition: -1, Key: []byte("k"), Value: []byte("v")}})
	if err != nil || got[0].Partition != 1 || got[1].Offset < 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	r, err := b.looking.One(t.Context(), "orders", 1, got[0].Offset)
	if err != nil || !r.Value.Null() || len(r.Headers) != 1 || !r.Headers[0].Value.Null() {
		t.Errorf("%+v, %v", r, err)
	}
}

// By each mechanism behind TLS; eve may read one topic, and of others she hears nothing.
func (b *broker) logIn(t *testing.T) {
	for _, m := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} { // one request may name a user once
		if done, err := b.admin.AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{{User: "eve", Mechanism: m, Iterations: 4096, Password: "secret"}}); err != nil || done.Error() != nil {
			t.Fatal(err, done)
		}
	}
	rules := kadm.NewACLs().Topics("orders").ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead).Allow("User:eve")
	if _, err := b.admin.CreateACLs(t.Context(), rules); err != nil {
		t.Fatal(err)
	}
	got, err := b.looking.ACLs(t.Context())
	if want := (kafka.ACL{Principal: "User:eve", Host: "*", Resource: "TOPIC", Name: "orders", Pattern: "LITERAL", Operation: "READ", Permission: "ALLOW"}); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%+v, %v", got, err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(unsecured(t, "eve")), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token": %q, "token_type": "Bearer", "expires_in": 3600}`, unsecured(t, "eve"))
	}))
	defer issuer.Close()
	for name, c := range map[string]kafka.Cluster{
		"plain":         {Mechanism: kafka.Plain, User: "eve", Password: "secret"},
		"scram-sha-256": {Mechanism: kafka.ScramSHA256, User: "eve", Password: "secret"},
		"scram-sha-512": {Mechanism: kafka.ScramSHA512, User: "eve", Password: "secret"},
		"token-file":    {Mechanism: kafka.OAuthBearer, Tokens: kafka.Tokens{File: token}},
		"token-url":     {Mechanism: kafka.OAuthBearer, Tokens: kafka.Tokens{URL: issuer.URL, ClientID: "eve", SecretFile: secret}},
	} {
		c.Bootstrap, c.TLS = []string{b.secure}, &tls.Config{RootCAs: b.known}
		eve := b.open(c)
		if got, s := scan(t, eve, kafka.ScanQuery{Topic: "orders", Limit: 3}); strings.Count(got, "@") != 3 || s.Partitions[0].Err != nil {
			t.Errorf("%s: %s, %+v", name, got, s)
		}
		all, failed, err := eve.Topics(t.Context())
		if err != nil || len(all) != 1 || all[0].Name != "orders" || all[0].Records <= 0 || len(failed) != 1 || !errors.Is(failed[0], kafka.ErrForbidden) {
			t.Errorf("%s: %+v, %v, %v", name, all, failed, err)
		}
		if _, err := eve.Topic(t.Context(), "states"); !errors.Is(err, kafka.ErrForbidden) {
			t.Errorf("%s sees another topic: %v", name, err)
		}
	}
	wrong := b.open(kafka.Cluster{Bootstrap: []string{b.secure}, TLS: &tls.Config{RootCAs: b.known}, Mechanism: kafka.ScramSHA512, User: "eve", Password: "geheim"})
	if _, err := wrong.Brokers(t.Context()); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong password: %v", err)
	}
	unknown := b.open(kafka.Cluster{Bootstrap: []string{b.secure}, TLS: new(tls.Config), Mechanism: kafka.Plain, User: "eve", Password: "secret"})
	if _, err := unknown.Brokers(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody knows: %v", err)
	}
}

// Figures are told, not judged: other work runs on the machine. The first page has to come soon in any case.
func (b *broker) throughput(t *testing.T) {
	const n, size = 240_000, 400
	b.topic("many", 12, nil)
	value := []byte(strings.Repeat("0123456789abcdef", size/16))
	for i := range n {
		b.writer.Produce(t.Context(), &kgo.Record{Topic: "many", Partition: int32(i % 12), Value: value, Timestamp: time.UnixMilli(int64(i))}, nil)
	}
	if err := b.writer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, q := range []kafka.ScanQuery{{From: kafka.FromStart, Forward: true}, {}, {Limit: 50}, {From: kafka.FromTime, Time: n / 2, Limit: 50}} {
		q.Topic, q.Within = "many", 30*time.Second
		began := time.Now()
		s := b.looking.Scan(q)
		got := 0
		for _, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got++
		}
		took := time.Since(began)
		t.Logf("forward %t, limit %d: %d records in %s, %.0f a second; %d bytes came", q.Forward, q.Limit, got, took, float64(got)/took.Seconds(), s.Scanned().Bytes)
		if want := n; q.Limit == 0 && got != want || q.Limit > 0 && (got != q.Limit || took > 2*time.Second) {
			t.Errorf("%d records after %s", got, took)
		}
	}
}
