package query

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
)

// undo marks the versions that a restart went back behind: those of an attempt that were written after the checkpoint which the
// next attempt of the subtask began with, or, where the job was rescaled, which any of the next ones did.
func (v *view) undo(ctx context.Context, cells []StateCell) error {
	type restart struct {
		from  event.Key
		at    Wall
		keeps uint64 // the last invocation that counts
	}
	restarts := make(map[string][]restart) // by operator
	for i := range cells {
		c := &cells[i]
		id := c.Operator.ID
		if _, known := restarts[id]; !known {
			restarts[id] = nil
			for key, a := range v.cat.attempts {
				index := a.indexOf(id)
				if index < 0 {
					continue
				}
				origins, _, err := v.stateOrigins(ctx, key, index)
				if err != nil {
					return err
				}
				for old, b := range v.cat.attempts {
					if old == key || b.indexOf(id) < 0 || b.Parallelism == a.Parallelism && b.Subtask != a.Subtask || v.began(old) >= v.began(key) {
						continue
					}
					r := restart{from: old, at: v.began(key)}
					earlier := false // it handed its state on to the one that this one began with
					for _, o := range origins {
						if o.attempt == old {
							r.keeps = o.last
						}
						earlier = earlier || v.began(old) < v.began(o.attempt)
					}
					if r.keeps > 0 || !earlier {
						restarts[id] = append(restarts[id], r)
					}
				}
			}
		}
		for n := range c.Versions {
			x := &c.Versions[n]
			for _, r := range restarts[id] {
				if r.from == x.Event.AttemptKey && x.Event.Invocation > r.keeps && r.at > x.Event.Wall && (x.Undone == 0 || r.at < x.Undone) {
					x.Undone = r.at
				}
			}
			if x.Undone != 0 && (x.Until == 0 || x.Undone < x.Until) {
				x.Until = x.Undone
			}
		}
	}
	return nil
}

// began is when the attempt was seen first, 0 = never.
func (v *view) began(key event.Key) Wall {
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	if t := v.model.tallies[key]; t != nil {
		return t.firstSeen
	}
	return 0
}
