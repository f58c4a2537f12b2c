package disk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

// Errors of rewriting segments.
var (
	errChanged = errors.New("the segments changed meanwhile")
	errSpoiled = errors.New("a segment holds bytes that are no block and is left as it is")
)

// rewrite is one new segment that takes the place of others: re-coded, put together, or with most blocks left out.
type rewrite struct {
	s      *Store
	r      *recording
	from   []*segment                            // sealed, neighbours, in order of place
	keep   func(*segment, *block.Header) bool    // nil = all
	recode bool                                  // blocks of segments that were not re-coded
	pace   func(ctx context.Context) (err error) // called after each block; may be nil
	done   func(bytes int64)                     // told of what was read; may be nil

	to    *segment
	f     file
	buf   []byte
	at    int64 // of what is in the file
	by    map[headers.Place]store.Ref
	refs  []store.Ref // of the new segment
	gone  map[headers.Place]bool
	holes map[laneKey]removedRange
}

// run writes the new segment beside the old ones and then lets it take their place in one step: a crash leaves the old ones, or
// the new one. Files of the old ones go when the last reader leaves.
func (w *rewrite) run(ctx context.Context) (err error) {
	refs, release, err := w.begin()
	if err != nil {
		return err
	}
	defer release()
	if err := w.create(); err != nil {
		return w.full(err)
	}
	committed := false
	defer func() {
		if !committed {
			err = errors.Join(err, w.discard())
		}
	}()
	if err := w.blocks(ctx, refs); err != nil {
		return w.full(err)
	}
	if err := w.finish(); err != nil {
		return w.full(err)
	}
	committed, err = w.commit()
	return err
}

func (w *rewrite) full(err error) error {
	if diskFull(err) {
		err = errors.Join(store.ErrDiskFull, err)
	}
	return fmt.Errorf("rewriting segments of recording %s: %w", w.r.id, err)
}

// begin holds the old segments and lists their blocks in order of arrival.
func (w *rewrite) begin() (refs []store.Ref, release func(), err error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	if !w.stand() {
		return nil, nil, errChanged
	}
	sizes := make(map[uint64]int64, len(w.from))
	for _, g := range w.from {
		g.hold()
		sizes[g.id] = g.end - headLen
	}
	release = func() {
		for _, g := range w.from {
			if err := g.release(); err != nil {
				w.s.opt.Log.Warn("files of a segment go at the next start", "segment", g.id, "error", err)
			}
		}
	}
	for ref := range w.r.index().View().Since(0) {
		if left, is := sizes[ref.Segment]; is {
			refs = append(refs, ref)
			sizes[ref.Segment] = left - int64(ref.Header.Size)
		}
	}
	for _, g := range w.from {
		if w.keep == nil && sizes[g.id] != 0 { // what was damaged stays for whoever wants to look at it
			g.spoiled.Store(true)
			release()
			return nil, nil, fmt.Errorf("segment %d: %w", g.id, errSpoiled)
		}
	}
	return refs, release, nil
}

// stand tells whether all old segments are still what they were. Caller holds r.mu.
func (w *rewrite) stand() bool {
	if w.r.mu.deleted || w.r.mu.set == nil {
		return false
	}
	return !slices.ContainsFunc(w.from, func(g *segment) bool { return w.r.mu.set.byID[g.id] != g || !g.sealed || g.broken })
}

func (w *rewrite) create() error {
	first, last := w.from[0], w.from[len(w.from)-1]
	g := &segment{id: w.s.manifest.newSegment(), dir: w.r.dir, created: first.created, files: w.s.opt.files, first: first.place(), last: max(last.id, last.last), end: headLen}
	for _, o := range w.from {
		g.flags |= o.flags & flagRemains
		g.lastStored = max(g.lastStored, o.lastStored)
		g.last = max(g.last, o.id, o.last)
	}
	if w.recode {
		g.flags |= flagRecoded
	}
	if w.keep != nil {
		g.flags |= flagRemains
	}
	w.to, w.by = g, make(map[headers.Place]store.Ref)
	w.gone, w.holes = make(map[headers.Place]bool), make(map[laneKey]removedRange)
	var err error
	if w.f, err = w.s.opt.files.Create(w.temporary()); err != nil {
		return err
	}
	w.buf = append(make([]byte, 0, 1<<20), g.head(w.r.id).bytes()...)
	return nil
}

