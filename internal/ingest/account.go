package ingest

import (
	"encoding/json"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/wire"
)

// touch finds the lane's account before its block is stored, since it begins with what the store holds.
func (s *Server) touch(p *process, h *block.Header) *laneAccount {
	id := attemptID{h.Recording, h.Attempt}
	p.mu.Lock()
	a := p.mu.attempts[id]
	var l *laneAccount
	if a != nil {
		l = a.lanes[h.Lane]
	}
	p.mu.Unlock()
	if l != nil {
		return l
	}
	return newLane(s.opt.Store.Lane(h.Recording, h.Attempt, h.Lane), s.now())
}

// received notes a block that the store has.
func (s *Server) received(p *process, l *laneAccount, h *block.Header, raw []byte, stored bool) {
	if stored {
		s.counts.stored(h)
	} else {
		s.counts.duplicates.Add(1)
	}
	ended := endsAttempt(h) || endsJob(h, raw)
	p.mu.Lock()
	defer p.mu.Unlock()
	id := attemptID{h.Recording, h.Attempt}
	a := p.mu.attempts[id]
	if a == nil {
		a = &attempt{lanes: make(map[event.Lane]*laneAccount)}
		p.mu.attempts[id] = a
	}
	if have := a.lanes[h.Lane]; have != nil {
		l = have
	}
	a.lanes[h.Lane] = l
	l.came(h, s.now())
	a.explain(h.Zones.Gaps)
	a.ended = a.ended || ended
	a.lastInv, a.wallMax = max(a.lastInv, h.LastInv), max(a.wallMax, h.WallMax)
	if stored {
		p.mu.blocks++
		p.mu.events += uint64(h.Events)
		p.mu.bytes += uint64(h.Size)
	}
}

// endsAttempt tells whether the block says that the task ended.
func endsAttempt(h *block.Header) bool {
	return slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == event.KindTaskEnded })
}

// endsJob tells whether the block says that the job ended, after which the JobManager has nothing more to say of it. Only
// blocks of lane job with a job state are looked into; they are few.
func endsJob(h *block.Header, raw []byte) bool {
	if h.Lane != event.LaneJob ||
		!slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == event.KindJobState }) {
		return false
	}
	rows, err := block.Decode(raw, block.SectionMeta, block.SectionDet)
	if err != nil || rows.Body == nil {
		return false
	}
	for i, kind := range rows.Kind {
		var body struct {
			State string `json:"state"`
		}
		if kind != event.KindJobState || json.Unmarshal(rows.Body[i], &body) != nil {
			continue
		}
		switch body.State {
		case "FINISHED", "FAILED", "CANCELED", "SUSPENDED":
			return true
		}
	}
	return false
}

// closed takes the agent's farewell: how many blocks it made. What is missing at the end of a lane is a hole as well.
func (s *Server) closed(p *process, m *wire.Close) {
	type made struct {
		id     attemptID
		lane   event.Lane
		blocks uint64
		state  store.LaneState
	}
	var list []made
	for _, l := range m.Lanes {
		rec, err := event.ParseRecordingID(l.Recording)
		if err != nil {
			continue
		}
		key, err := event.ParseKey(l.Attempt)
		if err != nil || l.Blocks >= block.ServerNumbers || l.Lane == 0 {
			continue
		}
		list = append(list, made{attemptID{rec, key}, l.Lane, l.Blocks, s.opt.Store.Lane(rec, key, l.Lane)})
	}
	now := s.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.closed = true
	for _, e := range list {
		if e.state.Next >= e.blocks {
			continue
		}
		a := p.mu.attempts[e.id]
		if a == nil {
			a = &attempt{lanes: make(map[event.Lane]*laneAccount)}
			p.mu.attempts[e.id] = a
		}
		l := a.lanes[e.lane]
		if l == nil {
			l = newLane(e.state, now)
			a.lanes[e.lane] = l
		}
		l.skip(store.NumberRange{First: e.state.Next, Last: e.blocks - 1, InvBefore: e.state.LastInv, WallBefore: e.state.WallMax}, now)
		l.next = max(l.next, e.blocks)
	}
}
