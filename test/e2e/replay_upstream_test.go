//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// testUpstream runs a job of three tasks at level positions, which fails once: nothing of what it read, sent and wrote is recorded but places
// and counts. Then attempts of its last task are replayed: the tasks before it run again first, back to the source, which reads its topics
// again. What the replays write must be what stands in the topic that the job wrote, all that Kafka said of each record included.
func testUpstream(t *testing.T, r *rig) {
	const count = 1500
	r.level(t, "tally", "positions")
	defer r.setPolicy(t, "")
	r.makeSlips(t)
	job := r.run(t, "e2e.Tally", "--in", "slips,stamped", "--out", "tallies", "--parallelism", "2")
	r.sendSlips(t, count)
	posted := r.posted(t, "tallies", count)

	var all [2]map[string]int // values that attempts wrote when they ran again
	for attempt := range all {
		all[attempt] = map[string]int{}
		for subtask := range 2 {
			var run upstreamRun
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the last replay of again.%d.%d: %+v", subtask, attempt, run)
				}
			})
			await(t, 3*time.Minute, fmt.Sprintf("again.%d.%d is replayed", subtask, attempt), func(ctx context.Context) (bool, error) {
				run = r.replayUpstream(ctx, job, "again", subtask, attempt)
				if v := run.Verdict; v.Verdict == "diverged" || strings.Contains(v.Text, "does not give what it sent") {
					return false, fmt.Errorf("%s: %s", v.Verdict, v.Text) // waiting does not make it another one
				}
				return run.Verdict.Verdict == "equal-counts", nil
			})
			written, err := r.ask.events(t.Context(), run.Derived, "post-writer", "written")
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range written {
				all[attempt][w.View.Text]++
			}
			fmt.Printf("UPSTREAM flink %s: again.%d.%d %s: %s; %d records written, by %d replays of senders %v\n", r.version, subtask, attempt, run.Verdict.Verdict, run.Verdict.Text, len(written),
				len(run.Senders), run.verdicts())
			for _, s := range run.Senders {
				if s.Replay == "" || s.Verdict != "equal-counts" {
					t.Errorf("it rests on a replay of %s: %s", s.Operator, s.Verdict)
				}
			}
		}
	}
	lost := 0
	for value := range posted {
		if all[0][value]+all[1][value] == 0 {
			if lost++; lost <= 5 {
				t.Errorf("'%s' stands in the topic, and no replay wrote it", value)
			}
		}
	}
	extra := 0
	for value := range all[1] {
		if posted[value] == 0 {
			if extra++; extra <= 5 {
				t.Errorf("a replay wrote '%s', which does not stand in the topic", value)
			}
		}
	}
	fmt.Printf("UPSTREAM flink %s: %d values stand in the topic, %d of them no replay wrote, %d others were written by replays\n", r.version, len(posted), lost, extra)
	if len(posted) < count || len(all[0]) == 0 {
		t.Errorf("%d values in the topic, want %d at least; the first attempts wrote %d", len(posted), count, len(all[0]))
	}
	r.wantSenders(t, job)
}

// wantSenders looks at what the replays of senders proved: the counts of their channels at barriers, and where watermarks lay.
func (r *rig) wantSenders(t *testing.T, job string) {
	t.Helper()
	var list struct {
		Items []upstreamRun `json:"items"`
	}
	if err := r.ask.get(t.Context(), "/api/v1/replays?recording="+job, &list); err != nil {
		t.Fatal(err)
	}
	tasks := map[string]int{}
	for _, x := range list.Items {
		if x.For == "" {
			continue
		}
		tasks[x.Operator]++
		if x.Verdict.Verdict != "equal-counts" && x.Checkpoint == "0" { // behind a checkpoint one may part, and is tried from the beginning
			t.Errorf("%s.%d.%d ran for replay %s: %s: %s", x.Operator, x.Subtask, x.Attempt, x.For, x.Verdict.Verdict, x.Verdict.Text)
		}
	}
	fmt.Printf("UPSTREAM flink %s: replays of senders: %v\n", r.version, tasks)
	if tasks["source-slips"] < 2 || tasks["number"] < 4 {
		t.Errorf("tasks of both attempts run again, back to the source: %v", tasks)
	}
}

