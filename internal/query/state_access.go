package query

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// accessScope selects accesses of one attempt to state, timers or windows.
type accessScope struct {
	lane     event.Lane // LaneState; LaneTrace for timers, windows and causes
	attempt  event.Key
	operator int                // index into the chain; -1 = any
	state    string             // its name; empty = any
	kinds    []event.Kind       // nil = any of the lane
	key      event.Payload      // null = any
	space    *event.Payload     // namespace; nil = any
	mapKey   *event.Payload     // nil = any; rows of another map key and rows of none are left out
	from, to uint64             // invocations, both inclusive; to 0 = open
	order    Order              // of (invocation, ordinal)
	wanted   func(*access) bool // before payloads are read: the columns Namespace and below are not set. nil = all
}

// access is one row of lane state or trace: what an operator did with its state, its timers, its windows.
type access struct {
	spot
	kind    event.Kind
	inv     uint64
	ordinal uint32
	what    uint32
	time    EventTime
	number  int64
	number2 int64
	def     *event.StateDef // nil = not known

	key, space, mapKey, value, before event.Payload
}

// The calls of a state that were told (spec/recording.md, section 4.3).
const (
	callClear    = 0
	callGet      = 1
	callPut      = 2
	callAdd      = 3
	callRemove   = 4
	callEntries  = 5
	callMerge    = 6
	callContains = 7
	callIsEmpty  = 8
	callInPlace  = 9
	callCleanup  = 10
)

