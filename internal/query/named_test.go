package query

import "testing"

func TestNamesOfJobsAreNoDerivedRecordings(t *testing.T) {
	jobs := []Job{{Name: "two-inputs", Version: "derived", Derived: true}, {Name: "Two Inputs", Version: "other"}, {Name: "two-inputs", Version: "run"}}
	for text, want := range map[string]string{"two-inputs": "other", "Two Inputs": "other"} {
		if j := named(jobs, text); j == nil || j.Version != want {
			t.Errorf("%s is %+v", text, j)
		}
	}
	if j := named(jobs[:1], "two-inputs"); j != nil {
		t.Errorf("what a replay derived was taken for a run: %+v", j)
	}
}
