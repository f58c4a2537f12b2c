package replay

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// recovered finds the elements that were on their way when a checkpoint was taken without alignment, and that an attempt which began
// from it got out of the channels' state: on each channel those that the sender of then had sent when it took the checkpoint, and that
// the receiver of then had not handled when it did. Both ends count them in zone 6 of their blocks.
type recovered struct {
	supply   *supply
	dict     *dictionary
	attempt  event.Key
	handled  map[event.Element]uint64 // by the receiver of then: elements of each channel; nil = not looked for
	channels map[event.Element]*onTheWay
}

// onTheWay are elements of one channel.
type onTheWay struct {
	input     *supplied
	next, end uint64
}

func newRecovered(supply *supply, dict *dictionary, attempt event.Key) *recovered {
	return &recovered{supply: supply, dict: dict, attempt: attempt, channels: make(map[event.Element]*onTheWay)}
}

// element gives the next element of a channel of the attempt.
func (r *recovered) element(ctx context.Context, channel event.Element) (event.Payload, error) {
	c := r.channels[channel]
	if c == nil {
		var err error
		if c, err = r.find(channel); err != nil {
			return event.Payload{}, err
		}
		r.channels[channel] = c
	}
	if c.next >= c.end {
		return event.Payload{}, &MissingInput{Element: channel, Why: fmt.Sprintf(
			"the attempt got more elements out of the channel's state than the %d that were on their way at checkpoint %d", c.end, r.checkpoint())}
	}
	v, err := c.input.element(ctx, c.next)
	c.next++
	return v, err
}

func (r *recovered) checkpoint() uint64 { return uint64(r.dict.attempts[r.attempt].Restored) }

// find looks for what was on its way on the channel that has become this one.
func (r *recovered) find(channel event.Element) (*onTheWay, error) {
	if r.handled == nil {
		r.handled = r.counts(r.before(r.attempt), true)
	}
	now, ok := r.dict.partition[channel.Partition]
	if !ok {
		return nil, r.missing(channel, "who sent it is not known")
	}
	for then, handled := range r.handled {
		p, ok := r.dict.partition[then.Partition]
		if !ok || p.Dataset != now.Dataset || p.Number != now.Number || then.Subpartition != channel.Subpartition || p.Subpartitions != now.Subpartitions {
			continue
		}
		sender := r.dict.producers[then.Partition]
		sent, ok := r.counts([]event.Key{sender}, false)[then]
		if !ok {
			return nil, r.missing(channel, "what its sender had sent by then was not recorded")
		}
		return &onTheWay{input: r.supply.channel(sender, then.Partition, then.Subpartition), next: handled, end: sent}, nil
	}
	return nil, r.missing(channel, "the attempt that took the checkpoint is not in this recording, or had other channels (another parallelism)")
}

func (r *recovered) missing(channel event.Element, why string) error {
	return &MissingInput{Element: channel, Why: fmt.Sprintf("the attempt began with elements out of unaligned checkpoint %d: %s", r.checkpoint(), why)}
}

// before are the other attempts of the same subtask.
func (r *recovered) before(attempt event.Key) (keys []event.Key) {
	a := r.dict.attempts[attempt]
	for key, b := range r.dict.attempts {
		if key != attempt && b.Vertex == a.Vertex && b.Subtask == a.Subtask && b.Parallelism == a.Parallelism {
			keys = append(keys, key)
		}
	}
	return keys
}

// counts are the elements of each channel that attempts had handled (in), or sent, at the checkpoint.
func (r *recovered) counts(attempts []event.Key, in bool) map[event.Element]uint64 {
	counts := make(map[event.Element]uint64)
	for _, a := range attempts {
		for ref := range r.supply.snap.Blocks(store.Filter{Attempt: a}) {
			for _, b := range ref.Header.Zones.Barriers {
				if b.In == in && b.Checkpoint == r.checkpoint() {
					counts[event.Element{Partition: b.Partition, Subpartition: b.Subpartition}] = b.Seq
				}
			}
		}
	}
	return counts
}

// recoveredRun feeds a run of elements of one channel that came out of its state.
func (f *feed) recoveredRun(ctx context.Context, r row) error {
	if !r.hasChannel {
		return &MissingInput{Why: fmt.Sprintf("the channel of invocation %d is not known", r.inv)}
	}
	key := event.Element{Partition: r.channel.Partition, Subpartition: r.channel.Subpartition}
	for ; r.n > 0; r.n-- {
		v, err := f.recover.element(ctx, key)
		if err != nil {
			return err
		}
		b, times, err := f.element(r.inv, key, v)
		if err != nil {
			return err
		}
		s := step{row: r, action: stepElements, gate: r.channel.Gate, index: r.channel.Index}
		if err := f.times(ctx, times, s, b); err != nil {
			return err
		}
		r.inv++
	}
	return nil
}
