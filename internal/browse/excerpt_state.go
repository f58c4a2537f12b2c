package browse

import (
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// start finds what states and timers of the key were before the first visit: what the first look at each place found there.
func (c *cutter) start(visits []query.KeyVisit) error {
	places, timers := make(map[string]bool), make(map[string]bool)
	for i := range visits {
		for _, e := range visits[i].Steps {
			if e.State == nil {
				continue
			}
			var err error
			switch e.Lane.Base() {
			case event.LaneState:
				err = c.place(&e, places)
			case event.LaneTrace:
				err = c.timer(&e, timers)
			}
			if err != nil {
				return err
			}
		}
		if visits[i].More {
			c.unproven("%s did more with its state than is shown of one invocation", visits[i].Position)
		}
	}
	return nil
}

// place takes the first row about a place of a state.
func (c *cutter) place(e *query.Event, seen map[string]bool) error {
	bytes := func(p event.Payload) (string, error) {
		r, err := c.raw(p)
		return string(r.Bytes()), err
	}
	if e.Kind == event.KindStateRead && (e.What == callContains || e.What == callIsEmpty || e.What == callEntries && e.MapKey.Null()) {
		return nil // says nothing of a value
	}
	namespace, err := bytes(e.Namespace)
	if err != nil {
		return err
	}
	key, err := bytes(e.MapKey)
	if err != nil {
		return err
	}
	id := e.State.Name + "\x00" + namespace + "\x00" + key
	if seen[id] {
		return nil
	}
	seen[id] = true
	found, expires := e.Before, e.Number
	view := c.event(*e).Access
	switch {
	case e.Kind == event.KindStateRead:
		found, expires = e.Value, int64(e.Time)
	case e.Kind == event.KindStateExpired:
		expires = int64(e.Time)
	case e.Kind == event.KindStateWritten && e.What == callAdd && found.Null() && e.State.Kind == "list":
		c.unproven("what list %s held before %s is not recorded: it begins empty", e.State.Name, e.Position)
	}
	if e.Text != "" {
		c.unproven("what %s held before %s is not recorded (%s): it begins empty", e.State.Name, e.Position, e.Text)
		return nil
	}
	if found.Null() {
		return nil
	}
	cell := ExcerptCell{State: e.State.Name}
	shown := view.Before
	if e.Kind == event.KindStateRead {
		shown = view.After
	}
	v, err := c.value(found, shown)
	if err != nil {
		return err
	}
	cell.Value = *v
	if cell.Namespace, err = c.namespace(e, view); err != nil {
		return err
	}
	if cell.MapKey, err = c.value(e.MapKey, view.MapKey); err != nil {
		return err
	}
	if e.State.TTLMS > 0 && EventTime(expires).Known() {
		cell.Written = expires - e.State.TTLMS
	}
	c.out.Cells = append(c.out.Cells, cell)
	return nil
}

// namespace is that of a row; nil for the one that stands for none.
func (c *cutter) namespace(e *query.Event, a *StateAccess) (*ExcerptValue, error) {
	if a == nil || a.Namespace == nil || a.Namespace.Type == "VoidNamespace" {
		return nil, nil
	}
	return c.value(e.Namespace, a.Namespace)
}

// timer takes the first row about a timer: one that fires or is deleted without having been registered here was there before.
func (c *cutter) timer(e *query.Event, seen map[string]bool) error {
	switch e.Kind {
	case event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired:
	default:
		return nil
	}
	raw, err := c.raw(e.Namespace)
	if err != nil {
		return err
	}
	t := ExcerptTimer{Service: e.State.Name, Event: e.Flags == 1, Time: e.Time}
	id := t.Service + "\x00" + instant(t.Time) + "\x00" + string(raw.Bytes())
	if seen[id] {
		return nil
	}
	if seen[id] = true; e.Kind == event.KindTimerRegistered {
		return nil
	}
	if t.Namespace, err = c.namespace(e, c.event(*e).Access); err != nil {
		return err
	}
	if t.Namespace != nil && c.event(*e).Access.Namespace.Type != "TimeWindow" {
		c.unproven("a timer for %s of service %s was there before, and cannot be set", instant(t.Time), t.Service)
		return nil
	}
	c.out.Timers = append(c.out.Timers, t)
	return nil
}
