package impact

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/language"
)

// fed is a Reruns with one answer.
type fed struct {
	reran
	task  ComparedTask
	err   error
	asked *[]string
}

func (f fed) Without(_ context.Context, _ access.Principal, system string, of Stream, fields []string, last int) (ComparedTask, int, error) {
	*f.asked = append(*f.asked, system+" "+of.Topic+" "+strings.Join(fields, ","))
	return f.task, min(last, 40), f.err
}

// A recorded job that reads the stream runs again on what would be written: that can make its verdict worse and never better, and where it is not run the
// evidence says why.
func TestRecordedJobsRunAgainOnWhatWouldBeWritten(t *testing.T) {
	const not = "not replayed: "
	drop := Proposal{Kind: OfDrop, Topic: "orders", Drop: "amount", Replay: true}
	unasked := drop
	unasked.Replay = false
	for name, c := range map[string]struct {
		task     ComparedTask
		err      error
		of       Proposal
		language language.Kind
		reads    string
		want     Verdict
		says     string
	}{
		"the same":                        {ComparedTask{Ran: true, Equal: 9, Task: "source"}, nil, drop, "", "id", Safe, "with the last 40 records that it read as they would be written: the same: 9 outputs"},
		"otherwise":                       {ComparedTask{Ran: true, Outputs: 3, Task: "source"}, nil, drop, "", "id", Maybe, "3 outputs"},
		"the same of one that uses it":    {ComparedTask{Ran: true, Equal: 9, Task: "source"}, nil, drop, "", "amount", Maybe, "the same"},
		"it throws":                       {ComparedTask{Ran: true, Thrown: "it threw X in Parse.map (Parse.java:3) at invocation 7"}, nil, drop, "", "id", Broken, "it threw X"},
		"the replay proves nothing":       {ComparedTask{Ran: true, Thrown: "it threw X", Soft: "not shown"}, nil, drop, "", "id", Safe, "not shown"},
		"it could not be run":             {ComparedTask{Why: "its jars are gone"}, nil, drop, "", "id", Safe, not + "its jars are gone"},
		"it may not be run":               {ComparedTask{}, errors.New("you may not"), drop, "", "id", Safe, not + "you may not"},
		"nobody asked":                    {ComparedTask{}, nil, unasked, "", "id", Safe, not + "it was not asked for"},
		"records of Avro":                 {ComparedTask{}, nil, drop, language.Avro, "id", Maybe, not + "records of AVRO are not written anew"},
		"another change than fields that": {ComparedTask{}, nil, Proposal{Kind: OfSchema, Topic: "orders", Schema: schemaText(field{"id", "long", false}), Replay: true}, language.Avro, "id", Maybe, not + "records of AVRO"},
	} {
		p := newPlanted()
		u := reads("totals", 0, true, c.reads)
		u.ID, u.Kind = "job:totals", "job"
		p.users[orders] = []User{u, reads("group", 0, true, "id")}
		if c.language != "" {
			p.latest["orders-value"] = &Registered{Subject: "orders-value", Version: 1, Language: c.language, Text: schemaText(field{"id", "string", false}, field{"amount", "int", false})}
		}
		e, asked := p.engine(), []string{}
		e.Replays = fed{task: c.task, err: c.err, asked: &asked}
		r, err := e.Report(t.Context(), ann, c.of, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Systems {
			at := slices.IndexFunc(s.Evidence, func(e Evidence) bool { return e.Kind == "replay" && strings.Contains(e.Detail, c.says) })
			switch {
			case s.Kind == "job" && (s.Verdict != c.want || at < 0):
				t.Errorf("%s: %+v", name, s)
			case s.Kind != "job" && slices.ContainsFunc(s.Evidence, func(e Evidence) bool { return e.Kind == "replay" }):
				t.Errorf("%s: a group was run again: %+v", name, s)
			}
		}
		if ran := len(asked) > 0; ran == strings.HasPrefix(c.says, not) && c.err == nil && c.task.Why == "" || ran && asked[0] != "job:totals orders amount" {
			t.Errorf("%s: asked %q", name, asked)
		}
	}
}
