//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// testReplay runs a job that reads Kafka, writes files, takes unaligned checkpoints and fails once, and replays attempts of before and after: what
// each sends must be what it sent.
func testReplay(t *testing.T, r *rig) {
	const count = 3000
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"lines": 3}); err != nil { // one partition stays idle
		t.Fatal(err)
	}
	job := r.run(t, "e2e.Outlets", "--in", "lines", "--out", filepath.Join(r.dir, "files"), "--parallelism", "2")
	records := numbers(0, count)
	for i := range records {
		records[i].partition = int32(i % 2)
	}
	records[count*3/4].payload = "fail"
	r.send(t, "lines", 400, records, nil)
	for _, task := range []struct {
		name  string
		least int // outputs
	}{{"source-lines", 100}, {"slow", 200}} {
		for attempt := range 2 {
			r.wantReplayed(t, job, task.name, attempt, task.least)
		}
	}
}

// wantReplayed replays an attempt of a task's first subtask, which is to send what it sent, at least so much.
func (r *rig) wantReplayed(t *testing.T, job, task string, attempt, least int) {
	t.Helper()
	var last replayed
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last replay of %s.0.%d: %+v", task, attempt, last)
		}
	})
	await(t, time.Minute, fmt.Sprintf("attempt %d of %s is replayed", attempt, task), func(ctx context.Context) (bool, error) {
		last = r.replay(ctx, job, task, attempt) // at first nothing of it is stored yet
		return last.Recorded >= least, nil
	})
	fmt.Printf("REPLAY flink %s: %s.0.%d %s, %d of %d outputs equal\n", r.version, task, attempt, last.Verdict, last.Equal, last.Recorded)
	if last.Verdict != "exact" || last.Equal != last.Recorded {
		t.Errorf("%s.0.%d: %+v", task, attempt, last)
	}
}

// replayed is what a replay came to.
type replayed struct {
	Verdict  string `json:"verdict"`
	Text     string `json:"text"`
	Recorded int    `json:"recorded,string"`
	Equal    int    `json:"equal,string"`
}

// replay runs an attempt of a task's first subtask again.
func (r *rig) replay(ctx context.Context, job, task string, attempt int) replayed {
	c := exec.CommandContext(ctx, r.binary, "replay", job, task, "--subtask", "0", "--attempt", strconv.Itoa(attempt), "-o", "json", "--server", r.ask.base)
	var told bytes.Buffer
	c.Stderr = &told
	out, err := c.Output()
	var answer struct {
		Verdict replayed `json:"verdict"`
	}
	if json.Unmarshal(out, &answer) != nil {
		return replayed{Text: fmt.Sprintf("%v: %s", err, told.String())}
	}
	return answer.Verdict
}
