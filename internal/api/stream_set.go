package api

import (
	"context"
	"sync"
)

// streamSet knows the live streams, so that a shutdown can end them: they would keep their connections open for ever.
type streamSet struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	ctx     context.Context // done = all streams end
	cancel  context.CancelFunc
	open    int
}

func newStreamSet() *streamSet {
	s := &streamSet{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

func (s *streamSet) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	s.open++
	return true
}

func (s *streamSet) leave() {
	s.mu.Lock()
	s.open--
	s.mu.Unlock()
	s.running.Done()
}

// bound gives a context that ends with parent and with the set.
func (s *streamSet) bound(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// close ends all streams and waits for them.
func (s *streamSet) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
}

func (s *streamSet) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}
