package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// replayRoutes are about recorded tasks that run again.
func (s *service) replayRoutes() {
	get(s, route{"replays", "/replays", access.JobView, "Replays that wait, run or are over, newest first", some}, s.replays)
	get(s, route{"replay", "/replays/{id}", access.JobView, "One replay: how far it is, or what it proves", replayed}, s.replay)
	get(s, route{"replay-difference", "/replays/{id}/difference", access.JobRead, "The first difference of a replay, decoded", replayed}, s.replayDifference)
	get(s, route{"replay-differences", "/replays/{id}/differences", access.JobRead, "What a what-if did otherwise than the unchanged run, decoded", replayed}, s.replayDifferences)
	register(s, http.MethodPost, route{"replay-plan", "/recordings/{rec}/replays/plan", access.JobReplay, "What a replay of an attempt needs, and what of it is missing", recording}, s.replayPlan)
	register(s, http.MethodPost, route{"replay-start", "/recordings/{rec}/replays", access.JobReplay, "Run an attempt again", recording}, s.startReplay)
	s.uploadRoute()
	register(s, http.MethodDelete, route{"replay-cancel", "/replays/{id}", access.JobReplay, "End a replay that waits or runs", replayed}, s.cancelReplay)
	register(s, http.MethodDelete, route{"replay-remove", "/replays/{id}/result", access.JobReplay, "Remove what came of a replay, with its derived recording", replayed}, s.removeReplay)
}

var errNoReplays = problem(http.StatusNotImplemented, "this server runs nothing again", "")

// replayed finds the recording that a replay is about.
func replayed(s *service, ctx huma.Context) (browse.Target, error) {
	if s.Replays == nil {
		return browse.Target{}, errNoReplays
	}
	r, err := s.Replays.Get(ctx.Context(), ctx.Param("id"))
	if err != nil {
		return browse.Target{}, err
	}
	return s.ofReplay(&r)
}

func (s *service) ofReplay(r *ReplayRun) (browse.Target, error) {
	rec, err := event.ParseRecordingID(r.Recording)
	return s.Browser.Target(rec), err
}

func (s *service) replays(ctx context.Context, in *replaysRequest) (List[ReplayRun], error) {
	if s.Replays == nil {
		return listOf[ReplayRun]("replay", nil), nil
	}
	var rec event.RecordingID
	if in.Recording != "" {
		t, err := s.Browser.Resolve(ctx, in.Recording)
		if err != nil {
			return List[ReplayRun]{}, err
		}
		rec = t.Recording
	}
	list, err := s.Replays.List(ctx, rec, in.Limit)
	out := make([]ReplayRun, 0, len(list))
	for i := range list {
		t, err := s.ofReplay(&list[i])
		if err != nil || !s.Browser.Decide(caller(ctx), access.JobView, t.Resource).Allowed {
			continue
		}
		out = append(out, s.shownReplay(ctx, t, list[i]))
	}
	return listOf("replay", out), err
}

// shownReplay shows what may hold payload as messages of exceptions are shown.
func (s *service) shownReplay(ctx context.Context, t browse.Target, r ReplayRun) ReplayRun {
	if r.Error != "" {
		r.Error, _ = s.Browser.Reported(ctx, caller(ctx), t, "error", r.Error).(string)
	}
	r.Changes = slices.Clone(r.Changes)
	for i := range r.Changes {
		c := &r.Changes[i]
		for name, text := range map[string]*string{"value": &c.Value, "key": &c.Key, "namespace": &c.Namespace, "map_key": &c.MapKey} {
			if *text != "" {
				*text, _ = s.Browser.Reported(ctx, caller(ctx), t, name, *text).(string)
			}
		}
	}
	if r.Variant != nil {
		v := *r.Variant
		v.Config = maps.Clone(v.Config)
		for k, text := range v.Config {
			v.Config[k], _ = s.Browser.Reported(ctx, caller(ctx), t, k, text).(string)
		}
		r.Variant = &v
	}
	return r
}

func (s *service) replay(ctx context.Context, in *replayPath) (ReplayRun, error) {
	r, err := s.Replays.Get(ctx, in.ID)
	return s.shownReplay(ctx, target(ctx), r), err
}

