package disk

import (
	"context"
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/store"
)

// CompactOptions say how Compact works.
type CompactOptions struct {
	All      bool                  // end and seal what is open as well: for a store that nobody writes to
	Share    float64               // of one processor while blocks come in; 0 or 1 = all of it
	Progress func(CompactProgress) // after each block and each segment; may be nil
}

// CompactProgress says how far a compaction is.
type CompactProgress struct {
	Done, Total   int64 // bytes of segments that it looks at
	Before, After int64 // bytes of segments that it replaced, and of what replaced them
	Segments      int   // that were replaced
	Into          int   // segments that replaced them
	Left          int   // segments that could not be rewritten, because of damage
}

// Compact re-codes sealed segments whose blocks are not in zstd yet and puts small neighbours together. Readers go on; blocks keep
// their identity. When ctx ends, what was done by then stays. Errors: store.ErrDiskFull, store.ErrClosed, those of ctx.
func (s *Store) Compact(ctx context.Context, o CompactOptions) (p CompactProgress, err error) {
	end, err := s.begin()
	if err != nil {
		return p, err
	}
	defer end()
	if o.All {
		s.Seal()
	}
	c := &compaction{s: s, o: o, now: s.opt.now(), pacer: pacer{s: s, share: o.Share}}
	if o.Share <= 0 {
		c.pacer.share = 1
	}
	for _, r := range s.all() {
		for _, g := range c.sealed(r) {
			if g.flags&flagRecoded == 0 && !g.spoiled.Load() {
				c.p.Total += g.end
			}
		}
	}
	for _, r := range s.all() {
		if err := c.recording(ctx, r); err != nil {
			return c.p, err
		}
	}
	c.p.Done = c.p.Total
	c.tell()
	return c.p, nil
}

// Seal ends and seals every active segment.
func (s *Store) Seal() {
	for s.sealer.one() {
	}
	for _, r := range s.all() {
		r.mu.Lock()
		g := r.mu.active
		r.mu.active = nil
		r.mu.Unlock()
		if g != nil {
			s.sealer.seal(dirtySegment{r, g})
		}
	}
}

type compaction struct {
	s     *Store
	o     CompactOptions
	p     CompactProgress
	now   time.Time
	pacer pacer
}

func (c *compaction) tell() {
	if c.o.Progress != nil {
		c.o.Progress(c.p)
	}
}

// sealed lists the sealed segments of a recording in order of place.
func (c *compaction) sealed(r *recording) (list []*segment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.set == nil || r.mu.deleted {
		return nil
	}
	for _, g := range inPlace(r.mu.set) {
		if g.sealed && !g.broken {
			list = append(list, g)
		}
	}
	return list
}

// recording re-codes what can be, then merges.
func (c *compaction) recording(ctx context.Context, r *recording) error {
	for _, g := range c.sealed(r) {
		if g.flags&flagRecoded == 0 && !g.spoiled.Load() {
			if err := c.rewrite(ctx, r, []*segment{g}); err != nil {
				return err
			}
		}
	}
	for _, run := range c.merges(r) {
		c.p.Total += sum(run)
		if err := c.rewrite(ctx, r, run); err != nil {
			return err
		}
	}
	return nil
}

// How small segments are that are put together, and how many wait for it in a recording that goes on.
const (
	smallPart = 4 // of SealBytes
	mergeAt   = 8
	atRest    = time.Hour // without a block
)

// merges lists runs of small neighbours. In a recording that goes on they wait until they are many, so that no byte is written often.
func (c *compaction) merges(r *recording) (runs [][]*segment) {
	r.mu.Lock()
	rested := c.o.All || c.now.Sub(r.mu.last) > atRest
	r.mu.Unlock()
	var run []*segment
	done := func() {
		if n := len(run); n >= mergeAt || n > 1 && rested {
			runs = append(runs, run)
		}
		run = nil
	}
	for _, g := range c.sealed(r) {
		if g.spoiled.Load() || g.end > c.s.opt.SealBytes/smallPart || g.flags&flagRemains != 0 {
			done()
			continue
		}
		if sum(run)+g.end > c.s.opt.SealBytes {
			done()
		}
		run = append(run, g)
	}
	done()
	return runs
}

// rewrite replaces segments by one. What went wrong with a block is no failure of the compaction: the segment stays.
func (c *compaction) rewrite(ctx context.Context, r *recording, from []*segment) error {
	for { // again when retention went first
		if err := c.once(ctx, r, from); !errors.Is(err, errStepAside) {
			return err
		}
	}
}

func (c *compaction) once(ctx context.Context, r *recording, from []*segment) error {
	leave := c.s.keeper.enter(false)
	defer leave()
	if free := c.s.free.Load(); free < c.s.opt.MinFree+sum(from) { // for a while both are there
		return store.ErrDiskFull
	}
	start := c.p
	done := func(n int64) {
		c.p.Done += n
		c.tell()
	}
	w := &rewrite{s: c.s, r: r, from: from, recode: true, pace: c.pacer.pace, done: done}
	err := w.run(ctx)
	switch {
	case err == nil:
		c.p.Before, c.p.After = c.p.Before+sum(from), c.p.After+w.to.end
		c.p.Segments, c.p.Into = c.p.Segments+len(from), c.p.Into+1
		c.s.counters.compacted.Add(uint64(max(0, sum(from)-w.to.end)))
	case errors.Is(err, errStepAside):
		c.p.Done = start.Done
		return err
	case ctx.Err() != nil, errors.Is(err, store.ErrDiskFull):
		return err
	case errors.Is(err, errChanged):
	default:
		c.p.Left++
		for _, g := range from { // or it would be tried again every minute
			g.spoiled.Store(true)
		}
		c.s.opt.Log.Warn("segment is left as it is", "segment", from[0].id, "recording", r.id.String(), "error", err)
	}
	c.p.Done = start.Done + sum(from)
	c.tell()
	return nil
}

// compactEvery is how often the store looks for something to compact.
const compactEvery = 30 * time.Second

// compactInBackground compacts until stop closes.
func (s *Store) compactInBackground(stop <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	tick := time.NewTicker(s.opt.compactEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		p, err := s.Compact(ctx, CompactOptions{Share: s.opt.CompactShare})
		switch {
		case err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) && !errors.Is(err, store.ErrDiskFull):
			s.opt.Log.Warn("compaction stopped", "error", err)
		case p.Segments > 0:
			s.opt.Log.Info("segments compacted", "segments", p.Segments, "into", p.Into, "before", p.Before, "after", p.After)
		}
	}
}
