package replay

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

const (
	startAttempt = event.Key(41)
	startSender  = event.Key(42)
)

// startPartition is the sender's as Flink names it.
var startPartition = strings.Repeat("01", 16) + "#0@" + strings.Repeat("02", 16) + "_" + strings.Repeat("03", 16) + "_0_0"

var startInput, _ = partitionKey(startPartition) // it is one

func capsuleOf(t *testing.T) *capsule {
	t.Helper()
	c, err := parseCapsule(fmt.Appendf(nil, `{"of": {"gates": [{"channels": [[%q, 0, ""]]}], "writers": [{"partition": %q, "subpartitions": 1}]}}`, startPartition, startPartition))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkpointed is an attempt with three checkpoints, a hundred elements before each.
func checkpointed(t *testing.T, snapshot func(checkpoint uint64) string) *recorded {
	r := newRecorded(t)
	r.attempt(event.AttemptDef{}, startAttempt)
	for c := range uint64(3) {
		checkpoint, last := c+1, 100*(c+1)
		r.block(startSender, event.LaneOut, func(b *block.Builder) {
			b.Base(startInput, 0, 100*c)
			for seq := 100 * c; seq < last; seq++ {
				b.Add(block.Row{Kind: event.KindRecord, Inv: seq + 1, Partition: startInput, Value: []byte{0, byte(seq)}})
			}
		})
		r.block(startAttempt, event.LaneDet, func(b *block.Builder) {
			in := b.Channel(block.Channel{Partition: startInput, FirstSeq: 100 * c})
			b.Add(block.Row{Kind: event.KindElements, Inv: 100*c + 1, N: 100, Channel: in})
			b.Add(block.Row{Kind: event.KindCheckpoint, Inv: last, Operator: -1, Checkpoint: checkpoint})
		})
		r.block(startAttempt, event.LaneEnv, func(b *block.Builder) {
			b.Add(block.Row{Kind: event.KindEnvRead, Inv: last, Operator: -1, What: whatTransients, Number: int64(checkpoint), Value: []byte("{}")})
		})
		r.block(startAttempt, event.LaneJob, func(b *block.Builder) {
			body, err := json.Marshal(map[string]any{"checkpoint": checkpoint})
			if err != nil {
				t.Fatal(err)
			}
			b.Add(block.Row{Kind: event.KindSnapshot, Operator: -1, Body: body, Value: []byte(snapshot(checkpoint))})
		})
	}
	return r
}

// A start behind a checkpoint has that one's snapshot, and knows which elements come next.
func TestAStartBehindACheckpoint(t *testing.T) {
	r := checkpointed(t, func(c uint64) string { return fmt.Sprint("snapshot ", c) })
	snap, err := r.store.Snapshot(t.Context(), r.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	places, err := checkpoints(t.Context(), snap, startAttempt)
	if err != nil || len(places) != 3 {
		t.Fatalf("%d places, %v", len(places), err)
	}
	for i, s := range places {
		want := event.NewPayload([]byte(fmt.Sprint("snapshot ", i+1)))
		if handles, err := s.snapshot.handles(t.Context(), snap); err != nil || s.invocation != uint64(100*(i+1)) || !handles.Equal(want) {
			t.Errorf("place %d: %+v, %v", i, s, err)
		}
		p := make(map[string]string)
		if err := s.consumed(t.Context(), p, capsuleOf(t), snap, startAttempt); err != nil || p["gate.0.0.seq"] != fmt.Sprint(100*(i+1)) {
			t.Errorf("place %d: the next element is %q, %v", i, p["gate.0.0.seq"], err)
		}
		if err := s.sent(t.Context(), p, capsuleOf(t), snap, startSender); err != nil || p["writer.0.sent.0"] != fmt.Sprint(100*(i+1)) {
			t.Errorf("place %d: the next one that is sent is %q, %v", i, p["writer.0.sent.0"], err)
		}
		in := newInput(snap, startSender, startInput, 0)
		v, err := in.element(t.Context(), uint64(100*i+50))
		if err != nil || !v.Equal(event.NewPayload([]byte{0, byte(100*i + 50)})) {
			t.Errorf("element %d: %v", 100*i+50, err)
		}
	}
}
