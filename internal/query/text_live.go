package query

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// A segment that is still written gets its text index in memory, a group of blocks at a time, and takes it along when it is sealed. A
// file would not do: after a crash other blocks may lie where it saw some.

// maxLive bounds what such indexes hold, over all recordings; what comes then is searched without.
const maxLive = 64 << 20

// liveTexts are the indexes of segments that are still written. Safe for concurrent use.
type liveTexts struct {
	mu   sync.Mutex
	size int64
	of   map[segmentKey]liveText
}

// liveText is an index of the blocks of a segment up to an offset. Its slices are not changed, only appended to.
type liveText struct {
	tables   []textTable
	contents [][]byte // the tables of each group, as in a file
	through  int64    // offset of the last block that was looked at
	size     int64
}

func (l *liveTexts) get(key segmentKey) liveText {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[key]
}

// put keeps t in place of what was kept; false: there is no room.
func (l *liveTexts) put(key segmentKey, t liveText) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size+t.size-l.of[key].size > maxLive {
		return false
	}
	l.size += t.size - l.of[key].size
	if l.of == nil {
		l.of = map[segmentKey]liveText{}
	}
	l.of[key] = t
	return true
}

func (l *liveTexts) drop(key segmentKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.size -= l.of[key].size
	delete(l.of, key)
}

// keep drops the indexes of rec's segments that are not among these.
func (l *liveTexts) keep(rec event.RecordingID, segments map[uint64]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, t := range l.of {
		if key.recording == rec && !segments[key.segment] {
			l.size -= t.size
			delete(l.of, key)
		}
	}
}

// lacking finds the blocks of a segment that lack one of the grams, as far as it is indexed.
func (l *liveTexts) lacking(key segmentKey, hashes []uint32) map[int64]bool {
	out := map[int64]bool{}
	for _, content := range l.get(key).contents {
		absent, err := lacking(bytes.NewReader(content), int64(len(content)), hashes)
		if err != nil {
			continue // then nothing of it is ruled out
		}
		for at := range absent {
			out[at] = true
		}
	}
	return out
}

// IndexLive indexes the whole groups of blocks of rec's segments that are still written. pause is as with Index.
func (e *Engine) IndexLive(ctx context.Context, rec event.RecordingID, texts TextsOf, pause func() error) error {
	side, ok := e.reader.(store.Sidecars)
	if !ok {
		return nil
	}
	sealed, err := side.Sealed(rec) // before the snapshot: what is sealed now has a file or gets one
	if err != nil {
		return err
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return err
	}
	defer v.close()
	open, all := map[uint64][]store.Ref{}, map[uint64]bool{}
	for ref := range v.snap.Since(0) {
		all[ref.Segment] = true
		if !slices.Contains(sealed, ref.Segment) {
			open[ref.Segment] = append(open[ref.Segment], ref)
		}
	}
	e.live.keep(rec, all)
	for segment, refs := range open {
		key := segmentKey{rec, segment}
		for {
			t := e.live.get(key)
			group := behind(refs, t.through)
			if len(group) < groupBlocks {
				break
			}
			group = group[:groupBlocks]
			tables, err := v.tablesOf(ctx, group, texts, pause)
			if err != nil {
				return err
			}
			content := textIndex(tables)
			t.tables, t.contents = append(slices.Clip(t.tables), tables...), append(slices.Clip(t.contents), content)
			t.through, t.size = group[len(group)-1].Offset, t.size+2*int64(len(content))
			if !e.live.put(key, t) {
				break
			}
		}
	}
	return nil
}

// behind are the blocks behind an offset, in order.
func behind(refs []store.Ref, offset int64) []store.Ref {
	out := slices.DeleteFunc(slices.Clone(refs), func(r store.Ref) bool { return r.Offset <= offset })
	slices.SortFunc(out, func(a, b store.Ref) int { return int(a.Offset - b.Offset) })
	return out
}

// tablesOf makes the tables of a group of blocks.
func (v *view) tablesOf(ctx context.Context, refs []store.Ref, texts TextsOf, pause func() error) ([]textTable, error) {
	group := make([]blockGrams, 0, len(refs))
	for _, ref := range refs {
		if err := errors.Join(ctx.Err(), pause()); err != nil {
			return nil, err
		}
		hashes, whole, err := v.blockGrams(ctx, ref, texts)
		if err != nil {
			return nil, err
		}
		if whole {
			group = append(group, blockGrams{ref.Offset, hashes})
		}
	}
	return textTables(group), nil
}
