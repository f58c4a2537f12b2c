package replay

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Output is one element that a task emitted, or one record that it wrote to the outside.
type Output struct {
	Kind         event.Kind
	Operator     int // chain index
	Invocation   uint64
	Ordinal      uint32
	Nth          int                // of the outputs of its kind of its invocation, from 0
	Partition    event.Key          // of what was emitted
	Subpartition int                // -1 = all
	Split        event.DefinitionID // where a written record went
	Value        event.Payload
	Key          event.Payload

	numbers []uint64 // of an element: its number on its subpartition, or on each one
}

// same tells whether a recorded value may be the one that a replay gave, and seen whether all bytes of it could be compared: a policy may
// keep them back, and what is too long is cut. Then their number must be the same.
func same(recorded, replayed event.Payload) (same, seen bool) {
	if recorded.Len() < recorded.Size() {
		return recorded.Size() == replayed.Size(), false
	}
	return recorded.Equal(replayed), true
}

// equal holds a recorded output against that of a replay; seen as of same.
func (o *Output) equal(p *Output) (equal, seen bool) {
	value, all := same(o.Value, p.Value)
	key, allOfKey := same(o.Key, p.Key)
	return o.Kind == p.Kind && o.Partition == p.Partition && o.Subpartition == p.Subpartition && value && key, all && allOfKey
}

// Difference is where two runs parted: the outputs that stood in the same place. Either is nil when that run emitted no more.
type Difference struct {
	Number             uint64 // of the output, from 1
	Recorded, Replayed *Output
}

// invocation is where the difference shows.
func (d *Difference) invocation() uint64 {
	if d.Recorded == nil {
		return d.Replayed.Invocation
	}
	if d.Replayed == nil {
		return d.Recorded.Invocation
	}
	return min(d.Recorded.Invocation, d.Replayed.Invocation)
}

// Comparison holds the outputs of a replay against those of its recording, up to the invocation that the replay came to.
type Comparison struct {
	Recorded, Replayed uint64 // outputs
	Equal              uint64 // bytes, place and order
	Unseen             uint64 // of the equal ones: not all of their bytes were recorded, so their length alone was compared
	Targets            uint64 // equal but for the subpartition that they went to
	First              *Difference

	// Way is the first difference that is more than one of bytes. Where values are masked, bytes differ since the code worked on other ones.
	Way *Difference

	// Where the recorded level does not tell what was sent.
	Untold   uint64 // outputs of the replay that were counted alone when they were recorded
	Numbered uint64 // of the equal ones: elements whose numbers, and so how many untold ones lie before them, were compared
	Placed   uint64 // of the equal ones: records written to the outside, of which the recording has the place alone: their invocation was compared
	Barriers Barriers

	// Cut counts what the replay gave in the attempt's last invocation beyond what was recorded: the attempt was ended in the middle of it.
	Cut uint64
	end uint64 // that invocation; 0 = the attempt came to its own end
	how toldHow
}

// toldHow is how the recorded attempt's outputs were told.
type toldHow struct {
	levels        levels
	subpartitions func(partition event.Key) int // nil: none are known
}

// emitted yields what an attempt emitted in order.
type emitted struct {
	snap store.Snapshot
	refs []store.Ref
	rows *block.Rows
	i    int
	from uint64 // invocations
	to   uint64

	subpartitions func(partition event.Key) int // nil: numbers of elements are not looked at
}

func newEmitted(snap store.Snapshot, attempt event.Key, from, to uint64) *emitted {
	return &emitted{snap: snap, refs: blocksOf(snap, attempt, event.LaneOut), from: from, to: to}
}

func blocksOf(snap store.Snapshot, attempt event.Key, lane event.Lane) (refs []store.Ref) {
	for ref := range snap.Blocks(store.Filter{Lane: lane, Attempt: attempt}) {
		if ref.Header.Lane == lane && ref.Header.Events > 0 {
			refs = append(refs, ref)
		}
	}
	return refs
}

