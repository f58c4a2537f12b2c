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
	traced  []interval // of which traces holds all
	steps   int
	starts  int
	whole   bool // replays begin at the attempt's beginning
	lastUse time.Time
	closed  bool
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

// Derived is the recording that the replay makes; ok is false before it began.
func (s *Session) Derived() (rec event.RecordingID, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return rec, false
	}
	return s.run.derived, true
}

// Report is what the process said last.
func (s *Session) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return Report{}
	}
	return s.run.report()
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
	found, _ := filepath.Glob(filepath.Join(s.run.dir, "jar-*.jar")) // the pattern is right
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
	if s.has(inv) {
		return s.at(inv), nil
	}
	if err := s.fetch(ctx, s.free(before(inv, Around), inv), inv, Around); err != nil {
		return nil, err
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

func (s *Session) has(inv uint64) bool {
	return slices.ContainsFunc(s.traced, func(i interval) bool { return i.first <= inv && inv <= i.last })
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

// fetch traces from first to so many behind inv. What lies before the place that the process is at needs a new process.
func (s *Session) fetch(ctx context.Context, first, inv, behind uint64) error {
	last := inv + behind
	for _, i := range s.traced {
		if i.first > inv && i.first <= last {
			last = i.first - 1
		}
	}
	if s.run != nil && (s.run.reached() > first || s.run.over()) {
		if s.run.reached() <= inv && !s.run.over() {
			first = s.run.reached()
		} else if s.run.over() && inv >= s.run.reached() && s.run.err() == nil {
			return nil // it ended before
		} else {
			s.run.stop()
			s.take(nil)
		}
	}
	if s.run == nil {
		r, err := begin(ctx, s.o, s.rec, s.attempt, first, s.whole)
		if err != nil {
			return err
		}
		s.take(r)
		s.starts++
	}
	traces, reached, err := s.run.trace(ctx, first, last)
	if err != nil {
		s.run.stop()
		s.take(nil)
		return err
	}
	if s.run.checkpoint > 0 && s.run.report().Renumbered > 0 {
		// Behind the checkpoint it does not do what was recorded. From the beginning it may.
		s.run.stop()
		s.take(nil)
		s.whole = true
		clear(s.traces)
		s.traced, s.steps = nil, 0
		return s.fetch(ctx, first, inv, behind)
	}
	s.keep(first, min(last, reached-1), traces)
	return nil
}

// keep adds an interval. Everything is forgotten when it becomes too much: what is asked again is traced again.
func (s *Session) keep(first, last uint64, traces []*Trace) {
	if len(s.traces) > maxTraces || s.steps > maxSteps {
		clear(s.traces)
		s.traced, s.steps = nil, 0
	}
	if last < first {
		return
	}
	s.traced = append(s.traced, interval{first: first, last: last})
	for _, t := range traces {
		s.traces[t.Invocation] = t
		s.steps += len(t.Steps)
	}
}

// Close ends the process.
func (s *Session) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.run != nil {
		s.run.stop()
		s.take(nil)
	}
}
