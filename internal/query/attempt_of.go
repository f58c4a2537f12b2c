package query

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// AttemptOf is one attempt of a subtask, as far as its definition and the headers of its blocks tell.
type AttemptOf struct {
	Key      event.Key
	Job      string
	Task     string
	Operator string // slug of the head of its chain
	Subtask  int
	Attempt  int
	Process  string
	LastInv  uint64
	Source   bool // the head of its chain reads a source itself
}

// Position is that of an invocation of the attempt.
func (a *AttemptOf) Position(inv uint64) Position {
	return Position{Operator: a.Operator, Subtask: a.Subtask, Attempt: a.Attempt, Invocation: inv, Key: a.Key}
}

// AttemptAt finds the attempt that a position is of. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) AttemptAt(ctx context.Context, rec event.RecordingID, p Position) (AttemptOf, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return AttemptOf{}, err
	}
	defer v.close()
	key, _, err := v.locate(p)
	if err != nil {
		return AttemptOf{}, err
	}
	return v.attemptOf(key), nil
}

// AttemptKey finds an attempt by its key. Errors: ErrNotFound.
func (e *Engine) AttemptKey(ctx context.Context, rec event.RecordingID, key event.Key) (AttemptOf, error) {
	return e.AttemptAt(ctx, rec, Position{Key: key})
}

// AttemptOfTask finds an attempt of a task, which is named by an operator's slug or id, or by the task's own name; of several the newest.
// number -1 is the newest of the subtask. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) AttemptOfTask(ctx context.Context, rec event.RecordingID, task string, subtask, number int) (AttemptOf, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return AttemptOf{}, err
	}
	defer v.close()
	named := func(a *attempt) bool { return a.Task == task || Slug(a.Task) == task || a.Vertex == task }
	if op, err := v.cat.operatorNamed(task); err == nil {
		named = func(a *attempt) bool { return a.indexOf(op.id) >= 0 }
	} else if !slices.ContainsFunc(slices.Collect(maps.Values(v.cat.attempts)), named) {
		return AttemptOf{}, err
	}
	var found []AttemptOf
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		a := v.cat.attempts[key]
		if a.Subtask == subtask && (number < 0 || a.Attempt == number) && named(a) {
			found = append(found, v.attemptOf(key))
		}
	}
	if len(found) == 0 {
		if number < 0 {
			return AttemptOf{}, notFound("subtask %d of %q", subtask, task)
		}
		return AttemptOf{}, notFound("subtask %d, attempt %d of %q", subtask, number, task)
	}
	return slices.MaxFunc(found, func(a, b AttemptOf) int {
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.LastInv, b.LastInv))
	}), nil
}

func (v *view) attemptOf(key event.Key) AttemptOf {
	out := AttemptOf{Key: key, Subtask: -1, Attempt: -1}
	v.model.mu.Lock()
	out.Job = v.jobName()
	v.model.mu.Unlock()
	if a := v.cat.attempts[key]; a != nil {
		out.Task, out.Subtask, out.Attempt, out.Process = a.Task, a.Subtask, a.Attempt, a.Process
		if head := a.operator(0); head.Index >= 0 {
			out.Operator, out.Source = head.Slug, head.Kind == "source"
		}
	}
	for ref := range v.snap.Blocks(store.Filter{Attempt: key, Lane: event.LaneDet}) {
		if ref.Header.Attempt == key {
			out.LastInv = max(out.LastInv, ref.Header.LastInv)
		}
	}
	return out
}