// attemptOf finds the attempt that a wish names.
func (s *service) attemptOf(ctx context.Context, w *ReplayWish) (a browse.AttemptOf, from uint64, err error) {
	if s.Replays == nil {
		return a, 0, errNoReplays
	}
	switch {
	case (w.Position == "") == (w.Task == ""):
		return a, 0, problem(http.StatusBadRequest, "a position or a task is wanted, and one of them only", "a position is operator.subtask.attempt.invocation")
	case w.Position != "":
		p, err := browse.ParsePosition(w.Position)
		if err != nil {
			return a, 0, err
		}
		a, err = s.Browser.Attempt(ctx, target(ctx), p)
		return a, p.Invocation, err
	}
	number := -1
	if w.Attempt != "" {
		if number, err = strconv.Atoi(w.Attempt); err != nil || number < 0 {
			return a, 0, problem(http.StatusBadRequest, "attempt is no number", "attempts of a subtask count from 0")
		}
	}
	a, err = s.Browser.AttemptOfTask(ctx, target(ctx), w.Task, w.Subtask, number)
	return a, 0, err
}

func (s *service) replayPlan(ctx context.Context, in *replayRequest) (ReplayPlan, error) {
	a, _, err := s.attemptOf(ctx, &in.Body)
	if err != nil {
		return ReplayPlan{}, err
	}
	p, err := s.Replays.Plan(ctx, target(ctx), a)
	if err != nil {
		return ReplayPlan{}, err
	}
	for i := range p.Before {
		p.Before[i] = s.shownReplay(ctx, target(ctx), p.Before[i])
	}
	return p, nil
}

func (s *service) startReplay(ctx context.Context, in *replayRequest) (r ReplayRun, err error) {
	w := ReplayRequest{Who: caller(ctx).Name}
	if w.Attempt, w.From, err = s.attemptOf(ctx, &in.Body); err != nil {
		return r, err
	}
	if w.To, err = lastInvocation(in.Body.To, w.From); err != nil {
		return r, err
	}
	switch in.Body.Checkpoint {
	case "", "0":
	case "nearest":
		if w.From == 0 {
			return r, problem(http.StatusBadRequest, "checkpoint: nearest wants a position", "give a position, or the number of a checkpoint")
		}
		w.Nearest = true
	default:
		if w.Checkpoint, err = strconv.ParseUint(in.Body.Checkpoint, 10, 63); err != nil {
			return r, problem(http.StatusBadRequest, "checkpoint is no number", "a number, or nearest")
		}
	}
	what := []string{fmt.Sprintf("replay attempt %s", w.Attempt.Key)}
	for _, c := range in.Body.Changes {
		if c.At == 0 && !c.Begin {
			c.At = I64(w.From)
		}
		w.Changes = append(w.Changes, c)
		what = append(what, strings.Join(strings.Fields(fmt.Sprintf("with %s at invocation %d %s %s", c.Kind, c.At, c.State, c.Path)), " "))
	}
	if v := in.Body.Variant; v != nil {
		w.Variant = v
		for _, j := range v.Jars {
			what = append(what, "with jar "+j.ID)
		}
		for k := range v.Config {
			what = append(what, "with another "+k)
		}
		if v.Flink != "" {
			what = append(what, "on Flink "+v.Flink)
		}
	}
	err = s.Browser.Change(ctx, caller(ctx), access.JobReplay, target(ctx).Resource, what, "", func() (err error) {
		r, err = s.Replays.Start(ctx, target(ctx), w)
		return err
	})
	return s.shownReplay(ctx, target(ctx), r), err
}

// lastInvocation reads ReplayWish.To.
func lastInvocation(text string, from uint64) (uint64, error) {
	switch text {
	case "":
		return 0, nil
	case "here":
		if from == 0 {
			return 0, problem(http.StatusBadRequest, "to: here wants a position", "give a position, or a number")
		}
		return from, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 {
		return 0, problem(http.StatusBadRequest, "to is no invocation", "a number from 1 on, or here")
	}
	return n, nil
}

func (s *service) cancelReplay(ctx context.Context, in *replayPath) (ReplayRun, error) {
	return s.changeReplay(ctx, "cancel replay "+in.ID, func() (ReplayRun, error) { return s.Replays.Cancel(ctx, in.ID) })
}

func (s *service) removeReplay(ctx context.Context, in *replayPath) (ReplayRun, error) {
	return s.changeReplay(ctx, "remove replay "+in.ID, func() (ReplayRun, error) { return s.Replays.Remove(ctx, in.ID) })
}

func (s *service) changeReplay(ctx context.Context, what string, do func() (ReplayRun, error)) (r ReplayRun, err error) {
	err = s.Browser.Change(ctx, caller(ctx), access.JobReplay, target(ctx).Resource, []string{what}, "", func() (err error) {
		r, err = do()
		return err
	})
	return s.shownReplay(ctx, target(ctx), r), err
}
