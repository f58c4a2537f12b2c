package replay

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// running is a process in which a task runs from interval to interval and waits in between. It can be taken elsewhere: then the task is
// built again there, in the same process, which has loaded and compiled Flink's classes by then.
type running struct {
	o       Options
	rec     event.RecordingID
	attempt event.Key
	dict    *dictionary
	room    *room

	asked  chan interval // of the feed at hand
	cancel context.CancelFunc
	ended  chan struct{} // closed when the process is gone
	said   chan struct{} // something was said
	number uint64
	runs   int // of the task
	snaps  *ownSnapshots
	taskRun

	mu   sync.Mutex
	last Report
	fail error
}

// taskRun is one run of the task, from a start on.
type taskRun struct {
	derived    event.RecordingID
	folder     string // in the room's, holds its trace; empty: the room's itself
	checkpoint uint64 // that it began behind, 0 = none
	reader     traceReader
	offset     int64
	at         uint64          // invocations below were replayed
	own        bool            // it began with a snapshot of the session's own
	more       <-chan struct{} // closed: more was recorded than it is fed with
}

// linesOn are the arguments of a process whose lines are told: large methods stay compiled although probes make them larger, and of
// collectors the one that takes the least of processors, a tenth less than the JVM's own choice.
var linesOn = []string{"-Dsightglass.lines=true", "-XX:+UseSerialGC", "-XX:-DontCompileHugeMethods"}

// quietOn lets a process record no more than the order of what nobody looks at.
const quietOn = "-Dsightglass.quiet=true"

// launch starts a process in which the task waits behind a start.
func launch(ctx context.Context, o Options, rec event.RecordingID, attempt event.Key, from start, own *ownSnapshots) (_ *running, err error) {
	more := o.Store.Changed(rec)
	supply, err := openSupply(ctx, o.Store, rec, o.Derived, o.Topics)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			supply.close()
		}
	}()
	derived := NewRecording()
	room, err := o.setUp(ctx, supply, rec, attempt, from, derived, false)
	if err != nil {
		return nil, err
	}
	r := &running{
		o: o, rec: rec, attempt: attempt, dict: newDictionary(o.Store, rec), room: room,
		asked: make(chan interval), ended: make(chan struct{}), said: make(chan struct{}, 1), runs: 1, snaps: own,
		taskRun: taskRun{derived: derived, checkpoint: from.checkpoint, at: from.invocation + 1, more: more},
	}
	room.feed.stops, room.feed.done = &stops{asked: r.asked, own: own}, sync.OnceFunc(supply.close)
	room.jvm.extraArgs = linesOn
	if !wasTraced(supply.snap, attempt) {
		room.jvm.extraArgs = append(room.jvm.extraArgs[:len(linesOn):len(linesOn)], quietOn)
	}
	// The process outlives the question that it was started for.
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	go func() {
		defer close(r.ended)
		defer room.close()
		defer room.feed.done() // of a process that did not start nothing was fed
		report, err := room.runOn(life, r.feed, r.tell)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.last, r.fail = report, err
	}()
	return r, nil
}

// wasTraced tells whether an attempt was recorded at level trace for a while: then what is told outside of all invocations has numbers
// that a task would not give which tells less.
func wasTraced(snap store.Snapshot, attempt event.Key) bool {
	for range snap.Blocks(store.Filter{Lane: event.LaneState, Attempt: attempt}) {
		return true
	}
	return false
}

// feed feeds one run of the task after the other.
func (r *running) feed(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<18)
	if _, err := out.WriteString(hello); err != nil {
		return err
	}
	f := r.room.feed
	for {
		f.out = out
		err := f.steps(ctx)
		f.done()
		away := f.stops.away
		switch {
		case err == nil:
			// The task's run is over, and another one may be wanted. That it is over answers all else.
			for away == nil {
				select {
				case next := <-r.asked:
					away = next.away
				case <-ctx.Done():
					return nil
				}
			}
		case !errors.Is(err, errElsewhere):
			return err
		}
		b := append(make([]byte, 0, 64), stepAgain)
		b = binary.BigEndian.AppendUint16(b, uint16(len(away.folder)))
		_, err = out.Write(append(b, away.folder...))
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			away.feed.done()
			return err
		}
		f = away.feed
	}
}

