package disk

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Trim removes segments of a recording that goes on, or that is pinned in part. What stays of them, in a small segment of its own,
// is what the rest cannot be understood without: what became of the job and its tasks, their levels, what rebuilds them, gaps; and
// for each lane a gap of reason retention that says what was removed. Segments that are not sealed, are pinned, or are such remains
// already, are left. freed is by how much the recording became smaller. ErrNotFound, ErrDiskFull, ErrClosed.
func (s *Store) Trim(ctx context.Context, rec event.RecordingID, segments []uint64) (freed int64, err error) {
	end, err := s.begin()
	if err != nil {
		return 0, err
	}
	defer end()
	r := s.find(rec)
	if r == nil {
		return 0, fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	leave := s.keeper.enter(true)
	defer leave()
	s.pinning.Lock() // a pin that was made holds, one that comes now finds what is left
	defer s.pinning.Unlock()
	for _, run := range s.runs(r, segments) {
		before := sum(run)
		w := &rewrite{s: s, r: r, from: run, recode: true, keep: remains}
		if err := w.run(ctx); err != nil {
			return freed, err
		}
		freed += before - w.to.end
		s.counters.trimmed.Add(uint64(before - w.to.end))
	}
	return freed, nil
}

func sum(of []*segment) (bytes int64) {
	for _, g := range of {
		bytes += g.end
	}
	return bytes
}

// runs puts segments that stand beside each other together, with the remains in front of them.
func (s *Store) runs(r *recording, segments []uint64) (runs [][]*segment) {
	pins := s.manifest.pins()
	facts := make(map[uint64]SegmentFacts)
	for _, f := range s.facts(r) {
		facts[f.Segment] = f
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var run []*segment
	wanted := false
	done := func() {
		if wanted {
			runs = append(runs, run)
		}
		run, wanted = nil, false
	}
	for _, g := range inPlace(r.mu.set) {
		left := g.flags&flagRemains != 0
		goes := !left && g.sealed && !g.broken && slices.Contains(segments, g.id) && !held(facts[g.id], pins)
		switch {
		case goes:
			run, wanted = append(run, g), true
		case left && g.sealed && !wanted:
			run = []*segment{g} // the nearest in front
		case left && g.sealed:
			run = append(run, g)
		default:
			done()
		}
	}
	done()
	return runs
}

// remains tells what stays of a segment that is removed. What is in the remains of others stays there.
func remains(g *segment, h *block.Header) bool {
	if g.flags&flagRemains != 0 {
		return true
	}
	has := func(is func(event.Kind) bool) bool {
		return slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.N > 0 && is(c.Kind) })
	}
	switch h.Lane.Base() {
	case event.LaneGap:
		return true
	case event.LaneJob:
		return len(h.Zones.Counts) == 0 || has(func(k event.Kind) bool { return k != event.KindSnapshot && k != event.KindJobCheckpoint })
	}
	return has(func(k event.Kind) bool { return k == event.KindLevel })
}