func (o *emitted) next(ctx context.Context) (*Output, error) {
	for {
		for o.rows != nil && o.i < len(o.rows.Kind) {
			i, r := o.i, o.rows
			o.i++
			if r.Inv[i] < o.from || r.Inv[i] > o.to || r.Partition == nil {
				continue
			}
			return &Output{
				Kind: r.Kind[i], Operator: int(r.Operator[i]), Invocation: r.Inv[i], Partition: r.Partition[i],
				Subpartition: int(r.Subpartition[i]), Value: at(r.Value, i), numbers: o.numbers(i),
			}, nil
		}
		if len(o.refs) == 0 {
			return nil, nil
		}
		rows, err := read(ctx, o.snap, o.refs[0])
		if err != nil {
			return nil, err
		}
		o.refs, o.rows, o.i = o.refs[1:], rows, 0
	}
}

// numbers are those of the element of a row on the subpartitions that it went to; nil: they are not looked at, or not known.
func (o *emitted) numbers(i int) (all []uint64) {
	r := o.rows
	switch {
	case o.subpartitions == nil || r.Seq == nil:
	case r.Subpartition[i] >= 0:
		all = []uint64{r.Seq[i]}
	case r.SeqOf != nil:
		for sub := range o.subpartitions(r.Partition[i]) {
			seq, ok := r.SeqOf(i, uint32(sub))
			if !ok {
				return nil
			}
			all = append(all, seq)
		}
	}
	return all
}

func read(ctx context.Context, snap store.Snapshot, ref store.Ref) (*block.Rows, error) {
	want := []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionDet, block.SectionPayload}
	rows, err := snap.Read(ctx, ref, present(ref.Header, want)...)
	if err != nil {
		return nil, fmt.Errorf("reading block %d of lane %d: %w", ref.Header.Number, ref.Header.Lane, err)
	}
	return rows, nil
}

// written yields what an attempt wrote to the outside, in the order in which it did: acknowledgements come in any order.
type written struct {
	all []Output
}

