package replay

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestWhatAReplayProves(t *testing.T) {
	differ := &Difference{Number: 3, Recorded: &Output{Operator: 1, Invocation: 7}, Replayed: &Output{Operator: 1, Invocation: 7}}
	threw := &Thrown{Invocation: 9, Text: "java.lang.IllegalStateException: of order 4711"}
	all := func(c Comparison) Result {
		return Result{Whole: true, Compared: c, Report: Report{How: "finished", Invocation: 10}}
	}
	for name, c := range map[string]struct {
		change  func(*Result)
		of      Comparison
		verdict string
		text    string
		cause   string
	}{
		"equal":                         {nil, Comparison{Recorded: 5, Replayed: 5, Equal: 5}, Exact, "5 outputs are equal", ""},
		"up to a lost input":            {func(r *Result) { r.Whole = false }, Comparison{Recorded: 5, Equal: 5}, Exact, "up to invocation 10 of 20", ""},
		"nothing to compare":            {nil, Comparison{}, Nothing, "nothing to hold the replay against", ""},
		"nothing given, the same steps": {func(r *Result) { r.Steps = Steps{Recorded: 8, Equal: 8} }, Comparison{}, Exact, "8 elements, timers and watermarks", ""},
		"nothing given, another way":    {func(r *Result) { r.Steps = Steps{Recorded: 8, Equal: 7, First: 3} }, Comparison{}, Diverged, "at invocation 3 it did something else", "untold"},
		"nothing given, ways unknown":   {func(r *Result) { r.Steps = Steps{Recorded: 8, Equal: 8, Pathless: 8} }, Comparison{}, Nothing, "nothing to hold", ""},
		"all bytes withheld":            {nil, Comparison{Recorded: 5, Replayed: 5, Equal: 5, Unseen: 5}, Nothing, "bytes of what the task gave were not recorded", ""},
		"some bytes withheld":           {nil, Comparison{Recorded: 5, Replayed: 5, Equal: 5, Unseen: 2}, Exact, "5 outputs are equal", ""},
		"another value":                 {nil, Comparison{Recorded: 5, Replayed: 5, Equal: 4, First: differ}, Diverged, "output 3, invocation 7, operator sum: the outputs differ; 2 before it", "untold"},
		"one too few":                   {nil, Comparison{Recorded: 5, Replayed: 4, First: &Difference{Number: 5, Recorded: &Output{Invocation: 9}}}, Diverged, "did not give one", "untold"},
		"one too many":                  {nil, Comparison{Recorded: 4, Replayed: 5, First: &Difference{Number: 5, Replayed: &Output{Invocation: 9}}}, Diverged, "that the recording lacks", "untold"},
		"another order":                 {func(r *Result) { r.seen.perChannel = true }, Comparison{Recorded: 5, Replayed: 5, First: differ}, PerKey, "the order between places is another", "untold"},
		"a surplus read":                {func(r *Result) { r.Report.SurplusReads = 1; r.seen.reordered = true }, Comparison{First: differ}, Diverged, "differ", "reads"},
		"a map's order":                 {func(r *Result) { r.seen.reordered = true }, Comparison{First: differ}, Diverged, "differ", "order"},
		"the same exception": {func(r *Result) {
			r.Report.Thrown, r.seen = threw, seen{threw: true, sameThrow: true, threwAt: 9, class: "IllegalStateException"}
		}, Comparison{Recorded: 5, Equal: 5}, Exact, "threw the same IllegalStateException at invocation 9", ""},
		"only the exception": {func(r *Result) {
			r.Report.Thrown, r.seen = threw, seen{threw: true, sameThrow: true, threwAt: 9, class: "IllegalStateException"}
		}, Comparison{}, Exact, "gave no outputs", ""},
		"another exception":          {func(r *Result) { r.Report.Thrown, r.seen = threw, seen{threw: true, threwAt: 9, class: "Error"} }, Comparison{Recorded: 5, Equal: 5}, Diverged, "threw another exception", "untold"},
		"its own exception":          {func(r *Result) { r.Report.Thrown = threw }, Comparison{Recorded: 5, Equal: 5}, Diverged, "it threw IllegalStateException; the recorded attempt did not", "untold"},
		"no exception at all":        {func(r *Result) { r.seen = seen{threw: true, threwAt: 10, class: "Error"} }, Comparison{Recorded: 5, Equal: 5}, Diverged, "the replay did not", "untold"},
		"counted":                    {nil, Comparison{Recorded: 4, Replayed: 4, Equal: 4, Untold: 9, Numbered: 4, Barriers: Barriers{Compared: 6, Equal: 6}}, Counted, "9 outputs were counted alone when they were recorded", ""},
		"counted, another way":       {func(r *Result) { r.Steps = Steps{Recorded: 8, Equal: 7, First: 3} }, Comparison{Untold: 9, Barriers: Barriers{Compared: 6, Equal: 6}}, Diverged, "at invocation 3 it did something else", "untold"},
		"counted, one too few":       {nil, Comparison{Untold: 9, Barriers: Barriers{Compared: 6, Equal: 5, First: &BarrierDifference{3, 2, 8, 7}}}, Diverged, "at the barrier of checkpoint 3 it had sent 7 elements to subpartition 2", "untold"},
		"places of writes alone":     {nil, Comparison{Recorded: 4, Replayed: 4, Equal: 4, Unseen: 4, Placed: 4}, Counted, "4 records were written by the invocations", ""},
		"counted, and nothing is":    {nil, Comparison{Untold: 9}, Nothing, "nothing to hold the replay against", ""},
		"counted, another watermark": {nil, Comparison{Untold: 9, Recorded: 4, Equal: 2, First: differ}, Diverged, "the outputs differ", "untold"},
		"counted one too few, and the same exception": {func(r *Result) {
			r.Report.Thrown, r.seen = threw, seen{threw: true, sameThrow: true, threwAt: 9, class: "IllegalStateException"}
		}, Comparison{Untold: 9, Barriers: Barriers{Compared: 6, Equal: 5, First: &BarrierDifference{3, 2, 8, 7}}}, Diverged, "it had sent 7 elements", "untold"},
		"counted, the same steps, no counts":                        {func(r *Result) { r.Steps = Steps{Recorded: 8, Equal: 8} }, Comparison{Untold: 9}, Nothing, "nothing to hold the replay against", ""},
		"counted, the same state, no counts":                        {func(r *Result) { r.State = StateComparison{Recorded: 2, Compared: 2, Equal: 2} }, Comparison{Untold: 9}, Nothing, "nothing to hold the replay against", ""},
		"places of writes, and outputs that are counted by nothing": {nil, Comparison{Recorded: 4, Replayed: 4, Equal: 4, Unseen: 4, Placed: 4, Untold: 9}, Nothing, "were not recorded", ""},
		"masked, other values alone":                                {func(r *Result) { r.Masked = true }, Comparison{Recorded: 5, Replayed: 5, Equal: 3, First: differ}, PathEqual, "3 of 5 outputs are equal", "masked"},
		"masked, another way": {func(r *Result) { r.Masked = true }, Comparison{Recorded: 5, Replayed: 4, Equal: 3, First: differ, Way: &Difference{Number: 5, Recorded: &Output{Operator: 1, Invocation: 9}}},
			Diverged, "output 5, invocation 9, operator sum: the replay did not give one", "masked"},
		"masked, other steps":                {func(r *Result) { r.Masked, r.Steps = true, Steps{Recorded: 8, Equal: 7, First: 3} }, Comparison{Recorded: 5, Replayed: 5, Equal: 3, First: differ}, Diverged, "the outputs differ", "masked"},
		"masked, and equal":                  {func(r *Result) { r.Masked = true }, Comparison{Recorded: 5, Replayed: 5, Equal: 5}, Exact, "5 outputs are equal", ""},
		"masked, some bytes taken away":      {func(r *Result) { r.Masked = true }, Comparison{Recorded: 5, Replayed: 5, Equal: 5, Unseen: 2}, PathEqual, "as far as the file has their bytes", "masked"},
		"not masked, values differ the same": {nil, Comparison{Recorded: 5, Replayed: 5, Equal: 3, First: differ}, Diverged, "the outputs differ", "untold"},
		"stuck":                              {func(r *Result) { r.Report.How = "stuck" }, Comparison{Recorded: 5, Equal: 5}, Diverged, "waited for something", "untold"},
	} {
		t.Run(name, func(t *testing.T) {
			r := all(c.of)
			if c.change != nil {
				c.change(&r)
			}
			j := judge(&r, &Plan{Last: 20}, []event.ChainOperatorDef{{Index: 1, Name: "Sum"}})
			if j.Verdict != c.verdict || !strings.Contains(j.Text, c.text) {
				t.Errorf("%s: %s", j.Verdict, j.Text)
			}
			if cause := ""; len(j.Causes) > 0 {
				if cause = j.Causes[0].Kind; cause != c.cause {
					t.Errorf("likeliest cause: %s", cause)
				}
			} else if c.cause != "" {
				t.Errorf("no cause, want %s", c.cause)
			}
			if strings.Contains(j.Text+strings.Join(j.Notes, " "), "4711") {
				t.Error("the message of an exception is payload")
			}
		})
	}
}

func TestAnExceptionIsComparedByItsInnermostCause(t *testing.T) {
	e := &thrown{Class: "org.apache.Wrapper", Message: "x", Cause: &thrown{Class: "a.B", Message: "no rate for ISK"}}
	for text, want := range map[string]bool{"a.B: no rate for ISK": true, "a.B: no rate for CHF": false, "a.C: no rate for ISK": false} {
		if e.innermost().is(text) != want {
			t.Errorf("%q: not %v", text, want)
		}
	}
	if cut := (&thrown{Class: "a.B", Message: "no rate f…"}); !cut.is("a.B: no rate for ISK") || cut.is("a.B: no ratio") {
		t.Error("a message that was recorded cut")
	}
	if bare := (&thrown{Class: "a.B"}); !bare.is("a.B") || bare.is("a.B: x") {
		t.Error("an exception without a message")
	}
}
