//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"
)

// testTransactions runs a job that writes in transactions and fails once in between. What its recording says of each write must agree with what a
// consumer sees that reads committed records only.
func testTransactions(t *testing.T, r *rig) {
	const count = 1200
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"entries": 2, "books": 2}); err != nil {
		t.Fatal(err)
	}
	job := r.run(t, "e2e.Careful", "--in", "entries", "--out", "books", "--parallelism", "2")
	records := numbers(0, count)
	for i := range records {
		records[i].partition = int32(i % 2)
	}
	records[count*2/3].payload = "fail"
	r.send(t, "entries", 200, records, nil)
	committed := set{}
	for _, place := range r.read(t, "books", count) {
		committed.add(place)
	}

	// A transaction is over when the committer says so, a checkpoint later.
	var writes []recordedEvent
	var outcomes map[string]int
	await(t, 2*time.Minute, "the outcome of every write is known", func(ctx context.Context) (bool, error) {
		var err error
		if writes, err = r.ask.events(ctx, job, "book-writer", "written"); err != nil || len(writes) < count {
			return false, err
		}
		outcomes = map[string]int{}
		for _, w := range writes {
			all, err := r.ask.writes(ctx, job, w.Position)
			if err != nil {
				return false, err
			}
			for _, e := range all {
				if e.Kafka != w.Kafka {
					continue
				}
				if e.Transaction == nil || e.Transaction.ID == "" {
					return false, fmt.Errorf("%s was written outside of any transaction: %+v", e.Kafka, e)
				}
				outcomes[e.Transaction.Outcome]++
				if _, seen := committed[e.Kafka]; seen != (e.Transaction.Outcome == "committed") {
					if e.Transaction.Outcome == "committed" {
						return false, fmt.Errorf("%s is said to be committed, and no consumer sees it", e.Kafka)
					}
					return false, nil
				}
			}
		}
		// Writes that were aborted count towards len(writes): some that a consumer sees may not be stored yet.
		return outcomes["committed"] >= count, nil
	})
	fmt.Printf("TRANSACTIONS flink %s: %d writes, %d committed for a consumer, outcomes %v\n", r.version, len(writes), len(committed), outcomes)
	if outcomes["committed"] != count {
		t.Errorf("%d writes are committed, want %d", outcomes["committed"], count)
	}
	if outcomes["aborted"] == 0 || outcomes["not proven"] != 0 {
		t.Errorf("%d writes are aborted and %d not proven; a task that failed in order tells how its transactions end", outcomes["aborted"], outcomes["not proven"])
	}
	// The task that wrote in transactions runs again: what it writes is compared, and written nowhere.
	before := r.ends(t, "books")
	for attempt := range 2 {
		r.wantReplayed(t, job, "source-entries", attempt, 100)
	}
	if after := r.ends(t, "books"); !maps.Equal(before, after) {
		t.Errorf("the topic ended at %v, and does at %v after the replays", before, after)
	}
	for _, kind := range []string{"snapshot", "restored", "capsule"} {
		if events, err := r.ask.events(t.Context(), job, "", kind); err != nil || len(events) == 0 {
			t.Errorf("no %s is recorded: %v", kind, err)
		}
	}
}
