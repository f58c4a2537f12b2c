package browse

import (
	"context"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestTheDoctorSaysWhatIsNotCovered(t *testing.T) {
	s := open(t)
	d, err := s.Doctor(context.Background(), local, s.rec)
	if err != nil {
		t.Fatal(err)
	}
	if d.Lanes[event.LaneOut].Rows == 0 || d.Lanes[event.LaneOut].Bytes == 0 || d.Job.Name == "" {
		t.Errorf("doctor %+v", d)
	}
	words := map[string]string{}
	for _, u := range d.Uncovered {
		words[u.What] = strings.Join(u.Operators, ",")
	}
	if words["state"] == "" {
		t.Errorf("nobody says that state is not recorded: %v", words)
	}
}

func TestHooksAreSummedByIDAndVersion(t *testing.T) {
	hook := func(id, state, class string, fired, nanos, errors int64) Hook {
		return Hook{ID: id, State: state, Class: class, Fired: fired, Nanos: nanos, Errors: errors, Detail: map[bool]string{true: "why"}[state == "failed"]}
	}
	got := hookUses([]Process{
		{Flink: "2.3.0", Hooks: []Hook{hook("out", "fired", "A", 10, 5, 0), hook("out", "waiting", "B", 10, -1, 0), hook("in", "installed", "C", 0, -1, 0)}},
		{Flink: "2.3.0", Hooks: []Hook{hook("out", "failed", "A", 7, 9, 1)}},
		{Flink: "1.20.5", Hooks: []Hook{hook("out", "fired", "A", 3, -1, 0)}},
	})
	if len(got) != 3 || got[0].ID != "in" || got[1].Flink != "1.20.5" || got[1].Fired != 3 || got[1].Nanos != -1 {
		t.Fatalf("%+v", got)
	}
	if u := got[2]; u.State != "failed" || u.Detail != "why" || u.Processes != 2 || u.Fired != 17 || u.Nanos != 9 || u.Errors != 1 || len(u.Classes) != 2 {
		t.Errorf("%+v", u)
	}
}
