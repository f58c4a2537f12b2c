package ingest

import (
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// attemptID names an attempt, or the lanes of a process.
type attemptID struct {
	recording event.RecordingID
	key       event.Key
}

// attempt keeps account of the block numbers of an attempt's lanes.
type attempt struct {
	lanes   map[event.Lane]*laneAccount
	gaps    []block.GapRange // that the agent reported: they explain holes
	ended   bool             // the task said so
	lost    bool             // a gap says that the process went
	lastInv uint64
	wallMax int64 // µs, agent's clock
}

// laneAccount is which numbers of a lane came.
type laneAccount struct {
	next  uint64 // the number after the highest that came
	last  *block.Header
	holes []hole
}

// hole is a stretch of numbers that were skipped.
type hole struct {
	store.NumberRange
	seenUS   int64 // our clock, when it was noticed
	reported bool
}

const (
	maxHoles       = 1024 // of a lane; more are left to the header numbers that readers see
	maxExplaining  = 256  // gaps of an attempt that are remembered
	wholeAttempt   = event.Lane(0)
	anyInvocations = 0
)

// newLane takes over what the store holds.
func newLane(st store.LaneState, nowUS int64) *laneAccount {
	l := &laneAccount{next: st.Next}
	for _, m := range st.Missing {
		l.holes = append(l.holes, hole{NumberRange: m, seenUS: nowUS})
	}
	if st.Next > 0 {
		l.last = &block.Header{LastInv: st.LastInv, WallMax: st.WallMax}
	}
	return l
}

// came notes that the block with header h is stored.
func (l *laneAccount) came(h *block.Header, nowUS int64) {
	switch {
	case h.Number < l.next:
		l.fill(h.Number)
		return
	case h.Number > l.next:
		r := store.NumberRange{First: l.next, Last: h.Number - 1, InvAfter: h.FirstInv, WallAfter: h.WallMin}
		if l.last != nil {
			r.InvBefore, r.WallBefore = l.last.LastInv, l.last.WallMax
		}
		l.skip(r, nowUS)
	}
	l.next, l.last = h.Number+1, h
}

func (l *laneAccount) skip(r store.NumberRange, nowUS int64) {
	if len(l.holes) < maxHoles {
		l.holes = append(l.holes, hole{NumberRange: r, seenUS: nowUS})
	}
}

// fill takes a number out of the holes.
func (l *laneAccount) fill(number uint64) {
	for i := range l.holes {
		h := l.holes[i]
		if number < h.First || number > h.Last {
			continue
		}
		var rest []hole
		if number > h.First {
			front := h
			front.Last = number - 1
			rest = append(rest, front)
		}
		if number < h.Last {
			back := h
			back.First = number + 1
			rest = append(rest, back)
		}
		l.holes = slices.Replace(l.holes, i, i+1, rest...)
		return
	}
}

// explain remembers gaps that the agent reported.
func (a *attempt) explain(gaps []block.GapRange) {
	for _, g := range gaps {
		if len(a.gaps) == maxExplaining {
			a.gaps = slices.Delete(a.gaps, 0, 1)
		}
		a.gaps = append(a.gaps, g)
	}
}

// explained tells whether a gap that the agent reported covers the hole in a lane: both lie between the same invocations.
// Lanes without invocations, and gaps without, are taken by lane alone.
func (a *attempt) explained(lane event.Lane, h hole) bool {
	return slices.ContainsFunc(a.gaps, func(g block.GapRange) bool {
		if g.Lane != lane && g.Lane != wholeAttempt {
			return false
		}
		if g.LastInv == anyInvocations {
			return true
		}
		return (h.InvAfter == anyInvocations || g.FirstInv <= h.InvAfter) && g.LastInv >= h.InvBefore
	})
}
