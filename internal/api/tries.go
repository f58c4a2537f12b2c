package api

import (
	"sync"
	"time"
)

// tries remembers of which links it was written down lately that somebody tried one that does not open: whoever guesses must not fill the
// audit log.
type tries struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	triesEvery = time.Minute
	triesKept  = 10_000 // links; there are fewer
)

// first tells whether a try is to be written down.
func (t *tries) first(id string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, ok := t.last[id]; ok && now.Sub(last) < triesEvery {
		return false
	}
	if t.last == nil || len(t.last) >= triesKept {
		t.last = make(map[string]time.Time)
	}
	t.last[id] = now
	return true
}
