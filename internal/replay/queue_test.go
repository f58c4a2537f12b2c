package replay

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/store/meta"
)

func openMeta(t *testing.T, path string) *meta.DB {
	t.Helper()
	d, err := meta.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func queue(t *testing.T, d *meta.DB, change func(*QueueOptions)) *Queue {
	t.Helper()
	o := QueueOptions{Store: memory.New(), Meta: d, Dir: filepath.Join(t.TempDir(), "replay"), Jobs: 1, Heap: 64, Time: time.Minute}
	o.plan = func(context.Context, *Wish, bool) (*Plan, error) { return &Plan{Last: 40}, nil }
	if change != nil {
		change(&o)
	}
	q, err := NewQueue(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func wish(attempt event.Key) Wish {
	return Wish{Recording: event.RecordingID{1}, Attempt: attempt, Who: "ann", Task: "sum"}
}

// run starts the queue and returns how to stop it.
func run(t *testing.T, q *Queue) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { q.Run(ctx) })
	return func() { cancel(); group.Wait() }
}

// until waits for a replay to be in a state.
func until(t *testing.T, q *Queue, id, state string) Replay {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		r, err := q.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == state {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is %s, not %s: %s", r.State, state, r.Error)
		}
		<-time.After(time.Millisecond)
	}
}

func TestReplaysRunOneAfterTheOtherAndAreKept(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	release := make(chan struct{})
	q := queue(t, d, func(o *QueueOptions) {
		o.run = func(ctx context.Context, o Options, _ event.RecordingID, _ event.Key, progress func(Report)) (*Result, error) {
			progress(Report{Phase: "running", Elements: 8, Invocation: 10})
			<-release
			return &Result{Whole: true, Recording: o.Recording, Compared: Comparison{Recorded: 2, Equal: 2}, Report: Report{How: "finished", Invocation: 40}}, nil
		}
	})
	first, err := q.Add(t.Context(), wish(1))
	if err != nil {
		t.Fatal(err)
	}
	second, err := q.Add(t.Context(), wish(2))
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, q)
	r := until(t, q, first.ID, Running)
	for r.Phase != "running" {
		r = until(t, q, first.ID, Running)
	}
	if r.Share() != 0.25 || r.Elements != 8 {
		t.Errorf("progress: %v, %d elements", r.Share(), r.Elements)
	}
	if w := until(t, q, second.ID, Queued); w.Ahead != 1 {
		t.Errorf("%d before it", w.Ahead)
	}
	close(release)
	until(t, q, first.ID, Done)
	r = until(t, q, second.ID, Done)
	stop()
	if r.Judged == nil || r.Judged.Verdict != Exact || r.Derived.IsZero() {
		t.Errorf("%+v", r)
	}
	// Another server on the same metadata knows it all.
	again := queue(t, d, nil)
	kept, err := again.Get(t.Context(), second.ID)
	if err != nil || kept.Judged == nil || kept.Judged.Text != r.Judged.Text || kept.Wish.Who != "ann" || kept.Derived != r.Derived || kept.Wish.Attempt != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
	if of, err := again.Of(t.Context(), r.Derived); err != nil || of.ID != second.ID {
		t.Errorf("%+v, %v", of, err)
	}
	if list, err := again.List(t.Context(), event.RecordingID{1}, 10); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := again.Forget(t.Context(), second.ID); err != nil {
		t.Error(err)
	}
	if _, err := again.Get(t.Context(), second.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("it was forgotten, and is still there: %v", err)
	}
}

func TestWhatRanWhenTheServerEndedHasFailedAndWhatWaitedWaits(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	begun := make(chan struct{})
	q := queue(t, d, func(o *QueueOptions) {
		o.run = func(ctx context.Context, _ Options, _ event.RecordingID, _ event.Key, _ func(Report)) (*Result, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	first, _ := q.Add(t.Context(), wish(1))
	second, _ := q.Add(t.Context(), wish(2))
	stop := run(t, q)
	<-begun
	stop()
	if r := until(t, q, first.ID, Failed); r.Error != "the server ended while it ran" || !r.Derived.IsZero() {
		t.Errorf("%+v", r)
	}
	// A server that was killed wrote nothing of its end.
	r, _ := q.Get(t.Context(), first.ID)
	r.State, r.Error = Running, ""
	if err := q.save(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	again := queue(t, d, nil)
	if r := until(t, again, first.ID, Failed); r.Error != "the server ended while it ran" {
		t.Errorf("%+v", r)
	}
	if w := until(t, again, second.ID, Queued); w.Ahead != 0 {
		t.Errorf("%+v", w)
	}
}

func TestACancelledReplayEndsAndLeavesNothing(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	begun := make(chan struct{})
	q := queue(t, d, func(o *QueueOptions) {
		o.run = func(ctx context.Context, _ Options, _ event.RecordingID, _ event.Key, _ func(Report)) (*Result, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	first, _ := q.Add(t.Context(), wish(1))
	waits, _ := q.Add(t.Context(), wish(2))
	defer run(t, q)()
	<-begun
	for _, id := range []string{waits.ID, first.ID} {
		if _, err := q.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if r := until(t, q, id, Cancelled); r.Judged != nil || !r.Derived.IsZero() || r.Ended.IsZero() {
			t.Errorf("%+v", r)
		}
	}
}

func TestAReplayThatTakesTooLongIsEnded(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	q := queue(t, d, func(o *QueueOptions) {
		o.Time = time.Millisecond
		o.run = func(ctx context.Context, _ Options, _ event.RecordingID, _ event.Key, _ func(Report)) (*Result, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	r, _ := q.Add(t.Context(), wish(1))
	defer run(t, q)()
	if r = until(t, q, r.ID, Failed); r.Error != errTooLong.Error() {
		t.Errorf("%+v", r)
	}
}

func TestWhatCannotBeReplayedSaysSoAndTheQueueIsBounded(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	q := queue(t, d, func(o *QueueOptions) {
		o.plan = func(context.Context, *Wish, bool) (*Plan, error) {
			p := &Plan{Last: 3}
			p.warn(AboutSecrets, "", "hidden")
			p.stop(AboutFlink, "get them", "no jars")
			return p, nil
		}
		o.run = func(context.Context, Options, event.RecordingID, event.Key, func(Report)) (*Result, error) {
			t.Error("it was run all the same")
			return nil, errors.New("run")
		}
	})
	var last Replay
	for i := range maxWaiting {
		last, _ = q.Add(t.Context(), wish(event.Key(i+1)))
	}
	if _, err := q.Add(t.Context(), wish(99)); !errors.Is(err, ErrFull) {
		t.Errorf("one more than may wait: %v", err)
	}
	defer run(t, q)()
	if r := until(t, q, last.ID, Done); r.Judged.Verdict != NotReplayable || r.Judged.Text != "no jars" || len(r.Plan.Findings) != 2 || !r.Derived.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestFoldersThatAKilledServerLeftAreRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "replay")
	if err := os.MkdirAll(filepath.Join(dir, "replay-1", "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) { o.Dir = dir })
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}
