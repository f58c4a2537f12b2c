package impact

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

// odcs is a Contracts of one difference.
type odcs struct{ diff ContractDiff }

func (o odcs) Changes(context.Context, string) (ContractDiff, error) { return o.diff, nil }

func TestWeakerPromisesAreToldToWhoReliesOnThem(t *testing.T) {
	p := newPlanted()
	p.users[orders] = []User{reads("uses", 0, true, "customer.city"), reads("other", 0, true, "id"), reads("blind", 0, false), {ID: "job:w", Name: "w", Kind: "job", Writes: true, Seen: noon}}
	e := p.engine()
	e.Contracts = odcs{ContractDiff{ID: "orders", InForce: "1.0.0", Streams: []string{"orders"}, Changes: []ContractChange{
		{Topic: "orders", Path: "customer.city", Text: "required → optional", Weaker: true}, {Topic: "orders", Path: "id", Text: "unique"}, {Text: "version"},
	}}}
	r, err := e.Report(t.Context(), ann, Proposal{Kind: OfContract, Cluster: "shop", Contract: "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := verdicts(r)
	for name, v := range map[string]Verdict{"uses": Maybe, "other": Safe, "blind": Unknown, "w": Maybe} {
		if got[name] != v {
			t.Errorf("%s is %s, want %s", name, got[name], v)
		}
	}
}

// reran is a Replays with one answer.
type reran struct{ got Compared }

func (r reran) Compare(context.Context, access.Principal, string, []Jar, func(int, int)) (Compared, error) {
	return r.got, nil
}

func TestAProgramIsJudgedByWhatItDidAgain(t *testing.T) {
	same := ComparedTask{Task: "totals", Replay: "1", Ran: true, Equal: 9}
	for name, c := range map[string]struct {
		tasks        []ComparedTask
		job, readers Verdict
	}{
		"the same":             {[]ComparedTask{same}, Safe, ""},
		"otherwise":            {[]ComparedTask{same, {Task: "sums", Ran: true, Outputs: 2}}, Maybe, Maybe},
		"some could not":       {[]ComparedTask{same, {Task: "sums", Why: "its jars are gone"}}, Unknown, Unknown},
		"nothing could be run": {nil, Unknown, Unknown},
	} {
		p := newPlanted()
		p.users[orders] = []User{reads("reader", 0, true, "id")}
		e := p.engine()
		e.Replays = reran{Compared{Recording: "r", Tasks: c.tasks, Outputs: []Stream{orders}}}
		r, err := e.Report(t.Context(), ann, Proposal{Kind: OfJar, Job: "totals", Jars: []Jar{{"a.jar", "1"}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := verdicts(r); got["totals"] != c.job || got["reader"] != c.readers {
			t.Errorf("%s: %v", name, got)
		}
	}
}
