//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// testDrops loses records where only a real Kafka can: what a deserializer made nothing of, and a transaction that the broker gave up before the
// checkpoint that would have committed it. Each must be counted and told; every other reason is proven by DropsTest of the agent.
func testDrops(t *testing.T, r *rig) {
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"any": 1, "even": 1}); err != nil {
		t.Fatal(err)
	}
	job := r.run(t, "e2e.Lost", "--in", "any", "--out", "even", "--parallelism", "1")
	const count = 20
	var records []feed
	for n := range count {
		records = append(records, feed{payload: strconv.Itoa(n), time: time.UnixMilli(1_750_000_000_000)})
	}
	r.send(t, "any", 500, records, nil)
	transaction := r.awaitAborted(t, "lost")
	if err := r.flink.Client().TriggerCheckpoint(t.Context(), job); err != nil {
		t.Fatal(err)
	}

	var told []dropCount
	await(t, time.Minute, "the lost transaction is told", func(ctx context.Context) (bool, error) {
		var err error
		told, err = r.ask.drops(ctx, job)
		return slices.ContainsFunc(told, func(d dropCount) bool { return d.Reason == "transaction-lost" }), err
	})
	want := map[string]int64{"decoded-to-nothing": count / 2, "transaction-lost": 1}
	for _, d := range told {
		if d.Kept || d.Count != want[d.Reason] {
			t.Errorf("%s lost %d records as %s (kept: %t), want %d", d.Op, d.Count, d.Reason, d.Kept, want[d.Reason])
		}
	}
	if len(told) != len(want) {
		t.Errorf("told are %v, want %v", told, want)
	}

	events, err := r.ask.events(t.Context(), job, "even-committer", "dropped")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(regexp.QuoteMeta(transaction) + `: .*Exception`)
	if len(events) != 1 || !pattern.MatchString(events[0].Text) {
		t.Errorf("the committer's drops are %v, want one of transaction %s", events, transaction)
	}
	for n := range count {
		way, err := r.ask.lineage(t.Context(), fmt.Sprintf("any/0@%d", n), "down", false)
		if err != nil {
			t.Fatal(err)
		}
		if dropped := len(way.Notes) == 1 && way.Notes[0].Kind == "dropped"; dropped != (n%2 == 1) {
			t.Errorf("the way of number %d says %v", n, way.Notes)
		}
	}
}

// awaitAborted waits until the broker gave up the one transaction whose id begins so, and gives the id.
func (r *rig) awaitAborted(t *testing.T, prefix string) (id string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	await(t, time.Minute, "the broker gave up a transaction", func(ctx context.Context) (bool, error) {
		listed, err := admin.ListTransactions(ctx, nil, []string{"CompleteAbort"})
		if err != nil {
			return false, err
		}
		for _, transaction := range listed.Sorted() {
			if strings.HasPrefix(transaction.TxnID, prefix) {
				id = transaction.TxnID
			}
		}
		return id != "", nil
	})
	return id
}
