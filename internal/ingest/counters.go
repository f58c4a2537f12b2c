package ingest

import (
	"sync/atomic"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Counters count since the start of the server.
type Counters struct {
	Connections int // now, those that said HELLO

	Accepted    uint64         // connections that were welcomed
	Lanes       []LaneCounters // of stored blocks, by lane; the place of lanes that this version does not know is 0
	Duplicates  uint64         // blocks that were held already, and acked again
	Definitions uint64         // that came, known ones as well
	Gaps        uint64         // that the server found and stored

	RefusedProtocol, RefusedToken, RefusedBusy, RefusedMalformed                         uint64
	NackChecksum, NackVersion, NackTooLarge, NackDisk, NackMalformed, DefinitionsRefused uint64
}

// LaneCounters count stored blocks, the events in them, and their bytes.
type LaneCounters struct{ Blocks, Events, Bytes uint64 }

// Stored is the sum over all lanes.
func (c Counters) Stored() LaneCounters {
	var all LaneCounters
	for _, l := range c.Lanes {
		all.Blocks += l.Blocks
		all.Events += l.Events
		all.Bytes += l.Bytes
	}
	return all
}

// counts are the counters as they grow.
type counts struct {
	accepted, duplicates, definitions, definitionsRefused, gaps atomic.Uint64

	lanes   [event.LaneEnv + 1]struct{ blocks, events, bytes atomic.Uint64 }
	refused [5]atomic.Uint64 // by wire.RefuseReason
	nacks   [7]atomic.Uint64 // by wire.NackReason
}

func (c *counts) stored(h *block.Header) {
	l := &c.lanes[0]
	if int(h.Lane) < len(c.lanes) {
		l = &c.lanes[h.Lane]
	}
	l.blocks.Add(1)
	l.events.Add(uint64(h.Events))
	l.bytes.Add(uint64(h.Size))
}

// Counters reads the counters.
func (s *Server) Counters() Counters {
	c := &s.counts
	s.mu.Lock()
	connections := 0
	for _, p := range s.mu.processes {
		if p.connection() != nil {
			connections++
		}
	}
	s.mu.Unlock()
	lanes := make([]LaneCounters, len(c.lanes))
	for i := range lanes {
		l := &c.lanes[i]
		lanes[i] = LaneCounters{l.blocks.Load(), l.events.Load(), l.bytes.Load()}
	}
	return Counters{
		Connections: connections, Accepted: c.accepted.Load(),
		Lanes: lanes, Duplicates: c.duplicates.Load(),
		Definitions: c.definitions.Load(), DefinitionsRefused: c.definitionsRefused.Load(), Gaps: c.gaps.Load(),
		RefusedProtocol: c.refused[1].Load(), RefusedToken: c.refused[2].Load(), RefusedBusy: c.refused[3].Load(),
		RefusedMalformed: c.refused[4].Load(),
		NackChecksum:     c.nacks[1].Load(), NackVersion: c.nacks[2].Load(), NackTooLarge: c.nacks[3].Load(),
		NackDisk: c.nacks[5].Load(), NackMalformed: c.nacks[6].Load(),
	}
}
