package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// How much is traced at once, and kept.
const (
	Around     = 32 // invocations before and behind the one asked for
	maxTraces  = 4096
	maxSteps   = 2_000_000
	startLimit = 2 * time.Minute
)

// ErrBeyond says that an invocation is not one of the replayed attempt.
var ErrBeyond = errors.New("the replay does not come to that invocation")

// Session holds a replay of one attempt at hand, and traces intervals of it as they are asked for. Safe for concurrent use; one
// question is answered at a time.
type Session struct {
	o       Options
	rec     event.RecordingID
	attempt event.Key

	now atomic.Pointer[running] // the process that is at work, for those who only want to know how far it is

	mu      sync.Mutex
	run     *running
	traces  map[uint64]*Trace
	traced  []stretch // of which traces holds all
	steps   int
	starts  int
	whole   bool // replays begin at the attempt's beginning
	places  []start
	derived []event.RecordingID // that were made
	known   uint64              // the last invocation that was recorded when they were looked for
	lastUse time.Time
	closed  bool

	own     *ownSnapshots // of the process at hand
	asked   uint64        // the invocation that was asked for last
	warming warming
}

// OpenSession makes a session; the replay begins with the first question.
func OpenSession(o Options, rec event.RecordingID, attempt event.Key) *Session {
	return &Session{o: o, rec: rec, attempt: attempt, traces: make(map[uint64]*Trace), lastUse: time.Now()}
}

// Attempt is the attempt that runs again.
func (s *Session) Attempt() event.Key { return s.attempt }

// Starts is how many processes were started.
func (s *Session) Starts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts
}

// Derived is the recording that the replay made of an invocation that was traced; ok is false when none was.
func (s *Session) Derived(inv uint64) (rec event.RecordingID, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(inv); i >= 0 {
		return s.traced[i].derived, true
	}
	return rec, false
}

// Report is what the run said by which an invocation was traced; the zero Report: it was not.
func (s *Session) Report(inv uint64) Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(inv); i >= 0 {
		return s.traced[i].said
	}
	return Report{}
}

// Progress is how far the process is that is at work; the zero Report: it is being prepared, or there is none. It does not wait for
// the question that is being answered.
func (s *Session) Progress() Report {
	if r := s.now.Load(); r != nil {
		return r.report()
	}
	return Report{}
}

// take makes a process the one at work; nil = none is.
func (s *Session) take(r *running) {
	s.run = r
	s.now.Store(r)
}

// Jars are the job's, as long as the session is not closed.
func (s *Session) Jars() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(s.run.room.dir, "jar-*.jar")) // the pattern is right
	return found
}

// LastUse is when something was asked last.
func (s *Session) LastUse() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastUse
}

// Trace gives what the code did in an invocation. One in which no code of the job ran has no steps.
func (s *Session) Trace(ctx context.Context, inv uint64) (*Trace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastUse = time.Now()
	defer func() { s.lastUse = time.Now() }()
	if s.closed {
		return nil, errors.New("the session is over")
	}
	if inv == 0 {
		return nil, ErrBeyond
	}
	s.asked = inv
	defer s.warmLater()
	if s.has(inv) {
		return s.at(inv), nil
	}
	for late := (late{session: s, inv: inv}); ; {
		if err := s.fetch(ctx, s.free(before(inv, Around), inv), inv, Around); err != nil {
			return nil, err
		}
		if s.has(inv) || !late.wait(ctx) {
			break
		}
	}
	if !s.has(inv) {
		return nil, fmt.Errorf("%w: it ended at %d: %s", ErrBeyond, s.run.report().Invocation, s.run.why())
	}
	return s.at(inv), nil
}

func before(inv, n uint64) uint64 {
	if inv > n {
		return inv - n
	}
	return 1
}

// toward is Trace for one who goes on in a direction: going back, more of what lies before is traced at once, since each process
// begins at the start.
func (s *Session) toward(ctx context.Context, inv uint64, back bool) (*Trace, error) {
	if back {
		s.mu.Lock()
		if !s.closed && !s.has(inv) {
			err := s.fetch(ctx, s.free(before(inv, s.stretch()), inv), inv, 0)
			if err != nil {
				s.mu.Unlock()
				return nil, err
			}
		}
		s.mu.Unlock()
	}
	return s.Trace(ctx, inv)
}

// stretch grows with the processes that were started.
func (s *Session) stretch() uint64 { return Around << min(max(s.starts, 1), 6) }

func isBeyond(err error) bool { return errors.Is(err, ErrBeyond) }

func (s *Session) at(inv uint64) *Trace {
	if t := s.traces[inv]; t != nil {
		return t
	}
	return &Trace{Invocation: inv}
}

func (s *Session) has(inv uint64) bool { return s.find(inv) >= 0 }

func (s *Session) find(inv uint64) int {
	return slices.IndexFunc(s.traced, func(i stretch) bool { return i.first <= inv && inv <= i.last })
}

// free moves the begin of an interval behind what is known already.
func (s *Session) free(first, inv uint64) uint64 {
	for _, i := range s.traced {
		if i.last < inv && i.last >= first {
			first = i.last + 1
		}
	}
	return first
}

// far is how many invocations the task runs through rather than being built again behind a checkpoint that lies so much nearer.
const far = 20_000

