package query

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Channels compares both ends of every channel at every barrier. Errors: ErrNotFound.
func (e *Engine) Channels(ctx context.Context, rec event.RecordingID) (ChannelReport, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return ChannelReport{}, err
	}
	defer v.close()
	m := v.model
	m.mu.Lock()
	defer m.mu.Unlock()
	r := ChannelReport{ChannelTotals: m.checks.total()}
	for _, c := range m.checks.channels {
		item := c.result
		item.Partition, item.Subpartition = c.partition, c.index
		item.To = v.end(c.consumer)
		item.From = ChannelEnd{Subtask: -1, Attempt: -1}
		if def := v.cat.partitions[c.partition]; def != nil {
			item.Edge = def.Dataset
			if key, err := event.ParseKey(def.Attempt); err == nil {
				item.From = v.end(key)
			}
		}
		r.Items = append(r.Items, item)
	}
	slices.SortFunc(r.Items, func(a, b ChannelCheck) int {
		return cmp.Or(cmp.Compare(a.From.Task, b.From.Task), cmp.Compare(a.Edge, b.Edge), cmp.Compare(a.To.Task, b.To.Task),
			cmp.Compare(a.From.Attempt, b.From.Attempt), cmp.Compare(a.From.Subtask, b.From.Subtask),
			cmp.Compare(a.To.Subtask, b.To.Subtask), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Subpartition, b.Subpartition))
	})
	return r, nil
}

func (v *view) end(key event.Key) ChannelEnd {
	end := ChannelEnd{AttemptKey: key, Subtask: -1, Attempt: -1}
	if a := v.cat.attempts[key]; a != nil {
		end.Task, end.Vertex, end.Subtask, end.Attempt = a.Task, a.Vertex, a.Subtask, a.Attempt
	}
	return end
}
