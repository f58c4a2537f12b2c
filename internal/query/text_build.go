package query

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// segmentKey names a segment.
type segmentKey struct {
	recording event.RecordingID
	segment   uint64
}

// sidecarKey names a sidecar.
type sidecarKey struct {
	segmentKey
	kind string
}

// suspect notes that a segment's index cannot be used and must be made again.
func (e *Engine) suspect(rec event.RecordingID, segment uint64, kind string) {
	e.suspects.Store(sidecarKey{segmentKey{rec, segment}, kind}, true)
}

// Unindexed lists the sealed segments of rec without a text index, or with a damaged one. Nothing when the store has no room
// beside segments.
func (e *Engine) Unindexed(ctx context.Context, rec event.RecordingID) ([]uint64, error) {
	side, ok := e.reader.(store.Sidecars)
	if !ok {
		return nil, nil
	}
	return e.unindexed(ctx, side, rec, textKind, func(c store.Sidecar) bool {
		_, err := lacking(c, c.Size(), nil)
		return err == nil
	})
}

// unindexed lists the sealed segments of rec without a usable sidecar of a kind.
func (e *Engine) unindexed(ctx context.Context, side store.Sidecars, rec event.RecordingID, kind string, usable func(store.Sidecar) bool) ([]uint64, error) {
	sealed, err := side.Sealed(rec)
	if err != nil {
		return nil, fmt.Errorf("listing segments: %w", err)
	}
	var out []uint64
	for _, id := range sealed {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		_, bad := e.suspects.Load(sidecarKey{segmentKey{rec, id}, kind})
		if c, err := side.OpenSidecar(rec, id, kind); err == nil {
			bad = bad || !usable(c)
			_ = c.Close()
		} else {
			bad = true
		}
		if bad {
			out = append(out, id)
		}
	}
	return out, nil
}

// TextsOf gives the texts of an event that a search looks into; whole tells that nothing that comes to be known later changes them.
type TextsOf func(e *Event, yield func(string)) (whole bool)

// Index makes the text index of a sealed segment. pause is called between blocks; it may wait, and ends the work with an error.
// Blocks with an event whose texts may change are left out of it.
func (e *Engine) Index(ctx context.Context, rec event.RecordingID, segment uint64, texts TextsOf, pause func() error) error {
	side, ok := e.reader.(store.Sidecars)
	if !ok {
		return errors.ErrUnsupported
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return err
	}
	defer v.close()
	var refs []store.Ref
	for ref := range v.snap.Since(0) {
		if ref.Segment == segment && ref.Header.Events > 0 {
			refs = append(refs, ref)
		}
	}
	key := segmentKey{rec, segment}
	begun := e.live.get(key)
	tables := slices.Clone(begun.tables)
	for refs = behind(refs, begun.through); len(refs) > 0; {
		n := min(groupBlocks, len(refs))
		more, err := v.tablesOf(ctx, refs[:n], texts, pause)
		if err != nil {
			return err
		}
		tables, refs = append(tables, more...), refs[n:]
	}
	if err := side.PutSidecar(ctx, rec, segment, textKind, textIndex(tables)); err != nil {
		return fmt.Errorf("keeping a text index: %w", err)
	}
	e.suspects.Delete(sidecarKey{key, textKind})
	e.live.drop(key)
	return nil
}

// blockGrams gives the grams of all texts of a block. It goes past the cache, which belongs to questions.
func (v *view) blockGrams(ctx context.Context, ref store.Ref, texts TextsOf) (hashes []uint32, whole bool, err error) {
	rows, err := v.snap.Read(ctx, ref)
	if err != nil {
		if unreadable(err) {
			return nil, false, nil
		}
		return nil, false, fmt.Errorf("reading a block: %w", err)
	}
	f := &frame{h: ref.Header, r: rows}
	if f.check() != nil {
		return nil, false, nil
	}
	seen := make(map[uint32]struct{}, 4*f.rows())
	for row := range f.rows() {
		ev := v.event(f, row, 0, false)
		if !v.resolved(f, row, &ev) {
			return nil, false, nil
		}
		ev.fill(f, row)
		if !texts(&ev, func(s string) { gramsOf(s, true, func(h uint32) { seen[h] = struct{}{} }) }) || len(seen) > maxGrams {
			return nil, false, nil
		}
	}
	hashes = make([]uint32, 0, len(seen))
	for h := range seen {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	return hashes, true, nil
}

// resolved tells whether everything that the row refers to is known, so that its event reads the same later.
func (v *view) resolved(f *frame, row int, ev *Event) bool {
	known := func(id event.DefinitionID) bool {
		if id == 0 {
			return true
		}
		_, ok := v.engine.reader.Definition(id)
		return ok
	}
	return (ev.AttemptKey == 0 || v.cat.attempts[ev.AttemptKey] != nil && len(v.cat.attempts[ev.AttemptKey].chain) > 0) &&
		known(at(f.r.Text, row, 0)) && known(f.path(row)) &&
		(at(f.r.State, row, 0) == 0 || ev.State != nil) && (at(f.r.Split, row, 0) == 0 || ev.Split != nil) && known(ev.Serializer) &&
		(ev.Element == nil || ev.Kind != event.KindRecord || ev.Serializer != 0)
}
