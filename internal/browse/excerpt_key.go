package browse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// ofKey cuts out what the operator did under the key of the record, and the state that this began with. found is false when no recording
// says what the key was; reached tells whether a derived one has the invocation, so that the operator did nothing with its key there.
func (c *cutter) ofKey() (found, reached bool, err error) {
	for _, traced := range append([]Traced{{Recording: c.t.Recording}}, c.q.Traced...) {
		at := query.Position{Key: c.attempt, Invocation: c.out.Position.Invocation}
		keys, err := c.queries.KeysOf(c.ctx, traced.Recording, at.String(), c.head.Operator)
		switch {
		case err != nil && traced.Recording == c.t.Recording:
			return false, false, err
		case err != nil: // whose recording was removed, or does not know the attempt
			continue
		}
		for _, k := range keys {
			if k.Event.AttemptKey == c.attempt && k.Event.Invocation == at.Invocation {
				return true, true, c.underKey(traced, k)
			}
		}
		if traced.Recording != c.t.Recording {
			_, err := c.queries.At(c.ctx, traced.Recording, at)
			reached = reached || err == nil // else it ended before
		}
	}
	return false, reached, nil
}

// withoutKey takes the record alone, of an operator that touched nothing of its key's.
func (c *cutter) withoutKey(m *query.Moment) error {
	c.unproven("the operator touched no state and no timer at %s, so its key is not known: it begins with no state, and with this record alone", c.out.Position)
	last, err := c.step(m, nil)
	c.out.Steps = []ExcerptStep{last}
	return err
}

// keyedBefore is how many records of a key come before that of the position unless somebody says so.
const keyedBefore = 20

// underKey takes the steps under a key out of a recording at level trace.
func (c *cutter) underKey(from Traced, key query.KeyUse) (err error) {
	traced := from.Recording
	c.out.Traced, c.out.Keyed = traced, true
	if c.out.Inputs > 1 {
		c.unproven("state of the operator that is of no key, as broadcast state, begins empty")
	}
	if c.q.Before < 0 {
		c.q.Before = keyedBefore
	}
	if c.out.Key, err = c.value(key.Match.Bytes, c.event(key.Event).KeyView); err != nil {
		return err
	}
	visits, left, err := c.visits(traced, key.Match)
	if err != nil {
		return err
	}
	switch {
	case len(visits) == 0:
		return fmt.Errorf("%w: what %s did under its key at %s is not recorded", ErrNoExcerpt, c.out.Operator.Name, c.out.Position)
	case left > 0:
		c.unproven("%d earlier invocations under the key are left out; the state is what the first of those here found, as far as they looked at it", left)
	case from.Checkpoint > 0:
		c.unproven("what was replayed begins behind checkpoint %d; the state is what these invocations found, as far as they looked at it", from.Checkpoint)
	case c.parts.Restored > 0:
		c.unproven("the attempt was restored from checkpoint %d; the state is what these invocations found, as far as they looked at it", c.parts.Restored)
	}
	if err := c.told(traced); err != nil {
		return err
	}
	if err := c.start(visits); err != nil {
		return err
	}
	clocks, err := c.clocks(traced, visits[0].Position.Invocation)
	if err != nil {
		return err
	}
	for i := range visits {
		at := query.Position{Key: c.attempt, Invocation: visits[i].Position.Invocation}
		m, err := c.queries.At(c.ctx, c.t.Recording, at)
		if err != nil {
			return err
		}
		told, err := c.queries.At(c.ctx, traced, at)
		if err != nil {
			return err
		}
		s, err := c.step(&m, &told)
		if err != nil {
			return err
		}
		clocks.set(&s)
		if visits[i].Shared && underOthers(&told, key.Match.Bytes) {
			c.unproven("%s worked under other keys too: which of what it gave is of this one is not recorded", m.Position)
		}
		c.out.Steps = append(c.out.Steps, s)
	}
	return nil
}

// told says from where on the operator was at level trace, where that is not the attempt's beginning: what it did under the key before
// is in the state that the first step finds, and in nothing else.
func (c *cutter) told(rec event.RecordingID) error {
	scan, err := c.queries.Events(c.ctx, rec, query.EventQuery{AttemptKey: c.attempt, Lanes: []event.Lane{event.LaneDet}, Kinds: []event.Kind{event.KindLevel}})
	if err != nil {
		return err
	}
	since := uint64(0)
	for e, err := range scan.All(c.ctx) {
		switch {
		case err != nil:
			return err
		case e.Kind != event.KindLevel || e.Invocation > c.out.Position.Invocation:
		case !headTraced(e.Text):
			since = 0
		case since == 0:
			since = e.Invocation
		}
	}
	if since > 1 {
		c.unproven("what the operator did is told from invocation %d on: what it did under the key before shows in the state alone, as far as these invocations looked at it", since)
	}
	return nil
}

