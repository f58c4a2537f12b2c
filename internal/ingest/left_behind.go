package ingest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// reportLeftBehind looks, once agents had the time to come back after the server's start, for attempts that were recorded
// before it, never ended, and whose process has not come back: it went while no server was there to notice. It returns
// false when it must be tried again.
func (s *Server) reportLeftBehind(ctx context.Context) bool {
	definitions, _ := s.opt.Store.Definitions(0)
	for _, d := range definitions {
		if d.Kind != event.DefAttempt {
			continue
		}
		gap, ok := s.leftBehind(d)
		if !ok {
			continue
		}
		if err := s.storeGap(ctx, gap); err != nil {
			s.opt.Log.Warn("gap was not stored yet", "attempt", gap.Attempt.String(), "error", err)
			return false
		}
	}
	return true
}

// leftBehind makes the gap for an attempt, if it was left behind. The gap has the same number at every start of the server,
// so it is stored once.
func (s *Server) leftBehind(d event.Definition) (gap block.ServerGap, ok bool) {
	var a event.AttemptDef
	if json.Unmarshal(d.Body, &a) != nil {
		return gap, false
	}
	rec, err := event.ParseRecordingID(a.Recording)
	if err != nil {
		return gap, false
	}
	key, err := event.ParseKey(a.AttemptKey)
	if err != nil {
		return gap, false
	}
	s.mu.Lock()
	known := s.mu.processes[a.Process] != nil // and is watched like any other
	s.mu.Unlock()
	st := s.opt.Store.Attempt(rec, key)
	if known || st.Blocks == 0 || st.Ended || s.opt.Closed(a.Process) || s.opt.Foreign(rec) {
		return gap, false
	}
	return lostGap(attemptID{rec, key}, st.LastInv, st.WallMax, s.now(),
		fmt.Sprintf("the process of %s went while no server was there", clip(a.Task))), true
}

// lostGap is the gap of an attempt whose process went.
func lostGap(id attemptID, lastInv uint64, wallMax, nowUS int64, text string) block.ServerGap {
	return block.ServerGap{Recording: id.recording, Attempt: id.key, Detail: uint64(wallMax / 1_000_000), Body: event.GapBody{
		Reason: event.GapProcessLost, First: lastInv + 1, Last: lastInv + 1, FromUS: wallMax, ToUS: max(wallMax, nowUS), Text: text,
	}}
}
