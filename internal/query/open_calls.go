package query

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// maxCalls bounds over how many invocations open calls are looked for: an asynchronous operator has few at a time.
const maxCalls = 1 << 16

// openCalls adds the records whose calls were open when the state was taken that an attempt began with: one of them is what came
// back without an invocation of its own.
func (p *past) openCalls(ctx context.Context, attempt event.Key, operator int, through, over string) error {
	slug := p.v.cat.attempts[attempt].operator(operator).Slug
	origins, checkpoint, err := p.v.stateOrigins(ctx, attempt, operator)
	if err != nil {
		return err
	}
	if len(origins) == 0 {
		p.miss(Note{Kind: NoteRecovered, Operator: slug, Hint: restoredHint(checkpoint),
			Text: "the record of the asynchronous call came with the state of an attempt before; which one it was is not recorded"})
		return nil
	}
	var open []event.Invocation
	for _, o := range origins {
		if open, err = p.openAt(ctx, o, open); err != nil {
			return err
		}
	}
	why := over
	if why == "" && len(open) != 1 {
		why = fmt.Sprintf("the call came back with the operator's state at a restore; which of the %d that were open it was is not recorded", len(open))
	}
	for _, c := range open {
		p.contributed(c.Attempt, c.Number, through, why)
	}
	return nil
}

// openAt adds to list the records that an operator had in asynchronous calls after an invocation of an attempt.
func (p *past) openAt(ctx context.Context, o stateOrigin, list []event.Invocation) ([]event.Invocation, error) {
	answered := make(map[uint64]bool)
	for a, err := range p.v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: o.attempt, operator: o.operator, to: o.last,
		kinds: []event.Kind{event.KindCause}}) {
		if err != nil {
			return list, err
		}
		answered[uint64(a.number)] = true
	}
	from := uint64(1)
	if o.last > maxCalls {
		from = o.last - maxCalls
		p.miss(Note{Kind: NoteLimit, Operator: p.v.cat.attempts[o.attempt].operator(o.operator).Slug,
			Text: fmt.Sprintf("open calls were looked for in the %d invocations before the checkpoint", maxCalls)})
	}
	for ref := range p.v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: o.attempt, InvFrom: from, InvTo: o.last}) {
		f, err := p.v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return list, err
		}
		for row, kind := range f.r.Kind {
			if !runs(kind) || fromState(kind) || !enters(p.v.routeOf(spot{ref, f, row, 0}), o.operator) {
				continue
			}
			first := f.r.Inv[row]
			for inv := max(first, from); inv < first+uint64(max(f.r.N[row], 1)) && inv <= o.last; inv++ {
				if !answered[inv] {
					list = append(list, event.Invocation{Attempt: o.attempt, Number: inv})
				}
			}
		}
	}
	if loss, lost := p.v.lostBetween(o.attempt, event.LaneTrace, from, o.last); lost {
		p.miss(Note{Kind: NoteGap, Text: loss})
	}
	earlier, _, err := p.v.stateOrigins(ctx, o.attempt, o.operator)
	if err != nil {
		return list, err
	}
	for _, e := range earlier { // open since then, perhaps
		if list, err = p.openAt(ctx, e, list); err != nil {
			return list, err
		}
	}
	return list, nil
}

// enters tells whether a record may have entered an operator on a path.
func enters(r *route, operator int) bool {
	if r == nil || r.cut {
		return true
	}
	if r.root == rootControl {
		return false
	}
	for _, x := range r.visits {
		if x.operator == operator {
			return true
		}
	}
	return false
}
