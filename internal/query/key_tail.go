package query

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// A segment that is still written, or has no index yet, gets one in memory, as far as blocks were looked at: by those who ask, a few at
// a time, and in the background. A file would not do: after a crash other blocks may lie where it saw some.

// maxTails bounds what such indexes take, over all recordings.
const maxTails = 64 << 20

// keyTails are the indexes of segments without a file. Safe for concurrent use.
type keyTails struct {
	mu   sync.Mutex
	size int64
	of   map[segmentKey]keyTail
}

// keyTail is an index of the blocks of a segment up to an offset. Its slices are not changed, only appended to.
type keyTail struct {
	blocks  []tailBlock // of lanes trace and state, by offset
	through int64       // offset of the last block that was looked at
	n       int         // blocks of any lane that were looked at
	mark    uint64      // of the snapshot that was looked at last
	size    int64
	last    tailID // of the block that lies at through: blocks may have been moved, and others lie there
}

type tailBlock struct {
	offset int64
	marks  []uint32 // of its keys, in order, each once
	any    bool     // it could not be read, so it may hold any
}

func (t *keyTails) get(key segmentKey) keyTail {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[key]
}

// put keeps x if there is room and nobody came further meanwhile.
func (t *keyTails) put(key segmentKey, x keyTail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.of[key]
	if old.through >= x.through || t.size-old.size+x.size > maxTails {
		return
	}
	if t.of == nil {
		t.of = make(map[segmentKey]keyTail)
	}
	t.size += x.size - old.size
	t.of[key] = x
}

func (t *keyTails) drop(key segmentKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.size -= t.of[key].size
	delete(t.of, key)
}

// keep drops those of segments of rec that are not among these.
func (t *keyTails) keep(rec event.RecordingID, segments map[uint64]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, x := range t.of {
		if _, ok := segments[key.segment]; !ok && key.recording == rec {
			t.size -= x.size
			delete(t.of, key)
		}
	}
}

// tailID is which block a block is.
type tailID struct {
	attempt event.Key
	lane    event.Lane
	number  uint64
}

func tailIDOf(r store.Ref) tailID { return tailID{r.Header.Attempt, r.Header.Lane, r.Header.Number} }

// tailOf is the index of a segment in memory, if it is of the blocks that the view has there, and the blocks behind it.
func (v *view) tailOf(places store.Places, segment uint64) (keyTail, iter.Seq[store.Ref]) {
	key := segmentKey{v.id, segment}
	t := v.engine.tails.get(key)
	if t.n == 0 {
		_, all := places.Behind(segment, -1)
		return t, all
	}
	before, behind := places.Behind(segment, t.through)
	last := places.At(segment, []int64{t.through})
	if before != t.n || len(last) != 1 || tailIDOf(last[0]) != t.last {
		// The view is older, or blocks were moved away.
		if v.snap.Mark() >= t.mark {
			v.engine.tails.drop(key)
		}
		t = keyTail{}
		_, behind = places.Behind(segment, -1)
	}
	return t, behind
}

// bring brings the index of a segment on, by most blocks at most, and gives the blocks that it is not about.
func (v *view) bring(ctx context.Context, places store.Places, segment uint64, most int, pause func() error) (t keyTail, left []store.Ref, err error) {
	t, behind := v.tailOf(places, segment)
	begun := t.n
	t.blocks = slices.Clip(t.blocks)
	read := 0
	for ref := range behind {
		if read == most {
			if isKeyed(ref.Header) {
				left = append(left, ref)
			}
			continue
		}
		t.n++
		t.through, t.last = ref.Offset, tailIDOf(ref)
		if !isKeyed(ref.Header) {
			continue
		}
		if err := pause(); err != nil {
			return t, nil, err
		}
		read++
		keys, ok, err := v.blockKeys(ctx, ref)
		if err != nil {
			return t, nil, err
		}
		b := tailBlock{offset: ref.Offset, any: !ok}
		for _, k := range keys {
			if !k.Null() {
				b.marks = append(b.marks, markOf(k))
			}
		}
		slices.Sort(b.marks)
		b.marks = slices.Clone(slices.Compact(b.marks)) // without the room of those that occur twice
		t.blocks = append(t.blocks, b)
		t.size += 56 + 4*int64(len(b.marks))
	}
	if t.mark = v.snap.Mark(); t.n > begun {
		v.engine.tails.put(segmentKey{v.id, segment}, t)
	}
	return t, left, nil
}

// find gives the offsets of the blocks that may hold a key.
func (t *keyTail) find(key event.Payload) (offsets []int64) {
	mark := markOf(key)
	for i := range t.blocks {
		b := &t.blocks[i]
		if _, found := slices.BinarySearch(b.marks, mark); found || b.any {
			offsets = append(offsets, b.offset)
		}
	}
	return offsets
}

// blockKeys gives the keys of a block's rows; ok is false when it cannot be read. It goes past the cache, which belongs to what
// questions are about.
func (v *view) blockKeys(ctx context.Context, ref store.Ref) (keys []event.Payload, ok bool, err error) {
	rows, err := v.snap.Read(ctx, ref)
	if err != nil {
		if unreadable(err) {
			return nil, false, nil
		}
		return nil, false, fmt.Errorf("reading a block: %w", err)
	}
	if f := (&frame{h: ref.Header, r: rows}); f.check() != nil {
		return nil, false, nil
	}
	return rows.Key, true, nil
}
