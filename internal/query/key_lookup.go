package query

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// keyKind is the kind of a key index's sidecar.
const keyKind = "key"

// keyLookup finds the blocks that may have a row about a key: of segments with an index those that it names, of the others (that are
// written still, or have none yet) those that an index in memory names, and behind it all of lanes trace and state. It belongs to a view.
type keyLookup struct {
	view    *view
	side    store.Sidecars
	places  store.Places
	indexed map[uint64]int      // segments with an index: how many blocks it is about
	all     map[uint64]int      // segments: how many blocks they have
	keys    map[uint64][]listed // lists of keys that were looked up, by a hash
	tails   map[uint64]keyTail  // of segments without one, in memory
	rest    []store.Ref         // of segments without an index, behind those in memory
	restAll bool                // rest has them all; else they are too many, and tails has none
}

// listed are the blocks of a key, of segments with an index.
type listed struct {
	key  event.Payload
	refs []store.Ref
	many bool // too many to list
}

// maxListedKeys is how many keys a lookup remembers the blocks of.
const maxListedKeys = 64

// keyLimits bound what is done without an index.
type keyLimits struct {
	near  uint64 // so few invocations are looked at without one
	bring int    // so many blocks are taken into an index in memory by a question
	named int    // when a key is in more blocks, they are looked at by time as well
	rest  int    // when more blocks have none they are looked at by time, as without any index
}

// newKeyLookup is nil when the store keeps no indexes.
func (v *view) newKeyLookup() *keyLookup {
	side, ok := v.engine.reader.(store.Sidecars)
	places, placed := v.snap.(store.Places)
	if !ok || !placed {
		return nil
	}
	return &keyLookup{view: v, side: side, places: places, indexed: make(map[uint64]int), all: places.Segments(), keys: make(map[uint64][]listed),
		tails: make(map[uint64]keyTail)}
}

// keyLookup is nil when no index can help.
func (v *view) keyLookup(ctx context.Context) (*keyLookup, error) {
	if v.keyed != nil || v.noKeys {
		return v.keyed, nil
	}
	l := v.newKeyLookup()
	if v.noKeys = l == nil; l == nil {
		return nil, nil
	}
	var missing []uint64
	behind := 0
	for segment, blocks := range l.all {
		if n, err := l.about(segment); err == nil {
			l.indexed[segment] = n
			continue
		}
		missing, behind = append(missing, segment), behind+blocks-v.engine.tails.get(segmentKey{v.id, segment}).n
	}
	if l.restAll = behind <= l.view.engine.limits.rest; l.restAll {
		for _, segment := range missing {
			if err := l.addRest(ctx, segment); err != nil {
				return nil, err
			}
		}
	}
	if v.keyed = l; !l.restAll || len(l.rest) > 0 {
		v.engine.want()
	}
	return l, nil
}

// about tells how many blocks the index of a segment is about. An error means that there is none to use.
func (l *keyLookup) about(segment uint64) (n int, err error) {
	err = l.with(segment, func(_ store.Sidecar, h *keyIndexHead) error {
		n = int(h.blocks)
		return nil
	})
	return n, err
}

