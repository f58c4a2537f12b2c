package disk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// dirtySegment is a segment with blocks that wait for fsync.
type dirtySegment struct {
	r *recording
	g *segment
}

// syncer shares fsyncs among appends. One goroutine runs rounds: it takes what is dirty and who waits, syncs, and tells
// them. Who comes during a round belongs to the next. While many come, a round begins some milliseconds after the one before at the
// earliest: an fsync costs as much for few blocks as for many.
type syncer struct {
	store *Store
	kick  chan struct{}

	mu struct {
		sync.Mutex
		dirty       map[dirtySegment]struct{}
		definitions bool
		next        *syncRound
	}
}

// syncRound is what those wait for who came before it began. err is there when done is closed.
type syncRound struct {
	done    chan struct{}
	err     error
	waiting int
}

func newSyncRound() *syncRound { return &syncRound{done: make(chan struct{})} }

// wait waits for the outcome.
func (r *syncRound) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// When so many waited for a round, the next one begins so long after its beginning.
const (
	manyWaiting = 8
	roundEvery  = 8 * time.Millisecond
)

func newSyncer(s *Store) *syncer {
	y := &syncer{store: s, kick: make(chan struct{}, 1)}
	y.mu.dirty, y.mu.next = make(map[dirtySegment]struct{}), newSyncRound()
	return y
}

// mark notes what must be synced. A nil g marks nothing.
func (y *syncer) mark(r *recording, g *segment) {
	if g == nil {
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.mu.dirty[dirtySegment{r, g}] = struct{}{}
}

func (y *syncer) markDefinitions() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.mu.definitions = true
}

// join returns the next round: one that begins after the call.
func (y *syncer) join() *syncRound {
	y.mu.Lock()
	next := y.mu.next
	next.waiting++
	y.mu.Unlock()
	select {
	case y.kick <- struct{}{}:
	default:
	}
	return next
}

// run makes rounds until stop closes, and one more.
func (y *syncer) run(stop <-chan struct{}) {
	every := time.NewTicker(y.store.opt.SyncEvery)
	defer every.Stop()
	for {
		select {
		case <-stop:
			_, _ = y.round() // logged
			return
		case <-y.kick:
		case <-every.C:
		}
		began := time.Now()
		waited, err := y.round()
		pause := time.Duration(0)
		switch {
		case err != nil: // a disk that fails is given time: each try begins new segments
			pause = y.store.opt.retryAfter
		case waited >= manyWaiting:
			pause = roundEvery - time.Since(began)
		}
		if pause <= 0 {
			continue
		}
		select {
		case <-stop:
		case <-time.After(pause):
		}
	}
}

const syncWorkers = 4

// round syncs what is dirty and tells how many waited for it.
func (y *syncer) round() (waited int, err error) {
	y.mu.Lock()
	dirty, definitions, this := y.mu.dirty, y.mu.definitions, y.mu.next
	if len(dirty) == 0 && !definitions && this.waiting == 0 {
		y.mu.Unlock()
		return 0, nil
	}
	y.mu.dirty, y.mu.definitions, y.mu.next = make(map[dirtySegment]struct{}), false, newSyncRound()
	y.mu.Unlock()
	var (
		group sync.WaitGroup
		mu    sync.Mutex
	)
	slots := make(chan struct{}, syncWorkers)
	do := func(f func() error) {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if e := f(); e != nil {
				mu.Lock()
				defer mu.Unlock()
				err = errors.Join(err, e)
			}
		})
	}
	if definitions {
		do(y.store.definitions.sync)
	}
	for d := range dirty {
		do(func() error { return d.r.sync(y.store, d.g) })
	}
	group.Wait()
	if err != nil {
		y.store.counters.syncErrors.Add(1)
		y.store.opt.Log.Error("blocks could not be made durable", "error", err)
		if definitions {
			y.markDefinitions()
		}
	}
	this.err = err
	close(this.done)
	return this.waiting, err
}

// sync makes what g holds durable. When fsync fails, g is never synced again: the kernel may have dropped the pages and
// would call the next fsync a success. The blocks since the last good one are in RAM and go to a new segment.
func (r *recording) sync(s *Store, g *segment) error {
	g.syncing.Lock() // the kernel tells of a failure once: of two fsyncs at a time one would be told of success
	defer g.syncing.Unlock()
	r.mu.Lock()
	end, broken, linked, gone := g.end, g.broken, g.linked, r.mu.deleted
	owed, movedTo := len(g.unsynced), g.movedTo
	r.mu.Unlock()
	if gone {
		return nil
	}
	if owed == 0 {
		if movedTo == nil {
			return nil
		}
		return r.sync(s, movedTo) // who waits for g waits for its blocks, and they may not be durable there yet
	}
	if !linked {
		if err := r.link(s, g); err != nil {
			s.syncer.mark(r, g)
			return err
		}
	}
	if !broken {
		err := g.sync()
		if err == nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			g.synced(end)
			return nil
		}
		s.opt.Log.Warn("fsync failed, its blocks move to a new segment", "segment", g.id, "recording", r.id.String(), "error", err)
	}
	return r.move(s, g)
}

// link makes the entries of a new file and of its folder durable.
func (r *recording) link(s *Store, g *segment) error {
	if err := errors.Join(s.opt.files.SyncDir(r.dir), s.opt.files.SyncDir(s.segments())); err != nil {
		return fmt.Errorf("syncing the folder of segment %s: %w", g.path(), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g.linked = true
	return nil
}

// synced drops from RAM what is durable: everything before end. Caller holds recording.mu.
func (s *segment) synced(end int64) {
	if n := end - (s.end - int64(len(s.unsynced))); n > 0 {
		s.unsynced = s.unsynced[:copy(s.unsynced, s.unsynced[n:])]
	}
}

// move writes the blocks of g that are not durable into a new segment and syncs that. g keeps what it has and is read no
// more for the blocks that moved.
func (r *recording) move(s *Store, g *segment) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.deleted || len(g.unsynced) == 0 {
		return nil
	}
	g.broken = true
	if r.mu.active == g {
		r.mu.active = nil
	}
	r.retire(s) // whose fsync may be under way elsewhere; that of a new segment is not
	to, err := r.begin(s)
	if err != nil {
		s.syncer.mark(r, g)
		return err
	}
	from := g.end - int64(len(g.unsynced))
	if err := to.write(g.unsynced, to.end); err != nil {
		s.syncer.mark(r, g)
		return fmt.Errorf("moving blocks to a new segment: %w", err)
	}
	r.mu.moves++
	moved := r.index().Move(g.id, from, to.id, to.end-from)
	to.end += int64(len(g.unsynced))
	to.blocks += moved
	to.lastStored = g.lastStored
	to.unsynced = append(to.unsynced, g.unsynced...)
	g.movedTo = to
	g.end, g.blocks, g.unsynced = from, g.blocks-moved, nil
	if err := errors.Join(s.opt.files.SyncDir(r.dir), s.opt.files.SyncDir(s.segments()), to.sync()); err != nil {
		to.broken = true
		s.syncer.mark(r, to)
		return err
	}
	to.linked = true
	to.synced(to.end)
	return nil
}
