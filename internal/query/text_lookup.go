package query

import (
	"errors"
	"slices"

	"github.com/sightglass/sightglass/internal/store"
)

// textKind is the kind of a text index's sidecar.
const textKind = "tok"

// textLookup asks the text indexes of a recording's segments which blocks cannot hold what a question looks for. A segment
// without an index, or with a damaged one, has blocks that may hold anything.
type textLookup struct {
	view   *view
	side   store.Sidecars
	hashes []uint32
	absent map[uint64]map[int64]bool // by segment: offsets of blocks
	ruled  int                       // blocks that were ruled out
}

// lookup is nil when no index can help.
func (v *view) lookup(needles []Needle) *textLookup {
	side, ok := v.engine.reader.(store.Sidecars)
	if !ok || len(needles) == 0 {
		return nil
	}
	// Names of fields come from plans, which may be recorded later than the rows that they name: nothing is concluded from what a
	// name may hold.
	names := map[uint32]bool{}
	for _, p := range v.cat.planned {
		for _, name := range slices.Concat(p.Fields, p.Key) {
			gramsOf(name, true, func(h uint32) { names[h] = true })
		}
	}
	hashes := needleGrams(needles, names)
	if len(hashes) == 0 {
		return nil
	}
	return &textLookup{view: v, side: side, hashes: hashes, absent: map[uint64]map[int64]bool{}}
}

// lacks tells whether the block certainly lacks what is looked for.
func (l *textLookup) lacks(ref store.Ref) bool {
	absent, ok := l.absent[ref.Segment]
	if !ok {
		absent = l.read(ref.Segment)
		l.absent[ref.Segment] = absent
	}
	if !absent[ref.Offset] {
		return false
	}
	l.ruled++
	return true
}

func (l *textLookup) read(segment uint64) map[int64]bool {
	c, err := l.side.OpenSidecar(l.view.id, segment, textKind)
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			l.view.engine.suspect(l.view.id, segment, textKind)
		}
		return l.view.engine.live.lacking(segmentKey{l.view.id, segment}, l.hashes)
	}
	defer c.Close()
	absent, err := lacking(c, c.Size(), l.hashes)
	if err != nil {
		l.view.engine.suspect(l.view.id, segment, textKind)
		return nil
	}
	return absent
}
