package server

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/replay"
)

// Another program is judged by replays of each task of the job, one after the other; one that cannot be run says what is missing, and nobody is safe by it.
func TestAnotherProgramIsRunOnWhatWasRecorded(t *testing.T) {
	j := shop(t, kafkatest.Start(t), map[string]string{"replay-uploads": "any", "replay-flink": t.TempDir()})
	truth, err := ingesttest.Record(t.Context(), j.store, ingesttest.Options{Seed: 7, Orders: 400})
	if err != nil {
		t.Fatal(err)
	}
	j.catalog.Fill(t.Context())
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { j.replays.Run(ctx) })
	defer running.Wait()
	defer stop()
	id, err := j.replays.AddJar([]byte("PK\x03\x04 another"))
	if err != nil {
		t.Fatal(err)
	}
	r := j.report(impact.Proposal{Kind: impact.OfJar, Job: "shop-totals", Jars: []impact.Jar{{Name: "shop.jar", ID: id}}})
	at := slices.IndexFunc(r.Report.Systems, func(s impact.System) bool { return s.Role == "program" })
	if at < 0 {
		t.Fatalf("%+v", r.Report)
	}
	job := r.Report.Systems[at]
	if job.ID != "job:shop-totals" || job.Verdict != impact.Unknown || job.Link != "/j/"+truth.Totals.String() || len(job.Evidence) == 0 {
		t.Errorf("%+v", job)
	}
	for _, e := range job.Evidence {
		if e.Kind != "replay" || !strings.HasPrefix(e.Detail, "not compared: ") || len(e.Detail) < 20 {
			t.Errorf("%+v", e)
		}
	}
	list, err := j.replays.List(t.Context(), truth.Totals, 100)
	if err != nil || len(list) != len(job.Evidence) {
		t.Errorf("%d replays for %d tasks: %v", len(list), len(job.Evidence), err)
	}
	if shown := j.impact.Shown(t.Context(), ann, r); len(shown.Report.Systems) != len(r.Report.Systems) {
		t.Errorf("whoever asked does not see the job: %+v", shown.Report)
	}
	if _, err := j.impact.Start(t.Context(), ann, impact.Proposal{Kind: impact.OfJar, Job: "shop-totals"}); err == nil {
		t.Error("a program without a jar was taken")
	}
	gone := j.start(impact.Proposal{Kind: impact.OfJar, Job: "shop-totals", Jars: []impact.Jar{{Name: "shop.jar", ID: strings.Repeat("0", 64)}}})
	if gone.State != impact.Failed || !strings.Contains(gone.Error, "upload it again") {
		t.Errorf("%+v", gone)
	}
}

// What came of a replay is told without payload: the same, otherwise, or why nothing could be compared.
func TestWhatCameOfAReplayOfTwoPrograms(t *testing.T) {
	exact, unchanged := &replay.Judgement{Verdict: replay.Exact, Reached: 9}, &replay.Judgement{Verdict: replay.Unchanged}
	diverged := &replay.Judgement{Verdict: replay.Diverged, Text: "the recorded attempt threw X; the replay did not"}
	thrown := &replay.Judgement{Verdict: replay.Diverged, Thrown: "ArithmeticException", ThrownAt: 7, ThrownIn: "Sum.add (Sum.java:12)", Surprise: true}
	same := &replay.Differences{Outputs: replay.Counts{Equal: 5}}
	for _, c := range []struct {
		name string
		run  replay.Replay
		want impact.ComparedTask
	}{
		{"the same", replay.Replay{State: replay.Done, Unchanged: exact, Judged: unchanged, Differences: same}, impact.ComparedTask{Ran: true, Equal: 5, UpTo: 9}},
		{"otherwise", replay.Replay{State: replay.Done, Unchanged: exact, Judged: diverged, Differences: &replay.Differences{
			Outputs: replay.Counts{Equal: 5, Altered: 1, Added: 1}, State: replay.Counts{Missing: 1}, Of: []replay.OutputDifference{{Kind: replay.Added, Second: &replay.OutputPlace{Operator: "sum", Invocation: 4}}},
		}, Parted: &replay.Parted{Second: &replay.CodePlace{Class: "shop.Sum", Method: "add", Source: "Sum.java", Line: 12}}},
			impact.ComparedTask{Ran: true, Equal: 5, Outputs: 2, State: 1, UpTo: 9, First: "sum.0.0.4", Part: "Sum.add (Sum.java:12)"}},
		{"no output, and yet", replay.Replay{State: replay.Done, Unchanged: exact, Judged: diverged, Differences: same}, impact.ComparedTask{Ran: true, Equal: 5, UpTo: 9, Else: diverged.Text}},
		{"it throws", replay.Replay{State: replay.Done, Unchanged: exact, Judged: thrown, Differences: same}, impact.ComparedTask{Ran: true, Equal: 5, UpTo: 9, Thrown: "it threw ArithmeticException in Sum.add (Sum.java:12) at invocation 7"}},
		{"both throw", replay.Replay{State: replay.Done, Unchanged: thrown, Judged: thrown, Differences: same}, impact.ComparedTask{Ran: true, Equal: 5, Soft: "that a replay of it does what was recorded is not shown (diverged): what differs may come of the replay"}},
		{"nothing to compare", replay.Replay{State: replay.Done, Unchanged: &replay.Judgement{Verdict: replay.Nothing}, Judged: unchanged, Differences: &replay.Differences{}},
			impact.ComparedTask{Soft: "that a replay of it does what was recorded is not shown (nothing): what differs may come of the replay", Why: "it gave nothing and left nothing in state that could be compared"}},
		{"it ended", replay.Replay{State: replay.Cancelled}, impact.ComparedTask{Why: "the replay was cancelled"}},
		{"what is missing", replay.Replay{State: replay.Done, Judged: &replay.Judgement{Verdict: replay.NotReplayable, Text: "its jars are gone"}}, impact.ComparedTask{Why: "its jars are gone"}},
	} {
		got := impact.ComparedTask{Last: 100}
		comparedTask(&got, &c.run)
		c.want.Last = 100
		if got != c.want {
			t.Errorf("%s:\n%+v, want\n%+v", c.name, got, c.want)
		}
	}
}
