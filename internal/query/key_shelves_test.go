package query

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// shelves is a store in memory that tells its blocks as if they lay in segments of a few blocks each, and keeps sidecars. All
// segments but the last are sealed.
type shelves struct {
	*memory.Store
	per int64
	bad map[frameKey]bool // blocks that have rotted

	mu     sync.Mutex
	beside map[sidecarKey][]byte
	opened int

	mark     uint64
	segments map[uint64][]store.Ref
}

func onShelves(s *memory.Store, per int64) *shelves {
	return &shelves{Store: s, per: per, beside: make(map[sidecarKey][]byte)}
}

// keyed is an engine over a store with segments of which some have key indexes: none, some or all of the sealed ones, and one of an
// engine that never made any of those that are written.
func keyed(t testing.TB, s *memory.Store, rec event.RecordingID, rng *rand.Rand, o Options) *Engine {
	t.Helper()
	sh := onShelves(s, 10+rng.Int64N(60))
	o.Reader = sh
	e := engineOf(t, o)
	if _, err := e.IndexKeys(context.Background(), rec, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if rng.IntN(2) == 0 {
		e = engineOf(t, o) // nothing is in memory
	}
	if rng.IntN(2) == 0 {
		for k := range sh.beside {
			switch rng.IntN(4) {
			case 0:
				delete(sh.beside, k)
			case 1:
				sh.beside[k] = sh.beside[k][:rng.IntN(len(sh.beside[k]))]
			}
		}
	}
	e.limits = keyLimits{near: rng.Uint64N(3), bring: rng.IntN(30), named: []int{20, 1 << 15}[rng.IntN(2)], rest: []int{0, 10, 1 << 15}[rng.IntN(3)]}
	return e
}

func (s *shelves) Snapshot(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	snap, err := s.Store.Snapshot(ctx, rec)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if snap.Mark() != s.mark {
		s.mark, s.segments = snap.Mark(), make(map[uint64][]store.Ref)
		for ref := range snap.Since(0) {
			ref.Segment = uint64(ref.Offset / s.per)
			s.segments[ref.Segment] = append(s.segments[ref.Segment], ref)
		}
	}
	var from store.Snapshot = snap
	if s.bad != nil {
		from = &faultySnapshot{snap, &faultyReader{bad: s.bad}}
	}
	return &shelved{from, s.per, s.segments}, nil
}

func (s *shelves) Sealed(rec event.RecordingID) (ids []uint64, err error) {
	snap, err := s.Snapshot(context.Background(), rec)
	if err != nil {
		return nil, err
	}
	last := snap.(store.Places).Segments()
	for id := range uint64(len(last) - 1) {
		ids = append(ids, id)
	}
	return ids, nil
}

func (s *shelves) PutSidecar(_ context.Context, rec event.RecordingID, segment uint64, kind string, content []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beside[sidecarKey{segmentKey{rec, segment}, kind}] = content
	return nil
}

func (s *shelves) OpenSidecar(rec event.RecordingID, segment uint64, kind string) (store.Sidecar, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.beside[sidecarKey{segmentKey{rec, segment}, kind}]
	if !ok {
		return nil, fmt.Errorf("%s of %d: %w", kind, segment, store.ErrNotFound)
	}
	s.opened++
	return contentOf{bytes.NewReader(b)}, nil
}

type contentOf struct{ *bytes.Reader }

func (contentOf) Close() error { return nil }

type shelved struct {
	store.Snapshot
	per      int64
	segments map[uint64][]store.Ref
}

func (s *shelved) refs(list iter.Seq[store.Ref]) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		for ref := range list {
			if ref.Segment = uint64(ref.Offset / s.per); !yield(ref) {
				return
			}
		}
	}
}

func (s *shelved) Blocks(f store.Filter) iter.Seq[store.Ref] { return s.refs(s.Snapshot.Blocks(f)) }
func (s *shelved) Since(mark uint64) iter.Seq[store.Ref]     { return s.refs(s.Snapshot.Since(mark)) }

func (s *shelved) Segments() map[uint64]int {
	out := make(map[uint64]int)
	for id, refs := range s.segments {
		out[id] = len(refs)
	}
	return out
}

func (s *shelved) Segment(id uint64) iter.Seq[store.Ref] { return slices.Values(s.segments[id]) }

func (s *shelved) Behind(id uint64, offset int64) (before int, behind iter.Seq[store.Ref]) {
	for _, ref := range s.segments[id] {
		if ref.Offset <= offset {
			before++
		}
	}
	return before, slices.Values(s.segments[id][before:])
}

func (s *shelved) At(id uint64, offsets []int64) (out []store.Ref) {
	for _, ref := range s.segments[id] {
		if slices.Contains(offsets, ref.Offset) {
			out = append(out, ref)
		}
	}
	return out
}
