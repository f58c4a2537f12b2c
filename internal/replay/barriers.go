package replay

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// barriers gives what the barriers of checkpoints said, as Flink's EventSerializer writes them. They are told when the task takes part in
// a checkpoint, which is when it has them all; so lane env is read ahead as far as they are asked for. A task takes part in checkpoints
// in the order of their numbers.
type barriers struct {
	lane  *lane
	open  sealed.Key
	known []barrier
	ended bool
}

type barrier struct {
	checkpoint uint64
	invocation uint64
	bytes      []byte
}

// newBarriers reads behind a start.
func newBarriers(snap store.Snapshot, attempt event.Key, from start) *barriers {
	b := &barriers{lane: newLane(snap, attempt, event.LaneEnv, true), open: sealed.Take()}
	b.lane.behind(from.invocation)
	return b
}

// until reads on until one of those that are known fits; nil: there is none.
func (b *barriers) until(ctx context.Context, fits func(*barrier) bool) (*barrier, error) {
	for i := range b.known {
		if fits(&b.known[i]) {
			return &b.known[i], nil
		}
	}
	for !b.ended {
		r, err := b.lane.peek(ctx)
		if err != nil {
			return nil, err
		}
		if r == nil {
			b.ended = true
			break
		}
		if x := b.lane.take(); x.what == whatBarrier {
			b.known = append(b.known, barrier{uint64(x.number), x.inv, x.value.Open(b.open)})
			if last := &b.known[len(b.known)-1]; fits(last) {
				return last, nil
			}
		}
	}
	return nil, nil
}

// of is what the barrier of a checkpoint said; nil: the task took no part in it.
func (b *barriers) of(ctx context.Context, checkpoint uint64) ([]byte, error) {
	x, err := b.until(ctx, func(k *barrier) bool { return k.checkpoint >= checkpoint })
	if x == nil || x.checkpoint != checkpoint {
		return nil, err
	}
	return x.bytes, nil
}

// at is the first one at or behind an invocation; nil: there is none.
func (b *barriers) at(ctx context.Context, inv uint64) (*barrier, error) {
	return b.until(ctx, func(k *barrier) bool { return k.invocation >= inv })
}
