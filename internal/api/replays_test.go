package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// keptReplays is a Replays that remembers what it was asked for, and has one that diverged.
type keptReplays struct {
	rec   event.RecordingID
	asked []string
	first *ReplayParting
	key   string
	full  bool
}

func (k *keptReplays) run() ReplayRun {
	return ReplayRun{
		ID: "1", Recording: k.rec.String(), State: "done", Key: k.key, Derived: k.rec.String(), Findings: []ReplayFinding{}, Senders: []ReplaySender{}, Created: &Time{},
		Verdict: &ReplayVerdict{Verdict: "diverged", Text: "they differ", First: k.first, Causes: []ReplayCause{}, Notes: []string{}},
		Error:   "java.lang.Error: of 4711",
	}
}

func (k *keptReplays) Plan(_ context.Context, _ browse.Target, a browse.AttemptOf) (ReplayPlan, error) {
	return ReplayPlan{Key: a.Key.String(), Task: a.Task, Findings: []ReplayFinding{}, Senders: []ReplaySender{}, Before: []ReplayRun{k.run()}, Starts: []ReplayStart{}}, nil
}

func (k *keptReplays) Start(_ context.Context, t browse.Target, w ReplayRequest) (ReplayRun, error) {
	asked := fmt.Sprintf("%s %s %d.%d from %d to %d by %s", t.Recording.String()[:4], w.Attempt.Operator, w.Attempt.Subtask, w.Attempt.Attempt, w.From, w.To, w.Who)
	for _, c := range w.Changes {
		asked += fmt.Sprintf(" %s@%d", c.Kind, c.At)
	}
	if w.Variant != nil {
		asked += fmt.Sprintf(" %d jars, %d settings", len(w.Variant.Jars), len(w.Variant.Config))
	}
	k.asked = append(k.asked, asked)
	if k.full {
		return ReplayRun{}, Refuse(http.StatusTooManyRequests, "too many wait", "wait")
	}
	return k.run(), nil
}

func (k *keptReplays) List(context.Context, event.RecordingID, int) ([]ReplayRun, error) {
	return []ReplayRun{k.run()}, nil
}

func (k *keptReplays) Get(_ context.Context, id string) (ReplayRun, error) {
	if id != "1" {
		return ReplayRun{}, Refuse(http.StatusNotFound, "there is no such replay", "sightglass replays lists them")
	}
	return k.run(), nil
}

func (k *keptReplays) Cancel(_ context.Context, id string) (ReplayRun, error) {
	k.asked = append(k.asked, "cancel "+id)
	return k.run(), nil
}

func (k *keptReplays) Remove(_ context.Context, id string) (ReplayRun, error) {
	k.asked = append(k.asked, "remove "+id)
	return k.run(), nil
}

func (k *keptReplays) Differences(context.Context, string, int) ([]DifferenceOf, uint64, error) {
	return nil, 0, nil
}

func (k *keptReplays) AddJar(_ context.Context, b []byte) (ReplayJar, error) {
	k.asked = append(k.asked, fmt.Sprintf("jar of %d bytes", len(b)))
	return ReplayJar{ID: "4a"}, nil
}

func (k *keptReplays) Derived(context.Context, event.RecordingID) (*DerivedFrom, error) {
	return nil, nil
}

