package replay

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Output is one element that a task emitted.
type Output struct {
	Kind         event.Kind
	Operator     int // chain index
	Invocation   uint64
	Partition    event.Key
	Subpartition int // -1 = all
	Value        event.Payload
}

func (o *Output) equal(p *Output) bool {
	return o.Kind == p.Kind && o.Partition == p.Partition && o.Subpartition == p.Subpartition && o.Value.Equal(p.Value)
}

// Difference is where two runs parted: the outputs that stood in the same place. Either is nil when that run emitted no more.
type Difference struct {
	Number             uint64 // of the output in its partition, from 1
	Recorded, Replayed *Output
}

// Comparison holds the outputs of a replay against those of its recording.
type Comparison struct {
	Recorded, Replayed uint64 // outputs, up to the invocation that the replay came to
	Equal              uint64 // bytes, place and order
	Targets            uint64 // equal but for the subpartition that they went to
	First              *Difference
}

// outputs yields what an attempt emitted in order.
type outputs struct {
	snap store.Snapshot
	refs []store.Ref
	rows *block.Rows
	i    int
	to   uint64
}

func newOutputs(snap store.Snapshot, attempt event.Key, to uint64) *outputs {
	o := &outputs{snap: snap, to: to}
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneOut, Attempt: attempt}) {
		if ref.Header.Lane == event.LaneOut {
			o.refs = append(o.refs, ref)
		}
	}
	return o
}

func (o *outputs) next(ctx context.Context) (*Output, error) {
	for {
		for o.rows != nil && o.i < len(o.rows.Kind) {
			i, r := o.i, o.rows
			o.i++
			if r.Inv[i] > o.to || r.Partition == nil {
				continue
			}
			return &Output{
				Kind: r.Kind[i], Operator: int(r.Operator[i]), Invocation: r.Inv[i], Partition: r.Partition[i],
				Subpartition: int(r.Subpartition[i]), Value: at(r.Value, i),
			}, nil
		}
		if len(o.refs) == 0 {
			return nil, nil
		}
		ref := o.refs[0]
		o.refs = o.refs[1:]
		if ref.Header.Events == 0 {
			continue
		}
		want := present(ref.Header, []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionPayload})
		rows, err := o.snap.Read(ctx, ref, want...)
		if err != nil {
			return nil, fmt.Errorf("reading block %d of what was emitted: %w", ref.Header.Number, err)
		}
		o.rows, o.i = rows, 0
	}
}

// compare holds the outputs of an attempt in two recordings against each other, up to an invocation.
func compare(ctx context.Context, recorded, replayed store.Snapshot, attempt event.Key, to uint64) (Comparison, error) {
	var c Comparison
	a, b := newOutputs(recorded, attempt, to), newOutputs(replayed, attempt, to)
	for {
		x, err := a.next(ctx)
		if err != nil {
			return c, err
		}
		y, err := b.next(ctx)
		if err != nil {
			return c, err
		}
		if x == nil && y == nil {
			return c, nil
		}
		if x != nil {
			c.Recorded++
		}
		if y != nil {
			c.Replayed++
		}
		switch {
		case x != nil && y != nil && x.equal(y):
			c.Equal++
			continue
		case x != nil && y != nil && x.Kind == y.Kind && x.Partition == y.Partition && x.Value.Equal(y.Value):
			c.Targets++
		}
		if c.First == nil {
			c.First = &Difference{Number: max(c.Recorded, c.Replayed), Recorded: x, Replayed: y}
		}
	}
}
