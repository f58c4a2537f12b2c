package steering

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/policy"
)

const (
	jobsEvery = time.Second
	// young is the age up to which a job that was not seen before is looked at from its beginning.
	young = time.Minute
	// retryAfter is how long a follower waits when a recording could not be read.
	retryAfter = 2 * time.Second
)

// Incident is something that a trigger may wait for.
type Incident struct {
	On        policy.On
	Recording event.RecordingID
	Job       []string // its names
	Operator  string   // name; empty = none in particular
	Cause     Cause
	trigger   string // of OnMatch: whose predicate held
}

// follow keeps one follower for each running job while some trigger wants it.
func (s *Steering) follow(ctx context.Context) {
	type follower struct {
		stop    context.CancelFunc
		version int64
	}
	followers := map[event.RecordingID]follower{}
	seen := map[event.RecordingID]bool{}
	var group sync.WaitGroup
	defer group.Wait()
	tick := time.NewTicker(jobsEvery)
	defer tick.Stop()
	for {
		running := s.running(ctx)
		version := s.State().Number
		for id, f := range followers {
			if _, runs := running[id]; !runs || f.version != version {
				f.stop()
				delete(followers, id)
			}
		}
		for id, job := range running {
			if _, ok := followers[id]; ok {
				continue
			}
			own, stop := context.WithCancel(ctx)
			followers[id] = follower{stop, version}
			began := job.Started.Time()
			fresh := !seen[id] && s.opt.Now().Sub(began) < young
			seen[id] = true
			group.Go(func() { s.followJob(own, job, fresh) })
		}
		select {
		case <-ctx.Done():
			for _, f := range followers {
				f.stop()
			}
			return
		case <-tick.C:
		}
	}
}

// running lists the jobs that some trigger is about.
func (s *Steering) running(ctx context.Context) map[event.RecordingID]browse.ListedJob {
	p := s.Policy()
	if len(p.Triggers) == 0 {
		return nil
	}
	jobs, err := s.opt.Jobs.Jobs(ctx, watcher, false)
	if err != nil {
		if ctx.Err() == nil {
			s.opt.Log.Warn("jobs were not listed for triggers", "error", err)
		}
		return nil
	}
	out := map[event.RecordingID]browse.ListedJob{}
	for _, j := range jobs {
		if j.State.Ended() {
			continue
		}
		for i := range p.Triggers {
			if about(&p.Triggers[i], j) {
				out[j.ID] = j
			}
		}
	}
	return out
}

func about(t *policy.Trigger, j browse.ListedJob) bool {
	r := policy.Rule{Job: t.Job}
	return r.Fits([]string{j.Name, j.ID.String()}, "")
}

// followJob looks at what happens in a job; fresh: also at what happened before it was seen.
func (s *Steering) followJob(ctx context.Context, j browse.ListedJob, fresh bool) {
	t, err := s.opt.Jobs.Resolve(ctx, j.ID.String())
	if err != nil {
		return // it was deleted meanwhile; the list says so next time
	}
	names := []string{j.Name, j.ID.String()}
	var group sync.WaitGroup
	plain := false
	for _, x := range s.Policy().Triggers {
		if !about(&x, j) {
			continue
		}
		if x.On != policy.OnMatch {
			plain = true
			continue
		}
		group.Go(func() {
			s.watch(ctx, t, s.matching(x), Incident{On: policy.OnMatch, Recording: t.Recording, Job: names, trigger: x.Name}, fresh)
		})
	}
	if plain {
		q := browse.EventQuery{}
		q.Kinds = []event.Kind{event.KindDropped, event.KindException, event.KindJobCheckpoint}
		group.Go(func() { s.watch(ctx, t, q, Incident{Recording: t.Recording, Job: names}, fresh) })
	}
	group.Wait()
}

// matching selects the events for which a trigger's predicate holds.
func (s *Steering) matching(t policy.Trigger) browse.EventQuery {
	q := browse.EventQuery{Unclear: func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		u := s.mu.unclear[t.Name]
		s.mu.unclear[t.Name] = Unclear{u.Events + 1, err.Error()}
	}}
	q.Where, _ = browse.CompileFilter(t.When) // it was checked when the policy was read
	return q
}

