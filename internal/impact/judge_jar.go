package impact

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// jar judges another version of a job's program, by running what is recorded of it again, beside an unchanged run.
func (w *work) jar() error {
	if w.Replays == nil {
		return fmt.Errorf("%w: this server runs nothing again, so that what another program does is not known", ErrProposal)
	}
	got, err := w.Replays.Compare(w.ctx, w.who, w.p.Job, w.p.Jars, func(done, of int) { w.progress("replays", done, of) })
	if err != nil {
		return err
	}
	now := w.Now()
	name := cmp.Or(got.Job, w.p.Job)
	job := System{
		ID: cmp.Or(got.System, "job:"+name), Name: name, Kind: "job", Role: "program", Owners: got.Owners, Seen: got.Seen, Changes: []int{}, Verdict: Safe, Link: "/j/" + got.Recording,
	}
	sum := w.tasks(&job, got.Tasks, now)
	job.Verdict, job.Why = sum.verdict(len(got.Tasks))
	w.out.Systems = append(w.out.Systems, job)
	if job.Verdict == Safe {
		return nil
	}
	if got.Hidden > 0 {
		w.out.Hidden += got.Hidden
		w.note("the job writes %d more streams that are not shown to you: who reads them counts as unknown", got.Hidden)
	}
	for _, s := range got.Outputs {
		if err := w.readers(s, &job); err != nil {
			return err
		}
	}
	return nil
}

// rerun sums up what became of the tasks of a job.
type rerun struct {
	ran, differ, soft int
	part              string // a task of which much less was run than was recorded
	thrown            string // the first exception, with its task
	empty             bool   // it may come of the way in which replays read the recorded objects
}

// tasks takes up what became of each task: evidence, and a change where it does otherwise.
func (w *work) tasks(job *System, tasks []ComparedTask, now time.Time) (sum rerun) {
	for i := range tasks {
		t := &tasks[i]
		source := t.Task
		if t.Replay != "" {
			source += ", replay " + t.Replay
		}
		say := func(detail string) { job.Evidence = append(job.Evidence, Evidence{"replay", source, now, detail}) }
		if !t.Ran {
			w.note("%s was not compared: %s", t.Task, t.Why)
			say("not compared: " + t.Why)
			continue
		}
		sum.ran++
		detail := t.words()
		say(detail)
		if t.UpTo*10 < t.Last*9 {
			sum.part = fmt.Sprintf("%s, %d of %d invocations", t.Task, t.UpTo, t.Last)
		}
		if t.Soft != "" {
			sum.soft++
			say(t.Soft)
		}
		if t.Thrown != "" && (sum.thrown == "" || sum.empty && !t.Empty) {
			sum.thrown, sum.empty = t.Task+": "+t.Thrown, t.Empty
		}
		if t.differs() {
			sum.differ++
			w.out.Changes = append(w.out.Changes, Change{Kind: "program", Text: t.Task + ": " + detail, everywhere: true})
			job.Changes = append(job.Changes, len(w.out.Changes)-1)
		}
	}
	return sum
}

func (t *ComparedTask) differs() bool { return t.Outputs+t.State > 0 || t.Thrown != "" || t.Else != "" }

// words say what became of a task that ran, and of how much of it that holds.
func (t *ComparedTask) words() string {
	var out []string
	if t.Thrown != "" {
		out = append(out, t.Thrown)
	}
	if t.Outputs+t.State > 0 {
		out = append(out, fmt.Sprintf("%d outputs and %d entries of state differ, %d outputs are the same", t.Outputs, t.State, t.Equal))
		if t.First != "" {
			out = append(out, "the first at "+t.First)
		}
		if t.Part != "" {
			out = append(out, "the code parted at "+t.Part)
		}
	} else if t.Else != "" {
		out = append(out, t.Else)
	} else if t.Thrown == "" {
		out = append(out, fmt.Sprintf("the same: %d outputs", t.Equal))
	}
	return strings.Join(out, "; ") + fmt.Sprintf(" (subtask %d of %d, attempt %d, up to invocation %d of %d)", t.Subtask, t.Of, t.Attempt, t.UpTo, t.Last)
}

// verdict of a job with that many tasks. An exception on what the job really took in breaks it, unless it may be the replay's own.
func (r *rerun) verdict(tasks int) (Verdict, string) {
	switch {
	case r.thrown != "" && !r.empty:
		return Broken, "it fails on what was recorded: " + r.thrown
	case r.thrown != "":
		return Maybe, "it fails on what was recorded, perhaps as fields that it has more are empty in a replay: " + r.thrown
	case r.ran == 0:
		return Unknown, "nothing of it could be run again"
	case r.differ > 0:
		return Maybe, fmt.Sprintf("it does otherwise than the recorded program in %d of %d tasks", r.differ, tasks)
	case r.ran < tasks:
		return Unknown, fmt.Sprintf("%d of %d tasks did the same, the others could not be compared", r.ran, tasks)
	case r.soft > 0:
		return Unknown, fmt.Sprintf("all %d tasks did the same, and of %d of them it is not shown that a replay does what was recorded", r.ran, r.soft)
	}
	if r.part != "" {
		return Maybe, fmt.Sprintf("all %d tasks did the same as far as they were run again, which is a part of what was recorded: %s", r.ran, r.part)
	}
	return Safe, fmt.Sprintf("all %d tasks did the same with what one subtask of each had recorded", r.ran)
}

// readers gives those who read what a job writes a verdict: they read what the program does otherwise.
func (w *work) readers(s Stream, of *System) error {
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
		one.Path = []string{of.Name, s.Topic}
		switch {
		case w.stale(u):
			one.Verdict, one.Why = Unknown, w.staleWords(u)
		case of.Verdict == Unknown:
			one.Verdict, one.Why = Unknown, "whether the program writes the same to "+s.Topic+" could not be told"
		case of.Verdict == Broken:
			one.Verdict, one.Why = Maybe, "it reads "+s.Topic+", to which a program that fails writes nothing more"
		default:
			one.Verdict, one.Why = Maybe, "it reads "+s.Topic+", which the program writes otherwise, or may"
		}
		w.out.Systems = append(w.out.Systems, one)
	}
	return nil
}
