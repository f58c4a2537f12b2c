package query

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// IndexKeys makes the missing and the damaged key indexes of a recording's sealed segments, and goes on with those of segments that are
// still written, in memory. pause is called between blocks; it may
// wait, and ends the work with an error. It gives the number of indexes made. Nothing when the store has no room beside segments.
func (e *Engine) IndexKeys(ctx context.Context, rec event.RecordingID, pause func() error) (made int, err error) {
	side, ok := e.reader.(store.Sidecars)
	if !ok {
		return 0, nil
	}
	missing, err := e.unindexed(ctx, side, rec, keyKind, func(c store.Sidecar) bool {
		_, err := readKeyHead(c, c.Size())
		return err == nil
	})
	if err != nil {
		return 0, err
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return 0, err
	}
	defer v.close()
	places, ok := v.snap.(store.Places)
	if !ok {
		return 0, nil
	}
	for _, segment := range missing {
		content, err := v.keyIndexOf(ctx, places, segment, pause)
		if err != nil {
			return made, err
		}
		if err := side.PutSidecar(ctx, rec, segment, keyKind, content); err != nil {
			if errors.Is(err, store.ErrNotFound) { // it went meanwhile
				continue
			}
			return made, fmt.Errorf("keeping a key index: %w", err)
		}
		e.suspects.Delete(sidecarKey{segmentKey{rec, segment}, keyKind})
		made++
	}
	return made, v.keepTails(ctx, places, pause)
}

// keepTails brings the indexes of segments without a file up to date, and drops the others.
func (v *view) keepTails(ctx context.Context, places store.Places, pause func() error) error {
	l := v.newKeyLookup()
	if l == nil {
		return nil
	}
	open := make(map[uint64]int)
	for segment, blocks := range l.all {
		if _, err := l.about(segment); err != nil {
			open[segment] = blocks
		}
	}
	v.engine.tails.keep(v.id, open)
	for segment := range open {
		if _, _, err := v.bring(ctx, places, segment, math.MaxInt, func() error { return errors.Join(ctx.Err(), pause()) }); err != nil {
			return err
		}
	}
	return nil
}

// keyIndexOf makes the index of a segment. Blocks go past the cache, which belongs to questions.
func (v *view) keyIndexOf(ctx context.Context, places store.Places, segment uint64, pause func() error) ([]byte, error) {
	x := &keyIndex{seed: rand.Uint64()}
	for ref := range places.Segment(segment) {
		if x.all++; !isKeyed(ref.Header) {
			continue
		}
		if err := errors.Join(ctx.Err(), pause()); err != nil {
			return nil, err
		}
		keys, ok, err := v.blockKeys(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !ok {
			x.others = append(x.others, ref.Offset) // a question says of it that it cannot be read
			continue
		}
		var hashes []uint32
		for _, key := range keys {
			if !key.Null() {
				hashes = append(hashes, keyHash(key, x.seed))
			}
		}
		slices.Sort(hashes)
		x.add(ref.Offset, slices.Compact(hashes))
	}
	return x.content(), nil
}

// KeysWanted gives something when a question found segments without a key index, and more of them than it reads itself.
func (e *Engine) KeysWanted() <-chan struct{} { return e.wanted }

// want asks for key indexes.
func (e *Engine) want() {
	select {
	case e.wanted <- struct{}{}:
	default: // it is asked for already
	}
}
