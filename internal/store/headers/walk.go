package headers

import (
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
)

// walk goes through blocks in order of arrival. Lanes take turns in it, so that a cache of stacks would unpack the same ones again
// and again: a walk unpacks each header once, and keeps the newest of each lane. Not for concurrent use.
type walk struct {
	view  *View
	lanes []laneWalk
}

// laneWalk is how far a walk came in a lane.
type laneWalk struct {
	next uint32 // in order of arrival
	end  int    // of the header before, in its stack
	last *block.Header
}

func (v *View) walk() *walk { return &walk{view: v} }

// ref is the block with a mark.
func (w *walk) ref(mark uint64) store.Ref {
	w.view.index.mu.RLock()
	defer w.view.index.mu.RUnlock()
	s := w.view.shelf
	at := s.at.of(mark)
	return store.Ref{Header: w.header(*at), Segment: s.segments[at.segment()], Offset: at.offset()}
}

func (w *walk) header(at spot) *block.Header {
	s := w.view.shelf
	if w.lanes == nil {
		w.lanes = make([]laneWalk, len(s.lanes))
	}
	l, lane := &w.lanes[at.lane], s.lanes[at.lane]
	stack := at.seq / stackLen
	if l.next > at.seq || l.next/stackLen != stack {
		*l = laneWalk{next: stack * stackLen}
	}
	b := lane.open // its bytes do not change when the stack is finished
	if int(stack) < len(lane.stacks) {
		b = lane.stacks[stack]
	}
	for ; l.next <= at.seq; l.next++ {
		if l.next%stackLen == 0 {
			l.end, l.last = 0, nil
		}
		h, rest := unpack(b[l.end:], l.last, s.rec, lane.key.attempt, lane.key.lane, s.tables)
		l.last, l.end = h, len(b)-len(rest)
	}
	return l.last
}
