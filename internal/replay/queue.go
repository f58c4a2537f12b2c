package replay

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("no such replay")
	ErrFull     = errors.New("too many replays wait")
)

// maxWaiting replays wait at most.
const maxWaiting = 20

// QueueOptions of NewQueue. All but Log, Now and run are required.
type QueueOptions struct {
	Store   store.Store
	Meta    *meta.DB
	Machine Machine
	Dir     string // folders of replays are made below it
	Jobs    int    // that run at a time
	Heap    int    // MiB
	Time    time.Duration
	Log     *slog.Logger
	Now     func() time.Time
	Edit    Editor // nil: no value of a record can be changed
	Jars    string // folder of uploaded jars
	Topics  Topics // nil: no topic of Kafka is read again
	// Masked tells whether values of a recording are masked. Nothing that such a one lacks is read from a topic: it would be clear. Nil: none are.
	Masked func(ctx context.Context, rec event.RecordingID) (bool, error)

	plan func(ctx context.Context, w *Wish, whole bool) (*Plan, error)                               // of tests
	run  func(context.Context, Options, event.RecordingID, event.Key, func(Report)) (*Result, error) // of tests
}

// Queue runs replays one after the other, and keeps what came of them. Safe for concurrent use.
type Queue struct {
	o    QueueOptions
	wake chan struct{}

	mu      sync.Mutex
	waiting []*Replay
	running map[string]*Replay
	cancel  map[string]context.CancelCauseFunc
}

// NewQueue takes up what was left by the server that ran before: what ran then has failed, what waited waits.
func NewQueue(ctx context.Context, o QueueOptions) (*Queue, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.run == nil {
		o.run = Run
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, fmt.Errorf("folder of replays: %w", err)
	}
	// What a server that was killed left behind.
	if err := os.RemoveAll(o.Dir); err != nil {
		return nil, fmt.Errorf("folder of replays: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of replays: %w", err)
	}
	q := &Queue{wake: make(chan struct{}, o.Jobs), running: map[string]*Replay{}, cancel: map[string]context.CancelCauseFunc{}}
	if o.plan == nil {
		o.plan = q.planned
	}
	q.o = o
	for _, state := range []string{Running, Queued} {
		rows, err := o.Meta.ReplaysIn(ctx, state)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			r, err := fromRow(row)
			switch {
			case err != nil:
				o.Log.Warn("a replay cannot be read", "replay", row.ID, "error", err)
			case state == Queued:
				q.waiting = append(q.waiting, r)
				q.knock()
			default:
				r.State, r.Error, r.Ended = Failed, "the server ended while it ran", o.Now()
				if err := q.save(ctx, r); err != nil {
					return nil, err
				}
			}
		}
	}
	return q, nil
}

func (q *Queue) knock() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) save(ctx context.Context, r *Replay) error {
	row, err := r.row()
	if err != nil {
		return err
	}
	return q.o.Meta.SaveReplay(context.WithoutCancel(ctx), row)
}

// Plan says what a replay would need. Nothing is run, and all that was recorded is gone through.
func (q *Queue) Plan(ctx context.Context, rec event.RecordingID, attempt event.Key) (*Plan, error) {
	return q.o.plan(ctx, &Wish{Recording: rec, Attempt: attempt}, true)
}

