package ingest

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/wire"
)

// outbox collects frames for the writer of a connection. It never blocks who sends.
type outbox struct {
	kick chan struct{}
	mu   struct {
		sync.Mutex
		pending []byte
		closed  bool
	}
}

// outboxLimit bounds what waits for an agent that does not read.
const outboxLimit = 1 << 20

var errUnread = errors.New("the agent does not read what it is sent")

func newOutbox() *outbox { return &outbox{kick: make(chan struct{}, 1)} }

func (o *outbox) send(m wire.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.closed {
		return net.ErrClosed
	}
	if len(o.mu.pending) > outboxLimit {
		return errUnread
	}
	o.mu.pending = wire.Append(o.mu.pending, m)
	o.wake()
	return nil
}

func (o *outbox) wake() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

// close lets the writer end when everything is written.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mu.closed = true
	o.wake()
}

func (o *outbox) take(spare []byte) (pending []byte, closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	pending = o.mu.pending
	o.mu.pending = spare[:0]
	return pending, o.mu.closed
}

// run writes until the outbox is closed and empty, or a write fails.
func (o *outbox) run(c net.Conn, within time.Duration) error {
	var spare []byte
	for {
		<-o.kick
		pending, closed := o.take(spare)
		if len(pending) > 0 {
			if err := c.SetWriteDeadline(time.Now().Add(within)); err != nil {
				return err
			}
			if _, err := c.Write(pending); err != nil {
				return err
			}
		}
		if closed {
			return nil
		}
		if spare = pending; cap(spare) > outboxLimit {
			spare = nil
		}
	}
}
