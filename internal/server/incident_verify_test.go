package server

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/share"
)

// A file is no better than the worst of what runs from it, and says what does not run.
func TestAMaskedFileSaysWhatItsAttemptsGave(t *testing.T) {
	ran := func(verdict string, findings ...replay.Finding) *replay.Replay {
		return &replay.Replay{
			State: replay.Done, Wish: replay.Wish{Task: "sum", Subtask: 1}, Judged: &replay.Judgement{Verdict: verdict, Text: "said so"}, Plan: &replay.Plan{Findings: findings},
		}
	}
	absent := func(about string) replay.Finding { return replay.Finding{About: about, Stops: true} }
	failed := &replay.Replay{State: replay.Failed, Error: "no room", Wish: replay.Wish{Task: "sum"}}
	for name, c := range map[string]struct {
		runs    []*replay.Replay
		verdict string
		text    string
	}{
		"all exact":                      {[]*replay.Replay{ran(replay.Exact), ran(replay.Solved), ran(replay.Nothing)}, share.Exact, "of 2 attempts that were run again with masked values, 2 are exact"},
		"one on the same way":            {[]*replay.Replay{ran(replay.Exact), ran(replay.PathEqual)}, share.PathEqual, "1 are exact and 1 took the same way"},
		"another order of keys":          {[]*replay.Replay{ran(replay.PerKey)}, share.PathEqual, ""},
		"one parted":                     {[]*replay.Replay{ran(replay.Exact), ran(replay.Diverged), ran(replay.Diverged)}, share.NotReplayable, "sum, subtask 1, attempt 0: said so (and 1 more)"},
		"one began with state":           {[]*replay.Replay{ran(replay.Exact), ran(replay.NotReplayable, absent(replay.AboutState))}, share.Exact, "1 more cannot be run: they began with state"},
		"all began with state":           {[]*replay.Replay{ran(replay.NotReplayable, absent(replay.AboutState))}, share.NotReplayable, "1 more cannot be run"},
		"inputs are missing":             {[]*replay.Replay{ran(replay.Exact), ran(replay.NotReplayable, absent(replay.AboutInputs))}, share.NotReplayable, "said so"},
		"the server has no Flink":        {[]*replay.Replay{ran(replay.NotReplayable, absent(replay.AboutFlink))}, share.NotProven, "said so"},
		"one came to no end":             {[]*replay.Replay{ran(replay.Exact), failed}, share.NotProven, "no room"},
		"one was counted alone":          {[]*replay.Replay{ran(replay.Counted)}, share.NotProven, ""},
		"there was nothing to hold":      {[]*replay.Replay{ran(replay.Nothing)}, share.NotProven, "nothing to compare"},
		"nothing at all":                 {nil, share.NotProven, "nothing to compare"},
		"what parted counts for more":    {[]*replay.Replay{failed, ran(replay.Diverged)}, share.NotReplayable, "said so"},
		"what is not proven counts, too": {[]*replay.Replay{failed, ran(replay.PathEqual)}, share.NotProven, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			var sum masked
			for _, r := range c.runs {
				sum.add(r)
			}
			if v := sum.verdict(); v.Verdict != c.verdict || !strings.Contains(v.Details, c.text) {
				t.Errorf("%+v", v)
			}
			for _, r := range sum.list {
				if !r.Masked {
					t.Errorf("%+v does not say that it ran with masked values", r)
				}
			}
		})
	}
}

// A masked file that is to run again is run again before it leaves; what that took is gone afterwards.
func TestAMaskedFileIsRunAgainBeforeItLeaves(t *testing.T) {
	t.Setenv("FLINK_HOME", "") // nothing can run here
	s := start(t, settings(t, map[string]string{"retain-free": "0"}))
	truth := s.record(3, 60)
	path := "/api/v1/recordings/" + truth.Totals.String() + "/export/incident"
	status, _, body := s.get(path + "?as=parquet&program=true")
	if status != http.StatusOK {
		t.Fatalf("%d %.300s", status, body)
	}
	report, err := share.Verify(t.Context(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	v := report.Manifest.Verdict
	ran := slices.ContainsFunc(report.Manifest.Replays, func(r share.Replayed) bool { return r.Masked })
	if v.Verdict != share.NotProven || !strings.Contains(v.Details, "the jars of Flink 2.3.0 are not here") || !ran {
		t.Errorf("%+v, run again: %t", v, ran)
	}
	if left, _ := filepath.Glob(filepath.Join(s.cfg.Data, replayDir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if status, _, body = s.get(path + "/preview?as=parquet&program=true"); status != http.StatusOK || !strings.Contains(body, "is run again when the file is made") {
		t.Errorf("the preview: %d %.500s", status, body)
	}
}
