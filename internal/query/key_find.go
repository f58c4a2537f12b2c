package query

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// KeyType is a type of key that operators have.
type KeyType struct {
	Serializer event.DefinitionID
	Fields     []string      // names of its fields, as far as the plan has them
	Operators  []OperatorRef // that have it
}

// KeyTypes lists the types of the keys of an operator, empty = of all, by serializer. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) KeyTypes(ctx context.Context, rec event.RecordingID, operator string) ([]KeyType, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	wanted := ""
	if operator != "" {
		op, err := v.cat.operatorNamed(operator)
		if err != nil {
			return nil, err
		}
		wanted = op.id
	}
	types := make(map[event.DefinitionID]*KeyType)
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		a := v.cat.attempts[key]
		for i := range a.chain {
			def := a.def(i)
			if def == nil || wanted != "" && def.Operator != wanted {
				continue
			}
			id, err := event.ParseDefinitionID(def.Key)
			if def.Key == "" || err != nil {
				continue
			}
			t := types[id]
			if t == nil {
				t = &KeyType{Serializer: id}
				types[id] = t
			}
			if len(t.Fields) == 0 {
				t.Fields = v.cat.keyFields(key, i)
			}
			if ref := a.operator(i); !slices.ContainsFunc(t.Operators, func(o OperatorRef) bool { return o.ID == ref.ID }) {
				t.Operators = append(t.Operators, ref)
			}
		}
	}
	// What tasks said of their states counts too: their descriptions come apart from those of the operators.
	for _, def := range v.cat.states {
		if id, err := event.ParseDefinitionID(def.Key); def.Key != "" && err == nil && types[id] == nil {
			types[id] = &KeyType{Serializer: id}
		}
	}
	list := make([]KeyType, 0, len(types))
	for _, id := range slices.Sorted(maps.Keys(types)) {
		t := types[id]
		slices.SortFunc(t.Operators, func(a, b OperatorRef) int { return cmp.Compare(a.Slug, b.Slug) })
		list = append(list, *t)
	}
	return list, nil
}

// KeyUse is a key and a row that is about it, with payload.
type KeyUse struct {
	Match KeyMatch
	Event Event
}

// KeySearch goes through the keys that were used.
type KeySearch struct {
	Serializer event.DefinitionID // of the keys
	Operator   string             // empty = any
	Keys       []KeyMatch         // these alone
	MaxBlocks  int                // 0 = no bound
	Unaided    bool               // see EventQuery
}

// maxDistinctKeys bounds what a search remembers.
const maxDistinctKeys = 1 << 18

// KeysUsed yields each key once, in the order of its first use. done tells after the end how far it came.
func (e *Engine) KeysUsed(ctx context.Context, rec event.RecordingID, q KeySearch) (keys iter.Seq2[KeyUse, error], done func() Progress, err error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, nil, err
	}
	defer v.close()
	s, err := v.scan(EventQuery{Operator: q.Operator, Keys: q.Keys, Lanes: []event.Lane{event.LaneTrace, event.LaneState}, MaxBlocks: q.MaxBlocks, Payload: true,
		Unaided: q.Unaided})
	if err != nil {
		return nil, nil, err
	}
	scan := &Scan{engine: e, rec: rec, scan: s}
	return func(yield func(KeyUse, error) bool) {
		seen, n := make(map[uint32][]event.Payload), 0
		for ev, err := range scan.All(ctx) {
			if err != nil {
				yield(KeyUse{}, err)
				return
			}
			use, ok := keyUse(&ev)
			if !ok || use.Match.Serializer != q.Serializer {
				continue
			}
			mark := markOf(ev.Key)
			if slices.ContainsFunc(seen[mark], ev.Key.Equal) {
				continue
			}
			seen[mark] = append(seen[mark], ev.Key)
			if n++; !yield(use, nil) || n == maxDistinctKeys {
				return
			}
		}
	}, scan.Progress, nil
}