func newWritten(ctx context.Context, snap store.Snapshot, attempt event.Key, from, to uint64) (*written, error) {
	w := new(written)
	for _, ref := range blocksOf(snap, attempt, event.LaneTrace) {
		r, err := read(ctx, snap, ref)
		if err != nil {
			return nil, err
		}
		for i, k := range r.Kind {
			if k != event.KindWritten && k != event.KindWriteFailed || r.Inv[i] < from || r.Inv[i] > to {
				continue
			}
			w.all = append(w.all, Output{
				Kind: event.KindWritten, Operator: int(r.Operator[i]), Invocation: r.Inv[i], Ordinal: at(r.Ordinal, i), Subpartition: -1,
				Split: at(r.Split, i), Value: at(r.Value, i), Key: at(r.Key, i),
			})
		}
	}
	slices.SortStableFunc(w.all, func(a, b Output) int {
		return cmp.Or(cmp.Compare(a.Invocation, b.Invocation), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return w, nil
}

func (w *written) next(context.Context) (*Output, error) {
	if len(w.all) == 0 {
		return nil, nil
	}
	o := &w.all[0]
	w.all = w.all[1:]
	return o, nil
}

// nth counts the outputs of an invocation.
type nth struct {
	invocation uint64
	next       int
}

func (c *nth) count(o *Output) {
	if o == nil {
		return
	}
	if o.Invocation != c.invocation {
		c.invocation, c.next = o.Invocation, 0
	}
	o.Nth = c.next
	c.next++
}

// compare holds the outputs of an attempt in two recordings against each other, between two invocations. end is the invocation in the
// middle of which the attempt may have been ended; 0 = it came to its own end.
func compare(ctx context.Context, recorded, replayed store.Snapshot, attempt event.Key, from, to, end uint64, how toldHow) (Comparison, error) {
	c := Comparison{end: end, how: how}
	sent, again := newEmitted(recorded, attempt, from, to), newEmitted(replayed, attempt, from, to)
	sent.subpartitions, again.subpartitions = how.subpartitions, how.subpartitions
	if err := c.add(ctx, sent, again); err != nil {
		return c, err
	}
	a, err := newWritten(ctx, recorded, attempt, from, to)
	if err != nil {
		return c, err
	}
	b, err := newWritten(ctx, replayed, attempt, from, to)
	if err != nil {
		return c, err
	}
	if err := c.add(ctx, a, b); err != nil {
		return c, err
	}
	c.Barriers = compareBarriers(recorded, replayed, attempt)
	return c, nil
}

// outputs gives outputs in order, nil at the end.
type outputs interface {
	next(ctx context.Context) (*Output, error)
}

// untold tells whether the recording counts an output of a replay without a row for it, where x is the recorded one that comes next.
func (h *toldHow) untold(x, y *Output) bool {
	if y.Kind != event.KindRecord || h.levels.tells(y.Invocation, y.Operator) {
		return false
	}
	return x == nil || x.Kind != y.Kind || x.Partition != y.Partition || x.Subpartition != y.Subpartition || !slices.Equal(x.numbers, y.numbers)
}

// placed tells whether of a recorded output, one that was written to the outside, only the place was told.
func (h *toldHow) placed(x *Output) bool {
	return x.Kind == event.KindWritten && x.Value.Null() && x.Value.Size() == 0 && x.Key.Null() && !h.levels.tells(x.Invocation, -1)
}

func (c *Comparison) add(ctx context.Context, recorded, replayed outputs) error {
	var ofX, ofY nth
	x, err := recorded.next(ctx)
	if err != nil {
		return err
	}
	for n := uint64(1); ; {
		y, err := replayed.next(ctx)
		if err != nil {
			return err
		}
		if x == nil && y == nil {
			return nil
		}
		ofY.count(y)
		if y != nil && c.how.untold(x, y) {
			c.Untold++
			continue
		}
		ofX.count(x)
		if x == nil && c.end > 0 && y.Invocation == c.end {
			c.Cut++
			continue
		}
		c.pair(n, x, y)
		n++
		if x != nil {
			if x, err = recorded.next(ctx); err != nil {
				return err
			}
		}
	}
}

// pair holds two outputs against each other that stand in the same place; one of them may be nil.
func (c *Comparison) pair(n uint64, x, y *Output) {
	if x != nil {
		c.Recorded++
	}
	if y != nil {
		c.Replayed++
	}
	if x != nil && y != nil {
		if y.Kind == event.KindWritten && x.Invocation == y.Invocation && c.how.placed(x) {
			c.Equal++
			c.Unseen++
			c.Placed++
			return
		}
		equal, seen := x.equal(y)
		numbered := len(x.numbers) > 0 && len(x.numbers) == len(y.numbers)
		if equal && !(numbered && c.Untold > 0 && !slices.Equal(x.numbers, y.numbers)) {
			c.Equal++
			if !seen {
				c.Unseen++
			}
			if numbered {
				c.Numbered++
			}
			return
		}
		if value, _ := same(x.Value, y.Value); value && x.Kind == y.Kind && x.Partition == y.Partition {
			c.Targets++
		}
	}
	d := &Difference{Number: n, Recorded: x, Replayed: y}
	if c.First == nil || d.invocation() < c.First.invocation() {
		c.First = d
	}
	if x != nil && y != nil && x.alike(y) {
		return
	}
	if c.Way == nil || d.invocation() < c.Way.invocation() {
		c.Way = d
	}
}

// alike tells whether two outputs differ in their bytes alone.
func (o *Output) alike(p *Output) bool {
	return o.Kind == p.Kind && o.Operator == p.Operator && o.Invocation == p.Invocation && o.Partition == p.Partition && o.Subpartition == p.Subpartition &&
		o.Split == p.Split && slices.Equal(o.numbers, p.numbers)
}

// Barriers say how many elements a task had sent on each channel when it sent the barriers of checkpoints.
type Barriers struct {
	Compared uint64 // counts of channels at barriers that both runs sent
	Equal    uint64
	First    *BarrierDifference
}

// BarrierDifference is the count of a channel at the first checkpoint where one differs.
type BarrierDifference struct {
	Checkpoint         uint64
	Subpartition       uint32
	Recorded, Replayed uint64
}

// compareBarriers holds what was sent at barriers in two recordings of an attempt against each other.
func compareBarriers(recorded, replayed store.Snapshot, attempt event.Key) (b Barriers) {
	again := sentAt(replayed, attempt)
	for checkpoint, channels := range sentAt(recorded, attempt) {
		for e, sent := range channels {
			n, ok := again[checkpoint][e]
			if !ok {
				continue
			}
			b.Compared++
			if n == sent {
				b.Equal++
			} else if b.First == nil || checkpoint < b.First.Checkpoint {
				b.First = &BarrierDifference{checkpoint, e.Subpartition, sent, n}
			}
		}
	}
	return b
}
