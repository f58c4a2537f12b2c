package replay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// The newest block before a start may have watermarks alone: a partitioner that goes round goes on behind the last record.
func TestPartitionersGoOnBehindTheLastRecord(t *testing.T) {
	r := newRecorded(t)
	r.attempt(event.AttemptDef{}, startSender)
	partitioner := "org.apache.flink.streaming.runtime.partitioner.RebalancePartitioner"
	r.define(event.DefPartition, event.PartitionDef{Partition: startInput.String(), Attempt: startSender.String(), Subpartitions: 3, Partitioner: partitioner})
	record := func(inv uint64, sub int) block.Row {
		return block.Row{Kind: event.KindRecord, Inv: inv, Partition: startInput, Subpartition: sub, Value: []byte{1}}
	}
	r.block(startSender, event.LaneOut, func(b *block.Builder) {
		for sub := range uint32(3) {
			b.Base(startInput, sub, 0)
		}
		b.Add(record(1, 0))
		b.Add(record(2, 1))
	})
	r.block(startSender, event.LaneOut, func(b *block.Builder) {
		for sub := range uint32(3) {
			b.Base(startInput, sub, 1)
		}
		b.Add(block.Row{Kind: event.KindWatermark, Inv: 5, Partition: startInput, Subpartition: -1, Value: []byte{2}})
	})
	r.block(startSender, event.LaneOut, func(b *block.Builder) {
		for sub := range uint32(3) {
			b.Base(startInput, sub, 2)
		}
		b.Add(record(8, 2))
	})
	snap, err := r.store.Snapshot(t.Context(), r.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for behind, want := range map[uint64]string{6: "1", 1: "0", 9: "2"} {
		p := make(map[string]string)
		s := start{checkpoint: 1, invocation: behind}
		if err := s.round(t.Context(), p, capsuleOf(t), snap, startSender, newDictionary(r.store, r.rec)); err != nil || p["writer.0.last"] != want {
			t.Errorf("behind invocation %d the last record went to %q, %v, want %s", behind, p["writer.0.last"], err, want)
		}
	}
	for class, round := range map[string]bool{partitioner: true, "a.RescalePartitioner": true, "a.KeyGroupStreamPartitioner": false, "": false} {
		if goesRound(class) != round {
			t.Errorf("%q goes round: %v", class, !round)
		}
	}
}

// Behind a checkpoint requests have their numbers: those without an answer, and the newest that had one.
func TestRequestsThatWaitAtACheckpoint(t *testing.T) {
	r := newRecorded(t)
	r.attemptOf(event.AttemptDef{Chain: []event.ChainOperatorDef{{Operator: operatorID, Factory: "a.AsyncWaitOperatorFactory"}}}, startAttempt)
	failure := r.define(event.DefString, "java.io.IOException")
	r.block(startAttempt, event.LaneEnv, func(b *block.Builder) {
		answer := func(inv uint64, number, input int64, row block.Row) {
			row.Kind, row.Inv, row.What, row.Number, row.Number2 = event.KindEnvRead, inv, whatAnswer, number, input
			b.Add(row)
		}
		answer(4, 1, 1, block.Row{Value: []byte("one")})
		answer(5, 3, 3, block.Row{Text: failure})
		answer(6, 4, 3, block.Row{Flags: attemptOnly, Value: []byte("tried")}) // the retry strategy was still to judge it
		answer(12, 2, 2, block.Row{Value: []byte("two")})                      // behind the checkpoint
		answer(13, 4, 3, block.Row{Value: []byte("four")})
		answer(15, 5, 11, block.Row{Value: []byte("five")}) // asked behind it
	})
	snap, err := r.store.Snapshot(t.Context(), r.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	dir, p := t.TempDir(), make(map[string]string)
	s := start{checkpoint: 1, invocation: 10}
	if err := s.answers(t.Context(), dir, p, snap, startAttempt, newDictionary(r.store, r.rec)); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"async": "1", "async.0.operator": operatorID, "async.0.requests": "4", "async.0.unanswered": "2,4", "async.0.answered": "1,3", "async.0.failure.3": "java.io.IOException",
	} {
		if p[key] != want {
			t.Errorf("%s is %q, want %q", key, p[key], want)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "answer.0.1")); err != nil || string(b) != "one" {
		t.Errorf("the first answer is %q, %v", b, err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "answer.*")); len(files) != 1 {
		t.Errorf("answers: %s", strings.Join(files, " "))
	}
}