// headTraced reads the text of a row of kind level (spec/recording.md, section 7).
func headTraced(text string) bool {
	_, words, _ := strings.Cut(text, ";")
	word, _, _ := strings.Cut(words, ",")
	word, _, _ = strings.Cut(word, ";")
	return word == "trace" || strings.HasPrefix(word, "trace+") || strings.HasPrefix(word, "trace/") || strings.HasPrefix(word, "trace*")
}

// underOthers tells whether an invocation worked under other keys too; that the backend cleaned up behind them is no work.
func underOthers(m *query.Moment, key event.Payload) bool {
	return worksUnder(m, func(of event.Payload) bool { return !of.Equal(key) })
}

func worksUnder(m *query.Moment, is func(key event.Payload) bool) bool {
	return slices.ContainsFunc(m.Steps, func(e query.Event) bool {
		return !e.Key.Null() && is(e.Key) && e.What != callCleanup && (e.Lane.Base() == event.LaneState || e.Lane.Base() == event.LaneTrace)
	})
}

// worked tells whether an invocation did something under the key. Where the backend cleaned up behind another key it came by this one too:
// its record is the other key's.
func (c *cutter) worked(traced event.RecordingID, v *query.KeyVisit, key event.Payload) (bool, error) {
	if !v.Shared {
		return true, nil
	}
	m, err := c.queries.At(c.ctx, traced, query.Position{Key: c.attempt, Invocation: v.Position.Invocation})
	if err != nil {
		return false, err
	}
	return isOf(&m, key), nil
}

// isOf tells whether what an invocation did was for a key, as far as it was for any.
func isOf(m *query.Moment, key event.Payload) bool {
	return worksUnder(m, func(of event.Payload) bool { return of.Equal(key) }) || !underOthers(m, key)
}

// visits are the invocations of the attempt under the key up to the position, and how many before them are left out.
func (c *cutter) visits(traced event.RecordingID, key query.KeyMatch) (list []query.KeyVisit, left int, err error) {
	q := query.KeyQuery{Keys: []query.KeyMatch{key}, Operator: c.head.Operator, Limit: 500}
	for {
		h, err := c.queries.KeyHistory(c.ctx, traced, q)
		if err != nil {
			return nil, 0, err
		}
		over := h.Progress.Next == ""
		for _, v := range h.Visits {
			switch {
			case v.AttemptKey != c.attempt:
			case v.Position.Invocation > c.out.Position.Invocation:
				over = true
			default:
				mine, err := c.worked(traced, &v, key.Bytes)
				if err != nil {
					return nil, 0, err
				}
				if mine {
					list = append(list, v)
				}
			}
		}
		slices.SortFunc(list, func(a, b query.KeyVisit) int { return cmp.Compare(a.Position.Invocation, b.Position.Invocation) })
		if n := len(list) - c.q.Before - 1; n > 0 {
			list, left = slices.Delete(list, 0, n), left+n
		}
		if over {
			return list, left, nil
		}
		q.After = h.Progress.Next
	}
}

// clocks are readings of the runtime's clocks in an attempt, by invocation.
type clocks struct{ runtime, timeToLive []reading }

type reading struct {
	invocation uint64
	ms         int64
}

// clocks goes through the readings of an attempt. Of those up to the invocation first only the last is kept.
func (c *cutter) clocks(rec event.RecordingID, first uint64) (out clocks, err error) {
	add := func(list *[]reading, e *query.Event) {
		if e.Invocation <= first {
			*list = (*list)[:0]
		}
		*list = append(*list, reading{e.Invocation, e.Number})
	}
	scan, err := c.queries.Events(c.ctx, rec, query.EventQuery{
		AttemptKey: c.attempt, Lanes: []event.Lane{event.LaneEnv}, Kinds: []event.Kind{event.KindEnvRead}, Payload: true,
		Want: func(e *query.Event) bool { return e.What == envRuntimeClock || e.What == envTimeToLive },
	})
	if err != nil {
		return out, err
	}
	for e, err := range scan.All(c.ctx) {
		switch {
		case err != nil:
			return out, err
		case e.Kind != event.KindEnvRead || e.Invocation > c.out.Position.Invocation:
		case e.What == envRuntimeClock:
			add(&out.runtime, &e)
		case e.What == envTimeToLive:
			add(&out.timeToLive, &e)
		}
	}
	return out, nil
}

// set gives a step the clocks that it read: a reading stands until the next one.
func (c *clocks) set(s *ExcerptStep) {
	at := func(list []reading) (found reading) {
		for _, r := range list {
			if r.invocation <= s.Position.Invocation && r.invocation >= found.invocation {
				found = r
			}
		}
		return found
	}
	s.TimeToLive = at(c.timeToLive).ms
	switch r := at(c.runtime); {
	case r.invocation == s.Position.Invocation:
		s.Clock = r.ms
	case s.TimeToLive > 0:
		s.Clock = s.TimeToLive
	}
	if s.Processing && s.Timer.Known() {
		s.Clock = max(s.Clock, int64(s.Timer))
	}
}
