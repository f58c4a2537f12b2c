package query

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Stored is a recording block by block, in the order in which blocks came, for whoever takes each block once. It is the state at
// one moment. Close it.
type Stored struct {
	v    *view
	from uint64 // the first mark that there is
}

// StoredBlock is one block of it. Attempt, lane and number name it, in all times and on all machines.
type StoredBlock struct {
	Attempt    event.Key
	Lane       event.Lane
	Number     uint64
	Mark       uint64 // its place; see store.Snapshot.Since
	Events     uint64
	Bytes      uint64
	From, To   Wall
	Housekeeps bool // the server says in it what retention removed, and no more
	Stays      bool // retention leaves it, or what matters of it, where it removes what is around it

	ref store.Ref
}

// Stored opens rec. Errors: ErrNotFound.
func (e *Engine) Stored(ctx context.Context, rec event.RecordingID) (*Stored, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	return &Stored{v, v.snap.Recording().First}, nil
}

// Close gives the recording back.
func (s *Stored) Close() { s.v.close() }

// Marks are the place of the first block and the one behind the last. When the first has changed, blocks were removed, and who
// goes by marks begins again; a mark behind what was removed means what it meant.
func (s *Stored) Marks() (first, behind uint64) { return s.from, s.v.snap.Mark() }

// Since yields the blocks from mark on.
func (s *Stored) Since(mark uint64) iter.Seq[StoredBlock] {
	return func(yield func(StoredBlock) bool) {
		mark = max(mark, s.from)
		for ref := range s.v.snap.Since(mark) {
			h := ref.Header
			removal := func(g block.GapRange) bool { return g.Reason == event.GapRetention }
			levels := func(c block.Count) bool { return c.Kind == event.KindLevel }
			b := StoredBlock{
				Attempt: h.Attempt, Lane: h.Lane, Number: h.Number, Mark: mark, Events: uint64(h.Events), Bytes: uint64(h.Size),
				From: Wall(h.WallMin), To: Wall(h.WallMax), ref: ref,
				Stays:      h.Lane.Base() == event.LaneJob || h.Lane.Base() == event.LaneGap || slices.ContainsFunc(h.Zones.Counts, levels),
				Housekeeps: h.Server() && h.Lane == event.LaneGap && slices.ContainsFunc(h.Zones.Gaps, removal),
			}
			if !yield(b) {
				return
			}
			mark++
		}
	}
}

// BlockEvents are the events of one block, decoded.
type BlockEvents struct {
	v     *view
	ref   store.Ref
	f     *frame // nil: it cannot be read
	whole bool   // f holds payloads
	cause error
}

// Open reads a block, past the cache, which belongs to questions. A block that is damaged opens, as one event of kind gap.
func (s *Stored) Open(ctx context.Context, b StoredBlock) (*BlockEvents, error) {
	out := &BlockEvents{v: s.v, ref: b.ref}
	if b.Events == 0 {
		out.f = &frame{h: b.ref.Header, r: new(block.Rows)}
		return out, nil
	}
	rows, err := s.v.snap.Read(ctx, b.ref)
	if err == nil {
		out.f = &frame{h: b.ref.Header, r: rows}
		err = out.f.check()
	}
	switch {
	case err == nil:
		out.whole = true
		return out, nil
	case !unreadable(err):
		return nil, fmt.Errorf("reading a block: %w", err)
	}
	// The columns may be whole where payloads are not.
	if out.f, err = s.v.columns(ctx, b.ref); err != nil {
		if !unreadable(err) {
			return nil, fmt.Errorf("reading a block: %w", err)
		}
		out.cause = err
	}
	return out, nil
}

// Settled tells whether everything that the block's rows refer to is known, so that its events read the same later. What of a block
// cannot be read stays so.
func (s *Stored) Settled(ctx context.Context, b StoredBlock) (bool, error) {
	want := sections(b.ref.Header, block.SectionMeta, block.SectionIDs, block.SectionDet, block.SectionState)
	if b.Events == 0 || len(want) == 0 {
		return true, nil
	}
	rows, err := s.v.snap.Read(ctx, b.ref, want...)
	if err != nil {
		if unreadable(err) {
			return true, nil
		}
		return false, fmt.Errorf("reading a block: %w", err)
	}
	f := &frame{h: b.ref.Header, r: rows}
	if f.check() != nil {
		return true, nil
	}
	process := b.Attempt != 0 && s.v.cat.attempts[b.Attempt] == nil && s.v.engine.roster.defs.process(b.Attempt)
	for row := range f.rows() {
		ev := s.v.event(f, row, 0, false)
		if process { // there is no attempt to know
			ev.AttemptKey = 0
		}
		if !s.v.resolved(f, row, &ev) || ev.State != nil && !s.v.described(ev.State) {
			return false, nil
		}
	}
	return true, nil
}

// described tells whether the serializers that a state names are known.
func (v *view) described(d *event.StateDef) bool {
	return !slices.ContainsFunc([]string{d.Key, d.Namespace, d.Value, d.MapKey}, func(text string) bool {
		id, err := event.ParseDefinitionID(text)
		if err != nil || id == 0 { // it names none
			return false
		}
		_, ok := v.engine.reader.Definition(id)
		return !ok
	})
}

// All yields the events with their payloads and copies, in the order of the block.
func (b *BlockEvents) All(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if b.f == nil {
			ev, err := b.v.unreadable(b.ref, b.cause)
			yield(ev, err)
			return
		}
		open := &openBlock{ref: b.ref, f: b.f}
		if b.whole {
			open.payload = b.f
		}
		for row := range b.f.rows() {
			ev, err := b.v.rowEvent(ctx, open, b.f.key(row), false, true)
			if err == nil && ev.Broadcast && ev.Element != nil {
				ev.Copies = b.v.copies(b.f, row, *ev.Element)
			}
			if !yield(ev, err) || err != nil {
				return
			}
		}
	}
}
