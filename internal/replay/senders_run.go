package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// derivations are replays that are over and whose derived recordings are as good as what the recording lacks.
type derivations struct {
	of   Derived
	runs map[event.RecordingID]Replay
}

// most replays of a recording that are looked through for such.
const mostDerivations = 500

// trusted tells whether what a replay of a sender gave may be taken for what was sent: of each channel it is what was recorded, as far as
// anything was.
func trusted(verdict string) bool {
	return Proves(verdict) || verdict == Counted
}

// derived finds them. Some may have been removed.
func (q *Queue) derived(ctx context.Context, rec event.RecordingID) (derivations, error) {
	d := derivations{make(Derived), make(map[event.RecordingID]Replay)}
	list, err := q.List(ctx, rec, mostDerivations)
	if err != nil {
		return d, err
	}
	for _, r := range list {
		if r.State != Done || r.WhatIf() || r.Derived.IsZero() || r.Judged == nil || !trusted(r.Judged.Verdict) {
			continue
		}
		d.of[r.Wish.Attempt] = append(d.of[r.Wish.Attempt], r.Derived)
		d.runs[r.Derived] = r
	}
	return d, nil
}

// planned plans a replay with those that have to run before it.
func (q *Queue) planned(ctx context.Context, w *Wish, whole bool) (*Plan, error) {
	d, err := q.derived(ctx, w.Recording)
	if err != nil {
		return nil, err
	}
	of := planning{rec: w.Recording, attempt: w.Attempt, checkpoint: w.Checkpoint, to: w.To, flink: w.Variant.Flink, whole: whole, derived: d.of}
	masked, err := q.masked(ctx, w.Recording)
	if err != nil {
		return nil, err
	}
	if q.o.Topics != nil && !masked {
		of.topics = newTopics(q.o.Topics)
		of.topics.looks = true
		defer of.topics.close()
	}
	p, used, err := q.o.Machine.planUpstream(ctx, q.o.Store, of)
	if err != nil {
		return nil, err
	}
	var before []Sender
	for rec := range used {
		r := d.runs[rec]
		before = append(before, Sender{
			Attempt: r.Wish.Attempt, Key: r.Wish.Attempt.String(), Job: r.Wish.Job, Task: r.Wish.Task, Operator: r.Wish.Operator, Subtask: r.Wish.Subtask,
			Number: r.Wish.Number, Checkpoint: r.Wish.Checkpoint, To: r.Wish.To, Replay: r.ID, Verdict: r.Judged.Verdict,
		})
	}
	slices.SortFunc(before, func(x, y Sender) int {
		return cmp.Or(cmp.Compare(x.Attempt, y.Attempt), strings.Compare(x.Replay, y.Replay))
	})
	p.Senders = append(before, p.Senders...)
	return p, nil
}

// levelOfSenders is what is recorded of a replay that gives the input of another one.
const levelOfSenders = "flight"

// errSender ends a replay that needs another one which did not come to an end. Its text holds no payload.
var errSender = errors.New("what it takes in could not be derived")

// runSenders runs what has to run before a replay, one after the other; the plan then says what became of each. why says why what they
// gave cannot be taken for what was sent.
func (q *Queue) runSenders(ctx context.Context, r *Replay, p *Plan) (_ *Plan, why string, err error) {
	for i := range p.Senders {
		if p.Senders[i].Replay != "" {
			continue // it is over
		}
		child, next, err := q.runSender(ctx, r, p, i)
		if p = next; err != nil {
			return p, "", err
		}
		if s := p.Senders[i]; !trusted(child.Judged.Verdict) && s.Checkpoint > 0 {
			// Not all that a task holds beside its snapshots is known behind a checkpoint.
			again := *p
			again.Senders = slices.Clone(p.Senders)
			again.Senders[i].Checkpoint = 0
			if child, p, err = q.runSender(ctx, r, &again, i); err != nil {
				return p, "", err
			}
		}
		if s := &p.Senders[i]; !trusted(child.Judged.Verdict) {
			return p, fmt.Sprintf("%s sent what it takes in, and its replay (sightglass replays %s) does not give what it sent: %s: %s", s, child.ID, child.Judged.Verdict, child.Judged.Text), nil
		}
	}
	return p, "", nil
}

// runSender runs one of them until it has a verdict.
func (q *Queue) runSender(ctx context.Context, r *Replay, p *Plan, i int) (*Replay, *Plan, error) {
	child := q.child(r, &p.Senders[i])
	tell := func(verdict string) {
		// Those who look at the replay have the plan: it is not changed in its place.
		next := *p
		next.Senders = slices.Clone(p.Senders)
		next.Senders[i].Replay, next.Senders[i].Verdict = child.ID, verdict
		p = &next
		q.mu.Lock()
		defer q.mu.Unlock()
		r.Plan, r.Phase = p, fmt.Sprintf("sender %d of %d: %s", i+1, len(p.Senders), &p.Senders[i])
	}
	tell("")
	mine, cancel := context.WithCancelCause(ctx)
	q.mu.Lock()
	q.running[child.ID], q.cancel[child.ID] = child, cancel
	q.mu.Unlock()
	q.work(mine, child)
	switch {
	case ctx.Err() != nil:
		return child, p, context.Cause(ctx)
	case child.State != Done:
		return child, p, fmt.Errorf("%w: the replay of %s, which sent it, is %s (sightglass replays %s)", errSender, &p.Senders[i], child.State, child.ID)
	}
	tell(child.Judged.Verdict)
	return child, p, nil
}

// child is the replay of a sender for another replay.
func (q *Queue) child(r *Replay, s *Sender) *Replay {
	return &Replay{
		ID: newID(), State: Running, Created: q.o.Now(), Began: q.o.Now(), Derived: NewRecording(), Phase: "planning",
		Wish: Wish{
			Recording: r.Wish.Recording, Attempt: s.Attempt, To: s.To, Checkpoint: s.Checkpoint, Who: r.Wish.Who, For: r.ID,
			Job: s.Job, Task: s.Task, Operator: s.Operator, Subtask: s.Subtask, Number: s.Number,
		},
	}
}
