package api

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/steering"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// deaf agents are told and say nothing.
type deaf struct{}

func (deaf) StartPolicy(ingest.Policy)                                { /* nobody is there */ }
func (deaf) SetPolicy(context.Context, ingest.Policy) error           { return nil }
func (deaf) SendLookBack(context.Context, ...event.RecordingID) error { return nil }
func (deaf) Agents() []ingest.AgentStatus                             { return nil }

func steer(t *testing.T, b *browse.Browser) *steering.Steering {
	t.Helper()
	db, err := meta.Open(context.Background(), filepath.Join(t.TempDir(), "meta.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := steering.New(context.Background(), steering.Options{Meta: db, Agents: deaf{}, Jobs: b, File: filepath.Join(t.TempDir(), "policy.yaml"), Level: "flight"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put[T any](t *testing.T, f *fixture, method, path, body string, want int) (out T) {
	t.Helper()
	status, _, answer := send2(t, f, method, Base+path, body)
	if status != want {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestThePolicyIsCheckedSetAndWrittenDown(t *testing.T) {
	f := open(t, local)
	r := put[PolicyReport](t, f, http.MethodPost, "/recording-policy/check", `{"text":"level: deep\nrules: 7"}`, 200)
	if len(r.Mistakes) != 2 || r.Mistakes[1].Line != 2 {
		t.Errorf("mistakes %+v", r)
	}
	r = put[PolicyReport](t, f, http.MethodPut, "/recording-policy", `{"text":"level: trace","dry_run":true}`, 200)
	if r.Version != nil || len(r.Moves) == 0 || r.Moves[0].From != "flight" || r.Moves[0].To != "trace" {
		t.Errorf("report %+v", r)
	}
	if p := answerOf[RecordingPolicy](t, f, "/recording-policy"); p.Version != 0 || p.Told != "0.0" || len(p.Mistakes) != 0 || f.audit.Len() != 0 {
		t.Errorf("policy %+v, audit %s", p, f.audit)
	}
	r = put[PolicyReport](t, f, http.MethodPut, "/recording-policy", `{"text":"triggers: [{on: drop}]\nlevel: positions","why":"night","base":"0"}`, 200)
	if r.Version == nil || *r.Version != 1 {
		t.Errorf("report %+v", r)
	}
	for _, line := range []string{`"action":"record:write"`, `"resource":"policy/recording"`, `"ranges":["0 rules, 1 triggers"]`, `"reason":"night"`, `"outcome":"ok"`} {
		if !strings.Contains(f.audit.String(), line) {
			t.Errorf("the log lacks %s: %s", line, f.audit)
		}
	}
	if p := put[Problem](t, f, http.MethodPut, "/recording-policy", `{"text":"level: flight","base":"0"}`, 409); !strings.Contains(p.Detail, "changed meanwhile") {
		t.Errorf("problem %+v", p)
	}
	if p := answerOf[RecordingPolicy](t, f, "/recording-policy"); p.Version != 1 || p.Why != "night" || p.Who != "local:ann" || len(p.Triggers) != 1 || p.Triggers[0].Seconds != 600 {
		t.Errorf("policy %+v", p)
	}
	if v := answerOf[List[PolicyVersion]](t, f, "/recording-policy/versions"); len(v.Items) != 1 {
		t.Errorf("versions %+v", v)
	}
}

func TestLevelsOfAJobChangeForAWhile(t *testing.T) {
	f := open(t, local)
	job := "/jobs/" + f.truth.Totals.String()
	e := answerOf[EffectivePolicy](t, f, "/recording-policy/effective?job="+f.truth.Totals.String())
	if len(e.Operators) == 0 || e.Operators[0].Level != "flight" || e.Operators[0].Rule != "the default" || e.Operators[0].Pending {
		t.Fatalf("effective %+v", e)
	}
	op := e.Operators[0].Op
	plan := put[LevelChange](t, f, http.MethodPost, job+"/levels", `{"operator":"`+op+`","level":"trace","dry_run":true}`, 200)
	if len(plan.Operators) != 1 || plan.Operators[0].From != "flight" || f.audit.Len() != 0 {
		t.Errorf("plan %+v", plan)
	}
	c := put[LevelChange](t, f, http.MethodPost, job+"/levels", `{"operator":"`+op+`","level":"trace","for_s":60,"why":"to see"}`, 200)
	e = answerOf[EffectivePolicy](t, f, "/recording-policy/effective?job="+f.truth.Totals.String())
	if e.Operators[0].Level != "trace" || e.Operators[0].Rule != "said so by ann" || e.Operators[0].Change.ID != c.ID || e.Told != "0.1" {
		t.Errorf("effective %+v", e.Operators[0])
	}
	if !strings.Contains(f.audit.String(), `"ranges":["level trace of `+op+` for 1m0s"]`) {
		t.Errorf("audit %s", f.audit)
	}
	put[Problem](t, f, http.MethodPost, job+"/levels", `{"operator":"nobody","level":"trace"}`, 400)
	put[Problem](t, f, http.MethodPost, job+"/levels", `{"level":"deep"}`, 422)
	ended := put[LevelChange](t, f, http.MethodDelete, job+"/levels/"+"1", "", 200)
	if ended.Ended == nil || ended.ID != c.ID {
		t.Errorf("ended %+v", ended)
	}
	put[Problem](t, f, http.MethodDelete, job+"/levels/1", "", 404)
	if l := answerOf[List[LevelChange]](t, f, job+"/levels"); len(l.Items) != 1 || l.Items[0].Why != "to see" {
		t.Errorf("list %+v", l)
	}
}
