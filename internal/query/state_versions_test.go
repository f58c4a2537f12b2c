package query

import (
	"fmt"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// Where a key has more versions than an answer has room for, those next to the moment are in it, and the one that was in force.
func TestOfManyVersionsThoseNextToTheMomentAreTold(t *testing.T) {
	w := &world{t: t, store: memory.New()}
	rec, attempt := event.RecordingID{9}, hashKey("attempt", 0)
	key := w.define(event.DefSerializer, map[string]any{"t": "String"})
	w.define(event.DefAttempt, event.AttemptDef{Recording: rec.String(), AttemptKey: attempt.String(), Vertex: "v", Task: "v",
		Chain: []event.ChainOperatorDef{{Index: 0, Operator: "op", Name: "op", Key: key.String()}}})
	state := w.define(event.DefState, event.StateDef{Name: "v", Kind: "value", Key: key.String()})
	const writes, perBlock, begin = 6000, 100, 1_700_000_000_000_000
	for number := range uint64(writes / perBlock) {
		b := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneState, Number: number})
		for i := range uint64(perBlock) {
			inv := 1 + number*perBlock + i
			b.Add(block.Row{Kind: event.KindStateWritten, Operator: 0, Inv: inv, Wall: begin + 10*int64(inv), State: state, Key: []byte("hot"), What: callPut,
				Value: fmt.Append(nil, inv)})
			b.Count(0, event.KindStateWritten, 1)
		}
		raw, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		appendRaw(t, w, raw)
	}
	e := engineOf(t, Options{Reader: w.store})
	for _, c := range []struct {
		at            When
		force         int // the number of the write
		first, last   int // versions
		most, decoded int
	}{
		{When{}, writes, writes - maxBefore + 1, writes, maxBefore, 17},
		{When{Wall: begin + 10*3000}, 3000, 3000 - maxBefore + 1, 3000 + maxVersions - maxBefore, maxVersions, 23},
		{When{Wall: begin + 10*3000 + 9}, 3000, 3000 - maxBefore + 1, 3000 + maxVersions - maxBefore, maxVersions, 23},
		{When{Record: event.Invocation{Attempt: attempt, Number: 4000}.String()}, 3999, 4000 - maxBefore + 1, 4000 + maxVersions - maxBefore, maxVersions, 23}, // the last of its block
		{When{Wall: begin + 10*700}, 700, 1, maxVersions, maxVersions, 22},
		{When{Wall: begin + 1}, 0, 1, maxVersions, maxVersions, 22},
	} {
		h, err := e.StateHistory(t.Context(), rec, StateQuery{Keys: []KeyMatch{{Bytes: event.NewPayload([]byte("hot"))}}, At: c.at})
		if err != nil || len(h.Cells) != 1 || !h.More {
			t.Fatalf("%+v: %d cells, %t, %v", c.at, len(h.Cells), h.More, err)
		}
		versions, current := h.Cells[0].Versions, 0
		if n := h.Cells[0].Current; n >= 0 {
			current = int(versions[n].Event.Invocation)
			if !versions[n].Event.Value.Equal(event.NewPayload(fmt.Append(nil, current))) {
				t.Errorf("%+v: another value", c.at)
			}
		}
		first, last := int(versions[0].Event.Invocation), int(versions[len(versions)-1].Event.Invocation)
		if current != c.force || first != c.first || last != c.last || len(versions) != c.most || h.Progress.Explain.Decoded > c.decoded {
			t.Errorf("%+v: write %d is in force, versions %d to %d, %d, %d blocks decoded; want %+v", c.at, current, first, last, len(versions), h.Progress.Explain.Decoded, c)
		}
	}
}
