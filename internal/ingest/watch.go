package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

const (
	watchEvery   = time.Second
	keepProcess  = 24 * time.Hour // after its end
	maxProcesses = 8192           // disconnected ones beyond are forgotten, the oldest first
)

// watch pings, reports holes and lost processes, and forgets what is long gone, until ctx ends. begun is the server's start.
func (s *Server) watch(ctx context.Context, begun time.Time) {
	every := time.NewTicker(min(watchEvery, s.opt.PingEvery))
	defer every.Stop()
	var pinged time.Time
	left := false
	for id := uint64(1); ; id++ {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if now := time.Now(); now.Sub(pinged) >= s.opt.PingEvery {
			pinged = now
			s.pingAll(id)
		}
		s.reportGaps(ctx)
		if !left && s.opt.Now().Sub(begun) >= s.opt.LostAfter {
			left = s.reportLeftBehind(ctx)
		}
		s.forget()
	}
}

func (s *Server) list() []*process {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*process, 0, len(s.mu.processes))
	for _, p := range s.mu.processes {
		list = append(list, p)
	}
	return list
}

func (s *Server) pingAll(id uint64) {
	for _, p := range s.list() {
		if c := p.connection(); c != nil {
			_ = c.out.send(&wire.Ping{ID: id, ClockUS: s.now()}) // a broken connection ends by itself
		}
	}
}

// reportGaps stores a gap for what did not come. What cannot be stored now is tried again at the next round.
func (s *Server) reportGaps(ctx context.Context) {
	for _, p := range s.list() {
		for _, r := range s.dueGaps(p) {
			if err := s.storeGap(ctx, r.gap); err != nil {
				s.opt.Log.Warn("gap was not stored yet", "process", p.id, "error", err)
				return
			}
			r.reported()
		}
	}
}

// report is a gap and what to do when it is stored.
type report struct {
	gap      block.ServerGap
	reported func()
}

func (s *Server) storeGap(ctx context.Context, g block.ServerGap) error {
	h, raw, err := g.Build()
	if err != nil {
		return err
	}
	stored, err := s.opt.Store.Append(ctx, h, raw)
	if err != nil {
		return err
	}
	if stored {
		s.counts.gaps.Add(1)
		s.opt.Log.Warn("gap in a recording", "recording", g.Recording.String(), "attempt", g.Attempt.String(),
			"lane", g.Body.Lane.String(), "reason", g.Body.Reason.String(), "text", g.Body.Text)
	}
	return nil
}

// dueGaps finds the holes of a process that stayed, and its attempts when it was lost.
func (s *Server) dueGaps(p *process) []report {
	now := s.opt.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	var due []report
	for id, a := range p.mu.attempts {
		for lane, l := range a.lanes {
			for i := range l.holes {
				h := &l.holes[i]
				if h.reported || now.UnixMicro()-h.seenUS < s.opt.HoleAfter.Microseconds() {
					continue
				}
				if a.explained(lane, *h) {
					h.reported = true
					continue
				}
				due = append(due, report{holeGap(id, lane, *h, now.UnixMicro()), func() {
					p.mu.Lock()
					defer p.mu.Unlock()
					l.reported(h.First)
				}})
			}
		}
	}
	if p.mu.conn != nil || p.mu.closed || p.mu.lost || now.Sub(p.mu.since) < s.opt.LostAfter {
		return due
	}
	pending := false
	for id, a := range p.mu.attempts {
		if a.ended || a.lost {
			continue
		}
		pending = true
		gap := lostGap(id, a.lastInv, a.wallMax, now.UnixMicro(), fmt.Sprintf("process %d on %s went without a word", p.mu.hello.PID, p.mu.hello.Host))
		due = append(due, report{gap, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			a.lost = p.mu.conn == nil
		}})
	}
	p.mu.lost = !pending
	return due
}

// reported marks the hole that begins at a number, if it is still there.
func (l *laneAccount) reported(first uint64) {
	for i := range l.holes {
		if l.holes[i].First == first {
			l.holes[i].reported = true
		}
	}
}

func holeGap(id attemptID, lane event.Lane, h hole, nowUS int64) block.ServerGap {
	first, last := h.First, h.Last
	b := event.GapBody{
		Lane: lane, Reason: event.GapMissingBlocks, FromUS: h.WallBefore, ToUS: h.WallAfter, FirstBlock: &first, LastBlock: &last,
		Text: fmt.Sprintf("%d blocks never came", last-first+1),
	}
	if h.InvAfter > h.InvBefore+1 {
		b.First, b.Last = h.InvBefore+1, h.InvAfter-1
	} else if h.InvAfter == 0 && h.InvBefore > 0 { // at the end of the lane
		b.First, b.Last = h.InvBefore+1, h.InvBefore+1
	}
	if b.ToUS == 0 {
		b.ToUS = nowUS
	}
	if b.FromUS == 0 || b.FromUS > b.ToUS {
		b.FromUS = b.ToUS
	}
	return block.ServerGap{Recording: id.recording, Attempt: id.key, Body: b, Detail: first}
}

// forget drops attempts and processes that nothing more is expected of.
func (s *Server) forget() {
	now := s.opt.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.mu.processes {
		p.mu.Lock()
		for key, a := range p.mu.attempts {
			if a.ended && a.settled() {
				delete(p.mu.attempts, key)
			}
		}
		idle := now.Sub(p.mu.since)
		over := len(s.mu.processes) > maxProcesses && idle > s.opt.LostAfter*2
		gone := p.mu.conn == nil && (p.mu.closed || p.mu.lost) && (idle > keepProcess || over)
		p.mu.Unlock()
		if gone {
			delete(s.mu.processes, id)
		}
	}
}

// settled tells whether every hole was reported or explained.
func (a *attempt) settled() bool {
	for _, l := range a.lanes {
		for _, h := range l.holes {
			if !h.reported {
				return false
			}
		}
	}
	return true
}