func TestAReplayIsAskedForByPositionOrTask(t *testing.T) {
	f := open(t, local)
	rec, at := f.truth.Totals, f.truth.Orders[5].Source
	of, err := f.browser.Attempt(t.Context(), browse.Target{Recording: rec}, browse.Position{Key: at.Attempt, Invocation: at.Number})
	if err != nil {
		t.Fatal(err)
	}
	path := Base + "/recordings/" + rec.String() + "/replays"
	post := func(body string) (int, string) {
		status, _, answer := send2(t, f, http.MethodPost, path, body)
		return status, string(answer)
	}
	for body, want := range map[string]string{
		fmt.Sprintf(`{"position":%q}`, at.String()):                                                        fmt.Sprintf("%d.%d from %d to 0 by ", of.Subtask, of.Attempt, at.Number),
		fmt.Sprintf(`{"position":%q,"to":"here"}`, at.String()):                                            fmt.Sprintf("from %d to %d by ", at.Number, at.Number),
		fmt.Sprintf(`{"position":%q,"changes":[{"kind":"remove"},{"kind":"swap","at":"3"}]}`, at.String()): fmt.Sprintf(" remove@%d swap@3", at.Number),
		fmt.Sprintf(`{"position":%q,"variant":{"jars":[{"id":"4a"}],"config":{"a":"b"}}}`, at.String()):    " 1 jars, 1 settings",
		fmt.Sprintf(`{"task":%q,"subtask":1,"to":"9"}`, of.Operator):                                       "1.0 from 0 to 9 by ",
		fmt.Sprintf(`{"task":%q,"subtask":0,"attempt":"0"}`, of.Operator):                                  "0.0 from 0 to 0 by ",
	} {
		f.replays.asked = nil
		if status, answer := post(body); status != http.StatusOK || len(f.replays.asked) != 1 || !strings.Contains(f.replays.asked[0], want) {
			t.Errorf("%s: %d %s: asked %q, want %q", body, status, answer, f.replays.asked, want)
		}
	}
	f.replays.asked = nil
	for body, want := range map[string]int{
		`{}`: http.StatusBadRequest, `{"position":"x"}`: http.StatusBadRequest, `{"task":"nobody"}`: http.StatusNotFound,
		fmt.Sprintf(`{"task":%q,"subtask":99}`, of.Operator):               http.StatusNotFound,
		fmt.Sprintf(`{"task":%q,"attempt":"-1"}`, of.Operator):             http.StatusBadRequest,
		fmt.Sprintf(`{"task":%q,"to":"here"}`, of.Operator):                http.StatusBadRequest,
		fmt.Sprintf(`{"position":%q,"to":"soon"}`, at.String()):            http.StatusBadRequest,
		fmt.Sprintf(`{"position":%q,"task":%q}`, at.String(), of.Operator): http.StatusBadRequest,
	} {
		if status, answer := post(body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, answer, want)
		}
	}
	if len(f.replays.asked) > 0 {
		t.Errorf("a wish that makes no sense was handed on: %q", f.replays.asked)
	}
	f.replays.full = true
	if status, _ := post(fmt.Sprintf(`{"position":%q}`, at.String())); status != http.StatusTooManyRequests {
		t.Errorf("a full queue: %d", status)
	}
	for _, want := range []string{`"action":"job:replay"`, "replay attempt "} {
		if !strings.Contains(f.audit.String(), want) {
			t.Errorf("the audit log does not say %s", want)
		}
	}
}

func TestTheFirstDifferenceIsDecodedFieldByField(t *testing.T) {
	f := open(t, local)
	a, b := f.truth.Orders[5], f.truth.Orders[6]
	f.replays.key = a.Source.Attempt.String()
	if a.Source.Attempt != b.Source.Attempt {
		t.Fatal("the orders are of two subtasks: choose others")
	}
	f.replays.first = &ReplayParting{Number: 6, Recorded: &ReplayPlace{Invocation: I64(a.Source.Number)}, Replayed: &ReplayPlace{Invocation: I64(b.Source.Number)}}
	d := answerOf[ReplayDifference](t, f, "/replays/1/difference")
	if d.Recorded == nil || d.Replayed == nil || len(d.Fields) == 0 || d.Fields[0].Recorded == d.Fields[0].Replayed {
		t.Errorf("%+v", d)
	}
	f.replays.first.Replayed = nil
	if d = answerOf[ReplayDifference](t, f, "/replays/1/difference"); d.Recorded == nil || d.Replayed != nil || len(d.Fields) > 0 {
		t.Errorf("%+v", d)
	}
	f.replays.first.Recorded.Nth = 99
	if d = answerOf[ReplayDifference](t, f, "/replays/1/difference"); d.Recorded != nil || d.Note == "" {
		t.Errorf("%+v", d)
	}
}

func TestFieldsThatDiffer(t *testing.T) {
	leaf := func(name, kind, value string) access.Node { return access.Node{Name: name, Kind: kind, Value: value} }
	a := access.Node{Kind: "object", Items: []access.Node{leaf("id", "int", "1"), leaf("name", "string", "x"), {Name: "tags", Kind: "list", Items: []access.Node{leaf("", "int", "1")}}}}
	b := access.Node{Kind: "object", Items: []access.Node{leaf("id", "int", "2"), leaf("name", "null", ""), {Name: "tags", Kind: "list", Items: []access.Node{leaf("", "int", "1"), leaf("", "int", "7")}}}}
	got, err := json.Marshal(fieldsChanged(nil, "", &a, &b))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"path":"id","recorded":"1","replayed":"2"},{"path":"name","recorded":"x","replayed":"null"},{"path":"tags.1","replayed":"7"}]`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}
