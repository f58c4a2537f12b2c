package impact

import (
	"context"
	"slices"
	"strings"
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
	same := ComparedTask{Task: "totals", Replay: "1", Ran: true, Equal: 9, Of: 2, UpTo: 90, Last: 100}
	for name, c := range map[string]struct {
		tasks        []ComparedTask
		job, readers Verdict
		says         string
	}{
		"the same":                         {[]ComparedTask{same}, Safe, "", "the same: 9 outputs (subtask 0 of 2, attempt 0, up to invocation 90 of 100)"},
		"a part":                           {[]ComparedTask{same, {Task: "sums", Ran: true, Equal: 9, UpTo: 20_000, Last: 5_000_000}}, Maybe, Maybe, "up to invocation 20000 of 5000000"},
		"otherwise":                        {[]ComparedTask{same, {Task: "sums", Ran: true, Outputs: 2, First: "sums.0.0.7", Part: "Sum.add (Sum.java:12)"}}, Maybe, Maybe, "2 outputs and 0 entries of state differ, 0 outputs are the same; the first at sums.0.0.7; the code parted at Sum.add (Sum.java:12)"},
		"only its way":                     {[]ComparedTask{{Task: "sink", Ran: true, Else: "it took another way"}}, Maybe, Maybe, "it took another way"},
		"some could not":                   {[]ComparedTask{same, {Task: "sums", Why: "its jars are gone"}}, Unknown, Unknown, "not compared: its jars are gone"},
		"nothing could be run":             {nil, Unknown, Unknown, ""},
		"it throws":                        {[]ComparedTask{same, {Task: "sums", Ran: true, Thrown: "it threw ArithmeticException in Sum.add (Sum.java:12) at invocation 7"}}, Broken, Maybe, "it threw ArithmeticException in Sum.add"},
		"it throws, perhaps of the replay": {[]ComparedTask{{Task: "sums", Ran: true, Thrown: "it threw NullPointerException at invocation 7", Empty: true}}, Maybe, Maybe, "it threw NullPointerException"},
		"the replay proves nothing":        {[]ComparedTask{{Task: "sums", Ran: true, Equal: 9, Soft: "that a replay does what was recorded is not shown"}}, Unknown, Unknown, "is not shown"},
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
		if !slices.ContainsFunc(r.Systems, func(s System) bool {
			return s.Name == "totals" && slices.ContainsFunc(s.Evidence, func(e Evidence) bool { return e.Kind == "replay" && strings.Contains(e.Detail, c.says) })
		}) && c.says != "" {
			t.Errorf("%s: %+v", name, r.Systems)
		}
	}
}
