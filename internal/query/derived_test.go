package query

import (
	"encoding/json"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// TestNamesOfJobsAreNotThoseOfReplays: a replay of a job whose name is its own slug is newer than the job, and is not meant by it.
func TestNamesOfJobsAreNotThoseOfReplays(t *testing.T) {
	store := memory.New()
	define := func(kind event.DefinitionKind, v any) {
		body, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Define(t.Context(), event.NewDefinition(kind, body)); err != nil {
			t.Fatal(err)
		}
	}
	record := func(id byte, role string) event.RecordingID {
		rec, key := event.RecordingID{id}, event.Key(id)
		process := role + "-process"
		define(event.DefProcess, event.ProcessDef{Process: process, Role: role, Flink: "2.3.0"})
		define(event.DefAttempt, event.AttemptDef{Recording: rec.String(), JobName: "order-totals", AttemptKey: key.String(), Process: process, Task: "a"})
		b := block.NewBuilder(block.Spec{Recording: rec, Attempt: key, Lane: event.LaneDet})
		b.Add(block.Row{Kind: event.KindMail, Operator: -1, Inv: 1, N: 1, Wall: int64(id) * 1000})
		ingesttest.PutBlock(t, store, b)
		return rec
	}
	job := record(1, "taskmanager")
	derived := record(2, event.RoleReplay)
	e, err := New(Options{Reader: store})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"order-totals", "order-t", job.String()} {
		if got, err := e.Resolve(t.Context(), text); err != nil || got != job {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	if got, err := e.Resolve(t.Context(), derived.String()[:8]); err != nil || got != derived {
		t.Errorf("by its id the replay is %v, %v", got, err)
	}
}