// fetch traces from first to so many behind inv. For what lies before the place that the task is at, or far behind it, the task is built
// again behind the nearest checkpoint.
func (s *Session) fetch(ctx context.Context, first, inv, behind uint64) error {
	last := inv + behind
	for _, i := range s.traced {
		if i.first > inv && i.first <= last {
			last = i.first - 1
		}
	}
	if s.run != nil && s.run.gone() {
		s.end()
	}
	if r := s.run; r != nil {
		switch {
		case r.over() && inv >= r.reached() && !r.outdated():
			return nil // it ended before
		case !r.over() && r.reached() > first && r.reached() <= inv:
			first = r.reached()
		}
	}
	if err := s.goTo(ctx, first); err != nil {
		s.end()
		return err
	}
	traces, reached, err := s.run.trace(ctx, first, last)
	if err != nil {
		s.end()
		return err
	}
	if s.misled() {
		return s.fetch(ctx, first, inv, behind)
	}
	s.keep(stretch{first, min(last, reached-1), s.run.derived, s.run.report()}, traces)
	return nil
}

// misled tells whether the run at hand does something else than was recorded because of where it began; the next one begins elsewhere.
func (s *Session) misled() bool {
	report := s.run.report()
	if report.Renumbered == 0 && (report.Phase != phaseBuilding || report.Thrown == nil) {
		return false
	}
	switch {
	case s.run.own:
		// What was traced behind a snapshot of the replay's own may be wrong.
		s.own.drop("a replay that began with one did something else")
		s.forget()
	case s.run.checkpoint > 0:
		// The state may not be there, either. From the beginning it may do what was recorded.
		s.whole = true
		s.forget()
		s.end()
	default:
		return false
	}
	return true
}

// goTo lets the task wait before an invocation, or so near that it is there soon.
func (s *Session) goTo(ctx context.Context, first uint64) error {
	place, err := s.nearest(ctx, first)
	if err != nil {
		return err
	}
	switch {
	case s.run == nil:
		own, err := s.ownOf(ctx)
		if err != nil {
			return err
		}
		r, err := launch(ctx, s.o, s.rec, s.attempt, place, own)
		if err != nil {
			return err
		}
		s.own = own
		s.take(r)
		s.starts++
	case s.run.over() || s.run.reached() > first || place.invocation > s.run.reached()+far:
		if err := s.run.elsewhere(ctx, place); err != nil {
			return err
		}
	default:
		return nil
	}
	s.derived = append(s.derived, s.run.derived)
	s.tidy()
	return nil
}

// ownOf are the snapshots that a process may take for itself. Where the recording does not tell all that the task sent, it could not begin
// behind one with the right numbers of what it sends, nor with its partitioners where they were: nil.
func (s *Session) ownOf(ctx context.Context) (*ownSnapshots, error) {
	snap, err := s.o.Store.Snapshot(ctx, s.rec)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	told, err := levelsOf(ctx, snap, newDictionary(s.o.Store, s.rec), s.attempt)
	if err != nil || !told.all() {
		return nil, err
	}
	return newOwnSnapshots(s.places), nil
}

// nearest is the last place before an invocation at which the task can begin.
func (s *Session) nearest(ctx context.Context, first uint64) (start, error) {
	if s.whole {
		return start{}, nil
	}
	snap, err := s.o.Store.Snapshot(ctx, s.rec)
	if err != nil {
		return start{}, err
	}
	defer snap.Close()
	var last uint64
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: s.attempt}) {
		last = max(last, ref.Header.LastInv)
	}
	if last != s.known { // more was recorded
		if s.places, err = checkpoints(ctx, snap, s.attempt); err != nil {
			return start{}, err
		}
		s.known = last
	}
	recorded := lastBefore(s.places, s.o.Store, first)
	if own, ok := s.own.before(first); ok && own.invocation > recorded.invocation {
		return own, nil
	}
	return recorded, nil
}

// stretch is a range of invocations that was traced, and the recording that was made of them.
type stretch struct {
	first, last uint64
	derived     event.RecordingID
	said        Report
}

// keep adds an interval. Everything is forgotten when it becomes too much: what is asked again is traced again.
func (s *Session) keep(of stretch, traces []*Trace) {
	if len(s.traces) > maxTraces || s.steps > maxSteps {
		s.forget()
	}
	if of.last < of.first {
		return
	}
	s.traced = append(s.traced, of)
	for _, t := range traces {
		s.traces[t.Invocation] = t
		s.steps += len(t.Steps)
	}
}

// forget forgets what was traced, and removes what was recorded of it but by the run at hand.
func (s *Session) forget() {
	at := event.RecordingID{}
	if s.run != nil {
		at = s.run.derived
	}
	s.remove(at)
	clear(s.traces)
	s.traced, s.steps = nil, 0
}

// remove removes recordings that were derived, but one.
func (s *Session) remove(but event.RecordingID) {
	s.derived = slices.DeleteFunc(s.derived, func(rec event.RecordingID) bool {
		if rec == but {
			return false
		}
		s.discard(rec)
		return true
	})
}

// tidy removes what runs recorded that nothing was traced in. The one before the run at hand may still be telling.
func (s *Session) tidy() {
	if len(s.derived) < 3 {
		return
	}
	recent := s.derived[len(s.derived)-2:]
	old := s.derived[:len(s.derived)-2]
	kept := slices.DeleteFunc(slices.Clone(old), func(rec event.RecordingID) bool {
		if slices.ContainsFunc(s.traced, func(t stretch) bool { return t.derived == rec }) {
			return false
		}
		s.discard(rec)
		return true
	})
	s.derived = append(kept, recent...)
}

func (s *Session) discard(rec event.RecordingID) {
	if !s.o.Keep {
		_ = s.o.Store.Delete(context.Background(), rec) // there may be none
	}
}

// end ends the process.
func (s *Session) end() {
	if s.run != nil {
		s.run.stop()
		s.take(nil)
		s.own = nil
	}
}

// Close ends the process.
func (s *Session) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.warming.stop()
	s.end()
	s.remove(event.RecordingID{})
}
