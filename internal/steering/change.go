package steering

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Limits of a change that a person makes.
const (
	DefaultFor = 10 * time.Minute
	maxFor     = 24 * time.Hour
	maxHolding = 100
)

// Wish is a change of levels that a person wants.
type Wish struct {
	Operator string        // name, slug or pattern; empty = all of the job
	Level    string        // empty: it stays, for the sake of LookBack
	For      time.Duration // 0 = DefaultFor
	LookBack bool          // have agents send what they kept
	Who, Why string
}

// String says what is wished for.
func (w Wish) String() string {
	text := "level " + w.Level
	if w.Level == "" {
		text = "levels stay"
	}
	if w.Operator != "" {
		text += " of " + w.Operator
	}
	if w.LookBack {
		text += ", what was kept is sent"
	}
	return fmt.Sprintf("%s for %s", text, w.For)
}

// Wish changes levels of a job for a while. ErrRequest.
func (s *Steering) Wish(ctx context.Context, t browse.Target, w Wish) (Change, error) {
	c, err := s.Plan(ctx, t, w)
	if err == nil {
		err = s.hold(ctx, &c, c.Until.Sub(c.At))
	}
	return c, err
}

// Plan says what Wish would do, and does nothing.
func (s *Steering) Plan(ctx context.Context, t browse.Target, w Wish) (Change, error) {
	if w.For == 0 {
		w.For = DefaultFor
	}
	switch {
	case w.Level != "" && policy.Rank(w.Level) < 0:
		return Change{}, fmt.Errorf("%w: %q is none of positions, flight, trace", ErrRequest, w.Level)
	case w.Level == "" && !w.LookBack:
		return Change{}, fmt.Errorf("%w: say a level, or ask for what was kept", ErrRequest)
	case w.For < time.Second || w.For > maxFor:
		return Change{}, fmt.Errorf("%w: levels are changed for 1s to 24h; for good, change the policy", ErrRequest)
	}
	job, err := s.opt.Jobs.Job(ctx, watcher, t)
	if err != nil {
		return Change{}, err
	}
	switch {
	case w.Level != "" && job.State.Ended():
		return Change{}, fmt.Errorf("%w: job %s has ended, nothing more is recorded of it", ErrRequest, job.Name)
	case w.LookBack && len(s.agentsOf(job, "")) == 0:
		return Change{}, fmt.Errorf("%w: no agent of job %s is connected, so nothing can be sent", ErrRequest, job.Name)
	}
	now := s.opt.Now()
	c := Change{At: now, Until: now.Add(w.For), Recording: t.Recording, ChangeBody: ChangeBody{Job: job.Name, Who: w.Who, Why: w.Why, LookBack: w.LookBack}}
	if w.Level == "" {
		return c, nil
	}
	fits := s.operators(job, w.Operator)
	if len(fits) == 0 {
		return c, fmt.Errorf("%w: job %s has no operator %q", ErrRequest, job.Name, w.Operator)
	}
	if w.Operator == "" {
		// Also those that nobody knows yet.
		c.Operators = []OperatorChange{{Operator: "*", To: w.Level}}
		return c, nil
	}
	for _, o := range fits {
		c.Operators = append(c.Operators, OperatorChange{o.Operator, o.From, w.Level})
	}
	return c, nil
}

// Moves lists the operators of a job whose recording another policy would change; From and To are words of recordings.
func (s *Steering) Moves(ctx context.Context, t browse.Target, p *policy.Policy) (moves []OperatorChange, err error) {
	job, err := s.opt.Jobs.Job(ctx, watcher, t)
	if err != nil {
		return nil, err
	}
	names, now := []string{job.Name, job.ID.String()}, s.Policy()
	for _, v := range job.Graph.Vertices {
		for _, o := range v.Operators {
			if from, to := wordOf(now.Decide(names, o.Name)), wordOf(p.Decide(names, o.Name)); from != to {
				moves = append(moves, OperatorChange{o.Name, from, to})
			}
		}
	}
	return moves, nil
}

func wordOf(d policy.Decided) string {
	l := browse.Level{Level: d.Level, LookBack: d.LookBack && d.Level == "positions", Payload: d.Payload}
	if d.Sample != nil && d.Sample.Take < d.Sample.Of {
		l.Take, l.Of = d.Sample.Take, d.Sample.Of
	}
	return l.Text()
}

