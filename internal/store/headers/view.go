package headers

import (
	"cmp"
	"iter"
	"slices"

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
		var marks []uint32
		for _, m := range l.invocations.overlapping(nil, f.InvFrom, to, v.mark) {
			marks = append(marks, uint32(m))
		}
		slices.SortFunc(marks, func(a, b uint32) int {
			return cmp.Compare(v.shelf.header(uint64(a)).Number, v.shelf.header(uint64(b)).Number)
		})
		return marks
	}
	for i, m := range l.marks {
		if uint64(m) >= v.mark { // rarely more than a tail: copy what the view sees
			seen := slices.Clone(l.marks[:i])
			for _, m := range l.marks[i:] {
				if uint64(m) < v.mark {
					seen = append(seen, m)
				}
			}
			return seen
		}
	}
	return l.marks
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
	var marks []uint64
	for _, k := range []channelKey{{e.Partition, e.Subpartition, in, false}, {e.Partition, 0, in, true}} {
		if ranges := x.mu.channels[k]; ranges != nil {
			marks = ranges.overlapping(marks, e.Seq, e.Seq, v.mark)
		}
	}
	return v.refs(marks)
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
	return v.refs(ranges.overlapping(nil, signed(offset), signed(offset), v.mark))
}

// refs turns marks into blocks, each once, in order of arrival. The index is locked.
func (v *View) refs(marks []uint64) []store.Ref {
	slices.Sort(marks)
	marks = slices.Compact(marks)
	out := make([]store.Ref, len(marks))
	for i, m := range marks {
		out[i] = v.shelf.ref(m)
	}
	return out
}

// Since is that of store.Snapshot.
func (v *View) Since(mark uint64) iter.Seq[store.Ref] {
	return func(yield func(store.Ref) bool) {
		for m := mark; m < v.mark; m++ {
			if !yield(v.ref(m)) {
				return
			}
		}
	}
}

// Mark is that of store.Snapshot.
func (v *View) Mark() uint64 { return v.mark }

// Recording is that of store.Snapshot.
func (v *View) Recording() store.Recording { return v.summary }
