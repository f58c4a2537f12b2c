package query

import (
	"context"
	"fmt"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// Three attempts of a subtask: the second began with a checkpoint of the first, the third with the same one, since the second took none.
// What each wrote behind the checkpoint that the next began with is undone when that one begins.
func TestARestartUndoesWhatWasWrittenBehindItsCheckpoint(t *testing.T) {
	w := &world{t: t, store: memory.New()}
	rec := event.RecordingID{9}
	serializer := w.define(event.DefSerializer, map[string]any{"t": "string"})
	def := w.define(event.DefState, event.StateDef{Name: "v", Kind: "value", Key: serializer.String()})
	const began = int64(1_700_000_000_000_000)
	for n := range 3 {
		attempt := hashKey("undone", n)
		restored := int64(0)
		if n > 0 {
			restored = 1
		}
		w.define(event.DefAttempt, map[string]any{"recording": rec.String(), "attempt_key": attempt.String(), "vertex": "v", "task": "v", "attempt": n,
			"parallelism": 1, "restored": restored, "chain": []map[string]any{{"index": 0, "operator": "op", "name": "op", "key": serializer.String()}}})
		det := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneDet})
		state := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneState})
		for inv := range uint64(4) {
			wall := began + int64(n)*1_000_000 + int64(inv)*1000
			det.Add(block.Row{Kind: event.KindProcessingTimer, Operator: 0, Inv: inv + 1, N: 1, Wall: wall})
			det.Count(0, event.KindProcessingTimer, 1)
			state.Add(block.Row{Kind: event.KindStateWritten, Operator: 0, Inv: inv + 1, Wall: wall, State: def, What: callPut, Key: []byte("k"), Value: fmt.Append(nil, n, inv)})
			state.Count(0, event.KindStateWritten, 1)
			if n == 0 && inv == 1 {
				det.Add(block.Row{Kind: event.KindCheckpoint, Operator: -1, Inv: inv + 1, Wall: wall, Checkpoint: 1})
				det.Count(0, event.KindCheckpoint, 1)
			}
		}
		for _, b := range []*block.Builder{det, state} {
			raw, err := b.Finish()
			if err != nil {
				t.Fatal(err)
			}
			appendRaw(t, w, raw)
		}
	}
	e := engineOf(t, Options{Reader: w.store})
	ask := func(at Wall) StateCell {
		h, err := e.StateHistory(context.Background(), rec, StateQuery{Keys: []KeyMatch{{Serializer: serializer, Bytes: event.NewPayload([]byte("k"))}}, At: When{Wall: at}})
		if err != nil || len(h.Cells) != 1 || len(h.Cells[0].Versions) != 12 {
			t.Fatalf("%d cells, %v", len(h.Cells), err)
		}
		return h.Cells[0]
	}
	cell := ask(0)
	var undone []int
	for i, v := range cell.Versions {
		if v.Undone == 0 {
			continue
		}
		undone = append(undone, i)
		// The first attempt's by the second, the second's by the third.
		if want := Wall(began + int64(i/4+1)*1_000_000); v.Undone != want {
			t.Errorf("version %d is undone at %d, want %d", i, v.Undone, want)
		}
	}
	if fmt.Sprint(undone) != "[2 3 4 5 6 7]" || cell.Current != 11 {
		t.Errorf("undone are %v, in force is %d", undone, cell.Current)
	}
	if at := ask(Wall(began + 3000)); at.Current != 3 {
		t.Errorf("before the restart version %d was in force, want 3", at.Current)
	}
}
