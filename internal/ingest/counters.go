package ingest

import "sync/atomic"

// Counters count since the start of the server.
type Counters struct {
	Connections int // now, those that said HELLO

	Accepted    uint64 // connections that were welcomed
	Blocks      uint64 // stored
	Duplicates  uint64 // held already, and acked again
	Events      uint64 // in stored blocks
	Bytes       uint64 // of stored blocks
	Definitions uint64 // that came, known ones as well
	Gaps        uint64 // that the server found and stored

	RefusedProtocol, RefusedToken, RefusedBusy, RefusedMalformed                         uint64
	NackChecksum, NackVersion, NackTooLarge, NackDisk, NackMalformed, DefinitionsRefused uint64
}

// counts are the counters as they grow.
type counts struct {
	accepted, blocks, duplicates, events, bytes, definitions, definitionsRefused, gaps atomic.Uint64
	refused                                                                            [5]atomic.Uint64 // by wire.RefuseReason
	nacks                                                                              [7]atomic.Uint64 // by wire.NackReason
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
	return Counters{
		Connections: connections, Accepted: c.accepted.Load(),
		Blocks: c.blocks.Load(), Duplicates: c.duplicates.Load(), Events: c.events.Load(), Bytes: c.bytes.Load(),
		Definitions: c.definitions.Load(), DefinitionsRefused: c.definitionsRefused.Load(), Gaps: c.gaps.Load(),
		RefusedProtocol: c.refused[1].Load(), RefusedToken: c.refused[2].Load(), RefusedBusy: c.refused[3].Load(),
		RefusedMalformed: c.refused[4].Load(),
		NackChecksum:     c.nacks[1].Load(), NackVersion: c.nacks[2].Load(), NackTooLarge: c.nacks[3].Load(),
		NackDisk: c.nacks[5].Load(), NackMalformed: c.nacks[6].Load(),
	}
}
