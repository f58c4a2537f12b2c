package server

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/replay"
)

// reruns is impact.Replays over the queue of replays: each task's attempt runs as sightglass diff has it run.
type reruns struct{ server *Server }

// Bounds of what a report runs again.
const (
	mostRerunTasks       = 20
	mostRerunInvocations = 20_000
)

// Compare is that of impact.Replays.
func (r *reruns) Compare(ctx context.Context, who access.Principal, job string, jars []impact.Jar, progress func(done, of int)) (out impact.Compared, err error) {
	s := r.server
	t, err := s.browser.Resolve(ctx, job)
	if err != nil {
		return out, err
	}
	if err := s.browser.DecideIn(ctx, who, access.JobReplay, t.Resource).Err(); err != nil {
		return out, err
	}
	runs := &replays{s.replays, s.cfg.Replay.Uploads, s.cfg.Replay.Sandbox == "on"}
	if err := runs.mayRunJars(); err != nil {
		return out, err
	}
	var v replay.Variant
	for _, j := range jars {
		if err := s.replays.HasJar(j.ID); err != nil {
			return out, fmt.Errorf("%w: %w", impact.ErrProposal, err)
		}
		v.Jars = append(v.Jars, replay.Jar{Name: j.Name, ID: j.ID})
	}
	d, err := s.browser.Job(ctx, who, t)
	if err != nil {
		return out, err
	}
	out = impact.Compared{Job: d.Name, System: string(catalog.JobID(d.Name)), Recording: t.Recording.String(), Seen: d.LastSeen.Time()}
	r.place(ctx, who, &out)
	tasks := rerunTasks(d.Attempts)
	for i := range tasks {
		progress(i, len(tasks))
		if i == mostRerunTasks {
			out.Tasks = append(out.Tasks, impact.ComparedTask{Task: tasks[i].name, Why: fmt.Sprintf("%d tasks run again for a report, and there are %d", mostRerunTasks, len(tasks))})
			break
		}
		one, err := r.task(ctx, who, t, &tasks[i], v)
		if err != nil {
			return out, err
		}
		out.Tasks = append(out.Tasks, one)
	}
	progress(len(tasks), len(tasks))
	return out, nil
}

// place tells whom the job belongs to, and what it writes.
func (r *reruns) place(ctx context.Context, who access.Principal, out *impact.Compared) {
	sight, id := r.server.catalog.Sight(ctx, who), catalog.ID(out.System)
	if w, err := r.server.catalog.Who(sight, id, ""); err == nil {
		out.Owners = w.Owners
	}
	written, hidden := r.server.catalog.WrittenFrom(sight, "", id)
	for _, w := range written {
		out.Outputs = append(out.Outputs, impact.Stream{Cluster: w.Cluster, Topic: w.Name})
	}
	out.Hidden = hidden
}

// rerunTask is a task of a job with the newest attempt of each of its subtasks.
type rerunTask struct {
	name, vertex string
	newest       map[int]query.Attempt
}

// rerunTasks are the tasks of a job, in the order in which they were seen.
func rerunTasks(attempts []query.Attempt) (out []rerunTask) {
	for _, a := range attempts {
		at := slices.IndexFunc(out, func(x rerunTask) bool { return x.vertex == a.Vertex })
		if at < 0 {
			at, out = len(out), append(out, rerunTask{name: a.Task, vertex: a.Vertex, newest: map[int]query.Attempt{}})
		}
		if old, ok := out[at].newest[a.Subtask]; !ok || a.Attempt > old.Attempt || a.Attempt == old.Attempt && a.Started > old.Started {
			out[at].newest[a.Subtask] = a
		}
	}
	return out
}

// busiest is the newest attempt of the subtask that had most to do.
func (r *reruns) busiest(ctx context.Context, t browse.Target, of *rerunTask) (a browse.AttemptOf, err error) {
	for _, n := range slices.Sorted(maps.Keys(of.newest)) {
		x, err := r.server.browser.Attempt(ctx, t, browse.Position{Key: of.newest[n].Key})
		if err != nil {
			return a, err
		}
		if a.Task == "" || x.LastInv > a.LastInv {
			a = x
		}
	}
	return a, nil
}

func wishOf(rec event.RecordingID, a *browse.AttemptOf, who access.Principal) replay.Wish {
	return replay.Wish{Recording: rec, Attempt: a.Key, Who: who.Name, Job: a.Job, Task: a.Task, Operator: a.Operator, Subtask: a.Subtask, Number: a.Attempt}
}

