package query

import (
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// InFlightQuery asks what was on its way when a checkpoint's barrier came.
type InFlightQuery struct {
	Checkpoint uint64
	Operator   string // whose inputs; empty = all
	At         When   // what was not taken in yet at that time; zero = when the sender passed the barrier
}

// InFlight is what the senders had sent before their barriers of a checkpoint and the receivers had not taken in.
type InFlight struct {
	Checkpoint uint64
	State      string // of the checkpoint, as the JobManager said; empty = not known
	Triggered  Wall
	Completed  Wall
	At         Wall // 0 = of each channel when its sender passed the barrier
	Channels   []InFlightChannel
	Waiting    uint64 // elements, of all channels
	Overtaken  uint64
	Proven     bool // no channel lacks one of its ends
	Notes      []Note
}

// BarrierState is how a barrier went through a channel.
type BarrierState string

// The states. BarrierOnTheWay: the receiver has not taken its snapshot, as far as is recorded. BarrierNoSender: what the sender
// had sent is not recorded. BarrierRecovering: one end was still taking in what a checkpoint before had kept, and numbers of both
// ends do not compare.
const (
	BarrierAligned    BarrierState = "aligned"
	BarrierUnaligned  BarrierState = "unaligned"
	BarrierOnTheWay   BarrierState = "on-the-way"
	BarrierNoSender   BarrierState = "no-sender"
	BarrierRecovering BarrierState = "recovering"
	BarrierUnequal    BarrierState = "unequal" // aligned, and the counts of both ends differ
)

// InFlightChannel is one channel at the checkpoint. Numbers count elements: records, watermarks, statuses.
type InFlightChannel struct {
	Edge         string // data set
	Partition    event.Key
	Subpartition uint32
	From, To     ChannelEnd
	State        BarrierState

	Sent     uint64 // before the sender's barrier
	SentAt   Wall   // the sender took its snapshot; its own clock, 0 = not known
	Taken    uint64 // before the receiver's snapshot
	TakenAt  Wall
	Arrived  Wall // the barrier came to the receiver through this channel; 0 = not known
	Waited   time.Duration
	HasWait  bool // Waited is known: how long the channel stood still until the other channels' barriers had come
	LastCame bool // of the receiver's channels this one's barrier came last

	Overtaken Stretch // unaligned: kept in the checkpoint
	Waiting   Stretch // sent before the sender's barrier and not taken in at the moment
}

// Stretch is some elements of a channel, one behind the other.
type Stretch struct {
	First uint64
	N     uint64
}

// Ends names the first and the last element of the stretch; nil when it is empty.
func (c *InFlightChannel) Ends(s Stretch) (first, last *event.Element) {
	if s.N == 0 {
		return nil, nil
	}
	return &event.Element{Partition: c.Partition, Subpartition: c.Subpartition, Seq: s.First},
		&event.Element{Partition: c.Partition, Subpartition: c.Subpartition, Seq: s.First + s.N - 1}
}

func stretchTo(from, to uint64) Stretch {
	if from >= to {
		return Stretch{First: from}
	}
	return Stretch{from, to - from}
}
