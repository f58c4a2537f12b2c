package impact

import (
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/language"
)

// mostAgain records of a job are fed otherwise in one replay.
const mostAgain = 100

// again runs a recorded job that reads the stream again, on its last records as they would be written, and says what came of it; or why it was not run.
// It can only make a verdict worse: that a job did the same with some records shows nothing of the others.
func (w *work) again(u *User, is *proposed, s *System) error {
	if u.Kind != "job" {
		return nil // nothing of it was recorded
	}
	say := func(source, format string, args ...any) {
		s.Evidence = append(s.Evidence, Evidence{"replay", source, w.Now(), fmt.Sprintf(format, args...)})
	}
	if why := w.notAgain(is); why != "" {
		say(u.Name, "not replayed: %s", why)
		return nil
	}
	w.progress("replays", 0, 1)
	t, n, err := w.Replays.(Reruns).Without(w.ctx, w.who, u.ID, w.out.Stream, is.drop, mostAgain)
	if err != nil {
		if w.ctx.Err() != nil || !unavailable(err) {
			return err
		}
		say(u.Name, "not replayed: %v", err)
		return nil
	}
	if !t.Ran {
		say(u.Name, "not replayed: %s", t.Why)
		return nil
	}
	source := t.Task + ", replay " + t.Replay
	what := fmt.Sprintf("with the last %d records that it read as they would be written", n)
	say(source, "%s: %s", what, t.words())
	if t.Soft != "" {
		say(source, "%s", t.Soft)
		return nil
	}
	switch {
	case s.Verdict == Unknown && w.stale(u):
	case t.Thrown != "":
		s.Verdict, s.Why = Broken, "run again "+what+", "+t.Thrown
	case t.differs() && (s.Verdict == Safe || s.Verdict == Maybe):
		s.Verdict, s.Why = Maybe, "run again "+what+", it does otherwise"
	}
	return nil
}

// notAgain says why recorded jobs are not run again for a proposal; empty: they are.
func (w *work) notAgain(is *proposed) string {
	if _, ok := w.Replays.(Reruns); !ok {
		return "this server runs nothing again"
	}
	if !w.p.Replay {
		return "it was not asked for (check --replay)"
	}
	if w.language != "" && w.language != language.JSONSchema {
		return fmt.Sprintf("records of %s are not written anew for a replay, those of JSON are", w.language)
	}
	rest := func(c Change) bool { return c.Kind != "field-removed" && !c.harmless }
	if i := slices.IndexFunc(w.out.Changes, rest); i >= 0 {
		return "only fields that go are taken out of recorded records, and " + w.out.Changes[i].Text
	}
	if len(is.drop) == 0 {
		return "no field goes"
	}
	return ""
}
