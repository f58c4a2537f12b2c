package query

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// spot is a row in a block, and the invocation within the row's run.
type spot struct {
	ref store.Ref
	f   *frame
	row int
	sub uint64
}

// holding is the blocks of one lane of an attempt that may hold inv.
func holding(lane event.Lane, attempt event.Key, inv uint64) store.Filter {
	return store.Filter{Lane: lane, Attempt: attempt, InvFrom: inv, InvTo: inv}
}

// invocation finds the row of lane det that stands for an invocation.
func (v *view) invocation(ctx context.Context, attempt event.Key, inv uint64) (spot, bool, error) {
	return v.first(ctx, holding(event.LaneDet, attempt, inv), inv, runs)
}

// sourceRow finds the row of the source record that an invocation read: one with its bytes, if there is one.
func (v *view) sourceRow(ctx context.Context, attempt event.Key, inv uint64) (spot, bool, error) {
	isRecord := func(k event.Kind) bool { return k == event.KindSourceRecord }
	if s, ok, err := v.first(ctx, holding(event.LaneSrc, attempt, inv), inv, isRecord); ok || err != nil {
		return s, ok, err
	}
	return v.first(ctx, holding(event.LaneSrc, attempt, inv), inv, anyKind)
}

// first finds the first row for inv of a wanted kind. Blocks that cannot be read hold nothing; gaps are told by the callers.
func (v *view) first(ctx context.Context, filter store.Filter, inv uint64, wanted func(event.Kind) bool) (spot, bool, error) {
	if inv == 0 {
		return spot{}, false, nil
	}
	for ref := range v.snap.Blocks(filter) {
		h := ref.Header
		if h.Attempt != filter.Attempt || h.Lane.Base() != filter.Lane || inv < h.FirstInv || inv > h.LastInv {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return spot{}, false, err
		}
		for row := range f.rows() {
			if wanted(f.r.Kind[row]) && f.covers(row, inv) {
				return spot{ref, f, row, inv - f.r.Inv[row]}, true, nil
			}
		}
	}
	return spot{}, false, nil
}

// all calls yield with each row of a lane that has exactly this invocation and is of a wanted kind, until it returns false.
// whole is false when a block that may hold one could not be read.
func (v *view) all(ctx context.Context, lane event.Lane, attempt event.Key, inv uint64, wanted func(event.Kind) bool, yield func(spot) bool) (whole bool, err error) {
	whole = true
	for ref := range v.snap.Blocks(holding(lane, attempt, inv)) {
		h := ref.Header
		if h.Attempt != attempt || h.Lane.Base() != lane || inv < h.FirstInv || inv > h.LastInv {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				whole = false
				continue
			}
			return false, err
		}
		for row, first := range f.r.Inv {
			if first == inv && wanted(f.r.Kind[row]) && !yield(spot{ref, f, row, 0}) {
				return whole, nil
			}
		}
	}
	return whole, nil
}

// locate resolves a position to an attempt. operator is its index in the chain, 0 when the position does not name one. A
// subtask's attempt numbers can repeat within a run; then the attempt that has the invocation is meant.
// Errors: ErrNotFound, *AmbiguousError.
func (v *view) locate(p Position) (key event.Key, operator int, err error) {
	if p.Operator == "" {
		if v.cat.attempts[p.Key] == nil && len(v.snap.Attempts()[p.Key]) == 0 {
			return 0, 0, notFound("attempt %s", p.Key)
		}
		return p.Key, 0, nil
	}
	op, err := v.cat.operatorNamed(p.Operator)
	if err != nil {
		return 0, 0, err
	}
	var found []event.Key
	named := 0
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		a := v.cat.attempts[key]
		index := a.indexOf(op.id)
		if index < 0 || a.Subtask != p.Subtask || a.Attempt != p.Attempt || p.Key != 0 && key != p.Key {
			continue
		}
		named++
		if v.has(key, p.Invocation) {
			found, operator = append(found, key), index
		}
	}
	switch {
	case named == 0:
		return 0, 0, notFound("subtask %d, attempt %d of operator %q", p.Subtask, p.Attempt, p.Operator)
	case len(found) == 0:
		return 0, 0, notFound("invocation %d of %s.%d.%d", p.Invocation, p.Operator, p.Subtask, p.Attempt)
	case len(found) == 1:
		return found[0], operator, nil
	}
	e := &AmbiguousError{What: "position", Text: p.String()}
	for _, key := range found {
		e.Candidates = append(e.Candidates, event.Invocation{Attempt: key, Number: p.Invocation}.String())
	}
	return 0, 0, e
}

// has tells by headers whether a block of the attempt may hold inv.
func (v *view) has(attempt event.Key, inv uint64) bool {
	if inv == 0 {
		return false
	}
	for ref := range v.snap.Blocks(store.Filter{Attempt: attempt, InvFrom: inv, InvTo: inv}) {
		if h := ref.Header; h.Attempt == attempt && inv >= h.FirstInv && inv <= h.LastInv {
			return true
		}
	}
	return false
}

// anyRow finds a row of the invocation, in the lane that tells most.
func (v *view) anyRow(ctx context.Context, attempt event.Key, inv uint64) (spot, bool, error) {
	s, ok, err := v.invocation(ctx, attempt, inv)
	for _, lane := range []event.Lane{event.LaneSrc, event.LaneOut, event.LaneTrace, event.LaneLog} {
		if ok || err != nil {
			break
		}
		s, ok, err = v.first(ctx, holding(lane, attempt, inv), inv, func(event.Kind) bool { return true })
	}
	return s, ok, err
}

// around is the cursor just before the first event of the invocation that text names. expanded runs begin in their middle,
// others with their first invocation.
func (v *view) around(ctx context.Context, text string, expanded bool) (Cursor, error) {
	p, err := ParsePosition(text)
	if err != nil {
		return "", err
	}
	key, _, err := v.locate(p)
	if err != nil {
		return "", err
	}
	s, ok, err := v.anyRow(ctx, key, p.Invocation)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", notFound("position %s", p)
	}
	k := s.f.key(s.row)
	k.sub = s.sub
	if k.sub > 0 && expanded {
		k.sub--
		return k.cursor(), nil
	}
	// The row before it, whether there is one or not.
	k.row--
	k.sub = math.MaxUint64
	return k.cursor(), nil
}
