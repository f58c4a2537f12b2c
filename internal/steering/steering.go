package steering

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Steering is safe for concurrent use.
type Steering struct {
	opt Options

	begun bool          // New is over
	told  chan struct{} // something changed that agents must be told of

	mu struct {
		sync.Mutex
		version  Version
		policy   *policy.Policy
		problems policy.Problems
		seen     string // the file's text when it was looked at last
		stamp    stamp
		changes  []*Change // that hold, the oldest first
		sequence int       // of what agents are told of the version
		unclear  map[string]Unclear
	}
	setting sync.Mutex // one change of the policy at a time
}

// stamp tells whether a file may have changed.
type stamp struct {
	at   time.Time
	size int64
	ok   bool
}

// How often things are looked at that nobody tells of.
const (
	watchEvery = 250 * time.Millisecond
	tellWithin = 5 * time.Second
)

// New takes up the policy in force: what the file says, or the newest version. A file that was named must be there and without
// mistakes; so must one that was not named where there is no version to go on with: nothing is recorded that nobody asked for.
func New(ctx context.Context, o Options) (*Steering, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Steering{opt: o, told: make(chan struct{}, 1)}
	s.mu.unclear = map[string]Unclear{}
	s.mu.policy = &policy.Policy{Level: o.Level}
	newest, err := o.Meta.RecordingPolicies(ctx, 1)
	if err != nil {
		return nil, err
	}
	if len(newest) > 0 {
		if p, err := s.read(newest[0].Text); err == nil {
			s.mu.version, s.mu.policy = Version{newest[0].Version, newest[0].At, newest[0].Who, newest[0].Why, newest[0].Text}, p
		} else {
			o.Log.Error("the newest recording policy cannot be read any more", "version", newest[0].Version, "error", err)
		}
	}
	if err := s.look(ctx); err != nil {
		if !errors.Is(err, fs.ErrNotExist) || o.Wanted {
			return nil, fmt.Errorf("recording policy: %w", err)
		}
	}
	if wrong := s.mu.problems; wrong != nil && (o.Wanted || s.mu.version.Number == 0) {
		return nil, fmt.Errorf("recording policy %s:\n%w", o.File, wrong)
	} else if wrong != nil {
		o.Log.Error("the recording policy's file has mistakes; what was in force before goes on", "file", o.File, "version", s.mu.version.Number, "mistakes", wrong.Error())
	}
	if err := s.restore(ctx); err != nil {
		return nil, err
	}
	s.opt.Agents.StartPolicy(s.wire())
	s.begun = true
	return s, nil
}

func (s *Steering) read(text string) (*policy.Policy, error) {
	p, err := policy.Read(text, policy.Checks{Filter: func(text string) error {
		_, err := browse.CompileFilter(text)
		return err
	}})
	if err == nil && p.Level == "" {
		p.Level = s.opt.Level
	}
	return p, err
}

// restore takes up changes that held when the server ended.
func (s *Steering) restore(ctx context.Context) error {
	list, err := s.opt.Meta.LevelChanges(ctx, "", true, 1000)
	if err != nil {
		return err
	}
	for _, kept := range list {
		if c, ok := changeOf(kept); ok {
			s.mu.changes = append([]*Change{&c}, s.mu.changes...)
		}
	}
	return nil
}

func changeOf(kept meta.LevelChange) (Change, bool) {
	c := Change{ID: kept.ID, At: kept.At, Until: kept.Until, Ended: kept.Ended}
	rec, err := event.ParseRecordingID(kept.Recording)
	if err != nil || json.Unmarshal(kept.Body, &c.ChangeBody) != nil {
		return c, false
	}
	c.Recording = rec
	return c, true
}

// Run watches the file, ends changes in time, follows jobs for triggers and tells agents, until ctx ends.
func (s *Steering) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.tell(ctx) })
	group.Go(func() { s.follow(ctx) })
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			group.Wait()
			return
		case <-tick.C:
		}
		if err := s.look(ctx); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.opt.Log.Warn("the recording policy's file was not read", "error", err)
		}
		s.expire(ctx)
	}
}

