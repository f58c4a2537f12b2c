package otlp

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
)

// State is how sending one signal stands.
type State struct {
	Signal  Signal
	Sent    uint64 // items that the other side took
	Dropped uint64 // items that were not sent: no room, too old, or refused
	Waiting int
	Error   string    // of the last request; empty = it went well
	Last    time.Time // of the last request that went well; zero = none yet
}

// queue holds items of one signal until they are sent, in batches. Items are proto messages that request joins. Nobody waits
// for room: what does not fit is dropped and counted.
type queue[T any] struct {
	signal  Signal
	room    int
	batch   int
	request func([]T) proto.Message
	send    func(context.Context, proto.Message) (int64, string, error)
	now     func() time.Time
	pause   time.Duration // before the first retry
	warn    func(signal Signal, err error, dropped int)

	mu    sync.Mutex // guards what follows
	items []T
	state State
	wake  chan struct{} // holds one when there is something
}

func (q *queue[T]) begin() *queue[T] {
	q.wake = make(chan struct{}, 1)
	q.state.Signal = q.signal
	return q
}

// add takes items in. It never waits; full tells that some were dropped.
func (q *queue[T]) add(items ...T) (full bool) {
	q.mu.Lock()
	free := max(q.room-len(q.items), 0)
	if len(items) > free {
		q.state.Dropped += uint64(len(items) - free)
		items, full = items[:free], true
	}
	q.items = append(q.items, items...)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return full
}

// read is how it stands.
func (q *queue[T]) read() State {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.state
	s.Waiting += len(q.items)
	return s
}

// take gives the next batch; nil = there is nothing.
func (q *queue[T]) take() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.items), q.batch)
	if n == 0 {
		return nil
	}
	batch := append([]T(nil), q.items[:n]...)
	q.items = append(q.items[:0:0], q.items[n:]...)
	q.state.Waiting = n
	return batch
}

// run sends until ctx ends, and then once more what is left, within grace.
func (q *queue[T]) run(ctx context.Context, grace time.Duration) {
	for {
		for ctx.Err() == nil {
			batch := q.take()
			if batch == nil {
				break
			}
			q.deliver(ctx, batch)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			for batch := q.take(); batch != nil; batch = q.take() {
				refused, why, err := q.send(last, q.request(batch))
				q.done(len(batch), refused, why, err)
			}
			return
		case <-q.wake:
		}
	}
}

// deliver tries one batch until it is taken, refused for good, or too old.
func (q *queue[T]) deliver(ctx context.Context, batch []T) {
	request, began, pause := q.request(batch), q.now(), q.pause
	for {
		refused, why, err := q.send(ctx, request)
		var later *temporaryError
		if err == nil || !errors.As(err, &later) || ctx.Err() == nil && q.now().Sub(began) > retryFor {
			q.done(len(batch), refused, why, err)
			return
		}
		if ctx.Err() == nil {
			q.failed(err)
		}
		// A pause of between half and all of it: many servers that lost one collector do not come back at the same moment.
		wait := time.NewTimer(max(pause/2+rand.N(pause/2+1), min(later.after, retryMost)))
		pause = min(2*pause, retryMost)
		select {
		case <-ctx.Done():
			wait.Stop()
			q.mu.Lock() // run tries it once more
			q.items = append(batch, q.items...)
			q.state.Waiting = 0
			q.mu.Unlock()
			return
		case <-wait.C:
		}
	}
}

func (q *queue[T]) failed(err error) {
	q.mu.Lock()
	first := q.state.Error == ""
	q.state.Error = err.Error()
	q.mu.Unlock()
	if first {
		q.warn(q.signal, err, 0)
	}
}

func (q *queue[T]) done(n int, refused int64, why string, err error) {
	dropped := min(max(int(refused), 0), n)
	if err != nil {
		dropped = n
	}
	q.mu.Lock()
	q.state.Waiting = 0
	q.state.Sent += uint64(n - dropped)
	q.state.Dropped += uint64(dropped)
	before := q.state.Error
	switch {
	case err != nil:
		q.state.Error = err.Error()
	case dropped > 0:
		q.state.Error = "refused: " + why
		err = errors.New(q.state.Error)
	default:
		q.state.Error, q.state.Last = "", q.now()
	}
	q.mu.Unlock()
	if err != nil && before == "" {
		q.warn(q.signal, err, dropped)
	}
}