// operators lists a job's operators that fit a pattern, each with the level that holds now.
func (s *Steering) operators(job browse.JobDetail, pattern string) (out []OperatorChange) {
	names := []string{job.Name, job.ID.String()}
	for _, v := range job.Graph.Vertices {
		for _, o := range v.Operators {
			r := policy.Rule{Operator: pattern}
			if r.Fits(names, o.Name) || r.Fits(names, o.Slug) {
				out = append(out, OperatorChange{Operator: o.Name, From: s.level(names, o.Name)})
			}
		}
	}
	return out
}

// level is what holds for an operator now, changes for a while included.
func (s *Steering) level(job []string, operator string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.overlayLocked() {
		if r.Fits(job, operator) {
			return r.Level
		}
	}
	return s.mu.policy.Decide(job, operator).Level
}

// hold keeps a change, puts it in force, and has what was kept sent.
func (s *Steering) hold(ctx context.Context, c *Change, length time.Duration) error {
	c.At = s.opt.Now()
	c.Until = c.At.Add(length)
	if len(c.Operators) == 0 && c.Trigger == "" {
		c.Until = c.At // nothing holds: it is an event alone
	}
	body, err := json.Marshal(c.ChangeBody)
	if err != nil {
		return fmt.Errorf("keeping a change of levels: %w", err)
	}
	s.mu.Lock()
	full := len(s.mu.changes) >= maxHolding
	s.mu.Unlock()
	if full {
		return fmt.Errorf("%w: %d changes of levels hold already", ErrRequest, maxHolding)
	}
	kept, err := s.opt.Meta.AddLevelChange(ctx, meta.LevelChange{At: c.At, Until: c.Until, Recording: c.Recording.String(), Body: body})
	if err != nil {
		return err
	}
	c.ID = kept.ID
	own := *c
	s.mu.Lock()
	s.mu.changes = append(s.mu.changes, &own)
	s.mu.sequence++
	s.mu.Unlock()
	s.changed()
	if c.LookBack {
		within, cancel := context.WithTimeout(ctx, tellWithin)
		defer cancel()
		if err := s.opt.Agents.SendLookBack(within, c.Recording); err != nil {
			s.opt.Log.Warn("not every agent sends what it kept", "recording", c.Recording.String(), "error", err)
		}
	}
	return nil
}

// End takes a change of a recording back before its time. ErrNotFound.
func (s *Steering) End(ctx context.Context, rec event.RecordingID, id int64) (Change, error) {
	s.mu.Lock()
	var found *Change
	for _, c := range s.mu.changes {
		if c.ID == id && c.Recording == rec {
			found = c
			c.Until = s.opt.Now()
		}
	}
	s.mu.Unlock()
	if found == nil {
		return Change{}, fmt.Errorf("%w: %d", ErrNotFound, id)
	}
	s.expire(ctx)
	return *found, nil
}

// expire ends changes whose time is over.
func (s *Steering) expire(ctx context.Context) {
	now := s.opt.Now()
	var over []*Change
	s.mu.Lock()
	var hold []*Change
	for _, c := range s.mu.changes {
		if now.Before(c.Until) {
			hold = append(hold, c)
			continue
		}
		c.Ended = now
		over = append(over, c)
	}
	if len(over) > 0 {
		s.mu.changes = hold
		s.mu.sequence++
	}
	s.mu.Unlock()
	for _, c := range over {
		s.save(ctx, c)
	}
	if len(over) > 0 {
		s.changed()
	}
}

// save stores what became of a change. A failure costs its end in the list, not the change.
func (s *Steering) save(ctx context.Context, c *Change) {
	body, err := json.Marshal(c.ChangeBody)
	if err == nil {
		err = s.opt.Meta.UpdateLevelChange(context.WithoutCancel(ctx), meta.LevelChange{ID: c.ID, Until: c.Until, Ended: c.Ended, Body: body})
	}
	if err != nil {
		s.opt.Log.Warn("what became of a change of levels was not kept", "id", c.ID, "error", err)
	}
}

// Changes lists changes of levels, the newest first; of one recording, or with an empty text of all.
func (s *Steering) Changes(ctx context.Context, recording string, limit int) ([]Change, error) {
	list, err := s.opt.Meta.LevelChanges(ctx, recording, false, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Change, 0, len(list))
	for _, kept := range list {
		if c, ok := changeOf(kept); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// watcher is who looks at jobs for the sake of triggers.
var watcher = access.Principal{ID: "local:triggers", Name: "triggers", Roles: []string{access.LocalRole}}
