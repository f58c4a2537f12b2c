//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

type replayRun struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Error   string `json:"error"`
	Derived string `json:"derived"`
	Sandbox string `json:"sandbox"`
	Verdict *struct {
		Verdict  string `json:"verdict"`
		Text     string `json:"text"`
		Recorded string `json:"recorded"`
		Equal    string `json:"equal"`
		State    struct {
			Compared int `json:"compared"`
			Equal    int `json:"equal"`
		} `json:"state"`
	} `json:"verdict"`
}

// wantReplay has the server run both subtasks of an operator again, from their beginning and behind a checkpoint: each gives every output that
// it gave and, where it keeps any that can be compared, has the state that it had; what it does this time is a recording of its own that counts as no run of the job.
func (r *rig) wantReplay(t *testing.T, job, operator string, keeps bool) {
	t.Helper()
	for subtask := range 2 {
		wish := map[string]any{"task": operator, "subtask": subtask}
		r.wantExact(t, job, fmt.Sprintf("%s %d", operator, subtask), wish, keeps, false)
		checkpoint, only := r.middleStart(t, job, wish)
		wish["checkpoint"] = checkpoint
		r.wantExact(t, job, fmt.Sprintf("%s %d behind checkpoint %s", operator, subtask, checkpoint), wish, keeps, only)
	}
}

// middleStart is a checkpoint in the middle of those that a task is replayed behind; only: there is no other.
func (r *rig) middleStart(t *testing.T, job string, wish map[string]any) (checkpoint string, only bool) {
	t.Helper()
	var plan struct {
		Starts []struct {
			Checkpoint string `json:"checkpoint"`
			Absent     string `json:"absent"`
		} `json:"starts"`
	}
	ask(t, http.MethodPost, r.ask.base+"/api/v1/recordings/"+job+"/replays/plan", wish, &plan)
	for _, s := range plan.Starts {
		if s.Absent != "" {
			t.Errorf("%v is not replayed behind checkpoint %s: %s", wish, s.Checkpoint, s.Absent)
		}
	}
	if len(plan.Starts) == 0 {
		t.Fatalf("%v is replayed behind no checkpoint", wish)
	}
	return plan.Starts[(len(plan.Starts)-1)/2].Checkpoint, len(plan.Starts) == 1
}

// wantExact runs a task again as wished. mayEnd: it may have given nothing more from there on.
func (r *rig) wantExact(t *testing.T, job, what string, wish map[string]any, keeps, mayEnd bool) {
	t.Helper()
	var run replayRun
	ask(t, http.MethodPost, r.ask.base+"/api/v1/recordings/"+job+"/replays", wish, &run)
	await(t, 2*time.Minute, what+" ran again", func(ctx context.Context) (bool, error) {
		id := run.ID
		run = replayRun{}
		err := r.ask.get(ctx, "/api/v1/replays/"+id, &run)
		run.ID = id
		return run.State != "queued" && run.State != "running", err
	})
	whole := wish["checkpoint"] == nil
	if v := run.Verdict; mayEnd && v != nil && v.Verdict == "nothing" && v.Recorded == "0" {
		t.Logf("%s: the attempt gave nothing more", what)
		return
	}
	if run.Verdict == nil || run.Verdict.Verdict != "exact" || whole && run.Verdict.Recorded == "0" ||
		keeps && run.Verdict.State.Compared == 0 || run.Verdict.State.Equal != run.Verdict.State.Compared {
		t.Errorf("%s: %+v, %+v", what, run, run.Verdict)
		return
	}
	if run.Sandbox == "" && lab.ReplaySandbox() == "on" {
		t.Errorf("%s ran without a sandbox", what)
	}
	jobs, err := r.ask.jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(jobs, func(j jobSummary) bool { return j.ID == run.Derived }) {
		t.Errorf("the derived recording %s is listed as a job", run.Derived)
	}
	all, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	listed := false
	for _, rec := range all {
		listed = listed || rec.ID == run.Derived
	}
	if !listed {
		t.Errorf("the derived recording %s is not listed", run.Derived)
	}
	ask(t, http.MethodDelete, r.ask.base+"/api/v1/replays/"+run.ID+"/result", nil, &run) // others look at all recordings
}
