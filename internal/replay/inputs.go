package replay

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// MissingInput says that the bytes of an element are not there.
type MissingInput struct {
	Element event.Element
	Why     string
	Kept    bool // a policy kept them back: nothing else may give them
	Source  bool // they would have to be read from the outside again
	Tail    bool // nothing of the channel was recorded from there on
}

func (e *MissingInput) Error() string {
	if e.Element == (event.Element{}) {
		return e.Why
	}
	return fmt.Sprintf("element %s: %s", e.Element, e.Why)
}

// input gives the elements of one channel in order, out of its producer's lane out.
type input struct {
	snap  store.Snapshot
	key   event.Key
	sub   uint32
	refs  []store.Ref
	rows  *block.Rows
	block *block.Header
	i     int
}

func newInput(snap store.Snapshot, producer, partition event.Key, sub uint32) *input {
	in := &input{snap: snap, key: partition, sub: sub}
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneOut, Attempt: producer}) {
		if ref.Header.Lane == event.LaneOut {
			in.refs = append(in.refs, ref)
		}
	}
	return in
}

// element returns the element with number seq; numbers must ascend from call to call.
func (in *input) element(ctx context.Context, seq uint64) (event.Payload, error) {
	e := event.Element{Partition: in.key, Subpartition: in.sub, Seq: seq}
	for {
		for in.rows != nil && in.i < len(in.rows.Kind) {
			have, ok := in.seqAt(in.i)
			if !ok || have < seq {
				in.i++
				continue
			}
			if have > seq {
				return event.Payload{}, &MissingInput{Element: e, Why: "it was not recorded: the sender's operator was at level positions, or there is a gap"}
			}
			v := at(in.rows.Value, in.i)
			in.i++
			switch {
			case v.Null():
				return event.Payload{}, &MissingInput{Element: e, Why: "its bytes were withheld by a policy", Kept: true}
			case v.Len() < v.Size():
				return event.Payload{}, &MissingInput{Element: e, Why: "its bytes were cut", Kept: true}
			}
			return v, nil
		}
		if len(in.refs) == 0 {
			return event.Payload{}, &MissingInput{Element: e, Tail: true, Why: "it was not recorded: the sender's operator was at level positions, or its recording ends before"}
		}
		ref := in.refs[0]
		in.refs = in.refs[1:]
		if ref.Header.Events == 0 || !in.mayHold(ref.Header, seq) {
			continue
		}
		want := present(ref.Header, []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionPayload})
		rows, err := in.snap.Read(ctx, ref, want...)
		if err != nil {
			return event.Payload{}, fmt.Errorf("reading block %d of the sender: %w", ref.Header.Number, err)
		}
		in.rows, in.block, in.i = rows, ref.Header, 0
	}
}

// mayHold is false when the header's ranges say that the block has no element of the channel from seq on.
func (in *input) mayHold(h *block.Header, seq uint64) bool {
	if h.Flags&block.FlagChannelsCollapsed != 0 {
		return true
	}
	for _, c := range h.Zones.Channels {
		if !c.In && c.Partition == in.key && c.Subpartition == in.sub && c.Last >= seq {
			return true
		}
	}
	return false
}

// seqAt is the number that row i has on the channel; ok is false when it went elsewhere.
func (in *input) seqAt(i int) (uint64, bool) {
	r := in.rows
	if r.Seq == nil || r.Partition[i] != in.key {
		return 0, false
	}
	switch sub := r.Subpartition[i]; {
	case sub >= 0:
		return r.Seq[i], uint32(sub) == in.sub
	case r.SeqOf != nil:
		return r.SeqOf(i, in.sub)
	}
	return 0, false
}