func newID() string {
	var id [6]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

// Add lets a replay wait for its turn. ErrFull.
func (q *Queue) Add(ctx context.Context, w Wish) (Replay, error) {
	r := &Replay{ID: newID(), Wish: w, State: Queued, Created: q.o.Now()}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxWaiting {
		return Replay{}, fmt.Errorf("%w: %d", ErrFull, len(q.waiting))
	}
	if err := q.save(ctx, r); err != nil {
		return Replay{}, err
	}
	q.waiting = append(q.waiting, r)
	q.knock()
	return q.copyLocked(r), nil
}

// copyLocked is what callers get.
func (q *Queue) copyLocked(r *Replay) Replay {
	c := *r
	if i := slices.Index(q.waiting, r); i >= 0 {
		c.Ahead = i
		for _, x := range q.running {
			if x.Wish.For == "" { // what runs for another one takes no place of its own
				c.Ahead++
			}
		}
	}
	return c
}

// Get gives one. ErrNotFound.
func (q *Queue) Get(ctx context.Context, id string) (Replay, error) {
	if r, ok := q.live(id); ok {
		return r, nil
	}
	row, err := q.o.Meta.Replay(ctx, id)
	return found(row, err)
}

func found(row meta.Replay, err error) (Replay, error) {
	if errors.Is(err, meta.ErrNotFound) {
		return Replay{}, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if err != nil {
		return Replay{}, err
	}
	r, err := fromRow(row)
	if err != nil {
		return Replay{}, err
	}
	return *r, nil
}

func (q *Queue) live(id string) (Replay, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.running[id]; r != nil {
		return q.copyLocked(r), true
	}
	for _, r := range q.waiting {
		if r.ID == id {
			return q.copyLocked(r), true
		}
	}
	return Replay{}, false
}

// List gives the newest, the newest first: of one recording, or of all (zero).
func (q *Queue) List(ctx context.Context, rec event.RecordingID, limit int) ([]Replay, error) {
	name := ""
	if !rec.IsZero() {
		name = rec.String()
	}
	rows, err := q.o.Meta.Replays(ctx, name, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Replay, 0, len(rows))
	for _, row := range rows {
		if r, ok := q.live(row.ID); ok {
			list = append(list, r)
			continue
		}
		r, err := fromRow(row)
		if err != nil {
			return nil, err
		}
		list = append(list, *r)
	}
	return list, nil
}

// Of finds the one that gave a derived recording. ErrNotFound.
func (q *Queue) Of(ctx context.Context, derived event.RecordingID) (Replay, error) {
	row, err := q.o.Meta.ReplayOf(ctx, derived.String())
	return found(row, err)
}

var errCancelled = errors.New("cancelled")

// Cancel ends one that waits or runs; one that is over is as it is. The answer is as it is then: one that runs ends a moment later.
func (q *Queue) Cancel(ctx context.Context, id string) (Replay, error) {
	q.mu.Lock()
	if cancel := q.cancel[id]; cancel != nil {
		cancel(errCancelled)
	}
	if i := slices.IndexFunc(q.waiting, func(r *Replay) bool { return r.ID == id }); i >= 0 {
		r := q.waiting[i]
		q.waiting = slices.Delete(q.waiting, i, i+1)
		r.State, r.Ended = Cancelled, q.o.Now()
		err := q.save(ctx, r)
		q.mu.Unlock()
		return *r, err
	}
	q.mu.Unlock()
	return q.Get(ctx, id)
}

// Forget removes one that is over, and what it derived. ErrNotFound.
func (q *Queue) Forget(ctx context.Context, id string) (Replay, error) {
	r, err := q.Get(ctx, id)
	if err != nil || !r.Over() {
		return r, err
	}
	if err := q.discard(ctx, &r); err != nil {
		return r, err
	}
	return r, q.o.Meta.ForgetReplay(ctx, id)
}

// discard removes the recordings that one derived.
func (q *Queue) discard(ctx context.Context, r *Replay) error {
	for _, rec := range []event.RecordingID{r.Derived, r.Base} {
		if rec.IsZero() {
			continue
		}
		if err := q.o.Store.Delete(ctx, rec); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// Run runs what waits, until ctx ends. What runs then has failed.
func (q *Queue) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for range q.o.Jobs {
		workers.Go(func() {
			for {
				r, mine := q.take(ctx)
				switch {
				case r != nil:
					q.work(mine, r)
				case ctx.Err() != nil:
					return
				default:
					select {
					case <-ctx.Done():
						return
					case <-q.wake:
					}
				}
			}
		})
	}
	workers.Wait()
}

// take begins the next one; nil when none waits.
func (q *Queue) take(ctx context.Context) (*Replay, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 || ctx.Err() != nil {
		return nil, ctx
	}
	r := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	if len(q.waiting) > 0 {
		q.knock()
	}
	r.State, r.Began, r.Derived, r.Phase = Running, q.o.Now(), NewRecording(), "planning"
	if r.WhatIf() {
		r.Base = NewRecording()
	}
	mine, cancel := context.WithCancelCause(ctx)
	q.running[r.ID], q.cancel[r.ID] = r, cancel
	return r, mine
}

var errTooLong = errors.New("it took longer than the setting replay-time allows")

// work runs one and keeps what came of it.
func (q *Queue) work(ctx context.Context, r *Replay) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	limit := time.AfterFunc(q.o.Time, func() { end(errTooLong) })
	defer limit.Stop()
	if err := q.save(ctx, r); err != nil {
		q.o.Log.Warn("a replay is not kept while it runs", "replay", r.ID, "error", err)
	}
	result, plan, why, err := q.replay(ctx, r, limit)
	q.mu.Lock()
	defer q.mu.Unlock()
	r.Phase, r.Ended, r.Plan = "", q.o.Now(), plan
	if plan != nil {
		r.Last = plan.Last
	}
	switch cause := context.Cause(ctx); {
	case err == nil && result == nil:
		r.State, r.Judged = Done, &Judgement{Verdict: NotReplayable, Text: why, Last: plan.Last}
	case err == nil:
		r.State, r.Elements, r.Reached, r.CPU = Done, result.Report.Elements, result.Report.Invocation, result.Report.CPU
		judged := judge(result, plan, newDictionary(q.o.Store, r.Wish.Recording).attempts[r.Wish.Attempt].Chain)
		r.Judged = &judged
	case errors.Is(cause, errCancelled):
		r.State = Cancelled
	case errors.Is(cause, errTooLong):
		r.State, r.Error = Failed, errTooLong.Error()
	case cause != nil:
		r.State, r.Error = Failed, "the server ended while it ran"
	default:
		r.State, r.Error = Failed, err.Error()
	}
	if r.State != Done || result == nil {
		if err := q.discard(context.WithoutCancel(ctx), r); err != nil {
			q.o.Log.Warn("what a replay told until it failed stays stored", "recording", r.Derived.String(), "error", err)
		}
		r.Derived, r.Base, r.Unchanged, r.Differences, r.Parted = event.RecordingID{}, event.RecordingID{}, nil, nil, nil
	}
	if err := q.save(ctx, r); err != nil {
		q.o.Log.Error("what came of a replay is not kept", "replay", r.ID, "error", err)
	}
	q.cancel[r.ID](nil)
	delete(q.running, r.ID)
	delete(q.cancel, r.ID)
}

// why is the first finding that stops.
func (p *Plan) why() string {
	for _, f := range p.Findings {
		if f.Stops {
			return f.Text
		}
	}
	return ""
}

// replay plans and runs; without a result and an error why says why not. limit bounds it, but for what has to run before.
func (q *Queue) replay(ctx context.Context, r *Replay, limit *time.Timer) (_ *Result, _ *Plan, why string, _ error) {
	if r.Wish.Nearest {
		at, err := q.nearest(ctx, &r.Wish)
		if err != nil {
			return nil, nil, "", err
		}
		q.mu.Lock()
		r.Wish.Checkpoint = at
		q.mu.Unlock()
	}
	plan, err := q.o.plan(ctx, &r.Wish, false)
	if err != nil {
		return nil, nil, "", err
	}
	q.mu.Lock()
	r.Plan, r.Last, r.Sandbox = plan, plan.Last, plan.Sandbox
	q.mu.Unlock()
	if plan.Stopped() {
		return nil, plan, plan.why(), nil
	}
	limit.Stop() // each of those has a limit of its own
	plan, why, err = q.runSenders(ctx, r, plan)
	limit.Reset(q.o.Time)
	if err != nil || why != "" {
		return nil, plan, why, err
	}
	derived, err := q.derived(ctx, r.Wish.Recording)
	if err != nil {
		return nil, plan, "", err
	}
	o, err := q.options(ctx, plan, r.Wish.Recording)
	if err != nil {
		return nil, plan, "", err
	}
	o.Checkpoint, o.To, o.Recording, o.Changes, o.Edit = r.Wish.Checkpoint, r.Wish.To, r.Derived, r.Wish.Changes, q.o.Edit
	o.Derived = derived.of
	if r.Wish.For != "" {
		o.Level = levelOfSenders
	}
	progress := func(p Report) {
		q.mu.Lock()
		r.Phase, r.Elements, r.Reached = p.Phase, p.Elements, p.Invocation
		q.mu.Unlock()
	}
	if !r.Wish.Variant.IsZero() {
		o.Variant, o.Jars = &r.Wish.Variant, q.o.Jars
	}
	if r.WhatIf() {
		result, err := q.paired(ctx, r, plan, o, progress)
		return result, plan, "", err
	}
	result, err := q.o.run(ctx, o, r.Wish.Recording, r.Wish.Attempt, progress)
	return result, plan, "", err
}

// nearest is the last checkpoint before the invocation that was asked from, 0 when there is none.
func (q *Queue) nearest(ctx context.Context, w *Wish) (at uint64, err error) {
	snap, err := q.o.Store.Snapshot(ctx, w.Recording)
	if err != nil {
		return 0, err
	}
	defer snap.Close()
	before := w.From
	if at := first(w.Changes); at > 0 {
		before = min(before, at)
	}
	s, err := nearest(ctx, snap, q.o.Store, w.Attempt, before)
	return s.checkpoint, err
}
