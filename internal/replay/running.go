package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// running is a replay that goes from interval to interval and waits in between.
type running struct {
	derived event.RecordingID
	dir     string // stays until stop: the job's jars lie there
	remove  func()

	checkpoint uint64 // that it began behind, 0 = none

	asked  chan interval
	cancel context.CancelFunc
	ended  chan struct{} // closed when the process is gone
	said   chan struct{} // something was said
	reader traceReader
	offset int64
	number uint64
	at     uint64 // invocations below were replayed

	mu   sync.Mutex
	last Report
	fail error
}

// linesOn are the arguments of a process whose lines are told: large methods stay compiled although probes make them larger.
var linesOn = []string{"-Dsightglass.lines=true", "-XX:-DontCompileHugeMethods"}

// begin starts a replay of an attempt that comes through invocation first: behind the last checkpoint before it, when there is one
// to begin with; whole: at its beginning. It waits before its first invocation.
func begin(ctx context.Context, o Options, rec event.RecordingID, attempt event.Key, first uint64, whole bool) (_ *running, err error) {
	snap, err := o.Store.Snapshot(ctx, rec)
	if err != nil {
		return nil, err
	}
	undo := []func(){snap.Close}
	cleanup := func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	defer func() {
		if err != nil {
			cleanup()
		}
	}()
	var from start
	if !whole {
		if from, err = nearest(ctx, snap, o.Store, attempt, first); err != nil {
			return nil, err
		}
	}
	room, err := o.setUp(ctx, snap, rec, attempt, from, NewRecording(), false)
	if err != nil {
		return nil, err
	}
	undo = append(undo, room.close)
	r := &running{derived: room.derived, dir: room.dir, checkpoint: from.checkpoint, asked: make(chan interval), ended: make(chan struct{}), said: make(chan struct{}, 1), at: from.invocation + 1}
	r.remove = func() {
		room.remove(&o)
		if !o.Keep {
			_ = o.Store.Delete(context.WithoutCancel(ctx), room.derived) // there may be none yet
		}
	}
	room.feed.stops = &stops{asked: r.asked}
	room.jvm.extraArgs = linesOn
	// The process outlives the question that it was started for.
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	go func() {
		defer close(r.ended)
		defer cleanup()
		report, err := room.run(life, r.tell)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.last, r.fail = report, err
	}()
	return r, nil
}

// nearest is the last place before an invocation at which a replay can begin: the attempt's beginning, if no state is there to begin with.
func nearest(ctx context.Context, snap store.Snapshot, blobs store.BlobReader, attempt event.Key, first uint64) (start, error) {
	all, err := checkpoints(ctx, snap, attempt)
	if err != nil {
		return start{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].invocation < first && all[i].absent(blobs) == "" {
			return all[i], nil
		}
	}
	return start{}, nil
}

func (r *running) tell(report Report) {
	r.mu.Lock()
	r.last = report
	r.mu.Unlock()
	select {
	case r.said <- struct{}{}:
	default:
	}
}

func (r *running) report() Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *running) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fail
}

// reached is the invocation that comes next.
func (r *running) reached() uint64 { return r.at }

func (r *running) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// why says why the replay went no further.
func (r *running) why() string {
	report := r.report()
	if report.Thrown != nil {
		return "the task threw " + firstLine(report.Thrown.Text)
	}
	return report.How
}

// trace lets the replay go on to an interval and through it. reached is the invocation before which it waits, or behind the last.
func (r *running) trace(ctx context.Context, first, last uint64) (traces []*Trace, reached uint64, err error) {
	r.number++
	select {
	case r.asked <- interval{first: first, last: last, number: r.number}:
	case <-r.ended:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case <-time.After(startLimit):
		return nil, 0, errors.New("the replay does not start")
	}
	for {
		report := r.report()
		if report.Paused == r.number {
			r.at = max(last+1, report.Invocation)
			traces, err := r.readTo(report.Trace)
			return traces, r.at, err
		}
		select {
		case <-r.said:
		case <-r.ended:
			if err := r.err(); err != nil {
				return nil, 0, err
			}
			// It came to its end within the interval, or before.
			report = r.report()
			r.at = report.Invocation + 1
			traces, err := r.readAll()
			for _, t := range traces {
				r.at = max(r.at, t.Invocation+1)
			}
			return traces, r.at, err
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

func (r *running) readTo(size int64) ([]*Trace, error) {
	f, err := os.Open(filepath.Join(r.dir, "trace"))
	if err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	defer f.Close()
	b := make([]byte, size-r.offset)
	if _, err := f.ReadAt(b, r.offset); err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	return r.read(b)
}

// readAll reads what the file holds behind what was read; one that nothing was traced into is not there.
func (r *running) readAll() ([]*Trace, error) {
	file, err := os.ReadFile(filepath.Join(r.dir, "trace"))
	if errors.Is(err, os.ErrNotExist) || err == nil && int64(len(file)) <= r.offset {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	return r.read(file[r.offset:])
}

func (r *running) read(b []byte) ([]*Trace, error) {
	r.offset += int64(len(b))
	traces, err := r.reader.read(b)
	if err == nil && r.reader.Broken != "" {
		err = errors.New("tracing failed: " + r.reader.Broken)
	}
	return traces, err
}

func (r *running) stop() {
	r.cancel()
	<-r.ended
	r.remove()
}

func firstLine(s string) string {
	for i, c := range s {
		if c == '\n' {
			return s[:i]
		}
	}
	return s
}