// watch follows the events that q selects and reports them, until ctx ends. In i stands what is known of all of them.
func (s *Steering) watch(ctx context.Context, t browse.Target, q browse.EventQuery, i Incident, fresh bool) {
	if fresh {
		first := q
		first.Limit = 100
		if page, err := s.opt.Jobs.Events(ctx, watcher, t, first); err == nil {
			for _, e := range page.Events {
				s.happened(ctx, e, i)
			}
		}
	}
	for ctx.Err() == nil {
		for e, err := range s.opt.Jobs.Follow(ctx, watcher, t, q) {
			if err != nil {
				if errors.Is(err, browse.ErrNotFound) {
					return
				}
				break
			}
			s.happened(ctx, e, i)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

func (s *Steering) happened(ctx context.Context, e browse.Event, i Incident) {
	switch {
	case i.On != "":
	case e.Kind == event.KindDropped:
		i.On = policy.OnDrop
	case e.Kind == event.KindException:
		i.On = policy.OnException
	case e.Body["phase"] == "failed":
		i.On = policy.OnCheckpointFailure
	default:
		return
	}
	i.Operator, i.Cause = e.Operator.Name, Cause{Text: tellsOf(e), Operator: e.Operator.Slug, At: e.Wall.Time()}
	if e.Invocation > 0 {
		i.Cause.Position = e.Position.String()
	}
	s.Happened(ctx, i)
}

// tellsOf says what happened without anything of a payload: everybody who sees the job may read it.
func tellsOf(e browse.Event) string {
	text := e.Kind.String()
	switch {
	case e.Reason != 0:
		text += " " + e.Reason.String()
	case e.Checkpoint != 0:
		text += fmt.Sprintf(" %d", e.Checkpoint)
	}
	if e.Operator.Slug != "" {
		text += " at " + e.Operator.Slug
	}
	return text
}

// Happened tells of an incident: triggers that wait for it fire. A trigger that holds already for the recording holds longer.
func (s *Steering) Happened(ctx context.Context, i Incident) {
	p := s.Policy()
	for n := range p.Triggers {
		t := &p.Triggers[n]
		if t.On != i.On || i.trigger != "" && t.Name != i.trigger || !t.Fits(i.Job, i.Operator) || s.extend(ctx, t, i.Recording) {
			continue
		}
		if err := s.fire(ctx, t, i); err != nil && ctx.Err() == nil {
			s.opt.Log.Warn("a trigger could not raise levels", "trigger", t.Name, "recording", i.Recording.String(), "error", err)
		}
	}
}

// extend lets a trigger that holds for a recording hold longer; false: it does not hold.
func (s *Steering) extend(ctx context.Context, t *policy.Trigger, rec event.RecordingID) bool {
	now := s.opt.Now()
	s.mu.Lock()
	var held *Change
	for _, c := range s.mu.changes {
		if c.Trigger == t.Name && c.Recording == rec && now.Before(c.Until) {
			held = c
		}
	}
	var late bool
	var copied Change
	if held != nil {
		held.Again++
		if late = held.Until.Sub(now) < t.For/2; late {
			held.Until = now.Add(t.For)
		}
		copied = *held
	}
	s.mu.Unlock()
	if late {
		s.save(ctx, &copied)
	}
	return held != nil
}

// fire raises levels of the job that an incident is of, where they are lower.
func (s *Steering) fire(ctx context.Context, t *policy.Trigger, i Incident) error {
	target, err := s.opt.Jobs.Resolve(ctx, i.Recording.String())
	if err != nil {
		return err
	}
	job, err := s.opt.Jobs.Job(ctx, watcher, target)
	if err != nil {
		return err
	}
	c := &Change{Recording: i.Recording, ChangeBody: ChangeBody{Job: job.Name, Trigger: t.Name, On: i.On, Cause: &i.Cause, LookBack: t.LookBack, Operators: []OperatorChange{}}}
	for _, o := range s.operators(job, t.Raise.Operator) {
		if policy.Rank(o.From) < policy.Rank(t.Raise.Level) {
			c.Operators = append(c.Operators, OperatorChange{o.Operator, o.From, t.Raise.Level})
		}
	}
	// Where nothing is to be raised it holds all the same: what goes on happening is one firing.
	s.opt.Log.Info("trigger", "name", t.Name, "job", job.Name, "recording", i.Recording.String(), "operators", len(c.Operators), "for", t.For)
	return s.hold(ctx, c, t.For)
}
