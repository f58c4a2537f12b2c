package query

import (
	"iter"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// selection is an EventQuery with its texts resolved. It prunes blocks by header and rows by column.
type selection struct {
	attempts map[event.Key]int // allowed attempts, and the chain index wanted of each (-1 = any); nil = all
	lanes    []event.Lane      // nil = all
	kinds    []event.Kind
	reasons  []event.DropReason
	from, to Wall // to is exclusive
	inv      *uint64
	keys     keySelection // nil = any

	headers int         // looked at by blocks so far
	texts   *textLookup // nil = no text is looked for, or no index knows of it
	listed  *keyBlocks  // nil = no key is looked for, or no index knows of any
}

// selection resolves q. Errors: ErrNotFound, *AmbiguousError.
func (v *view) selection(q EventQuery) (*selection, error) {
	s := &selection{lanes: q.Lanes, kinds: q.Kinds, reasons: q.Reasons, from: q.From, to: q.To, inv: q.Invocation}
	if len(q.Keys) > 0 {
		s.keys = v.cat.keySelection(q.Keys)
	}
	if s.from == 0 {
		s.from = math.MinInt64
	}
	if s.to == 0 {
		s.to = math.MaxInt64
	}
	switch {
	case q.Operator != "" || q.Subtask != nil || q.Attempt != nil:
		id := ""
		if q.Operator != "" {
			op, err := v.cat.operatorNamed(q.Operator)
			if err != nil {
				return nil, err
			}
			id = op.id
		}
		s.attempts = make(map[event.Key]int)
		for key, a := range v.cat.attempts {
			index := -1
			if id != "" {
				if index = a.indexOf(id); index < 0 {
					continue
				}
			}
			if q.Subtask != nil && a.Subtask != *q.Subtask || q.Attempt != nil && a.Attempt != *q.Attempt ||
				q.AttemptKey != 0 && key != q.AttemptKey {
				continue
			}
			s.attempts[key] = index
		}
	case q.AttemptKey != 0:
		s.attempts = map[event.Key]int{q.AttemptKey: -1}
	}
	return s, nil
}

// blocks yields the blocks that may hold selected rows in [from, to), in no particular order.
func (s *selection) blocks(v *view, from, to Wall) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		for ref := range s.candidates(v, from, to) {
			h := ref.Header
			s.headers++
			if Wall(h.WallMax) >= from && Wall(h.WallMin) < to && s.wantsBlock(h) && (s.texts == nil || !s.texts.lacks(ref)) && !yield(ref) {
				return
			}
		}
	}
}

// candidates asks the index that leaves least to look at: the store's by invocation or by lane, or the model's by time.
func (s *selection) candidates(v *view, from, to Wall) iter.Seq[store.Ref] {
	var filters []store.Filter
	switch s.index() {
	case ByKey:
		return s.listed.between(v, from, to)
	case ByInvocation:
		for key := range s.attempts {
			filters = append(filters, store.Filter{Attempt: key, InvFrom: *s.inv, InvTo: *s.inv})
		}
	case ByLane:
		for _, lane := range slices.Compact(slices.Sorted(slices.Values(s.lanes))) {
			filters = append(filters, store.Filter{Lane: lane})
		}
	default:
		return v.between(from, to)
	}
	return func(yield func(store.Ref) bool) {
		for _, f := range filters {
			for ref := range v.snap.Blocks(f) {
				if !yield(ref) {
					return
				}
			}
		}
	}
}

// busy tells whether a lane gets blocks all the time.
func busy(l event.Lane) bool {
	return l == event.LaneOut || l == event.LaneDet || l == event.LaneSrc || l == event.LaneTrace || l == event.LaneState || l == event.LaneEnv
}

// between yields the snapshot's blocks that may overlap [from, to).
func (v *view) between(from, to Wall) iter.Seq[store.Ref] {
	v.model.mu.Lock()
	marks := v.model.clock.overlapping(from, to, v.snap.Mark()-v.model.first)
	v.model.mu.Unlock()
	return v.marked(marks)
}

// marked yields those of the blocks that the snapshot has. Marks count from the model's first.
func (v *view) marked(marks []uint32) iter.Seq[store.Ref] {
	first := v.model.first
	return func(yield func(store.Ref) bool) {
		for _, mark := range marks {
			for ref := range v.snap.Since(first + uint64(mark)) {
				if !yield(ref) {
					return
				}
				break
			}
		}
	}
}

// wantsBlock tells by the header whether the block may hold selected rows.
func (s *selection) wantsBlock(h *block.Header) bool {
	if h.Events == 0 || !s.wantsLane(h.Lane.Base()) {
		return false
	}
	index, ok := s.attempt(h.Attempt)
	if !ok || s.keys != nil && !s.keys.mayBeIn(h) {
		return false
	}
	if s.inv != nil && (*s.inv < h.FirstInv || *s.inv > h.LastInv) {
		return false
	}
	if len(s.reasons) > 0 {
		return slices.ContainsFunc(h.Zones.Drops, func(d block.Drop) bool {
			return s.wantsReason(d.Reason) && wantsOperator(h.Lane, index, d.Operator)
		})
	}
	if len(s.kinds) == 0 && index < 0 {
		return true
	}
	counted := uint64(0)
	for _, c := range h.Zones.Counts {
		if c.Kind >= event.KindEntered {
			continue
		}
		counted += c.N
		if s.wantsKind(c.Kind) && wantsOperator(h.Lane.Base(), index, c.Operator) {
			return true
		}
	}
	return counted < uint64(h.Events) // a header that does not count all of its rows rules nothing out
}

func (s *selection) attempt(key event.Key) (index int, ok bool) {
	if s.attempts == nil {
		return -1, true
	}
	index, ok = s.attempts[key]
	return index, ok
}

func (s *selection) wantsLane(l event.Lane) bool {
	return len(s.lanes) == 0 || slices.Contains(s.lanes, l)
}

func (s *selection) wantsKind(k event.Kind) bool {
	return len(s.kinds) == 0 || slices.Contains(s.kinds, k)
}

func (s *selection) wantsReason(r event.DropReason) bool {
	return len(s.reasons) == 0 || slices.Contains(s.reasons, r)
}

// wantsOperator tells whether a row of operator counts for the operator at index. What a task takes in counts for the head of
// its chain when the row does not say more.
func wantsOperator(lane event.Lane, index, operator int) bool {
	if operator < 0 && (lane == event.LaneDet || lane == event.LaneSrc) {
		operator = 0
	}
	return index < 0 || operator == index
}

// wantsRow tells whether the row is selected, apart from time.
func (s *selection) wantsRow(f *frame, row, index int) bool {
	if !s.wantsKind(f.r.Kind[row]) || !wantsOperator(f.h.Lane.Base(), index, int(f.r.Operator[row])) {
		return false
	}
	if len(s.reasons) > 0 && (f.r.Kind[row] != event.KindDropped || !s.wantsReason(at(f.r.Reason, row, 0))) {
		return false
	}
	return s.inv == nil || f.r.Inv[row] != 0 && f.covers(row, *s.inv)
}

// ruled is how many blocks the text indexes ruled out so far.
func (s *selection) ruled() int {
	if s.texts == nil {
		return 0
	}
	return s.texts.ruled
}