// elsewhere builds the task again behind another start. After an error the process is of no use any more.
func (r *running) elsewhere(ctx context.Context, from start) (err error) {
	if r.outdated() {
		r.dict = newDictionary(r.o.Store, r.rec)
	}
	more := r.o.Store.Changed(r.rec)
	supply, err := openSupply(ctx, r.o.Store, r.rec, r.o.Derived, r.o.Topics)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			supply.close()
		}
	}()
	folder := strconv.Itoa(r.runs)
	next := taskRun{derived: NewRecording(), folder: folder, checkpoint: from.checkpoint, at: from.invocation + 1, own: from.own != "", more: more}
	made, err := os.MkdirTemp(r.o.Dir, "replay-next-")
	if err != nil {
		return fmt.Errorf("making a folder for a replay: %w", err)
	}
	defer os.RemoveAll(made) // it is not there any more when all went well
	if err := r.room.enter(ctx, made, supply.snap, r.attempt, from, next.derived, r.dict); err != nil {
		return fmt.Errorf("laying the task out: %w", err)
	}
	if err := r.room.admit(made, folder, &from); err != nil {
		return fmt.Errorf("laying the task out: %w", err)
	}
	f := newFeed(supply, r.dict, r.attempt, from)
	f.stops, f.done = &stops{asked: r.asked, own: r.snaps}, sync.OnceFunc(supply.close)
	r.mu.Lock()
	r.last = Report{Paused: r.last.Paused}
	r.mu.Unlock()
	if err := r.ask(ctx, interval{away: &elsewhere{feed: f, folder: folder}}); err != nil {
		return err
	}
	if r.runs > 1 {
		_ = os.RemoveAll(filepath.Join(r.room.dir, r.folder)) // with the room, at the latest
	}
	r.runs++
	r.taskRun = next
	return nil
}

// ask hands something to the feed at hand.
func (r *running) ask(ctx context.Context, next interval) error {
	select {
	case r.asked <- next:
		return nil
	case <-r.ended:
		if err := r.err(); err != nil {
			return err
		}
		return errors.New("the process of the replay is gone")
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(startLimit):
		return errors.New("the replay does not start")
	}
}

func (r *running) tell(report Report) {
	r.mu.Lock()
	r.last = report
	r.mu.Unlock()
	if report.taken != nil {
		r.snaps.told(report.taken)
	}
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

// gone tells whether there is no process any more.
func (r *running) gone() bool { return closed(r.ended) }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// over tells whether the run of the task came to its end.
func (r *running) over() bool { return r.report().How != "" || r.gone() }

// outdated tells whether more was recorded since the run began: it is not fed with that.
func (r *running) outdated() bool { return closed(r.more) }

// why says why the replay went no further.
func (r *running) why() string {
	report := r.report()
	if report.Thrown != nil {
		return "the task threw " + ClassOf(report.Thrown.Text)
	}
	return report.How
}

// goOn lets the replay run to an invocation, and wait before it.
func (r *running) goOn(ctx context.Context, to uint64) error {
	_, _, err := r.trace(ctx, to, to-1)
	return err
}

// trace lets the replay go on to an interval and through it. reached is the invocation before which it waits, or behind the last.
func (r *running) trace(ctx context.Context, first, last uint64) (traces []*Trace, reached uint64, err error) {
	r.number++
	if err := r.ask(ctx, interval{first: first, last: last, number: r.number}); err != nil {
		return nil, 0, err
	}
	for {
		report := r.report()
		if report.Paused == r.number {
			r.at = max(last+1, report.Invocation)
			traces, err := r.readTo(report.Trace)
			return traces, r.at, err
		}
		if report.How != "" {
			// It came to its end within the interval, or before.
			r.at = report.Invocation + 1
			traces, err := r.readAll()
			for _, t := range traces {
				r.at = max(r.at, t.Invocation+1)
			}
			return traces, r.at, err
		}
		select {
		case <-r.said:
		case <-r.ended:
			if err := r.err(); err != nil {
				return nil, 0, err
			}
			if r.report().How == "" {
				return nil, 0, errors.New("the process of the replay is gone")
			}
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

func (r *running) readTo(size int64) ([]*Trace, error) {
	if size == r.offset {
		return nil, nil // of a run in which nothing was traced yet there is no file
	}
	f, long, err := r.room.open(r.folder, "trace")
	if err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	defer f.Close()
	return r.readFrom(f, min(size, long))
}

// readFrom reads a trace from where it was read to on.
func (r *running) readFrom(f *os.File, size int64) ([]*Trace, error) {
	if size < r.offset || size-r.offset > maxTraceRead {
		return nil, fmt.Errorf("the trace of the replay: it grew from %d to %d bytes at once", r.offset, size)
	}
	b := make([]byte, size-r.offset)
	if _, err := f.ReadAt(b, r.offset); err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	return r.read(b)
}

// maxTraceRead bounds what is read of a trace at once, bytes: the process writes it, and may write anything.
const maxTraceRead = 1 << 30

// readAll reads what the file holds behind what was read; one that nothing was traced into is not there.
func (r *running) readAll() ([]*Trace, error) {
	f, size, err := r.room.open(r.folder, "trace")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the trace of the replay: %w", err)
	}
	defer f.Close()
	if size <= r.offset {
		return nil, nil
	}
	return r.readFrom(f, size)
}

func (r *running) read(b []byte) ([]*Trace, error) {
	r.offset += int64(len(b))
	traces, err := r.reader.read(b)
	if err == nil && r.reader.Broken != "" {
		err = errors.New("tracing failed: " + r.reader.Broken)
	}
	return traces, err
}

// stop ends the process. What it recorded stays.
func (r *running) stop() {
	r.cancel()
	<-r.ended
	r.room.remove(&r.o)
}

func firstLine(s string) string {
	for i, c := range s {
		if c == '\n' {
			return s[:i]
		}
	}
	return s
}