// upstreamRun is a replay with those that ran for it.
type upstreamRun struct {
	ID         string   `json:"id"`
	For        string   `json:"for"`
	Operator   string   `json:"operator"`
	Subtask    int      `json:"subtask"`
	Attempt    int      `json:"attempt"`
	Checkpoint string   `json:"checkpoint"`
	Derived    string   `json:"derived"`
	Error      string   `json:"error"`
	Verdict    replayed `json:"verdict"`
	Senders    []struct {
		Operator string `json:"operator"`
		Replay   string `json:"replay"`
		Verdict  string `json:"verdict"`
	} `json:"senders"`
	Findings []struct {
		Text string `json:"text"`
	} `json:"findings"`
}

func (u *upstreamRun) verdicts() (all []string) {
	for _, s := range u.Senders {
		all = append(all, s.Verdict)
	}
	return all
}

func (r *rig) replayUpstream(ctx context.Context, job, task string, subtask, attempt int) (run upstreamRun) {
	c := exec.CommandContext(ctx, r.binary, "replay", job, task, "--subtask", strconv.Itoa(subtask), "--attempt", strconv.Itoa(attempt), "-o", "json", "--server", r.ask.base)
	var told bytes.Buffer
	c.Stderr = &told
	out, err := c.Output()
	if json.Unmarshal(out, &run) != nil {
		run.Error = fmt.Sprintf("%v: %s", err, told.String())
	}
	return run
}

// makeSlips makes the topics: one with the times of the producer, one with those of the broker.
func (r *rig) makeSlips(t *testing.T) {
	t.Helper()
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"slips": 2, "tallies": 2}); err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stamped := "LogAppendTime"
	if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, map[string]*string{"message.timestamp.type": &stamped}, "stamped"); err != nil {
		t.Fatal(err)
	}
}

// sendSlips writes records with keys, headers and times to both topics; one makes the job fail.
func (r *rig) sendSlips(t *testing.T, count int) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(2*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i := range count {
		record := &kgo.Record{Topic: "slips", Partition: int32(i / 2 % 2), Value: []byte(fmt.Sprintf(" k%d|%d", i%37, i)), Timestamp: time.UnixMilli(1_700_000_000_000 + int64(i))}
		if i%2 == 1 {
			record.Topic = "stamped"
		}
		if i == count*2/3 {
			record.Value = []byte("fail|0")
		}
		if i%3 > 0 {
			record.Key = []byte(strings.Repeat("k", i%3-1)) // empty ones, too
			record.Headers = []kgo.RecordHeader{{Key: "one", Value: []byte{'a' + byte(i%20)}}, {Key: "none"}, {Key: "one", Value: []byte{}}}
		}
		client.Produce(t.Context(), record, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("sending to %s: %v", record.Topic, err)
			}
		})
		if i%5 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// posted takes a topic from its beginning until it has at least count values.
func (r *rig) posted(t *testing.T, topic string, count int) map[string]int {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	values := map[string]int{}
	slips := map[string]bool{}
	for len(slips) < count {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("topic %s has %d of %d slips after three minutes", topic, len(slips), count)
		}
		fetches.EachError(func(_ string, _ int32, err error) { t.Fatalf("reading %s: %v", topic, err) })
		fetches.EachRecord(func(record *kgo.Record) {
			value := string(record.Value)
			values[value]++
			slips[strings.Join(strings.SplitN(value, "|", 3)[:2], "|")] = true
		})
	}
	// What the job flushed again after its failure is there by the next checkpoint.
	quiet, stop := context.WithTimeout(ctx, 4*time.Second)
	defer stop()
	for quiet.Err() == nil {
		client.PollFetches(quiet).EachRecord(func(record *kgo.Record) { values[string(record.Value)]++ })
	}
	return values
}
