package headers

import (
	"cmp"
	"iter"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// View is an immutable view of an Index: the part of store.Snapshot that headers answer. Safe for concurrent use.
type View struct {
	index   *Index
	shelf   *shelf
	mark    uint64
	summary store.Recording
}

// Blocks is that of store.Snapshot.
func (v *View) Blocks(f store.Filter) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		for _, k := range v.lanes(f) {
			for _, mark := range v.laneMarks(k, f) {
				r := v.ref(uint64(mark))
				h := r.Header
				if f.WallFrom != 0 && h.WallMax < f.WallFrom || f.WallTo != 0 && h.WallMin >= f.WallTo {
					continue
				}
				if !yield(r) {
					return
				}
			}
		}
	}
}

// ref is the block with a mark.
func (v *View) ref(mark uint64) store.Ref {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	return v.shelf.ref(mark)
}

// lanes lists the lanes that f asks for, ordered.
func (v *View) lanes(f store.Filter) []laneKey {
	x := v.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	var keys []laneKey
	if f.Attempt != 0 && f.Lane != 0 {
		return append(keys, laneKey{f.Attempt, f.Lane}, laneKey{f.Attempt, f.Lane.LookBack()})
	}
	for k, l := range x.mu.lanes {
		if l.firstMark < v.mark && (f.Attempt == 0 || f.Attempt == k.attempt) && (f.Lane == 0 || f.Lane == k.lane.Base()) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b laneKey) int {
		return cmp.Or(cmp.Compare(a.attempt, b.attempt), cmp.Compare(a.lane, b.lane))
	})
	return keys
}

// laneMarks lists the lane's blocks that the view sees, by number; with bounds of invocations only those that overlap them.
func (v *View) laneMarks(k laneKey, f store.Filter) []uint32 {
	x := v.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	l := x.mu.lanes[k]
	if l == nil {
		return nil
	}
	if f.Attempt != 0 && (f.InvFrom != 0 || f.InvTo != 0) {
		to := f.InvTo
		if to == 0 {
			to = openEnd
		}
		marks := v.within(l.invocations.overlapping(nil, f.InvFrom, to), func(h *block.Header) bool {
			return h.LastInv > 0 && h.FirstInv <= to && h.LastInv >= f.InvFrom
		})
		slices.SortFunc(marks, func(a, b uint32) int {
			return cmp.Compare(v.shelf.header(uint64(a)).Number, v.shelf.header(uint64(b)).Number)
		})
		return marks
	}
	all := l.marks(x.mu.shelf)
	for i, m := range all {
		if uint64(m) >= v.mark { // rarely more than a tail: copy what the view sees
			seen := slices.Clone(all[:i])
			for _, m := range all[i:] {
				if uint64(m) < v.mark {
					seen = append(seen, m)
				}
			}
			return seen
		}
	}
	return all
}

// Attempts is that of store.Snapshot.
func (v *View) Attempts() map[event.Key][]event.Lane {
	out := make(map[event.Key][]event.Lane)
	for _, k := range v.lanes(store.Filter{}) {
		out[k.attempt] = append(out[k.attempt], k.lane)
	}
	return out
}

// Element is that of store.Snapshot.
func (v *View) Element(e event.Element, in bool) []store.Ref {
	x := v.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	keys := [2]channelKey{{e.Partition, e.Subpartition, in, false}, {e.Partition, 0, in, true}}
	var stacks []stackKey
	for _, k := range keys {
		if ranges := x.mu.channels[k]; ranges != nil {
			stacks = ranges.overlapping(stacks, e.Seq, e.Seq)
		}
	}
	return v.refs(v.within(stacks, func(h *block.Header) bool {
		return slices.ContainsFunc(h.Zones.Channels, func(c block.ChannelRange) bool {
			return c.Count > 0 && c.First <= e.Seq && e.Seq <= c.Last && slices.Contains(keys[:], channelOf(h, c))
		})
	}))
}

// Position is that of store.Snapshot.
func (v *View) Position(split event.DefinitionID, offset int64, sink bool) []store.Ref {
	x := v.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	ranges := x.mu.positions[positionKey{split, sink}]
	if ranges == nil {
		return nil
	}
	at := signed(offset)
	return v.refs(v.within(ranges.overlapping(nil, at, at), func(h *block.Header) bool {
		return slices.ContainsFunc(h.Zones.Positions, func(p block.PositionRange) bool {
			return p.Count > 0 && p.Split == split && p.Sink == sink && p.First <= offset && offset <= p.Last
		})
	}))
}

// within gives the marks of the blocks in some stacks that the view sees and whose header holds what is looked for, each once.
// The index is locked.
func (v *View) within(stacks []stackKey, holds func(*block.Header) bool) (marks []uint32) {
	slices.SortFunc(stacks, func(a, b stackKey) int { return cmp.Or(cmp.Compare(a.lane, b.lane), cmp.Compare(a.stack, b.stack)) })
	for _, k := range slices.Compact(stacks) {
		if int(k.lane) >= len(v.shelf.lanes) {
			continue // it came later
		}
		l, from := v.shelf.lanes[k.lane], int(k.stack)*stackLen
		if from >= len(l.marks) || uint64(l.marks[from]) >= v.mark {
			continue
		}
		for i, h := range v.shelf.stack(k) {
			if m := l.marks[from+i]; uint64(m) < v.mark && holds(h) {
				marks = append(marks, m)
			}
		}
	}
	return marks
}

// refs turns marks into blocks, in order of arrival. The index is locked.
func (v *View) refs(marks []uint32) []store.Ref {
	slices.Sort(marks)
	out := make([]store.Ref, len(marks))
	for i, m := range marks {
		out[i] = v.shelf.ref(uint64(m))
	}
	return out
}

// fewMarks is how many blocks are looked up one by one before a walk begins.
const fewMarks = 16

// Since is that of store.Snapshot.
func (v *View) Since(mark uint64) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		few := min(v.mark, mark+fewMarks) // who asks for single blocks is served from the cache
		for m := mark; m < few; m++ {
			if !yield(v.ref(m)) {
				return
			}
		}
		w := v.walk()
		for m := few; m < v.mark; m++ {
			if !yield(w.ref(m)) {
				return
			}
		}
	}
}

// Mark is that of store.Snapshot.
func (v *View) Mark() uint64 { return v.mark }

// Recording is that of store.Snapshot.
func (v *View) Recording() store.Recording { return v.summary }
