package replay

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Steps holds what a task did, invocation by invocation, against what was recorded: which elements and timers it handled, when, on which
// way through its operators, and where its watermarks stood. It says something of tasks that send nothing, too.
type Steps struct {
	Recorded uint64 // invocations by elements, source records, timers and callbacks, and watermarks reached
	Equal    uint64
	Pathless uint64 // of the equal ones: the recording does not say which way they took
	First    uint64 // invocation of the first that differs or is missing; 0 = none
}

// walked yields the rows of lane det that say what the task did.
type walked struct {
	lane     *lane
	from, to uint64
	row      *row
}

// head is the row at hand; nil at the end.
func (w *walked) head(ctx context.Context) (*row, error) {
	for w.row == nil {
		r, err := w.lane.peek(ctx)
		if err != nil || r == nil {
			return nil, err
		}
		x := w.lane.take()
		switch x.kind {
		case event.KindElements, event.KindSource, event.KindEventTimer, event.KindProcessingTimer, event.KindProcessingCallback, event.KindWatermarkIn:
		default:
			continue
		}
		if x.inv > w.to || x.inv+x.n <= w.from {
			continue
		}
		if x.inv < w.from {
			w.row = &x
			w.take(w.from - x.inv)
			continue
		}
		w.row = &x
		w.row.n = min(x.n, w.to-x.inv+1)
	}
	return w.row, nil
}

// take passes over n invocations of the row at hand.
func (w *walked) take(n uint64) {
	if n >= w.row.n {
		w.row = nil
		return
	}
	w.row.inv += n
	w.row.seq += n
	w.row.n -= n
}

// stepBefore orders rows of two recordings of one attempt: a watermark stands behind its invocation.
func stepBefore(a, b *row) bool {
	if a.inv != b.inv {
		return a.inv < b.inv
	}
	return !a.between() && b.between()
}

func (r *row) sameStep(o *row) bool {
	if r.kind != o.kind || r.path != 0 && o.path != 0 && r.path != o.path {
		return false
	}
	switch r.kind {
	case event.KindElements:
		return r.channel.Partition == o.channel.Partition && r.channel.Subpartition == o.channel.Subpartition && r.seq == o.seq
	case event.KindSource:
		return true
	}
	return r.time == o.time
}

// compareSteps holds what an attempt did in two recordings against each other, between two invocations.
func compareSteps(ctx context.Context, recorded, replayed store.Snapshot, attempt event.Key, from, to uint64) (Steps, error) {
	var s Steps
	a := &walked{lane: newLane(recorded, attempt, event.LaneDet, false), from: from, to: to}
	b := &walked{lane: newLane(replayed, attempt, event.LaneDet, false), from: from, to: to}
	for {
		x, err := a.head(ctx)
		if err != nil {
			return s, err
		}
		y, err := b.head(ctx)
		if err != nil {
			return s, err
		}
		n := uint64(1)
		switch {
		case x == nil && y == nil:
			return s, nil
		case y == nil || x != nil && stepBefore(x, y):
			if y != nil && !x.between() {
				n = min(x.n, max(1, y.inv-x.inv))
			}
			s.Recorded += n
			s.differs(x.inv)
			a.take(n)
		case x == nil || stepBefore(y, x):
			s.differs(y.inv)
			b.take(1)
		default:
			n = min(x.n, y.n)
			s.Recorded += n
			if x.sameStep(y) {
				s.Equal += n
				if x.path == 0 && !x.between() {
					s.Pathless += n
				}
			} else {
				s.differs(x.inv)
			}
			a.take(n)
			b.take(n)
		}
	}
}

// proves is true when all that was done is the same, and the recording says which ways were taken.
func (s *Steps) proves() bool {
	return s.Recorded > 0 && s.First == 0 && s.Equal == s.Recorded && s.Pathless == 0
}

func (s *Steps) differs(inv uint64) {
	if s.First == 0 || inv < s.First {
		s.First = inv
	}
}
