package steering

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/query"
)

var ctx = context.Background()

func (w *world) write(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.file(), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := w.look(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func TestAFileIsTakenOverWhenItChangesAndMistakesChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.want("0.0: =flight")
	w.write("level: deep")
	if err := w.start(false); err == nil {
		t.Error("nothing was in force, and the file's mistakes were passed over")
	}
	w.write("rules: [{operator: dedup, level: trace}]")
	w.want("1.0: dedup=trace =flight")
	w.write("rules:\n- level: deep\n- moon: full # longer")
	w.want("1.0: dedup=trace =flight")
	s := w.State()
	if len(s.Problems) != 3 || s.Problems[0].Line != 2 || s.Problems[1].Line != 3 || s.Number != 1 || s.Who != "file" {
		t.Errorf("state %+v", s)
	}
	w.write("level: positions")
	w.want("2.0: =positions")
	if s := w.State(); s.Problems != nil {
		t.Errorf("mistakes stay: %v", s.Problems)
	}
	if err := os.Remove(w.file()); err != nil {
		t.Fatal(err)
	}
	if err := w.look(ctx); err == nil {
		t.Error("nothing said that the file is gone")
	}
	w.want("2.0: =positions")
	// The next server goes on where this one was; what the file says by then is a version of its own.
	if err := w.start(false); err != nil {
		t.Fatal(err)
	}
	w.want("2.0: =positions")
	if err := w.start(true); err == nil {
		t.Error("a file that was named is not there")
	}
	w.write("level: trace")
	if err := w.start(true); err != nil {
		t.Fatal(err)
	}
	w.want("3.0: =trace")
	// A start on a file with mistakes: an error when it was named, else what was in force goes on.
	w.write("rules:\n- level: deep\nmoon: full")
	err := w.start(true)
	if err == nil || !strings.Contains(err.Error(), "policy.yaml:\nline 2: \"deep\" is none of") || !strings.Contains(err.Error(), "\nline 3: a policy has no member") {
		t.Errorf("mistakes in a file that was named: %v", err)
	}
	if err := w.start(false); err != nil || len(w.State().Problems) != 2 {
		t.Errorf("mistakes in the usual file: %v, %+v", err, w.State().Problems)
	}
	w.want("3.0: =trace")
	list := must[[]Version](t)(w.Versions(ctx, 10))
	if len(list) != 3 || list[0].Text != "level: trace" || list[2].Number != 1 {
		t.Errorf("versions %+v", list)
	}
}

func TestATextThatIsSetGoesIntoTheFile(t *testing.T) {
	w := newWorld(t)
	v := must[Version](t)(w.Set(ctx, "local:joe", "to see more", "level: trace\n", -1))
	if v.Number != 1 || v.Who != "local:joe" || v.Why != "to see more" {
		t.Errorf("version %+v", v)
	}
	if raw, err := os.ReadFile(w.file()); err != nil || string(raw) != "level: trace\n" {
		t.Errorf("the file says %q (%v)", raw, err)
	}
	if err := w.look(ctx); err != nil || w.State().Number != 1 {
		t.Errorf("the file made a version of its own: %+v %v", w.State(), err)
	}
	if _, err := w.Set(ctx, "local:ann", "", "level: flight", 0); !errors.Is(err, ErrChanged) {
		t.Errorf("made from version 0: %v", err)
	}
	var problems policy.Problems
	if _, err := w.Set(ctx, "local:ann", "", "level: deep", 1); !errors.As(err, &problems) || w.State().Number != 1 {
		t.Errorf("a mistake: %v", err)
	}
	if err := os.RemoveAll(w.dir + "/away"); err != nil {
		t.Fatal(err)
	}
	w.opt.File = w.dir + "/away/policy.yaml"
	if _, err := w.Set(ctx, "local:ann", "", "level: flight", -1); !errors.Is(err, ErrReadOnly) || w.State().Number != 1 {
		t.Errorf("nowhere to write: %v", err)
	}
}

func TestLevelsChangeForAWhileAndPayloadRulesStay(t *testing.T) {
	w := newWorld(t)
	w.write("level: positions\nrules: [{operator: dedup, payload: none}]")
	target := browse.Target{Recording: rec}
	if _, err := w.Wish(ctx, target, Wish{LookBack: true}); !errors.Is(err, ErrRequest) {
		t.Errorf("nobody is there who could send: %v", err)
	}
	w.agents.status = []ingest.AgentStatus{{Process: "p1", Connected: true}}
	a := must[Change](t)(w.Wish(ctx, target, Wish{Operator: "dedup", Level: "trace", For: time.Minute, Who: "joe"}))
	b := must[Change](t)(w.Wish(ctx, target, Wish{Level: "flight", Who: "ann", LookBack: true}))
	w.want("1.2: ab/*=flight(said so by ann) ab/dedup=trace(said so by joe) dedup=/none =positions")
	if len(a.Operators) != 1 || a.Operators[0] != (OperatorChange{"dedup", "positions", "trace"}) || !b.Until.Equal(w.now.Add(DefaultFor)) {
		t.Errorf("changes %+v %+v", a, b)
	}
	if fmt.Sprint(w.agents.sent) != fmt.Sprint([]event.RecordingID{rec}) {
		t.Errorf("sent %v", w.agents.sent)
	}
	w.pass(time.Minute)
	w.want("1.3: ab/*=flight(said so by ann) dedup=/none =positions")
	// It outlives the server.
	if err := w.start(false); err != nil {
		t.Fatal(err)
	}
	w.want("1.0: ab/*=flight(said so by ann) dedup=/none =positions")
	ended := must[Change](t)(w.End(ctx, rec, b.ID))
	w.want("1.1: dedup=/none =positions")
	if ended.Ended.IsZero() {
		t.Error("it has no end")
	}
	if _, err := w.End(ctx, rec, b.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("ended twice: %v", err)
	}
	list := must[[]Change](t)(w.Changes(ctx, rec.String(), 10))
	if len(list) != 2 || list[0].ID != b.ID || list[0].Ended.IsZero() || list[1].Ended.IsZero() || list[1].Who != "joe" {
		t.Errorf("list %+v", list)
	}
	for _, bad := range []Wish{{Operator: "nobody", Level: "trace"}, {Level: "deep"}, {}, {Level: "trace", For: time.Millisecond}, {Level: "trace", For: 48 * time.Hour}} {
		if _, err := w.Wish(ctx, target, bad); !errors.Is(err, ErrRequest) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	w.jobs.detail.State = query.JobFailed
	if _, err := w.Wish(ctx, target, Wish{Level: "trace"}); !errors.Is(err, ErrRequest) {
		t.Errorf("the job has ended: %v", err)
	}
	// What was kept of it can be asked for still. To ask for what was kept alone is an event that holds nothing.
	c := must[Change](t)(w.Wish(ctx, target, Wish{LookBack: true, Who: "joe"}))
	w.pass(0)
	if len(w.State().Changes) != 0 || c.ID == 0 || len(w.agents.sent) != 2 {
		t.Errorf("state %+v", w.State())
	}
}

const triggers = `
level: positions
rules: [{operator: "Source*", level: trace}]
triggers:
  - {on: drop, operator: dedup, for: 1m}
  - {on: exception, raise: {operator: "*", level: flight}, lookback: false}
  - {on: match, when: 'op == "dedup" && size > 3', raise: {operator: dedup, level: flight}}
  - {on: checkpoint-failure, job: other}
  - {on: drop, name: elsewhere, job: other}
`

func TestTriggersRaiseWhatIsLowerForAWhile(t *testing.T) {
	w := newWorld(t)
	w.write(triggers)
	names := []string{"orders", rec.String()}
	at := Cause{Text: "dropped duplicate at dedup", At: w.now}
	w.Happened(ctx, Incident{On: policy.OnDrop, Recording: rec, Job: names, Operator: "Source: orders", Cause: at})
	w.want("1.0: Source*=trace =positions")
	w.Happened(ctx, Incident{On: policy.OnDrop, Recording: rec, Job: names, Operator: "dedup", Cause: at})
	w.want("1.1: ab/dedup=trace(trigger drop) Source*=trace =positions")
	if len(w.agents.sent) != 1 {
		t.Errorf("what was kept was not asked for: %v", w.agents.sent)
	}
	// It goes on: no second firing, a longer one.
	w.pass(40 * time.Second)
	for range 5 {
		w.Happened(ctx, Incident{On: policy.OnDrop, Recording: rec, Job: names, Operator: "dedup", Cause: at})
	}
	w.pass(40 * time.Second)
	w.want("1.1: ab/dedup=trace(trigger drop) Source*=trace =positions")
	if c := w.State().Changes; len(c) != 1 || c[0].Again != 5 || c[0].On != policy.OnDrop || *c[0].Cause != at || len(w.agents.sent) != 1 {
		t.Errorf("changes %+v", c)
	}
	// Another one raises nothing that is higher already, and lowers nothing.
	w.Happened(ctx, Incident{On: policy.OnException, Recording: rec, Job: names, Operator: "dedup"})
	w.want("1.2: ab/dedup=trace(trigger drop) Source*=trace =positions")
	if len(w.agents.sent) != 1 {
		t.Errorf("sent %v", w.agents.sent)
	}
	w.Happened(ctx, Incident{On: policy.OnCheckpointFailure, Recording: rec, Job: names})
	w.pass(30 * time.Second)
	w.want("1.3: Source*=trace =positions")
	w.pass(20 * time.Minute)
	w.want("1.4: Source*=trace =positions")
	list := must[[]Change](t)(w.Changes(ctx, rec.String(), 10))
	var kept []string
	for _, c := range list {
		kept = append(kept, c.Trigger)
	}
	if strings.Join(kept, " ") != "exception drop" {
		t.Errorf("kept: %v", kept)
	}
}

func TestJobsAreFollowedForTheirTriggers(t *testing.T) {
	w := newWorld(t)
	w.jobs.detail.Started = query.Wall(w.now.Add(-time.Second).UnixMicro())
	failed := browse.Event{Body: map[string]any{"phase": "triggered"}}
	failed.Kind = event.KindJobCheckpoint
	w.jobs.before = []browse.Event{failed}
	w.write(triggers)
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.Run(running) }()
	var kinds [][]event.Kind
	var where []string
	for range 2 {
		q := <-w.jobs.asked
		kinds = append(kinds, q.Kinds)
		if q.Where != nil {
			where = append(where, q.Where.String())
			q.Unclear(errors.New("no such key: amount"))
		}
	}
	if len(where) != 1 || where[0] != `op == "dedup" && size > 3` {
		t.Errorf("predicates %v, kinds %v", where, kinds)
	}
	e := browse.Event{}
	e.Kind, e.Reason, e.Operator = event.KindDropped, event.DropDuplicate, browse.OperatorRef{Name: "dedup", Slug: "dedup"}
	w.jobs.events <- e
	w.jobs.events <- e // taken when the first was dealt with, or by the other follower
	deadline := time.Now().Add(time.Minute)
	for (len(w.State().Changes) == 0 || w.agents.last().Version == "0.0") && time.Now().Before(deadline) {
		w.jobs.events <- e
	}
	c := w.State().Changes
	if len(c) == 0 || c[len(c)-1].Cause.Text != "dropped duplicate at dedup" && c[len(c)-1].Trigger != "match" {
		t.Errorf("changes %+v", c)
	}
	if u := w.State().Unclear["match"]; u.Events != 1 || u.Last != "no such key: amount" {
		t.Errorf("unclear %+v", u)
	}
	stop()
	<-done
	if got := w.agents.last(); !strings.HasPrefix(got.Version, "1.") || got.Version == "1.0" {
		t.Errorf("agents were told %+v", got)
	}
}

func TestEffectiveTellsWhatTheRulesComeToAndWhatIsApplied(t *testing.T) {
	w := newWorld(t)
	w.write("rules: [{operator: dedup, level: positions, lookback: true}, {payload: hashed, sample: {take: 1, of: 50}}]")
	one := []browse.Level{{Level: "flight", Payload: "hashed", Take: 1, Of: 50}, {Level: "positions", LookBack: true, Payload: "hashed", Take: 1, Of: 50}}
	two := []browse.Level{one[0], {Level: "trace", Payload: "hashed", Take: 1, Of: 50}}
	w.jobs.levels = map[event.Key]browse.Levels{1: {Version: "1.0", Operators: one, Wall: 5}, 2: {Version: "1.1", Operators: two, Wall: 9, Why: "said so by joe"}}
	w.agents.status = []ingest.AgentStatus{
		{Process: "p1", Host: "b", Connected: true, Policy: ingest.PolicyStatus{Version: "1.1", Tasks: 2, Behind: 1}},
		{Process: "p2", Host: "a", Connected: true, Policy: ingest.PolicyStatus{Version: "1.0", Refused: "1.1", Why: "this agent knows no rule with moon"}},
		{Process: "p3", Connected: true}, {Process: "p1", Connected: false},
	}
	must[Change](t)(w.Wish(ctx, browse.Target{Recording: rec}, Wish{Operator: "dedup", Level: "trace", Who: "joe"}))
	e := must[Effective](t)(w.Effective(ctx, browse.Target{Recording: rec}))
	if e.Job != "orders" || e.Told != "1.1" || len(e.Operators) != 2 || len(e.Agents) != 2 {
		t.Fatalf("effective %+v", e)
	}
	source, dedup := e.Operators[0], e.Operators[1]
	if source.Level != "flight" || source.LevelRule != -1 || source.Change != nil || source.PayloadRule != 1 || source.Sample.Of != 50 || len(source.Applied) != 2 {
		t.Errorf("source %+v", source)
	}
	if dedup.Level != "trace" || dedup.Decided.Level != "positions" || dedup.LevelRule != 0 || dedup.Change == nil || dedup.Change.Who != "joe" || len(dedup.Applied) != 2 {
		t.Errorf("dedup %+v", dedup)
	}
	for _, a := range dedup.Applied {
		want := map[int]string{0: "positions+flight/hashed*1:50", 1: "trace/hashed*1:50"}[a.Subtasks[0]]
		if a.Text() != want || len(a.Subtasks) != 1 {
			t.Errorf("applied %+v: %s", a, a.Text())
		}
	}
	if a, b := e.Agents[0], e.Agents[1]; !a.Refuses || a.Lags || a.Policy.Why == "" || b.Refuses || b.Lags || b.Policy.Behind != 1 {
		t.Errorf("agents %+v", e.Agents)
	}
}
