package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// maxMeasuredReads and maxMeasuredRows are how many blocks and rows a question decodes at most.
const (
	maxMeasuredReads = 4096
	maxMeasuredRows  = 400_000
)

// Latency tells how long records took and how late they came, by operator and bucket: from the sums of segments where they are fine
// enough, else from blocks. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Latency(ctx context.Context, rec event.RecordingID, q LatencyQuery) (Latency, error) {
	if err := q.complete(); err != nil {
		return Latency{}, err
	}
	side, _ := e.reader.(store.Sidecars)
	var sealed []uint64
	if side != nil {
		var err error
		if sealed, err = side.Sealed(rec); err != nil && !errors.Is(err, store.ErrNotFound) {
			return Latency{}, fmt.Errorf("listing segments: %w", err)
		}
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return Latency{}, err
	}
	defer v.close()
	sel, err := v.selection(q.EventQuery)
	if err != nil {
		return Latency{}, err
	}
	a := &measuring{view: v, ctx: ctx, sel: sel, by: q.BySubtask, series: make(map[measuredKey]*LatencySeries), reads: e.manyReads}
	a.out.From, a.out.To, a.out.BucketUS, a.out.Buckets = v.stretch(q.TimelineQuery)
	if a.out.Buckets == 0 {
		return a.out, nil
	}
	for id, span := range e.summing.spans(v, sealed) {
		key := segmentKey{rec, id}
		if slices.Contains(sealed, id) {
			if s, err := e.keptSums(side, key, a.wantsBins); err == nil && a.addSums(s) {
				continue
			}
		}
		if err := a.decode(id, span, a.addLive(e.summing.get(key))); err != nil {
			return Latency{}, err
		}
	}
	for _, s := range a.series {
		a.out.Series = append(a.out.Series, *s)
	}
	slices.SortFunc(a.out.Series, func(a, b LatencySeries) int {
		return cmp.Or(cmp.Compare(a.Operator.Name, b.Operator.Name), cmp.Compare(a.Operator.ID, b.Operator.ID),
			cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Subtask, b.Subtask))
	})
	return a.out, nil
}

// measuring is an answer being made.
type measuring struct {
	*view
	ctx    context.Context
	sel    *selection
	by     bool
	out    Latency
	series map[measuredKey]*LatencySeries
	reads  int // blocks that may still be decoded
	rows   int // that were
}

type measuredKey struct {
	operator string
	subtask  int
	measure  Measure
}

// seriesOf are those that a key belongs to: of its subtask, if they are wanted, and of all.
func (a *measuring) seriesOf(k sumKey) []*LatencySeries {
	index, ok := a.sel.attempt(k.attempt)
	if !ok || index >= 0 && int(k.operator) != index {
		return nil
	}
	at := a.cat.attempts[k.attempt]
	op := at.operator(int(k.operator))
	if op.ID == "" {
		op.Index = -1
	}
	subtasks := []int{-1}
	if a.by && at != nil {
		subtasks = append(subtasks, at.Subtask)
	}
	var out []*LatencySeries
	for _, subtask := range subtasks {
		key := measuredKey{op.ID, subtask, k.measure}
		s := a.series[key]
		if s == nil {
			s = &LatencySeries{Operator: op, Subtask: subtask, Measure: k.measure, Buckets: make([]*Measured, a.out.Buckets)}
			a.series[key] = s
		}
		out = append(out, s)
	}
	return out
}

func (s *LatencySeries) bucket(b int) *Measured {
	if s.Buckets[b] == nil {
		s.Buckets[b] = new(Measured)
	}
	return s.Buckets[b]
}

func (a *measuring) bucket(w Wall) int { return int((w - a.out.From) / Wall(a.out.BucketUS)) }

func (a *measuring) within(w Wall) bool { return w >= a.out.From && w < a.out.To }

// fits tells whether a stretch may be counted in one bucket, and whether that is exact: it lies in one, or is at most two thirds as wide.
// What lies outside fits, and counts nowhere.
func (a *measuring) fits(from, to Wall) (fits, exact bool) {
	switch {
	case to < a.out.From || from >= a.out.To:
		return true, true
	case a.within(from) && a.within(to) && a.bucket(from) == a.bucket(to):
		return true, true
	}
	return int64(to-from) <= a.out.BucketUS/3*2, false
}

func (a *measuring) wantsBins(s *segmentSums) bool {
	fits, _ := a.fits(s.from, s.to)
	return !s.empty() && !fits
}

