package impact

import (
	"fmt"
	"time"
)

// jar judges another version of a job's program, by running what is recorded of it again, beside an unchanged run.
func (w *work) jar() error {
	if w.Replays == nil {
		return fmt.Errorf("%w: this server runs nothing again", ErrProposal)
	}
	got, err := w.Replays.Compare(w.ctx, w.who, w.p.Job, w.p.Jars, func(done, of int) { w.progress("replays", done, of) })
	if err != nil {
		return err
	}
	now := w.Now()
	job := System{ID: "job:" + w.p.Job, Name: w.p.Job, Kind: "job", Role: "program", Seen: now, Changes: []int{}, Verdict: Safe, Link: "/r/" + got.Recording + "/events"}
	differ, ran := int64(0), 0
	for i := range got.Tasks {
		t := &got.Tasks[i]
		if !t.Ran {
			w.note("%s was not run again: %s", t.Task, t.Why)
			job.Evidence = append(job.Evidence, Evidence{"replay", t.Task, now, "not run again: " + t.Why})
			continue
		}
		ran++
		differ += t.Outputs + t.State
		detail := fmt.Sprintf("%d outputs and %d entries of state differ, %d outputs are the same", t.Outputs, t.State, t.Equal)
		if t.Part != "" {
			detail += "; first: " + t.Part
		}
		job.Evidence = append(job.Evidence, Evidence{"replay", t.Task + ", replay " + t.Replay, now, detail})
		if t.Outputs+t.State > 0 {
			w.out.Changes = append(w.out.Changes, Change{Kind: "program", Path: "", Text: t.Task + ": " + detail, everywhere: true})
			job.Changes = append(job.Changes, len(w.out.Changes)-1)
		}
	}
	switch {
	case ran == 0:
		job.Verdict, job.Why = Unknown, "nothing of it could be run again"
	case differ > 0:
		job.Verdict, job.Why = Maybe, fmt.Sprintf("it does otherwise than recorded in %d of %d tasks", len(job.Changes), len(got.Tasks))
	case ran < len(got.Tasks):
		job.Verdict, job.Why = Unknown, fmt.Sprintf("%d of %d tasks did the same, the others could not be run again", ran, len(got.Tasks))
	default:
		job.Why = fmt.Sprintf("all %d recorded tasks did the same", ran)
	}
	w.out.Systems = append(w.out.Systems, job)
	if job.Verdict == Safe {
		return nil
	}
	for _, s := range got.Outputs {
		if err := w.readers(s, job.Verdict, now); err != nil {
			return err
		}
	}
	return nil
}

// readers gives those who read what a job writes a verdict: they read what the program does otherwise.
func (w *work) readers(s Stream, of Verdict, now time.Time) error {
	users, hidden, err := w.Estate.Users(w.ctx, w.who, s)
	if err != nil {
		return err
	}
	w.out.Hidden += hidden
	for i := range users {
		u := &users[i]
		if !u.Reads || w.gone(u) {
			continue
		}
		one := w.system(u, "consumer")
		one.Path = []string{w.p.Job, s.Topic}
		switch {
		case w.stale(u):
			one.Verdict, one.Why = Unknown, w.staleWords(u)
		case of == Unknown:
			one.Verdict, one.Why = Unknown, "whether the program writes the same to "+s.Topic+" could not be told"
		default:
			one.Verdict, one.Why = Maybe, "it reads "+s.Topic+", which the program writes otherwise, or may"
		}
		w.out.Systems = append(w.out.Systems, one)
	}
	return nil
}