// accesses yields what s selects in order of (invocation, ordinal). It opens blocks one by one: those whose headers count no row
// of the operator and kind, or that name no definition of the state, are passed over, and payloads are decoded only of blocks
// that hold the key. What is held at a time is the blocks whose invocations overlap. Blocks that cannot be read are noted in
// v.rotten; what else is missing is told by stateLoss.
func (v *view) accesses(ctx context.Context, s accessScope) iter.Seq2[access, error] {
	return func(yield func(access, error) bool) {
		if s.to == 0 {
			s.to = math.MaxUint64
		}
		a := &accessScan{view: v, s: s, states: v.statesNamed(s.attempt, s.operator, s.state)}
		if s.state != "" && len(a.states) == 0 {
			return
		}
		for from, to := range a.windows() {
			more, err := a.window(ctx, from, to, yield)
			if err != nil {
				yield(access{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// statesNamed lists the definitions of an operator's state by its name: it has several where it was described again.
func (v *view) statesNamed(attempt event.Key, operator int, name string) map[event.DefinitionID]bool {
	if name == "" {
		return nil
	}
	list := make(map[event.DefinitionID]bool)
	for id, def := range v.cat.states {
		if def.Name == name && (operator < 0 || def.Operator == operator) {
			list[id] = true
		}
	}
	return list
}

type accessScan struct {
	*view
	s      accessScope
	states map[event.DefinitionID]bool // nil = any
}

// windows cuts the range of invocations into stretches that grow, so that what lies near is found without looking at all
// headers of a long attempt.
func (a *accessScan) windows() iter.Seq2[uint64, uint64] {
	const first = 1 << 12
	return func(yield func(uint64, uint64) bool) {
		low, high := a.s.from, min(a.s.to, a.lastInvocation())
		for width := uint64(first); low <= high; width *= 8 {
			if width == 0 { // passed 2^63
				width = math.MaxUint64
			}
			from, to := low, high
			if a.s.order == Descending {
				if high-low >= width {
					from = high - width + 1
				}
				if !yield(from, to) || from == 0 {
					return
				}
				high = from - 1
				continue
			}
			if high-low >= width {
				to = low + width - 1
			}
			if !yield(from, to) || to == math.MaxUint64 {
				return
			}
			low = to + 1
		}
	}
}

// lastInvocation is the highest invocation of the attempt's blocks of the lane.
func (a *accessScan) lastInvocation() uint64 {
	a.model.mu.Lock()
	defer a.model.mu.Unlock()
	return max(a.model.tail.lastInvocation(streamKey{a.s.attempt, a.s.lane}),
		a.model.tail.lastInvocation(streamKey{a.s.attempt, a.s.lane.LookBack()}))
}

// window yields the accesses of invocations from..to; false = stop.
func (a *accessScan) window(ctx context.Context, from, to uint64, yield func(access, error) bool) (bool, error) {
	var refs []store.Ref
	candidates, err := a.candidates(ctx, from, to)
	if err != nil {
		return false, err
	}
	for ref := range candidates {
		if h := ref.Header; h.FirstInv <= to && h.LastInv >= from && a.mayHold(h) {
			refs = append(refs, ref)
		}
	}
	desc := a.s.order == Descending
	slices.SortStableFunc(refs, func(x, y store.Ref) int {
		if desc {
			return cmp.Compare(y.Header.LastInv, x.Header.LastInv)
		}
		return cmp.Compare(x.Header.FirstInv, y.Header.FirstInv)
	})
	var held []access // of blocks that were opened, in order
	for i := 0; i <= len(refs); i++ {
		if i < len(refs) {
			found, err := a.rows(ctx, refs[i], from, to)
			if err != nil {
				return false, err
			}
			if len(found) > 0 {
				held = append(held, found...)
				slices.SortStableFunc(held, func(x, y access) int {
					c := cmp.Or(cmp.Compare(x.inv, y.inv), cmp.Compare(x.ordinal, y.ordinal))
					if desc {
						return -c
					}
					return c
				})
			}
		}
		n := 0
		for n < len(held) && (i+1 >= len(refs) || a.ahead(held[n].inv, refs[i+1].Header)) {
			if !yield(held[n], nil) {
				return false, nil
			}
			n++
		}
		held = slices.Delete(held, 0, n)
	}
	return true, nil
}

// ahead tells whether an invocation comes before all that h may hold.
func (a *accessScan) ahead(inv uint64, h *block.Header) bool {
	if a.s.order == Descending {
		return inv > h.LastInv
	}
	return inv < h.FirstInv
}

// mayHold looks at a block's header.
func (a *accessScan) mayHold(h *block.Header) bool {
	if h.Attempt != a.s.attempt || h.Lane.Base() != a.s.lane {
		return false
	}
	if len(h.Zones.Counts) > 0 && !slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool {
		return (a.s.operator < 0 || c.Operator == a.s.operator || c.Operator < 0) && a.s.kind(c.Kind)
	}) {
		return false
	}
	if a.states == nil {
		return true
	}
	return slices.ContainsFunc(h.Zones.Definitions, func(id event.DefinitionID) bool { return a.states[id] })
}

func (s *accessScope) kind(k event.Kind) bool {
	return s.kinds == nil || slices.Contains(s.kinds, k)
}

// rows lists what a block holds of the scope.
func (a *accessScan) rows(ctx context.Context, ref store.Ref, from, to uint64) ([]access, error) {
	f, err := a.columns(ctx, ref)
	if err != nil {
		if unreadable(err) {
			return nil, nil
		}
		return nil, err
	}
	var list []access
	marks, want := []uint32(nil), uint32(0)
	if !a.s.key.Null() {
		if marks, err = a.engine.keyMarks.of(ctx, a.view, ref); err != nil {
			if unreadable(err) {
				return nil, nil
			}
			return nil, err
		}
		if want = markOf(a.s.key); !slices.Contains(marks, want) {
			return nil, nil
		}
	}
	for row, inv := range f.r.Inv {
		if marks != nil && marks[row] != want {
			continue
		}
		if inv < from || inv > to || !a.s.kind(f.r.Kind[row]) || a.s.operator >= 0 && int(f.r.Operator[row]) != a.s.operator {
			continue
		}
		id := at(f.r.State, row, 0)
		if a.states != nil && !a.states[id] {
			continue
		}
		x := access{
			spot: spot{ref, f, row, 0}, kind: f.r.Kind[row], inv: inv, ordinal: at(f.r.Ordinal, row, 0), what: at(f.r.What, row, 0),
			time: timeAt(f.r.Time, row), number: at(f.r.Number, row, 0), number2: at(f.r.Number2, row, 0), def: a.cat.states[id],
		}
		if a.s.wanted == nil || a.s.wanted(&x) {
			list = append(list, x)
		}
	}
	return a.fill(ctx, ref, f, list)
}

// fill adds the payloads, and takes those rows out that are about another key, namespace or entry.
func (a *accessScan) fill(ctx context.Context, ref store.Ref, f *frame, list []access) ([]access, error) {
	if len(list) == 0 {
		return nil, nil
	}
	p, err := a.engine.frames.payload(ctx, a.snap, ref)
	if err != nil {
		if unreadable(err) {
			a.rot(ref.Header)
			return nil, nil
		}
		return nil, err
	}
	kept := list[:0]
	for _, x := range list {
		x.key, x.space = at(p.r.Key, x.row, event.Payload{}), at(p.r.Namespace, x.row, event.Payload{})
		x.mapKey = at(p.r.MapKey, x.row, event.Payload{})
		switch {
		case !a.s.key.Null() && !x.key.Equal(a.s.key):
		case a.s.space != nil && !x.space.Equal(*a.s.space):
		case a.s.mapKey != nil && !x.mapKey.Equal(*a.s.mapKey):
		default:
			x.value, x.before = at(p.r.Value, x.row, event.Payload{}), at(p.r.Before, x.row, event.Payload{})
			kept = append(kept, x)
		}
	}
	return kept, nil
}