// look takes the file over when it has changed. A file that cannot be understood changes nothing but the alarm.
func (s *Steering) look(ctx context.Context) error {
	info, err := os.Stat(s.opt.File)
	if err != nil {
		s.mu.Lock()
		s.mu.stamp, s.mu.problems = stamp{}, nil // what holds goes on to hold
		s.mu.Unlock()
		return err
	}
	now := stamp{info.ModTime(), info.Size(), true}
	s.mu.Lock()
	same := s.mu.stamp == now
	s.mu.Unlock()
	if same {
		return nil
	}
	if info.Size() > policy.MaxText {
		return fmt.Errorf("%s: a policy has at most %d KiB", s.opt.File, policy.MaxText>>10)
	}
	raw, err := os.ReadFile(s.opt.File)
	if err != nil {
		return err
	}
	text := string(raw)
	s.setting.Lock()
	defer s.setting.Unlock()
	s.mu.Lock()
	s.mu.stamp = now
	known := s.mu.seen == text && s.mu.problems == nil || text == s.mu.version.Text && s.mu.version.Number > 0
	s.mu.seen = text
	s.mu.Unlock()
	if known {
		s.alarm(nil)
		return nil
	}
	p, err := s.read(text)
	var problems policy.Problems
	if errors.As(err, &problems) {
		if news := s.alarm(problems); news && s.begun {
			s.opt.Log.Error("the recording policy's file has mistakes; what was in force goes on", "file", s.opt.File, "problems", len(problems), "first", problems[0].String())
		}
		return nil
	}
	s.alarm(nil)
	return s.enact(ctx, Version{Who: "file", Why: s.opt.File + " changed", Text: text}, p)
}

// alarm notes what is wrong with the file, and tells whether that is news.
func (s *Steering) alarm(p policy.Problems) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.mu.problems.Error() != p.Error()
	s.mu.problems = p
	return news
}

// enact keeps a version and puts it in force.
func (s *Steering) enact(ctx context.Context, v Version, p *policy.Policy) error {
	v.At = s.opt.Now()
	kept, err := s.opt.Meta.AddRecordingPolicy(ctx, meta.RecordingPolicy{At: v.At, Who: v.Who, Why: v.Why, Text: v.Text})
	if err != nil {
		return err
	}
	v.Number = kept.Version
	s.mu.Lock()
	s.mu.version, s.mu.policy, s.mu.sequence = v, p, 0
	s.mu.unclear = map[string]Unclear{}
	s.mu.Unlock()
	s.opt.Log.Info("recording policy", "version", v.Number, "who", v.Who, "rules", len(p.Rules), "triggers", len(p.Triggers))
	s.changed()
	return nil
}

// changed has the agents told.
func (s *Steering) changed() {
	select {
	case s.told <- struct{}{}:
	default:
	}
}

// tell brings to the agents what changed, one after the other.
func (s *Steering) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.told:
		}
		within, cancel := context.WithTimeout(ctx, tellWithin)
		err := s.opt.Agents.SetPolicy(within, s.wire())
		cancel()
		if err != nil && ctx.Err() == nil {
			// Who did not answer is told again when it reports; who refused says so in its status.
			s.opt.Log.Warn("not every agent follows the recording policy", "error", err)
		}
	}
}

// State tells how things stand.
func (s *Steering) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{Version: s.mu.version, File: s.opt.File, Problems: slices.Clone(s.mu.problems), Told: s.tellsLocked(), Unclear: maps.Clone(s.mu.unclear)}
	for i := len(s.mu.changes) - 1; i >= 0; i-- {
		st.Changes = append(st.Changes, *s.mu.changes[i])
	}
	return st
}

// Policy is the policy in force.
func (s *Steering) Policy() *policy.Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.policy
}

// Check reads a text as a policy. The error is policy.Problems.
func (s *Steering) Check(text string) (*policy.Policy, error) { return s.read(text) }

// Set puts a text in force and into the file. base is the version that it was made from; -1 = whichever. ErrChanged,
// ErrReadOnly, policy.Problems.
func (s *Steering) Set(ctx context.Context, who, why, text string, base int64) (Version, error) {
	p, err := s.read(text)
	if err != nil {
		return Version{}, err
	}
	s.setting.Lock()
	defer s.setting.Unlock()
	if now := s.State().Number; base >= 0 && base != now {
		return Version{}, fmt.Errorf("%w: it is at version %d, the change was made to %d", ErrChanged, now, base)
	}
	if err := replaceFile(s.opt.File, text); err != nil {
		return Version{}, fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	s.alarm(nil)
	if err := s.enact(ctx, Version{Who: who, Why: why, Text: text}, p); err != nil {
		return Version{}, err
	}
	return s.State().Version, nil
}

// replaceFile writes a file anew, whole or not at all.
func replaceFile(path, text string) error {
	t, err := os.CreateTemp(dir(path), ".policy-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) // gone already when all went well
	if info, err := os.Stat(path); err == nil {
		_ = t.Chmod(info.Mode().Perm()) // else it stays readable by its owner
	}
	if _, err := t.WriteString(text); err != nil {
		return errors.Join(err, t.Close())
	}
	if err := errors.Join(t.Sync(), t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}

// Versions lists the newest versions, the newest first.
func (s *Steering) Versions(ctx context.Context, limit int) ([]Version, error) {
	list, err := s.opt.Meta.RecordingPolicies(ctx, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Version, 0, len(list))
	for _, p := range list {
		out = append(out, Version{p.Version, p.At, p.Who, p.Why, p.Text})
	}
	return out, nil
}
