package query

import "github.com/sightglass/sightglass/internal/event"

// ChannelTotals counts comparisons of both ends of channels at checkpoint barriers.
// Compared = Equal + Unequal; unaligned and recovering barriers are counted apart.
type ChannelTotals struct {
	Channels  int
	Compared  uint64 // aligned
	Equal     uint64
	Unequal   uint64
	Unaligned uint64 // received ≤ sent held
	Exceeded  uint64 // unaligned, and more received than sent
	Pending   uint64 // one end is known only
}

// ChannelReport compares both ends of every channel.
type ChannelReport struct {
	ChannelTotals
	Items []ChannelCheck
}

// ChannelEnd is a task at one end of a channel.
type ChannelEnd struct {
	Task       string
	Vertex     string
	Subtask    int
	Attempt    int
	AttemptKey event.Key
}

// ChannelCheck is one channel: a subpartition between a producer's and a consumer's attempt.
type ChannelCheck struct {
	Edge           string // data set
	Partition      event.Key
	Subpartition   uint32
	From, To       ChannelEnd
	Compared       uint64
	Equal          uint64
	Unequal        uint64
	Unaligned      uint64
	Exceeded       uint64
	LastCheckpoint uint64
	Sent           uint64 // elements, at the last barrier compared
	Consumed       uint64
	FirstUnequal   uint64 // checkpoint id, 0 = none
}
