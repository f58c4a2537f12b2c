package browse

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// maxOtherInput is how many records of the other input an excerpt takes.
const maxOtherInput = 200

// ofInput cuts out of an operator without keys: its state at the last checkpoint before, all that came into the other input since,
// which is what it knows, and so many records of the input as are wanted.
func (c *cutter) ofInput(m *query.Moment) error {
	from, err := c.snapshot()
	if err != nil {
		return err
	}
	last, err := c.step(m, nil)
	if err != nil {
		return err
	}
	steps, left := []ExcerptStep{last}, 0
	records, others := 0, 0
	more, err := c.backwards(from, func(before *query.Moment) (more bool, err error) {
		input := c.inputOf(before)
		switch {
		case input == last.Input && records == max(c.q.Before, 0) || input != last.Input && others == maxOtherInput:
			left++
			return c.out.Inputs > 1, nil
		case input == last.Input:
			records++
		default:
			others++
		}
		s, err := c.step(before, nil)
		if err == nil {
			steps = append(steps, s)
		}
		return true, err
	})
	if err != nil {
		return err
	}
	slices.Reverse(steps)
	c.out.Steps = steps
	switch {
	case more:
		c.unproven("records that the operator took in before are not in it: what it keeps of them beyond its state at the start is missing")
	case left > 0:
		c.unproven("%d records that the operator took in between its start and the last step are not in it: what it keeps of them is missing", left)
	}
	return nil
}

// maxLooked is how many elements are looked at to find those of the other input: each costs a look at its sender.
const maxLooked = 5000

// backwards goes through the records that the operator took in before the position, newest first, down to the invocation from, until
// take has enough. more: it did not come that far.
func (c *cutter) backwards(from uint64, take func(*query.Moment) (bool, error)) (more bool, err error) {
	scan, err := c.queries.Events(c.ctx, c.t.Recording, query.EventQuery{
		AttemptKey: c.attempt, Lanes: []event.Lane{event.LaneDet}, Kinds: []event.Kind{event.KindElements}, Expand: true, Order: query.Descending,
	})
	if err != nil {
		return false, err
	}
	looked := 0
	for e, err := range scan.All(c.ctx) {
		switch {
		case err != nil:
			return false, err
		case e.Invocation >= c.out.Position.Invocation || e.Kind != event.KindElements:
			continue
		case e.Invocation <= from:
			return false, nil
		case looked == maxLooked:
			return true, nil
		}
		looked++
		m, err := c.queries.At(c.ctx, c.t.Recording, query.Position{Key: c.attempt, Invocation: e.Invocation})
		if err != nil {
			return false, err
		}
		if m.Input != nil && m.Input.Kind != event.KindRecord {
			continue // a watermark
		}
		if m.Input == nil {
			c.unproven("%s is not in it: %s", m.Position, m.InputNote)
			continue
		}
		if goOn, err := take(&m); err != nil || !goOn {
			return !goOn, err
		}
	}
	return false, nil
}

// snapshot finds the state to begin with, and the invocation behind which it is.
func (c *cutter) snapshot() (from uint64, err error) {
	scan, err := c.queries.Events(c.ctx, c.t.Recording, query.EventQuery{
		AttemptKey: c.attempt, Lanes: []event.Lane{event.LaneDet}, Kinds: []event.Kind{event.KindCheckpoint},
	})
	if err != nil {
		return 0, err
	}
	taken := make(map[uint64]uint64)
	for e, err := range scan.All(c.ctx) {
		if err != nil {
			return 0, err
		}
		if e.Kind == event.KindCheckpoint && e.Invocation < c.out.Position.Invocation {
			taken[e.Checkpoint] = e.Invocation
		}
	}
	rows, err := c.queries.Events(c.ctx, c.t.Recording, query.EventQuery{
		AttemptKey: c.attempt, Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindSnapshot, event.KindRestored}, Payload: true,
	})
	if err != nil {
		return 0, err
	}
	var state event.Payload
	for e, err := range rows.All(c.ctx) {
		if err != nil {
			return 0, err
		}
		var body struct {
			Checkpoint uint64 `json:"checkpoint"`
		}
		if json.Unmarshal(e.Body, &body) != nil || e.Value.Null() {
			continue
		}
		inv, ok := taken[body.Checkpoint]
		if e.Kind == event.KindRestored || ok && inv >= from {
			from, state, c.out.Checkpoint = inv, e.Value, body.Checkpoint
		}
	}
	if state.Null() {
		if c.parts.Restored > 0 {
			c.unproven("the attempt was restored from checkpoint %d, whose state is not recorded: it begins with none", c.parts.Restored)
		}
		return 0, nil
	}
	raw, err := c.raw(state)
	if err != nil {
		return 0, err
	}
	if bytes.Contains(raw.Bytes(), []byte("FileStateHandle")) {
		c.unproven("the state at checkpoint %d lies in files of the cluster, which are not part of the recording: it begins with none", c.out.Checkpoint)
		c.out.Checkpoint = 0
		return from, nil
	}
	c.out.State = &raw
	return from, nil
}
