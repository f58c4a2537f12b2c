package query

import (
	"context"
	"iter"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// followPause is the least time between two looks of Follow: rows of several lanes that arrive together come out in order,
// and a busy recording does not cost a look per block.
const followPause = 100 * time.Millisecond

// Follow yields events as they are stored, from now, or behind q.After. It ends with ctx, without an error then. Events that
// arrive together are in order; one that arrives late comes late. Of q, To, Order, Around and MaxBlocks are not used.
func (e *Engine) Follow(ctx context.Context, rec event.RecordingID, q EventQuery) iter.Seq2[Event, error] {
	q.To, q.Order, q.Around, q.MaxBlocks = 0, Ascending, "", 0
	return func(yield func(Event, error) bool) {
		changed := e.reader.Changed(rec)
		mark, ok := e.catchUp(ctx, rec, q, yield)
		if !ok {
			return
		}
		pause := time.NewTimer(followPause)
		defer pause.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			select {
			case <-ctx.Done():
				return
			case <-pause.C:
			}
			changed = e.reader.Changed(rec)
			if mark, ok = e.arrived(ctx, rec, q, mark, yield); !ok {
				return
			}
			pause.Reset(followPause)
		}
	}
}

// catchUp yields what is stored behind q.After and returns the mark from which arrivals count.
func (e *Engine) catchUp(ctx context.Context, rec event.RecordingID, q EventQuery, yield func(Event, error) bool) (uint64, bool) {
	v, err := e.open(ctx, rec)
	if err != nil {
		yield(Event{}, err)
		return 0, false
	}
	defer v.close()
	s, err := v.scan(q)
	if err != nil {
		yield(Event{}, err)
		return 0, false
	}
	if q.After != "" && !forward(ctx, s.events(ctx, v), yield) {
		return 0, false
	}
	return v.snap.Mark(), true
}

// arrived yields the blocks stored since mark, at most manyBlocks at once.
func (e *Engine) arrived(ctx context.Context, rec event.RecordingID, q EventQuery, mark uint64, yield func(Event, error) bool) (uint64, bool) {
	v, err := e.open(ctx, rec)
	if err != nil {
		if ctx.Err() == nil {
			yield(Event{}, err)
		}
		return mark, false
	}
	defer v.close()
	q.After = ""
	s, err := v.scan(q)
	if err != nil {
		yield(Event{}, err)
		return mark, false
	}
	var refs []store.Ref
	for ref := range v.snap.Since(mark) {
		mark++
		if s.sel.wantsBlock(ref.Header) {
			refs = append(refs, ref)
		}
		if len(refs) == manyBlocks {
			if !forward(ctx, s.of(ctx, v, refs), yield) {
				return mark, false
			}
			refs = refs[:0]
		}
	}
	return mark, forward(ctx, s.of(ctx, v, refs), yield)
}

// of yields the selected rows of some blocks, whenever they happened.
func (s *scan) of(ctx context.Context, v *view, refs []store.Ref) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		s.after = nil
		s.window(ctx, v, s.sel.from, s.sel.to, refs, yield)
	}
}

// forward passes events on; false = stop, because the caller had enough, an error was passed on, or ctx ended.
func forward(ctx context.Context, events iter.Seq2[Event, error], yield func(Event, error) bool) bool {
	for ev, err := range events {
		if err != nil && ctx.Err() != nil {
			return false
		}
		if !yield(ev, err) || err != nil {
			return false
		}
	}
	return ctx.Err() == nil
}
