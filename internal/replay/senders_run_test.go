package replay

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// rootOf is a replay that two others have to run before: of attempts 2 and 3.
func rootOf(senders ...event.Key) func(*QueueOptions) {
	return func(o *QueueOptions) {
		o.plan = func(_ context.Context, w *Wish, _ bool) (*Plan, error) {
			p := &Plan{Last: 40}
			if w.Attempt == 1 {
				for _, key := range senders {
					p.Senders = append(p.Senders, Sender{Attempt: key, Key: key.String(), Operator: "task", Number: int(key), Checkpoint: 5, To: 30})
				}
			}
			return p, nil
		}
	}
}

func equalRun(o Options) *Result {
	return &Result{Whole: true, Recording: o.Recording, Compared: Comparison{Recorded: 2, Equal: 2}, Report: Report{How: "finished", Invocation: 40}}
}

// Senders run first, in their order, as replays of their own that are told apart from what somebody asked for.
func TestReplaysOfSendersRunBefore(t *testing.T) {
	var mu sync.Mutex
	var order []event.Key
	var levels []string
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		rootOf(2, 3)(o)
		o.run = func(_ context.Context, o Options, _ event.RecordingID, attempt event.Key, _ func(Report)) (*Result, error) {
			mu.Lock()
			defer mu.Unlock()
			order, levels = append(order, attempt), append(levels, o.Level)
			if attempt == 3 && (o.Checkpoint != 5 || o.To != 30) {
				t.Errorf("it ran from checkpoint %d to %d", o.Checkpoint, o.To)
			}
			return equalRun(o), nil
		}
	})
	root, err := q.Add(t.Context(), wish(1))
	if err != nil {
		t.Fatal(err)
	}
	defer run(t, q)()
	r := until(t, q, root.ID, Done)
	if r.Judged.Verdict != Exact || len(r.Plan.Senders) != 2 {
		t.Fatalf("%+v, senders %+v", r.Judged, r.Plan.Senders)
	}
	if len(order) != 3 || order[0] != 2 || order[1] != 3 || order[2] != 1 || levels[0] != "flight" || levels[2] != "" {
		t.Errorf("they ran as %v, at levels %q", order, levels)
	}
	for _, s := range r.Plan.Senders {
		child, err := q.Get(t.Context(), s.Replay)
		if err != nil || child.Wish.For != root.ID || child.Wish.Who != "ann" || child.State != Done || child.Derived.IsZero() || s.Verdict != Exact {
			t.Errorf("%s: %+v, %v", s.String(), child, err)
		}
	}
	if notes := strings.Join(r.Judged.Notes, " "); !strings.Contains(notes, "it comes from a replay of it (sightglass replays "+r.Plan.Senders[0].Replay) {
		t.Errorf("the verdict does not say what it rests on: %s", notes)
	}
}

// A sender that gives something else than was recorded proves nothing of what comes behind it, which is not run.
func TestASenderThatPartsEndsIt(t *testing.T) {
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		rootOf(2, 3)(o)
		o.run = func(_ context.Context, o Options, _ event.RecordingID, attempt event.Key, _ func(Report)) (*Result, error) {
			if attempt != 2 {
				t.Errorf("attempt %d runs all the same", attempt)
			}
			r := equalRun(o)
			r.Compared = Comparison{Untold: 9, Barriers: Barriers{Compared: 1, First: &BarrierDifference{7, 1, 10, 9}}}
			return r, nil
		}
	})
	root, _ := q.Add(t.Context(), wish(1))
	defer run(t, q)()
	r := until(t, q, root.ID, Done)
	if r.Judged.Verdict != NotReplayable || !strings.Contains(r.Judged.Text, "at the barrier of checkpoint 7 it had sent 9 elements to subpartition 1; the recorded attempt had sent 10") || !r.Derived.IsZero() {
		t.Errorf("%+v", r.Judged)
	}
}

// Behind a checkpoint not all that a task holds is known: one that parts there is tried from the attempt's beginning.
func TestASenderThatPartsBehindACheckpointBeginsAnew(t *testing.T) {
	var mu sync.Mutex
	var places []uint64
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		rootOf(2)(o)
		o.run = func(_ context.Context, o Options, _ event.RecordingID, attempt event.Key, _ func(Report)) (*Result, error) {
			mu.Lock()
			defer mu.Unlock()
			r := equalRun(o)
			if attempt == 2 {
				if places = append(places, o.Checkpoint); o.Checkpoint > 0 {
					r.Compared.First = &Difference{Number: 1, Recorded: &Output{Invocation: 7}}
				}
			}
			return r, nil
		}
	})
	root, _ := q.Add(t.Context(), wish(1))
	defer run(t, q)()
	r := until(t, q, root.ID, Done)
	if s := r.Plan.Senders[0]; r.Judged.Verdict != Exact || len(places) != 2 || places[0] != 5 || places[1] != 0 || s.Checkpoint != 0 || s.Verdict != Exact {
		t.Errorf("it began behind %d: %+v, %+v", places, s, r.Judged)
	}
}

// One that fails fails what needs it; what its exception says is shown there alone.
func TestASenderThatFailsFailsIt(t *testing.T) {
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		rootOf(2)(o)
		o.run = func(context.Context, Options, event.RecordingID, event.Key, func(Report)) (*Result, error) {
			return nil, errors.New("order 4711")
		}
	})
	root, _ := q.Add(t.Context(), wish(1))
	defer run(t, q)()
	r := until(t, q, root.ID, Failed)
	if id := r.Plan.Senders[0].Replay; !strings.Contains(r.Error, "sightglass replays "+id) || strings.Contains(r.Error, "4711") {
		t.Errorf("it says: %s", r.Error)
	}
}

// Whoever cancels a replay cancels what runs for it.
func TestCancellingEndsTheSenderThatRuns(t *testing.T) {
	begun := make(chan struct{})
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		rootOf(2, 3)(o)
		o.run = func(ctx context.Context, _ Options, _ event.RecordingID, _ event.Key, _ func(Report)) (*Result, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	root, _ := q.Add(t.Context(), wish(1))
	waits, _ := q.Add(t.Context(), wish(4))
	defer run(t, q)()
	<-begun
	r := until(t, q, root.ID, Running)
	if w := until(t, q, waits.ID, Queued); w.Ahead != 1 || r.Phase != "sender 1 of 2: task.0.2" {
		t.Errorf("%d are before the other one, and this one is at '%s'", w.Ahead, r.Phase)
	}
	if _, err := q.Cancel(t.Context(), waits.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Cancel(t.Context(), root.ID); err != nil {
		t.Fatal(err)
	}
	r = until(t, q, root.ID, Cancelled)
	until(t, q, r.Plan.Senders[0].Replay, Cancelled)
	if id := r.Plan.Senders[1].Replay; id != "" {
		t.Errorf("the other sender ran as %s", id)
	}
}