// addSums adds the sums of a segment; false: they are too coarse, and its blocks must tell. When so many cannot be read, they do.
func (a *measuring) addSums(s *segmentSums) bool {
	if s.empty() {
		return true
	}
	if fits, exact := a.fits(s.from, s.to); fits {
		a.addAll(s.whole, s.from, s.to, exact)
		return true
	}
	type stretch struct{ from, to Wall }
	of := make(map[int64]stretch, len(s.bins))
	fine := true
	for n := range s.bins {
		b := stretch{max(Wall(n)<<s.shift, s.from), min(Wall(n+1)<<s.shift-1, s.to)}
		of[n] = b
		fits, _ := a.fits(b.from, b.to)
		fine = fine && fits
	}
	if !fine && s.blocks <= uint64(max(a.reads, 0)) {
		return false
	}
	for _, n := range slices.Sorted(maps.Keys(s.bins)) {
		_, exact := a.fits(of[n].from, of[n].to)
		a.addAll(s.bins[n], of[n].from, of[n].to, exact)
	}
	return true
}

// addAll counts sums in the bucket that the middle of their stretch lies in.
func (a *measuring) addAll(list sums, from, to Wall, exact bool) {
	middle := from + (to-from)/2
	if !exact {
		a.out.Approximate = true
	}
	if !a.within(middle) {
		return
	}
	for k, m := range list {
		for _, s := range a.seriesOf(k) {
			s.Total.mergeAll(m)
			s.bucket(a.bucket(middle)).mergeAll(m)
		}
	}
}

// addLive adds what is summed up of a segment in memory. It gives the offset of the last block that is in it.
func (a *measuring) addLive(l *liveSums) (through int64) {
	if l == nil {
		return -1
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if !a.addSums(l.sums) {
		return -1
	}
	return l.through
}

// decode measures the blocks of a segment behind an offset.
func (a *measuring) decode(segment uint64, span markSpan, through int64) error {
	m := &measurer{v: a.view, frames: a.engine.frames, ctx: a.ctx}
	m.take = func(k sumKey, at Wall, value int64) {
		a.each(k, at, func(m *Measured) { m.add(value) })
	}
	m.leave = func(k sumKey, at Wall, why Unmeasured, n uint64) {
		a.each(k, at, func(m *Measured) { m.Without[why] += n })
	}
	mark := span.first
	for ref := range a.snap.Since(span.first) {
		if mark++; mark > span.last+1 {
			break
		}
		h := ref.Header
		if ref.Segment != segment || ref.Offset <= through || !measuredLane(h.Lane) || Wall(h.WallMax) < a.out.From || Wall(h.WallMin) >= a.out.To {
			continue
		}
		if _, ok := a.sel.attempt(h.Attempt); !ok {
			continue
		}
		if err := a.ctx.Err(); err != nil {
			return err
		}
		if a.reads <= 0 || a.rows > maxMeasuredRows {
			a.out.Pending++
			continue
		}
		a.reads--
		a.rows += int(h.Events)
		if err := m.block(ref); err != nil {
			return err
		}
	}
	return nil
}

func (a *measuring) each(k sumKey, at Wall, yield func(m *Measured)) {
	if !a.within(at) {
		return
	}
	for _, s := range a.seriesOf(k) {
		yield(&s.Total)
		yield(s.bucket(a.bucket(at)))
	}
}

// markSpan is where the blocks of a segment lie in the order in which they were stored.
type markSpan struct{ first, last uint64 }

// recordingSpans are those of a recording's segments, up to a mark.
type recordingSpans struct {
	first, mark uint64
	sealed      []uint64 // segments that were sealed then
	of          map[uint64]markSpan
}

// maxSpans bounds of how many recordings spans are kept.
const maxSpans = 64

// spans tells where the blocks of each segment are; what was looked at once is not looked at again, unless blocks were removed or moved
// to other segments.
func (s *summing) spans(v *view, sealed []uint64) map[uint64]markSpan {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := v.snap.Recording().First
	r := s.places[v.id]
	if r == nil || r.first != first || r.mark > v.snap.Mark() {
		r = s.anew(v.id, first)
	}
	r.reach(v)
	if !slices.Equal(r.sealed, sealed) {
		gone := func(id uint64) bool { return !slices.Contains(sealed, id) }
		moved := func(id uint64) bool { _, ok := r.of[id]; return !ok }
		if slices.ContainsFunc(r.sealed, gone) || slices.ContainsFunc(sealed, moved) {
			r = s.anew(v.id, first)
			r.reach(v)
		}
		r.sealed = slices.Clone(sealed)
	}
	return maps.Clone(r.of)
}

func (s *summing) anew(rec event.RecordingID, first uint64) *recordingSpans {
	if len(s.places) >= maxSpans {
		clear(s.places)
	}
	r := &recordingSpans{first: first, mark: first, of: make(map[uint64]markSpan)}
	s.places[rec] = r
	return r
}

func (r *recordingSpans) reach(v *view) {
	if v.snap.Mark() <= r.mark {
		return
	}
	for ref := range v.snap.Since(r.mark) {
		span, ok := r.of[ref.Segment]
		if !ok {
			span.first = r.mark
		}
		span.last = r.mark
		r.of[ref.Segment] = span
		r.mark++
	}
}
