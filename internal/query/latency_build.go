package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Sums of segments are made in the background, block by block in the order of the segment. What a block's rows refer to may be in
// blocks that come a little later, so the newest ones wait.
const (
	sumsKind   = "agg"
	sumsSettle = 20 * time.Second
	sumsCache  = 16 << 20 // decoded columns of the background
	maxSums    = 256      // segments that are summed up in memory at most
)

// liveSums are the sums of the blocks of a segment up to an offset. Its sums are not changed by others than who makes them.
type liveSums struct {
	mu      sync.RWMutex // guards what follows
	sums    *segmentSums
	through int64 // offset of the last block that is in it; -1 = none
}

// summing are the sums that are being made. Safe for concurrent use.
type summing struct {
	mu     sync.Mutex
	of     map[segmentKey]*liveSums
	places map[event.RecordingID]*recordingSpans
	frames *frames
}

func newSumming() *summing {
	return &summing{of: make(map[segmentKey]*liveSums), places: make(map[event.RecordingID]*recordingSpans), frames: newFrames(sumsCache)}
}

func (s *summing) get(key segmentKey) *liveSums {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[key]
}

// make gives the sums of a segment that is being summed up, nil when there are too many.
func (s *summing) make(key segmentKey) *liveSums {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.of[key]
	if l == nil && len(s.of) < maxSums {
		l = &liveSums{sums: newSegmentSums(), through: -1}
		s.of[key] = l
	}
	return l
}

func (s *summing) drop(key segmentKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, key)
}

// keep drops the sums of rec's segments that are not among these.
func (s *summing) keep(rec event.RecordingID, segments map[uint64][]store.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.of {
		if _, ok := segments[key.segment]; key.recording == rec && !ok {
			delete(s.of, key)
		}
	}
}

// SumUp goes on with the sums of what rec's blocks say of latency and lateness, and keeps those of sealed segments beside them. pause is
// called between blocks; it may wait, and ends the work with an error. It gives the number of sidecars made.
func (e *Engine) SumUp(ctx context.Context, rec event.RecordingID, pause func() error) (made int, err error) {
	side, ok := e.reader.(store.Sidecars)
	if !ok {
		return 0, nil
	}
	sealed, err := side.Sealed(rec) // before the snapshot: what is sealed then is in it whole
	if err != nil {
		return 0, fmt.Errorf("listing segments: %w", err)
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return 0, err
	}
	defer v.close()
	segments := map[uint64][]store.Ref{}
	for ref := range v.snap.Since(0) {
		segments[ref.Segment] = append(segments[ref.Segment], ref)
	}
	e.summing.keep(rec, segments)
	for id, refs := range segments {
		key := segmentKey{rec, id}
		isSealed := slices.Contains(sealed, id)
		if isSealed && e.summed(side, key) {
			continue
		}
		live := e.summing.make(key)
		if live == nil {
			continue
		}
		done, err := e.sumBlocks(ctx, v, live, refs, pause)
		if err != nil {
			return made, err
		}
		if !done || !isSealed {
			continue
		}
		if err := side.PutSidecar(ctx, rec, id, sumsKind, live.sums.content()); err != nil {
			return made, fmt.Errorf("keeping sums: %w", err)
		}
		made++
		e.suspects.Delete(suspectSums{key})
		e.summing.drop(key)
	}
	return made, nil
}

// suspectSums names a segment whose sums cannot be read and must be made again.
type suspectSums struct{ segmentKey }

// summed tells whether a segment has its sums.
func (e *Engine) summed(side store.Sidecars, key segmentKey) bool {
	if _, bad := e.suspects.Load(suspectSums{key}); bad {
		return false
	}
	_, err := e.keptSums(side, key, nil)
	return err == nil
}

// keptSums reads the sums of a sealed segment.
func (e *Engine) keptSums(side store.Sidecars, key segmentKey, bins func(*segmentSums) bool) (*segmentSums, error) {
	c, err := side.OpenSidecar(key.recording, key.segment, sumsKind)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	s, err := readSums(c, c.Size(), bins)
	if errors.Is(err, errSums) || errors.Is(err, store.ErrSidecar) {
		e.suspects.Store(suspectSums{key}, true)
	}
	return s, err
}

// sumBlocks adds the blocks that are settled; done tells that all are in.
func (e *Engine) sumBlocks(ctx context.Context, v *view, live *liveSums, refs []store.Ref, pause func() error) (done bool, err error) {
	settled := v.settled()
	refs = behind(refs, live.through)
	// Between two pauses of the work the sums stand still, so that questions see whole blocks.
	m := &measurer{v: v, frames: e.summing.frames, ctx: ctx}
	for _, ref := range refs {
		if Wall(ref.Header.WallMax) > settled {
			return false, nil
		}
		if err := errors.Join(ctx.Err(), pause()); err != nil {
			return false, err
		}
		part := newBlockSums()
		m.take, m.leave = part.take, part.leave
		if err := m.block(ref); err != nil {
			return false, err
		}
		live.mu.Lock()
		part.into(live.sums)
		live.sums.blocks++
		live.through = ref.Offset
		live.mu.Unlock()
	}
	return true, nil
}

// settled is the time up to which blocks wait for no others.
func (v *view) settled() Wall {
	r := v.snap.Recording()
	if v.engine.now().Sub(r.LastStored) > sumsSettle {
		return Wall(r.WallMax)
	}
	return Wall(r.WallMax) - Wall(sumsSettle.Microseconds())
}

// blockSums are what one block gave, before it is added to anything.
type blockSums struct{ list []gave }

type gave struct {
	k     sumKey
	at    Wall
	value int64
	n     uint64 // 0 = value is one of the measure's; else so many without one
	why   Unmeasured
}

func newBlockSums() *blockSums { return new(blockSums) }

func (b *blockSums) take(k sumKey, at Wall, value int64) {
	b.list = append(b.list, gave{k: k, at: at, value: value})
}

func (b *blockSums) leave(k sumKey, at Wall, why Unmeasured, n uint64) {
	b.list = append(b.list, gave{k: k, at: at, n: n, why: why})
}

func (b *blockSums) into(s *segmentSums) {
	for _, g := range b.list {
		if g.n > 0 {
			s.leave(g.k, g.at, g.why, g.n)
		} else {
			s.take(g.k, g.at, g.value)
		}
	}
}
