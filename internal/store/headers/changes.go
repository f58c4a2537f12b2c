package headers

import (
	"sync"

	"github.com/sightglass/sightglass/internal/event"
)

// Changes tells waiters that blocks were stored. The zero value is ready. Safe for concurrent use.
type Changes struct {
	mu struct {
		sync.Mutex
		waiting map[event.RecordingID]chan struct{}
	}
}

// Next returns a channel that closes at the next Happened of rec; the zero id stands for any recording.
func (c *Changes) Next(rec event.RecordingID) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.mu.waiting[rec]
	if ch == nil {
		ch = make(chan struct{})
		if c.mu.waiting == nil {
			c.mu.waiting = make(map[event.RecordingID]chan struct{})
		}
		c.mu.waiting[rec] = ch
	}
	return ch
}

// Happened wakes those who wait for rec and those who wait for any recording.
func (c *Changes) Happened(rec event.RecordingID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range []event.RecordingID{rec, {}} {
		if ch := c.mu.waiting[id]; ch != nil {
			close(ch)
			delete(c.mu.waiting, id)
		}
	}
}