// keyUse is the key that a row is about.
func keyUse(ev *Event) (use KeyUse, ok bool) {
	if ev.Key.Null() || ev.State == nil || ev.Lane != event.LaneState && ev.Lane != event.LaneTrace {
		return use, false
	}
	id, err := event.ParseDefinitionID(ev.State.Key)
	return KeyUse{Match: KeyMatch{Serializer: id, Bytes: ev.Key}, Event: *ev}, err == nil && ev.State.Key != ""
}

// maxKeySteps bounds how far the key of a record is looked for.
const maxKeySteps = 64

// KeysOf lists the keys under which a record, or the invocation at a position, was worked on: where it was taken in, or, where no
// operator has a key there, by those who took in what became of it. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) KeysOf(ctx context.Context, rec event.RecordingID, record, operator string) ([]KeyUse, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	wanted := ""
	if operator != "" {
		op, err := v.cat.operatorNamed(operator)
		if err != nil {
			return nil, err
		}
		wanted = op.id
	}
	first, err := v.takenIn(ctx, record)
	if err != nil {
		return nil, err
	}
	var found []KeyUse
	queue, met := []InvocationOf{first}, map[InvocationOf]bool{first: true}
	for steps := 0; len(queue) > 0 && len(found) == 0 && steps < maxKeySteps; steps++ {
		of := queue[0]
		queue = queue[1:]
		if err := v.keysIn(ctx, of, wanted, &found); err != nil {
			return nil, fmt.Errorf("looking for the key of %s: %w", record, err)
		}
		next, err := v.takers(ctx, of)
		if err != nil {
			return nil, fmt.Errorf("looking for the key of %s: %w", record, err)
		}
		for _, n := range next {
			if !met[n] {
				met[n] = true
				queue = append(queue, n)
			}
		}
	}
	return found, nil
}

// keysIn adds the keys that an invocation worked under. What the backend cleaned up meanwhile is of any keys that its pointer came by.
func (v *view) keysIn(ctx context.Context, of InvocationOf, wanted string, found *[]KeyUse) error {
	for _, lane := range []event.Lane{event.LaneState, event.LaneTrace} {
		var failed error
		_, err := v.all(ctx, lane, of.Attempt, of.Invocation, isStep, func(s spot) bool {
			var ev Event
			if ev, failed = v.eventAt(ctx, s.ref, s.f, s.row, 0, false, true); failed != nil {
				return false
			}
			use, ok := keyUse(&ev)
			ok = ok && (ev.Kind != event.KindStateExpired || ev.What != callCleanup)
			if ok && (wanted == "" || ev.Operator.ID == wanted) && !slices.ContainsFunc(*found, func(k KeyUse) bool {
				return k.Match.Serializer == use.Match.Serializer && k.Match.Bytes.Equal(use.Match.Bytes)
			}) {
				*found = append(*found, use)
			}
			return len(*found) < maxKeySteps
		})
		if err := firstError(err, failed); err != nil {
			return err
		}
	}
	return nil
}

// takers are the invocations that took in what an invocation sent.
func (v *view) takers(ctx context.Context, of InvocationOf) (list []InvocationOf, err error) {
	var sent []event.Element
	isRecord := func(k event.Kind) bool { return k == event.KindRecord }
	if _, err := v.all(ctx, event.LaneOut, of.Attempt, of.Invocation, isRecord, func(s spot) bool {
		if e, _, ok := s.f.element(s.row); ok {
			sent = append(sent, e)
		}
		return len(sent) < maxKeySteps
	}); err != nil {
		return nil, err
	}
	for _, e := range sent {
		for _, ref := range v.snap.Element(e, true) {
			f, err := v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return nil, err
			}
			if row, offset, ok := f.consumed(e); ok {
				list = append(list, InvocationOf{f.h.Attempt, f.r.Inv[row] + offset})
			}
		}
	}
	return list, nil
}
