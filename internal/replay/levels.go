package replay

import (
	"context"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// levels say what was recorded of an attempt's operators, from invocation to invocation. A recording that does not say has all of
// what they sent.
type levels []levelsFrom

type levelsFrom struct {
	invocation uint64
	operators  []event.Level
}

// levelsOf reads what a recording says of them, in order.
func levelsOf(ctx context.Context, snap store.Snapshot, defs definitions, attempt event.Key) (all levels, err error) {
	det := newLane(snap, attempt, event.LaneDet, false)
	det.only(func(h *block.Header) bool { return holds(h, event.KindLevel) })
	for {
		r, err := det.peek(ctx)
		if err != nil || r == nil {
			return all, err
		}
		if x := det.take(); x.kind == event.KindLevel {
			if l, ok := event.ParseLevels(defs.Text(x.text)); ok {
				all = append(all, levelsFrom{x.inv, l.Operators})
			}
		}
	}
}

// tells whether all that an operator sent and wrote in an invocation has rows; of an operator that is not known: what any did.
// Levels change within an invocation too, so one that another level begins with is not sure to.
func (l levels) tells(inv uint64, operator int) bool {
	i := len(l) - 1
	for i > 0 && l[i].invocation > inv {
		i--
	}
	for ; i >= 0; i-- {
		for k, o := range l[i].operators {
			if (operator < 0 || k == operator) && (o.Level == "positions" || o.Of > 0) {
				return false
			}
		}
		if l[i].invocation != inv {
			break
		}
	}
	return true
}

// all tells whether all that the attempt sent and wrote has rows.
func (l levels) all() bool {
	for _, x := range l {
		if !(levels{x}).tells(x.invocation, -1) {
			return false
		}
	}
	return true
}

// kept tells whether a policy kept back bytes of an operator's, at any time; of one that is not known: of any operator.
func (l levels) kept(operator int) bool {
	for _, x := range l {
		for k, o := range x.operators {
			if (operator < 0 || k == operator) && o.Payload != "full" {
				return true
			}
		}
	}
	return false
}

// skips tells whether the recording counts some of what an attempt took in without telling it, so that it may be missing anywhere.
func skips(ctx context.Context, snap store.Snapshot, dict *dictionary, attempt event.Key) (bool, error) {
	from := map[event.Key]bool{attempt: true} // what it read itself, too
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt}) {
		for _, c := range ref.Header.Zones.Channels {
			if sender, ok := dict.Producer(c.Partition); ok && c.In {
				from[sender] = true
			}
		}
	}
	for sender := range from {
		l, err := levelsOf(ctx, snap, dict, sender)
		if err != nil {
			return false, err
		}
		if !l.all() {
			return true, nil
		}
	}
	return false, nil
}