// with opens the index of a segment if it is there and of all of its blocks. One that is damaged is to be made again.
func (l *keyLookup) with(segment uint64, use func(store.Sidecar, *keyIndexHead) error) error {
	c, err := l.side.OpenSidecar(l.view.id, segment, keyKind)
	if err == nil {
		defer c.Close()
		var h keyIndexHead
		if h, err = readKeyHead(c, c.Size()); err == nil {
			if h.all != int64(l.all[segment]) {
				return errKeyIndex // it is of other blocks than the snapshot has there
			}
			err = use(c, &h)
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		l.view.engine.suspect(l.view.id, segment, keyKind)
	}
	return err
}

// addRest takes in a segment without an index: the one in memory as far as it goes, and the blocks behind.
func (l *keyLookup) addRest(ctx context.Context, segment uint64) error {
	t, left, err := l.view.bring(ctx, l.places, segment, l.view.engine.limits.bring, ctx.Err)
	l.tails[segment] = t
	l.rest = append(l.rest, left...)
	return err
}

// isKeyed tells whether a block is of a lane whose rows have keys.
func isKeyed(h *block.Header) bool {
	lane := h.Lane.Base()
	return h.Events > 0 && (lane == event.LaneTrace || lane == event.LaneState)
}

// has tells whether the index of a segment says which of its blocks have a key.
func (l *keyLookup) has(segment uint64) bool {
	_, ok := l.indexed[segment]
	return ok
}

// of lists the blocks of segments with an index that may have a row about a key, by attempt, lane and number. A segment whose index
// turns out to be damaged, or is gone, has none from here on. Not ok: they are so many that nothing is won by a list of them.
func (l *keyLookup) of(ctx context.Context, key event.Payload) (refs []store.Ref, ok bool, err error) {
	sum := sumOf(key)
	for _, k := range l.keys[sum] {
		if k.key.Equal(key) {
			return k.refs, !k.many, nil
		}
	}
	var lost []uint64
	places, n := make(map[uint64][]int64), 0
	for segment := range l.indexed {
		err := l.with(segment, func(c store.Sidecar, h *keyIndexHead) error {
			offsets, err := h.find(c, keyHash(key, h.seed))
			places[segment], n = offsets, n+len(offsets)
			return err
		})
		if err != nil {
			lost = append(lost, segment)
		}
	}
	for _, segment := range lost {
		delete(l.indexed, segment)
		clear(l.keys)
		if l.restAll {
			if err := l.addRest(ctx, segment); err != nil {
				return nil, false, err
			}
		}
	}
	for segment, t := range l.tails {
		places[segment] = t.find(key)
		n += len(places[segment])
	}
	if ok = n <= l.view.engine.limits.named; ok {
		for segment, offsets := range places {
			refs = append(refs, l.places.At(segment, offsets)...)
		}
	}
	slices.SortFunc(refs, byNumber)
	if len(l.keys) >= maxListedKeys {
		clear(l.keys)
	}
	l.keys[sum] = append(l.keys[sum], listed{key, refs, !ok})
	return refs, ok, nil
}

func byNumber(a, b store.Ref) int {
	return cmp.Or(cmp.Compare(a.Header.Attempt, b.Header.Attempt), cmp.Compare(a.Header.Lane, b.Header.Lane), cmp.Compare(a.Header.Number, b.Header.Number))
}

// keyHash is the hash of a key in an index with a seed.
func keyHash(key event.Payload, seed uint64) uint32 { return uint32(key.Sum(seed) >> 32) }

// keyBlocks are the blocks of a selection by key: some by the indexes, and the others, if they are not in rest, by time.
type keyBlocks struct {
	lookup *keyLookup
	refs   []store.Ref // each once
	named  int         // of these by indexes
}

// keyBlocks is nil when no index can help.
func (s *selection) keyBlocks(ctx context.Context, v *view) (*keyBlocks, error) {
	l, err := v.keyLookup(ctx)
	if l == nil || err != nil {
		return nil, err
	}
	k := &keyBlocks{lookup: l}
	for { // once more when an index was lost on the way
		n := len(l.indexed)
		k.refs = k.refs[:0]
		for _, key := range s.keys.all() {
			refs, ok, err := l.of(ctx, key)
			if err != nil || !ok {
				return nil, err
			}
			k.refs = append(k.refs, refs...)
		}
		if len(l.indexed) == n {
			break
		}
	}
	slices.SortFunc(k.refs, byNumber)
	k.refs = slices.CompactFunc(k.refs, func(a, b store.Ref) bool { return a.Segment == b.Segment && a.Offset == b.Offset })
	k.named = len(k.refs)
	k.refs = append(k.refs, l.rest...)
	return k, nil
}

// between yields the blocks that may overlap a stretch of time.
func (k *keyBlocks) between(v *view, from, to Wall) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		for _, ref := range k.refs {
			if Wall(ref.Header.WallMax) >= from && Wall(ref.Header.WallMin) < to && !yield(ref) {
				return
			}
		}
		if k.lookup.restAll {
			return
		}
		for ref := range v.between(from, to) {
			if !k.lookup.has(ref.Segment) && !yield(ref) {
				return
			}
		}
	}
}

// all lists the keys that are wanted of any state, each once.
func (s keySelection) all() (keys []event.Payload) {
	for _, list := range s {
		for _, k := range list {
			if !slices.ContainsFunc(keys, k.Equal) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// absent is how many blocks of the two lanes the indexes rule out.
func (k *keyBlocks) absent() (n int) {
	if k == nil {
		return 0
	}
	for _, blocks := range k.lookup.indexed {
		n += blocks
	}
	for _, t := range k.lookup.tails {
		n += len(t.blocks)
	}
	return max(0, n-k.named)
}

// whole tells whether all blocks are known, so that nothing is won by looking at a stretch of time after the other.
func (k *keyBlocks) whole() bool { return k != nil && k.lookup.restAll }
