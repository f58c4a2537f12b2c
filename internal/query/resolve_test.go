package query

import (
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// What a replay derived is no run of its job: the job's name means what was recorded, as it is written and as a slug.
func TestANameDoesNotMeanWhatAReplayDerived(t *testing.T) {
	s := newScript(t)
	for _, line := range []string{
		"recording R", "process P", "attempt A process=P vertex=V chain=v/map///", "block A det", "mail inv=1 wall=100",
		// The derived one is newer, and of the job of the same name.
		"recording D", "process Q", "attempt B process=Q vertex=V chain=v/map///", "block B det", "mail inv=1 wall=200",
	} {
		s.scriptLine(line)
	}
	s.finish()
	s.define(event.DefProcess, event.ProcessDef{Process: s.hex16("process Q"), Role: event.RoleReplay})
	derived := *s.attempts["B"]
	derived.JobName = s.attempts["A"].JobName
	s.define(event.DefAttempt, derived)
	for _, name := range []string{derived.JobName, Slug(derived.JobName)} {
		id, err := s.engine.Resolve(t.Context(), name)
		if want := event.RecordingID(s.id16("R")); err != nil || id != want {
			t.Errorf("%q is %v, not %v: %v", name, id, want, err)
		}
	}
}
