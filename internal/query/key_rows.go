package query

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// KeyMatch is a key as the rows of lanes trace and state have it: its bytes, and the serializer that wrote them, since two types
// may have the same bytes.
type KeyMatch struct {
	Serializer event.DefinitionID // 0 = any
	Bytes      event.Payload
	State      string // rows of this state alone; empty = any
}

// keySelection says by the definition of a state which keys are wanted of it.
type keySelection map[event.DefinitionID][]event.Payload

func (c *catalogue) keySelection(keys []KeyMatch) keySelection {
	s := make(keySelection)
	for id, def := range c.states {
		serializer, err := event.ParseDefinitionID(def.Key)
		for _, k := range keys {
			if (k.Serializer == 0 || err == nil && serializer == k.Serializer) && (k.State == "" || k.State == def.Name) {
				s[id] = append(s[id], k.Bytes)
			}
		}
	}
	return s
}

// mayBeIn tells by the definitions that a header names whether the block may have a row of a wanted state.
func (s keySelection) mayBeIn(h *block.Header) bool {
	if lane := h.Lane.Base(); lane != event.LaneTrace && lane != event.LaneState {
		return false
	}
	return slices.ContainsFunc(h.Zones.Definitions, func(id event.DefinitionID) bool { return s[id] != nil })
}

// wants compares by bytes.
func (s keySelection) wants(state event.DefinitionID, key event.Payload) bool {
	return !key.Null() && slices.ContainsFunc(s[state], func(p event.Payload) bool { return p.Equal(key) })
}

// ofKeys keeps the rows that are about a wanted key. Payloads are decoded only of blocks in which a hash of one occurs. A block
// whose payloads cannot be read has none, and is noted in v.rotten.
func (v *view) ofKeys(ctx context.Context, ref store.Ref, f *frame, rows []rowKey, s keySelection) ([]rowKey, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	marks, err := v.engine.keyMarks.of(ctx, v, ref)
	if err != nil {
		if unreadable(err) {
			return nil, nil
		}
		return nil, err
	}
	wanted := make(map[uint32]bool)
	for _, keys := range s {
		for _, k := range keys {
			wanted[markOf(k)] = true
		}
	}
	if rows = slices.DeleteFunc(rows, func(k rowKey) bool { return !wanted[marks[k.row]] }); len(rows) == 0 {
		return nil, nil
	}
	p, err := v.engine.frames.payload(ctx, v.snap, ref)
	if err != nil {
		if unreadable(err) {
			v.rot(ref.Header)
			return nil, nil
		}
		return nil, err
	}
	return slices.DeleteFunc(rows, func(k rowKey) bool {
		return !s.wants(at(f.r.State, int(k.row), 0), at(p.r.Key, int(k.row), event.Payload{}))
	}), nil
}
