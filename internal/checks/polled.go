package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
)

// polled judges what is about times and settings rather than about records.
// caught: everything that the topic has was read.
func (w *worker) polled(ctx context.Context, now time.Time, caught bool, c *change) {
	for _, h := range w.holds {
		for i := range h.stream.Checks {
			k := &h.stream.Checks[i]
			newest := max(w.newest, w.leapt) // what was passed over is no newer than that
			if newest == 0 {
				newest = h.began
			}
			age := now.Sub(time.UnixMilli(newest))
			switch k.Kind {
			case contract.Freshness, contract.Frequency:
				if !caught {
					continue // the newest that was read is not the newest that there is
				}
				w.stands(h, i, age <= k.Within, fmt.Sprintf("the newest record is %s old", age.Round(time.Second)), c)
			case contract.Retention:
				if w.settings(ctx, now) {
					w.stands(h, i, w.retention < 0 || w.retention >= k.Within, fmt.Sprintf("the topic's retention is %s", w.retention), c)
				}
			case contract.Ownership:
				w.stands(h, i, len(h.whole.Owners) > 0, "the contract names nobody of a team", c)
			case contract.Support:
				w.stands(h, i, len(h.whole.Support) > 0, "the contract names no channel", c)
			}
		}
	}
}

// stands opens or closes the violation of a check that either holds now or does not.
func (w *worker) stands(h *hold, check int, holds bool, detail string, c *change) {
	key := violationKey{check: check, part: -1}
	v := h.open[key]
	switch {
	case holds && v != nil && now(v, c):
		h.end(key, c)
	case holds || v != nil && c.now.Sub(v.Seen) < time.Minute:
	default:
		v := h.violation(key, w, c)
		v.Count, v.Seen, v.dirty, v.Hints.Detail = v.Count+1, c.now, true, detail
		if k := h.stream.Checks[check].Kind; (k == contract.Freshness || k == contract.Frequency) && w.newest > 0 && w.leapt == 0 && v.First < 0 {
			v.Partition, v.First, v.Last = w.newestAt.part, w.newestAt.offset, w.newestAt.offset
		}
	}
}

// now says whether a violation may close: one that a record opened in this round is told first.
func now(v *violation, c *change) bool { return v.Seen.Before(c.now) }

// settings asks for the topic's settings, once a minute; false: they are not known.
func (w *worker) settings(ctx context.Context, now time.Time) bool {
	if !w.kept.IsZero() && now.Sub(w.kept) < time.Minute {
		return w.retention != 0
	}
	w.kept = now
	t, err := w.cluster.Kafka.Topic(ctx, w.topic)
	if err != nil {
		return false
	}
	w.retention = t.Retention
	if t.Cleanup == "compact" {
		w.retention = -1
	}
	return w.retention != 0
}