// task runs one attempt of a task twice.
func (r *reruns) task(ctx context.Context, who access.Principal, t browse.Target, of *rerunTask, v replay.Variant) (out impact.ComparedTask, err error) {
	out = impact.ComparedTask{Task: of.name, Of: len(of.newest)}
	a, err := r.busiest(ctx, t, of)
	if err != nil {
		return out, err
	}
	out.Subtask, out.Attempt, out.Last = a.Subtask, a.Attempt, a.LastInv
	if a.LastInv == 0 {
		out.Why = "nothing that it took in was recorded"
		return out, nil
	}
	w := wishOf(t.Recording, &a, who)
	w.Variant = v
	if a.LastInv > mostRerunInvocations {
		w.To = mostRerunInvocations
	}
	what := []string{fmt.Sprintf("replay attempt %s for an impact report", a.Key)}
	for _, j := range v.Jars {
		what = append(what, "with jar "+j.ID)
	}
	run, err := r.run(ctx, who, t, w, what)
	if err != nil {
		return out, err
	}
	out.Replay = run.ID
	comparedTask(&out, &run)
	return out, nil
}

// run lets a replay wait for its turn, which is audited, and waits for its end.
func (r *reruns) run(ctx context.Context, who access.Principal, t browse.Target, w replay.Wish, what []string) (run replay.Replay, err error) {
	err = r.server.browser.Change(ctx, who, access.JobReplay, t.Resource, what, "", func() (err error) {
		run, err = r.server.replays.Add(ctx, w)
		return err
	})
	if err != nil {
		return run, err
	}
	return r.await(ctx, run.ID)
}

// await waits for a replay's end; where ctx ends before, so does the replay.
func (r *reruns) await(ctx context.Context, id string) (replay.Replay, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		run, err := r.server.replays.Get(ctx, id)
		if err == nil && run.Over() {
			return run, nil
		}
		if ctx.Err() == nil && err != nil {
			return run, err
		}
		select {
		case <-ctx.Done():
			_, err := r.server.replays.Cancel(context.WithoutCancel(ctx), id)
			return run, cmp.Or(err, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// comparedTask tells what came of a replay of two programs. No payload is in it.
func comparedTask(out *impact.ComparedTask, run *replay.Replay) {
	d, first, second := run.Differences, run.Unchanged, run.Judged
	if run.State != replay.Done || d == nil || first == nil || second == nil {
		out.Why = cmp.Or(run.Why(), "the replay was "+run.State)
		return
	}
	out.UpTo = min(first.Reached, out.Last)
	if !replay.Proves(first.Verdict) && first.Verdict != replay.Counted {
		out.Soft = "that a replay of it does what was recorded is not shown (" + first.Verdict + "): what differs may come of the replay"
	}
	if second.Surprise && !first.Surprise {
		out.Thrown = fmt.Sprintf("it threw %s at invocation %d", second.Thrown, second.ThrownAt)
		if second.ThrownIn != "" {
			out.Thrown = fmt.Sprintf("it threw %s in %s at invocation %d", second.Thrown, second.ThrownIn, second.ThrownAt)
		}
		out.Empty = strings.HasSuffix(second.Thrown, "NullPointerException")
	}
	out.Outputs, out.State, out.Equal = int64(d.Outputs.Differ()), int64(d.State.Differ()), int64(d.Outputs.Equal)
	if out.Outputs+out.State == 0 && out.Thrown == "" {
		switch {
		case second.Verdict == replay.Diverged && replay.Proves(first.Verdict):
			out.Else = second.Text
		case out.Equal == 0 && d.State.Equal == 0 && !replay.Proves(first.Verdict):
			out.Why = "it gave nothing and left nothing in state that could be compared"
			return
		}
	}
	out.Ran = true
	if len(d.Of) > 0 {
		p := d.Of[0].First
		if p == nil {
			p = d.Of[0].Second
		}
		out.First = positionIn(run, p.Operator, p.Invocation)
	}
	if p := run.Parted; p != nil {
		place := p.Second
		if place == nil {
			place = p.Before
		}
		if place != nil {
			out.Part = fmt.Sprintf("%s.%s (%s:%d)", place.Class[strings.LastIndexByte(place.Class, '.')+1:], place.Method, place.Source, place.Line)
			if place.Line == 0 {
				out.Part = strings.Replace(out.Part, ":0)", ")", 1)
			}
		}
	}
}
