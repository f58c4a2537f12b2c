package replay

import "fmt"

// changed makes of what a replay proves what one with changes says: it is no proof of the recording, whatever came of it.
func (j *Judgement) changed(r *Result) {
	switch j.Verdict {
	case Exact, Solved:
		j.Verdict = Unchanged
		j.Text = "what was changed made no difference: " + j.Text
	case PerKey, PathEqual:
		j.Verdict = Diverged
	}
	soft := fmt.Sprintf("what was changed is not proven to be what production would have done: %d reads of clocks or random numbers had to be given without a recorded one, %d recorded ones were left, "+
		"at %d places something happened more or less often, %d recorded steps found nothing to do", r.Report.SurplusReads, r.Report.LeftReads, r.Report.Renumbered, len(r.Report.Problems))
	notes := []string{soft}
	for _, w := range r.changed() {
		notes = append(notes, "changed: "+w)
	}
	j.Notes = append(notes, j.Notes...)
}

// changed says what was otherwise.
func (r *Result) changed() (all []string) {
	for i := range r.Changes {
		all = append(all, r.Changes[i].words())
	}
	return append(all, r.Variant.words()...)
}
