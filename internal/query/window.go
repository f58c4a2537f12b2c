package query

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Window is the stretch of a recording that can be replayed and holds what was asked for: it begins when the checkpoint whose state a
// replay begins with was triggered, and ends when the next one after it was completed.
type Window struct {
	From, To Wall // 0 = from the beginning, to the end
	Open     bool // no checkpoint behind it is completed yet, and the job goes on
}

// Window widens [from, to] to the completed checkpoints around it; 0 leaves an end open. ErrNotFound.
func (e *Engine) Window(ctx context.Context, rec event.RecordingID, from, to Wall) (Window, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Window{}, err
	}
	defer v.close()
	s, err := v.scan(EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindJobCheckpoint}})
	if err != nil {
		return Window{}, err
	}
	w := Window{}
	for ev, err := range s.events(ctx, v) {
		if err != nil {
			return Window{}, fmt.Errorf("looking for checkpoints: %w", err)
		}
		var b struct {
			Phase      string `json:"phase"`
			AtUS       int64  `json:"at_us"`
			DurationMS int64  `json:"duration_ms"`
		}
		if ev.Kind != event.KindJobCheckpoint || json.Unmarshal(ev.Body, &b) != nil || b.Phase != "completed" {
			continue
		}
		done := Wall(b.AtUS)
		if done == 0 {
			done = ev.Wall
		}
		triggered := done - Wall(time.Duration(b.DurationMS)*time.Millisecond/time.Microsecond)
		if from != 0 && triggered <= from {
			w.From = max(w.From, triggered)
		}
		if to != 0 && triggered >= to && (w.To == 0 || done < w.To) {
			w.To = done
		}
	}
	if to != 0 && w.To == 0 {
		v.model.mu.Lock()
		w.Open = !terminal(v.model.log.state)
		v.model.mu.Unlock()
	}
	return w, nil
}