func (w *rewrite) temporary() string { return w.to.path() + ".tmp" }

// discard removes what was written of a rewrite that came to nothing.
func (w *rewrite) discard() error {
	err := w.to.close()
	if w.f != nil {
		err = errors.Join(err, w.f.Close())
	}
	for _, path := range []string{w.temporary(), w.to.path(), w.to.dir + "/" + w.to.indexName()} {
		err = errors.Join(err, ignoreMissing(w.s.opt.files.Remove(path)))
	}
	return err
}

// blocks copies what is kept, and then writes what was left out as gaps.
func (w *rewrite) blocks(ctx context.Context, refs []store.Ref) error {
	from := make(map[uint64]*segment, len(w.from))
	for _, g := range w.from {
		from[g.id] = g
	}
	var raw []byte
	for _, ref := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		g, h := from[ref.Segment], ref.Header
		if w.done != nil {
			w.done(int64(h.Size))
		}
		if w.keep != nil && saysRemoved(h) {
			if err := w.takeOver(g, ref); err != nil {
				return err
			}
			continue
		}
		if w.keep != nil && !w.keep(g, h) {
			w.leaveOut(ref)
			continue
		}
		if cap(raw) < int(h.Size) {
			raw = make([]byte, h.Size)
		}
		raw = raw[:h.Size]
		if _, err := g.ReadAt(raw, ref.Offset); err != nil {
			return err
		}
		have, out := h, raw
		var err error
		if w.recode && g.flags&flagRecoded == 0 {
			if out, err = block.Recode(h, raw); err == nil {
				have, err = block.Verify(out)
			}
		} else {
			have, err = block.Verify(raw)
		}
		if err == nil && (have.Attempt != h.Attempt || have.Lane != h.Lane || have.Number != h.Number) {
			err = block.ErrMalformed
		}
		if err != nil && w.keep != nil {
			w.s.opt.Log.Warn("a block that was to stay is damaged and goes with the others", "segment", g.id, "recording", w.r.id.String(), "error", err)
			w.leaveOut(ref)
			continue
		}
		if err != nil { // it went bad since it was stored
			g.spoiled.Store(true)
			return fmt.Errorf("block %d of lane %s of attempt %s in segment %d: %w", h.Number, h.Lane, h.Attempt, g.id, err)
		}
		if err := w.write(have, out, &ref); err != nil {
			return err
		}
		if w.pace != nil {
			if err := w.pace(ctx); err != nil {
				return err
			}
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(w.holes), compareLanes) {
		h, raw, err := w.holes[k].gap(w.r.id, k)
		if err != nil {
			return err
		}
		if err := w.write(h, raw, nil); err != nil {
			return err
		}
	}
	return nil
}

func compareLanes(a, b laneKey) int {
	return cmp.Or(cmp.Compare(a.attempt, b.attempt), cmp.Compare(a.lane, b.lane))
}

func (w *rewrite) leaveOut(ref store.Ref) {
	w.gone[headers.PlaceOf(ref)] = true
	h := ref.Header
	if h.Server() {
		return
	}
	w.hole(laneKey{h.Attempt, h.Lane}, rangeOf(h))
}

func (w *rewrite) hole(k laneKey, x removedRange) {
	if have, is := w.holes[k]; is {
		x = have.with(x)
	}
	w.holes[k] = x
}

// takeOver joins what was removed before to what is removed now.
func (w *rewrite) takeOver(g *segment, ref store.Ref) error {
	k, x, err := readRemoved(g, ref)
	if err != nil {
		return err
	}
	w.gone[headers.PlaceOf(ref)] = true
	w.hole(k, x)
	return nil
}

// write puts a block behind the others; old is where it was, nil for one that is new.
func (w *rewrite) write(h *block.Header, raw []byte, old *store.Ref) error {
	ref := store.Ref{Header: h, Segment: w.to.id, Offset: w.to.end}
	if old != nil {
		w.by[headers.PlaceOf(*old)] = ref
	}
	w.refs = append(w.refs, ref)
	w.to.end += int64(len(raw))
	w.to.blocks++
	w.buf = append(w.buf, raw...)
	if len(w.buf) < 1<<20 {
		return nil
	}
	return w.flush()
}

