package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// KeyQuery asks for all that happened under a key.
type KeyQuery struct {
	KeyName
	From, To Wall
	Order    query.Order
	After    Cursor
	Limit    int
}

// KeyHistory is what happened under a key, rendered.
type KeyHistory struct {
	KeySearch
	Visits   []KeyVisit
	Progress Progress
	Notes    []Note
}

// KeyVisit is one invocation that worked under the key.
type KeyVisit struct {
	query.KeyVisit         // without events
	Invocation, Input      *Event
	Steps, Outputs, Writes []Event
}

// historyBlocks bounds how many blocks are decoded for a page of a history.
const historyBlocks = 4000

// KeyHistory lists the invocations that worked under a key. Without a key that fits, Keys is empty and Notes say what is not
// recorded.
func (b *Browser) KeyHistory(ctx context.Context, who access.Principal, t Target, q KeyQuery) (KeyHistory, error) {
	end, err := b.begin(ctx, who, t, rangesOfKey("key history", q.KeyName), filterOfKey(q.KeyName))
	if err != nil {
		return KeyHistory{}, err
	}
	out, n, err := b.keyHistory(ctx, b.renderer(ctx, who, listShape), t, q)
	if err2 := end(n, err); err == nil {
		err = err2
	}
	if err != nil {
		return KeyHistory{}, err
	}
	return out, nil
}

func (b *Browser) keyHistory(ctx context.Context, r renderer, t Target, q KeyQuery) (out KeyHistory, events int, err error) {
	if out.KeySearch, err = b.findKeys(ctx, r, t, q.KeyName); err != nil {
		return out, 0, err
	}
	if len(out.Keys) == 0 {
		out.Progress.Complete = out.Complete
		out.Notes, err = b.queries.KeyCoverage(ctx, t.Recording, q.Operator)
		return out, 0, err
	}
	h, err := b.queries.KeyHistory(ctx, t.Recording, query.KeyQuery{
		Keys: matches(out.Keys), Operator: q.Operator, From: q.From, To: q.To, Order: q.Order, After: q.After, Limit: q.Limit, MaxBlocks: historyBlocks,
	})
	if err != nil {
		return out, 0, err
	}
	out.Progress, out.Notes = h.Progress, h.Notes
	for _, v := range h.Visits {
		shown := KeyVisit{KeyVisit: v, Invocation: r.optional(v.Invocation), Input: r.optional(v.Input), Steps: r.all(v.Steps),
			Outputs: r.all(v.Outputs), Writes: r.all(v.Writes)}
		shown.KeyVisit.Invocation, shown.KeyVisit.Input = nil, nil
		shown.KeyVisit.Steps, shown.KeyVisit.Outputs, shown.KeyVisit.Writes = nil, nil, nil
		if err := r.changes(t, shown.Outputs, false); err != nil {
			return out, 0, err
		}
		events += 1 + len(shown.Steps) + len(shown.Outputs) + len(shown.Writes)
		out.Visits = append(out.Visits, shown)
	}
	return out, events, nil
}

// StateQuery asks for the values that states had under a key.
type StateQuery struct {
	KeyName
	State string // its name; empty = any
	At    When
}

// StateHistory is every version of a key's states, rendered.
type StateHistory struct {
	KeySearch
	query.StateHistory // without cells
	Cells              []StateCell
}

// StateCell is one value under the key.
type StateCell struct {
	Operator  OperatorRef
	Name      string
	Kind      string
	Backend   string
	TTLMS     int64
	Namespace *access.View
	MapKey    *access.View
	Versions  []StateVersion
	Current   int // -1 = none
}

// StateVersion is a value from one change to the next.
type StateVersion struct {
	query.StateVersion
	Event Event
	Input *Event
}

// StateHistory lists the versions of a key's states and which were in force at the moment.
func (b *Browser) StateHistory(ctx context.Context, who access.Principal, t Target, q StateQuery) (StateHistory, error) {
	end, err := b.begin(ctx, who, t, rangesOfKey("states of a key", q.KeyName), filterOfKey(q.KeyName))
	if err != nil {
		return StateHistory{}, err
	}
	out, n, err := b.stateHistory(ctx, b.renderer(ctx, who, listShape), t, q)
	if err2 := end(n, err); err == nil {
		err = err2
	}
	if err != nil {
		return StateHistory{}, err
	}
	return out, nil
}

func (b *Browser) stateHistory(ctx context.Context, r renderer, t Target, q StateQuery) (out StateHistory, versions int, err error) {
	if out.KeySearch, err = b.findKeys(ctx, r, t, q.KeyName); err != nil {
		return out, 0, err
	}
	if len(out.Keys) == 0 {
		out.Progress.Complete = out.Complete
		out.Notes, err = b.queries.KeyCoverage(ctx, t.Recording, q.Operator)
		return out, 0, err
	}
	h, err := b.queries.StateHistory(ctx, t.Recording, query.StateQuery{
		Keys: matches(out.Keys), Operator: q.Operator, State: q.State, At: q.At, MaxBlocks: historyBlocks,
	})
	if err != nil {
		return out, 0, err
	}
	out.StateHistory = h
	out.StateHistory.Cells = nil
	inputs := make(map[*query.Event]*Event)
	for i := range h.Cells {
		c := &h.Cells[i]
		shown := StateCell{Operator: c.Operator, Current: c.Current}
		if c.State != nil {
			shown.Name, shown.Kind, shown.Backend, shown.TTLMS = c.State.Name, c.State.Kind, c.State.Backend, c.State.TTLMS
		}
		for _, v := range c.Versions {
			x := StateVersion{StateVersion: v, Event: r.event(v.Event)}
			if v.Input != nil {
				if inputs[v.Input] == nil {
					inputs[v.Input] = r.optional(v.Input)
				}
				x.Input = inputs[v.Input]
			}
			if a := x.Event.Access; a != nil {
				shown.Namespace, shown.MapKey = a.Namespace, a.MapKey
			}
			shown.Versions = append(shown.Versions, x)
		}
		versions += len(shown.Versions)
		out.Cells = append(out.Cells, shown)
	}
	return out, versions, nil
}
