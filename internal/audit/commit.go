package audit

import (
	"errors"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// waiting is an entry whose caller waits until it is written.
type waiting struct {
	entry   access.Entry
	durable bool
	done    chan struct{}
	seq     uint64
	err     error
}

// syncEvery is how long results may wait for the disk.
const syncEvery = time.Second

// maxBatch bounds what one write holds, in entries.
const maxBatch = 4096

var errClosed = errors.New("the audit log is closed")

// put queues an entry and waits until it is written; durable: until it is on disk.
func (l *Log) put(e access.Entry, durable bool) (access.Receipt, error) {
	w := &waiting{entry: e, durable: durable, done: make(chan struct{})}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return 0, fmt.Errorf("%w: %w", access.ErrAudit, errClosed)
	}
	l.queue = append(l.queue, w)
	l.mu.Unlock()
	l.nudge()
	<-w.done
	return access.Receipt(w.seq), w.err
}

func (l *Log) nudge() {
	select {
	case l.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// write is the goroutine that writes. It ends when the log is closed and nobody waits any more.
func (l *Log) write() {
	defer close(l.done)
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.wake:
		case <-tick.C:
			l.sync()
		}
		for {
			l.mu.Lock()
			batch := l.queue[:min(len(l.queue), maxBatch)]
			l.queue = l.queue[len(batch):]
			if len(l.queue) == 0 {
				l.queue = nil
			}
			closed := l.closed
			l.mu.Unlock()
			if len(batch) == 0 {
				if closed {
					l.sync()
					return
				}
				break
			}
			l.commit(batch)
		}
	}
}

// active is the file that is written. Only the goroutine that writes changes it.
func (l *Log) active() *segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &l.files[len(l.files)-1]
}

// commit writes what waits, and tells those who wait.
func (l *Log) commit(batch []*waiting) {
	if a := l.active(); a.size >= l.o.FileSize {
		if err := l.create(access.Entry{File: a.number + 1}); err != nil {
			l.o.Log.Warn("the audit log goes on in a file that is full", "error", err) // what waits is written all the same
		}
	}
	entries, durable := make([]access.Entry, len(batch)), false
	for i, w := range batch {
		entries[i] = w.entry
		durable = durable || w.durable
	}
	first, err := l.append(entries, durable)
	for i, w := range batch {
		if err != nil {
			w.err = fmt.Errorf("%w: %w", access.ErrAudit, err)
		} else {
			w.seq = first + uint64(i)
		}
		close(w.done)
	}
}

// append ties entries to the chain and writes them with one write; durable: and one fsync. All are written or none: on an error the file
// is cut to what it was, and the chain stays where it was. first is the number of the first.
func (l *Log) append(entries []access.Entry, durable bool) (first uint64, err error) {
	active := l.active()
	if l.torn {
		if err := l.file.Truncate(active.size); err != nil {
			return 0, fmt.Errorf("cutting what was not finished: %w", err)
		}
		l.torn = false
	}
	link, now := l.end, l.o.Now()
	first = link.Seq + 1
	b := make([]byte, 0, 512*len(entries))
	for i := range entries {
		link = link.Seal(&entries[i], now)
		b = append(entries[i].Canonical(b, true), '\n')
	}
	out := l.wrap(l.file)
	if _, err = out.Write(b); err == nil && durable {
		err = out.Sync()
	}
	if err != nil {
		// What was written may or may not be on disk, and its callers are told that it is not: it must not stay.
		l.torn = l.file.Truncate(active.size) != nil
		l.mu.Lock()
		l.stats.Errors++
		l.mu.Unlock()
		return 0, err
	}
	l.mu.Lock()
	active.size += int64(len(b))
	l.mu.Unlock()
	l.advance(link, len(entries), durable)
	return first, nil
}

// advance publishes a new end.
func (l *Log) advance(to access.Link, entries int, durable bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = to
	l.stats.Entries += uint64(entries)
	l.stats.Writes++
	if durable {
		l.synced = to
		l.stats.Syncs++
	}
	l.announce()
}

// sync brings results to the disk that no intent took along.
func (l *Log) sync() {
	if l.synced.Seq == l.end.Seq {
		return
	}
	if err := l.wrap(l.file).Sync(); err != nil {
		l.o.Log.Warn("results in the audit log wait for the disk", "error", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.synced = l.end
	l.stats.Syncs++
	l.announce() // for those who send what is on disk
}

// announce wakes all who wait for news of the log. l.mu is held.
func (l *Log) announce() {
	close(l.moved)
	l.moved = make(chan struct{})
}