func (w *rewrite) flush() error {
	if _, err := w.f.WriteAt(w.buf, w.at); err != nil {
		return fmt.Errorf("writing %s: %w", w.temporary(), err)
	}
	w.at += int64(len(w.buf))
	w.buf = w.buf[:0]
	return nil
}

// finish makes the file whole and durable under its name, with its index.
func (w *rewrite) finish() error {
	g := w.to
	definitions := w.s.definitionsOf(w.refs)
	foot := segmentFoot{blocksEnd: g.end, definitionsEnd: g.end + int64(len(definitions)), blocks: g.blocks, lastStored: g.lastStored,
		definitions: crc32.Checksum(definitions, castagnoli)}
	w.buf = append(append(w.buf, definitions...), foot.bytes()...)
	err := w.flush()
	if err == nil {
		err = w.f.Sync()
	}
	if err == nil {
		err, w.f = w.f.Close(), nil
	}
	if err == nil {
		err = w.s.opt.files.Rename(w.temporary(), g.path())
	}
	if err != nil {
		return fmt.Errorf("finishing %s: %w", w.temporary(), err)
	}
	g.sealed, g.linked = true, true
	return writeIndex(g, g.head(w.r.id), w.refs, foot.blocksEnd) // and syncs the folder
}

// commit lets the new segment take the place of the old ones, for the next start and for the next reader.
func (w *rewrite) commit() (committed bool, err error) {
	w.r.changed.Lock()
	defer w.r.changed.Unlock()
	w.r.mu.Lock()
	stand := w.stand()
	w.r.mu.Unlock()
	if !stand {
		return false, errChanged
	}
	e := edit{Op: "replace", Into: &listed{Segment: w.to.id, Recording: w.r.id.String(), Sealed: true, Place: w.to.place()}}
	for _, g := range w.from {
		e.Segments = append(e.Segments, listed{Segment: g.id, Recording: w.r.id.String()})
	}
	err = w.s.manifest.commit(e, true)
	if err != nil && !w.s.manifest.has(w.to.id) {
		return false, fmt.Errorf("replacing segments: %w", err)
	}
	// When the edit is written and could not be synced, a power cut decides which segments the next start finds: it needs the files
	// of both, and removes those that it does not want.
	w.swap(err == nil)
	return true, err
}

// swap changes what readers see.
func (w *rewrite) swap(remove bool) {
	r := w.r
	var fresh *headers.Index
	var taken uint64
	r.mu.Lock()
	defer r.mu.Unlock()
	for moves := r.mu.moves; len(w.gone) > 0; moves = r.mu.moves {
		r.mu.Unlock() // a long recording takes a while, and blocks come in
		fresh, taken = w.rest()
		r.mu.Lock()
		if r.mu.moves == moves {
			break
		}
	}
	if fresh == nil {
		r.index().Replace(w.by)
	} else {
		for ref := range r.index().View().Since(taken) {
			_ = fresh.Add(ref) // it is none that fresh has
		}
		r.mu.gone += uint64(r.index().Len() - fresh.Len())
		r.headers.Store(fresh)
	}
	for k, x := range w.holes {
		r.noteRemoved(k, x)
	}
	byID := maps.Clone(r.mu.set.byID)
	for _, g := range w.from {
		delete(byID, g.id)
		g.doomed.Store(remove)
	}
	byID[w.to.id] = w.to
	old := r.mu.set
	r.mu.set = newSegmentSet(byID)
	if err := old.release(); err != nil {
		w.s.opt.Log.Warn("files of replaced segments go at the next start", "recording", r.id.String(), "error", err)
	}
	w.s.changes.Happened(r.id) // whoever keeps a list of sizes
}

// rest indexes what stays, in the order in which a start would find it. taken is up to which mark of the old index it goes.
func (w *rewrite) rest() (fresh *headers.Index, taken uint64) {
	fresh = headers.New(w.r.id)
	v := w.r.index().View()
	begun := false
	for ref := range v.Since(0) {
		at := headers.PlaceOf(ref)
		if _, stays := w.by[at]; stays || w.gone[at] {
			if !begun {
				begun = true
				for _, own := range w.refs {
					_ = fresh.Add(own)
				}
			}
			continue
		}
		_ = fresh.Add(ref)
	}
	return fresh, v.Mark()
}
