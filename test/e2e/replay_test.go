//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"slices"
	"strconv"
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
	} `json:"verdict"`
}

// wantReplay has the server run both subtasks of an operator again: each gives every output that it gave, and what it does this time is a
// recording of its own that counts as no run of the job.
func (r *rig) wantReplay(t *testing.T, job, operator string) {
	t.Helper()
	for subtask := range 2 {
		var run replayRun
		ask(t, http.MethodPost, r.ask.base+"/api/v1/recordings/"+job+"/replays", map[string]any{"task": operator, "subtask": subtask}, &run)
		await(t, 2*time.Minute, operator+" "+strconv.Itoa(subtask)+" ran again", func(ctx context.Context) (bool, error) {
			id := run.ID
			run = replayRun{}
			err := r.ask.get(ctx, "/api/v1/replays/"+id, &run)
			run.ID = id
			return run.State != "queued" && run.State != "running", err
		})
		if run.Verdict == nil || run.Verdict.Verdict != "exact" || run.Verdict.Recorded == "0" {
			t.Errorf("%s %d: %+v, %+v", operator, subtask, run, run.Verdict)
			continue
		}
		if run.Sandbox == "" && lab.ReplaySandbox() == "on" {
			t.Errorf("%s %d ran without a sandbox", operator, subtask)
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
}
