package replay

import (
	"context"
	"sync/atomic"
	"time"
)

// While nobody asks, the process of a session runs through the recording around the place that was asked for last, and takes snapshots of
// its own, so that the next jump is short. A question waits for one stretch at most.
const (
	warmAfter = 500 * time.Millisecond
	warmFor   = 2 * time.Minute        // behind the last question
	warmOne   = 100 * time.Millisecond // a stretch is made about so long
	warmMost  = 10 * time.Second       // a stretch that takes longer, with the way to it, does not end by itself: the process is ended

	warmFirst, warmLeast, warmLongest = 500, 50, 10_000 // invocations of a stretch
)

// warming is when the process of a session does so. Under the session's lock.
type warming struct {
	timer   *time.Timer
	busy    bool        // it is at it
	off     bool        // no more of it: it did harm
	stretch uint64      // invocations of the next one
	done    atomic.Bool // there is nothing left to do
}

func (w *warming) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// took makes the next stretch as long as it is to take.
func (w *warming) took(d time.Duration) {
	switch {
	case d < warmOne/2:
		w.stretch = min(warmLongest, 2*w.stretch)
	case d > 2*warmOne:
		w.stretch = max(warmLeast, w.stretch/2)
	}
}

// Warm tells whether jumps in the session are as short as they become: nothing is left to do, or nothing can be done. It does not wait.
func (s *Session) Warm() bool { return s.warming.done.Load() }

// warmLater begins when nobody asked for a while. Under the lock.
func (s *Session) warmLater() {
	if s.warming.done.Store(s.warming.off); s.warming.off {
		return
	}
	if s.warming.timer == nil {
		s.warming.stretch = warmFirst
		s.warming.timer = time.AfterFunc(warmAfter, s.warm)
		return
	}
	s.warming.timer.Reset(warmAfter)
}

// warm goes on until somebody asks, or nothing is left to do.
func (s *Session) warm() {
	s.mu.Lock()
	if s.warming.busy {
		s.mu.Unlock()
		return
	}
	s.warming.busy = true
	asked := s.lastUse
	s.mu.Unlock()
	for s.warmOn(asked) {
	}
}

// warmOn does one stretch; false: there is no more to do now.
func (s *Session) warmOn(asked time.Time) (more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.warming.busy = more }()
	if s.closed || !s.lastUse.Equal(asked) {
		return false // who asked begins it anew
	}
	if s.run == nil || s.own == nil || s.run.gone() || time.Since(asked) > warmFor {
		s.warming.done.Store(true)
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmMost)
	defer cancel()
	from, want, ok := s.own.gap(s.asked, s.known)
	if !ok {
		s.warming.done.Store(true)
		s.goBack(ctx)
		return false
	}
	to := want + s.warming.stretch // the step that the snapshot comes before may begin later
	if r := s.run; r.over() || r.reached() < from || r.reached() > to {
		if err := s.goTo(ctx, from); err != nil {
			s.cool()
			return false
		}
	}
	at := min(to, s.run.reached()+s.warming.stretch)
	began := time.Now()
	if err := s.run.goOn(ctx, at); err != nil {
		s.cool()
		return false
	}
	s.warming.took(time.Since(began))
	if s.misled() {
		s.warming.done.Store(s.run == nil)
		return s.run != nil
	}
	switch {
	case s.run.over():
		s.own.ends(s.run.reached(), s.known)
	case at == to:
		s.own.pass(want)
	}
	return true
}

// cool ends the process, and does without from then on: a task that hangs where nobody looks must not keep those from looking who do.
func (s *Session) cool() {
	s.end()
	s.warming.off = true
	s.warming.done.Store(true)
}

// goBack lets the task wait where the next step is likely to be: behind what was traced around the last question.
func (s *Session) goBack(ctx context.Context) {
	i := s.find(s.asked)
	if i < 0 {
		return
	}
	next := s.traced[i].last + 1
	err := s.goTo(ctx, next)
	if err == nil && s.run.reached() < next && !s.run.over() {
		err = s.run.goOn(ctx, next)
	}
	if err != nil {
		s.cool()
	}
}
