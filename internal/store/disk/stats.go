package disk

import "math"

// Stats are figures for people and Prometheus.
type Stats struct {
	Recordings, Segments  int
	Blocks, Events, Bytes uint64 // stored
	Free                  int64  // bytes, of the file system, a second ago at most
	Definitions           uint64
	Duplicates            uint64 // blocks that were held already, since the start
	Damaged               uint64 // stretches of files found damaged, since the start
	SyncErrors            uint64 // rounds of fsync that failed, since the start
	Compacted, Trimmed    uint64 // bytes that compaction saved, and that retention took off recordings, since the start
	Waiting               int64  // bytes of sealed segments that were not re-coded
	Pins                  int
}

// Stats adds up what is stored.
func (s *Store) Stats() Stats {
	st := Stats{
		Free: s.free.Load(), Duplicates: s.counters.duplicates.Load(), Damaged: s.counters.damaged.Load(),
		SyncErrors: s.counters.syncErrors.Load(), Compacted: s.counters.compacted.Load(), Trimmed: s.counters.trimmed.Load(), Pins: len(s.manifest.pins()),
	}
	_, st.Definitions = s.definitions.Since(1 << 62)
	for _, r := range s.all() {
		sum := r.summary()
		st.Recordings++
		st.Blocks, st.Events, st.Bytes = st.Blocks+sum.Blocks, st.Events+sum.Events, st.Bytes+sum.Bytes
		r.mu.Lock()
		st.Segments += len(r.mu.set.byID)
		for _, g := range r.mu.set.byID {
			if g.sealed && g.flags&flagRecoded == 0 {
				st.Waiting += g.end
			}
		}
		r.mu.Unlock()
	}
	return st
}

// Free is how many bytes are free on the file system, a second ago at most.
func (s *Store) Free() int64 { return s.free.Load() }

// checkFree looks at the free space. When that fails the last figure stays.
func (s *Store) checkFree() {
	free, err := s.opt.files.Free(s.opt.Dir)
	if err != nil {
		s.opt.Log.Warn("free space is not known", "error", err)
		s.free.CompareAndSwap(0, math.MaxInt64)
		return
	}
	was := s.free.Swap(free)
	if low, before := free < s.opt.MinFree, was < s.opt.MinFree; low && (!before || was == 0) {
		s.opt.Log.Error("disk is nearly full, blocks are refused", "free", free, "limit", s.opt.MinFree)
	} else if !low && before && was != 0 {
		s.opt.Log.Info("disk has room again, blocks are taken", "free", free)
	}
}
