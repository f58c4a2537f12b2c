package query

import (
	"container/list"
	"context"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// keyMarks keeps, of blocks whose rows were asked for by key, a hash of each row's key: a block that was looked at once is not
// decoded again for a key that it does not hold. The least recently used leave first. Safe for concurrent use.
type keyMarks struct {
	limit int64 // marks

	mu   sync.Mutex
	held int64
	used list.List // of *marked, most recent first
	at   map[frameKey]*list.Element
}

type marked struct {
	key   frameKey
	marks []uint32
}

func newKeyMarks(limit int64) *keyMarks {
	return &keyMarks{limit: limit, at: make(map[frameKey]*list.Element)}
}

var markSeed = maphash.MakeSeed()

// markOf is the mark of a key.
func markOf(key event.Payload) uint32 { return uint32(sumOf(key)) }

// sumOf stands for a payload within this process.
func sumOf(p event.Payload) uint64 {
	var h maphash.Hash
	h.SetSeed(markSeed)
	p.AddTo(&h)
	return h.Sum64()
}

// of gives the marks of a block's rows.
func (c *keyMarks) of(ctx context.Context, v *view, ref store.Ref) ([]uint32, error) {
	h := ref.Header
	k := keyOf(h, payloadAlone)
	c.mu.Lock()
	if e, ok := c.at[k]; ok {
		c.used.MoveToFront(e)
		marks := e.Value.(*marked).marks
		c.mu.Unlock()
		return marks, nil
	}
	c.mu.Unlock()
	p, err := v.engine.frames.payload(ctx, v.snap, ref)
	if err != nil {
		if unreadable(err) {
			v.rot(h)
		}
		return nil, err
	}
	marks := make([]uint32, h.Events)
	for row := range marks {
		marks[row] = markOf(at(p.r.Key, row, event.Payload{}))
	}
	c.keep(&marked{k, marks})
	return marks, nil
}

func (c *keyMarks) keep(m *marked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := int64(len(m.marks))
	if _, ok := c.at[m.key]; ok || size > c.limit {
		return
	}
	c.at[m.key] = c.used.PushFront(m)
	for c.held += size; c.held > c.limit; {
		last := c.used.Back()
		old := last.Value.(*marked)
		c.used.Remove(last)
		delete(c.at, old.key)
		c.held -= int64(len(old.marks))
	}
}

// rot remembers that a block could not be decoded.
func (v *view) rot(h *block.Header) {
	if !slices.Contains(v.rotten, h) {
		v.rotten = append(v.rotten, h)
	}
}
